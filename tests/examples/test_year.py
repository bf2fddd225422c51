"""Shangjie's year: the row's figures are counted from the ledger, and one record changed changes them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest

import civicflow
import year
from civicflow import Office
from civicflow.testing import FrozenClock
from shangjie import REGISTER


def played(path: Path, matters: tuple[year.Matter, ...]) -> Office:
    """An office that was closed after the year and opened again."""
    url, clock = f"sqlite:///{path}", FrozenClock(year.BEGIN)
    with civicflow.open(url, clock=clock) as office:
        office.register.load(REGISTER)
        year.play(office, clock, matters)
    return civicflow.open(url, clock=clock)


def codes() -> list[str]:
    """The communities of the register."""
    with civicflow.open("memory://", clock=FrozenClock(year.BEGIN)) as office:
        office.register.load(REGISTER)
        return [area.code for area in year.communities(office)]


@pytest.fixture(scope="module")
def shangjie(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The whole year."""
    with played(tmp_path_factory.mktemp("year") / "year.db", tuple(year.draw(codes()))) as office:
        yield office


def test_more_than_a_thousand_matters_over_96_per_cent_settled(shangjie: Office) -> None:
    """SJ: 1,000+ projects, over 96% settled; over 90% of compounds' problems handled."""
    told = year.year(shangjie)
    assert told.figures.cases == year.MATTERS > 1_000
    assert told.figures.settled.n * 100 > 96 * told.figures.settled.of
    assert told.figures.settled.of == told.figures.cases
    assert told.compounds.settled.n * 100 > 90 * told.compounds.settled.of
    assert 0 < told.fair.cases == told.figures.cases - sum(told.fair.excluded.values())
    assert told.fair.resolved.of > told.figures.resolved.of
    named = {one.group for one in told.towns if one.group is not None}  # none: what climbed to the district
    assert named <= set(shangjie.chart().under(shangjie.unit("410106")))
    assert sum(one.rate.of for one in told.towns) == told.fair.cases
    assert len(told.overdue) == told.figures.overdue
    assert shangjie.ledger.verify().ok
    assert "逾期自" in year.show(shangjie, told)


def test_one_record_changed_changes_the_figure(tmp_path: Path) -> None:
    """The figures are what was entered, and nothing else."""
    first = tuple(year.draw(codes(), matters=20))
    other = (attrs.evolve(first[0], end="open" if first[0].end != "open" else "silent"), *first[1:])
    with played(tmp_path / "a.db", first) as a, played(tmp_path / "b.db", other) as b:
        assert abs(year.year(a).figures.settled.n - year.year(b).figures.settled.n) == 1

"""The mediation of the examples on a durable store: its figures follow from the ledger, and change with a record."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import attrs
import pytest

import civicflow
import mediation
from civicflow.calendars import instant
from civicflow.testing import FrozenClock

GIVEN = mediation.disputes(2024, 1_012)


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> mediation.Year:
    """Shangjie's year."""
    clock = FrozenClock(instant("2024-01-01T09:00", mediation.ZONE))
    url = f"sqlite:///{tmp_path_factory.mktemp('shangjie') / 'shangjie.db'}?synchronous=off"
    with civicflow.open(url, clock=clock) as office:
        return mediation.shangjie(office, clock, GIVEN)


def tongjiang(folder: Path, given: tuple[mediation.Dispute, ...]) -> mediation.Year:
    """Tongjiang's months in a fresh store."""
    clock = FrozenClock(instant("2021-01-01T09:00", mediation.ZONE))
    with civicflow.open(f"sqlite:///{folder / 'tongjiang.db'}?synchronous=off", clock=clock) as office:
        told = mediation.tongjiang(office, clock, given)
        assert office.ledger.verify().ok
        return told


class TestShangjie:
    """At least 1,000 a year, 100% handled, in three ways."""

    def test_the_figures(self, year: mediation.Year) -> None:
        """Counted from the ledger, with their denominators."""
        assert year.compounds == 284
        assert year.figures.raised >= 1_000
        assert year.figures.handled.n == year.figures.handled.of == year.figures.raised
        assert year.figures.open == 0
        assert set(year.ways) == {"door", "case-officer", "tracked"}

    def test_they_are_what_was_given(self, year: mediation.Year) -> None:
        """Each dispute goes as it was meant to: up or not, kept or broken, with as many sessions and visits."""
        agree = [one for one in GIVEN if one.agrees]
        assert year.figures.ends == {"agreed": len(agree), "referred": len(GIVEN) - len(agree)}
        assert year.climbed == sum(one.large for one in GIVEN)
        assert year.broken == sum(one.breaks for one in agree)
        assert year.sessions == len(GIVEN) + sum(one.breaks for one in agree)
        assert year.visits == sum((3 if one.way == "tracked" else 1) + one.breaks for one in agree)
        assert year.ways == Counter(one.way for one in GIVEN)


class TestTongjiang:
    """More than 40 at the centre."""

    def test_the_figures(self, tmp_path: Path) -> None:
        """All of them handled."""
        told = tongjiang(tmp_path, mediation.disputes(2021, 43, months=6))
        assert told.figures.raised > 40
        assert told.figures.handled.share == 1

    def test_one_record_changed_changes_the_figures(self, tmp_path: Path) -> None:
        """A dispute that nobody takes on is pressed, and is still open at the end."""
        given = list(mediation.disputes(2021, 43, months=6))
        given[7] = attrs.evolve(given[7], is_left=True)
        told = tongjiang(tmp_path, tuple(given))
        assert (told.figures.handled.n, told.figures.handled.of, told.figures.open) == (42, 43, 1)


def test_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both places."""
    few = mediation.disputes(2024, 12)
    monkeypatch.setattr(mediation, "disputes", lambda seed, many, months=12: few)  # noqa: ARG005 - the real signature
    assert len(list(mediation.tell(tmp_path))) == 4

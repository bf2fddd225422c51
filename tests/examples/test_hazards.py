"""Yuechi's hazards on a durable store: the figures of the row follow from the ledger, and change with a record."""

from __future__ import annotations

from pathlib import Path

import attrs
import pytest

import civicflow
import hazards
from civicflow.testing import FrozenClock
from civicflow.workflows.hazards.figures import Standing
from civicflow.workflows.routines.figures import Keeping


def lived(folder: Path, given: tuple[hazards.Point, ...]) -> hazards.Year:
    """The year in a fresh store."""
    clock = FrozenClock()
    with civicflow.open(f"sqlite:///{folder / 'yuechi.db'}?synchronous=off", clock=clock) as office:
        year = hazards.live_through(office, clock, given)
        assert office.ledger.verify().ok
        return year


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> hazards.Year:
    """Yuechi's year."""
    return lived(tmp_path_factory.mktemp("yuechi"), hazards.points())


class TestYuechi:
    """49 points, 49 drills, 4 trainings, 4 works; hazards removed for 97 households, 351 people."""

    def test_the_figures(self, year: hazards.Year) -> None:
        """Each counted from the ledger."""
        assert year.standing == Standing(points=49, removed=4, households=97, people=351)
        assert (year.kept["drill"].held, year.kept["training"].held) == (49, 4)
        assert year.monitored == 49

    def test_every_inspection_was_held_or_is_a_ticket(self, year: hazards.Year) -> None:
        """Four a point, but for the last one of those that works had removed."""
        missed = sum(len(point.missed) for point in hazards.points())
        assert missed > 0
        assert year.kept["inspection"] == Keeping(held=49 * 4 - 4 - missed, missed=missed)
        assert year.tickets == missed
        assert year.accounts.get("decided", 0) == sum(len(point.missed) > 1 for point in hazards.points())

    def test_the_report_s_count_was_doubted(self, year: hazards.Year) -> None:
        """Its 5,200 people of 100 households do not stand; what was corrected does."""
        (doubt,) = year.doubts
        assert doubt.startswith("5200 people of 100 households are up to 52 a household")
        assert "请更正" in doubt
        assert year.evacuated == 352

    def test_one_record_changed_changes_the_figures(self, year: hazards.Year, tmp_path: Path) -> None:
        """A point fewer, which works were to remove."""
        given = [point for point in hazards.points(many=20) if point.town in hazards.TOWNS]
        before = lived(tmp_path, tuple(given))
        (tmp_path / "again").mkdir()
        number = next(n for n, point in enumerate(given) if point.removed)
        given[number] = attrs.evolve(given[number], people=given[number].people + 1, missed=frozenset({2, 5}))
        after = lived(tmp_path / "again", tuple(given))
        assert after.standing.people == before.standing.people + 1
        assert after.tickets == before.tickets + 2 - len(hazards.points()[number].missed)
        assert year.standing.points == 49

"""Yuechi's duty list on a durable store: the figures of the row follow from the ledger, and change with a record."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

import civicflow
import duties
from civicflow.testing import FrozenClock
from civicflow.workflows.duties.figures import Progress
from civicflow.workflows.lots import draw


def lived(folder: Path, given: tuple[str, ...], dark: int = 1) -> duties.Year:
    """The year in a fresh store."""
    clock = FrozenClock()
    with civicflow.open(f"sqlite:///{folder / 'yuechi.db'}?synchronous=off", clock=clock) as office:
        year = duties.live_through(office, clock, given, dark)
        assert office.ledger.verify().ok
        return year


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> duties.Year:
    """Yuechi's year."""
    return lived(tmp_path_factory.mktemp("yuechi"), duties.topics())


class TestYuechi:
    """The ten matters residents are least satisfied with; solar lamps for 148 villages in stages by the end of 2022."""

    def test_the_ten_matters_named_most(self, year: duties.Year) -> None:
        """Counted from the topics, each of which is told how it came out."""
        named = Counter(duties.topics())
        assert len(year.on_list) == 10
        assert list(year.on_list.items()) == sorted(year.on_list.items(), key=lambda one: (-one[1], one[0]))
        assert all(named[subject] == many for subject, many in year.on_list.items())
        assert year.topics == {
            "listed": sum(year.on_list.values()),
            "left-out": 300 - sum(year.on_list.values()),
        }

    def test_lamps_in_148_villages_in_stages(self, year: duties.Year) -> None:
        """All of them by the end of 2022, and every duty accepted."""
        assert year.lamps == Progress(duties=1, accepted=1, places=148, done=148)
        assert year.lit == {"2022-06-30": 50, "2022-09-30": 50, "2022-12-31": 48}
        assert (year.all.duties, year.all.accepted, year.all.late) == (10, 10, 0)

    def test_anybody_can_draw_the_villages_again(self, year: duties.Year) -> None:
        """From the seed alone; what was dark was put right."""
        assert year.drawn == draw(duties.SEED, duties.VILLAGES[:50], 5)
        assert year.ways == {"spot-check": 1, "undercover-visit": 1}
        assert year.rectified == {"accepted": 1}

    def test_one_record_changed_changes_the_figures(self, year: duties.Year, tmp_path: Path) -> None:
        """Somebody names something else, and two more villages are dark."""
        given = list(duties.topics())
        number = given.index(duties.LAMPS)
        given[number] = duties.SUBJECTS[1]
        changed = lived(tmp_path, tuple(given), dark=3)
        assert changed.on_list[duties.LAMPS] == year.on_list[duties.LAMPS] - 1
        assert changed.on_list[duties.SUBJECTS[1]] == year.on_list[duties.SUBJECTS[1]] + 1
        assert changed.rectified == {"accepted": 3}

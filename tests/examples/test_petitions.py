"""The petitions of the examples on a durable store: their figures follow from the ledger, and change with a record."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import attrs
import pytest

import civicflow
import petitions
from civicflow.calendars import instant
from civicflow.testing import FrozenClock

GIVEN = petitions.petitions()


def played(folder: Path, given: Sequence[petitions.Told]) -> petitions.Years:
    """Both years in a fresh store."""
    clock = FrozenClock(instant("2023-01-01T09:00", petitions.ZONE))
    with civicflow.open(f"sqlite:///{folder / 'petitions.db'}?synchronous=off", clock=clock) as office:
        return petitions.play(office, clock, given)


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> petitions.Years:
    """Both years."""
    return played(tmp_path_factory.mktemp("county"), GIVEN)


class TestCangxi:
    """320 petitions settled, 170 urgent matters solved, 96% satisfied, repeats and skips −50% on the year before."""

    def test_the_figures(self, years: petitions.Years) -> None:
        """Counted from the ledger, with their denominators."""
        now = years.figures[2024]
        assert (now.settled.n, now.settled.of) == (320, 320)
        assert now.urgent_solved.n == 170
        assert now.satisfied.share == Fraction(96, 100)
        assert years.repeats_and_skips.share == Fraction(-1, 2)
        assert str(years.repeats_and_skips) == "−50.0% (84 → 42)"

    def test_they_are_what_was_given(self, years: petitions.Years) -> None:
        """Each repeat that was confirmed has its label; nothing else is a repeat; what was lodged above is a skip."""
        for year, figures in years.figures.items():
            given = [one for one in GIVEN if one.year == year]
            assert figures.repeats.n == sum(one.repeats is not None for one in given)
            assert figures.skips.n == sum(one.skips for one in given)
            assert figures.satisfied.of == sum(one.satisfied is not None for one in given)
        assert years.confirmed == sum(figures.repeats.n for figures in years.figures.values())
        assert years.suggested > years.confirmed  # somebody has to look

    def test_four_visits_and_every_channel(self, years: petitions.Years) -> None:
        """Sweeps, scheduled ones, ones with the case in hand, and one after each settlement."""
        urgent = sum(one.urgent for one in GIVEN)
        sweeps = years.channels["sweep"]
        assert years.channels == Counter(petitions.CHANNELS[n % len(petitions.CHANNELS)] for n in range(len(GIVEN)))
        assert years.visits == {
            "sweep": sweeps,
            "scheduled": len(GIVEN) - urgent,
            "in-hand": urgent,
            "return": len(GIVEN),
        }

    def test_one_record_changed_changes_the_figures(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """In a few petitions of each year, in a smaller county: one that is not solved, one that does not repeat."""
        monkeypatch.setattr(petitions, "TOWNS", 2)
        monkeypatch.setattr(petitions, "VILLAGES", 4)
        first = next(one for one in GIVEN if one.year == 2023 and not one.anonymous)
        urgent = next(one for one in GIVEN if one.year == 2024 and one.urgent and not one.anonymous)
        again = next(one for one in GIVEN if one.year == 2024 and one.repeats is not None)
        few = [attrs.evolve(one, home=one.home % 4) for one in (first, urgent, GIVEN[again.repeats or 0], again)]
        (tmp_path / "one").mkdir()
        before = played(tmp_path / "one", few)
        assert (before.figures[2024].urgent_solved.n, before.figures[2024].repeats.n) == (1, 1)
        few[1] = attrs.evolve(few[1], solved=False)
        few[3] = attrs.evolve(few[3], who=petitions.person(1, 10**6), how="plain")
        (tmp_path / "other").mkdir()
        after = played(tmp_path / "other", few)
        assert (after.figures[2024].urgent_solved.n, after.figures[2024].repeats.n) == (0, 0)


class TestPairs:
    """Repeats are found on 500 labelled pairs with names written differently."""

    def test_precision_and_recall(self) -> None:
        """Most of what is suggested is right, and most of what is the same is suggested."""
        given = petitions.pairs()
        assert len(given) == 500
        assert sum(pair.same for pair in given) == 250
        precision, recall = petitions.measured(given)
        assert precision.share is not None
        assert recall.share is not None
        assert precision.share > Fraction(95, 100)
        assert recall.share > Fraction(90, 100)

    def test_a_label_changed_changes_them(self) -> None:
        """One that was found is said not to be the same."""
        given = list(petitions.pairs())
        before = petitions.measured(given)
        number = next(n for n, pair in enumerate(given) if pair.same and pair.how == "by telephone")
        given[number] = attrs.evolve(given[number], same=False)
        after = petitions.measured(given)
        assert (after[0].n, after[1].of) == (before[0].n - 1, before[1].of - 1)

    def test_every_way_of_writing_occurs(self) -> None:
        """And every kind of pair that is not the same."""
        ways = {pair.how for pair in petitions.pairs()}
        assert ways == {*petitions.HOW, "namesake", "relative", "another matter", "stranger"}


class TestSittings:
    """Monthly reception in 31 townships and towns, quarterly yard meeting in 454 villages and communities."""

    def test_the_figures(self, tmp_path: Path) -> None:
        """31 each month, 454 in the quarter but for those that did not meet."""
        clock = FrozenClock(instant("2023-12-30T09:00", petitions.ZONE))
        with civicflow.open(f"sqlite:///{tmp_path / 'sittings.db'}?synchronous=off", clock=clock) as office:
            sittings = petitions.receive(office, clock, missed=2)
        assert {month: kept.held for month, kept in sittings.receptions.items()} == {1: 31, 2: 31, 3: 31}
        meetings = sittings.meetings
        assert (meetings.held, meetings.missed, meetings.held + meetings.missed) == (452, 2, 454)


def test_it_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In a smaller county."""
    monkeypatch.setattr(petitions, "TOWNS", 2)
    monkeypatch.setattr(petitions, "VILLAGES", 4)
    few = tuple(attrs.evolve(one, home=one.home % 4) for one in GIVEN[::40])
    monkeypatch.setattr(petitions, "petitions", lambda: few)
    lines = list(petitions.tell(tmp_path))
    assert lines[0].startswith("500 pairs: precision 97.1% (232/239), recall 92.8% (232/250)")
    assert lines[-1] == "receptions a month: 2, 2, 2; yard meetings in the quarter: 4"

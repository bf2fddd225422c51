"""Collecting and taking up on a durable store: the figures follow from register and ledger, and change with a record."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

import civicflow
import taking_up
from civicflow import Office
from civicflow.testing import FrozenClock


@pytest.fixture
def clock() -> FrozenClock:
    """The clock that the example sets."""
    return FrozenClock()


@pytest.fixture
def office(tmp_path: Path, clock: FrozenClock) -> Iterator[Office]:
    """An office on a file; what it was given verifies."""
    with civicflow.open(f"sqlite:///{tmp_path}/needs.db?synchronous=off", clock=clock) as opened:
        yield opened
        assert opened.ledger.verify().ok


class TestHemei:
    """Over 80,000 residents: nobody to talk to in a power cut; then a collection point in every branch."""

    def test_the_figures(self, office: Office, clock: FrozenClock) -> None:
        """No compound had a contact; then all but the one that was missed, which is listed."""
        found = taking_up.hemei(office, clock)
        assert found.residents > 80_000
        assert found.without == (taking_up.COMPOUNDS, 1)
        assert found.points == taking_up.COMPOUNDS - 1
        assert found.gap[0] not in found.collected
        assert sum(found.collected.values()) == 600
        assert min(found.collected.values()) > 0

    def test_a_point_less_is_a_gap_more(self, office: Office, clock: FrozenClock) -> None:
        """And every branch served is no gap."""
        assert len(taking_up.hemei(office, clock, missed=3).gap) == 3

    def test_everybody_served(self, office: Office, clock: FrozenClock) -> None:
        """Then nothing is listed."""
        assert taking_up.hemei(office, clock, missed=0).gap == ()


class TestYudong:
    """Needs ledger → project list → taken up."""

    def test_the_figures(self, office: Office, clock: FrozenClock) -> None:
        """Every need is in a project, all but two are taken up in full, and each raiser reads an outcome."""
        found = taking_up.yudong(office, clock)
        assert (found.needs, found.projects, found.taken_up) == (
            120,
            len(taking_up.SUBJECTS),
            len(taking_up.SUBJECTS) - 2,
        )
        assert found.shares == 4 * found.taken_up
        assert found.takers <= 22
        assert set(found.outcomes) == {"met", "declined"}
        assert sum(found.outcomes.values()) == 120
        for need in taking_up.cases(office, "need", "yudong"):
            assert office.needs.outcome(need).text in ("it is there", "nobody has room for it")

    def test_a_need_more_is_one_more(self, office: Office, clock: FrozenClock) -> None:
        """It goes into one of the projects that are there."""
        assert sum(taking_up.yudong(office, clock, needs=121, lazy=0).outcomes.values()) == 121


class TestShangjie:
    """A hundred days of visits; partners take up a courtyard's renewal."""

    def test_the_figures(self, office: Office, clock: FrozenClock) -> None:
        """Three visits on each of a hundred days; the courtyard has four shares, and its four needs are met."""
        found = taking_up.shangjie(office, clock)
        assert (found.days, found.visits) == (100, 300)
        assert 5 * 300 <= found.households <= 14 * 300
        assert 0 < found.heard <= 600
        yard = taking_up.courtyard(office, clock)
        assert (yard.projects, yard.taken_up, yard.shares, yard.takers) == (1, 1, 4, 4)
        assert yard.outcomes["met"] == 4

    def test_a_day_more(self, office: Office, clock: FrozenClock) -> None:
        """Is a day more."""
        assert taking_up.shangjie(office, clock, days=7).days == 7

"""Chengdu's grants on a durable store: the figures of the row follow from the ledger, and change with a record."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import attrs
import pytest

import civicflow
import granting
from civicflow import Money
from civicflow.testing import FrozenClock


def lived(folder: Path, given: Sequence[granting.Round]) -> dict[str, granting.Account]:
    """The rounds in a fresh store."""
    clock = FrozenClock()
    with civicflow.open(f"sqlite:///{folder / 'granting.db'}?synchronous=off", clock=clock) as office:
        return granting.live_through(office, clock, given)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, granting.Account]:
    """What came of all of them."""
    return lived(tmp_path_factory.mktemp("chengdu"), granting.rounds())


class TestChengdu:
    """1,150 projects, 140 million yuan in four years; 8.2 million in 2016 and 12 million in 2017; 30,000 moved 11 projects."""

    def test_four_years(self, told: dict[str, granting.Account]) -> None:
        """Reported are 1,150 and 140 million, a round figure; ours is that it is so to the fen, and that all were completed."""
        years = told["four years"]
        assert (years.grants, years.completed, years.paid) == (1150, 1150, Money("140000000.00"))
        assert years.applied > years.grants

    def test_the_cycle(self, told: dict[str, granting.Account]) -> None:
        """Two of its three years are reported."""
        assert told["cycle"].pots == told["cycle"].paid == Money("8200000") + Money("12000000")

    def test_yudong(self, told: dict[str, granting.Account]) -> None:
        """Half a year; more than 1,000 participations are reported, how many in each project is ours."""
        yudong = told["Yudong"]
        assert (yudong.grants, yudong.paid, yudong.months) == (11, Money("30000"), 6)
        assert yudong.participations > 1000


def test_one_record_changed_changes_the_figures(tmp_path: Path) -> None:
    """A project that asks for a fen more than there is loses its place, and nothing is paid beyond the pot."""
    yudong = granting.rounds()[-1]
    wins = (*yudong.wins[:-1], yudong.wins[-1] + Money("0.01"))
    after = lived(tmp_path, (attrs.evolve(yudong, wins=wins),))["Yudong"]
    assert after.paid <= yudong.pot
    assert (after.grants, after.paid) != (11, Money("30000"))

"""The lines of Zhong'an Street on a durable store: one plan, each its share, and whoever raised it throughout."""

from __future__ import annotations

from pathlib import Path

import pytest

import civicflow
import coordination
from civicflow import Refused
from civicflow.testing import FrozenClock


class TestZhongAnStreet:
    """Power, water and telecom lines; one plan."""

    def test_one_plan_of_three_options_and_three_shares(self, tmp_path: Path) -> None:
        """Counted from the entries; who raised it was at each sitting."""
        clock = FrozenClock()
        with civicflow.open(f"sqlite:///{tmp_path / 'shangjie.db'}", clock=clock) as office:
            lines = coordination.lay_lines(office, clock)
            assert office.ledger.verify().ok
        assert (len(lines.plans), len(lines.options)) == (1, len(coordination.OPTIONS))
        assert {*lines.plans, *lines.fell} == set(lines.options)
        assert lines.shares == dict.fromkeys(("power", "water", "telecom"), "completed")
        assert (lines.sittings, lines.with_raiser) == (2, 2)
        assert lines.ticket.outcome == "resolved"

    def test_one_record_changed_changes_the_outcome(self, tmp_path: Path) -> None:
        """Without whoever raised it at the second sitting there is no plan."""
        clock = FrozenClock()
        with civicflow.open(f"sqlite:///{tmp_path / 'shangjie.db'}", clock=clock) as office:
            with pytest.raises(Refused) as caught:
                coordination.lay_lines(office, clock, present=coordination.DELEGATES)
            assert caught.value.refusal.rules == ("raiser-takes-part",)
            (ticket,) = office.find(flow="four-part-ticket").cases
            lines = coordination.figures(office, ticket)
        assert (lines.plans, lines.sittings, lines.with_raiser, lines.shares) == ([], 1, 1, {})

    def test_it_is_told(self, tmp_path: Path) -> None:
        """As a reader sees it."""
        assert "3 options, 1 plan (one trench;" in coordination.tell(tmp_path)

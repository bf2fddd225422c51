"""Shangjie's councils on a durable store: the figures of the row follow from the ledger, and change with a record."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import civicflow
import councils
from civicflow.testing import FrozenClock
from civicflow.workflows.councils.composition import KINDS


def sat(folder: Path, **how: Any) -> councils.Councils:
    """May 2026 in a fresh store."""
    clock = FrozenClock()
    with civicflow.open(f"sqlite:///{folder / 'shangjie.db'}?synchronous=off", clock=clock) as office:
        return councils.sit(office, clock, **how)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> councils.Councils:
    """Shangjie's councils."""
    return sat(tmp_path_factory.mktemp("shangjie"))


class TestShangjie:
    """1+1+1 and 1+6+X in all 59 communities and 284 compounds."""

    def test_each_has_rules_venue_and_covenant(self, told: councils.Councils) -> None:
        """All of them in the end; lacking one of the three, none is convened."""
        assert told.councils == {"community": 59, "compound": 284}
        assert told.complete == 59 + 284
        assert told.refused == {name: (f"has-{name}",) for name in ("rules", "venue", "covenant")}

    def test_the_tenth_is_rolled_over_the_weekend(self, told: councils.Councils) -> None:
        """Whoever sat did so on Monday the 11th, which is the fixed day; two councils missed it."""
        held = told.sittings["confirmed"]
        assert told.days == {"2026-05-11": held}
        assert told.fixed_days == {"held": held, "missed": 2}
        assert told.sittings == {"confirmed": 59 + 284 - 2, "adjourned": 1}

    def test_without_a_property_company_five_kinds_sit(self, told: councils.Councils) -> None:
        """And their minutes name the kind that is excused; the others have all six."""
        five = told.kinds[len(KINDS) - 1]
        assert five > 0
        assert told.excused == {"property-company": five}
        assert told.kinds[len(KINDS)] + five == told.sittings["confirmed"]

    def test_nothing_that_is_raised_disappears(self, told: councils.Councils) -> None:
        """Each matter of the informal sittings is a ticket or a point."""
        raised = [becomes for matters in councils.RAISED.values() for _, becomes in matters]
        assert (told.raised, told.lost) == (len(raised), 0)
        assert (told.tickets, told.points) == (raised.count("ticket"), raised.count("agenda"))
        assert sum(told.outcomes.values()) == told.sittings["confirmed"] + told.points

    def test_one_record_changed_changes_the_figures(self, told: councils.Councils, tmp_path: Path) -> None:
        """A property company everywhere, and one delegate more who comes."""
        other = sat(tmp_path, without_company=False, away=1)
        assert (other.kinds, other.excused) == ({len(KINDS): told.sittings["confirmed"] + 1}, {})
        assert other.fixed_days == {"held": told.fixed_days["held"] + 1, "missed": 1}
        assert "adjourned" not in other.sittings

    def test_it_is_told(self, told: councils.Councils) -> None:
        """As a reader sees it."""
        assert "343 with rules, venue and covenant" in councils.say(told)

"""A work that is suspended: nothing is awarded, planned, paid or settled, and no clock runs until it goes on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import pytest
from tests.workflows.works.conftest import SECRETS, Site, milestones, refused, settled_in

from civicflow import Money
from civicflow.calendars import TimeLimit, time_limit
from civicflow.hierarchy.authority import BY_CLOCK, AnyOf, Holder
from civicflow.plugins.backends import open_storage
from civicflow.workflows.engine.effects import Lift, PutOnHold
from civicflow.workflows.engine.flow import STAY, Step
from civicflow.workflows.works.work_order import WORK_ORDER

if TYPE_CHECKING:
    from tests.conftest import OpenTown


@attrs.frozen
class Suspend:
    """How long it stands still at the most."""

    within: TimeLimit = attrs.field(converter=time_limit)


BOARD = Holder("secretary", "above")
STATES = tuple(s.name for s in WORK_ORDER.states if not s.final and not s.joins)
UNDER_A_BOARD = attrs.evolve(
    WORK_ORDER,
    version=2,
    steps=(
        *WORK_ORDER.steps,
        Step(
            "suspend",
            "suspend | 中止",
            STATES,
            STAY,
            BOARD,
            Suspend,
            does=(PutOnHold("inquiry", "resume"),),
            asks=False,
        ),
        Step(
            "resume",
            "go on | 恢复",
            STATES,
            STAY,
            AnyOf(BOARD, BY_CLOCK),
            does=(Lift("inquiry"),),
            while_held=True,
            asks=False,
        ),
    ),
)
"""The same stages, with a board that may suspend them anywhere."""


@pytest.fixture
def watched(open_town: OpenTown, tmp_path: Path) -> Site:
    """A site whose works a board may suspend."""
    storage = open_storage(f"sqlite:///{tmp_path}/town.db?synchronous=off")
    return settled_in(open_town(storage, load=False, flows=(UNDER_A_BOARD,)))


def award(site: Site) -> object:
    """Award to the lowest."""
    return site.works.award(site.work, "smiths", by=site.secretary)


def plan(site: Site) -> object:
    """Agree on a plan."""
    return site.works.plan(site.work, milestones("17250", "17250"), by=site.secretary)


def pay(site: Site) -> object:
    """Pay the milestone that was passed."""
    return site.works.pay(site.work, by=site.secretary)


def settle(site: Site) -> object:
    """Settle the account."""
    return site.works.settle(site.work, by=site.secretary)


def to_payment(site: Site) -> None:
    """A milestone waits for its payment."""
    site.planned()
    site.works.report(site.work, "done", evidence=("photo",), by=site.officer("smiths"))
    site.works.pass_milestone(site.work, by=site.delegate)


class TestOnHold:
    """Suspended, it stands still; then it goes on where it stood."""

    @pytest.mark.parametrize(
        ("reach", "step"),
        [(Site.opened, award), (Site.awarded, plan), (to_payment, pay), (Site.accepted, settle)],
        ids=["award", "plan", "pay", "settle"],
    )
    def test_nothing_is_awarded_or_paid(
        self, watched: Site, reach: Callable[[Site], object], step: Callable[[Site], object]
    ) -> None:
        """The same step is refused while it is suspended, and taken afterwards."""
        reach(watched)
        watched.office.take(watched.work, "suspend", Suspend("30 days"), by=watched.above)
        before = watched.town.position()
        refused(lambda: step(watched), "held")
        assert watched.town.position() == before
        watched.office.take(watched.work, "resume", by=watched.above)
        step(watched)
        watched.town.check(watched.work)

    def test_no_clock_runs(self, watched: Site) -> None:
        """Twenty days pass on the first of the two on which quotes are opened: afterwards there is time to open them."""
        watched.called()
        watched.quoted(smiths="34500", fencers="35800", luo="37200")
        watched.later(5)
        watched.office.take(watched.work, "suspend", Suspend("20 days"), by=watched.above)
        watched.later(15)
        assert watched.now.state == "quoting.opening"
        watched.later(6)
        assert not watched.now.holds
        site, smith = watched, watched.officer("smiths")
        site.works.open_quote(site.work, Money("34500"), secret=SECRETS["smiths"], by=smith)
        assert watched.now.state == "quoting.opening"

    def test_a_day_that_was_named_stays_that_day(self, watched: Site) -> None:
        """A closing day that passed meanwhile closes when the work goes on: then there are too few, and a second call."""
        watched.called()
        watched.office.take(watched.work, "suspend", Suspend("20 days"), by=watched.above)
        watched.later(15)
        assert watched.now.state == "quoting.calling"
        refused(lambda: watched.quoted(smiths="34500"), "held")
        watched.later(7)
        assert watched.now.state == "quoting.few"
        again = watched.works.call(watched.work, closing=date(2026, 4, 3), by=watched.secretary)
        assert again.state == "quoting.calling"

"""What cities quarrel about: each setting does what it says, and a running ticket keeps the rules that it began with."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow import Case, InvalidInput, Refused
from civicflow.workflows.engine.checks import faults
from civicflow.workflows.engine.flow import Limit
from civicflow.workflows.shipped import SHIPPED
from civicflow.workflows.tickets.policy import FOUR_GRADES, TicketPolicy

if TYPE_CHECKING:
    from tests.conftest import OpenTown, Town

POLICIES = st.builds(
    TicketPolicy,
    reopenings=st.integers(0, 3),
    returns=st.integers(0, 3),
    anonymous=st.booleans(),
    grades=st.sampled_from([(), FOUR_GRADES]),
    very_late=st.sampled_from([0, 2, 3]),
)


def under(open_town: OpenTown, **settings: Any) -> Town:
    """A town whose tickets run under this policy."""
    return open_town(flows=[TicketPolicy(**settings).flow(101)])


@given(policy=POLICIES, version=st.integers(2, 9))
def test_every_policy_is_a_sound_flow(policy: TicketPolicy, version: int) -> None:
    """And two policies that differ are two flows, two that do not are one."""
    flow = policy.flow(version)
    assert faults(flow, {one.name: one for one in SHIPPED} | {flow.name: flow}) == ()
    assert flow.digest == policy.flow(version).digest
    usual = TicketPolicy().flow(version)
    assert (flow.digest == usual.digest) == (policy == TicketPolicy())


def unresolved(town: Town, ticket: Case) -> Case:
    """The ticket is done, answered, and whoever ordered says that it is not resolved."""
    town.office.tickets.dispatch(ticket, to=["health"], by=town.secretary())
    town.done(ticket, "health")
    town.office.tickets.answer(ticket, "done", by=town.secretary())
    return town.office.tickets.evaluate(ticket, resolved=False, by=town.resident)


class TestReopenings:
    """*How often an unresolved ticket is re-opened before it goes one level up; 0 for never*."""

    @pytest.mark.parametrize("most", [0, 1, 2])
    def test_so_often_and_then_up(self, open_town: OpenTown, most: int) -> None:
        """It stays with its community so often."""
        town = under(open_town, reopenings=most)
        ticket, community = town.ordered(), town.office.unit("community")
        for _ in range(most):
            ticket = unresolved(town, ticket)
            assert (ticket.state, ticket.unit) == ("reopened", community)
        ticket = unresolved(town, ticket)
        assert (ticket.state, ticket.unit) == ("ordered", town.office.unit("subdistrict"))


class TestReturns:
    """*How often a ticket may come back to its dispatcher before it goes one level up; 0 for never*."""

    @pytest.mark.parametrize("most", [0, 1, 2])
    def test_so_often_and_then_up(self, open_town: OpenTown, most: int) -> None:
        """A department returns it, and returns it."""
        town = under(open_town, returns=most)
        ticket = town.ordered()
        for turn in range(most + 1):
            town.office.tickets.dispatch(ticket, to=["health"], by=town.secretary(), key=f"turn {turn}")
            share = town.office.tickets.decline(ticket, f"not ours {turn}", by=town.officer("health"))
            ticket = town.office.case(share.matter)
            assert ticket.state == "returned"
            assert ticket.unit == town.office.unit("community" if turn < most else "subdistrict")


class TestAnonymous:
    """*Whether somebody may order who gives no name*."""

    def test_no_name_is_refused_where_names_are_wanted(self, open_town: OpenTown) -> None:
        """A clerk may still order for somebody whom they name."""
        town = under(open_town, anonymous=False)
        clerk = town.office.act_as("clerk-community", post="clerk", unit="community")
        with pytest.raises(Refused) as refused:
            town.office.tickets.order("a lamp", unit="community", by=clerk, requester="")
        assert refused.value.refusal.rules == ("named",)
        assert "具名" in refused.value.refusal.say("zh")
        for_her = town.office.tickets.order("a lamp", unit="community", by=clerk, requester="resident-1")
        assert for_her.requester == "resident-1"

    def test_usually_nobody_has_to(self, town: Town) -> None:
        """Then nobody is asked how it was, and it lapses."""
        clerk = town.office.act_as("clerk-community", post="clerk", unit="community")
        ticket = town.office.tickets.order("a lamp", unit="community", by=clerk, requester="")
        assert ticket.requester is None
        town.office.tickets.answer(ticket, "done", by=town.secretary())
        town.clock.advance(days=8)
        town.office.tick()
        assert town.now(ticket).outcome == "unevaluated"


class TestGrades:
    """*The promises that a dispatch may make*."""

    def test_one_of_them_has_to_be_made(self, open_town: OpenTown) -> None:
        """None and any other are refused, and the refusal names them."""
        town = under(open_town, grades=FOUR_GRADES)
        for within in (None, "3 days", "48 hours"):
            with pytest.raises(Refused) as refused:
                town.office.tickets.dispatch(town.ordered(), to=["health"], within=within, by=town.secretary())
            assert refused.value.refusal.say("en").startswith(
                "the promise is one of: 2 hours, 24 hours, 7 days, 15 days"
            )
        for within in FOUR_GRADES:
            ticket = town.ordered()
            town.office.tickets.dispatch(ticket, to=["health"], within=within, by=town.secretary())
            assert town.now(ticket).promise is not None


class TestVeryLate:
    """*How many times over the promise has passed when the level above is told*."""

    def test_three_times_over(self, open_town: OpenTown) -> None:
        """Not before, and once."""
        town = under(open_town, very_late=3)
        ticket = town.ordered()
        town.office.tickets.dispatch(ticket, to=["health"], within="10 hours", by=town.secretary())
        town.clock.advance(hours=29)
        town.office.tick()
        assert "overrun" not in town.steps(ticket)
        assert "urge" in town.steps(ticket)
        town.clock.advance(hours=2)
        town.office.tick()
        town.office.tick()
        assert town.steps(ticket).count("overrun") == 1
        assert town.now(ticket).data["very_late"] == 1
        assert ("very-late", town.secretary("subdistrict").person) in town.told()

    def test_twice_is_the_least(self) -> None:
        """Once over is late; and a limit without a promise has nothing to count."""
        with pytest.raises(InvalidInput, match="very late is from 2 on"):
            TicketPolicy(very_late=1)
        for times, promised in ((1, True), (3, False)):
            with pytest.raises(InvalidInput, match=f"times={times}"):
                Limit("1 day", "remind", promised=promised, times=times)


def test_every_fault_at_once() -> None:
    """Fact, value and remedy of each."""
    with pytest.raises(InvalidInput) as wrong:
        TicketPolicy(reopenings=-1, returns=True, very_late=1)
    assert [fault.path for fault in wrong.value.faults] == ["reopenings", "returns", "very_late"]
    with pytest.raises(InvalidInput, match="give one above 1, got 1"):
        TicketPolicy().flow(1)


def test_a_running_ticket_keeps_its_rules(open_town: OpenTown) -> None:
    """The policy is for new ones."""
    town = open_town()
    running = town.ordered()
    town.office.flows.add(TicketPolicy(reopenings=0).flow(101))
    assert unresolved(town, running).state == "reopened"
    assert unresolved(town, town.ordered("new")).state == "ordered"

"""Lists: what waits for whom, and what nobody will ever bring on."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from civicflow.calendars import Recurrence, TimeLimit
from civicflow.hierarchy.authority import ANYONE, BY_CLOCK, Requester
from civicflow.workflows.engine.flow import NEW, Flow, Guard, Limit, State, Step

if TYPE_CHECKING:
    from tests.conftest import Town

    from civicflow import Case


class TestInbox:
    """What waits for somebody: the cases in which they are asked to act, the most urgent first."""

    def test_an_officer_finds_the_shares_of_their_body(self, town: Town) -> None:
        """Each department its own; what is done waits for nobody."""
        ticket = town.dispatched("health", "emergency", within="3 workdays")
        health = town.office.act_as("officer-health", post="officer", unit="health")
        assert [w.case.key for w in town.office.inbox(health).waiting] == ["health"]
        town.office.tickets.accept(ticket, by=health)
        town.office.tickets.complete(ticket, by=health)
        assert town.office.inbox(health).waiting == ()

    def test_the_most_urgent_comes_first_and_says_until_when(self, town: Town) -> None:
        """By the instant on which the clock acts, as the place's clock shows it."""
        town.ordered()
        town.clock.advance(days=1)
        town.ordered()
        secretary = town.office.act_as("secretary-community", post="secretary", unit="community")
        waiting = town.office.inbox(secretary).waiting
        untils = [w.until for w in waiting if w.until is not None]
        assert len(waiting) == len(untils) == 2
        assert untils == sorted(untils)
        assert {until.tzname() for until in untils} == {"CST"}

    def test_whoever_ordered_is_asked_to_evaluate(self, town: Town) -> None:
        """An answered ticket waits for its requester, whatever post they hold besides."""
        ticket: Case = town.ordered()
        secretary = town.office.act_as("secretary-community", post="secretary", unit="community")
        town.office.tickets.answer(ticket, "done", by=secretary)
        requester = town.office.act_as(str(town.now(ticket).requester))
        assert [w.case.id for w in town.office.inbox(requester).waiting] == [ticket.id]

    def test_a_post_that_changed_hands_takes_its_inbox_along(self, town: Town) -> None:
        """A post is asked, not a person: who held it yesterday is asked no more."""
        town.ordered()
        register = town.register
        register["bodies"][2]["posts"]["secretary"] = "somebody-new"
        town.clock.advance(days=1)
        town.load(register)
        new, old = (
            town.office.act_as(person, post="secretary", unit="community")
            for person in ("somebody-new", "secretary-community")
        )
        assert len(town.office.inbox(new).waiting) == 1
        assert town.office.inbox(old).waiting == ()


class TestStuck:
    """Open cases that no clock will ever bring on."""

    @pytest.fixture
    def refused(self) -> Flow:
        """A flow that looks once at what waits, and is refused then; a reminder that comes to an end is no fault."""
        never = Guard("never", lambda _: False, "never | 永不")
        once = Recurrence(rule="FREQ=DAILY;COUNT=1", first=date(2026, 3, 3))
        return Flow(
            "refused",
            1,
            "refused | 被拒",
            (
                State("waiting", "waiting | 等待", (Limit(once, "end", again=True),)),
                State("over", "over | 结束", final="over"),
            ),
            (
                Step("begin", "begin | 开始", NEW, "waiting", ANYONE),
                Step("end", "end | 结束", "waiting", "over", BY_CLOCK, guards=(never,)),
                Step("stop", "stop | 停止", "waiting", "over", Requester()),
            ),
        )

    def test_a_case_whose_every_rung_was_refused_is_listed_until_somebody_acts(self, town: Town, refused: Flow) -> None:
        """Nothing waits for ever unseen."""
        town.office.flows.add(refused)
        by = town.office.act_as("resident-1")
        case = town.office.begin("refused", "begin", None, by=by, unit="community")
        assert town.office.stuck().cases == ()
        town.clock.advance(days=3)
        town.office.tick()
        assert [stuck.id for stuck in town.office.stuck().cases] == [case.id]
        town.office.take(case, "stop", by=by)
        assert town.office.stuck().cases == ()

    def test_what_stands_or_waits_for_its_children_is_not_stuck(self, town: Town) -> None:
        """A fund waits for nobody; a dispatched ticket waits for its shares."""
        town.fund()
        town.dispatched("health", within="3 workdays")
        assert town.office.stuck().cases == ()


def test_a_case_that_begins_with_a_limit_of_zero_goes_on_at_once(town: Town) -> None:
    """It does not wait for the next tick, and the caller is given what came of it."""
    at_once = Flow(
        "at-once",
        1,
        "at once | 即办",
        (
            State("due", "due | 即办", (Limit(TimeLimit(0, "hours"), "end"),)),
            State("over", "over | 结束", final="over"),
        ),
        (
            Step("begin", "begin | 开始", NEW, "due", ANYONE),
            Step("end", "end | 结束", "due", "over", BY_CLOCK),
        ),
    )
    town.office.flows.add(at_once)
    case = town.office.begin("at-once", "begin", None, by=town.office.act_as("resident-1"), unit="community")
    assert case.state == "over"
    assert town.steps(case) == ["begin", "end"]

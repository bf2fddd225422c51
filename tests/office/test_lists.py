"""Lists: what waits for whom, and what nobody will ever bring on."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

import pytest

from civicflow import InvalidInput, NotFound
from civicflow.calendars import Recurrence, TimeLimit
from civicflow.errors import UnsupportedQuery
from civicflow.hierarchy.authority import ANYONE, BY_CLOCK, CLOCK, AnyOf, Holder, Requester
from civicflow.workflows.engine.flow import NEW, Flow, Guard, Limit, State, Step

if TYPE_CHECKING:
    from tests.conftest import OpenTown, Town

    from civicflow import Case
    from civicflow.plugins.storage.contract import Storage


ONCE: Final = Recurrence(rule="FREQ=DAILY;COUNT=1", first=date(2026, 3, 3))
REFUSED: Final = Flow(
    "refused",
    1,
    "refused | 被拒",
    (
        State("waiting", "waiting | 等待", (Limit(ONCE, "end", again=True),)),
        State("over", "over | 结束", final="over"),
    ),
    (
        Step("begin", "begin | 开始", NEW, "waiting", ANYONE),
        Step("end", "end | 结束", "waiting", "over", BY_CLOCK, guards=(Guard("never", lambda _: False, "no | 否"),)),
        Step("stop", "stop | 停止", "waiting", "over", AnyOf(Requester(), Holder("secretary"))),
    ),
)
"""It looks once at what waits, and is refused then: no clock runs any more, and people are still asked."""


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

    def test_a_case_whose_every_rung_was_refused_is_listed_until_somebody_acts(self, town: Town) -> None:
        """Nothing waits for ever unseen."""
        town.office.flows.add(REFUSED)
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


class TestFind:
    """Cases by their facts: everything that is given holds."""

    @pytest.fixture
    def town(self, open_town: OpenTown, storage: Storage) -> Town:
        """The town on each of the built-in storages, with some tickets."""
        town = open_town(storage)
        for number, (title, unit, category) in enumerate(
            [("Lamp east", "community", "lamp"), ("Lamp west", "neighbour", "lamp"), ("Noise", "community", "noise")]
        ):
            town.ordered(title, unit=unit, category=category, key=f"order-{number}")
            town.clock.advance(days=1)
        return town

    def titles(self, town: Town, **asked: Any) -> list[Any]:
        """The titles of what is found, oldest first."""
        found = town.office.find(flow="four-part-ticket", order="opened", **asked)
        return [case.data["title"] for case in found.cases]

    def test_a_field_equals_a_value_or_one_of_several(self, town: Town) -> None:
        """Or nothing, with None."""
        assert self.titles(town, category="lamp") == ["Lamp east", "Lamp west"]
        assert self.titles(town, category=("noise", "dust")) == ["Noise"]
        assert self.titles(town, outcome=None, category=()) == []
        assert self.titles(town, satisfied=None) == ["Lamp east", "Lamp west", "Noise"]

    def test_under_is_a_unit_with_all_below_it(self, town: Town) -> None:
        """By code; an area's subtree, and a body's own cases."""
        assert self.titles(town, under="district") == ["Lamp east", "Lamp west", "Noise"]
        assert self.titles(town, under="community") == ["Lamp east", "Noise"]
        assert self.titles(town, under="health") == []
        ticket = town.office.find(title="Noise").cases[0]
        town.office.tickets.dispatch(ticket, to=("health",), by=town.secretary())
        assert [case.slot for case in town.office.find(under="health").cases] == ["lead"]
        with pytest.raises(NotFound):
            town.office.find(under="nowhere")

    def test_open_and_closed(self, town: Town) -> None:
        """A case is one or the other."""
        ticket = town.office.find(title="Noise").cases[0]
        town.office.tickets.answer(ticket, "done", by=town.secretary())
        town.office.tickets.evaluate(ticket, resolved=True, by=town.resident)
        assert self.titles(town, open=True) == ["Lamp east", "Lamp west"]
        assert self.titles(town, open=False) == ["Noise"]

    def test_periods_begin_with_their_first_instant_and_end_before_their_last(self, town: Town) -> None:
        """Raised from, raised before, due before."""
        opened = [case.opened for case in town.office.find(flow="four-part-ticket", order="opened").cases]
        assert self.titles(town, opened_from=opened[1]) == ["Lamp west", "Noise"]
        assert self.titles(town, opened_before=opened[1]) == ["Lamp east"]
        assert self.titles(town, opened_from=opened[0], opened_before=opened[2]) == ["Lamp east", "Lamp west"]
        dues = [case.due for case in town.office.find(flow="four-part-ticket", order="due").cases]
        assert dues == sorted(due for due in dues if due is not None)
        assert self.titles(town, due_before=dues[1]) == ["Lamp east"]

    def test_prefixes_and_pages(self, town: Town) -> None:
        """Descending, and one after the other."""
        assert self.titles(town, prefix={"title": "Lamp"}) == ["Lamp east", "Lamp west"]
        first = town.office.find(flow="four-part-ticket", order=("-title",), limit=2)
        rest = town.office.find(flow="four-part-ticket", order=("-title",), limit=2, after=first.next)
        found = [case.data["title"] for case in (*first.cases, *rest.cases)]
        assert (found, rest.next) == (["Noise", "Lamp west", "Lamp east"], "")

    def test_what_is_asked_wrongly_says_all_that_is_wrong(self, town: Town) -> None:
        """Unknown fields with those that there are; instants without a zone."""
        with pytest.raises(UnsupportedQuery, match="'colour', 'size', 'shape'; there are case, matter, due, flow"):
            town.office.find(colour="red", prefix={"size": "X"}, order="-shape")
        naive = datetime(2026, 3, 2)
        with pytest.raises(InvalidInput) as refused:
            town.office.find(opened_from=naive, due_before=naive)
        assert [fault.path for fault in refused.value.faults] == ["opened_from", "due_before"]
        with pytest.raises(UnsupportedQuery, match="category"):
            town.office.find(category=5)


class TestPages:
    """Inboxes and lists of what is stuck are pages, which hold while others write."""

    @pytest.mark.parametrize("limit", [1, 2, 3, 7])
    def test_an_inbox_turns_its_pages(self, open_town: OpenTown, storage: Storage, limit: int) -> None:
        """By deadline, and what no clock drives last; a case that did not move is seen exactly once."""
        town = open_town(storage, flows=(REFUSED,))
        for number in range(3):
            town.office.begin("refused", "begin", None, by=town.resident, unit="community", key=f"begin-{number}")
        town.clock.advance(days=3)
        town.office.tick()
        for number in range(3):
            town.ordered(f"ticket {number}", key=f"order-{number}")
            town.clock.advance(hours=1)
        whole = town.office.inbox(town.secretary(), limit=100)
        assert [w.case.flow_name for w in whole.waiting] == ["four-part-ticket"] * 3 + ["refused"] * 3
        assert [w.until is None for w in whole.waiting] == [False] * 3 + [True] * 3
        assert whole.next == ""
        seen, after = [], ""
        while True:
            page = town.office.inbox(town.secretary(), limit=limit, after=after)
            assert len(page.waiting) <= limit
            seen += [w.case.id for w in page.waiting]
            if not seen[limit:]:
                town.office.tickets.answer(seen[0], "done", by=town.secretary())  # it leaves the list behind us
            after = page.next
            if not after:
                break
            assert page.waiting
        assert seen == [w.case.id for w in whole.waiting]

    def test_an_inbox_of_one_flow(self, open_town: OpenTown) -> None:
        """Shares are one's own list, say."""
        town = open_town(flows=(REFUSED,))
        ticket = town.ordered()
        other = town.office.begin("refused", "begin", None, by=town.resident, unit="community")
        secretary = town.secretary()
        assert [w.case.id for w in town.office.inbox(secretary, flow="four-part-ticket").waiting] == [ticket.id]
        assert [w.case.id for w in town.office.inbox(secretary, flow="refused").waiting] == [other.id]
        assert town.office.inbox(secretary, flow="share").waiting == ()

    def test_nobody_is_asked_nothing(self, town: Town) -> None:
        """The clock has no inbox; a page holds at least one case; a cursor is an inbox's own."""
        town.ordered()
        assert town.office.inbox(CLOCK).waiting == ()
        for wrong in ({"limit": 0}, {"after": "x"}, {"after": ".x"}, {"limit": 0, "after": "."}):
            with pytest.raises(UnsupportedQuery):
                town.office.inbox(town.secretary(), **wrong)
        with pytest.raises(UnsupportedQuery):
            town.office.stuck(limit=0)

    def test_what_is_stuck_turns_its_pages(self, open_town: OpenTown) -> None:
        """What may stand, as a fund does, is passed over without a gap."""
        town = open_town(flows=(REFUSED,))
        stuck = []
        for number in range(5):
            town.fund(key=f"fund-{number}")
            by = town.resident
            stuck.append(town.office.begin("refused", "begin", None, by=by, unit="community", key=f"{number}").id)
        town.clock.advance(days=3)
        town.office.tick()
        for limit in (1, 2, 5, 9):
            found, after = [], ""
            while True:
                page = town.office.stuck(limit=limit, after=after)
                found += [case.id for case in page.cases]
                after = page.next
                if not after:
                    break
                assert len(page.cases) == limit
            assert found == sorted(stuck)

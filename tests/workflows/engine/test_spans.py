"""Time limits over several states: they go on while the case moves, stand still where they are paused, and can be put off."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow import InvalidInput, Refused
from civicflow.calendars import Recurrence, TimeLimit, time_limit, weekdays
from civicflow.hierarchy.authority import ANYONE, BY_CLOCK, AnyOf, Holder
from civicflow.ids import CaseId
from civicflow.workflows.engine.clocks import entering, spelled
from civicflow.workflows.engine.compose import Stage, compose
from civicflow.workflows.engine.effects import Extend, Lift, PutOnHold
from civicflow.workflows.engine.flow import NEW, STAY, Flow, Limit, Span, State, Step
from civicflow.workflows.engine.flows import Flows
from civicflow.workflows.engine.records import Case, Clock
from civicflow.workflows.engine.telling import Tell

if TYPE_CHECKING:
    from tests.conftest import OpenTown, Town

ZONE = "Asia/Shanghai"
SECRETARY = Holder("secretary", "unit")


@attrs.frozen
class Within:
    """For how long."""

    within: TimeLimit = attrs.field(converter=time_limit)


def errand(*limits: Limit) -> Flow:
    """A case that is filed, looked at, waits for papers at times, and has so long for all of it."""
    return Flow(
        "errand",
        1,
        "errand | 事项",
        (
            State("filed", "filed | 已受理", (Limit("1 workday", "nudge"),)),
            State("reviewing", "under review | 审核中"),
            State("lacking", "papers are missing | 待补正", (Limit("30 days", "give-up"),)),
            State("overdue", "overdue | 已超期", (Limit("2 workdays", "nudge", again=True),)),
            State("done", "done | 完", final="done"),
        ),
        (
            Step("file", "file | 提交", NEW, "filed", ANYONE),
            Step("take", "take | 受理", "filed", "reviewing", ANYONE),
            Step("ask", "ask | 补正", "reviewing", "lacking", ANYONE, asks=False),
            Step("supply", "supply | 提交补正", "lacking", "reviewing", ANYONE),
            Step(
                "extend", "extend | 延期", "reviewing", STAY, ANYONE, Within, does=(Extend("settlement"),), asks=False
            ),
            Step("end", "end | 办结", ("reviewing", "overdue"), "done", ANYONE),
            Step(
                "nudge",
                "nudge | 催",
                ("filed", *(("reviewing",) if any(limit.then == "nudge" for limit in limits) else ()), "overdue"),
                STAY,
                BY_CLOCK,
                does=(Tell(SECRETARY, "nudge", "n | 催"),),
            ),
            Step("be-late", "be late | 逾期", ("filed", "reviewing"), "overdue", BY_CLOCK),
            Step("give-up", "give up | 放弃", "lacking", "done", BY_CLOCK),
            Step(
                "hold", "hold | 挂", ("filed", "reviewing"), STAY, ANYONE, Within, does=(PutOnHold("rest", "resume"),)
            ),
            Step(
                "resume",
                "resume | 续",
                ("filed", "reviewing", "lacking"),
                STAY,
                AnyOf(ANYONE, BY_CLOCK),
                does=(Lift("rest"),),
                while_held=True,
            ),
        ),
        spans=(Span("settlement", "settlement | 办结", ("filed", "reviewing"), limits, paused="lacking"),),
    )


TEN = errand(Limit("5 workdays", "nudge"), Limit("10 workdays", "be-late"))


def filed(town: Town) -> Case:
    """A new errand, on the morning of Monday 2 March 2026."""
    return town.office.begin("errand", "file", None, by=town.resident, unit="community")


def settlement(case: Case) -> dict[str, Clock]:
    """The clocks of the span, by key."""
    return {str(clock.limit): clock for clock in case.clocks if isinstance(clock.limit, str)}


class TestSpans:
    """A span begins with its first state and ends with its last; what happens between does not start it anew."""

    def test_it_goes_on_while_the_case_moves(self, open_town: OpenTown) -> None:
        """Taken on the third day, the errand still has ten working days from when it was filed."""
        town = open_town(flows=(TEN,))
        case = filed(town)
        before = settlement(case)
        assert list(before) == ["settlement/0", "settlement/1"]
        town.clock.advance(days=2)
        taken = town.office.take(case, "take", by=town.resident)
        assert settlement(taken) == before
        assert [clock.limit for clock in taken.clocks] == ["settlement/0", "settlement/1"]

    def test_its_ladder_is_rung_wherever_the_case_stands(self, open_town: OpenTown) -> None:
        """After five working days it reminds, after ten it is late; a rung that rang does not ring again."""
        town = open_town(flows=(TEN,))
        case = filed(town)
        town.office.take(case, "take", by=town.resident)
        for _ in range(15):
            town.clock.advance(days=1)
            town.office.tick()
        assert town.steps(case) == ["file", "take", "nudge", "be-late"]
        late = town.office.ledger.entries(case)[-1]
        assert late.happened == datetime(2026, 3, 16, 15, 59, 59, 999_999, tzinfo=UTC)
        assert not settlement(town.now(case))

    def test_it_stands_still_where_it_is_paused(self, open_town: OpenTown) -> None:
        """Nine working days were left when papers were asked for; three weeks later nine are left."""
        town = open_town(flows=(TEN,))
        case = filed(town)
        town.clock.advance(days=1)
        town.office.take(case, "take", by=town.resident)
        waiting = town.office.take(case, "ask", by=town.resident)
        assert {clock.stopped for clock in settlement(waiting).values()} == {town.clock()}
        assert waiting.due == town.office.case(case).clocks[0].due  # the state's own limit is all that runs
        town.clock.advance(days=21)
        assert town.office.tick().rung == 0
        resumed = settlement(town.office.take(case, "supply", by=town.resident))
        assert [clock.left for clock in resumed.values()] == [4, 9]
        assert all(clock.stopped is None for clock in resumed.values())
        day = weekdays(ZONE).local_date
        assert [day(clock.due) for clock in resumed.values()] == [date(2026, 3, 30), date(2026, 4, 7)]

    def test_a_case_that_leaves_its_states_has_no_clock_of_it(self, open_town: OpenTown) -> None:
        """Coming back begins a new one."""
        town = open_town(flows=(TEN,))
        case = town.office.take(filed(town), "take", by=town.resident)
        assert not town.office.take(case, "end", by=town.resident).clocks

    @given(
        n=st.integers(1, 15), worked=st.integers(0, 200), rest=st.integers(0, 40 * 24), start=st.integers(0, 20 * 24)
    )
    def test_a_pause_takes_no_working_day_away_and_gives_none(self, n: int, worked: int, rest: int, start: int) -> None:
        """Used and left add up to the limit, as for a hold."""
        calendar, day = weekdays(ZONE), weekdays(ZONE).local_date
        since = datetime(2026, 3, 2, 1, tzinfo=UTC) + timedelta(hours=start)
        span = Span("s", "s | 时", "run", (Limit(TimeLimit(n, "workdays"), "end"),), paused="rest")
        (begun,) = entering((span,), Case(id=CaseId("C")), State("run", "r | 行"), since, None, calendar, {})
        stops = min(since + timedelta(hours=worked), begun[2] - timedelta(microseconds=1))
        running = Case(id=CaseId("C"), state="run", clocks=(Clock(*begun),))
        (stopped,) = entering((span,), running, State("rest", "r | 停"), stops, None, calendar, {})
        resting = Case(id=CaseId("C"), state="rest", clocks=(Clock(*stopped),))
        assert spelled(resting.clocks[0]) == stopped
        assert resting.due is None
        resumes = stops + timedelta(hours=rest)
        (again,) = entering((span,), resting, State("run", "r | 行"), resumes, None, calendar, {})
        used = calendar.working_days_between(day(since), day(stops))
        left = calendar.working_days_between(day(resumes), day(again[2]))
        assert used + left == n

    @pytest.mark.parametrize("inside", [True, False])
    def test_a_hold_and_a_pause_do_not_count_twice(self, open_town: OpenTown, inside: bool) -> None:  # noqa: FBT001
        """Whether the hold ends within the pause or stands alone, each hour that stood still is given back once."""
        flow = errand(Limit("48 hours", "be-late"))
        steps = tuple(attrs.evolve(s, while_held=True) if s.name in ("ask", "supply") else s for s in flow.steps)
        town = open_town(flows=(attrs.evolve(flow, steps=steps),))
        case = filed(town)
        town.office.take(case, "take", by=town.resident)
        due = next(iter(settlement(town.now(case)).values())).due
        town.office.take(case, "hold", {"within": "9 days"}, by=town.resident)
        town.clock.advance(hours=10)
        if inside:
            town.office.take(case, "ask", by=town.resident)
            town.clock.advance(hours=5)
            town.office.take(case, "supply", by=town.resident)
            town.clock.advance(hours=5)
        town.office.take(case, "resume", by=town.resident)
        stood = timedelta(hours=20 if inside else 10)
        assert next(iter(settlement(town.now(case)).values())).due == due + stood


class TestExtensions:
    """More time is asked for before the time has passed, and counts from when it would have."""

    def test_it_counts_from_the_former_end(self, open_town: OpenTown) -> None:
        """Three working days more: the end moves from the 16th to the 19th."""
        town = open_town(flows=(TEN,))
        case = town.office.take(filed(town), "take", by=town.resident)
        later = town.office.take(case, "extend", {"within": "3 workdays"}, by=town.resident)
        day = weekdays(ZONE).local_date
        assert [day(clock.due) for clock in settlement(later).values()] == [date(2026, 3, 12), date(2026, 3, 19)]

    def test_a_share_is_put_off_with_what_was_promised(self, open_town: OpenTown) -> None:
        """Asked for in time and granted: the promise moves, and the share is on time by the new one."""
        town = open_town()
        ticket = town.dispatched("health", within="3 workdays")
        tickets = town.office.tickets
        share = tickets.accept(ticket, by=town.officer("health"))
        asked = tickets.ask_extension(ticket, "the part is on order", within="5 workdays", by=town.officer("health"))
        assert (asked.state, asked.due) != (share.state, share.due)
        assert ("extension-asked", "secretary-community") in town.told()
        town.clock.advance(days=1)
        given = tickets.extend(asked, within="4 workdays", by=town.secretary())
        assert share.promise is not None
        # Four working days more, one that stood still while it was decided on, and a weekend.
        assert given.promise == given.due == share.promise + timedelta(days=7)
        with pytest.raises(Refused) as again:
            tickets.ask_extension(ticket, "more", within="5 workdays", by=town.officer("health"))
        assert again.value.refusal.rules == ("asked-once",)

    def test_what_nobody_decides_is_refused_by_the_clock(self, open_town: OpenTown) -> None:
        """Two working days later the time goes on where it stood, and then the share is late as ever."""
        town = open_town()
        ticket = town.dispatched("health", within="3 workdays")
        share = town.office.tickets.accept(ticket, by=town.officer("health"))
        town.office.tickets.ask_extension(share, "much to do", within="5 workdays", by=town.officer("health"))
        for _ in range(12):
            town.clock.advance(days=1)
            town.office.tick()
        assert [step for step in town.steps(share) if step != "remind"] == [
            "accept",
            "ask-extension",
            "refuse-extension",
            "escalate",
        ]

    def test_refused_the_time_goes_on(self, open_town: OpenTown) -> None:
        """The dispatcher may say no at once, and then nothing has moved."""
        town = open_town()
        ticket = town.dispatched("health", within="3 workdays")
        share = town.office.tickets.accept(ticket, by=town.officer("health"))
        town.office.tickets.ask_extension(share, "much to do", within="5 workdays", by=town.officer("health"))
        back = town.office.tickets.refuse_extension(share, by=town.secretary(), why="it is urgent")
        assert (back.state, back.due, back.promise) == ("accepted", share.due, share.promise)

    def test_too_late_is_too_late(self, open_town: OpenTown) -> None:
        """Once the time has passed nothing is put off, whoever asks."""
        town = open_town()
        ticket = town.dispatched("health", within="3 workdays")
        share = town.office.tickets.accept(ticket, by=town.officer("health"))
        town.clock.advance(days=10)
        with pytest.raises(Refused) as late:
            town.office.tickets.ask_extension(share, "late", within="5 workdays", by=town.officer("health"))
        assert late.value.refusal.rules == ("in-time",)


class TestRecurring:
    """A limit may be a recurring day: each of them rings, also those that nobody ticked for."""

    FIRST = Recurrence(rule="FREQ=MONTHLY;BYMONTHDAY=10", first=date(2026, 1, 1))

    def duty(self, rule: Recurrence) -> Flow:
        """A duty that is inspected on recurring days."""
        return Flow(
            "inspected-duty",
            1,
            "duty | 职责",
            (
                State("open", "open | 在册", (Limit(rule, "inspect", again=True),)),
                State("done", "done | 完", final="done"),
            ),
            (
                Step("begin", "begin | 始", NEW, "open", ANYONE),
                Step("inspect", "inspect | 检查", "open", STAY, BY_CLOCK, does=(Tell(SECRETARY, "i", "i | 查"),)),
                Step("end", "end | 终", "open", "done", ANYONE),
            ),
        )

    def test_each_day_is_an_entry_of_its_own(self, open_town: OpenTown) -> None:
        """Nobody ticked from March to June: four inspections fell due, on working days, and one message says so."""
        town = open_town(flows=(self.duty(self.FIRST),))
        case = town.office.begin("inspected-duty", "begin", None, by=town.resident, unit="community")
        town.clock.advance(days=101)
        town.office.tick()
        days = [entry.happened.date() for entry in town.office.ledger.entries(case)[1:]]
        assert days == [date(2026, 3, 10), date(2026, 4, 10), date(2026, 5, 11), date(2026, 6, 10)]
        assert len(town.told()) == 1
        assert town.now(case).due == datetime(2026, 7, 10, 15, 59, 59, 999_999, tzinfo=UTC)

    def test_a_rule_that_has_ended_leaves_the_case_without_a_clock(self, open_town: OpenTown) -> None:
        """The case is then on the list of those that no clock brings on."""
        rule = Recurrence(rule="FREQ=MONTHLY;BYMONTHDAY=10;COUNT=1", first=date(2026, 3, 1))
        town = open_town(flows=(self.duty(rule),))
        case = town.office.begin("inspected-duty", "begin", None, by=town.resident, unit="community")
        town.clock.advance(days=60)
        town.office.tick()
        assert town.now(case).clocks == ()


class TestDefinition:
    """A span that cannot run is a fault of the flow."""

    @pytest.mark.parametrize(
        ("span", "said"),
        [
            (Span("s", "s | 时", "nowhere", (Limit("1 day", "be-late"),)), "'nowhere', which is no state"),
            (Span("s", "s | 时", "filed", (Limit("1 day", "fly"),)), "'fly', which is no step of the flow"),
            (Span("s", "s | 时", ("filed", "overdue"), (Limit("1 day", "be-late"),)), "does not lead from overdue"),
            (Span("s", "s | 时", "filed", (Limit("1 day", "be-late"),), paused="filed"), "runs and stands still"),
            (Span("s", "s | 时", "filed", ()), "has a limit; give it both"),
        ],
    )
    def test_each_fault_is_named(self, span: Span, said: str) -> None:
        """With the span's name."""
        with pytest.raises(InvalidInput) as caught:
            Flows((attrs.evolve(TEN, spans=(span,)),))
        assert any(said in fault.reason and fault.path == "s" for fault in caught.value.faults)

    def test_left_alone_a_span_brings_its_states_to_an_end(self) -> None:
        """Without it the review would wait for ever."""
        Flows((TEN,))
        with pytest.raises(InvalidInput, match="left alone it never ends"):
            Flows((attrs.evolve(TEN, spans=(), steps=tuple(step for step in TEN.steps if step.name != "extend")),))

    def test_a_stage_brings_its_spans_along(self) -> None:
        """Under the stage's name, with the steps that they call and the extension that moves them."""
        whole = compose(
            "two",
            1,
            "two | 二",
            {"a": Stage(TEN, {"done": "end"})},
            ends={"end": "end | 终"},
            begins=(Step("start", "start | 始", NEW, "a", ANYONE),),
        )
        (span,) = whole.spans
        assert (span.name, span.over, span.paused) == ("a.settlement", ("a.filed", "a.reviewing"), ("a.lacking",))
        assert [limit.then for limit in span.limits] == ["a.nudge", "a.be-late"]
        extend = next(step for step in whole.steps if step.name == "a.extend")
        assert extend.does == (Extend("a.settlement"),)
        Flows((whole,))

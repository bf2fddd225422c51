"""Time limits: ladders, holds, provisional calendars, and what the rules refuse to the clock."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow import Refused
from civicflow.calendars import TimeLimit, from_days, time_limit, weekdays
from civicflow.hierarchy.authority import ANYONE, BY_CLOCK, AnyOf, Holder
from civicflow.hierarchy.register import Register
from civicflow.ids import CaseId
from civicflow.workflows.engine.apply import apply
from civicflow.workflows.engine.clocks import resumed
from civicflow.workflows.engine.effects import Lift, PutOnHold
from civicflow.workflows.engine.flow import NEW, STAY, Flow, Guard, Limit, State, Step
from civicflow.workflows.engine.records import Case, Clock, Hold
from civicflow.workflows.engine.telling import Tell

if TYPE_CHECKING:
    from tests.conftest import OpenTown, Town

SECRETARY = Holder("secretary", "unit")
NEVER = Guard("never", lambda _: False, "never | 从不")
ZONE = "Asia/Shanghai"


@attrs.frozen
class Within:
    """For how long."""

    within: TimeLimit = attrs.field(converter=time_limit)


def ladder(*limits: Limit, guard: Guard | None = None, resumes: Guard | None = None) -> Flow:
    """A flow whose one state has these limits; ``nudge`` may be refused by a guard, ``end`` never."""
    guards = () if guard is None else (guard,)
    called = {limit.then for limit in limits}
    rungs = (
        Step("nudge", "nudge | 催", "open", STAY, BY_CLOCK, guards=guards, does=(Tell(SECRETARY, "nudge", "n | 催"),)),
        Step("press", "press | 督", "open", STAY, BY_CLOCK, does=(Tell(SECRETARY, "press", "p | 督"),)),
        Step("end", "end | 终", "open", "done", AnyOf(SECRETARY, BY_CLOCK) if "end" in called else SECRETARY),
    )
    return Flow(
        "ladder",
        1,
        "ladder | 阶梯",
        (State("open", "open | 开", limits), State("done", "done | 完", final="done")),
        (
            Step("begin", "begin | 始", NEW, "open", ANYONE),
            *(step for step in rungs if step.name in {*called, "end"}),
            Step("hold", "hold | 挂", "open", STAY, ANYONE, Within, does=(PutOnHold("rest", "resume"),), asks=False),
            Step(
                "resume",
                "resume | 续",
                "open",
                STAY,
                AnyOf(ANYONE, BY_CLOCK),
                guards=() if resumes is None else (resumes,),
                does=(Lift("rest"),),
                while_held=True,
                asks=False,
            ),
        ),
    )


THREE = ladder(Limit("1 day", "nudge"), Limit("2 days", "press"), Limit("9 days", "end"))


def begun(town: Town) -> Case:
    """A case of the ladder."""
    return town.office.begin("ladder", "begin", None, by=town.resident, unit="community")


def ends_on(day: date) -> datetime:
    """The last instant of a day in Beijing."""
    return datetime(day.year, day.month, day.day, 15, 59, 59, 999999, tzinfo=UTC)


class TestLadders:
    """Rungs that were missed while nobody ticked are all recorded, each on its instant; only the last tells anybody."""

    def test_each_rung_on_its_day(self, open_town: OpenTown) -> None:
        """Somebody ticks every day: each rung is recorded and told once."""
        town = open_town(flows=(THREE,))
        case = begun(town)
        for _ in range(4):
            town.clock.advance(days=1)
            town.office.tick()
        assert town.steps(case) == ["begin", "nudge", "press"]
        assert town.told() == [("nudge", "secretary-community"), ("press", "secretary-community")]

    def test_missed_rungs_are_recorded_and_the_last_one_tells(self, open_town: OpenTown) -> None:
        """Nobody ticked for three days: both rungs happened on their days, and one message is enough."""
        town = open_town(flows=(THREE,))
        case = begun(town)
        town.clock.advance(days=4)
        ticked = town.office.tick()
        assert ticked.rung == 1
        _, nudge, press = town.office.ledger.entries(case)
        assert [(e.step, e.happened) for e in (nudge, press)] == [
            ("nudge", ends_on(date(2026, 3, 3))),
            ("press", ends_on(date(2026, 3, 4))),
        ]
        assert {e.recorded for e in (nudge, press)} == {town.clock()}
        assert town.told() == [("press", "secretary-community")]

    def test_a_last_rung_that_tells_nobody_does_not_silence_the_one_before(self, open_town: OpenTown) -> None:
        """The end itself tells nobody here: whoever was to be pressed still hears of it."""
        town = open_town(flows=(THREE,))
        case = begun(town)
        town.clock.advance(days=30)
        town.office.tick()
        assert town.steps(case) == ["begin", "nudge", "press", "end"]
        assert town.told() == [("press", "secretary-community")]
        assert town.now(case).closed == ends_on(date(2026, 3, 11))

    def test_before_its_instant_nothing_rings(self, open_town: OpenTown) -> None:
        """Acting in the last microsecond is on time; the one after it is not."""
        town = open_town(flows=(THREE,))
        case = begun(town)
        town.clock.set(ends_on(date(2026, 3, 3)) - timedelta(microseconds=1))
        assert town.office.tick().rung == 0
        town.clock.advance(microseconds=1)
        assert town.office.tick().rung == 1
        assert town.steps(case) == ["begin", "nudge"]

    def test_a_standing_reminder_is_due_once_however_long_nobody_listened(self, open_town: OpenTown) -> None:
        """After a year there is one reminder, and the next one is counted from now."""
        town = open_town(flows=(ladder(Limit("2 days", "nudge", again=True)),))
        case = begun(town)
        town.clock.advance(days=365)
        town.office.tick()
        assert town.steps(case) == ["begin", "nudge"]
        assert town.now(case).due == ends_on(date(2027, 3, 4))

    def test_a_second_tick_at_once_does_nothing(self, open_town: OpenTown) -> None:
        """Ticking is as often as one likes."""
        town = open_town(flows=(THREE,))
        begun(town)
        town.clock.advance(days=4)
        assert (town.office.tick().rung, town.office.tick().rung) == (1, 0)

    def test_more_rungs_than_one_commit_takes_follow_in_the_next(self, open_town: OpenTown) -> None:
        """A long ladder is climbed to its end in one tick all the same."""
        limits = [Limit(TimeLimit(hour, "hours"), "nudge") for hour in range(1, 131)]
        town = open_town(flows=(ladder(*limits, Limit("200 hours", "end")),))
        case = begun(town)
        town.clock.advance(days=10)
        town.office.tick()
        assert town.steps(case).count("nudge") == 130
        assert town.now(case).outcome == "done"
        town.check(case)


class TestRefusedRungs:
    """A rung that the rules refuse is recorded once, and the next one is tried."""

    def test_it_is_passed_over(self, open_town: OpenTown) -> None:
        """With the step and the rules that said no; the case goes on to its next rung."""
        town = open_town(flows=(ladder(Limit("1 day", "nudge"), Limit("2 days", "end"), guard=NEVER),))
        case = begun(town)
        town.clock.advance(days=2)
        town.office.tick()
        town.office.tick()
        entry = town.office.ledger.entries(case)[-1]
        assert (entry.step, entry.by.kind, entry.data) == ("pass-over", "clock", {"step": "nudge", "rules": ["never"]})
        assert (entry.source, entry.target) == ("open", "open")
        town.clock.advance(days=1)
        town.office.tick()
        assert town.steps(case) == ["begin", "pass-over", "end"]
        town.check(case)

    def test_a_standing_reminder_stands(self, open_town: OpenTown) -> None:
        """Refused today, it is asked again."""
        town = open_town(flows=(ladder(Limit("1 day", "nudge", again=True), guard=NEVER),))
        case = begun(town)
        town.clock.advance(days=2)
        town.office.tick()
        assert town.now(case).due is not None
        town.check(case)

    def test_a_hold_whose_end_is_refused_ends_nevertheless(self, open_town: OpenTown) -> None:
        """A case is never on hold past what was said: the clocks go on, and it is recorded that the step was refused."""
        town = open_town(flows=(ladder(Limit("5 days", "end"), resumes=NEVER),))
        case = begun(town)
        town.office.take(case, "hold", {"within": "2 days"}, by=town.resident)
        town.clock.advance(days=3)
        town.office.tick()
        assert town.steps(case) == ["begin", "hold", "pass-over"]
        assert not town.now(case).holds
        town.clock.advance(days=30)
        town.office.tick()
        assert town.now(case).outcome == "done"
        town.check(case)


class TestHolds:
    """A hold stops every clock of a case."""

    def test_days_and_hours_are_put_off_by_the_hold_s_own_length(self, open_town: OpenTown) -> None:
        """To the microsecond."""
        town = open_town(flows=(ladder(Limit("30 hours", "nudge"), Limit("5 days", "end")),))
        case = begun(town)
        before = {clock.limit: clock.due for clock in case.clocks}
        town.clock.advance(hours=1)
        town.office.take(case, "hold", {"within": "9 days"}, by=town.resident)
        town.clock.advance(days=1, hours=2, microseconds=5)
        resumed_ = town.office.take(case, "resume", by=town.resident)
        assert {c.due - before[c.limit] for c in resumed_.clocks} == {timedelta(days=1, hours=2, microseconds=5)}

    @given(
        n=st.integers(1, 12), start=st.integers(0, 20 * 24), worked=st.integers(0, 200), rest=st.integers(0, 40 * 24)
    )
    def test_working_days_that_were_left_are_left(self, n: int, start: int, worked: int, rest: int) -> None:
        """Used and left add up to the limit: a hold takes no working day away and gives none."""
        calendar = weekdays(ZONE)
        since = datetime(2026, 3, 2, 1, tzinfo=UTC) + timedelta(hours=start)
        state = State("open", "open | 开", (Limit(TimeLimit(n, "workdays"), "end"),))
        due = calendar.due(TimeLimit(n, "workdays"), since).at
        held_at = min(since + timedelta(hours=worked), due - timedelta(microseconds=1))
        at = held_at + timedelta(hours=rest)
        case = Case(
            id=CaseId("C-1"),
            clocks=(Clock(0, since, due),),
            holds=(Hold("rest", held_at, at + timedelta(days=1), "resume"),),
        )
        holds, clocks = resumed(case, "rest", at, dict(enumerate(state.limits)), calendar)
        assert (holds, len(clocks or ())) == ([], 1)
        assert clocks is not None
        (clock,) = clocks
        day = calendar.local_date
        used = calendar.working_days_between(day(since), day(held_at))
        left = calendar.working_days_between(day(at), day(clock[2]))
        assert used + left == n

    def test_a_clock_that_began_during_the_hold_is_put_off_from_then(self) -> None:
        """A step that a hold lets through brings a clock of its own, which loses only the time since."""
        since, began = datetime(2026, 3, 2, 1, tzinfo=UTC), datetime(2026, 3, 4, 1, tzinfo=UTC)
        at = datetime(2026, 3, 5, 1, tzinfo=UTC)
        case = Case(
            id=CaseId("C-1"),
            clocks=(Clock(0, began, began + timedelta(days=7)),),
            holds=(Hold("rest", since, at + timedelta(days=9), "resume"),),
        )
        _, clocks = resumed(case, "rest", at, {0: Limit("7 days", "end")}, weekdays(ZONE))
        assert clocks is not None
        assert clocks[0][2] == began + timedelta(days=8)

    def test_while_another_hold_stands_the_clocks_stand(self) -> None:
        """Only the last hold that ends lets them go on."""
        at = datetime(2026, 3, 2, 1, tzinfo=UTC)
        case = Case(id=CaseId("C-1"), holds=(Hold("one", at, at, "resume"), Hold("two", at, at, "resume")))
        holds, clocks = resumed(case, "one", at, {}, weekdays(ZONE))
        assert ([hold[0] for hold in holds], clocks) == (["two"], None)

    def test_what_is_held_takes_no_other_step(self, open_town: OpenTown) -> None:
        """Another hold has to wait for the first one."""
        town = open_town(flows=(THREE,))
        case = begun(town)
        town.office.take(case, "hold", {"within": "2 days"}, by=town.resident)
        with pytest.raises(Refused) as caught:
            town.office.take(case, "hold", {"within": "3 days"}, by=town.resident)
        assert caught.value.refusal.rules == ("held",)


class TestProvisionalCalendars:
    """A year whose calendar is not yet announced gives a provisional deadline, computed again when it rings."""

    short = from_days(
        "short", ZONE, version="1", holidays=[], announced_from=date(2026, 1, 1), announced_through=date(2026, 3, 4)
    )
    long = from_days("long", ZONE, version="2", holidays=["2026-03-05", "2026-03-06"])

    def reopened(self, town: Town, open_town: OpenTown) -> Town:
        """The office after the holidays were announced."""
        return open_town(
            town.storage, clock=town.clock, calendar=self.long, flows=town_flows(), load=False, seed=b"again "
        )

    def test_it_is_asked_again_when_holidays_were_announced(self, open_town: OpenTown) -> None:
        """The question came too early: nothing is entered, and it rings on the new day."""
        town = open_town(calendar=self.short, flows=town_flows())
        case = begun(town)
        assert (case.clocks[0].provisional, case.due) == (True, ends_on(date(2026, 3, 6)))
        town = self.reopened(town, open_town)
        town.clock.set(ends_on(date(2026, 3, 7)))
        assert (town.office.tick().early, town.steps(case)) == (1, ["begin"])
        assert town.office.tick().early == 0  # asked again on the new day, not before
        town.clock.set(ends_on(date(2026, 3, 10)))
        assert town.office.tick().rung == 1
        assert town.office.ledger.entries(case)[-1].happened == ends_on(date(2026, 3, 10))
        assert town.office.ledger.verify().ok

    def test_after_a_hold_what_was_left_is_counted_again(self, open_town: OpenTown) -> None:
        """Not the whole limit, and not from its beginning."""
        town = open_town(calendar=self.short, flows=town_flows())
        case = begun(town)
        town.clock.advance(days=1)
        town.office.take(case, "hold", {"within": "9 days"}, by=town.resident)
        town.clock.advance(days=1)
        held = town.office.take(case, "resume", by=town.resident)
        assert (held.clocks[0].left, held.due) == (3, ends_on(date(2026, 3, 9)))
        town.check(case)
        town = self.reopened(town, open_town)
        town.clock.set(ends_on(date(2026, 3, 9)))
        assert town.office.tick().early == 1
        town.clock.set(ends_on(date(2026, 3, 30)))
        town.office.tick()
        assert town.office.ledger.entries(case)[-1].happened == ends_on(date(2026, 3, 11))
        town.check(case)


def town_flows() -> tuple[Flow, ...]:
    """A ladder of working days."""
    return (ladder(Limit("4 workdays", "end")),)


def test_replaying_an_entry_is_applying_it(open_town: OpenTown) -> None:
    """`apply` is the only function that changes a case: folded over its entries, it gives the case."""
    town = open_town(flows=(THREE,))
    case = begun(town)
    town.office.take(case, "hold", {"within": "2 days"}, by=town.resident)
    town.clock.advance(days=4)
    town.office.tick()
    folded: Any = Case(id=case.id)
    for entry in town.office.ledger.entries(case):
        folded = apply(folded, entry)
    assert folded == town.now(case)


def test_the_chart_above_nobody(open_town: OpenTown) -> None:
    """A case without a unit has nobody above it, and asks nobody."""
    town = open_town(flows=(THREE,))
    case = town.office.begin("ladder", "begin", None, by=town.resident, unit=None)
    assert (case.unit, town.asked(case)) == (None, set())
    assert not Register().chart(date(2026, 3, 2)).holders("secretary", "x")

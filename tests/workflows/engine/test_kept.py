"""Schedules that each case keeps: they run like any other limit, and move when the case says another one."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow import InvalidInput
from civicflow.calendars import Recurrence, Schedule, TimeLimit, china, falls, from_days, schedule, time_limit, weekdays
from civicflow.hierarchy.authority import ANYONE, BY_CLOCK, AnyOf, Holder
from civicflow.ids import CaseId
from civicflow.ledger.canonical import plain
from civicflow.workflows.drawing import mermaid, table
from civicflow.workflows.engine.children import Opening, Spawn
from civicflow.workflows.engine.clocks import moved, spelled
from civicflow.workflows.engine.effects import Count, Keep, Lift, PutOnHold
from civicflow.workflows.engine.exploring import Scene, explore
from civicflow.workflows.engine.flow import NEW, STAY, Flow, Kept, Limit, LimitKey, Named, Span, State, Step
from civicflow.workflows.engine.records import Case, Clock
from civicflow.workflows.engine.telling import Tell
from civicflow.workflows.files import read_flow, write_flow

if TYPE_CHECKING:
    from tests.conftest import OpenTown, Town

ZONE = "Asia/Shanghai"
CALENDAR = weekdays(ZONE)
WHEN = Kept("when", "on its days | 按其日期")


@attrs.frozen
class Said:
    """When it is due."""

    when: Recurrence | TimeLimit | date = attrs.field(converter=schedule)


@attrs.frozen
class Within:
    """For how long."""

    within: TimeLimit = attrs.field(converter=time_limit)


def watch(*, again: bool = False, spans: tuple[Span, ...] = ()) -> Flow:
    """A case that says itself when it is due."""
    return Flow(
        "watch",
        1,
        "watch | 看护",
        (
            State("open", "open | 在册", () if spans else (Limit(WHEN, "ring", again=again),), standing=True),
            State("resting", "resting | 暂停", standing=True),
            State("done", "done | 完", final="done"),
        ),
        (
            Step("begin", "begin | 始", NEW, "open", ANYONE, Said, does=(Keep(("when",)),)),
            Step("say", "say | 改期", ("open", "resting"), STAY, ANYONE, Said, does=(Keep(("when",)),), asks=False),
            Step(
                "ring",
                "ring | 响",
                "open",
                STAY,
                BY_CLOCK,
                does=(Count("rung"), Tell(Holder("secretary", "unit"), "due", "due | 到期")),
            ),
            Step("rest", "rest | 停", "open", "resting", ANYONE, asks=False),
            Step("go-on", "go on | 续", "resting", "open", ANYONE, asks=False),
            Step("hold", "hold | 挂", "open", STAY, ANYONE, Within, does=(PutOnHold("h", "resume"),), asks=False),
            Step(
                "resume",
                "resume | 解",
                "open",
                STAY,
                AnyOf(ANYONE, BY_CLOCK),
                does=(Lift("h"),),
                while_held=True,
                asks=False,
            ),
            Step("end", "end | 终", "open", "done", ANYONE, asks=False),
        ),
        spans=spans,
    )


SPANNED = watch(spans=(Span("time", "time | 时", "open", (Limit(WHEN, "ring"),), paused="resting"),))


def begun(town: Town, when: object) -> Case:
    """A new case, on the morning of Monday 2 March 2026."""
    return town.office.begin("watch", "begin", {"when": when}, by=town.resident, unit="community")


def day_of(case: Case) -> date:
    """The day on which it is due."""
    assert case.due is not None
    return CALENDAR.local_date(case.due)


def rung(town: Town, case: Case) -> list[date]:
    """The days on which it rang."""
    return [CALENDAR.local_date(entry.happened) for entry in town.office.ledger.entries(case) if entry.step == "ring"]


class TestOfItsOwn:
    """Each case has its own days, its own time, its own date."""

    def test_each_township_has_its_day(self, open_town: OpenTown) -> None:
        """Two cases of one flow, the 5th and the 20th of every month; a day off moves to the next working day."""
        town = open_town(flows=(watch(again=True),))
        cases = [begun(town, {"rule": f"FREQ=MONTHLY;BYMONTHDAY={day}", "first": "2026-01-01"}) for day in (5, 20)]
        town.clock.advance(days=100)
        town.office.tick()
        for case, of in zip(cases, (5, 20), strict=True):
            monthly = Recurrence(rule=f"FREQ=MONTHLY;BYMONTHDAY={of}", first=date(2026, 1, 1))
            days = [found.day for found in monthly.within(china(), date(2026, 3, 3), date(2026, 6, 9))]
            assert rung(town, case) == days
            assert town.now(case).data["rung"] == len(days) > 2
            town.check(case)
        assert rung(town, cases[0]) != rung(town, cases[1])

    def test_a_duty_has_its_date(self, open_town: OpenTown) -> None:
        """At the end of that day, and once; a reminder by a day that has passed does not ring for ever."""
        town = open_town(flows=(watch(again=True),))
        case = begun(town, date(2026, 12, 31))
        assert case.data["when"] == "2026-12-31"
        assert day_of(case) == date(2026, 12, 31)
        town.clock.advance(days=400)
        town.office.tick()
        assert rung(town, case) == [date(2026, 12, 31)]
        assert town.now(case).due is None

    def test_a_date_that_has_passed_is_due_at_once(self, open_town: OpenTown) -> None:
        """Not before the case began, which nobody could have kept."""
        town = open_town(flows=(watch(),))
        case = begun(town, date(2025, 12, 31))
        town.office.tick()
        assert rung(town, case) == [date(2026, 3, 2)]
        town.check(case)

    def test_what_is_no_schedule_begins_nothing(self, open_town: OpenTown) -> None:
        """One clear error, and nothing is stored."""
        town = open_town(flows=(watch(),))
        with pytest.raises(InvalidInput, match="'soon'"):
            begun(town, "soon")
        assert not town.office.find(flow="watch").cases


class TestMoving:
    """The clock moves when the case says another schedule."""

    def test_another_date_moves_it(self, open_town: OpenTown) -> None:
        """Also after it rang: a new date is a new deadline."""
        town = open_town(flows=(watch(),))
        case = begun(town, date(2026, 3, 10))
        said = town.office.take(case, "say", {"when": "2026-03-20"}, by=town.resident)
        assert day_of(said) == date(2026, 3, 20)
        town.clock.advance(days=30)
        town.office.tick()
        again = town.office.take(case, "say", {"when": date(2026, 5, 1)}, by=town.resident)
        assert day_of(again) == date(2026, 5, 1)
        town.clock.advance(days=90)
        town.office.tick()
        assert rung(town, case) == [date(2026, 3, 20), date(2026, 5, 1)]
        town.check(case)

    def test_the_same_again_moves_nothing(self, open_town: OpenTown) -> None:
        """A limit of ten days that is said once more still began when it began."""
        town = open_town(flows=(watch(),))
        case = begun(town, "10 days")
        town.clock.advance(days=3)
        assert town.office.take(case, "say", {"when": "10 days"}, by=town.resident).clocks == case.clocks

    def test_a_longer_time_counts_from_when_it_began(self, open_town: OpenTown) -> None:
        """And a time that is over by then ends now, not in the past."""
        town = open_town(flows=(watch(),))
        case = begun(town, "10 days")
        town.clock.advance(days=3)
        assert day_of(town.office.take(case, "say", {"when": "12 days"}, by=town.resident)) == date(2026, 3, 14)
        town.office.take(case, "say", {"when": "2 days"}, by=town.resident)
        town.office.tick()
        assert rung(town, case) == [date(2026, 3, 5)]

    def test_recurring_days_count_from_now(self, open_town: OpenTown) -> None:
        """The 4th of a month that is said on the 15th first comes in the next."""
        town = open_town(flows=(watch(again=True),))
        case = begun(town, {"rule": "FREQ=MONTHLY;BYMONTHDAY=20", "first": "2026-01-01", "roll": "none"})
        town.clock.advance(days=13)
        fourth = {"rule": "FREQ=MONTHLY;BYMONTHDAY=4", "first": "2026-01-01", "roll": "none"}
        assert day_of(town.office.take(case, "say", {"when": fourth}, by=town.resident)) == date(2026, 4, 4)

    def test_a_correction_moves_it(self, open_town: OpenTown) -> None:
        """What was entered wrongly is corrected, and falls due as it should have."""
        town = open_town(flows=(watch(),))
        case = begun(town, date(2026, 3, 10))
        entry = town.office.ledger.entries(case)[0]
        right = town.office.correct(entry, {"when": date(2026, 3, 4)}, by=town.resident, why="a slip")
        assert day_of(right) == date(2026, 3, 4)
        with pytest.raises(InvalidInput, match="a time limit is written"):
            town.office.correct(entry, {"when": "some day"}, by=town.resident, why="a slip")
        town.clock.advance(days=3)
        town.office.tick()
        assert rung(town, case) == [date(2026, 3, 4)]
        town.check(case)

    def test_what_stands_still_is_told_another_date(self, open_town: OpenTown) -> None:
        """It stands still all the same, and runs on by the new date."""
        town = open_town(flows=(SPANNED,))
        case = begun(town, date(2026, 3, 10))
        resting = town.office.take(case, "rest", by=town.resident)
        assert resting.due is None
        said = town.office.take(case, "say", {"when": date(2026, 4, 10)}, by=town.resident)
        assert said.due is None
        assert day_of(town.office.take(case, "go-on", by=town.resident)) == date(2026, 4, 10)

    def test_what_rang_stands_still_where_its_span_does(self, open_town: OpenTown) -> None:
        """A new time begins it anew, once the case goes on."""
        town = open_town(flows=(SPANNED,))
        case = begun(town, date(2026, 3, 3))
        town.clock.advance(days=3)
        town.office.tick()
        town.office.take(case, "rest", by=town.resident)
        said = town.office.take(case, "say", {"when": "120 hours"}, by=town.resident)
        assert (said.due, [clock.stopped for clock in said.clocks]) == (None, [town.clock()])
        town.clock.advance(days=10)
        assert town.office.take(case, "go-on", by=town.resident).due == town.clock() + timedelta(hours=120)
        town.check(case)

    def test_a_day_stays_that_day_after_a_hold(self, open_town: OpenTown) -> None:
        """Whoever holds it longer than that says another one."""
        town = open_town(flows=(watch(),))
        case = begun(town, date(2026, 3, 20))
        town.office.take(case, "hold", {"within": "5 days"}, by=town.resident)
        town.clock.advance(days=3)
        assert day_of(town.office.take(case, "resume", by=town.resident)) == date(2026, 3, 20)
        town.office.take(case, "hold", {"within": "60 days"}, by=town.resident)
        town.clock.advance(days=30)
        town.office.take(case, "resume", by=town.resident)
        town.office.tick()
        assert rung(town, case) == [date(2026, 4, 4)]


LIMITS = st.builds(TimeLimit, st.integers(0, 30), st.sampled_from(["workdays", "days", "hours"]))
DATES = st.dates(date(2026, 3, 1), date(2026, 6, 30))
RECURRENCES = st.builds(
    Recurrence,
    rule=st.sampled_from(["FREQ=WEEKLY;BYDAY=MO", "FREQ=MONTHLY;BYMONTHDAY=10", "FREQ=DAILY;COUNT=2"]),
    first=DATES,
    roll=st.sampled_from(["none", "following"]),
)
SCHEDULES = st.one_of(LIMITS, DATES, RECURRENCES)
RING: dict[LimitKey, Limit] = {0: Limit(WHEN, "ring")}


class TestLaws:
    """Whatever is said, in whatever order."""

    @given(SCHEDULES, SCHEDULES, st.integers(0, 60 * 24))
    def test_what_is_said_last_counts(self, old: Schedule, new: Schedule, after: int) -> None:
        """A date or recurring days fall due as if they alone had been said, a time counts from when the clock began.

        Nothing falls due before it was said, and the same said again changes nothing.
        """
        since = datetime(2026, 3, 2, 1, tzinfo=UTC)
        at = since + timedelta(hours=after)
        first = falls(old, since, CALENDAR)
        clocks = () if first is None else (Clock(0, since, first.at, first.provisional),)
        case = Case(id=CaseId("C"), state="open", data={"when": plain(old)}, clocks=clocks)
        now = moved(case, (), RING, {"when": plain(new)}, at, None, CALENDAR)
        if old == new:
            assert now is None
            return
        assert now is not None
        due = falls(new, since if clocks and isinstance(new, TimeLimit) else at, CALENDAR)
        assert [clock[2] for clock in now] == ([] if due is None else [max(due.at, at)])
        there = attrs.evolve(case, data={"when": plain(new)}, clocks=tuple(Clock(*clock) for clock in now))
        assert moved(there, (), RING, {"when": plain(new)}, at, None, CALENDAR) is None
        assert [spelled(clock) for clock in there.clocks] == now

    def test_a_promise_stands_in_for_it(self) -> None:
        """Where the limit heeds promises, what the case keeps does not count."""
        since = datetime(2026, 3, 2, 1, tzinfo=UTC)
        case = Case(id=CaseId("C"), state="open", data={"when": "2026-03-10"}, clocks=(Clock(0, since, since),))
        limits: dict[LimitKey, Limit] = {0: Limit(WHEN, "ring", promised=True)}
        assert moved(case, (), limits, {"when": "2026-03-20"}, since, since, CALENDAR) is None
        assert moved(case, (), limits, {"when": "2026-03-20"}, since, None, CALENDAR) is not None


class TestProvisionalYears:
    """A year whose holidays are not announced yet: what a case keeps is computed again as other limits are."""

    short = from_days(
        "short", ZONE, version="1", holidays=[], announced_from=date(2026, 1, 1), announced_through=date(2026, 3, 4)
    )
    long = from_days("long", ZONE, version="2", holidays=["2026-03-10", "2026-03-11"])

    def test_it_is_asked_again_when_holidays_were_announced(self, open_town: OpenTown) -> None:
        """The 10th and the 11th turn out to be days off: the day of the 10th is the 12th."""
        town = open_town(calendar=self.short, flows=(watch(again=True),))
        case = begun(town, {"rule": "FREQ=MONTHLY;BYMONTHDAY=10", "first": "2026-01-01"})
        assert (case.clocks[0].provisional, day_of(case)) == (True, date(2026, 3, 10))
        town = open_town(
            town.storage, clock=town.clock, calendar=self.long, flows=(watch(again=True),), load=False, seed=b"again "
        )
        town.clock.set(datetime(2026, 3, 11, 1, tzinfo=UTC))
        assert town.office.tick().early == 1
        town.clock.set(datetime(2026, 3, 13, 1, tzinfo=UTC))
        assert town.office.tick().rung == 1
        assert rung(town, case) == [date(2026, 3, 12)]
        town.check(case)


PART = Flow(
    "part",
    1,
    "part | 部分",
    (
        State("open", "open | 办理", (Limit(Kept("by", "on its day | 到期日"), "lapse"),)),
        State("over", "over | 毕", final="over"),
    ),
    (Step("lapse", "lapse | 到期", "open", "over", BY_CLOCK),),
    opened_in=("open",),
)
TWO_DATES = Named(
    "two-dates", lambda _: [Opening("a", data={"by": "2026-03-10"}), Opening("b", data={"by": "2026-06-10"})]
)


WHOLE = Flow(
    "whole",
    1,
    "whole | 整体",
    (State("open", "open | 在册", standing=True), State("done", "done | 完", final="done")),
    (
        Step("begin", "begin | 始", NEW, "open", ANYONE, does=(Spawn("parts", TWO_DATES, "open"),)),
        Step("end", "end | 终", "open", "done", ANYONE),
    ),
    slots={"parts": "part"},
)


def test_a_parent_says_when_each_child_is_due(open_town: OpenTown) -> None:
    """Stages of one duty, each with its date."""
    town = open_town(flows=(attrs.evolve(PART, outlives=True), WHOLE))
    case = town.office.begin("whole", "begin", None, by=town.resident, unit="community")
    town.clock.advance(days=20)
    town.office.tick()
    assert {share.key: share.outcome for share in town.office.shares(case)} == {"a": "over", "b": ""}
    town.check(case)


def test_exploration_is_told_what_a_parent_gives() -> None:
    """Without it the child would wait for ever, which is a finding; the table alone cannot tell."""
    assert [finding.rule for finding in explore(PART).findings] == ["waits"]
    assert explore(PART, scene=Scene(opened={"by": date(2026, 3, 10)}))


def test_it_is_drawn_and_written_in_words() -> None:
    """In both languages, and as a file that says the same flow."""
    flow = watch(again=True)
    assert "on its days, again and again" in mermaid(flow)
    assert "按其日期，循环" in table(flow, "zh")
    text = write_flow(PART)
    assert "kept: by" in text
    assert read_flow(text, source="p").digest == PART.digest

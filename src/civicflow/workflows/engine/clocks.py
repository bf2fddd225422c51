"""Clocks of a case: armed when a state or a span is entered, stopped by a hold or a pause, rung by the tick.

A clock is written in an entry's delta as ``[limit, since, due, provisional]``, followed by the working days that were
left where something has stopped it or put it off, and by the instant since which it stands still where it does; a hold
as ``[name, since, until, then]``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from civicflow.calendars import Due, Recurrence, Schedule, TimeLimit, WorkingCalendar, falls, schedule
from civicflow.hierarchy.chart import Chart
from civicflow.workflows.engine.flow import Kept, Limit, LimitKey, Span, State
from civicflow.workflows.engine.records import Case, Clock

Spelled = list[Any]
"""A clock as an entry's delta holds it."""


def anchors_of(case: Case, chart: Chart) -> dict[str, str | None]:
    """What a `Who` may be relative to: the case's units, the unit above, and whoever raised it."""
    unit = case.unit
    anchors: dict[str, str | None] = {
        "unit": unit,
        "body": case.body,
        "requester": case.requester,
        "above": None if unit is None else chart.above(unit),
    }
    if case.anchors:
        anchors.update(case.anchors)
    return anchors


def scheduled(limit: Limit, data: Mapping[str, Any]) -> Schedule | None:
    """What a limit counts: its own schedule, or what the case keeps; None where the case keeps none.

    Args:
        limit: the limit.
        data: of the case.

    Raises:
        InvalidInput: if what the case keeps is no schedule.
    """
    if not isinstance(limit.within, Kept):
        return limit.within
    kept = data.get(limit.within.field)
    return None if kept is None else schedule(kept)


def due_by(kept: Schedule | None, since: datetime, calendar: WorkingCalendar, left: int | None = None) -> Due | None:
    """When a schedule falls due, as `falls` has it, or once the working days have passed that are left of it.

    Args:
        kept: the schedule.
        since: the instant from which it counts.
        calendar: in which it is counted.
        left: the working days that were left then, where not the whole time counts.
    """
    return falls(kept if left is None else TimeLimit(left, "workdays"), since, calendar)


def arm(
    limits: Iterable[tuple[LimitKey, Limit]],
    since: datetime,
    promise: datetime | None,
    calendar: WorkingCalendar,
    data: Mapping[str, Any],
) -> list[Spelled]:
    """Clocks that start at ``since``; a promise stands in for the limits that heed it.

    Args:
        limits: by key.
        since: the instant.
        promise: what was promised, if anything.
        calendar: in which limits are counted.
        data: of the case, for the schedules that it keeps.
    """
    clocks: list[Spelled] = []
    for key, limit in limits:
        if limit.promised and promise is not None:
            over = max(promise - since, timedelta()) * (limit.times or 1)
            clocks.append([key, since, since + over, False])
            continue
        due = falls(scheduled(limit, data), since, calendar)
        if due is not None:
            clocks.append([key, since, due.at, due.provisional])
    return clocks


def entering(
    spans: tuple[Span, ...],
    case: Case,
    to: State,
    at: datetime,
    promise: datetime | None,
    calendar: WorkingCalendar,
    data: Mapping[str, Any],
    running: Sequence[Spelled] | None = None,
) -> list[Spelled]:
    """The clocks of a case that comes into a state: the state's own anew, those of spans as they are, stopped or resumed.

    Args:
        spans: of its flow.
        case: as it was before.
        to: the state that it comes into.
        at: the instant.
        promise: what was promised, if anything.
        calendar: in which limits are counted.
        data: what it keeps from then on.
        running: its clocks, where a step has changed them already.
    """
    clocks = arm(enumerate(to.limits), at, promise, calendar, data) if to.limits else []
    for span in spans:
        clocks += _of_span(span, case, to.name, at, promise, calendar, data, running)
    return clocks


def _of_span(
    span: Span,
    case: Case,
    to: str,
    at: datetime,
    promise: datetime | None,
    calendar: WorkingCalendar,
    data: Mapping[str, Any],
    running: Sequence[Spelled] | None,
) -> list[Spelled]:
    if to not in span.over and to not in span.paused:
        return []
    limits: dict[LimitKey, Limit] = {span.key(number): limit for number, limit in enumerate(span.limits)}
    if case.state in span.over or case.state in span.paused:
        spelt = [spelled(clock) for clock in case.clocks] if running is None else running
        clocks = [list(clock) for clock in spelt if clock[0] in limits]
    else:
        clocks = arm(limits.items(), at, promise, calendar, data)
    # While a hold stands the clocks stand since it began, and its end puts them off from then.
    moment = min([hold.since for hold in case.holds], default=at)
    if to in span.paused:
        return [stop(clock, moment) for clock in clocks]
    onward = (run_on(clock, moment, scheduled(limits[clock[0]], data), calendar) for clock in clocks)
    return [clock for clock in onward if clock is not None]


def spelled(clock: Clock) -> Spelled:
    """A clock as an entry's delta holds it."""
    written: Spelled = [clock.limit, clock.since, clock.due, clock.provisional]
    if clock.stopped is not None:
        return [*written, clock.left, clock.stopped]
    return written if clock.left is None else [*written, clock.left]


def _stopped(clock: Spelled) -> datetime | None:
    """Since when a clock stands still."""
    return clock[5] if len(clock) > 5 else None


def stop(clock: Spelled, at: datetime) -> Spelled:
    """The clock, standing still; since an earlier instant if it stood still already."""
    left = clock[4] if len(clock) > 4 else None
    return clock if _stopped(clock) is not None else [*clock[:4], left, at]


def run_on(clock: Spelled, at: datetime, kept: Schedule | None, calendar: WorkingCalendar) -> Spelled | None:
    """The clock, running on with the time that was left where it stood still; None where its recurrence has ended."""
    return _put_off(clock, _stopped(clock), at, kept, calendar)


def without(case: Case, clock: Clock) -> list[Spelled]:
    """The case's clocks but for one that has rung."""
    return [spelled(other) for other in case.clocks if other is not clock]


def put_off(
    case: Case,
    span: str,
    within: TimeLimit,
    at: datetime,
    limits: Mapping[LimitKey, Limit],
    calendar: WorkingCalendar,
) -> list[Spelled]:
    """The case's clocks, with those of one span later by a time limit that counts from when each would have fallen.

    One that stands still runs on from now: whoever grants more time has decided what it stood still for.
    """
    clocks: list[Spelled] = []
    for clock in case.clocks:
        written: Spelled | None = spelled(clock)
        if isinstance(clock.limit, str) and clock.limit.rpartition("/")[0] == span:
            running = run_on(spelled(clock), at, scheduled(limits[clock.limit], case.data), calendar)
            written = None if running is None else _later(running, within, calendar)
        if written is not None:
            clocks.append(written)
    return clocks


def _later(clock: Spelled, within: TimeLimit, calendar: WorkingCalendar) -> Spelled:
    key, since, falls_due, *_ = clock
    due = calendar.due(within, falls_due)
    if within.unit == "workdays":
        return [key, falls_due, due.at, due.provisional, within.n]
    return [key, since, due.at, due.provisional]


def held(case: Case, name: str, since: datetime, until: datetime, then: str) -> list[Any]:
    """The case's holds with one more."""
    others = [[h.name, h.since, h.until, h.then] for h in case.holds]
    return [*others, [name, since, until, then]]


def resumed(
    case: Case, name: str, at: datetime, limits: Mapping[LimitKey, Limit], calendar: WorkingCalendar
) -> tuple[list[Any], list[Spelled] | None]:
    """The holds without one, and the clocks with the time they had left when it began.

    Working days that were left are counted anew from the day of resuming; days and hours are put off by the hold's own
    length, or by what was left of it when they began. While another hold stands, the clocks stay as they are; so does one that
    its span's pause has stopped.

    Args:
        case: the case with the hold.
        name: of the hold.
        at: the instant of resuming.
        limits: those of the case's state, by key.
        calendar: in which they are counted.
    """
    ended = next(hold for hold in case.holds if hold.name == name)
    others = [[h.name, h.since, h.until, h.then] for h in case.holds if h is not ended]
    if others:
        return others, None
    clocks = (
        _put_off(
            spelled(clock),
            max(ended.since, clock.since) if clock.stopped is None else None,
            at,
            scheduled(limits[clock.limit], case.data),
            calendar,
        )
        for clock in case.clocks
    )
    return others, [clock for clock in clocks if clock is not None]


def _put_off(
    clock: Spelled, since: datetime | None, at: datetime, kept: Schedule | None, calendar: WorkingCalendar
) -> Spelled | None:
    """A clock that stood still from one instant to another and runs again; None where its recurrence has ended.

    Days that the calendar names are not put off: a recurrence goes on with its next one, and a day stays that day.
    """
    if since is None:
        return clock
    key, began, due, provisional, *_ = clock
    match kept:
        case None | Recurrence():
            following = falls(kept, at, calendar)
            return None if following is None else [key, at, following.at, following.provisional]
        case date():
            return [key, began, max(due, at), provisional]
    if kept.unit == "workdays" and due > since:
        left = calendar.working_days_between(calendar.local_date(since), calendar.local_date(due))
        anew = calendar.due(TimeLimit(left, "workdays"), at)
        return [key, at, anew.at, anew.provisional, left]
    return [key, began, due + (at - since), provisional]


def lengthened(
    clock: Spelled,
    old: Schedule | None,
    new: Schedule | None,
    since: datetime,
    calendar: WorkingCalendar,
) -> Spelled | None:
    """A clock that counts on at a new length; None where nothing falls due by it.

    Args:
        clock: the clock.
        old: its schedule so far.
        new: its schedule from now on.
        since: the instant from which the new one counts.
        calendar: in which it is counted.
    """
    left = clock[4] if len(clock) > 4 else None
    if left is not None:
        both = isinstance(old, TimeLimit) and isinstance(new, TimeLimit)
        left = max(0, left + new.n - old.n) if both else None  # type: ignore[union-attr]  # both are limits
    due = due_by(new, since, calendar, left)
    if due is None:
        return None
    again: Spelled = [clock[0], since, due.at, due.provisional]
    stopped = _stopped(clock)
    if stopped is not None:
        return [*again, left, stopped]
    return again if left is None else [*again, left]


def moved(
    case: Case,
    spans: tuple[Span, ...],
    limits: Mapping[LimitKey, Limit],
    data: Mapping[str, Any],
    at: datetime,
    promise: datetime | None,
    calendar: WorkingCalendar,
    running: Sequence[Spelled] | None = None,
) -> list[Spelled] | None:
    """The clocks of a case that says other schedules from now on; None where it says none.

    A time limit goes on counting from when it began, recurring days count from now; what rang already begins anew.
    Nothing falls due before the instant on which the case said so.

    Args:
        case: as it was before.
        spans: of its flow.
        limits: those of its state whose schedules the case keeps, by key.
        data: what it keeps from then on.
        at: the instant.
        promise: what was promised, if anything.
        calendar: in which limits are counted.
        running: its clocks, where a step has changed them already.

    Raises:
        InvalidInput: if what it says is no schedule.
    """
    clocks = [spelled(clock) for clock in case.clocks] if running is None else list(running)
    changed = False
    for key, limit in limits.items():
        old, new = scheduled(limit, case.data), scheduled(limit, data)
        if old == new or (limit.promised and promise is not None):
            continue
        changed = True
        was = next((clock for clock in clocks if clock[0] == key), None)
        clocks = [clock for clock in clocks if clock is not was]
        moment = was[1] if was is not None else min([hold.since for hold in case.holds], default=at)
        clock = lengthened(was or [key], old, new, at if isinstance(new, Recurrence) else moment, calendar)
        if clock is None:
            continue
        clock[2] = max(clock[2], at)
        still = was is None and any(case.state in span.paused for span in spans if _of(span, key))
        clocks.append(stop(clock, moment) if still else clock)
    return clocks if changed else None


def _of(span: Span, key: LimitKey) -> bool:
    """Whether a clock is one of a span's."""
    return isinstance(key, str) and key.rpartition("/")[0] == span.name

"""Clocks of a case: armed when a state or a span is entered, stopped by a hold or a pause, rung by the tick.

A clock is written in an entry's delta as ``[limit, since, due, provisional]``, followed by the working days that were
left where something has stopped it or put it off, and by the instant since which it stands still where it does; a hold
as ``[name, since, until, then]``.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from civicflow.calendars import Due, Recurrence, TimeLimit, WorkingCalendar
from civicflow.hierarchy.chart import Chart
from civicflow.workflows.engine.flow import Limit, LimitKey, Span, State
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


def falls(limit: Limit, since: datetime, calendar: WorkingCalendar, left: int | None = None) -> Due | None:
    """When a limit falls that counts from an instant; None where its recurrence has come to an end.

    Args:
        limit: the limit.
        since: the instant from which it counts.
        calendar: in which it is counted.
        left: the working days that were left then, where not the whole limit counts.
    """
    if isinstance(limit.within, Recurrence):
        return limit.within.due(calendar, since)
    return calendar.due(limit.within if left is None else TimeLimit(left, "workdays"), since)


def arm(
    limits: Iterable[tuple[LimitKey, Limit]], since: datetime, promise: datetime | None, calendar: WorkingCalendar
) -> list[Spelled]:
    """Clocks that start at ``since``; a promise stands in for the limits that heed it."""
    clocks: list[Spelled] = []
    for key, limit in limits:
        if limit.promised and promise is not None:
            clocks.append([key, since, max(promise, since), False])
            continue
        due = falls(limit, since, calendar)
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
        running: its clocks, where a step has changed them already.
    """
    clocks = arm(enumerate(to.limits), at, promise, calendar) if to.limits else []
    for span in spans:
        clocks += _of_span(span, case, to.name, at, promise, calendar, running)
    return clocks


def _of_span(
    span: Span,
    case: Case,
    to: str,
    at: datetime,
    promise: datetime | None,
    calendar: WorkingCalendar,
    running: Sequence[Spelled] | None,
) -> list[Spelled]:
    if to not in span.over and to not in span.paused:
        return []
    limits: dict[LimitKey, Limit] = {span.key(number): limit for number, limit in enumerate(span.limits)}
    if case.state in span.over or case.state in span.paused:
        spelt = [spelled(clock) for clock in case.clocks] if running is None else running
        clocks = [list(clock) for clock in spelt if clock[0] in limits]
    else:
        clocks = arm(limits.items(), at, promise, calendar)
    # While a hold stands the clocks stand since it began, and its end puts them off from then.
    moment = min([hold.since for hold in case.holds], default=at)
    if to in span.paused:
        return [stop(clock, moment) for clock in clocks]
    onward = (run_on(clock, moment, limits[clock[0]], calendar) for clock in clocks)
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


def run_on(clock: Spelled, at: datetime, limit: Limit, calendar: WorkingCalendar) -> Spelled | None:
    """The clock, running on with the time that was left where it stood still; None where its recurrence has ended."""
    return _put_off(clock, _stopped(clock), at, limit, calendar)


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
            running = run_on(spelled(clock), at, limits[clock.limit], calendar)
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
    length. While another hold stands, the clocks stay as they are; so does one that its span's pause has stopped.

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
        _put_off(spelled(clock), ended.since if clock.stopped is None else None, at, limits[clock.limit], calendar)
        for clock in case.clocks
    )
    return others, [clock for clock in clocks if clock is not None]


def _put_off(
    clock: Spelled, since: datetime | None, at: datetime, limit: Limit, calendar: WorkingCalendar
) -> Spelled | None:
    """A clock that stood still from one instant to another and runs again; None where its recurrence has ended."""
    if since is None:
        return clock
    key, began, due, provisional, *_ = clock
    if isinstance(limit.within, Recurrence):
        following = limit.within.due(calendar, at)
        return None if following is None else [key, at, following.at, following.provisional]
    if limit.within.unit == "workdays" and due > since:
        left = calendar.working_days_between(calendar.local_date(since), calendar.local_date(due))
        anew = calendar.due(TimeLimit(left, "workdays"), at)
        return [key, at, anew.at, anew.provisional, left]
    return [key, began, due + (at - since), provisional]

"""Clocks of a case: armed when a state is entered, stopped by a hold, rung by the tick.

A clock is written in an entry's delta as ``[limit, since, due, provisional]``, followed by the working days that were
left where a hold has stopped it; a hold as ``[name, since, until, then]``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from civicflow.calendars import TimeLimit, WorkingCalendar
from civicflow.hierarchy.chart import Chart
from civicflow.workflows.engine.flow import State
from civicflow.workflows.engine.records import Case, Clock


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


def arm(state: State, since: datetime, promise: datetime | None, calendar: WorkingCalendar) -> list[Any]:
    """The clocks of a state entered at ``since``, by limit; a promise stands in for the limits that heed it."""
    clocks: list[Any] = []
    for number, limit in enumerate(state.limits):
        if limit.promised and promise is not None:
            clocks.append([number, since, max(promise, since), False])
        else:
            due = calendar.due(limit.within, since)
            clocks.append([number, since, due.at, due.provisional])
    return clocks


def spelled(clock: Clock) -> list[Any]:
    """A clock as an entry's delta holds it."""
    left = [] if clock.left is None else [clock.left]
    return [clock.limit, clock.since, clock.due, clock.provisional, *left]


def without(case: Case, clock: Clock) -> list[Any]:
    """The case's clocks but for one that has rung."""
    return [spelled(other) for other in case.clocks if other is not clock]


def held(case: Case, name: str, since: datetime, until: datetime, then: str) -> list[Any]:
    """The case's holds with one more."""
    others = [[h.name, h.since, h.until, h.then] for h in case.holds]
    return [*others, [name, since, until, then]]


def resumed(
    case: Case, name: str, at: datetime, state: State, calendar: WorkingCalendar
) -> tuple[list[Any], list[Any] | None]:
    """The holds without one, and the clocks with the time they had left when it began.

    Working days that were left are counted anew from the day of resuming; days and hours are put off by the hold's own
    length. While another hold stands, the clocks stay as they are.
    """
    ended = next(hold for hold in case.holds if hold.name == name)
    others = [[h.name, h.since, h.until, h.then] for h in case.holds if h is not ended]
    if others:
        return others, None
    return others, [_put_off(clock, ended.since, at, state, calendar) for clock in case.clocks]


def _put_off(clock: Clock, since: datetime, at: datetime, state: State, calendar: WorkingCalendar) -> list[Any]:
    limit = state.limits[clock.limit].within
    if limit.unit == "workdays" and clock.due > since:
        left = calendar.working_days_between(calendar.local_date(since), calendar.local_date(clock.due))
        due = calendar.due(TimeLimit(left, "workdays"), at)
        return [clock.limit, at, due.at, due.provisional, left]
    return [clock.limit, clock.since, clock.due + (at - since), clock.provisional]

"""`ring`: a deadline that pops is a question, and the clock is an actor whose steps are ordinary steps.

Rungs that were missed while nobody ticked are all recorded, each on the instant on which it fell due; only the last one
tells anybody. A rung that the rules refuse is recorded once, and the next one is tried. A rung that begins a new round
is committed before the next one is asked: until then mass children of the old round may still be born, and whatever
counts them has to find every one.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

import attrs

from civicflow.calendars import TimeLimit, WorkingCalendar
from civicflow.hierarchy.authority import CLOCK
from civicflow.ids import CaseId, matter_of
from civicflow.ledger.entries import Entry
from civicflow.refusals import Refusal
from civicflow.workflows.engine.apply import apply_matter
from civicflow.workflows.engine.clocks import arm, resumed, without
from civicflow.workflows.engine.decide import Accepted, Act, Deciding
from civicflow.workflows.engine.flow import State
from civicflow.workflows.engine.records import Case, Clock, Matter
from civicflow.workflows.engine.situation import Change, World

MOST_RUNGS = 100
"""How many missed rungs one commit records at the most; the rest follow in the next."""


@attrs.frozen
class NotYet:
    """The question came too early: the next deadline, or None where none runs.

    Attributes:
        due: the instant on which to ask again (UTC).
    """

    due: datetime | None


def ring(world: World, matter: Matter, case: CaseId) -> Accepted | NotYet:
    """Take every step of a case's clocks and holds that is due at ``world.recorded``.

    Raises:
        Wanted: as for `decide`.
    """
    deciding = Deciding(world)
    deciding.load(matter)
    working = deciding.matters[matter.root.matter]
    began, rung, told = working.cases[case].round, 0, 0
    while rung < MOST_RUNGS:
        now, before = working.cases[case], len(deciding.notices)
        if now.outcome or now.round != began or not _ring_once(deciding, now):
            break
        rung += 1
        told = before if len(deciding.notices) > before else told
    if not rung:
        return NotYet(_next(working.cases[case], world))
    deciding.notices = deciding.notices[told:]
    return deciding.accepted(case)


def _next(case: Case, world: World) -> datetime | None:
    if case.holds:
        return case.due
    state = world.flows.rules(case.flow).states[case.state]
    return min([_due(state, clock, world.calendar) for clock in case.clocks], default=None)


def _due(state: State, clock: Clock, calendar: WorkingCalendar) -> datetime:
    """When a clock falls due by today's calendar: provisional ones are computed anew."""
    if not clock.provisional:
        return clock.due
    within = state.limits[clock.limit].within
    return calendar.due(within if clock.left is None else TimeLimit(clock.left, "workdays"), clock.since).at


def _ring_once(deciding: Deciding, case: Case) -> bool:
    """Take the earliest step that is due, if there is one."""
    world = deciding.world
    state = world.flows.rules(case.flow).states[case.state]
    if case.holds:
        hold = min(case.holds, key=lambda h: h.until)
        if hold.until > world.recorded:
            return False
        refusal = deciding.take(case.id, Act(step=hold.then, actor=CLOCK, happened=hold.until))
        if refusal is not None:
            holds, clocks = resumed(case, hold.name, hold.until, state, world.calendar)
            delta = {"holds": holds} if clocks is None else {"holds": holds, "clocks": clocks}
            _record_refused(deciding, case, hold.then, hold.until, delta, refusal)
        return True
    due = [(_due(state, clock, world.calendar), clock.limit, clock) for clock in case.clocks]
    falls, number, clock = min(due, default=(None, 0, None), key=lambda d: d[:2])
    if falls is None or clock is None or falls > world.recorded:
        return False
    limit = state.limits[number]
    left = without(case, clock)
    if limit.again:
        # Counted from now: a standing reminder that nobody heard for a year is due once, not fifty times.
        left.append(next(c for c in arm(state, world.recorded, None, world.calendar) if c[0] == number))
    refusal = deciding.take(case.id, Act(step=limit.then, actor=CLOCK, happened=falls), Change(clocks=left))
    if refusal is not None:
        _record_refused(deciding, case, limit.then, falls, {"clocks": left}, refusal)
    return True


def _record_refused(
    deciding: Deciding, case: Case, step: str, falls: datetime, delta: dict[str, Any], refusal: Refusal
) -> None:
    working = deciding.matters[matter_of(case.id)]
    entry = Entry(
        case=case.id,
        version=working.version + 1,
        flow=case.flow,
        step="pass-over",
        source=case.state,
        target=case.state,
        by=CLOCK,
        happened=falls,
        recorded=max(deciding.world.recorded, working.cases[working.root].recorded or falls),
        register=deciding.world.register,
        data={"step": step, "rules": list(refusal.rules)},
        delta=delta,
    )
    working.entries.append(entry)
    working.version = entry.version
    working.changed.update(dict.fromkeys(apply_matter(working.cases, entry)))

"""`ring`: a deadline that pops is a question, and the clock is an actor whose steps are ordinary steps.

Rungs that were missed while nobody ticked are all recorded, each on the instant on which it fell due; only the last one
tells anybody. A rung that the rules refuse is recorded once, and the next one is tried. A rung that begins a new round
is committed before the next one is asked: until then mass children of the old round may still be born, and whatever
counts them has to find every one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import attrs

from civicflow.calendars import Recurrence, TimeLimit, WorkingCalendar
from civicflow.hierarchy.authority import CLOCK
from civicflow.ids import CaseId, matter_of
from civicflow.ledger.entries import Entry
from civicflow.refusals import Refusal
from civicflow.workflows.engine.apply import apply_matter
from civicflow.workflows.engine.clocks import arm, due_by, resumed, scheduled, without
from civicflow.workflows.engine.decide import Accepted, Act, Deciding
from civicflow.workflows.engine.flow import Limit, LimitKey
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
    limits = world.flows.rules(case.flow).limits[case.state]
    return min([at for at, _, _ in _running(case, limits, world.calendar)], default=None)


def _running(
    case: Case, limits: Mapping[LimitKey, Limit], calendar: WorkingCalendar
) -> Iterator[tuple[datetime, str, Clock]]:
    """The clocks that run, each with when it falls due and what to order by where two fall together."""
    for clock in case.clocks:
        if clock.stopped is None:
            yield _due(case, limits[clock.limit], clock, calendar), str(clock.limit), clock


def _due(case: Case, limit: Limit, clock: Clock, calendar: WorkingCalendar) -> datetime:
    """When a clock falls due by today's calendar: provisional ones are computed anew."""
    if not clock.provisional:
        return clock.due
    anew = due_by(scheduled(limit, case.data), clock.since, calendar, clock.left)
    return clock.due if anew is None else anew.at


def _ring_once(deciding: Deciding, case: Case) -> bool:
    """Take the earliest step that is due, if there is one."""
    world = deciding.world
    limits = world.flows.rules(case.flow).limits[case.state]
    if case.holds:
        hold = min(case.holds, key=lambda h: h.until)
        if hold.until > world.recorded:
            return False
        refusal = deciding.take(case.id, Act(step=hold.then, actor=CLOCK, happened=hold.until))
        if refusal is not None:
            holds, clocks = resumed(case, hold.name, hold.until, limits, world.calendar)
            delta = {"holds": holds} if clocks is None else {"holds": holds, "clocks": clocks}
            _record_refused(deciding, case, hold.then, hold.until, delta, refusal)
        return True
    due = min(_running(case, limits, world.calendar), default=None, key=lambda one: one[:2])
    if due is None or due[0] > world.recorded:
        return False
    at, _, clock = due
    limit, left = limits[clock.limit], without(case, clock)
    kept = scheduled(limit, case.data) if limit.again else None
    if isinstance(kept, Recurrence | TimeLimit):
        # A standing reminder that nobody heard for a year is due once, not fifty times; of a recurring duty each day is.
        since = at if isinstance(kept, Recurrence) else world.recorded
        left += arm([(clock.limit, limit)], since, None, world.calendar, case.data)
    refusal = deciding.take(case.id, Act(step=limit.then, actor=CLOCK, happened=at), Change(clocks=left))
    if refusal is not None:
        _record_refused(deciding, case, limit.then, at, {"clocks": left}, refusal)
    return True


def _record_refused(
    deciding: Deciding, case: Case, step: str, at: datetime, delta: dict[str, Any], refusal: Refusal
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
        happened=at,
        recorded=max(deciding.world.recorded, working.cases[working.root].recorded or at),
        register=deciding.world.register,
        data={"step": step, "rules": list(refusal.rules)},
        delta=delta,
    )
    working.entries.append(entry)
    working.version = entry.version
    working.changed.update(dict.fromkeys(apply_matter(working.cases, entry)))

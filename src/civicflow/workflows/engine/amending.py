"""Entries beside the flow: what was entered wrongly is corrected, what must go is erased, what belongs to it is added.

None moves the case, and none edits anything: each is an entry like any other, with who, when and why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

import attrs

from civicflow.errors import InvalidInput
from civicflow.hierarchy.authority import RULE, Actor, Holder
from civicflow.ids import CaseId
from civicflow.ledger.canonical import encode, plain
from civicflow.ledger.entries import Entry
from civicflow.ledger.private import ERASE, digest, erasure
from civicflow.workflows.engine.apply import apply_matter
from civicflow.workflows.engine.clocks import Spelled, moved, scheduled
from civicflow.workflows.engine.decide import Accepted, Move
from civicflow.workflows.engine.records import Case, Matter
from civicflow.workflows.engine.situation import World

CORRECT: Final = "correct"
"""The step of an entry that corrects another one."""

CARRY_OVER: Final = "carry-over"
"""The step of an entry by which a case goes to the successor of a unit that is gone."""

CORRECTOR: Final = Holder("secretary", "unit")
"""Who may correct what others entered; what one entered oneself one may always correct."""


def beside(case: Case, matter: Matter, step: str, by: Actor, why: str, world: World, **more: Any) -> Entry:
    """An entry that leaves the case in its state."""
    before = matter.root.recorded
    return Entry(
        case=case.id,
        version=matter.root.version + 1,
        flow=case.flow,
        step=step,
        source=case.state,
        target=case.state,
        by=by,
        happened=world.recorded,
        recorded=world.recorded if before is None else max(world.recorded, before),
        register=world.register,
        why=why,
        **more,
    )


def carried_over(matter: Matter, case: CaseId, successors: Mapping[str, Any], policy: str, world: World) -> Entry:
    """The entry by which a case goes to the successors of units that are gone. A rule does it; it stays in its state.

    Args:
        matter: the matter with the case.
        case: the case.
        successors: the fields of the case that take a new value: ``unit``, ``body``, ``anchors``.
        policy: how one of several successors was chosen.
        world: whose clock and register the entry names.
    """
    now = matter.case(case)
    named = {"unit": now.unit, "body": now.body, **now.anchors}
    after = {
        **{name: value for name, value in successors.items() if name != "anchors"},
        **successors.get("anchors", {}),
    }
    moved = {name: named[name] for name, value in after.items() if named[name] != value}
    data = plain({"policy": policy, "before": moved, "after": {name: after[name] for name in moved}}, path=CARRY_OVER)
    homes = {**moved, **now.homes}
    return beside(now, matter, CARRY_OVER, RULE, "", world, data=data, delta={"set": {**successors, "homes": homes}})


def erased(matter: Matter, parts: Iterable[tuple[str, int]], by: Actor, why: str, world: World) -> Entry:
    """The entry that erases private parts of a matter.

    Args:
        matter: the matter.
        parts: (matter, version) of what is erased.
        by: who erases.
        why: the legal ground, public.
        world: whose clock and register the entry names.
    """
    return beside(matter.root, matter, ERASE, by, why, world, delta=erasure(parts))


def corrected(matter: Matter, wrong: Entry, right: Mapping[str, object], by: Actor, why: str, world: World) -> Entry:
    """The entry that corrects what another one kept in its case of what somebody gave; what a rule worked out stands.

    Args:
        matter: the matter with the case of the wrong entry.
        wrong: the entry that is corrected.
        right: the corrected values by field.
        by: who corrects.
        why: their reason, public.
        world: whose clock and register the entry names.

    Raises:
        InvalidInput: if the entry kept no such field, a value has no exact plain form, or what says when something falls
            due is no schedule.
    """
    kept = {*wrong.delta.get("data", {})} & _correctable(wrong, world)
    unknown = sorted(set(right) - set(kept))
    if unknown or not right:
        there = ", ".join(sorted(kept)) or "nothing"
        msg = f"entry {wrong.ref} keeps {there}, which can be corrected; got {', '.join(unknown) or 'nothing'}"
        raise InvalidInput(msg)
    values = plain(dict(right), path="correction")
    case = matter.case(wrong.case)
    delta: dict[str, Any] = {"data": values}
    clocks = _moved(case, values, world)
    if clocks is not None:
        delta["clocks"] = clocks
    return beside(case, matter, CORRECT, by, why, world, delta=delta, corrects=wrong.ref)


def _correctable(entry: Entry, world: World) -> frozenset[str]:
    """The fields of what somebody gave with a step, or corrected before."""
    if entry.step == CORRECT:
        return frozenset(entry.delta.get("data", {}))
    step = next((step for step in world.flows.rules(entry.flow).flow.steps if step.name == entry.step), None)
    return frozenset() if step is None or step.data is None else frozenset(f.name for f in attrs.fields(step.data))


def _moved(case: Case, values: Mapping[str, Any], world: World) -> list[Spelled] | None:
    """The clocks of a case whose schedule was kept wrongly; None where they stay as they are."""
    rules = world.flows.rules(case.flow)
    for limit in (limit for limits in rules.kept.values() for limit in limits.values()):
        scheduled(limit, values)
    limits, data = rules.kept.get(case.state, {}), {**case.data, **values}
    return moved(case, rules.flow.spans, limits, data, world.recorded, case.promise, world.calendar)


def added(
    matter: Matter,
    case: CaseId,
    step: str,
    parts: tuple[Mapping[str, Any], Mapping[str, Any]],
    by: Actor,
    why: str,
    world: World,
) -> Accepted:
    """What becomes of a matter when a note or an attachment is added to one of its cases, also to one that ended.

    Args:
        matter: the matter with that case.
        case: the case that it is added to.
        step: the entry's step.
        parts: the public and the private part of what is added.
        by: who adds it.
        why: their reason, public.
        world: whose clock, register and salt the entry takes.

    Raises:
        InvalidInput: if a text holds what no entry can hold.
    """
    public, hidden = (plain(dict(part), path=step) for part in parts)
    body = encode(hidden) if hidden else b""
    sealed = digest(world.salt, body) if hidden else ""
    entry = beside(matter.case(case), matter, step, by, why, world, data=public, private=sealed)
    return amended(matter, entry, world, private=((entry.version, body),) if hidden else ())


def amended(
    matter: Matter,
    entry: Entry,
    world: World,
    *,
    private: tuple[tuple[int, bytes], ...] = (),
    gone: tuple[tuple[str, int], ...] = (),
) -> Accepted:
    """What becomes of a matter by an entry beside the flow.

    Args:
        matter: the matter with the entry's case.
        entry: the entry.
        world: whose salt its private part takes.
        private: version and body of its private part.
        gone: (matter, version) of the private parts that it erases.
    """
    cases = {matter.root.id: matter.root, **matter.children}
    changed = dict.fromkeys((matter.root.id, *apply_matter(cases, entry)))
    move = Move(
        matter=matter.root.matter,
        expected=matter.root.version,
        entries=(entry,),
        cases=tuple(cases[one] for one in changed),
        private=private,
    )
    return Accepted(case=cases[entry.case], moves=(move,), read={}, rounds={}, notices=(), salt=world.salt, erased=gone)


def as_recorded(entry: Entry) -> Mapping[str, Any]:
    """The delta of an entry as figures without corrections see it: that of a correction changes nothing."""
    return {} if entry.corrects else entry.delta

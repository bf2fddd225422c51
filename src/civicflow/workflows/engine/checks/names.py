"""Names that nothing bears: the root of most faults, and therefore looked at first."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from civicflow.errors import Fault
from civicflow.hierarchy.authority import AnyOf, Holder, Who
from civicflow.texts import Text
from civicflow.workflows.engine.checks.paths import effects, leads
from civicflow.workflows.engine.checks.sentences import SENTENCES, fault
from civicflow.workflows.engine.children import Afresh, Drop, Spawn
from civicflow.workflows.engine.effects import Anchor, Extend, Lift, PutOnHold
from civicflow.workflows.engine.flow import BESIDE, NEW, STAY, Effect, Flow, Limit, Span, State, Step
from civicflow.workflows.engine.matters import CarryTo
from civicflow.workflows.engine.telling import Tell

ANCHORS: Final = ("unit", "above", "body", "actor", "requester")
"""What every case knows: see `civicflow.workflows.engine.clocks.anchors_of`."""


def unknown(flow: Flow) -> Iterator[Fault]:
    """Names that are defined twice or not at all, as far as the flow's own table tells."""
    states = {state.name for state in flow.states}
    for kind, named in (("state", flow.states), ("step", flow.steps), ("span", flow.spans)):
        names = [one.name for one in named]
        for name in sorted({name for name in names if names.count(name) > 1}):
            yield fault(flow, name, "twice", kind=SENTENCES[f"kind.{kind}"])
    if NEW in states:
        yield fault(flow, NEW, "kept-name.state")
    for name in flow.opened_in:
        if name not in states:
            yield fault(flow, name, "unknown-state.opened")
    for step in flow.steps:
        if step.name in BESIDE:
            yield fault(flow, step.name, "kept-name.step")
        yield from _of_step(flow, step, states)
    for state in flow.states:
        yield from _of_state(flow, state)
    for span in flow.spans:
        yield from _of_span(flow, span, states)


def _of_step(flow: Flow, step: Step, states: set[str]) -> Iterator[Fault]:
    for name in step.of:
        if name not in states and name != NEW:
            yield fault(flow, step.name, "unknown-state.from", this=repr(name))
    for branch in step.to:
        if branch.to != STAY and branch.to not in states:
            yield fault(flow, step.name, "unknown-state.to", this=repr(branch.to))
    whos = [step.by, *(effect.who for effect in effects(step) if isinstance(effect, Tell))]
    for name in sorted({name for who in whos for name in _anchors(who)} - known_anchors(flow)):
        yield fault(flow, step.name, "unknown-anchor", this=repr(name), known=", ".join(ANCHORS))
    for effect in effects(step):
        yield from _of_effect(flow, step, effect)


def _anchors(who: Who) -> Iterator[str]:
    if isinstance(who, AnyOf):
        for one in who.whos:
            yield from _anchors(one)
    elif isinstance(who, Holder) and who.at:
        yield who.at


def known_anchors(flow: Flow) -> set[str]:
    """The units that a case of the flow may name."""
    renamed = {e.name for step in flow.steps for e in effects(step) if isinstance(e, Anchor)}
    return {*ANCHORS, *flow.anchors, *renamed}


def _of_effect(flow: Flow, step: Step, effect: Effect) -> Iterator[Fault]:
    match effect:
        case Spawn(slot):
            yield from _slots(flow, step, (slot,))
        case Afresh(slots) | Drop(slots):
            yield from _slots(flow, step, slots)
        case Anchor(of=of) if of not in known_anchors(flow):
            yield fault(flow, step.name, "unknown-anchor", this=repr(of), known=", ".join(ANCHORS))
        case CarryTo(read) if read not in {one.name for one in step.reads}:
            yield fault(flow, step.name, "unknown-read", this=repr(read))
        case Lift(name) if name not in _begun(flow):
            yield fault(flow, step.name, "unknown-hold", this=repr(name))
        case PutOnHold(then=then) if all(one.name != then for one in flow.steps):
            yield fault(flow, step.name, "unknown-step.hold", this=repr(then))
        case Extend(name):
            over = {state for span in flow.spans if span.name == name for state in (*span.over, *span.paused)}
            elsewhere = [state for state in step.of if state not in over]
            if elsewhere:
                yield fault(flow, step.name, "unknown-span", this=repr(name), where=", ".join(elsewhere))


def _slots(flow: Flow, step: Step, slots: tuple[str, ...]) -> Iterator[Fault]:
    for slot in slots:
        if slot not in flow.slots:
            yield fault(flow, step.name, "unknown-slot.effect", this=repr(slot))


def _begun(flow: Flow) -> set[str]:
    return {effect.name for step in flow.steps for effect in effects(step) if isinstance(effect, PutOnHold)}


def _of_state(flow: Flow, state: State) -> Iterator[Fault]:
    yield from _of_limits(flow, state.name, state.limits, (state.name,))
    for join in state.joins:
        if not leads(flow, state.name, join.then):
            yield fault(flow, state.name, "not-from-here.join", this=repr(join.then))
        for slot in join.slots:
            if slot not in flow.slots:
                yield fault(flow, state.name, "unknown-slot.join", this=repr(slot))
    if state.name in flow.opened_in and state.final:
        yield fault(flow, state.name, "opened-final")
    for brood in state.broods:
        if brood not in flow.broods:
            yield fault(flow, state.name, "unknown-brood", this=repr(brood))


def _of_limits(flow: Flow, path: str, limits: tuple[Limit, ...], states: tuple[str, ...]) -> Iterator[Fault]:
    """What the limits of a state, or of a span over states, call."""
    for limit in limits:
        gaps = {"limit": limit.within.text, "this": repr(limit.then)}
        if all(step.name != limit.then for step in flow.steps):
            yield fault(flow, path, "unknown-step.limit", **gaps)
            continue
        elsewhere = [state for state in states if not leads(flow, state, limit.then)]
        if elsewhere:
            where = SENTENCES["here"] if states == (path,) else Text.same(", ".join(elsewhere))
            yield fault(flow, path, "not-from-here.limit", where=where, **gaps)


def _of_span(flow: Flow, span: Span, states: set[str]) -> Iterator[Fault]:
    for name in (*span.over, *span.paused):
        if name not in states:
            yield fault(flow, span.name, "unknown-state.span", this=repr(name))
    for name in sorted(set(span.over) & set(span.paused)):
        yield fault(flow, span.name, "span.both", this=repr(name))
    if not span.over or not span.limits:
        yield fault(flow, span.name, "span.empty")
    yield from _of_limits(flow, span.name, span.limits, tuple(name for name in span.over if name in states))

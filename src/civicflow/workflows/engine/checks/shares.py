"""Children: flows that are not there, states that their flow does not have, and children that are left behind open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain

from civicflow.errors import Fault
from civicflow.hierarchy.authority import Rule
from civicflow.workflows.engine.checks.calls import allows
from civicflow.workflows.engine.checks.paths import done, effects, leading
from civicflow.workflows.engine.checks.sentences import fault
from civicflow.workflows.engine.children import Drop, Spawn
from civicflow.workflows.engine.flow import NEW, STAY, Branch, Effect, Flow, JoinRule, State, Step
from civicflow.workflows.engine.joins import All, Every
from civicflow.workflows.engine.matters import CarryTo, Raise


def family(flow: Flow, beside: Mapping[str, Flow]) -> Iterator[Fault]:
    """What the flow says of its children and of others, held against their flows."""
    flows = {name: beside[other] for name, other in (*flow.slots.items(), *flow.broods.items()) if other in beside}
    for name, other in (*flow.slots.items(), *flow.broods.items()):
        if name not in flows:
            yield fault(flow, NEW, "unknown-flow", this=repr(name), rules=repr(other))
    for step in flow.steps:
        for effect in effects(step):
            yield from _of_effect(flow, step, effect, flows, beside)
    for state in flow.states:
        for join in state.joins:
            for slot in join.slots:
                if slot in flows:
                    yield from _joined(flow, state, join.rule, slot, flows[slot])


def _of_effect(
    flow: Flow, step: Step, effect: Effect, flows: Mapping[str, Flow], beside: Mapping[str, Flow]
) -> Iterator[Fault]:
    match effect:
        case CarryTo(step=then) if not _known(then, flow, beside):
            yield fault(flow, step.name, "unknown-step.carry", this=repr(then))
        case Raise():
            yield from _raised(flow, step, effect, beside)
        case Spawn(slot) if slot in flows:
            yield from _spawned(flow, step, effect, flows[slot])
        case Drop(slots):
            for slot in slots:
                if slot in flows:
                    yield from _dropped(flow, step, effect, slot, flows[slot])


def _known(step: str, flow: Flow, beside: Mapping[str, Flow]) -> bool:
    """Whether the flow or another one has such a step; the others are not looked at where the flow has."""
    return any(one.name == step for other in chain((flow,), beside.values()) for one in other.steps)


def _raised(flow: Flow, step: Step, effect: Raise, beside: Mapping[str, Flow]) -> Iterator[Fault]:
    """A matter that is begun by a rule is one of a flow that lets a rule begin it."""
    gaps = {"this": repr(effect.step), "rules": repr(effect.flow)}
    other = flow if effect.flow == flow.name else beside.get(effect.flow)
    if other is None:
        yield fault(flow, step.name, "unknown-flow.raise", **gaps)
    elif not any(one.name == effect.step and NEW in one.of and allows(one.by, Rule) for one in other.steps):
        yield fault(flow, step.name, "not-raised", **gaps)


def _spawned(flow: Flow, step: Step, effect: Spawn, child: Flow) -> Iterator[Fault]:
    gaps = {"this": repr(effect.state), "rules": repr(child.name), "slot": repr(effect.slot)}
    if all(state.name != effect.state for state in child.states):
        yield fault(flow, step.name, "unknown-state.slot", **gaps)
    elif effect.state not in child.opened_in:
        yield fault(flow, step.name, "not-opened", **gaps)


def _dropped(flow: Flow, step: Step, effect: Drop, slot: str, child: Flow) -> Iterator[Fault]:
    gaps = {"this": repr(effect.state), "rules": repr(child.name), "slot": repr(slot)}
    if all(state.name != effect.state for state in child.states):
        yield fault(flow, step.name, "unknown-state.slot", **gaps)
    elif effect.state not in child.finals:
        yield fault(flow, step.name, "dropped-open", **gaps)


def _joined(flow: Flow, state: State, rule: JoinRule, slot: str, child: Flow) -> Iterator[Fault]:
    """A join rule that counts a state counts one that the children have."""
    counted = getattr(rule, "state", None)
    if counted is not None and all(one.name != counted for one in child.states):
        gaps = {"this": repr(counted), "rules": repr(child.name), "slot": repr(slot)}
        yield fault(flow, state.name, "unknown-state.slot", **gaps)


def left_behind(flow: Flow, beside: Mapping[str, Flow] | None) -> Iterator[Fault]:
    """Steps that leave a state while children may be open, and say nothing of them.

    Where children may be open is followed from the steps that open them. A step may leave with them open if it drops
    them, if the joins of the state that it leads to count them, if its join or its guard says that they have ended, or
    if their flow outlives its parent.
    """
    told: set[tuple[str, str]] = set()
    for slot, name in flow.slots.items():
        if beside is not None and beside[name].outlives:
            continue
        frontier = list(dict.fromkeys(_opened(flow, slot)))
        seen = set(frontier)
        while frontier:
            here = frontier.pop()
            for step in leading(flow, here):
                for branch in step.to:
                    if branch.to in (STAY, here) or _ended(flow, slot, here, step, branch, beside):
                        continue
                    if not any(slot in join.slots for join in flow.state(branch.to).joins):
                        if (slot, step.name) not in told:
                            told.add((slot, step.name))
                            gaps = {"state": repr(here), "to": repr(branch.to)}
                            yield fault(flow, step.name, "left-behind", slot=repr(slot), **gaps)
                    elif branch.to not in seen:
                        seen.add(branch.to)
                        frontier.append(branch.to)


def _opened(flow: Flow, slot: str) -> Iterator[str]:
    """The states in which children of a slot are, just opened."""
    for step in flow.steps:
        for branch in step.to:
            if any(isinstance(effect, Spawn) and effect.slot == slot for effect in done(step, branch)):
                yield from step.of if branch.to == STAY else (branch.to,)


def _ended(flow: Flow, slot: str, here: str, step: Step, branch: Branch, beside: Mapping[str, Flow] | None) -> bool:
    """Whether no child of a slot can be open once a branch was taken."""
    if any(isinstance(effect, Drop) and slot in effect.slots for effect in done(step, branch)):
        return True
    if any(slot in guard.ended for guard in (*step.guards, branch.when)):
        return True
    joins = [join for join in flow.state(here).joins if join.then == step.name]
    return bool(joins) and all(
        slot in join.slots and _closes(join.rule, None if beside is None else beside[flow.slots[slot]])
        for join in joins
    )


def _closes(rule: JoinRule, child: Flow | None) -> bool:
    """Whether every child it counts has ended once a rule holds."""
    return isinstance(rule, Every) or (isinstance(rule, All) and (child is None or rule.state in child.finals))

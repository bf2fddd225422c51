"""What is wrong with a flow, found when it is defined and not when a case is stuck in it.

The decisive question is *left alone*: clock and joins alone must bring every state to an end, or the state says
``again``, or it stands (waits for nobody), or it follows another matter.
"""

from __future__ import annotations

from collections.abc import Iterator

from civicflow.errors import Fault
from civicflow.hierarchy.authority import AnyOf, Clock, Who
from civicflow.workflows.engine.flow import NEW, STAY, Flow, State, Step


def faults(flow: Flow) -> tuple[Fault, ...]:
    """Every fault of a definition; what follows from an unknown name is not reported beside it."""
    named = tuple(_names(flow))
    return named or tuple(_shape(flow))


def _fault(flow: Flow, path: str, reason: str) -> Fault:
    return Fault(source=f"{flow.name}@{flow.version}", path=path, reason=reason)


def _names(flow: Flow) -> Iterator[Fault]:
    states = {state.name for state in flow.states}
    yield from _twice(flow, "state", [state.name for state in flow.states])
    yield from _twice(flow, "step", [step.name for step in flow.steps])
    if NEW in states:
        yield _fault(flow, NEW, "this name is kept for what has not begun; call the state otherwise")
    for name in flow.opened_in:
        if name not in states:
            yield _fault(flow, name, "a parent is to open children here, yet it is no state of the flow")
    for step in flow.steps:
        yield from _step_names(flow, step, states)
    for state in flow.states:
        yield from _limit_names(flow, state)
        yield from _join_names(flow, state)


def _twice(flow: Flow, kind: str, names: list[str]) -> Iterator[Fault]:
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield _fault(flow, name, f"this {kind} is defined twice; give one of them another name")


def _step_names(flow: Flow, step: Step, states: set[str]) -> Iterator[Fault]:
    for name in step.of:
        if name not in states and name != NEW:
            yield _fault(flow, step.name, f"leads from {name!r}, which is no state of the flow")
    for branch in step.to:
        if branch.to != STAY and branch.to not in states:
            yield _fault(flow, step.name, f"leads to {branch.to!r}, which is no state of the flow")


def _limit_names(flow: Flow, state: State) -> Iterator[Fault]:
    for limit in state.limits:
        if all(step.name != limit.then for step in flow.steps):
            yield _fault(
                flow, state.name, f"its limit of {limit.within} calls {limit.then!r}, which is no step of the flow"
            )
        elif not _leads(flow, state, limit.then):
            yield _fault(
                flow, state.name, f"its limit of {limit.within} calls {limit.then!r}, which does not lead from here"
            )


def _join_names(flow: Flow, state: State) -> Iterator[Fault]:
    for join in state.joins:
        if not _leads(flow, state, join.then):
            yield _fault(flow, state.name, f"a join calls {join.then!r}, which does not lead from here")
        for slot in join.slots:
            if slot not in flow.slots:
                yield _fault(flow, state.name, f"a join counts {slot!r}, which is no slot of the flow")
    if state.name in flow.opened_in and state.final:
        yield _fault(flow, state.name, "a parent opens children here, yet it is final")
    for brood in state.broods:
        if brood not in flow.broods:
            yield _fault(flow, state.name, f"lets {brood!r} be born, which is no brood of the flow")


def _leads(flow: Flow, state: State, step: str) -> bool:
    return any(s.name == step and state.name in s.of for s in flow.steps)


def _from(flow: Flow, state: str) -> list[Step]:
    return [step for step in flow.steps if state in step.of]


def _shape(flow: Flow) -> Iterator[Fault]:
    if not _from(flow, NEW) and not flow.opened_in:
        yield _fault(
            flow, NEW, "nothing begins a case; let a step lead from NEW, or say in which states a parent opens one"
        )
    reachable = _reached(flow)
    for state in flow.states:
        if state.name not in reachable:
            yield _fault(flow, state.name, "no step ever leads here; remove the state or let a step lead to it")
        leading = _from(flow, state.name)
        if state.final and leading:
            yield _fault(flow, state.name, f"is final, yet {leading[0].name!r} leads from it")
        if not state.final and not leading:
            yield _fault(flow, state.name, "is a dead end; let a step lead on, or say which outcome it is")
    ended = _ends_alone(flow)
    for state in flow.states:
        if state.name not in ended:
            yield _fault(
                flow, state.name, "left alone it never ends; give it a limit whose step leads on, or again=True"
            )


def _reached(flow: Flow) -> set[str]:
    reached, frontier = set(flow.opened_in), [NEW, *flow.opened_in]
    while frontier:
        here = frontier.pop()
        for step in _from(flow, here):
            for branch in step.to:
                if branch.to and branch.to not in reached:
                    reached.add(branch.to)
                    frontier.append(branch.to)
    return reached


def _ends_alone(flow: Flow) -> set[str]:
    """The states that clock and joins alone bring to an end, or that need not end."""
    ended = {
        s.name for s in flow.states if s.final or s.standing or s.follows or any(limit.again for limit in s.limits)
    }
    growing = True
    while growing:
        growing = False
        for state in flow.states:
            if state.name not in ended and _goes_on(flow, state, ended):
                ended.add(state.name)
                growing = True
    return ended


def _by_itself(who: Who) -> bool:
    """Whether the clock may take the step."""
    return any(map(_by_itself, who.whos)) if isinstance(who, AnyOf) else isinstance(who, Clock)


def _goes_on(flow: Flow, state: State, ended: set[str]) -> bool:
    """Whether some limit's step leads, by whichever branch, to states that end.

    A branch back to the state itself (one level up, say) is allowed when another branch leads on: levels are finite.
    """
    for limit in state.limits:
        step = next(step for step in _from(flow, state.name) if step.name == limit.then)
        targets = {branch.to for branch in step.to if branch.to != STAY}
        if not _by_itself(step.by) or not targets:
            continue
        if targets - {state.name} and targets - {state.name} <= ended:
            return True
    return False

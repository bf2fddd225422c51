"""What is wrong with a flow, found when it is defined and not when a case is stuck in it.

The decisive question is *left alone*: clock and joins alone must bring every state to an end, or the state says
``again``, or it stands (waits for nobody), or it follows another matter.
"""

from __future__ import annotations

from collections.abc import Iterator

from civicflow.errors import Fault
from civicflow.hierarchy.authority import AnyOf, Clock, Who
from civicflow.workflows.engine.flow import BESIDE, NEW, STAY, Flow, Limit, Span, State, Step


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
        if step.name in BESIDE:
            yield _fault(flow, step.name, "this name is kept for entries beside the flow; call the step otherwise")
        yield from _step_names(flow, step, states)
    for state in flow.states:
        yield from _limit_names(flow, state.name, state.limits, (state.name,))
        yield from _join_names(flow, state)
    yield from _twice(flow, "span", [span.name for span in flow.spans])
    for span in flow.spans:
        yield from _span_names(flow, span, states)


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


def _limit_names(flow: Flow, path: str, limits: tuple[Limit, ...], states: tuple[str, ...]) -> Iterator[Fault]:
    """What the limits of a state, or of a span over states, call."""
    for limit in limits:
        calls = f"its limit of {limit.within} calls {limit.then!r}, which"
        if all(step.name != limit.then for step in flow.steps):
            yield _fault(flow, path, f"{calls} is no step of the flow")
            continue
        elsewhere = [state for state in states if not _leads(flow, state, limit.then)]
        if elsewhere:
            where = "here" if states == (path,) else ", ".join(elsewhere)
            yield _fault(flow, path, f"{calls} does not lead from {where}")


def _span_names(flow: Flow, span: Span, states: set[str]) -> Iterator[Fault]:
    for name in (*span.over, *span.paused):
        if name not in states:
            yield _fault(flow, span.name, f"the span names {name!r}, which is no state of the flow")
    for name in sorted(set(span.over) & set(span.paused)):
        yield _fault(flow, span.name, f"the span both runs and stands still in {name!r}; say one of the two")
    if not span.over or not span.limits:
        yield _fault(flow, span.name, "a span runs over some states, and has a limit; give it both")
    yield from _limit_names(flow, span.name, span.limits, tuple(name for name in span.over if name in states))


def _join_names(flow: Flow, state: State) -> Iterator[Fault]:
    for join in state.joins:
        if not _leads(flow, state.name, join.then):
            yield _fault(flow, state.name, f"a join calls {join.then!r}, which does not lead from here")
        for slot in join.slots:
            if slot not in flow.slots:
                yield _fault(flow, state.name, f"a join counts {slot!r}, which is no slot of the flow")
    if state.name in flow.opened_in and state.final:
        yield _fault(flow, state.name, "a parent opens children here, yet it is final")
    for brood in state.broods:
        if brood not in flow.broods:
            yield _fault(flow, state.name, f"lets {brood!r} be born, which is no brood of the flow")


def _leads(flow: Flow, state: str, step: str) -> bool:
    return any(s.name == step and state in s.of for s in flow.steps)


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
        s.name
        for s in flow.states
        if s.final or s.standing or s.follows or any(limit.again for limit in _limits(flow, s))
    }
    growing = True
    while growing:
        growing = False
        for state in flow.states:
            if state.name not in ended and _goes_on(flow, state, ended):
                ended.add(state.name)
                growing = True
    return ended


def _limits(flow: Flow, state: State) -> tuple[Limit, ...]:
    """The limits that run in a state: its own, and those of the spans over it."""
    return (*state.limits, *(limit for span in flow.spans if state.name in span.over for limit in span.limits))


def _by_itself(who: Who) -> bool:
    """Whether the clock may take the step."""
    return any(map(_by_itself, who.whos)) if isinstance(who, AnyOf) else isinstance(who, Clock)


def _goes_on(flow: Flow, state: State, ended: set[str]) -> bool:
    """Whether some limit's step leads, by whichever branch, to states that end.

    A branch back to the state itself (one level up, say) is allowed when another branch leads on: levels are finite.
    """
    for limit in _limits(flow, state):
        step = next(step for step in _from(flow, state.name) if step.name == limit.then)
        targets = {branch.to for branch in step.to if branch.to != STAY}
        if not _by_itself(step.by) or not targets:
            continue
        if targets - {state.name} and targets - {state.name} <= ended:
            return True
    return False

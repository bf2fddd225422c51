"""Ways through a flow's table that the checks follow."""

from __future__ import annotations

from collections.abc import Iterator

from civicflow.workflows.engine.effects import PutOnHold
from civicflow.workflows.engine.flow import ELSE, NEW, STAY, Branch, Effect, Flow, Limit, State, Step


def leading(flow: Flow, state: str) -> list[Step]:
    """The steps that lead from a state."""
    return [step for step in flow.steps if state in step.of]


def leads(flow: Flow, state: str, step: str) -> bool:
    """Whether a step of that name leads from a state."""
    return any(s.name == step for s in leading(flow, state))


def effects(step: Step) -> Iterator[Effect]:
    """Every effect of a step, of whichever branch."""
    yield from step.does
    for branch in step.to:
        yield from branch.does


def done(step: Step, branch: Branch) -> tuple[Effect, ...]:
    """What is done when a branch is taken."""
    return (*step.does, *branch.does)


def certain(step: Step) -> bool:
    """Whether one of its branches always holds."""
    return any(branch.when is ELSE for branch in step.to)


def running(flow: Flow, state: State) -> tuple[Limit, ...]:
    """The limits that run in a state: its own, and those of the spans over it."""
    return (*state.limits, *(limit for span in flow.spans if state.name in span.over for limit in span.limits))


def reached(flow: Flow) -> set[str]:
    """The states to which some way leads from the beginning."""
    found, frontier = set(flow.opened_in), [NEW, *flow.opened_in]
    while frontier:
        for step in leading(flow, frontier.pop()):
            for branch in step.to:
                if branch.to != STAY and branch.to not in found:
                    found.add(branch.to)
                    frontier.append(branch.to)
    return found


def holds(flow: Flow) -> Iterator[tuple[Step, PutOnHold, tuple[str, ...]]]:
    """Every hold with the step that begins it and the states in which the case may then be on hold.

    A step that may be taken while the case is held carries the hold with it, unless it ends the case.
    """
    for step in flow.steps:
        for branch in step.to:
            for effect in done(step, branch):
                if isinstance(effect, PutOnHold):
                    held = set(step.of) if branch.to == STAY else {branch.to}
                    yield step, effect, tuple(sorted(_onward(flow, held, effect)))


def _onward(flow: Flow, held: set[str], hold: PutOnHold) -> set[str]:
    frontier = list(held)
    while frontier:
        for step in leading(flow, frontier.pop()):
            if not step.while_held or step.name == hold.then:
                continue
            for branch in step.to:
                if branch.to not in (STAY, *held, *flow.finals):
                    held.add(branch.to)
                    frontier.append(branch.to)
    return held - flow.finals

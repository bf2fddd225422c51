"""The shape of the table: states that nothing reaches or leaves, branches that are never taken, ladders out of order."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, pairwise

from civicflow.calendars import Recurrence, TimeLimit
from civicflow.errors import Fault
from civicflow.hierarchy.authority import for_people
from civicflow.workflows.engine.checks.paths import certain, leading, reached, running
from civicflow.workflows.engine.checks.sentences import SENTENCES, fault
from civicflow.workflows.engine.flow import ELSE, NEW, STAY, Flow, Limit, State, Step


def misshapen(flow: Flow) -> Iterator[Fault]:
    """Faults of the table's shape."""
    found = reached(flow)
    if not leading(flow, NEW) and not flow.opened_in:
        yield fault(flow, NEW, "no-beginning")
        found = {state.name for state in flow.states}
    for state in flow.states:
        yield from _of_state(flow, state, is_reached=state.name in found)
        yield from _in_order(flow, state.name, state.limits)
        yield from _over(flow, state)
        yield from _alike(flow, state)
    for span in flow.spans:
        yield from _in_order(flow, span.name, span.limits)
    for step in flow.steps:
        yield from _of_branches(flow, step)


def _of_state(flow: Flow, state: State, *, is_reached: bool) -> Iterator[Fault]:
    if not is_reached:
        yield fault(flow, state.name, "unreachable")
    onward = leading(flow, state.name)
    if not state.final and not onward:
        yield fault(flow, state.name, "dead-end")
    if not state.final:
        return
    if onward:
        yield fault(flow, state.name, "final-left", this=repr(onward[0].name))
    for what, there in (
        ("limits", state.limits),
        ("joins", state.joins),
        ("broods", state.broods),
        ("standing", state.standing or state.follows),
    ):
        if there:
            yield fault(flow, state.name, "final-waits", what=SENTENCES[f"what.{what}"])


def _length(limit: Limit) -> tuple[str, int] | None:
    """How long a limit is, in what can be compared; None for recurring days, and for what each case says itself."""
    if not isinstance(limit.within, TimeLimit):
        return None
    return ("workdays", limit.within.n) if limit.within.unit == "workdays" else (
        "hours", limit.within.n * (24 if limit.within.unit == "days" else 1),
    )  # fmt: skip


def _in_order(flow: Flow, path: str, limits: tuple[Limit, ...]) -> Iterator[Fault]:
    for shorter, longer in pairwise(limits):
        before, after = _length(shorter), _length(longer)
        if before is not None and after is not None and before[0] == after[0] and before[1] >= after[1]:
            yield fault(flow, path, "ladder-order", limit=longer.within.text, before=shorter.within.text)


def _over(flow: Flow, state: State) -> Iterator[Fault]:
    """Limits that never pass, since the step of an earlier one has always left the state by then."""
    steps = {step.name: step for step in leading(flow, state.name)}
    for number, limit in enumerate(state.limits[:-1]):
        step = steps[limit.then]
        sure = not step.guards and certain(step)
        if sure and all(branch.to not in (STAY, state.name) for branch in step.to) and not limit.promised:
            for later in state.limits[number + 1 :]:
                if not later.promised:
                    yield fault(flow, state.name, "ladder-over", limit=later.within.text, this=repr(step.name))
            return


def _of_branches(flow: Flow, step: Step) -> Iterator[Fault]:
    whens = [branch.when for branch in step.to]
    if not whens:
        yield fault(flow, step.name, "no-branch")
    if ELSE in whens[:-1]:
        yield fault(flow, step.name, "after-else")
    guards = [when.describe() for when in whens if when is not ELSE]
    for name in sorted({name for name in guards if guards.count(name) > 1}):
        yield fault(flow, step.name, "same-guard", this=repr(name.partition("@")[0]))


def _alike(flow: Flow, state: State) -> Iterator[Fault]:
    """Two steps that people may take from one state and that are called alike."""
    steps = [step for step in leading(flow, state.name) if for_people(step.by)]
    for one, other in combinations(steps, 2):
        same = [a for a, b in ((one.text.en, other.text.en), (one.text.zh, other.text.zh)) if a == b]
        if same:
            gaps = {"this": repr(one.name), "other": repr(other.name)}
            yield fault(flow, one.name, "same-text", state=repr(state.name), text=same[0], **gaps)


def uncertain(flow: Flow) -> Iterator[Fault]:
    """Steps of the clock that may lead nowhere, and reminders that come to an end."""
    for state in flow.states:
        for limit in running(flow, state):
            if limit.again and isinstance(limit.within, Recurrence) and not limit.within.is_endless:
                yield fault(flow, state.name, "reminder-ends", limit=limit.within.text)
    for step in flow.steps:
        if not for_people(step.by) and step.to and not certain(step):
            yield fault(flow, step.name, "uncertain")

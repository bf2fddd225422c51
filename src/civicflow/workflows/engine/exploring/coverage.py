"""What never happened in any scene of a flow: a state, a step, a branch, a guard that never holds or never refuses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from civicflow.workflows.engine.exploring.report import WORDS, Explored, Finding
from civicflow.workflows.engine.flow import ELSE, Flow, Step


def unseen(flow: Flow, explored: Iterable[Explored]) -> tuple[Finding, ...]:
    """What never happened, all scenes together; where they hit a bound it may lie beyond.

    Args:
        flow: the flow that was explored.
        explored: what its scenes found.
    """
    noted = frozenset[tuple[object, ...]]().union(*(one.noted for one in explored))
    return tuple(_unseen(flow, noted))


def _unseen(flow: Flow, noted: frozenset[tuple[object, ...]]) -> Iterator[Finding]:
    for state in flow.states:
        if (flow.name, "reached", state.name) not in noted:
            yield Finding("state-unreached", WORDS.say("state-unreached", state=state.text, this=state.name))
    for step in flow.steps:
        if (flow.name, "taken", step.name) in noted:
            yield from _of_step(flow, step, noted)
        elif (flow.name, "refused", step.name) in noted:
            yield Finding("always-refused", WORDS.say("always-refused", this=step.name))
        else:
            yield Finding("step-untaken", WORDS.say("step-untaken", step=step.text, this=step.name))


def _of_step(flow: Flow, step: Step, noted: frozenset[tuple[object, ...]]) -> Iterator[Finding]:
    for number, branch in enumerate(step.to):
        if (flow.name, "branch", step.name, number) not in noted:
            gaps = {"this": step.name, "n": number + 1, "to": branch.to or "-"}
            yield Finding("branch-untaken", WORDS.say("branch-untaken", **gaps))
    for guard in (*step.guards, *(branch.when for branch in step.to if branch.when is not ELSE)):
        for happens, rule in (("holds", "guard-never-holds"), ("refuses", "guard-never-refuses")):
            if (flow.name, happens, step.name, guard.name) not in noted:
                yield Finding(rule, WORDS.say(rule, this=step.name, guard=guard.name))

"""The only door to `transitions`: a flow as a machine, and the machine as a table.

One machine for each flow version, with no model in it: state lives in records. It validates names, enumerates and
draws; its transitions compiled to a table are what `decide` looks up. A property test holds the two together.
"""

from __future__ import annotations

from typing import Any

from transitions import Machine
from transitions.core import EventData

from civicflow.workflows.engine.flow import NEW, STAY, Flow


class Cell:
    """A throw-away carrier of one state through the stock machine."""

    __slots__ = ("branch", "state")

    def __init__(self, state: str, branch: int = 0) -> None:
        self.state, self.branch = state, branch


def machine(flow: Flow) -> Machine:
    """The flow as a stock `transitions` machine.

    Each branch of a step is a transition with a condition; a `Cell` says by number which branch's guard holds. A step
    that stays is an internal transition.
    """
    made = Machine(
        model=None,
        states=[{"name": NEW}, *({"name": state.name, "final": bool(state.final)} for state in flow.states)],
        initial=NEW,
        auto_transitions=False,
        send_event=True,
        queued=False,
    )
    for step in flow.steps:
        for number, branch in enumerate(step.to):
            made.add_transition(
                step.name, list(step.of), branch.to or None, conditions=[_chooses(number)] if len(step.to) > 1 else []
            )
    return made


def _chooses(number: int) -> Any:
    def chosen(event: EventData) -> bool:
        return bool(event.model.branch == number)  # type: ignore[attr-defined]  # the model is a Cell

    return chosen


def table(made: Machine) -> dict[tuple[str, str], tuple[str, ...]]:
    """For each state and step the targets of its branches, in order."""
    targets: dict[tuple[str, str], tuple[str, ...]] = {}
    for name, event in made.events.items():
        for source, transitions in event.transitions.items():
            targets[source, name] = tuple(t.dest if t.dest is not None else STAY for t in transitions)
    return targets


def fire(made: Machine, state: str, step: str, branch: int = 0) -> str:
    """The state after the stock machine took a step; for tests and explorers, not for cases.

    Raises:
        transitions.MachineError: if the step does not lead from that state.
    """
    cell = Cell(state, branch)
    made.events[step].trigger(cell)
    return cell.state

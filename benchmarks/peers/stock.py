"""Stock `transitions`, driven as well as it can be: one shared machine, frozen records, a throw-away cell."""

from __future__ import annotations

import attrs
from errand import POSTS, STATES, STEPS
from transitions import EventData, Machine


@attrs.frozen
class Record:
    """The peer's case."""

    id: str
    state: str = "filed"
    version: int = 1


class Cell:
    """Carries a state through the machine."""

    __slots__ = ("state",)

    def __init__(self, state: str) -> None:
        self.state = state


def may(event: EventData) -> bool:
    """The peer's whole authority: the actor's post."""
    return bool(event.kwargs["post"] == POSTS[event.event.name])


def machine() -> Machine:
    """The errand as a stock machine."""
    made = Machine(
        model=None, states=list(STATES), initial="filed", auto_transitions=False, send_event=True, queued=False
    )
    for step, source, target in zip(STEPS, STATES, STATES[1:], strict=False):
        made.add_transition(step, source, target, conditions=[may])
    return made


def fire(made: Machine, record: Record, step: str, post: str | None) -> Record:
    """One step: through the cell, and a new record."""
    cell = Cell(record.state)
    if not made.events[step].trigger(cell, post=post):
        raise AssertionError(step)
    return attrs.evolve(record, state=cell.state, version=record.version + 1)


# -- one order, many departments: a child machine state for each, and a guard that asks them all --------------------


def shared_order() -> Machine:
    """A share's machine and its parent's in one; the parent's guard asks every share."""
    made = Machine(
        model=None,
        states=["offered", "accepted", "open", "handled"],
        initial="offered",
        auto_transitions=False,
        send_event=True,
        queued=False,
    )
    made.add_transition("accept", "offered", "accepted")
    made.add_transition("finish", "open", "handled", conditions=[all_accepted])
    return made


def all_accepted(event: EventData) -> bool:
    """The join."""
    return all(share.state == "accepted" for share in event.kwargs["shares"])


def accept_all(made: Machine, departments: int) -> None:
    """Each accepts, and each time the parent is asked."""
    shares = [Record(f"O-1/{number}", "offered") for number in range(departments)]
    order = Record("O-1", "open")
    for number in range(departments):
        cell = Cell(shares[number].state)
        made.events["accept"].trigger(cell)
        shares[number] = attrs.evolve(shares[number], state=cell.state, version=2)
        parent = Cell(order.state)
        if made.events["finish"].trigger(parent, shares=shares):
            order = attrs.evolve(order, state=parent.state, version=2)
    assert order.state == "handled"

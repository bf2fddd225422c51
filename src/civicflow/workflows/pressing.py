"""Pressing for an answer (催办、督办): the ladder that most states share that wait for somebody.

Rules
-----
- Whoever a state waits for is reminded, then the matter is put under supervision: the level above the unit is told, and
  whoever was to act is reminded every two working days until something happens.

Source: Beijing's and other hotlines remind, press and supervise in steps. The lengths are ours, a default: a city sets its own.
"""

from __future__ import annotations

from typing import Final

from civicflow.hierarchy.authority import BY_CLOCK, Holder, Who
from civicflow.texts import Text
from civicflow.workflows.engine.flow import STAY, Guard, Limit, State, Step
from civicflow.workflows.engine.telling import Tell

SUPERVISOR: Final = Holder("secretary", "above")
"""Who supervises, unless a flow says otherwise: the secretary one level up."""

CAN_CLIMB: Final = Guard(
    "can-climb",
    lambda s: s.above is not None,
    "there is no level above this one | 上面没有更高的层级",
)
"""What may be handed one level up."""

SUPERVISED: Final = State("supervised", "under supervision | 督办中", (Limit("2 workdays", "remind", again=True),))
"""The state under supervision; whatever the state before allowed should be possible from it, too."""


def waits(remind: str = "1 workday", escalate: str = "2 workdays") -> tuple[Limit, Limit]:
    """The limits of a state that waits for somebody: reminded after the first, put under supervision after the second."""
    return Limit(remind, "remind"), Limit(escalate, "escalate")


def reminds(*of: str, who: Who, text: Text | str) -> Step:
    """The clock reminds whoever is to act.

    Args:
        of: the states that wait, `SUPERVISED` among them.
        who: who is to act.
        text: what they read; ``{title}`` is the case's headline.
    """
    return Step("remind", "remind | 催办", of, STAY, BY_CLOCK, does=(Tell(who, "reminder", text),))


def escalates(
    *of: str, text: Text | str, supervisor: Who = SUPERVISOR, who: Who | None = None, told: Text | str = ""
) -> Step:
    """The clock puts what nobody heeded under supervision.

    Args:
        of: the states that wait.
        text: what the supervisor reads.
        supervisor: who supervises.
        who: who was to act and is told so; nobody where left out.
        told: what they read.
    """
    does = (Tell(supervisor, "overdue", text), *(() if who is None else (Tell(who, "overdue", told),)))
    return Step("escalate", "put under supervision | 转督办", of, SUPERVISED.name, BY_CLOCK, does=does)

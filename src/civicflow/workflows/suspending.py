"""Being suspended (中止): a matter stands still until whoever oversees it lets it go on.

Rules
-----
- It is an inquiry that suspends (`civicflow.workflows.oversight`), and says for how long at the most; when that is over the
  matter goes on by itself, so that nothing is stopped by silence.
- While it is suspended no step is taken but those that end it: no vote, no award, no payment. Every clock stands, and goes on
  with the time that it had left.

Ours: that a suspension has an end. The source only says that the course is supervised.
"""

from __future__ import annotations

from typing import Final

import attrs

from civicflow.calendars import TimeLimit, time_limit
from civicflow.hierarchy.authority import BY_CLOCK, BY_RULE, AnyOf
from civicflow.workflows.engine.effects import Lift, PutOnHold
from civicflow.workflows.engine.flow import STAY, Guard, Step
from civicflow.workflows.engine.records import Case
from civicflow.workflows.engine.telling import TellRequester

SUSPENSION: Final = "suspension"
"""The hold under which a suspended case stands."""


@attrs.frozen(kw_only=True)
class Suspend:
    """What suspends a matter, and for how long.

    Attributes:
        inquiry: the id of the inquiry.
        within: how long at the most, counted from now.
        reason: public.
    """

    inquiry: str
    within: TimeLimit = attrs.field(converter=time_limit)
    reason: str


@attrs.frozen
class Resume:
    """Why a matter goes on.

    Attributes:
        inquiry: the id of the inquiry that lets it go on; empty where the time of the suspension is over.
    """

    inquiry: str = ""


def is_suspended(case: Case) -> bool:
    """Whether a case is suspended."""
    return any(hold.name == SUSPENSION for hold in case.holds)


IS_SUSPENDED: Final = Guard("is-suspended", lambda s: is_suspended(s.case), "it is not suspended | 该事项未被中止")


def suspending(*of: str) -> tuple[Step, Step]:
    """The steps by which an inquiry suspends a case, and by which it goes on.

    Args:
        of: where that may happen: states, or for `compose` stages or `ANYWHERE`.
    """
    return (
        Step(
            "suspend",
            "suspend | 中止",
            of,
            STAY,
            BY_RULE,
            Suspend,
            does=(
                PutOnHold(SUSPENSION, "resume"),
                TellRequester("suspended", "“{title}” is suspended | “{title}”已中止"),
            ),
        ),
        Step(
            "resume",
            "go on | 恢复",
            of,
            STAY,
            AnyOf(BY_RULE, BY_CLOCK),
            Resume,
            guards=(IS_SUSPENDED,),
            does=(Lift(SUSPENSION), TellRequester("resumed", "“{title}” goes on | “{title}”已恢复")),
            while_held=True,
        ),
    )

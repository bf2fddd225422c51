"""A share (承办): what one body does for a ticket, as its lead (主办) or assisting (协办).

Rules
-----
- Offered to a body, it is accepted (接单) or returned with a reason (退单) by an officer of that body.
- Accepted, it is completed within the time promised at dispatch; where nothing was promised, within ten working days.
- A share that nobody heeds is reminded of, then put under supervision: the level above the ticket's unit is told, and
  reminded until something happens. The limits are ours, a default: a city sets its own.
- The ticket ends what is still open when it no longer needs it.
"""

from __future__ import annotations

import attrs

from civicflow.hierarchy.authority import BY_CLOCK, BY_RULE, Holder
from civicflow.workflows.engine.effects import Stamp, Tell
from civicflow.workflows.engine.flow import STAY, Flow, Limit, State, Step

OFFICER = Holder("officer", "body")
DISPATCHER = Holder("secretary", "unit")
SUPERVISOR = Holder("secretary", "above")


@attrs.frozen
class Decline:
    """Why a body returns a share.

    Attributes:
        reason: read by the dispatcher.
    """

    reason: str


@attrs.frozen
class Complete:
    """What a body did.

    Attributes:
        note: read by the dispatcher.
    """

    note: str = ""


SHARE = Flow(
    "share",
    1,
    "share of a ticket | 承办事项",
    (
        State("offered", "offered | 待接单", (Limit("1 workday", "remind"), Limit("2 workdays", "escalate"))),
        State("accepted", "accepted | 办理中", (Limit("10 workdays", "escalate", promised=True),)),
        State("supervised", "under supervision | 督办中", (Limit("2 workdays", "remind", again=True),)),
        State("done", "completed | 已完成", final="completed"),
        State("declined", "returned with a reason | 已退单", final="declined"),
        State("dropped", "no longer needed | 不再需要", final="dropped"),
    ),
    (
        Step("accept", "accept | 接单", ("offered", "supervised"), "accepted", OFFICER),
        Step(
            "decline",
            "return with a reason | 退单",
            ("offered", "supervised"),
            "declined",
            OFFICER,
            Decline,
            does=(Tell(DISPATCHER, "declined", "a body returned its share of “{title}” | 有单位退回“{title}”"),),
            asks=False,
        ),
        Step("complete", "complete | 办结", ("accepted", "supervised"), "done", OFFICER, Complete, does=(Stamp(),)),
        Step(
            "remind",
            "remind | 催办",
            ("offered", "supervised"),
            STAY,
            BY_CLOCK,
            does=(Tell(OFFICER, "reminder", "“{title}” is waiting for you | “{title}”待您办理"),),
        ),
        Step(
            "escalate",
            "put under supervision | 转督办",
            ("offered", "accepted"),
            "supervised",
            BY_CLOCK,
            does=(
                Tell(SUPERVISOR, "overdue", "a share of “{title}” is overdue | “{title}”有单位逾期未办"),
                Tell(OFFICER, "overdue", "your share of “{title}” is overdue | 您承办的“{title}”已逾期"),
            ),
        ),
        # A ticket ends its open shares itself (see `Drop`); nobody takes this step alone.
        Step("drop", "no longer needed | 不再需要", ("offered", "accepted", "supervised"), "dropped", BY_RULE),
    ),
    opened_in=("offered", "accepted"),
)

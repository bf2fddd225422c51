"""A share (承办): what one body does for a ticket, as its lead (主办) or assisting (协办).

Rules
-----
- Offered to a body, it is accepted (接单) or returned with a reason (退单) by an officer of that body.
- Accepted, it is completed within the time promised at dispatch; where nothing was promised, within ten working days.
- Whoever needs longer asks before the time has passed, says why, and asks once. While the dispatcher decides, two working
  days at the longest, the time stands still. Granted, it is put off, and with it what was promised; else it goes on.
- A share that nobody heeds is reminded of, then put under supervision: the level above the ticket's unit is told, and
  reminded until something happens. The limits and the extension are ours, a default: a city sets its own.
- The ticket ends what is still open when it no longer needs it.
"""

from __future__ import annotations

import attrs

from civicflow.calendars import TimeLimit, time_limit
from civicflow.hierarchy.authority import BY_CLOCK, BY_RULE, AnyOf, Holder
from civicflow.workflows.engine.effects import Count, Extend, Stamp
from civicflow.workflows.engine.flow import Flow, Limit, Span, State, Step
from civicflow.workflows.engine.telling import Tell
from civicflow.workflows.pressing import SUPERVISED, escalates, reminds, waits
from civicflow.workflows.tickets import guards

OFFICER = Holder("officer", "body")
DISPATCHER = Holder("secretary", "unit")


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


@attrs.frozen
class AskExtension:
    """How much longer a body needs, and why.

    Attributes:
        within: counted from when its time would have passed.
        reason: read by the dispatcher.
    """

    within: TimeLimit = attrs.field(converter=time_limit)
    reason: str


@attrs.frozen
class Extension:
    """How much longer a body is given.

    Attributes:
        within: counted from when its time would have passed.
    """

    within: TimeLimit = attrs.field(converter=time_limit)


SHARE = Flow(
    "share",
    1,
    "share of a ticket | 承办事项",
    (
        State("offered", "offered | 待接单", waits()),
        State("accepted", "accepted | 办理中"),
        State("asking", "extension asked for | 已申请延期", (Limit("2 workdays", "refuse-extension"),)),
        SUPERVISED,
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
        Step(
            "complete",
            "complete | 办结",
            ("accepted", "asking", "supervised"),
            "done",
            OFFICER,
            Complete,
            does=(Stamp(),),
        ),
        Step(
            "ask-extension",
            "ask for an extension | 申请延期",
            "accepted",
            "asking",
            OFFICER,
            AskExtension,
            guards=(guards.IN_TIME, guards.ASKED_ONCE),
            does=(
                Count("extensions"),
                Tell(DISPATCHER, "extension-asked", "more time is asked for “{title}” | “{title}”申请延期"),
            ),
            asks=False,
        ),
        Step(
            "extend",
            "grant the extension | 同意延期",
            "asking",
            "accepted",
            DISPATCHER,
            Extension,
            does=(
                Extend("settlement"),
                Tell(OFFICER, "extended", "“{title}” may take longer | “{title}”已同意延期"),
            ),
        ),
        Step(
            "refuse-extension",
            "refuse the extension | 不同意延期",
            "asking",
            "accepted",
            AnyOf(DISPATCHER, BY_CLOCK),
            does=(Tell(OFFICER, "not-extended", "“{title}” may not take longer | “{title}”未同意延期"),),
        ),
        reminds("offered", SUPERVISED.name, who=OFFICER, text="“{title}” is waiting for you | “{title}”待您办理"),
        escalates(
            "offered",
            "accepted",
            text="a share of “{title}” is overdue | “{title}”有单位逾期未办",
            who=OFFICER,
            told="your share of “{title}” is overdue | 您承办的“{title}”已逾期",
        ),
        # A ticket ends its open shares itself (see `Drop`); nobody takes this step alone.
        Step(
            "drop", "no longer needed | 不再需要", ("offered", "accepted", "asking", "supervised"), "dropped", BY_RULE
        ),
    ),
    spans=(
        Span(
            "settlement",
            "settlement | 办结",
            "accepted",
            (Limit("10 workdays", "escalate", promised=True),),
            paused="asking",
        ),
    ),
    opened_in=("offered", "accepted"),
)

"""A rectification (整改) that a supervision ordered: by its own day, accepted by the supervisor.

Source: findings of supervision lead to rectification. Its clock is ours: the day that was said, then every five working
days.
"""

from __future__ import annotations

from typing import Final

import attrs

from civicflow.hierarchy.authority import BY_CLOCK
from civicflow.workflows.duties.duty import BEARER, SUPERVISOR, SendBack
from civicflow.workflows.engine.effects import Keep, Stamp
from civicflow.workflows.engine.flow import STAY, Flow, Kept, Limit, State, Step
from civicflow.workflows.engine.telling import Tell, each_told
from civicflow.workflows.pressing import reminds


@attrs.frozen
class Rectified:
    """What was put right.

    Attributes:
        note: read by the supervisor.
    """

    note: str


RECTIFICATION: Final = Flow(
    "rectification",
    1,
    "rectification | 整改事项",
    (
        State(
            "ordered", "ordered | 整改中", (Limit(Kept("until", "at the end of its day | 到期日结束时"), "be-late"),)
        ),
        State("late", "late | 整改逾期", (Limit("5 workdays", "remind", again=True),)),
        State("reported", "to be accepted | 待验收", (Limit("3 workdays", "ask-again", again=True),)),
        State("accepted", "accepted | 整改到位", final="accepted"),
    ),
    (
        Step(
            "report",
            "report it put right | 报告整改",
            ("ordered", "late"),
            "reported",
            BEARER,
            Rectified,
            does=(Stamp(), Tell(SUPERVISOR, "reported", "“{title}” was put right | “{title}”已报告整改")),
        ),
        Step(
            "accept",
            "accept | 验收",
            "reported",
            "accepted",
            SUPERVISOR,
            does=(Tell(BEARER, "accepted", "“{title}” is settled | “{title}”整改已验收"),),
        ),
        Step(
            "send-back",
            "send back | 退回",
            "reported",
            "ordered",
            SUPERVISOR,
            SendBack,
            does=(
                Keep(("until",)),
                Stamp(clear=True),
                Tell(BEARER, "sent-back", "“{title}” was sent back | “{title}”整改被退回"),
            ),
            asks=False,
        ),
        Step(
            "be-late",
            "be late | 逾期",
            "ordered",
            "late",
            BY_CLOCK,
            does=each_told(BEARER, SUPERVISOR, topic="late", text="“{title}” is late | “{title}”整改逾期"),
        ),
        reminds("late", who=BEARER, text="“{title}” is still late | “{title}”仍未整改"),
        Step(
            "ask-again",
            "ask again | 催验",
            "reported",
            STAY,
            BY_CLOCK,
            does=(Tell(SUPERVISOR, "reminder", "“{title}” waits to be accepted | “{title}”待验收"),),
        ),
    ),
    opened_in=("ordered",),
    anchors=("supervisor",),
    outlives=True,
)

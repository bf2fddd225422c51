"""Holding to account (问责): failing in a duty, or shirking it, goes to the discipline line, which decides.

Source: Sichuan, Yuechi: who fails or shirks is held to account. How is ours: the body of the discipline line to which it is
referred decides with a measure, or dismisses it with a reason; within two working days it is reminded, then supervised.
"""

from __future__ import annotations

from typing import Final

import attrs

from civicflow.hierarchy.authority import Holder
from civicflow.ids import UnitId
from civicflow.workflows.engine.children import EachBody, Spawn
from civicflow.workflows.engine.effects import Keep
from civicflow.workflows.engine.fields import private
from civicflow.workflows.engine.flow import Flow, Guard, State, Step
from civicflow.workflows.engine.telling import Tell, TellRequester
from civicflow.workflows.pressing import SUPERVISED, escalates, reminds, waits

OFFICER: Final = Holder("officer", "body")


@attrs.frozen(kw_only=True)
class Refer:
    """Who is to be held to account, and for what.

    Attributes:
        to: the body of the discipline line that decides.
        ground: what was failed or shirked, public.
        person: private: who.
    """

    to: UnitId
    ground: str
    person: str = private(default="")


@attrs.frozen
class Decide:
    """The measure.

    Attributes:
        measure: public: a talk, a reprimand, a disciplinary measure.
    """

    measure: str


@attrs.frozen
class Dismiss:
    """Why nobody is held to account.

    Attributes:
        reason: public.
    """

    reason: str


NOT_ITSELF: Final = Guard(
    "not-itself",
    lambda s: s.data.to not in (s.case.body, s.case.anchors.get("bearer")),
    "nobody is judged by themselves; refer it to another body than the duty-bearer | 责任单位不得自行问责，请移送其他机构",
    asks_data=True,
)
REFERS: Final = (
    Spawn("accountability", EachBody("to"), "referred"),
    Tell(Holder("secretary", "above"), "referred", "“{title}” was referred for accountability | “{title}”已移送问责"),
)
"""What the step of a flow does that refers somebody, with `Refer` as its data and a slot ``accountability``."""

ACCOUNTABILITY: Final = Flow(
    "accountability",
    1,
    "accountability | 问责",
    (
        State("referred", "referred | 已移送", waits("2 workdays", "10 workdays")),
        SUPERVISED,
        State("decided", "held to account | 已问责", final="decided"),
        State("dismissed", "dismissed | 不予问责", final="dismissed"),
    ),
    (
        Step(
            "decide",
            "decide on a measure | 作出问责决定",
            ("referred", "supervised"),
            "decided",
            OFFICER,
            Decide,
            does=(
                Keep(("measure",)),
                TellRequester("decided", "somebody was held to account for “{title}” | “{title}”已问责"),
            ),
        ),
        Step(
            "dismiss",
            "dismiss | 不予问责",
            ("referred", "supervised"),
            "dismissed",
            OFFICER,
            Dismiss,
            does=(
                Keep(("reason",)),
                TellRequester("dismissed", "nobody was held to account for “{title}” | “{title}”不予问责"),
            ),
            asks=False,
        ),
        reminds(
            "referred", SUPERVISED.name, who=OFFICER, text="“{title}” waits for a decision | “{title}”待作出问责决定"
        ),
        escalates("referred", text="accountability for “{title}” is undecided | “{title}”的问责逾期未决"),
    ),
    opened_in=("referred",),
    outlives=True,
)

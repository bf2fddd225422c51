"""A report-in (报到): what one department does that was whistled for: it comes, does its part on site, and is rated.

Rules
-----
- Whistled for, a department reports in on site. It has until its arrival clock runs out: what the whistle says, else one
  working day, in an emergency two hours.
- Not arriving in time is recorded. The department and the whistling unit are told; after one working day more, in an
  emergency at once, the department is under supervision: the unit above is told and the department pressed every working day.
  It may still come. The whistling unit may also go on without it.
- On site each writes down what it does: who, when, what. One log of the matter is read from that.
- The department says when its part is done, what it did, and what it cost. Work that drags on is pressed, then supervised.
- The whistling unit rates each department from 1 to 5, with a reason. Who came too late gets 3 at most, who never came gets 1.
  Where it does not rate in time the unit above may, too.
- A department that was whistled for by mistake is released, with a reason.

Source: Leshan and Shangjie (社区呼叫、街道吹哨、部门报到) say that departments come and work jointly on site; Beijing, that
the subdistrict evaluates the departments (反向评价). Ours: the arrival clock and every other time limit, the scale, and what a
late arrival costs. A city sets its own.
"""

from __future__ import annotations

from typing import Final

import attrs

from civicflow.errors import InvalidInput
from civicflow.hierarchy.authority import BY_CLOCK, BY_RULE, Holder
from civicflow.money import Money, positive
from civicflow.workflows.engine.effects import Compute, Count, Keep, Stamp
from civicflow.workflows.engine.flow import STAY, Flow, Guard, Limit, Named, State, Step
from civicflow.workflows.engine.situation import Situation
from civicflow.workflows.engine.telling import Tell
from civicflow.workflows.engine.validators import said
from civicflow.workflows.pressing import SUPERVISED, SUPERVISOR, escalates, reminds

OFFICER: Final = Holder("officer", "body")
WHISTLER: Final = Holder("secretary", "unit")

LATE_AT_MOST: Final = 3
"""The best rating of a department that came after its arrival clock had run out."""


@attrs.frozen
class ReportIn:
    """Who comes.

    Attributes:
        note: with whom and with what the department comes, public.
    """

    note: str = ""


@attrs.frozen
class Log:
    """A line of the joint log.

    Attributes:
        text: what was done or found on site, public.
    """

    text: str


@attrs.frozen
class Complete:
    """What a department did.

    Attributes:
        note: what was done, public.
        spent: what it cost; None where it cost nothing or nobody knows.
    """

    note: str = ""
    spent: Money | None = attrs.field(default=None, validator=attrs.validators.optional(positive))


def _is_score(_: object, __: object, value: int) -> None:
    if type(value) is not int or not 1 <= value <= 5:
        msg = f"a rating is a whole number from 1 to 5; got {value!r}"
        raise InvalidInput(msg)


@attrs.frozen
class Rating:
    """How a department did.

    Attributes:
        score: from 1 (poor) to 5 (excellent).
        reason: read by the department, public.
    """

    score: int = attrs.field(validator=_is_score)
    reason: str = attrs.field(validator=said)


@attrs.frozen
class Why:
    """Why a department is not needed or no longer waited for, or a matter is handed up.

    Attributes:
        reason: read by those whom it concerns, public.
    """

    reason: str = attrs.field(validator=said)


def came_late(situation: Situation) -> bool:
    """Whether the department reported in after its arrival clock had run out."""
    case = situation.case
    if case.data.get("missed"):
        return True
    return case.handled is not None and case.promise is not None and case.handled > case.promise


LATE_RATED_LOWER: Final = Guard(
    "late-rated-lower",
    lambda s: not came_late(s) or s.data.score <= LATE_AT_MOST,
    f"it came too late, for which the rating is {LATE_AT_MOST} at most | 未按时报到，评分最高为{LATE_AT_MOST}分",
    asks_data=True,
)
RATED: Final = Compute(Named("rating", lambda s: {"satisfied": s.data.score, "reason": s.data.reason}))
_ABSENT: Final = Compute(Named("rating-of-absence", lambda s: {"satisfied": 1, "reason": s.data.reason}))
_TOLD: Final = Tell(OFFICER, "rated", "your part in “{title}” was rated | 您单位参与“{title}”的情况已评价")

REPORT_IN: Final = Flow(
    "report-in",
    1,
    "report-in of a department | 部门报到",
    (
        State("whistled", "whistled for | 待报到", (Limit("1 workday", "miss", promised=True),)),
        State("alarmed", "whistled for, urgent | 待紧急报到", (Limit("2 hours", "miss-alarm", promised=True),)),
        State("missing", "not arrived in time | 未按时报到", (Limit("1 workday", "escalate"),)),
        attrs.evolve(SUPERVISED, limits=(Limit("1 workday", "press", again=True),)),
        State("on-site", "on site | 现场联办", (Limit("5 workdays", "press"), Limit("10 workdays", "drag-on"))),
        State(
            "dragging",
            "on site, under supervision | 现场办理督办中",
            (Limit("2 workdays", "press", again=True),),
        ),
        State(
            "done", "done, to be rated | 已办完待评价", (Limit("1 workday", "remind"), Limit("3 workdays", "pass-up"))
        ),
        State("unrated", "rating under supervision | 评价督办中", (Limit("2 workdays", "remind", again=True),)),
        State("rated", "rated | 已评价", final="rated"),
        State("absent", "never came | 未到", final="absent"),
        State("released", "not needed | 无需到场", final="released"),
        State("dropped", "no longer needed | 不再需要", final="dropped"),
    ),
    (
        Step(
            "report-in",
            "report in | 报到",
            ("whistled", "alarmed", "missing", SUPERVISED.name),
            "on-site",
            OFFICER,
            ReportIn,
            does=(Stamp(), Tell(WHISTLER, "arrived", "a department came for “{title}” | 有部门已为“{title}”报到")),
        ),
        Step("log", "write into the log | 记录联办情况", ("on-site", "dragging"), STAY, OFFICER, Log, asks=False),
        Step(
            "complete",
            "say that one's part is done | 办完",
            ("on-site", "dragging"),
            "done",
            OFFICER,
            Complete,
            does=(
                Keep(("note",), given=("spent",)),
                Tell(WHISTLER, "completed", "a department is done with “{title}” | 有部门已办完“{title}”"),
            ),
        ),
        Step(
            "rate",
            "rate | 评价部门",
            ("done", "unrated"),
            "rated",
            WHISTLER,
            Rating,
            (LATE_RATED_LOWER,),
            (RATED, Stamp("evaluated"), _TOLD),
        ),
        Step(
            "rate-above",
            "rate in the unit's place | 代为评价",
            "unrated",
            "rated",
            SUPERVISOR,
            Rating,
            (LATE_RATED_LOWER,),
            (RATED, Stamp("evaluated"), _TOLD),
        ),
        Step(
            "go-on-without",
            "go on without it | 不再等候",
            ("missing", SUPERVISED.name),
            "absent",
            WHISTLER,
            Why,
            does=(_ABSENT, Stamp("evaluated"), _TOLD),
            asks=False,
        ),
        Step(
            "release",
            "release | 解除",
            ("whistled", "alarmed", "missing", SUPERVISED.name, "on-site", "dragging"),
            "released",
            WHISTLER,
            Why,
            does=(Tell(OFFICER, "released", "you are not needed for “{title}” | “{title}”无需您单位到场"),),
            asks=False,
        ),
        Step(
            "miss",
            "not arrived in time | 逾时未到",
            "whistled",
            "missing",
            BY_CLOCK,
            does=(
                Count("missed"),
                Tell(OFFICER, "missed", "you are waited for: “{title}” | 请速为“{title}”报到"),
                Tell(WHISTLER, "missed", "a department did not come for “{title}” | 有部门未按时为“{title}”报到"),
            ),
        ),
        Step(
            "miss-alarm",
            "not arrived in an emergency | 紧急逾时未到",
            "alarmed",
            SUPERVISED.name,
            BY_CLOCK,
            does=(
                Count("missed"),
                Tell(OFFICER, "missed", "you are waited for: “{title}” | 请速为“{title}”报到"),
                Tell(WHISTLER, "missed", "a department did not come for “{title}” | 有部门未按时为“{title}”报到"),
                Tell(SUPERVISOR, "overdue", "a department did not come for “{title}” | 有部门未按时为“{title}”报到"),
            ),
        ),
        escalates(
            "missing",
            text="a department did not come for “{title}” | 有部门未按时为“{title}”报到",
            who=OFFICER,
            told="you are under supervision for “{title}” | 您单位因“{title}”被督办",
        ),
        Step(
            "press",
            "press | 督促",
            (SUPERVISED.name, "on-site", "dragging"),
            STAY,
            BY_CLOCK,
            does=(Tell(OFFICER, "reminder", "“{title}” is waiting for you | “{title}”待您单位办理"),),
        ),
        Step(
            "drag-on",
            "put the work under supervision | 现场办理转督办",
            "on-site",
            "dragging",
            BY_CLOCK,
            does=(
                Tell(SUPERVISOR, "overdue", "the work for “{title}” drags on | “{title}”现场办理逾期"),
                Tell(OFFICER, "overdue", "your work for “{title}” drags on | 您单位承办的“{title}”现场办理逾期"),
            ),
        ),
        reminds(
            "done", "unrated", who=WHISTLER, text="a department waits for its rating: “{title}” | “{title}”有部门待评价"
        ),
        Step(
            "pass-up",
            "put the rating under supervision | 评价转督办",
            "done",
            "unrated",
            BY_CLOCK,
            does=(Tell(SUPERVISOR, "overdue", "a department was not rated: “{title}” | “{title}”有部门逾期未评价"),),
        ),
        # A whistle ends its open report-ins itself (see `Drop`); nobody takes this step alone.
        Step(
            "drop",
            "no longer needed | 不再需要",
            ("whistled", "alarmed", "missing", SUPERVISED.name, "on-site", "dragging", "done", "unrated"),
            "dropped",
            BY_RULE,
        ),
    ),
    opened_in=("whistled", "alarmed"),
)

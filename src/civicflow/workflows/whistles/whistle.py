"""Call, whistle, report (社区呼叫、街道吹哨、部门报到): a matter that a community cannot settle alone.

Source: Leshan, Niu'erqiao community: 33 problems in 6 categories, 8 lanes, over 5 million yuan. Zhengzhou, Shangjie district,
Zhongxin Road subdistrict: it starts at the whistle. Beijing: three cases, namely what the subdistrict cannot settle alone,
joint law enforcement, and emergencies.

Rules
-----
- A community calls (呼叫): the unit one level up answers. It whistles (吹哨) for the departments that are needed, and for more
  of them while they are at it. It may also start at the whistle for itself; then it is the caller, too.
- Each department reports in (报到) on site, does its part, and is rated: see `report_in`. Joint enforcement is whistled for two
  departments or more. In an emergency the clocks of whistle and arrival are shorter.
- When every department is rated, or was released, the caller says whether it is settled and how satisfied they are. Where no
  department came, the matter goes back to whoever whistled.
- What is not settled is whistled for again; after that it goes one level up each time; with no level left it ends as unsettled,
  and says so. Whoever is to whistle may hand it up at once.
- What departments can only settle together is put to a coordination meeting (协调会) first: whoever called convenes, the unit that
  would whistle coordinates (see `coordination.meeting`). Each share of its plan is a report-in; the time promised for it is the
  arrival clock. Without a plan it is to be whistled for as before.
- A call that nobody heeds is reminded of, then goes one level up, then is supervised. Where the caller says nothing for seven
  days it ends as unconfirmed.
- The caller may take the call back; what departments have open then is no longer needed.

Ours: the time limits, that joint enforcement takes two, going up a level, and that silence ends the matter. The source has the
call, the whistle, the report, and the joint work on site.
"""

from __future__ import annotations

from typing import Final, Literal

import attrs

from civicflow.calendars import TimeLimit, time_limit
from civicflow.hierarchy.authority import BY_CLOCK, BY_JOIN, AnyOf, Holder
from civicflow.ids import UnitId
from civicflow.workflows.coordination import plan
from civicflow.workflows.coordination.meeting import MEETING
from civicflow.workflows.engine.children import Afresh, Drop, Opening, Spawn, opening
from civicflow.workflows.engine.effects import Anchor, Climb, Count, Keep, Stamp
from civicflow.workflows.engine.fields import private, unit_ids
from civicflow.workflows.engine.flow import (
    ELSE,
    NEW,
    STAY,
    Branch,
    Effect,
    Flow,
    Guard,
    Join,
    Limit,
    Named,
    State,
    Step,
)
from civicflow.workflows.engine.joins import Every
from civicflow.workflows.engine.situation import Situation
from civicflow.workflows.engine.telling import Tell, TellEach, TellRequester, each_told
from civicflow.workflows.engine.validators import one_of
from civicflow.workflows.evaluating import FULL_RANGE, RESOLVED, Evaluate
from civicflow.workflows.places import Place, place
from civicflow.workflows.pressing import CAN_CLIMB, SUPERVISED, SUPERVISOR, reminds
from civicflow.workflows.tickets.guards import FIRST_TIME, NAMES_BODIES, NOT_ASKED_ALREADY
from civicflow.workflows.whistles.report_in import REPORT_IN, Log, Why

CALLER: Final = Holder("secretary", "caller")
WHISTLER: Final = Holder("secretary", "unit")

Kind = Literal["beyond", "enforcement", "emergency"]
"""What is whistled for: what the subdistrict cannot settle alone, joint law enforcement, or an emergency."""


@attrs.frozen(kw_only=True)
class Call:
    """A matter that a community cannot settle (呼叫).

    Attributes:
        title: the public headline.
        kind: ``beyond`` what it can settle, joint ``enforcement``, or an ``emergency``.
        category: in the integrator's own vocabulary, levels apart by ``/``.
        place: where it is, public.
        tried: what the community has done itself, public.
        details: private: what else whoever comes needs to know.
    """

    title: str
    kind: Kind = attrs.field(default="beyond", validator=one_of("beyond", "enforcement", "emergency"))
    category: str = ""
    place: Place | None = attrs.field(default=None, converter=place)
    tried: str = ""
    details: str = private(default="")


@attrs.frozen(kw_only=True)
class Whistle:
    """For whom it is whistled (吹哨).

    Attributes:
        to: the departments.
        within: by when they have to be there, counted from now; the arrival clock of the flow where left out.
        because: why these, and what each has to do, public.
    """

    to: tuple[UnitId, ...] = attrs.field(converter=unit_ids)
    within: TimeLimit | None = attrs.field(default=None, converter=attrs.converters.optional(time_limit))
    because: str = ""


@attrs.frozen(kw_only=True)
class WhistleAtOnce(Call):
    """A matter that starts at the whistle: what is called in `Call`, for whom in `Whistle`.

    Attributes:
        to: the departments.
        within: by when they have to be there, counted from now; the arrival clock of the flow where left out.
        because: why these, and what each has to do, public.
    """

    to: tuple[UnitId, ...] = attrs.field(converter=unit_ids)
    within: TimeLimit | None = attrs.field(default=None, converter=attrs.converters.optional(time_limit))
    because: str = ""


def _kind(situation: Situation) -> str:
    return str(getattr(situation.data, "kind", None) or situation.case.data["kind"])


def _reports(situation: Situation) -> list[Opening]:
    """A report-in for each department, which keeps what figures by category need."""
    category = str(getattr(situation.data, "category", None) or situation.case.data.get("category", ""))
    kept = {"category": category} if category else {}
    return [attrs.evolve(opening(situation, body), data=kept) for body in situation.data.to]


def _planned(situation: Situation) -> list[Opening]:
    """A report-in for each share of the plan."""
    category = str(situation.case.data.get("category", ""))
    kept = {"category": category} if category else {}
    return [attrs.evolve(one, data={**kept, **one.data}) for one in plan.shares_of(situation)]


def _somebody_came(situation: Situation) -> bool:
    now, before = (tally.get("report", {}).get("rated", 0) for tally in (situation.case.tally, situation.case.past))
    return now > before


URGENT: Final = Guard("urgent", lambda s: _kind(s) == "emergency", "it is no emergency | 并非应急事项")
CALLED_URGENTLY: Final = Guard(
    "called-urgently", lambda s: s.data.kind == "emergency", "it is no emergency | 并非应急事项", asks_data=True
)
AT_THE_TOP: Final = Guard("at-the-top", lambda s: s.above is None, "there is a level above | 上面还有更高的层级")
SOMEBODY_CAME: Final = Guard("somebody-came", _somebody_came, "no department came | 没有部门到场")
JOINT: Final = Guard(
    "joint",
    lambda s: _kind(s) != "enforcement" or len(set(s.data.to)) > 1 or bool(s.case.tally.get("report")),
    "joint enforcement takes at least two departments | 联合执法至少须两个部门",
    asks_data=True,
)

_DROP: Final = Drop(("report",), "dropped")
_NO_MEETING: Final = Drop((plan.SLOT,), "dropped")
_TOLD: Final[tuple[Effect, ...]] = (
    TellEach("to", "whistled", "you are whistled for: “{title}” | 街道吹哨，请速报到：“{title}”", post="officer"),
    TellRequester("whistled", "departments were whistled for: “{title}” | 已为“{title}”吹哨"),
)


def _spawn(state: str) -> Spawn:
    return Spawn("report", Named("reports", _reports), state, "within", binding=True)


_WAITING: Final = ("called", "alarmed", "reopened", SUPERVISED.name)
_KEPT: Final = Keep(("title", "kind", "category", "tried"), given=("place",))

WHISTLE: Final = Flow(
    "whistle",
    1,
    "call, whistle, report | 呼叫吹哨报到",
    (
        State(
            "called",
            "called, to be whistled for | 待吹哨",
            (Limit("1 workday", "remind"), Limit("2 workdays", "escalate")),
        ),
        State(
            "alarmed",
            "called in an emergency, to be whistled for | 紧急待吹哨",
            (Limit("1 hour", "remind"), Limit("2 hours", "escalate")),
        ),
        State(
            "whistled",
            "departments are at it | 联合办理中",
            (Limit("20 workdays", "urge", again=True),),
            (Join(("report",), Every(), "finish"),),
        ),
        State(
            "coordinating",
            "a coordination meeting is held | 协调中",
            (Limit("20 workdays", "urge", again=True),),
            plan.joins("adopt-plan", "end-coordination"),
        ),
        State(
            "worked",
            "worked on, to be confirmed by the caller | 待呼叫方确认",
            (Limit("2 workdays", "ask"), Limit("7 days", "lapse")),
        ),
        State(
            "reopened",
            "not settled, to be whistled for again | 未解决待再次吹哨",
            (Limit("1 workday", "remind"), Limit("2 workdays", "escalate")),
        ),
        SUPERVISED,
        State("settled", "settled | 已解决", final="settled"),
        State("unconfirmed", "ended without the caller's word | 未确认办结", final="unconfirmed"),
        State("unsettled", "not settled at any level | 各级均未解决", final="unsettled"),
        State("withdrawn", "taken back | 已撤回", final="withdrawn"),
    ),
    (
        Step(
            "call",
            "call | 呼叫",
            NEW,
            (Branch(CALLED_URGENTLY, "alarmed"), Branch(ELSE, "called")),
            WHISTLER,
            Call,
            (CAN_CLIMB,),
            (
                _KEPT,
                Anchor("caller", "unit"),
                Climb(),
                Tell(WHISTLER, "called", "a community calls: “{title}” | 社区呼叫：“{title}”"),
            ),
        ),
        Step(
            "whistle-at-once",
            "start at the whistle | 直接吹哨",
            NEW,
            (
                Branch(CALLED_URGENTLY, "whistled", (_spawn("alarmed"),)),
                Branch(ELSE, "whistled", (_spawn("whistled"),)),
            ),
            WHISTLER,
            WhistleAtOnce,
            (NAMES_BODIES, JOINT),
            (_KEPT, Anchor("caller", "unit"), *_TOLD),
        ),
        Step(
            "whistle",
            "whistle | 吹哨",
            _WAITING,
            (Branch(URGENT, "whistled", (_spawn("alarmed"),)), Branch(ELSE, "whistled", (_spawn("whistled"),))),
            WHISTLER,
            Whistle,
            (NAMES_BODIES, JOINT),
            (Afresh(("report",)), *_TOLD),
        ),
        Step(
            "whistle-for-more",
            "whistle for more | 加哨",
            "whistled",
            (Branch(URGENT, STAY, (_spawn("alarmed"),)), Branch(ELSE, STAY, (_spawn("whistled"),))),
            WHISTLER,
            Whistle,
            (NAMES_BODIES, NOT_ASKED_ALREADY),
            _TOLD,
            asks=False,
        ),
        Step(
            "coordinate",
            "put to a coordination meeting | 提请协调会",
            _WAITING,
            "coordinating",
            WHISTLER,
            plan.Coordinate,
            (plan.HAS_COORDINATOR,),
            (
                Afresh((plan.SLOT,)),
                plan.CONVENED_BY_THE_CALLER,
                TellRequester("coordinating", "a meeting will be held on “{title}” | 将就“{title}”召开协调会"),
            ),
            asks=False,
        ),
        Step(
            "adopt-plan",
            "the plan is shared out | 按方案分工办理",
            "coordinating",
            "whistled",
            BY_JOIN,
            does=(
                Afresh(("report",)),
                Spawn("report", Named("planned-reports", _planned), "whistled", binding=True),
                Tell(WHISTLER, "planned", "“{title}” is handled by its plan | “{title}”按方案办理"),
            ),
        ),
        Step(
            "end-coordination",
            "the meeting came to no plan | 协调未形成方案",
            "coordinating",
            "reopened",
            BY_JOIN,
            does=(Tell(WHISTLER, "unplanned", "there is no plan for “{title}” | “{title}”未形成方案"),),
        ),
        Step(
            "log",
            "write into the log | 记录联办情况",
            ("whistled", "worked"),
            STAY,
            AnyOf(WHISTLER, CALLER),
            Log,
            asks=False,
        ),
        Step(
            "finish",
            "every department is done | 各部门均已办完",
            "whistled",
            (
                Branch(
                    SOMEBODY_CAME,
                    "worked",
                    (
                        Stamp(),
                        Tell(CALLER, "worked", "is it settled? “{title}” | 请确认是否解决：“{title}”"),
                    ),
                ),
                Branch(
                    ELSE,
                    "reopened",
                    (Tell(WHISTLER, "nobody-came", "nobody came for “{title}” | “{title}”无部门到场"),),
                ),
            ),
            BY_JOIN,
        ),
        Step(
            "evaluate",
            "say whether it is settled | 确认是否解决",
            "worked",
            (
                Branch(RESOLVED, "settled"),
                Branch(FIRST_TIME, "reopened", (Count("reopened"), Stamp(clear=True))),
                Branch(CAN_CLIMB, "reopened", (Climb(), Stamp(clear=True))),
                Branch(ELSE, "unsettled"),
            ),
            CALLER,
            Evaluate,
            (FULL_RANGE,),
            (
                Keep(("resolved", "satisfied")),
                Stamp("evaluated"),
                Tell(WHISTLER, "evaluated", "the caller answered: “{title}” | 呼叫方已确认：“{title}”"),
                TellRequester("evaluated", "the caller answered: “{title}” | 呼叫方已确认：“{title}”"),
            ),
        ),
        Step(
            "hand-up",
            "hand one level up | 上报",
            ("called", "alarmed", "reopened"),
            (Branch(URGENT, "alarmed", (Climb(),)), Branch(ELSE, "called", (Climb(),))),
            WHISTLER,
            Why,
            (CAN_CLIMB,),
            (
                Tell(SUPERVISOR, "escalated", "“{title}” was handed up to you | “{title}”已上报由您办理"),
                TellRequester("escalated", "“{title}” was handed one level up | “{title}”已上报上级"),
            ),
            asks=False,
        ),
        Step(
            "withdraw",
            "take the call back | 撤回呼叫",
            (*_WAITING, "coordinating", "whistled", "worked"),
            "withdrawn",
            CALLER,
            does=(_DROP, _NO_MEETING, TellRequester("withdrawn", "“{title}” was taken back | “{title}”已撤回")),
            asks=False,
        ),
        reminds(*_WAITING, who=WHISTLER, text="“{title}” waits for your whistle | “{title}”待您吹哨"),
        Step(
            "escalate",
            "hand one level up | 升级",
            ("called", "alarmed", "reopened"),
            (
                Branch(AT_THE_TOP, SUPERVISED.name),
                Branch(URGENT, "alarmed", (Climb(),)),
                Branch(ELSE, "called", (Climb(),)),
            ),
            BY_CLOCK,
            does=(
                Tell(SUPERVISOR, "escalated", "“{title}” was handed up to you | “{title}”已升级由您办理"),
                TellRequester("escalated", "“{title}” was handed one level up | “{title}”已升级至上级"),
            ),
        ),
        Step(
            "urge",
            "press for completion | 督促",
            ("whistled", "coordinating"),
            STAY,
            BY_CLOCK,
            does=each_told(WHISTLER, SUPERVISOR, topic="overdue", text="“{title}” takes long | “{title}”办理时间过长"),
        ),
        Step(
            "ask",
            "ask the caller | 催请确认",
            "worked",
            STAY,
            BY_CLOCK,
            does=(Tell(CALLER, "reminder", "is it settled? “{title}” | 请确认是否解决：“{title}”"),),
        ),
        Step(
            "lapse",
            "the caller said nothing | 逾期未确认",
            "worked",
            "unconfirmed",
            BY_CLOCK,
            does=(TellRequester("unconfirmed", "“{title}” ended without your word | “{title}”未经确认已办结"),),
        ),
    ),
    slots={"report": REPORT_IN.name, plan.SLOT: MEETING.name},
)

"""A coordination meeting (协调会) inside a matter: providers and residents' delegates agree on one plan.

Source: Zhengzhou, Shangjie district, Zhong'an Street community: the lines of power, water and telecom, one plan. The community
convenes, the subdistrict coordinates, providers and residents' delegates take part; whoever raised the matter takes part
throughout.

Rules
-----
- It is a child of the matter that it is about, a ticket or a whistle: the matter waits for it, and goes on with its plan. Its
  unit convenes, the unit above coordinates.
- The convening unit invites to a sitting on a day: the providers, residents' delegates, and always whoever raised the matter.
  Where it does not, the coordinating unit may.
- Whoever was invited puts options (方案) on the table, before the sitting or at it. They stay on the table in later sittings.
- The coordinating unit minutes one plan: one of the options. Why each of the others fell is said with it and stays in the
  ledger. The plan is shared out: each provider that is there takes its share, with a time where one is promised.
- Whoever raised the matter may not be left out: a plan is minuted only where they are there, have said that it may go ahead
  without them, or stayed away from an earlier sitting to which they were invited. Each sitting's outcome is told them.
- Without a plan the meeting is adjourned, or ended with a reason. A sitting of whose outcome nothing is entered on its day is
  put down as not held, and another one is due; from the second time on the meeting goes one level up.
- Nobody invites in time: reminded of, then the meeting goes one level up, where who coordinated convenes. With nobody left who
  would coordinate it ends as not held.

Ours: the time limits, the waiver, that staying away holds up one sitting only, and going up a level.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

import attrs

from civicflow.calendars import TimeLimit, day, time_limit
from civicflow.hierarchy.authority import ANYONE, BY_CLOCK, BY_RULE, REQUESTER, AnyOf, Holder
from civicflow.ids import PersonId, UnitId
from civicflow.workflows.engine.effects import Climb, Compute, Count, Keep, Stamp
from civicflow.workflows.engine.fields import unit_ids
from civicflow.workflows.engine.flow import ELSE, STAY, Branch, Flow, Guard, Kept, Limit, Named, State, Step
from civicflow.workflows.engine.situation import Situation
from civicflow.workflows.engine.telling import Tell, TellEach, TellRequester
from civicflow.workflows.engine.validators import said
from civicflow.workflows.pressing import SUPERVISOR, reminds, waits

CONVENER: Final = Holder("secretary", "unit")
COORDINATOR: Final = SUPERVISOR
_BOTH: Final = AnyOf(CONVENER, COORDINATOR)
PROVIDER: Final = Holder("officer", "actor")


def _people(people: Iterable[PersonId]) -> tuple[PersonId, ...]:
    return tuple(people)


@attrs.frozen(kw_only=True)
class Invite:
    """To a sitting (召集).

    Attributes:
        on: its day, in the zone of the place.
        bodies: the providers that are invited.
        delegates: the residents' delegates; whoever raised the matter is invited beside them.
        time: the hour, in words.
        where: the room, in words.
    """

    on: date = attrs.field(converter=day)
    bodies: tuple[UnitId, ...] = attrs.field(converter=unit_ids)
    delegates: tuple[PersonId, ...] = attrs.field(default=(), converter=_people)
    time: str = ""
    where: str = ""


@attrs.frozen
class Option:
    """An option on the table (方案).

    Attributes:
        name: what it is called at the table, public.
        text: what it is, public.
    """

    name: str = attrs.field(validator=said)
    text: str = ""


@attrs.frozen
class Fell:
    """An option that was not chosen.

    Attributes:
        option: its name.
        reason: why, public.
    """

    option: str
    reason: str = attrs.field(validator=said)


@attrs.frozen
class Task:
    """A provider's share of the plan.

    Attributes:
        body: the provider.
        task: what it does, public.
        within: the time promised, counted from the minutes; None where nothing is promised.
    """

    body: UnitId
    task: str = ""
    within: TimeLimit | None = attrs.field(default=None, converter=attrs.converters.optional(time_limit))


def _fallen(fell: Iterable[Fell | Mapping[str, Any]]) -> tuple[Fell, ...]:
    return tuple(Fell(**one) if isinstance(one, Mapping) else one for one in fell)


def _tasks(tasks: Iterable[Task | Mapping[str, Any]]) -> tuple[Task, ...]:
    return tuple(Task(**one) if isinstance(one, Mapping) else one for one in tasks)


@attrs.frozen(kw_only=True)
class Present:
    """Who was there.

    Attributes:
        bodies: the providers that were there.
        people: the residents who were there, whoever raised the matter among them.
    """

    bodies: tuple[UnitId, ...] = attrs.field(default=(), converter=unit_ids)
    people: tuple[PersonId, ...] = attrs.field(default=(), converter=_people)


@attrs.frozen(kw_only=True)
class Minute(Present):
    """The plan (会议纪要).

    Attributes:
        option: the name of the option that it is.
        because: why this one, public.
        fell: the other options, each with its reason.
        shares: who does what of it.
        lead: the provider that leads; None where all lead jointly.
    """

    option: str
    because: str = ""
    fell: tuple[Fell, ...] = attrs.field(default=(), converter=_fallen)
    shares: tuple[Task, ...] = attrs.field(converter=_tasks)
    lead: UnitId | None = None


@attrs.frozen(kw_only=True)
class Adjourn(Present):
    """A sitting that came to no plan.

    Attributes:
        reason: what is still open, public.
    """

    reason: str = attrs.field(validator=said)


@attrs.frozen
class Why:
    """Why a meeting ends without a plan.

    Attributes:
        reason: public.
    """

    reason: str = attrs.field(validator=said)


# -- conditions --------------------------------------------------------------------------------------------------------


def _today(situation: Situation) -> date:
    return situation.world.calendar.local_date(situation.happened)


def _was_invited(situation: Situation) -> bool:
    case, actor, chart = situation.case, situation.actor, situation.world.chart
    if actor.person is not None and actor.person in (case.requester, *case.data["delegates"]):
        return True
    if any(PROVIDER.allows(actor, {"actor": body}, chart) for body in case.data["bodies"]):
        return True
    return _BOTH.allows(actor, {"unit": case.unit, "above": situation.above}, chart)


def _options(situation: Situation) -> list[dict[str, Any]]:
    return list(situation.case.data.get("options", ()))


def _others_fell(situation: Situation) -> bool:
    given: Minute = situation.data
    others = sorted(option["name"] for option in _options(situation) if option["name"] != given.option)
    return sorted(fell.option for fell in given.fell) == others


def _shared_out(situation: Situation) -> bool:
    given: Minute = situation.data
    bodies = [task.body for task in given.shares]
    there = set(given.bodies) & set(situation.case.data["bodies"])
    return bool(bodies) and len(set(bodies)) == len(bodies) and set(bodies) <= there


def _is_there(situation: Situation) -> bool:
    raised_by = situation.case.requester
    return raised_by is None or raised_by in situation.data.people or bool(situation.case.data.get("waived"))


def _takes_part(situation: Situation) -> bool:
    return _is_there(situation) or bool(situation.case.data.get("stayed_away"))


AHEAD: Final = Guard(
    "ahead",
    lambda s: s.data.on >= _today(s),
    "a sitting is on a day that has not passed | 会议日期不得早于今日",
    asks_data=True,
)
INVITES_BODIES: Final = Guard(
    "invites-bodies",
    lambda s: bool(s.data.bodies) and len(set(s.data.bodies)) == len(s.data.bodies),
    "invite at least one provider, and each once | 至少邀请一个单位，且不得重复",
    asks_data=True,
)
INVITED: Final = Guard(
    "invited", _was_invited, "only those who were invited put options on the table | 受邀参会者方可提出方案"
)
NEW_OPTION: Final = Guard(
    "new-option",
    lambda s: all(option["name"] != s.data.name for option in _options(s)),
    "there is an option of this name on the table | 已有同名方案",
    asks_data=True,
)
ON_ITS_DAY: Final = Guard(
    "on-its-day",
    lambda s: date.fromisoformat(s.case.data["on"]) <= _today(s),
    "the day of the sitting has not come | 会议日期未到",
)
ONE_PLAN: Final = Guard(
    "one-plan",
    lambda s: any(option["name"] == s.data.option for option in _options(s)),
    "the plan is one of the options on the table | 所定方案须为会上提出的方案之一",
    asks_data=True,
)
OTHERS_FELL: Final = Guard(
    "others-fell",
    _others_fell,
    "say of each other option, once, why it fell | 其余方案须逐一说明未采纳的理由",
    asks_data=True,
)
SHARED_OUT: Final = Guard(
    "shared-out",
    _shared_out,
    "each provider that is there takes one share at most, and one at least takes one | 方案须由到会的受邀单位分担，每个单位一项",
    asks_data=True,
)
LEAD_SHARES: Final = Guard(
    "lead-shares",
    lambda s: s.data.lead is None or s.data.lead in {task.body for task in s.data.shares},
    "the lead has to be one of those that take a share | 牵头单位须在分担单位之中",
    asks_data=True,
)
RAISER_TAKES_PART: Final = Guard(
    "raiser-takes-part",
    _takes_part,
    "whoever raised it has to be there, or to have said that it may go ahead without them"
    " | 提出人须到会，或已表示可不到会",
    asks_data=True,
)
CAN_BE_HANDED_UP: Final = Guard(
    "can-be-handed-up",
    lambda s: s.above is not None and s.world.chart.above(s.above) is not None,
    "there is nobody above whoever coordinates | 协调单位之上没有更高的层级",
)
FIRST_MISS: Final = Guard(
    "first-miss", lambda s: not s.case.data.get("missed"), "a sitting was missed before | 此前已有会议未开"
)

# -- what is kept ------------------------------------------------------------------------------------------------------


def _with_option(situation: Situation) -> dict[str, Any]:
    option = {"name": situation.data.name, "text": situation.data.text}
    return {"options": [*_options(situation), option]}


def _sat(situation: Situation) -> dict[str, Any]:
    stayed_away = bool(situation.case.data.get("stayed_away")) or not _is_there(situation)
    return {"stayed_away": stayed_away}


def _plan(situation: Situation) -> dict[str, Any]:
    given: Minute = situation.data
    return {
        "plan": {
            "option": given.option,
            "because": given.because,
            "fell": [{"option": fell.option, "reason": fell.reason} for fell in given.fell],
            "shares": [
                {"body": task.body, "task": task.task, "within": None if task.within is None else str(task.within)}
                for task in given.shares
            ],
            "lead": given.lead,
        }
    }


_DAY: Final = Kept("on", "at the end of the day of the sitting | 会议当日结束时")
_OPEN: Final = ("called", "invited")

MEETING: Final = Flow(
    "coordination-meeting",
    1,
    "coordination meeting | 协调会",
    (
        State("called", "to be convened | 待召集", waits("2 workdays", "5 workdays")),
        State("invited", "invited to, to be minuted | 已召集待会", (Limit(_DAY, "miss"),)),
        State("planned", "one plan was minuted | 已形成方案", final="planned"),
        State("unplanned", "ended without a plan | 未形成方案", final="unplanned"),
        State("not-held", "not held at any level | 各级均未召开", final="not-held"),
        State("dropped", "no longer needed | 不再需要", final="dropped"),
    ),
    (
        Step(
            "invite",
            "invite to a sitting | 召集会议",
            _OPEN,
            "invited",
            _BOTH,
            Invite,
            (AHEAD, INVITES_BODIES),
            (
                Keep(("on", "bodies", "delegates", "time", "where")),
                Compute(Named("not-waived", lambda _: {"waived": False})),
                TellRequester("invited", "you are invited to a meeting on “{title}” | 请您参加“{title}”协调会"),
                TellEach(
                    "bodies",
                    "invited",
                    "you are invited to a meeting on “{title}” | 请参加“{title}”协调会",
                    post="officer",
                ),
                TellEach("delegates", "invited", "you are invited to a meeting on “{title}” | 请您参加“{title}”协调会"),
                Tell(COORDINATOR, "invited", "a sitting on “{title}” was called | “{title}”协调会已召集"),
            ),
        ),
        Step(
            "waive",
            "let it go ahead without oneself | 表示可不到会",
            "invited",
            STAY,
            REQUESTER,
            does=(
                Compute(Named("waived", lambda _: {"waived": True})),
                Tell(
                    COORDINATOR,
                    "waived",
                    "“{title}” may go ahead without whoever raised it | “{title}”提出人表示可不到会",
                ),
            ),
            asks=False,
        ),
        Step(
            "put-option",
            "put an option on the table | 提出方案",
            "invited",
            STAY,
            AnyOf(REQUESTER, _BOTH, PROVIDER, ANYONE),
            Option,
            (INVITED, NEW_OPTION),
            (Compute(Named("with-option", _with_option)),),
            asks=False,
        ),
        Step(
            "minute",
            "minute the plan | 形成方案",
            "invited",
            "planned",
            COORDINATOR,
            Minute,
            (ON_ITS_DAY, ONE_PLAN, OTHERS_FELL, SHARED_OUT, LEAD_SHARES, RAISER_TAKES_PART),
            (
                Compute(Named("plan", _plan)),
                Stamp(),
                TellRequester("planned", "there is a plan for “{title}” | “{title}”已形成方案"),
                TellEach("bodies", "planned", "there is a plan for “{title}” | “{title}”已形成方案", post="officer"),
                TellEach("people", "planned", "there is a plan for “{title}” | “{title}”已形成方案"),
            ),
        ),
        Step(
            "adjourn",
            "adjourn | 择期再议",
            "invited",
            "called",
            COORDINATOR,
            Adjourn,
            (ON_ITS_DAY,),
            (
                Compute(Named("sat", _sat)),
                TellRequester("adjourned", "the meeting on “{title}” was adjourned | “{title}”协调会择期再开"),
                Tell(CONVENER, "adjourned", "“{title}” needs another sitting | “{title}”需再次召集协调会"),
            ),
        ),
        Step(
            "end-without",
            "end without a plan | 终止协调",
            _OPEN,
            "unplanned",
            COORDINATOR,
            Why,
            does=(TellRequester("unplanned", "no plan was agreed on for “{title}” | “{title}”未形成方案"),),
            asks=False,
        ),
        reminds("called", who=CONVENER, text="a meeting on “{title}” is to be convened | “{title}”协调会待召集"),
        Step(
            "escalate",
            "hand the meeting one level up | 升级召集",
            "called",
            (Branch(CAN_BE_HANDED_UP, "called", (Climb(),)), Branch(ELSE, "not-held")),
            BY_CLOCK,
            does=(
                Tell(COORDINATOR, "escalated", "nobody called the meeting on “{title}” | “{title}”协调会逾期未召集"),
                TellRequester(
                    "escalated", "nobody called the meeting on “{title}” in time | “{title}”协调会逾期未召集"
                ),
            ),
        ),
        Step(
            "miss",
            "nothing was entered of the sitting | 当日未开会",
            "invited",
            (
                Branch(FIRST_MISS, "called", (Count("missed"),)),
                Branch(CAN_BE_HANDED_UP, "called", (Count("missed"), Climb())),
                Branch(ELSE, "not-held"),
            ),
            BY_CLOCK,
            does=(
                Tell(_BOTH, "missed", "no sitting on “{title}” was held | “{title}”协调会未如期召开"),
                TellRequester("missed", "no sitting on “{title}” was held | “{title}”协调会未如期召开"),
            ),
        ),
        # A matter that no longer needs its meeting ends it itself (see `Drop`).
        Step("drop", "no longer needed | 不再需要", _OPEN, "dropped", BY_RULE),
    ),
    opened_in=("called",),
)

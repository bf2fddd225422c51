"""A sitting (会议) of a council: convened, opened where it is composed and has a quorum, its points dealt with, minuted, confirmed.

Source: Zhengzhou, Shangjie district: a council has its rules, its venue and its covenant (1+1+1); a sitting is led by the branch
secretary, six standing kinds are there, those affected and the departments are invited (1+6+X; see `composition`). The quorum
is the one of the Organic Law of Urban Residents' Committees, art. 10, as amended 2018: more than half of those who sit on the
meeting; here of the council's filled seats of delegates.

Rules
-----
- No sitting without rules, venue and covenant: whoever convenes is told all that is missing at once. A document that the council
  names has to be in force on the day of the sitting.
- The branch secretary or the chair convenes, so long before as the council says (``notice``), or with a reason why it is urgent.
  One sitting at a time. Each standing kind that exists in the place is invited, a person for each at least; the delegates are
  those whom the register knows.
- Its agenda are the points that wait at the council and those that are given; without any there is nothing to convene for.
- It is opened on its day by the branch secretary, if somebody of each kind and more than half of the delegates are there. A
  kind that does not exist is excused by rule and named in the minutes. For want of either it is adjourned.
- Each point gets an outcome: resolved, handed to its vote, a ticket (begun in the same commit), postponed, or taken off. It is
  closed when each has one.
- Points that were postponed, or that nobody came to, wait at the council again, however the sitting ended. None disappears.
- A delegate, or the chair, who was there confirms the minutes. Nobody does in time: the branch secretary is reminded, then they stand
  unconfirmed, and the level above is told.
- A sitting that nobody opens on its day was not held; one that nobody closes in time is broken off, and minuted as it stands.

Ours: the time limits, one sitting at a time, breaking off, and that a quorum is counted of the filled seats.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Final

import attrs

from civicflow.calendars import TimeLimit, day
from civicflow.errors import InvalidInput
from civicflow.hierarchy.authority import BY_CLOCK, AnyOf, Holder
from civicflow.ids import PersonId, UnitId
from civicflow.workflows.councils.agenda import OUTCOMES, Item, items, numbered, unfinished
from civicflow.workflows.councils.composition import DELEGATES, ONE_SIX_X, Attendance, Composition, Seat, named, seats
from civicflow.workflows.councils.council import ABOVE, DELEGATE, SECRETARY, On, PutDown, in_force
from civicflow.workflows.decisions import Count, Quorum, Requirement, Result
from civicflow.workflows.engine.effects import Compute, Keep
from civicflow.workflows.engine.fields import unit_ids
from civicflow.workflows.engine.flow import ELSE, NEW, STAY, Branch, Flow, Guard, Kept, Limit, Named, State, Step
from civicflow.workflows.engine.matters import CarryTo, Link, Linked, Raise, Raising
from civicflow.workflows.engine.records import Case, Matter
from civicflow.workflows.engine.situation import Situation
from civicflow.workflows.engine.telling import Tell, TellEach, each_told
from civicflow.workflows.engine.validators import said
from civicflow.workflows.pressing import reminds
from civicflow.workflows.tickets.parts import Order

CHAIR: Final = Holder("chair", "council")
CONVENER: Final = AnyOf(SECRETARY, CHAIR)
CONFIRMER: Final = AnyOf(DELEGATE, CHAIR)
LEADER: Final = SECRETARY
MORE_THAN_HALF: Final = Quorum(1, 2, "filled", strict=True)
"""More than half of the seats that have a holder."""


def _people(people: Iterable[PersonId]) -> tuple[PersonId, ...]:
    return tuple(people)


def _ids(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(ids)


@attrs.frozen(kw_only=True)
class Convene:
    """A sitting that is convened (召集).

    Attributes:
        council: the id of the council's case.
        on: its day, in the zone of the place.
        seats: who stands for each standing kind that exists, the delegates left out.
        affected: those affected, who are invited.
        departments: the departments that are invited.
        items: points beside those that wait at the council.
        documents: the ids of the documents that the council names.
        urgent: why it is convened later than the council's notice asks; empty where it is not.
        time: the hour, in words.
        where: the room, in words; the council's venue where left out.
    """

    council: str
    on: date = attrs.field(converter=day)
    seats: tuple[Seat, ...] = attrs.field(default=(), converter=seats)
    affected: tuple[PersonId, ...] = attrs.field(default=(), converter=_people)
    departments: tuple[UnitId, ...] = attrs.field(default=(), converter=unit_ids)
    items: tuple[Item, ...] = attrs.field(default=(), converter=items)
    documents: tuple[str, ...] = attrs.field(default=(), converter=_ids)
    urgent: str = ""
    time: str = ""
    where: str = ""

    @property
    def people(self) -> tuple[PersonId, ...]:
        """Whoever is invited by name."""
        return tuple(dict.fromkeys((*(seat.person for seat in self.seats), *self.affected)))


@attrs.frozen
class Present:
    """Who is there.

    Attributes:
        present: everybody who is there, by their ids; whoever leads need not be named.
    """

    present: tuple[PersonId, ...] = attrs.field(converter=_people)


def _outcome(_: object, __: object, value: str) -> None:
    if value not in OUTCOMES:
        msg = f"the outcome of a point is one of {', '.join(OUTCOMES)}; got {value!r}"
        raise InvalidInput(msg)


@attrs.frozen(kw_only=True)
class Deal:
    """What becomes of a point (议题结果).

    Attributes:
        no: its number on the agenda.
        outcome: one of `OUTCOMES`.
        text: the resolution, or why, public.
        category: of the ticket that it becomes.
    """

    no: int
    outcome: str = attrs.field(validator=_outcome)
    text: str = ""
    category: str = ""


@attrs.frozen
class Cancel:
    """Why a sitting is called off.

    Attributes:
        reason: public.
    """

    reason: str = attrs.field(validator=said)


# -- what is looked at -------------------------------------------------------------------------------------------------


def _today(situation: Situation) -> date:
    return situation.world.calendar.local_date(situation.happened)


def _council(situation: Situation) -> Case | None:
    """The council that is read; None where the id names none, for which `OF_A_COUNCIL` says no alone."""
    found = [matter.root for matter in situation.read("council") if matter.root.flow_name == "council"]
    return found[0] if found else None


def _of_a_council(situation: Situation) -> bool:
    council, case = _council(situation), situation.case
    if council is None or council.outcome:
        return False
    return (council.unit, council.anchors["council"]) == (case.unit, case.anchors["council"])


def _has(what: str) -> Any:
    def has(situation: Situation) -> bool:
        council = _council(situation)
        return council is None or bool(council.data.get(what))

    return has


def _since(what: str) -> Any:
    """Whether an instrument that is there holds on the day of the sitting."""

    def holds(situation: Situation) -> bool:
        council = _council(situation)
        instrument = None if council is None else council.data.get(what)
        return not instrument or date.fromisoformat(instrument["since"]) <= situation.data.on

    return holds


def _documents(council: Case) -> dict[str, str]:
    named = {kind: council.data.get(kind) or {} for kind in ("rules", "covenant")}
    return {kind: one["document"] for kind, one in named.items() if one.get("document")}


def _documents_still_hold(situation: Situation) -> bool:
    council = _council(situation)
    if council is None:
        return True
    read: dict[str, Matter] = {matter.root.id: matter for matter in situation.read("documents")}
    named = _documents(council)
    return set(situation.data.documents) == set(named.values()) and all(
        id_ in read and in_force(read[id_], kind, situation.data.on) for kind, id_ in named.items()
    )


def _notice_given(situation: Situation) -> bool:
    council, given = _council(situation), situation.data
    today = _today(situation)
    if given.on < today:
        return False
    if council is None or given.urgent:
        return True
    due = situation.world.calendar.due(TimeLimit(**council.data["notice"]), situation.happened).at
    return bool(given.on >= situation.world.calendar.local_date(due))


def _every_kind_invited(situation: Situation) -> bool:
    council = _council(situation)
    if council is None:
        return True
    asked = {seat.kind for seat in situation.data.seats}
    return asked == {kind for kind in council.data["kinds"] if kind != DELEGATES}


def _points(situation: Situation) -> tuple[Item, ...]:
    council = _council(situation)
    waiting = () if council is None else items(council.data["agenda"])
    return (*waiting, *situation.data.items)


def _there(situation: Situation) -> tuple[str, ...]:
    """Everybody who is there, whoever leads among them."""
    leader = () if situation.actor.person is None else (situation.actor.person,)
    return tuple(dict.fromkeys((*leader, *situation.data.present)))


def _delegates(situation: Situation) -> tuple[str, ...]:
    return tuple(situation.world.chart.holders("delegate", situation.case.anchors["council"]))


def attendance(situation: Situation, composition: Composition) -> Attendance:
    """Which kinds are there."""
    data, there = situation.case.data, set(_there(situation))
    kinds = {seat["kind"] for seat in data["seats"] if seat["person"] in there}
    if there & set(_delegates(situation)):
        kinds.add(DELEGATES)
    return composition.of(data["kinds"], kinds)


def quorum_of(situation: Situation, quorum: Requirement) -> Result:
    """Whether enough delegates are there."""
    delegates = _delegates(situation)
    seats = situation.world.chart.seats(situation.case.anchors["council"], "delegate")
    there = len(set(delegates) & set(_there(situation)))
    return quorum.of(Count(0, 0, 0, seats, len(delegates), present=there))


def _point(situation: Situation) -> Mapping[str, Any] | None:
    return next((one for one in situation.case.data["agenda"] if one["no"] == situation.data.no), None)


# -- conditions --------------------------------------------------------------------------------------------------------

OF_A_COUNCIL: Final = Guard(
    "of-a-council",
    _of_a_council,
    "a sitting is one of a council that stands, of its area and its body; give the id of its case"
    " | 会议须属于运行中的议事会，且辖区与机构一致，请给出该议事会事项标识",
    asks_data=True,
)
HAS_RULES: Final = Guard(
    "has-rules", _has("rules"), "the council has no rules of procedure | 议事会尚无议事规则", asks_data=True
)
HAS_VENUE: Final = Guard("has-venue", _has("venue"), "the council has no venue | 议事会尚无议事场所", asks_data=True)
HAS_COVENANT: Final = Guard(
    "has-covenant", _has("covenant"), "the council has no residents' covenant | 尚无居民公约", asks_data=True
)
RULES_HOLD: Final = Guard(
    "rules-hold", _since("rules"), "its rules do not hold yet on that day | 议事规则当日尚未施行", asks_data=True
)
COVENANT_HOLDS: Final = Guard(
    "covenant-holds",
    _since("covenant"),
    "its covenant does not hold yet on that day | 居民公约当日尚未施行",
    asks_data=True,
)
DOCUMENTS_STILL_HOLD: Final = Guard(
    "documents-still-hold",
    _documents_still_hold,
    "the documents are those that the council names, and in force on that day | 所引文件须为议事会所列且当日有效",
    asks_data=True,
)
NOTICE_GIVEN: Final = Guard(
    "notice-given",
    _notice_given,
    "it is convened so long before as the council says, or with a reason why it is urgent; never for a day that has passed"
    " | 须按规定提前召集，紧急的应说明理由，且不得为已过之日",
    asks_data=True,
)
EVERY_KIND_INVITED: Final = Guard(
    "every-kind-invited",
    _every_kind_invited,
    "invite somebody of each standing kind that exists there, and of no other; the delegates are invited by their seats"
    " | 须邀请本地所设各方，不得列未设之方；居民代表按席位邀请",
    asks_data=True,
)
HAS_POINTS: Final = Guard(
    "has-points",
    lambda s: bool(_points(s)),
    "there is no point to convene for; put one on the agenda | 没有议题，请先提出议题",
    asks_data=True,
)
ONE_AT_A_TIME: Final = Guard(
    "one-at-a-time",
    lambda s: (council := _council(s)) is None or not council.data["sitting"],
    "another sitting of the council is convened and not over | 议事会另有会议尚未结束",
    asks_data=True,
)
ON_THE_DAY: Final = Guard(
    "on-the-day",
    lambda s: date.fromisoformat(s.case.data["on"]) == _today(s),
    "a sitting is opened, or adjourned, on its day | 会议须在当日宣布开会或延期",
)
ON_THE_AGENDA: Final = Guard(
    "on-the-agenda",
    lambda s: (point := _point(s)) is not None and not point["outcome"],
    "no point of this number waits on the agenda | 议程中没有该编号的待议议题",
    asks_data=True,
)
HAS_A_MATTER: Final = Guard(
    "has-a-matter",
    lambda s: s.data.outcome != "vote" or not (point := _point(s)) or bool(point["matter"]),
    "only a point that is about a matter, for instance a proposal, is handed to its vote | 仅关联议案等事项的议题可转付表决",
    asks_data=True,
)
SAYS_WHAT: Final = Guard(
    "says-what",
    lambda s: s.data.outcome not in ("resolved", "dropped") or bool(s.data.text.strip()),
    "say what was resolved, or why the point is taken off | 须写明决议内容或撤销理由",
    asks_data=True,
)
BECOMES_A_TICKET: Final = Guard(
    "becomes-a-ticket",
    lambda s: s.data.outcome == "ticket",
    "only a point that becomes one begins a ticket | 仅转为工单的议题生成工单",
    asks_data=True,
)
ALL_DEALT_WITH: Final = Guard(
    "all-dealt-with",
    lambda s: all(one["outcome"] for one in s.case.data["agenda"]),
    "a point has no outcome yet; postpone what the sitting did not come to | 尚有议题未议，未议的请延至下次",
)
WAS_THERE: Final = Guard(
    "was-there",
    lambda s: s.actor.person in s.case.data["present"],
    "only somebody who was there confirms the minutes | 仅到会者可确认会议记录",
)

# -- what is kept and carried ------------------------------------------------------------------------------------------


def _convened(situation: Situation) -> dict[str, Any]:
    council, given = _council(situation), situation.data
    data = {} if council is None else council.data
    return {
        "title": data.get("title", ""),
        "kinds": list(data.get("kinds", ())),
        "where": given.where or data.get("venue", ""),
        "agenda": numbered(_points(situation)),
    }


def _dealt_with(situation: Situation) -> dict[str, Any]:
    given = situation.data
    outcome = {"outcome": given.outcome, "text": given.text}
    return {"agenda": [{**one, **(outcome if one["no"] == given.no else {})} for one in situation.case.data["agenda"]]}


def _ticket(situation: Situation) -> Raising:
    point = _point(situation)
    return Raising(data=Order(title=point["title"] if point else "", category=situation.data.category or "council"))


def _broken_off(situation: Situation) -> dict[str, Any]:
    agenda = situation.case.data["agenda"]
    return {"agenda": [{**one, "outcome": one["outcome"] or "postponed"} for one in agenda]}


def _on(situation: Situation, _: Matter) -> On:
    return On(situation.data.on)


def _sits(situation: Situation, _: Matter) -> On:
    return On(_today(situation))


def _goes_on(situation: Situation, _: Matter) -> PutDown:
    return PutDown(unfinished(situation.case.data["agenda"]))


_OF_COUNCIL: Final = (Linked("council"),)
_RISES: Final = CarryTo("council", "rise", Named("what-goes-on", _goes_on))
_BEGINS_TICKET: Final = Raise("four-part-ticket", "order", Named("point-as-ticket", _ticket), tie="tickets")


def sitting(*, composition: Composition = ONE_SIX_X, quorum: Requirement = MORE_THAN_HALF, version: int = 1) -> Flow:
    """The flow of a sitting.

    Args:
        composition: which kinds have to be there.
        quorum: how many of the delegates; counts ``present`` of ``seats`` or ``filled``.
        version: of the flow, raised with other rules.

    Returns:
        The flow ``sitting``: anchor ``council``, state ``open`` while it sits, ``data["present"]`` the people there.
    """
    kinds, excusable = ", ".join(composition.kinds), ", ".join(composition.excusable) or "none"
    rule = f"{kinds}; excusable {excusable}"

    def lacks_no_kind(situation: Situation) -> bool:
        council = _council(situation)
        return council is None or not composition.lacking(council.data["kinds"])

    def composed(situation: Situation) -> bool:
        return attendance(situation, composition).reached

    def quorate(situation: Situation) -> bool:
        return quorum_of(situation, quorum).reached

    def opened(situation: Situation) -> dict[str, Any]:
        return {
            "present": list(_there(situation)),
            "attendance": str(attendance(situation, composition).text),
            "excused": list(attendance(situation, composition).excused),
            "quorum": str(quorum_of(situation, quorum).text),
        }

    must = named(kind for kind in composition.kinds if kind not in composition.excusable)
    lacks = Guard(
        f"lacks-no-kind: {rule}",
        lacks_no_kind,
        f"a kind is missing that has to exist: {must.en} | 缺少必设的一方：{must.zh}",
        asks_data=True,
    )
    is_composed = Guard(
        f"composed: {rule}",
        composed,
        "somebody of each standing kind that exists there has to be there; else adjourn | 本地所设各方均须到会，否则延期",
        asks_data=True,
    )
    is_quorate = Guard(
        f"quorate: {quorum.text.en}",
        quorate,
        f"there is no quorum: {quorum.text.en}; else adjourn | 未达法定人数：{quorum.text.zh}，否则延期",
        asks_data=True,
    )
    lacks_something = Guard(
        f"lacks-something: {rule}; {quorum.text.en}",
        lambda s: not (composed(s) and quorate(s)),
        "it is composed and has a quorum; open it | 构成与法定人数均已达到，请宣布开会",
        asks_data=True,
    )
    minutes = Compute(Named(f"attendance: {rule}; {quorum.text.en}", opened))
    return Flow(
        "sitting",
        version,
        "sitting of a council | 议事会会议",
        (
            State(
                "convened",
                "convened | 已召集",
                (Limit(Kept("on", "at the end of its day | 当日结束时"), "not-held"),),
            ),
            State("open", "open | 进行中", (Limit("1 workday", "remind"), Limit("2 workdays", "break-off"))),
            State(
                "closed",
                "closed, to be confirmed | 已结束待确认",
                (Limit("5 workdays", "press"), Limit("10 workdays", "lapse")),
            ),
            State("confirmed", "minutes confirmed | 记录已确认", final="confirmed"),
            State("unconfirmed", "minutes stand unconfirmed | 记录未经确认", final="unconfirmed"),
            State("adjourned", "adjourned | 未达条件延期", final="adjourned"),
            State("not-held", "not held | 未召开", final="not-held"),
            State("cancelled", "called off | 已取消", final="cancelled"),
        ),
        (
            Step(
                "convene",
                "convene | 召集",
                NEW,
                "convened",
                CONVENER,
                Convene,
                (
                    OF_A_COUNCIL,
                    HAS_RULES,
                    HAS_VENUE,
                    HAS_COVENANT,
                    RULES_HOLD,
                    COVENANT_HOLDS,
                    DOCUMENTS_STILL_HOLD,
                    lacks,
                    EVERY_KIND_INVITED,
                    NOTICE_GIVEN,
                    HAS_POINTS,
                    ONE_AT_A_TIME,
                ),
                (
                    Keep(("on", "seats", "affected", "departments", "urgent", "time")),
                    Compute(Named("convened-for", _convened)),
                    Link("council", "council"),
                    CarryTo("council", "convene", Named("day-of-sitting", _on)),
                    Tell(DELEGATE, "convened", "a sitting of “{title}” is convened | “{title}”将召开会议"),
                    TellEach("people", "convened", "you are invited to a sitting of “{title}” | 请您参加“{title}”会议"),
                    TellEach(
                        "departments",
                        "convened",
                        "you are invited to a sitting of “{title}” | 请派员参加“{title}”会议",
                        post="officer",
                    ),
                ),
                reads=(Linked("council", "council"), Linked("documents", "documents")),
            ),
            Step(
                "open",
                "open | 宣布开会",
                "convened",
                "open",
                LEADER,
                Present,
                (ON_THE_DAY, is_composed, is_quorate),
                (minutes, CarryTo("council", "sit", Named("day-it-sits", _sits))),
                reads=_OF_COUNCIL,
            ),
            Step(
                "adjourn",
                "adjourn for want of quorum or of a kind | 因未达条件延期",
                "convened",
                "adjourned",
                LEADER,
                Present,
                (ON_THE_DAY, lacks_something),
                (
                    minutes,
                    _RISES,
                    Tell(DELEGATE, "adjourned", "the sitting of “{title}” was adjourned | “{title}”会议因未达条件延期"),
                ),
                reads=_OF_COUNCIL,
                asks=False,
            ),
            Step(
                "cancel",
                "call off | 取消",
                "convened",
                "cancelled",
                CONVENER,
                Cancel,
                does=(
                    Keep(("reason",)),
                    _RISES,
                    Tell(DELEGATE, "cancelled", "the sitting of “{title}” was called off | “{title}”会议已取消"),
                ),
                reads=_OF_COUNCIL,
                asks=False,
            ),
            Step(
                "not-held",
                "nobody opened it on its day | 当日未召开",
                "convened",
                "not-held",
                BY_CLOCK,
                does=(
                    _RISES,
                    *each_told(
                        LEADER,
                        DELEGATE,
                        ABOVE,
                        topic="not-held",
                        text="the sitting of “{title}” was not held | “{title}”会议未如期召开",
                    ),
                ),
                reads=_OF_COUNCIL,
            ),
            Step(
                "deal",
                "deal with a point | 处理议题",
                "open",
                (Branch(BECOMES_A_TICKET, STAY, (_BEGINS_TICKET,)), Branch(ELSE, STAY)),
                LEADER,
                Deal,
                (ON_THE_AGENDA, HAS_A_MATTER, SAYS_WHAT),
                (Compute(Named("dealt-with", _dealt_with)),),
            ),
            Step(
                "close",
                "close | 宣布闭会",
                "open",
                "closed",
                LEADER,
                guards=(ALL_DEALT_WITH,),
                does=(
                    _RISES,
                    Tell(DELEGATE, "minutes", "please confirm the minutes of “{title}” | 请确认“{title}”会议记录"),
                ),
                reads=_OF_COUNCIL,
            ),
            reminds("open", who=LEADER, text="the sitting of “{title}” is still open | “{title}”会议尚未结束"),
            Step(
                "break-off",
                "break off | 中止",
                "open",
                "closed",
                BY_CLOCK,
                does=(
                    Compute(Named("broken-off", _broken_off)),
                    _RISES,
                    *each_told(
                        LEADER,
                        DELEGATE,
                        ABOVE,
                        topic="broken-off",
                        text="the sitting of “{title}” was never closed | “{title}”会议逾期未闭会，已中止",
                    ),
                ),
                reads=_OF_COUNCIL,
            ),
            Step(
                "confirm", "confirm the minutes | 确认会议记录", "closed", "confirmed", CONFIRMER, guards=(WAS_THERE,)
            ),
            Step(
                "press",
                "remind of the minutes | 催请确认",
                "closed",
                STAY,
                BY_CLOCK,
                does=each_told(
                    DELEGATE,
                    LEADER,
                    topic="reminder",
                    text="the minutes of “{title}” are unconfirmed | “{title}”会议记录待确认",
                ),
            ),
            Step(
                "lapse",
                "the minutes stand unconfirmed | 逾期未确认",
                "closed",
                "unconfirmed",
                BY_CLOCK,
                does=(
                    Tell(ABOVE, "unconfirmed", "nobody confirmed the minutes of “{title}” | “{title}”会议记录无人确认"),
                ),
            ),
        ),
        anchors=("council",),
    )


SITTING: Final = sitting()
"""A sitting by 1+6+X, with more than half of the delegates."""

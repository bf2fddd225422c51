"""A project on a list (项目清单): like needs together, in parts that bodies take up (认领).

Rules
-----
- The secretary or a clerk of an area puts a project on the list, of needs raised there or below that wait. Needs that turn out to be
  like it are added as long as it is open; one that is not is released.
- Any body takes it up of its own accord: the whole of what is left, a part, or so much of one. Two never take the same: what somebody
  is at, or has done, is not left. What a body returns is open to all again.
- What nobody took up within its time is handed to a body by the secretary, or is declined with the reason.
- Where it is no project after all but one order, the secretary orders it: a four-part ticket begins in the same commit, and its end, which
  the secretary evaluates as whoever ordered, comes before the report.
- When everything was taken up and done, the secretary reports what came of it; that, or the reason why it is declined, is told to
  whoever raised each need, in the same commit. A list entry that was a mistake is dissolved, and its needs wait again.
- Where the secretary is to act and does not, they are reminded, then it is put under supervision (see `civicflow.workflows.pressing`).
  The limits are ours, a default: a city sets its own.

Source: Chengdu, Yudong community: a ledger of needs becomes a list of projects, which organisations take up. Zhengzhou, Shangjie
district, Xin'an West Road: partners took up a courtyard's renewal. Ours beside the limits: parts by piece and by amount, what
becomes of what is returned or not taken up, and dissolving.
"""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from civicflow.hierarchy.authority import BY_CLOCK, BY_JOIN, AnyOf, Holder
from civicflow.workflows.engine.children import Afresh, Drop, Opening, Spawn
from civicflow.workflows.engine.effects import Keep, Stamp
from civicflow.workflows.engine.fields import texts
from civicflow.workflows.engine.flow import ELSE, NEW, STAY, Branch, Flow, Guard, Join, Limit, Named, State, Step
from civicflow.workflows.engine.joins import All, Every, First
from civicflow.workflows.engine.matters import CarryTo, Link, Linked, Raise, Raising
from civicflow.workflows.engine.records import Matter
from civicflow.workflows.engine.situation import Situation
from civicflow.workflows.engine.telling import Tell
from civicflow.workflows.needs.need import NEED, WAITING, Enlist, Reply
from civicflow.workflows.needs.parts import (
    FITS,
    IS_LEFT,
    TAKES_THE_LAST,
    WHOLE,
    HandOut,
    Part,
    TakeUp,
    named_once,
    share_of,
)
from civicflow.workflows.pressing import SUPERVISED, escalates, reminds, waits
from civicflow.workflows.tickets.four_part import FOUR_PART_TICKET
from civicflow.workflows.tickets.parts import Order

SECRETARY = Holder("secretary", "unit")
KEEPER = AnyOf(SECRETARY, Holder("clerk", "unit"))
TAKER = Holder("officer", "actor")


def _parts(given: Iterable[Part]) -> tuple[Part, ...]:
    return tuple(given) or (WHOLE,)


@attrs.frozen(kw_only=True)
class ListProject:
    """A project that is put on the list.

    Attributes:
        title: the public headline.
        needs: the ids of the needs that it is to meet, one or more.
        category: in the integrator's own vocabulary.
        purpose: what is to be done, public.
        parts: what can be taken up; the whole as one where left out.
    """

    title: str
    needs: tuple[str, ...] = attrs.field(converter=texts)
    category: str = ""
    purpose: str = ""
    parts: tuple[Part, ...] = attrs.field(default=(), converter=_parts, validator=named_once)


@attrs.frozen
class AddNeeds:
    """Needs that a project is to meet, too.

    Attributes:
        needs: their ids.
    """

    needs: tuple[str, ...] = attrs.field(converter=texts)


@attrs.frozen
class Release:
    """A need that is none of its project's after all.

    Attributes:
        need: its id.
        reason: read by whoever raised it.
    """

    need: str
    reason: str


def _wait(situation: Situation) -> bool:
    """Whether each need named is one, once, that waits in the project's area or below."""
    here, chart = situation.case.unit, situation.world.chart
    found = {
        matter.root.id
        for matter in situation.read("needs")
        if (need := matter.root).flow_name == NEED.name
        and need.state in WAITING
        and need.unit is not None
        and need.unit in chart
        and (need.unit == here or here in chart.ancestors(need.unit))
    }
    named = situation.data.needs
    return bool(named) and len(set(named)) == len(named) and found == set(named)


def _is_ours(situation: Situation, matter: Matter) -> bool:
    """Whether a need still follows this project."""
    return matter.root.state == "listed" and matter.root.links["project"][-1] == situation.case.id


NEEDS_WAIT = Guard(
    "needs-wait",
    _wait,
    "name needs that wait here or below, each once | 请列明本辖区内尚待回应的诉求，且不得重复",
    asks_data=True,
)
IS_OURS = Guard(
    "is-ours",
    lambda s: any(_is_ours(s, matter) for matter in s.read("needs")),
    "the need does not follow this project | 该诉求并未归并到此项目",
    asks_data=True,
)
NOBODY_AT_IT = Guard(
    "nobody-at-it",
    lambda s: not s.has_open("part"),
    "somebody is still at a share of it | 仍有承办事项在办",
    ended=("part",),
)

ORDER_ENDED = Guard(
    "order-ended",
    lambda s: all(matter.root.outcome for matter in s.read("order")),
    "the order that it became is still open | 所转点单尚未办结",
)


def _reply(situation: Situation, need: Matter) -> Reply | None:
    return Reply(situation.data.text) if _is_ours(situation, need) else None


def _why(situation: Situation, need: Matter) -> Reply | None:
    return Reply(situation.data.reason) if _is_ours(situation, need) else None


def _enlist(situation: Situation, _: Matter) -> Enlist:
    return Enlist(situation.case.id)


def _by_the_taker(situation: Situation) -> list[Opening]:
    body = situation.actor.unit
    return [] if body is None else share_of(situation, body)


def _by_the_body(situation: Situation) -> list[Opening]:
    return share_of(situation, situation.data.to)


def _one_order(situation: Situation) -> Raising:
    case = situation.case
    order = Order(title=case.title, category=case.data["category"], channel="needs")
    return Raising(data=order, requester=situation.actor.person)


_OPEN = ("listed", "unclaimed", SUPERVISED.name)
_AFRESH = Afresh(("part",))
_TAKEN = (Branch(TAKES_THE_LAST, "taken-up"), Branch(ELSE, STAY))
_IDLE = (Join(("part",), Every(), "pause"),)
_ENLIST = CarryTo("needs", "enlist", Named("enlist", _enlist))
_DROP = Drop(("part",), "dropped")

LISTED_PROJECT = Flow(
    "listed-project",
    1,
    "project on a list | 清单项目",
    (
        State("listed", "open to be taken up | 待认领", (Limit("20 workdays", "close-list"),), _IDLE),
        State(
            "taken-up",
            "taken up | 已认领",
            (Limit("20 workdays", "urge", again=True),),
            (
                Join(("part",), First("declined"), "reopen"),
                Join(("part",), All("done"), "finish"),
                Join(("part",), Every(), "reopen"),
            ),
        ),
        State("ordered", "ordered as one ticket | 已转点单", (Limit("20 workdays", "urge", again=True),)),
        State("unclaimed", "not all taken up in time | 逾期未认领", waits(escalate="3 workdays"), _IDLE),
        State("done", "done, to be reported | 已完成待反馈", waits(escalate="3 workdays")),
        attrs.evolve(SUPERVISED, joins=_IDLE),
        State("reported", "done and reported | 已完成并反馈", final="met"),
        State("declined", "declined, with the reason | 不予实施", final="declined"),
        State("dissolved", "dissolved, its needs wait again | 已撤销", final="dissolved"),
    ),
    (
        Step(
            "list",
            "put on the list | 列入清单",
            NEW,
            "listed",
            KEEPER,
            ListProject,
            guards=(NEEDS_WAIT,),
            does=(
                Keep(("title", "category", "parts")),
                Link("needs", "needs"),
                _ENLIST,
            ),
            reads=(Linked("needs", "needs"),),
        ),
        Step(
            "add",
            "add like needs | 归并同类诉求",
            (*_OPEN, "taken-up", "done"),
            STAY,
            KEEPER,
            AddNeeds,
            guards=(NEEDS_WAIT,),
            does=(Link("needs", "needs"), _ENLIST),
            asks=False,
            reads=(Linked("needs", "needs"),),
        ),
        Step(
            "release",
            "release a need | 移出诉求",
            (*_OPEN, "taken-up", "done"),
            STAY,
            KEEPER,
            Release,
            guards=(IS_OURS,),
            does=(CarryTo("needs", "release", Named("why", _why)),),
            asks=False,
            reads=(Linked("needs", "need"),),
        ),
        Step(
            "take-up",
            "take up | 认领",
            _OPEN,
            _TAKEN,
            TAKER,
            TakeUp,
            guards=(FITS, IS_LEFT),
            does=(
                _AFRESH,
                Spawn("part", Named("by-the-taker", _by_the_taker), "accepted", "within"),
                Tell(SECRETARY, "taken-up", "somebody took up “{title}” | “{title}”有单位认领"),
            ),
            asks=False,
        ),
        Step(
            "dispatch",
            "hand out what nobody took up | 派单",
            ("unclaimed", SUPERVISED.name),
            _TAKEN,
            SECRETARY,
            HandOut,
            guards=(FITS, IS_LEFT),
            does=(_AFRESH, Spawn("part", Named("by-the-body", _by_the_body), "offered", "within")),
        ),
        Step(
            "order",
            "order it as one ticket | 转为点单",
            _OPEN,
            "ordered",
            SECRETARY,
            guards=(NOBODY_AT_IT,),
            does=(Raise(FOUR_PART_TICKET.name, "order", Named("one-order", _one_order), "order"),),
            asks=False,
        ),
        Step("reopen", "open again what was returned | 退回重新开放", "taken-up", "listed", BY_JOIN, does=(_AFRESH,)),
        Step("finish", "everything is done | 全部完成", "taken-up", "done", BY_JOIN, does=(_AFRESH, Stamp())),
        Step(
            "pause",
            "nobody is at it any more | 目前无单位在办",
            _OPEN,
            STAY,
            BY_JOIN,
            does=(_AFRESH, Tell(SECRETARY, "idle", "nobody is at “{title}” any more | “{title}”目前无单位在办")),
        ),
        Step(
            "report",
            "report what came of it | 反馈结果",
            ("done", "unclaimed", "ordered", SUPERVISED.name),
            "reported",
            SECRETARY,
            Reply,
            guards=(NOBODY_AT_IT, ORDER_ENDED),
            does=(Keep(("text",)), Stamp(keep=True), CarryTo("needs", "meet", Named("reply", _reply))),
            reads=(Linked("needs"), Linked("order")),
        ),
        Step(
            "decline",
            "decline with the reason | 不予实施",
            (*_OPEN, "done", "ordered"),
            "declined",
            SECRETARY,
            Reply,
            guards=(ORDER_ENDED,),
            does=(Keep(("text",)), Stamp(keep=True), _DROP, CarryTo("needs", "decline", Named("reply", _reply))),
            asks=False,
            reads=(Linked("needs"), Linked("order")),
        ),
        Step(
            "dissolve",
            "dissolve | 撤销",
            (*_OPEN, "taken-up", "done"),
            "dissolved",
            SECRETARY,
            Reply,
            does=(_DROP, CarryTo("needs", "release", Named("reply", _reply))),
            asks=False,
            reads=(Linked("needs"),),
        ),
        Step(
            "close-list",
            "not all taken up in time | 逾期未认领",
            "listed",
            "unclaimed",
            BY_CLOCK,
            does=(Tell(SECRETARY, "unclaimed", "nobody took up all of “{title}” | “{title}”逾期未被全部认领"),),
        ),
        Step(
            "urge",
            "press for completion | 督促",
            ("taken-up", "ordered"),
            STAY,
            BY_CLOCK,
            does=(Tell(SECRETARY, "overdue", "“{title}” is not done yet | “{title}”尚未完成"),),
        ),
        reminds(
            "unclaimed", "done", SUPERVISED.name, who=SECRETARY, text="“{title}” is waiting for you | “{title}”待您办理"
        ),
        escalates("unclaimed", "done", text="nobody sees to “{title}” | “{title}”逾期未办"),
    ),
    slots={"part": "share"},
)

"""The four-part ticket (四联单).

Residents order (点单), the branch dispatches (下单), bodies accept (接单), residents evaluate (评单).

Source: Zhengzhou, Shangjie district, Sanwan Street community, where sixteen partner organisations accepted one order.

Rules
-----
- Anyone orders; so does a rule, where another matter needs it (a missed inspection).
- The secretary of the unit's branch dispatches to one body or to many, of which one may lead; where no lead is named, all
  lead jointly. A partner may also take up (认领) an order that nobody dispatched to it.
- When every leading share is completed the ticket is handled; assisting shares still open are no longer needed. When
  all leading shares have ended but some were returned, the ticket goes back to the dispatcher; once it is dispatched
  anew, only shares that were still open and those opened now count.
- Once is enough: when it comes back again, it goes one level up, whose secretary says whose it is (裁定). With no level
  above it stays where it is.
- Whoever ordered says whether it is *resolved* and whether they are *satisfied*: two different answers. Unresolved
  re-opens it once; after that it goes one level up each time; with no level left it ends as unresolved, and says so.
- What bodies can only settle together is put to a coordination meeting (协调会), which the ticket waits for: the unit convenes,
  the unit above coordinates (see `coordination.meeting`). The shares of its plan are shares of the ticket, accepted already.
  A meeting that comes to no plan sends the ticket back to the dispatcher; that counts as having come back once.
- A duplicate is merged into its master (并单), which has not been answered yet and is no duplicate itself. One answer
  goes to all; each requester evaluates for themselves. When the master ends without an answer its duplicates are open
  again.
- What cannot be solved now is put on hold (挂账) until a date, openly, and the clocks stop.
- A state that waits for somebody reminds, then goes one level up, then is supervised. A ticket that is never evaluated
  closes by itself after seven days. The limits are ours, a default: a city sets its own.
- What nobody can be measured by (out of scope, nobody to be reached) is left out of figures by the level above, openly.
- A matter that happened elsewhere is recorded with its own times; nothing is invented to fit.

Ours beside the limits: one body or all may lead, what becomes of shares that were returned, re-opening and going up a level,
merging, what a meeting without a plan leads to, and matters from elsewhere. The source has the four parts, that many
accept one order, taking up, and meetings.
"""

from __future__ import annotations

from civicflow.hierarchy.authority import ANYONE, BY_CLOCK, BY_JOIN, BY_RULE, REQUESTER, AnyOf, Holder
from civicflow.workflows.coordination import plan
from civicflow.workflows.coordination.meeting import MEETING
from civicflow.workflows.engine.children import Afresh, Drop, Opening, Spawn, opening
from civicflow.workflows.engine.effects import Climb, Count, Keep, Lift, Promise, PutOnHold, Stamp
from civicflow.workflows.engine.flow import ELSE, NEW, STAY, Branch, Flow, Join, Limit, Named, State, Step
from civicflow.workflows.engine.joins import All, Every
from civicflow.workflows.engine.matters import CarryTo, Link, Linked
from civicflow.workflows.engine.records import Matter
from civicflow.workflows.engine.situation import Situation
from civicflow.workflows.engine.telling import Tell, TellRequester, each_told
from civicflow.workflows.evaluating import FULL_RANGE, RESOLVED, Evaluate
from civicflow.workflows.excluding import AS_DUPLICATE, COUNTED, excluding
from civicflow.workflows.pressing import CAN_CLIMB, SUPERVISED, SUPERVISOR, reminds, waits
from civicflow.workflows.tickets import guards
from civicflow.workflows.tickets.parts import (
    Absorb,
    Answer,
    Dispatch,
    HoldBack,
    Merge,
    Order,
    Record,
    Settle,
)

DISPATCHER = Holder("secretary", "unit")
PARTNER = Holder("officer", "actor")
CLERK = AnyOf(Holder("secretary", "unit"), Holder("clerk", "unit"))


def _leads(situation: Situation) -> list[Opening]:
    given = situation.data
    return [opening(situation, body) for body in given.to if given.lead in (None, body)]


def _assists(situation: Situation) -> list[Opening]:
    given = situation.data
    return [opening(situation, body) for body in given.to if given.lead not in (None, body)]


def _taker(situation: Situation) -> list[Opening]:
    body = situation.actor.unit
    return [] if body is None else [opening(situation, body)]


def _same_answer(situation: Situation, duplicate: Matter) -> Answer | None:
    return Answer(situation.data.text) if duplicate.root.state == "merged" else None


def _no_answer(_: Situation, duplicate: Matter) -> Answer | None:
    return Answer("") if duplicate.root.state == "merged" else None


def _planned_leads(situation: Situation) -> list[Opening]:
    return plan.shares_of(situation, leading=True)


def _planned_assists(situation: Situation) -> list[Opening]:
    return plan.shares_of(situation, leading=False)


_WAITING = ("ordered", "reopened", "returned", "handled", "supervised")
_OPEN = ("ordered", "dispatched", "coordinating", "reopened", "returned", "handled", "supervised", "answered")
_DROP = Drop(("lead", "assist"), "dropped")
_AFRESH = Afresh(("lead", "assist"))
_NO_MEETING = Drop((plan.SLOT,), "dropped")

FOUR_PART_TICKET = Flow(
    "four-part-ticket",
    1,
    "four-part ticket | 四联单",
    (
        State("ordered", "ordered | 待下单", waits(escalate="3 workdays")),
        State(
            "dispatched",
            "dispatched | 办理中",
            (Limit("20 workdays", "urge", again=True, promised=True),),
            (Join(("lead",), All("done"), "finish"), Join(("lead",), Every(), "come-back")),
        ),
        State(
            "coordinating",
            "a coordination meeting is held | 协调中",
            (Limit("20 workdays", "urge", again=True),),
            plan.joins("adopt-plan", "end-coordination"),
        ),
        State(
            "returned",
            "returned to the dispatcher | 已退回",
            waits(escalate="3 workdays"),
        ),
        State(
            "handled",
            "handled, to be answered | 待答复",
            (Limit("1 workday", "remind"), Limit("3 workdays", "pass-up")),
        ),
        State("answered", "answered, to be evaluated | 待评价", (Limit("7 days", "lapse"),)),
        State("reopened", "re-opened | 重办", waits(escalate="3 workdays")),
        SUPERVISED,
        State("merged", "merged into another ticket | 已并单", follows=True),
        State("recorded", "handled elsewhere | 在他处办理", follows=True),
        State("closed", "resolved | 已办结", final="resolved"),
        State("unevaluated", "closed without an evaluation | 未评价办结", final="unevaluated"),
        State("unresolved", "not resolved at any level | 各级均未解决", final="unresolved"),
        State("withdrawn", "withdrawn | 已撤回", final="withdrawn"),
        State("settled", "settled elsewhere | 在他处办结", final="settled"),
    ),
    (
        Step(
            "order",
            "order | 点单",
            NEW,
            "ordered",
            AnyOf(ANYONE, BY_RULE),
            Order,
            does=(
                Keep(("title", "category"), given=("channel", "place")),
                Tell(DISPATCHER, "ordered", "new order: “{title}” | 新点单：“{title}”"),
            ),
        ),
        Step(
            "record",
            "record what is handled elsewhere | 登记他处事项",
            NEW,
            "recorded",
            CLERK,
            Record,
            does=(Keep(("title", "category", "origin"), given=("place",)), Promise("promise")),
        ),
        Step(
            "settle",
            "record how it ended elsewhere | 登记他处结果",
            "recorded",
            "settled",
            CLERK,
            Settle,
            does=(Keep(("result",)), Stamp()),
            asks=False,
        ),
        Step(
            "dispatch",
            "dispatch | 下单",
            ("ordered", "reopened", "returned", "supervised", "dispatched"),
            "dispatched",
            DISPATCHER,
            Dispatch,
            guards=(guards.NAMES_BODIES, guards.LEAD_AMONG_THEM, guards.NOT_ASKED_ALREADY),
            does=(
                _AFRESH,
                Promise("within"),
                Spawn("lead", Named("leads", _leads), "offered", "within"),
                Spawn("assist", Named("assists", _assists), "offered", "within"),
                TellRequester("dispatched", "“{title}” is being handled | “{title}”已派单办理"),
            ),
        ),
        Step(
            "take-up",
            "take up | 认领",
            ("ordered", "reopened"),
            "dispatched",
            PARTNER,
            does=(
                _AFRESH,
                Spawn("lead", Named("taker", _taker), "accepted"),
                TellRequester("taken-up", "“{title}” was taken up | “{title}”已被认领"),
            ),
            asks=False,
        ),
        Step(
            "finish",
            "all leading shares are done | 主办均已完成",
            "dispatched",
            "handled",
            BY_JOIN,
            does=(Stamp(), _DROP),
        ),
        Step(
            "come-back",
            "leading shares were returned | 主办退单",
            "dispatched",
            (
                Branch(guards.RETURNED_FIRST, "returned", (Count("returned"),)),
                Branch(CAN_CLIMB, "returned", (Climb(),)),
                Branch(ELSE, "returned"),
            ),
            BY_JOIN,
            does=(_DROP, Tell(DISPATCHER, "returned", "“{title}” came back | “{title}”已退回")),
        ),
        Step(
            "coordinate",
            "put to a coordination meeting | 提请协调会",
            ("ordered", "reopened", "returned", "supervised"),
            "coordinating",
            DISPATCHER,
            plan.Coordinate,
            (plan.HAS_COORDINATOR,),
            (
                Afresh((plan.SLOT,)),
                plan.CONVENED_BY_THE_UNIT,
                TellRequester("coordinating", "a meeting will be held on “{title}” | 将就“{title}”召开协调会"),
            ),
            asks=False,
        ),
        Step(
            "adopt-plan",
            "the plan is shared out | 按方案分工办理",
            "coordinating",
            "dispatched",
            BY_JOIN,
            does=(
                _AFRESH,
                Spawn("lead", Named("planned-leads", _planned_leads), "accepted"),
                Spawn("assist", Named("planned-assists", _planned_assists), "accepted"),
                Tell(DISPATCHER, "planned", "“{title}” is handled by its plan | “{title}”按方案办理"),
            ),
        ),
        Step(
            "end-coordination",
            "the meeting came to no plan | 协调未形成方案",
            "coordinating",
            "returned",
            BY_JOIN,
            does=(
                Count("returned"),
                Tell(DISPATCHER, "unplanned", "there is no plan for “{title}” | “{title}”未形成方案"),
            ),
        ),
        Step(
            "answer",
            "answer | 答复",
            _WAITING,
            "answered",
            DISPATCHER,
            Answer,
            does=(
                Stamp(keep=True),
                TellRequester("answered", "“{title}” was answered; please evaluate | “{title}”已答复，请评价"),
                CarryTo("duplicates", "answer-alike", Named("same-answer", _same_answer)),
            ),
            reads=(Linked("duplicates"),),
        ),
        Step(
            "evaluate",
            "evaluate | 评单",
            "answered",
            (
                Branch(RESOLVED, "closed"),
                Branch(guards.FIRST_TIME, "reopened", (Count("reopened"), Stamp(clear=True))),
                Branch(CAN_CLIMB, "ordered", (Climb(), Stamp(clear=True))),
                Branch(ELSE, "unresolved"),
            ),
            REQUESTER,
            Evaluate,
            guards=(FULL_RANGE,),
            does=(
                Keep(("resolved", "satisfied")),
                Stamp("evaluated"),
                Tell(DISPATCHER, "evaluated", "“{title}” was evaluated | “{title}”已评价"),
            ),
        ),
        Step(
            "withdraw",
            "withdraw | 撤回",
            (*_OPEN, "merged"),
            "withdrawn",
            REQUESTER,
            does=(_DROP, _NO_MEETING, CarryTo("duplicates", "open-again", Named("no-answer", _no_answer))),
            while_held=True,
            asks=False,
            reads=(Linked("duplicates"),),
        ),
        Step(
            "merge",
            "merge into another ticket | 并单",
            ("ordered", "reopened"),
            "merged",
            DISPATCHER,
            Merge,
            guards=(guards.OTHER_OPEN_MASTER, guards.SAME_UNIT, guards.NO_DUPLICATES),
            does=(
                Link("master", "master"),
                AS_DUPLICATE,
                CarryTo("master", "absorb", Named("duplicate", lambda s, _: Absorb(s.case.id))),
                TellRequester(
                    "merged", "“{title}” is handled together with an earlier order | “{title}”已与先前工单并案办理"
                ),
            ),
            asks=False,
            reads=(Linked("master", "master"), Linked("duplicates")),
        ),
        Step(
            "absorb",
            "answer for a duplicate | 并入重复工单",
            ("dispatched", "coordinating", *_WAITING),
            STAY,
            BY_RULE,
            Absorb,
            does=(Link("duplicates", "duplicate"),),
            while_held=True,
        ),
        Step(
            "answer-alike",
            "answer with the master | 随主单答复",
            "merged",
            "answered",
            BY_RULE,
            Answer,
            does=(TellRequester("answered", "“{title}” was answered; please evaluate | “{title}”已答复，请评价"),),
        ),
        Step(
            "open-again",
            "the master ended without an answer | 主单未答复即终结",
            "merged",
            "ordered",
            BY_RULE,
            Answer,
            does=(COUNTED, Tell(DISPATCHER, "ordered", "open again: “{title}” | 恢复待办：“{title}”")),
        ),
        Step(
            "hold",
            "put on hold | 挂账",
            ("ordered", "reopened", "returned", "handled"),
            STAY,
            DISPATCHER,
            HoldBack,
            does=(
                PutOnHold("unsolvable-now", "resume"),
                TellRequester("held", "“{title}” has to wait | “{title}”暂缓办理"),
            ),
            asks=False,
        ),
        Step(
            "resume",
            "resume | 恢复办理",
            ("ordered", "reopened", "returned", "handled"),
            STAY,
            AnyOf(DISPATCHER, BY_CLOCK),
            guards=(guards.IS_HELD,),
            does=(
                Lift("unsolvable-now"),
                TellRequester("resumed", "“{title}” is being handled again | “{title}”恢复办理"),
            ),
            while_held=True,
            asks=False,
        ),
        reminds(*_WAITING, who=DISPATCHER, text="“{title}” is waiting for you | “{title}”待您办理"),
        Step(
            "urge",
            "press for completion | 督促",
            ("dispatched", "coordinating"),
            STAY,
            BY_CLOCK,
            does=each_told(
                DISPATCHER, SUPERVISOR, topic="overdue", text="“{title}” is past its time | “{title}”已超时"
            ),
        ),
        Step(
            "escalate",
            "hand one level up | 升级",
            ("ordered", "reopened", "returned"),
            (Branch(CAN_CLIMB, "ordered", (Climb(),)), Branch(ELSE, "supervised")),
            BY_CLOCK,
            does=(Tell(SUPERVISOR, "escalated", "“{title}” was handed up to you | “{title}”已升级由您办理"),),
        ),
        Step(
            "pass-up",
            "hand the answer one level up | 答复升级",
            "handled",
            (Branch(CAN_CLIMB, "handled", (Climb(),)), Branch(ELSE, "supervised")),
            BY_CLOCK,
            does=(Tell(SUPERVISOR, "escalated", "“{title}” is yours to answer | “{title}”由您答复"),),
        ),
        *excluding("ordered", "dispatched", "reopened", "returned", "handled", "answered"),
        Step("lapse", "nobody evaluated | 逾期未评价", "answered", "unevaluated", BY_CLOCK),
    ),
    slots={"lead": "share", "assist": "share", plan.SLOT: MEETING.name},
)

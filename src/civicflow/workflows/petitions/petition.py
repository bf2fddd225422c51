"""A petition (信访事项): received, accepted by one responsible officer, answered, looked at again if asked, visited after settlement.

Source: Sichuan, Cangxi county: four visits (sweep, scheduled, with the case in hand, return visit after settlement: 走访摸排、约访、带案下访、
回访), three channels (monthly reception in the townships and towns, quarterly yard meeting in the villages and communities, a hotline
around the clock), one responsible officer (包案), run by the county's commission for discipline inspection and supervision.
Regulations on the Work of Petitions (信访工作条例, 2022), by article, at each limit in `Limits`.

Rules
-----
- Anybody petitions, alone or with others, by name or anonymously. Of many who come themselves five at most come as
  representatives (art. 20).
- Within 15 days it is accepted, and the petitioner learns so, or declined, and the petitioner learns where to turn (art. 22, 23). Whoever
  accepts it makes one officer responsible, and says what it repeats: repeats and skipped levels are recognised, counted, and never
  refused (see `recognising`).
- It is settled within 60 days; where it is complicated the head of the unit grants up to 30 days more, and the petitioner learns why
  (art. 34). The officer visits the petitioner, scheduled or with the case in hand.
- Who does not agree with the opinion asks the level above within 30 days to review it (复查), which takes 30 days at most (art. 35); and
  then once more the level above that (复核; art. 36). After that the same matter on the same grounds is closed (art. 36). An opinion that
  is not upheld goes back into handling.
- What is settled is visited once more (回访); if it is found not settled, it is handled again.
- The commission follows all of it: what nobody does in time is put before it, again and again, and it may instruct whoever is
  responsible at any time.
- Whoever petitions learns each change; an anonymous petitioner cannot. Who they are stands in private parts alone.

Ours: the reminders, the limits of the return visit, that a petitioner says whether it is resolved, and that an extension is granted once.
"""

from __future__ import annotations

from typing import Final

import attrs

from civicflow.calendars import TimeLimit
from civicflow.hierarchy.authority import ANYONE, BY_CLOCK, REQUESTER, AnyOf, Holder
from civicflow.workflows.engine.effects import Climb, Compute, Extend, Keep, Stamp
from civicflow.workflows.engine.flow import ELSE, NEW, STAY, Branch, Flow, Guard, Limit, Named, Span, State, Step
from civicflow.workflows.engine.matters import Link, Linked
from civicflow.workflows.engine.telling import Tell, TellRequester, each_told
from civicflow.workflows.entrusting import Entrust, in_charge, may_be_entrusted
from civicflow.workflows.evaluating import FULL_RANGE, RESOLVED, Evaluate
from civicflow.workflows.petitions.parts import (
    IN_PERSON,
    Accept,
    Answer,
    Ask,
    Call,
    Decline,
    HandOver,
    Instruct,
    Lodge,
    Opinion,
    Prolong,
    ReturnVisit,
)
from civicflow.workflows.petitions.recognising import recognised
from civicflow.workflows.pressing import CAN_CLIMB, SUPERVISED, escalates, reminds
from civicflow.workflows.reasons import HAS_REASON

HEAD: Final = Holder("secretary", "unit")
REGISTRAR: Final = AnyOf(Holder("clerk", "unit"), HEAD)
OWNER: Final = Holder("officer", "body")
COMMISSION: Final = Holder("officer", "commission")

MOST_REPRESENTATIVES: Final = 5
"""How many may come for many (Regulations on the Work of Petitions, art. 20)."""


@attrs.frozen(kw_only=True)
class Limits:
    """The time limits of a petition. Those with an article are of the Regulations on the Work of Petitions (2022); the rest are ours.

    Attributes:
        registered: accepted or declined, and the petitioner told (art. 22, 23).
        settled: answered, counted from acceptance (art. 34).
        extended: the most by which that is put off (art. 34).
        asked: how long the petitioner may ask for a review or a re-examination (art. 35, 36).
        reviewed: how long a review or a re-examination takes (art. 35, 36).
        visited: the return visit.
        reminders: before each of `registered`, `settled`, `reviewed` and `visited`, when it is reminded of.
        again: how often the commission hears of what is late.
    """

    registered: str = "15 days"
    settled: str = "60 days"
    extended: int = 30
    asked: str = "30 days"
    reviewed: str = "30 days"
    visited: str = "30 days"
    reminders: tuple[str, str, str, str] = ("10 days", "45 days", "20 days", "15 days")
    again: str = "5 workdays"


REGULATIONS: Final = Limits()
"""The limits of the Regulations, and ours beside them."""

OWNER_HERE = may_be_entrusted(OWNER)
IN_CHARGE = in_charge(OWNER)
REPRESENTED = Guard(
    "representatives",
    lambda s: (
        s.data.channel not in IN_PERSON or 1 <= s.data.representatives <= min(s.data.petitioners, MOST_REPRESENTATIVES)
    ),
    "of many who come themselves one to five come as representatives | 多人走访应推选代表，代表不超过5人",
    asks_data=True,
)
NAMES_NOBODY = Guard(
    "names-nobody",
    lambda s: not s.data.anonymous or not (s.data.names or s.data.phone),
    "an anonymous petition has neither names nor a telephone | 匿名信访不得登记姓名与电话",
    asks_data=True,
)
ON_THE_LINE = Guard(
    "lodged-at-or-above",
    lambda s: (
        s.data.origin is None
        or (s.data.origin in s.world.chart and s.case.unit in (s.data.origin, *s.world.chart.ancestors(s.data.origin)))
    ),
    "a petition is lodged where its matter is, or above | 信访应向事项所在地或其上级提出",
    asks_data=True,
)
EARLIER_PETITIONS = Guard(
    "earlier-petitions",
    lambda s: (
        len(set(s.data.previous)) == len(s.data.previous) == len(s.read("previous"))
        and all(m.root.id != s.case.id and m.root.flow_name == s.case.flow_name for m in s.read("previous"))
    ),
    "what is repeated has to be another petition, each named once | 所重复的须为另一信访事项，且不得重复填写",
    asks_data=True,
)
NOT_EXTENDED = Guard(
    "not-extended", lambda s: not s.case.data.get("extended"), "it was extended once already | 已延期一次"
)
UPHELD = Guard(
    "upheld", lambda s: bool(s.data.upheld), "the opinion does not stand | 原处理意见不予维持", asks_data=True
)
STAYS_SETTLED = Guard("stays-settled", lambda s: bool(s.data.settled), "it is not settled | 尚未化解", asks_data=True)

_TELLS: Final = AnyOf(HEAD, OWNER)


def _within(most: int) -> Guard:
    longest = TimeLimit(most, "days")
    return Guard(
        f"at-most-{most}-days",
        lambda s: s.data.within.unit == "days" and s.data.within.n <= longest.n,
        f"the extension is given in days, {most} at most | 延期以天计，最长{most}天",
        asks_data=True,
    )


def petition(limits: Limits = REGULATIONS, *, version: int = 1) -> Flow:
    """The flow, with the time limits of a place.

    Args:
        limits: the limits.
        version: of the flow; other limits call for another one.
    """
    first, later, reviewing, visiting = limits.reminders
    look = (Limit(reviewing, "remind"), Limit(limits.reviewed, "press", again=True))
    return Flow(
        "petition",
        version,
        "petition | 信访事项",
        (
            State("received", "received | 待受理", (Limit(first, "remind"), Limit(limits.registered, "escalate"))),
            SUPERVISED,
            State("handling", "being handled | 办理中"),
            State("overdue", "overdue | 逾期未办结", (Limit(limits.again, "press", again=True),)),
            State("answered", "answered | 已答复", (Limit(limits.asked, "rest"),)),
            State("reviewing", "under review | 复查中", look),
            State("reviewed", "reviewed | 已复查", (Limit(limits.asked, "rest"),)),
            State("re-examining", "being re-examined | 复核中", look),
            State(
                "to-visit",
                "to be visited | 待回访",
                (Limit(visiting, "remind"), Limit(limits.visited, "press", again=True)),
            ),
            State("settled", "settled | 已化解", final="settled"),
            State("closed", "closed after re-examination | 复核终结", final="closed"),
            State("declined", "not accepted | 不予受理", final="declined"),
            State("withdrawn", "withdrawn | 已撤回", final="withdrawn"),
        ),
        (
            *_steps_of_receiving(),
            *_steps_of_handling(limits.extended),
            *_steps_of_reviewing(),
            *_steps_of_pressing(),
        ),
        spans=(
            Span(
                "settlement",
                "settlement | 办结",
                "handling",
                (Limit(later, "remind"), Limit(limits.settled, "fall-overdue")),
            ),
        ),
        anchors=("commission",),
    )


def _steps_of_receiving() -> tuple[Step, ...]:
    return (
        Step(
            "lodge",
            "lodge | 提出信访",
            NEW,
            "received",
            ANYONE,
            Lodge,
            (REPRESENTED, NAMES_NOBODY, ON_THE_LINE),
            (
                Keep(("title", "category", "channel", "petitioners", "anonymous"), given=("origin",)),
                Tell(REGISTRAR, "petition", "a petition came in: “{title}” | 新的信访事项：“{title}”"),
            ),
        ),
        Step(
            "accept",
            "accept | 受理包案",
            ("received", "supervised"),
            "handling",
            REGISTRAR,
            Accept,
            (OWNER_HERE, EARLIER_PETITIONS),
            (
                Entrust(),
                Keep(("urgent",)),
                Link("previous", "previous"),
                Compute(Named("recognised", recognised)),
                Tell(OWNER, "entrusted", "you are responsible for “{title}” | “{title}”由您包案"),
                TellRequester("accepted", "“{title}” was accepted | “{title}”已受理"),
            ),
            reads=(Linked("previous", "previous"),),
        ),
        Step(
            "decline",
            "decline | 不予受理",
            ("received", "supervised"),
            "declined",
            REGISTRAR,
            Decline,
            (HAS_REASON,),
            (
                Keep(("reason", "instead")),
                TellRequester(
                    "declined", "“{title}” was not accepted; see where to turn | “{title}”不予受理，请按告知途径提出"
                ),
            ),
            asks=False,
        ),
        Step(
            "withdraw",
            "withdraw | 撤回",
            ("received", "supervised", "handling", "overdue", "answered", "reviewing", "reviewed", "re-examining"),
            "withdrawn",
            REQUESTER,
            does=(Tell(_TELLS, "withdrawn", "“{title}” was withdrawn | “{title}”已撤回"),),
            asks=False,
        ),
    )


def _steps_of_handling(most: int) -> tuple[Step, ...]:
    return (
        Step(
            "hand-over",
            "hand over | 更换包案人",
            ("handling", "overdue", "to-visit"),
            STAY,
            REGISTRAR,
            HandOver,
            (OWNER_HERE,),
            (
                Entrust(),
                Tell(OWNER, "entrusted", "you are responsible for “{title}” | “{title}”由您包案"),
                TellRequester("handed-over", "somebody else is responsible for “{title}” | “{title}”已更换包案人"),
            ),
            asks=False,
        ),
        Step(
            "call",
            "visit the petitioner | 约访、带案下访",
            ("handling", "overdue"),
            STAY,
            OWNER,
            Call,
            (IN_CHARGE,),
            (TellRequester("called", "you were visited about “{title}” | 已就“{title}”走访您"),),
            asks=False,
        ),
        Step(
            "extend",
            "extend | 延期",
            "handling",
            STAY,
            HEAD,
            Prolong,
            (NOT_EXTENDED, _within(most), HAS_REASON),
            (
                Extend("settlement"),
                Compute(Named("extended", lambda _: {"extended": True})),
                Tell(OWNER, "extended", "“{title}” may take longer | “{title}”已延期"),
                TellRequester("extended", "“{title}” takes longer | “{title}”办理期限已延长"),
            ),
            asks=False,
        ),
        Step(
            "answer",
            "answer | 出具处理意见",
            ("handling", "overdue"),
            "answered",
            OWNER,
            Answer,
            (IN_CHARGE,),
            (
                Keep(("solved",)),
                Stamp(),
                TellRequester("answered", "“{title}” was answered | “{title}”已出具处理意见"),
            ),
        ),
        Step(
            "evaluate",
            "evaluate | 评价",
            ("answered", "reviewed"),
            (Branch(RESOLVED, "to-visit"), Branch(ELSE, STAY)),
            REQUESTER,
            Evaluate,
            (FULL_RANGE,),
            (
                Keep(("resolved",), given=("satisfied",)),
                Stamp("evaluated"),
                Tell(OWNER, "evaluated", "“{title}” was evaluated | “{title}”已评价"),
            ),
        ),
        Step(
            "return-visit",
            "visit after settlement | 回访",
            "to-visit",
            (
                Branch(STAYS_SETTLED, "settled"),
                Branch(ELSE, "handling", (Stamp(clear=True),)),
            ),
            OWNER,
            ReturnVisit,
            (IN_CHARGE, FULL_RANGE),
            (
                Keep((), given=("satisfied",)),
                Stamp("evaluated", keep=True),
                TellRequester("visited", "“{title}” was looked at again | “{title}”已回访"),
            ),
        ),
    )


def _steps_of_reviewing() -> tuple[Step, ...]:
    return tuple(
        step
        for asks, ask, of, to, does, done, ends in (
            (
                "request-review",
                "ask for a review | 申请复查",
                "answered",
                "reviewing",
                "review",
                "review | 复查",
                "reviewed",
            ),
            (
                "request-re-examination",
                "ask for a re-examination | 申请复核",
                "reviewed",
                "re-examining",
                "re-examine",
                "re-examine | 复核",
                "closed",
            ),
        )
        for step in (
            Step(
                asks,
                ask,
                of,
                to,
                REQUESTER,
                Ask,
                (CAN_CLIMB,),
                (
                    Climb(),
                    Tell(HEAD, asks, "the opinion on “{title}” is to be looked at | “{title}”处理意见待复查复核"),
                ),
                asks=False,
            ),
            Step(
                does,
                done,
                to,
                (Branch(UPHELD, ends), Branch(ELSE, "handling", (Stamp(clear=True),))),
                HEAD,
                Opinion,
                (),
                (
                    Tell(OWNER, does, "the opinion on “{title}” was looked at | “{title}”处理意见已复查复核"),
                    TellRequester(does, "the opinion on “{title}” was looked at | “{title}”处理意见已复查复核"),
                ),
            ),
        )
    )


def _steps_of_pressing() -> tuple[Step, ...]:
    return (
        Step(
            "instruct",
            "instruct | 督办",
            ("received", "supervised", "handling", "overdue", "reviewing", "re-examining", "to-visit"),
            STAY,
            COMMISSION,
            Instruct,
            does=(
                Tell(_TELLS, "instructed", "the commission wrote about “{title}” | 纪委监委对“{title}”提出督办意见"),
                TellRequester("instructed", "the commission looks after “{title}” | 纪委监委已督办“{title}”"),
            ),
            asks=False,
        ),
        reminds(
            "received",
            SUPERVISED.name,
            "handling",
            "reviewing",
            "re-examining",
            "to-visit",
            who=_TELLS,
            text="“{title}” is waiting for you | “{title}”待您办理",
        ),
        escalates(
            "received",
            text="“{title}” was not accepted in time | “{title}”逾期未受理",
            supervisor=COMMISSION,
            who=REGISTRAR,
            told="“{title}” was not accepted in time | “{title}”逾期未受理",
        ),
        Step(
            "fall-overdue",
            "fall overdue | 逾期",
            "handling",
            "overdue",
            BY_CLOCK,
            does=each_told(COMMISSION, _TELLS, topic="overdue", text="“{title}” is overdue | “{title}”逾期未办结"),
        ),
        Step(
            "press",
            "press | 催办督办",
            ("overdue", "reviewing", "re-examining", "to-visit"),
            STAY,
            BY_CLOCK,
            does=each_told(COMMISSION, _TELLS, topic="pressed", text="“{title}” is late | “{title}”已逾期"),
        ),
        Step(
            "rest",
            "nobody asked for a review | 逾期未申请复查复核",
            ("answered", "reviewed"),
            "to-visit",
            BY_CLOCK,
            does=(Tell(OWNER, "visit", "please visit the petitioner of “{title}” | 请回访“{title}”信访人"),),
        ),
    )


PETITION: Final = petition()
"""The petition under the Regulations."""

"""Mediation of a dispute among residents (矛盾纠纷调解), 4+A.

Source: Zhengzhou, Shangjie district: the head of the community (the director of its residents' committee), police officer, mediator
and grid leader, plus volunteers, mediate in three ways, at the door, by one responsible officer for one case, and tracked until
resolved (上门、包案、跟踪化解); small disputes stay in the compound, large ones in the community. People's Mediation Law of China
(人民调解法, 2010): parties may apply (art. 17); where they do not agree they are told of arbitration, administration and court (art. 26);
who agrees orally needs no document, the mediator writes it down (art. 28); a written agreement takes effect when the parties and the
mediator have signed (art. 29); the committee sees to it that it is kept (art. 31). Rules on the Work of People's Mediation
(人民调解工作若干规定, 2002), art. 33: generally within a month.

Rules
-----
- A dispute begins in the lowest area that it fits: a compound, or the community where it spans several (or where the register has
  nothing below the community). The secretary there hands it to one mediator, who is responsible for it until it ends (包案).
  Whoever takes over their post takes over their cases.
- A *large* dispute is taken on in the community at the lowest.
- It climbs one level at a time, each time for a reason, and is taken on anew there; no step skips a level.
- In each session the four are there by their post in the register, at the dispute's unit or above, or are excused with a reason; the
  mediator cannot be. Volunteers come beside. Where the way is the door, sessions are held at the door.
- An agreement follows a session. A written one has its text or an attachment, and is signed by each party; an oral one is
  written down by the mediator. A new one is a new version; all of them stay.
- Then the mediator visits: once, three times where the dispute is tracked. Each visit that finds the agreement kept starts the clock
  again; one that finds it broken, or a requester who says that it is not resolved, takes the dispute back to mediation.
- It ends agreed and kept; or not agreed and referred to court, arbitration or administration; or withdrawn.
- Whoever applied learns each change. Who the parties are stands in private parts alone.

Ours: who takes it on, that large means so by the secretary's word, the number of visits, every time limit but the month, and that the
limits remind first and then put the dispute under supervision.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from civicflow.hierarchy.authority import ANYONE, BY_CLOCK, REQUESTER, AnyOf, Holder
from civicflow.workflows.engine.effects import Climb, Compute, Count, Keep, Stamp
from civicflow.workflows.engine.flow import ELSE, NEW, STAY, Branch, Flow, Guard, Limit, Named, Span, State, Step
from civicflow.workflows.engine.situation import Situation
from civicflow.workflows.engine.telling import Tell, TellRequester, each_told
from civicflow.workflows.entrusting import Entrust, Release, in_charge, is_in_charge, is_on_the_line, may_be_entrusted
from civicflow.workflows.evaluating import FULL_RANGE, RESOLVED, Evaluate
from civicflow.workflows.mediation.parts import FOUR, Agree, Apply, HandUp, Refer, Session, TakeOn, Visit
from civicflow.workflows.pressing import CAN_CLIMB, SUPERVISED, SUPERVISOR, escalates, reminds, waits
from civicflow.workflows.reasons import HAS_REASON

SECRETARY: Final = Holder("secretary", "unit")
MEDIATOR: Final = Holder("mediator", "body")

VISITS: Final[Mapping[str, int]] = MappingProxyType({"door": 1, "case-officer": 1, "tracked": 3})
"""How many visits in a row have to find the agreement kept, by the way of mediation."""

COMMUNITY: Final = frozenset({"community", "village"})
"""The levels in which a large dispute is taken on at the lowest."""


# -- conditions --------------------------------------------------------------------------------------------------------


def _begins_low(situation: Situation) -> bool:
    chart, here = situation.world.chart, situation.case.unit
    below = [] if here is None else [unit for unit in chart.children(here) if chart.area_of(unit) == unit]
    return not below or bool(situation.data.across)


def _holds_large(situation: Situation) -> bool:
    case = situation.case
    if not situation.data.large or case.data.get("climbed") or case.data.get("across") or case.unit is None:
        return True
    return situation.world.chart.area(case.unit).level in COMMUNITY


def _composed(situation: Situation) -> bool:
    seats = situation.data.seats
    return sorted(seat.post for seat in seats) == sorted(FOUR) and all(
        bool(seat.excused)
        if seat.unit is None
        else is_on_the_line(situation, seat.unit) and bool(situation.world.chart.holders(seat.post, seat.unit))
        for seat in seats
    )


def _signed(given: Agree, parties: int) -> bool:
    return given.form == "oral" or len({name.strip() for name in given.signatures if name.strip()}) == parties


BEGINS_LOW = Guard(
    "begins-low",
    _begins_low,
    "a dispute begins in the compound; raise it there, or say why it spans several | 纠纷应从楼院起调，或说明跨楼院的理由",
    asks_data=True,
)
LARGE_IN_COMMUNITY = Guard(
    "large-in-community",
    _holds_large,
    "a large dispute is taken on in the community; hand it up | 重大纠纷应由社区受理，请上报",
    asks_data=True,
)
MEDIATES_HERE = may_be_entrusted(MEDIATOR)
IN_CHARGE = in_charge(MEDIATOR)
SECRETARY_OR_IN_CHARGE = Guard(
    "secretary-or-in-charge",
    lambda s: s.actor.post == SECRETARY.post or is_in_charge(s, MEDIATOR.post),
    "another mediator is responsible for this dispute | 此件由另一名调解员包案",
)
COMPOSED = Guard(
    "four-there",
    _composed,
    "each of director, police officer, mediator and grid leader is there by a post held here or above, or excused with a reason"
    " | 社区主任、民警、调解员、网格长须各有本级或上级在任者到场，或说明缺席原因",
    asks_data=True,
)
MEDIATOR_THERE = Guard(
    "mediator-there",
    lambda s: any(seat.post == MEDIATOR.post and seat.unit is not None for seat in s.data.seats),
    "there is no session without the mediator | 调解员不得缺席",
    asks_data=True,
)
AT_THE_DOOR = Guard(
    "at-the-door",
    lambda s: s.data.venue == "door" or s.case.data.get("way") != "door",
    "this dispute is mediated at the door | 此件为上门调解",
    asks_data=True,
)
MET = Guard("session-held", lambda s: bool(s.case.data.get("met")), "no session has been held yet | 尚未召开调解会")
HAS_TEXT = Guard(
    "has-text",
    lambda s: bool(s.data.terms or s.data.document),
    "an agreement has its text, or an attachment | 调解协议须有文本或附件",
    asks_data=True,
)
SIGNED = Guard(
    "signed",
    lambda s: _signed(s.data, s.case.data["parties"]),
    "a written agreement is signed by each party, once | 书面协议须由各方当事人签名",
    asks_data=True,
)
BROKEN = Guard("broken", lambda s: not s.data.kept, "the agreement is kept | 协议得到履行", asks_data=True)
LAST_VISIT = Guard(
    "last-visit",
    lambda s: s.case.data.get("kept", 0) + 1 >= VISITS[s.case.data["way"]],
    "more visits follow | 尚需继续回访",
)


# -- what is kept ------------------------------------------------------------------------------------------------------


def _agreement(situation: Situation) -> dict[str, Any]:
    """The newest version of the agreement, as the public may see it; the visits begin anew."""
    return {"agreement": {"form": situation.data.form, "document": situation.data.document}, "kept": 0}


_OPEN: Final = ("raised", "mediating", "supervised", "agreed")

DISPUTE: Final = Flow(
    "dispute",
    1,
    "mediation of a dispute | 纠纷调解",
    (
        State("raised", "raised | 待受理", waits()),
        State("mediating", "being mediated | 调解中", (Limit("5 workdays", "remind"),)),
        SUPERVISED,
        State(
            "agreed",
            "agreed, to be visited | 已达成协议，待回访",
            (Limit("7 days", "call-for-visit"), Limit("14 days", "press-for-visit", again=True)),
        ),
        State("settled", "agreed and kept | 已化解", final="agreed"),
        State("referred", "not agreed, referred | 调解不成，已引导", final="referred"),
        State("withdrawn", "withdrawn | 已撤回", final="withdrawn"),
    ),
    (
        Step(
            "apply",
            "apply for mediation | 申请调解",
            NEW,
            "raised",
            ANYONE,
            Apply,
            (BEGINS_LOW,),
            (
                Keep(("title", "category", "parties"), given=("across",)),
                Tell(SECRETARY, "dispute", "a dispute was raised: “{title}” | 新的纠纷：“{title}”"),
            ),
        ),
        Step(
            "take-on",
            "take on | 受理包案",
            ("raised", "mediating", "supervised"),
            "mediating",
            SECRETARY,
            TakeOn,
            (MEDIATES_HERE, LARGE_IN_COMMUNITY),
            (
                Entrust(),
                Keep(("way", "large")),
                Tell(MEDIATOR, "entrusted", "you are responsible for “{title}” | “{title}”由您包案调解"),
                TellRequester("taken-on", "a mediator is responsible for “{title}” | “{title}”已由调解员包案"),
            ),
        ),
        Step(
            "meet",
            "hold a session | 召开调解会",
            ("mediating", "supervised"),
            "mediating",
            MEDIATOR,
            Session,
            (IN_CHARGE, COMPOSED, MEDIATOR_THERE, AT_THE_DOOR),
            (
                Compute(Named("met", lambda _: {"met": True})),
                TellRequester("session", "a session on “{title}” was held | “{title}”已召开调解会"),
            ),
        ),
        Step(
            "agree",
            "record the agreement | 达成协议",
            ("mediating", "supervised", "agreed"),
            "agreed",
            MEDIATOR,
            Agree,
            (IN_CHARGE, MET, HAS_TEXT, SIGNED),
            (
                Compute(Named("agreement", _agreement)),
                Stamp(),
                TellRequester("agreed", "an agreement on “{title}” was reached | “{title}”已达成调解协议"),
            ),
            asks=False,
        ),
        Step(
            "visit",
            "visit | 回访",
            "agreed",
            (
                Branch(BROKEN, "mediating", (Stamp(clear=True),)),
                Branch(LAST_VISIT, "settled", (Count("kept"),)),
                Branch(ELSE, "agreed", (Count("kept"),)),
            ),
            MEDIATOR,
            Visit,
            (IN_CHARGE,),
            (TellRequester("visited", "“{title}” was looked at again | “{title}”已回访"),),
        ),
        Step(
            "evaluate",
            "evaluate | 评价",
            "agreed",
            (Branch(RESOLVED, STAY), Branch(ELSE, "mediating", (Stamp(clear=True),))),
            REQUESTER,
            Evaluate,
            (FULL_RANGE,),
            (
                Keep(("resolved", "satisfied")),
                Stamp("evaluated"),
                Tell(MEDIATOR, "evaluated", "“{title}” was evaluated | “{title}”已评价"),
            ),
            asks=False,
        ),
        Step(
            "hand-up",
            "hand one level up | 上报一级",
            ("raised", "mediating", "supervised"),
            "raised",
            AnyOf(SECRETARY, MEDIATOR),
            HandUp,
            (SECRETARY_OR_IN_CHARGE, HAS_REASON, CAN_CLIMB),
            (
                Climb(),
                Release(),
                Count("climbed"),
                Tell(SECRETARY, "handed-up", "“{title}” was handed up to you | “{title}”已上报由您受理"),
                TellRequester("handed-up", "“{title}” was handed one level up | “{title}”已上报一级"),
            ),
            asks=False,
        ),
        Step(
            "refer",
            "refer elsewhere | 引导其他途径",
            ("raised", "mediating", "supervised"),
            "referred",
            AnyOf(SECRETARY, MEDIATOR),
            Refer,
            (SECRETARY_OR_IN_CHARGE, HAS_REASON),
            (
                Keep(("to", "reason")),
                Stamp(),
                TellRequester("referred", "“{title}” was referred elsewhere | “{title}”已引导其他途径解决"),
            ),
            asks=False,
        ),
        Step(
            "withdraw",
            "withdraw | 撤回",
            _OPEN,
            "withdrawn",
            REQUESTER,
            does=each_told(SECRETARY, MEDIATOR, topic="withdrawn", text="“{title}” was withdrawn | “{title}”已撤回"),
            asks=False,
        ),
        reminds(
            "raised",
            "mediating",
            SUPERVISED.name,
            who=AnyOf(SECRETARY, MEDIATOR),
            text="“{title}” is waiting for you | “{title}”待您办理",
        ),
        escalates(
            "raised",
            "mediating",
            text="“{title}” is past its time | “{title}”已超时",
            who=AnyOf(SECRETARY, MEDIATOR),
            told="“{title}” is past its time | “{title}”已超时",
        ),
        Step(
            "call-for-visit",
            "call for a visit | 提示回访",
            "agreed",
            STAY,
            BY_CLOCK,
            does=(Tell(MEDIATOR, "visit", "please visit the parties of “{title}” | 请回访“{title}”当事人"),),
        ),
        Step(
            "press-for-visit",
            "press for a visit | 督促回访",
            "agreed",
            STAY,
            BY_CLOCK,
            does=each_told(
                MEDIATOR, SUPERVISOR, topic="visit-late", text="the visit for “{title}” is late | “{title}”回访已超时"
            ),
        ),
    ),
    spans=(Span("settlement", "settlement | 调结", "mediating", (Limit("30 days", "escalate"),)),),
)

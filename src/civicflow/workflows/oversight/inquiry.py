"""An inquiry (质询): the supervisory board or the discipline line asks about a matter, and may have it stand still.

Source: Chengdu, Shuangliu, Gongxing subdistrict: beside a council stands a supervisory board (监事会), which follows the whole
course; and a discipline line of three levels: the subdistrict's working committee, the committee of the village or community,
the integrity monitor of the group.

Rules
-----
- A supervisor of the board or an officer of the discipline line asks about a matter that has not ended. What they see is the
  matter itself: the board is named where the matter begins, so that it reads every entry from the first day.
- **Nobody supervises himself**: who asks, suspends or lets go on has not raised the matter, holds no post in a body that has a
  part in it, nor is secretary or treasurer of its area.
- The body that is asked answers within five working days, else the inquiry goes one level up the line; so it does where whoever
  asked is not satisfied. On the highest level it stays until there is an answer.
- The officer of the level that the inquiry has reached, or the board, may suspend the matter
  (`civicflow.workflows.suspending`): no vote, no award, no payment, and its clocks stand. Only the officer of that level lets
  it go on before its time is over; one who hands it up leaves that to the level above.
- An answer that nobody takes further within five working days settles the inquiry.

Ours: the words question, suspend and resume, the time limits, and that an inquiry climbs.
"""

from __future__ import annotations

from typing import Final

import attrs

from civicflow.calendars import TimeLimit, time_limit
from civicflow.hierarchy.authority import BY_CLOCK, REQUESTER, AnyOf, Holder
from civicflow.ids import UnitId
from civicflow.workflows.engine.effects import Climb, HandTo, Keep
from civicflow.workflows.engine.flow import ELSE, NEW, STAY, Branch, Flow, Guard, Kept, Limit, Named, State, Step
from civicflow.workflows.engine.matters import CarryTo, Link, Linked
from civicflow.workflows.engine.records import Case, Matter
from civicflow.workflows.engine.situation import Situation
from civicflow.workflows.engine.telling import Tell, TellRequester
from civicflow.workflows.engine.validators import said
from civicflow.workflows.pressing import reminds
from civicflow.workflows.suspending import Resume, Suspend, is_suspended

LINE_POSTS: Final = ("inspector", "integrity-monitor")
"""The posts of the discipline line: of a committee's body, and of a residents' group."""

OFFICER: Final = AnyOf(*(Holder(post, "unit") for post in LINE_POSTS))
"""The officer of the discipline line on the level that the inquiry has reached."""

BOARD: Final = Holder("supervisor", "board")
ANSWERER: Final = AnyOf(*(Holder(post, "body") for post in ("secretary", "chair", "delegate", "officer")))
"""Who answers for the body that is asked."""

OVERSEERS: Final = frozenset({*LINE_POSTS, BOARD.post})
"""The posts of oversight itself: an integrity monitor may have a seat beside the body that they watch."""

SECRETARY_OR_TREASURER: Final = frozenset({"secretary", "treasurer"})


@attrs.frozen(kw_only=True)
class Ask:
    """A question about a matter.

    Attributes:
        title: the public headline.
        of: the id of the matter.
        to: the body that has to answer.
        question: public.
    """

    title: str = attrs.field(validator=said)
    of: str
    to: UnitId
    question: str = attrs.field(validator=said)


@attrs.frozen
class Reply:
    """The answer.

    Attributes:
        answer: public.
    """

    answer: str = attrs.field(validator=said)


@attrs.frozen
class Insist:
    """Why the answer does not do.

    Attributes:
        reason: public.
    """

    reason: str = attrs.field(validator=said)


@attrs.frozen(kw_only=True)
class Stop:
    """Why the matter has to stand still, and for how long at the most.

    Attributes:
        reason: public.
        within: counted from now, for instance ``"30 days"``.
    """

    reason: str = attrs.field(validator=said)
    within: TimeLimit = attrs.field(converter=time_limit)


@attrs.frozen
class Release:
    """Why the matter may go on.

    Attributes:
        finding: what the inquiry came to, public.
    """

    finding: str = attrs.field(validator=said)


def parts_in(matter: Case) -> frozenset[str]:
    """The bodies that have a part in a matter and so do not oversee it: all that it names but its supervisory board."""
    named = {unit for name, unit in matter.anchors.items() if name != "board"}
    return frozenset(named | ({matter.body} if matter.body else set()))


def _overseen(situation: Situation) -> Case | None:
    return next((matter.root for matter in situation.read("of")), None)


def _is_another_s(situation: Situation) -> bool:
    matter, person, chart = _overseen(situation), situation.actor.person, situation.world.chart
    if matter is None or person is None:
        return True
    if person == matter.requester:
        return False
    parts = parts_in(matter)
    return not any(
        post.unit in parts or (post.name in SECRETARY_OR_TREASURER and chart.area_of(post.unit) == matter.unit)
        for _, post in chart.appointments(person)
        if post.name not in OVERSEERS
    )


def _goes_on(situation: Situation) -> bool:
    matter = _overseen(situation)
    return matter is not None and not matter.outcome


def _line_above(situation: Situation) -> bool:
    above, chart = situation.above, situation.world.chart
    return above is not None and any(chart.seats(above, post) for post in LINE_POSTS)


def _suspend(situation: Situation, _: Matter) -> Suspend:
    return Suspend(inquiry=situation.case.id, within=situation.data.within, reason=situation.data.reason)


def _resume(situation: Situation, matter: Matter) -> Resume | None:
    return Resume(situation.case.id) if is_suspended(matter.root) else None


NOT_ONESELF: Final = Guard(
    "not-oneself",
    _is_another_s,
    "nobody supervises himself: you raised the matter, or hold a post that has a part in it"
    " | 不得自己监督自己：您是该事项提出人，或在其相关单位任职",
    asks_data=True,
)
GOES_ON: Final = Guard(
    "goes-on",
    _goes_on,
    "what is asked about is a matter that has not ended; name it by its id | 质询对象须为尚未办结的事项",
    asks_data=True,
)
MAY_STAND_STILL: Final = Guard(
    "may-stand-still",
    lambda s: all("suspend" in s.world.flows.rules(m.root.flow).plans[m.root.state] for m in s.read("of")),
    "the flow of that matter knows no suspension | 该类事项的流程不设中止",
)
NOT_YET_STILL: Final = Guard(
    "not-yet-still",
    lambda s: not any(m.root.holds for m in s.read("of")),
    "the matter stands still already | 该事项已处于中止或挂起状态",
)
LINE_ABOVE: Final = Guard(
    "line-above", _line_above, "the discipline line has no level above this one | 监督执纪层级中没有更高一级"
)
STANDS_STILL: Final = Guard(
    "stands-still", lambda s: s.case.state == "suspending", "the matter is not suspended | 该事项未被中止"
)
_READS_MATTER: Final = (Linked("of"),)
_OPEN: Final = ("asked", "answered", "pressed")
_UP: Final = (
    Climb(),
    Tell(OFFICER, "inquiry", "an inquiry came up to you: “{title}” | 质询“{title}”已上报至您"),
)

INQUIRY: Final = Flow(
    "inquiry",
    1,
    "inquiry | 监督质询",
    (
        State("asked", "to be answered | 待答复", (Limit("3 workdays", "remind"), Limit("5 workdays", "climb"))),
        State(
            "pressed",
            "unanswered on the highest level | 最高层级仍未答复",
            (Limit("2 workdays", "remind", again=True),),
        ),
        State("answered", "answered | 已答复", (Limit("5 workdays", "settle"),)),
        State(
            "suspending",
            "the matter is suspended | 已中止相关事项",
            (
                Limit("5 workdays", "urge", again=True),
                Limit(Kept("within", "when the suspension is over | 中止期满"), "lapse"),
            ),
        ),
        State("settled", "settled | 已了结", final="settled"),
        State("released", "the matter goes on | 已恢复相关事项", final="released"),
        State("lapsed", "the suspension is over | 中止期满", final="lapsed"),
        State("withdrawn", "withdrawn | 已撤回", final="withdrawn"),
    ),
    (
        Step(
            "ask",
            "ask | 质询",
            NEW,
            "asked",
            AnyOf(BOARD, OFFICER),
            Ask,
            (GOES_ON, NOT_ONESELF),
            (
                Keep(("title", "question")),
                HandTo("to"),
                Link("of", "of"),
                Tell(ANSWERER, "inquiry", "please answer: “{title}” | 请答复质询：“{title}”"),
                Tell(OFFICER, "inquiry", "an inquiry was made: “{title}” | 已提出质询：“{title}”"),
            ),
            reads=(Linked("of", "of"),),
        ),
        Step(
            "answer",
            "answer | 答复",
            (*_OPEN, "suspending"),
            (Branch(STANDS_STILL, STAY), Branch(ELSE, "answered")),
            ANSWERER,
            Reply,
            does=(
                Keep(("answer",)),
                TellRequester("answered", "“{title}” was answered | “{title}”已答复"),
                Tell(OFFICER, "answered", "“{title}” was answered | “{title}”已答复"),
            ),
        ),
        Step(
            "insist",
            "insist | 不予认可",
            "answered",
            (Branch(LINE_ABOVE, "asked", _UP), Branch(ELSE, "pressed")),
            AnyOf(REQUESTER, OFFICER),
            Insist,
            does=(Tell(ANSWERER, "insisted", "the answer to “{title}” does not do | 对“{title}”的答复未获认可"),),
            asks=False,
        ),
        Step(
            "settle",
            "settle | 了结",
            "answered",
            "settled",
            AnyOf(REQUESTER, OFFICER, BY_CLOCK),
            does=(Tell(ANSWERER, "settled", "“{title}” is settled | “{title}”已了结"),),
        ),
        Step(
            "climb",
            "hand one level up | 逾期上报",
            "asked",
            (Branch(LINE_ABOVE, "asked", _UP), Branch(ELSE, "pressed")),
            BY_CLOCK,
            does=(Tell(ANSWERER, "overdue", "“{title}” is unanswered | “{title}”逾期未答复"),),
        ),
        Step(
            "suspend",
            "suspend the matter | 中止相关事项",
            _OPEN,
            "suspending",
            AnyOf(OFFICER, BOARD),
            Stop,
            (GOES_ON, NOT_ONESELF, MAY_STAND_STILL, NOT_YET_STILL),
            (
                Keep(("within", "reason")),
                CarryTo("of", "suspend", Named("suspend", _suspend)),
                Tell(ANSWERER, "suspended", "the matter of “{title}” is suspended | “{title}”所涉事项已中止"),
            ),
            asks=False,
            reads=_READS_MATTER,
        ),
        Step(
            "hand-up",
            "hand up | 上报",
            "suspending",
            STAY,
            AnyOf(OFFICER, BOARD),
            guards=(LINE_ABOVE,),
            does=_UP,
            asks=False,
        ),
        Step(
            "release",
            "let the matter go on | 恢复相关事项",
            "suspending",
            "released",
            OFFICER,
            Release,
            (NOT_ONESELF,),
            (
                Keep(("finding",)),
                CarryTo("of", "resume", Named("resume", _resume)),
                TellRequester("released", "the matter of “{title}” goes on | “{title}”所涉事项已恢复"),
            ),
            reads=_READS_MATTER,
        ),
        Step(
            "lapse",
            "the suspension is over | 中止期满",
            "suspending",
            "lapsed",
            BY_CLOCK,
            does=(TellRequester("lapsed", "the suspension of “{title}” is over | “{title}”中止期满"),),
        ),
        Step(
            "withdraw",
            "withdraw | 撤回",
            _OPEN,
            "withdrawn",
            REQUESTER,
            does=(Tell(ANSWERER, "withdrawn", "“{title}” was withdrawn | “{title}”已撤回"),),
            asks=False,
        ),
        reminds("asked", "pressed", who=ANSWERER, text="“{title}” waits for your answer | “{title}”待您答复"),
        Step(
            "urge",
            "press | 督促",
            "suspending",
            STAY,
            BY_CLOCK,
            does=(Tell(OFFICER, "reminder", "a matter stands still: “{title}” | 所涉事项仍在中止：“{title}”"),),
        ),
    ),
    anchors=("board",),
)
"""Its unit is the area of the level that it has reached; its body the one that has to answer."""

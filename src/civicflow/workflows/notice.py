"""Public notice (公示) as a stage: a resolution hangs for a week, and residents may object.

Source: Chengdu, residents' group councils: the resolution hangs in the compound for a week, then goes to the community.
Objections and their answers are ours.

Rules
-----
- While it hangs, anybody may object. Each objection is answered by the secretary of the unit, or upheld.
- An objection that is upheld sends the resolution back. The notice is cleared when its time is over and every objection
  is answered, whichever comes last.
"""

from __future__ import annotations

import attrs

from civicflow.hierarchy.authority import ANYONE, BY_CLOCK, BY_JOIN, BY_RULE, Holder
from civicflow.workflows.engine.children import Drop, Opening, Spawn
from civicflow.workflows.engine.flow import ELSE, NEW, STAY, Branch, Flow, Guard, Join, Limit, Named, State, Step
from civicflow.workflows.engine.joins import Every, First
from civicflow.workflows.engine.situation import Situation
from civicflow.workflows.engine.telling import Tell, TellRequester
from civicflow.workflows.pressing import SUPERVISED, escalates, reminds, waits

SECRETARY = Holder("secretary", "unit")


@attrs.frozen
class Object:
    """An objection.

    Attributes:
        text: what is objected, public.
    """

    text: str


@attrs.frozen
class AnswerObjection:
    """The answer to an objection.

    Attributes:
        text: the answer, public.
    """

    text: str


OBJECTION = Flow(
    "objection",
    1,
    "objection | 异议",
    (
        State("raised", "raised | 已提出", waits("2 workdays", "5 workdays")),
        SUPERVISED,
        State("answered", "answered | 已答复", final="answered"),
        State("upheld", "upheld | 异议成立", final="upheld"),
        State("dropped", "no longer needed | 不再需要", final="dropped"),
    ),
    (
        Step(
            "answer",
            "answer | 答复",
            ("raised", "supervised"),
            "answered",
            SECRETARY,
            AnswerObjection,
            does=(TellRequester("answered", "your objection to “{title}” was answered | 您对“{title}”的异议已答复"),),
        ),
        Step(
            "uphold",
            "uphold | 认定成立",
            ("raised", "supervised"),
            "upheld",
            SECRETARY,
            AnswerObjection,
            does=(TellRequester("upheld", "your objection to “{title}” was upheld | 您对“{title}”的异议成立"),),
            asks=False,
        ),
        reminds(
            "raised",
            SUPERVISED.name,
            who=SECRETARY,
            text="an objection to “{title}” waits for an answer | “{title}”有异议待答复",
        ),
        escalates("raised", text="an objection to “{title}” is unanswered | “{title}”的异议逾期未答复"),
        Step("drop", "no longer needed | 不再需要", ("raised", "supervised"), "dropped", BY_RULE),
    ),
    opened_in=("raised",),
)


def _objection(situation: Situation) -> list[Opening]:
    person = situation.actor.person
    return [Opening("objection", data={"text": situation.data.text}, requester=person)]


ALL_ANSWERED = Guard(
    "all-answered",
    lambda s: not s.has_open("objection"),
    "an objection is not answered yet | 尚有异议未答复",
    ended=("objection",),
)
_DROP = Drop(("objection",), "dropped")


def notice(*, within: str) -> Flow:
    """A public notice.

    Args:
        within: how long it hangs, for instance ``"7 days"``.
    """
    upheld = Join(("objection",), First("upheld"), "send-back")
    return Flow(
        "notice",
        1,
        "public notice | 公示",
        (
            State("posted", "on public notice | 公示中", (Limit(within, "end"),), (upheld,)),
            State(
                "contested",
                "objections to be answered | 异议待答复",
                (Limit("5 workdays", "remind", again=True),),
                (upheld, Join(("objection",), Every(), "clear")),
            ),
            State("cleared", "cleared | 公示无异议", final="cleared"),
            State("returned", "sent back | 已退回", final="upheld"),
        ),
        (
            Step("begin", "post | 张贴", NEW, "posted", BY_RULE),
            Step(
                "object",
                "object | 提出异议",
                "posted",
                STAY,
                ANYONE,
                Object,
                does=(
                    Spawn("objection", Named("objection", _objection), "raised"),
                    Tell(SECRETARY, "objection", "somebody objects to “{title}” | 有居民对“{title}”提出异议"),
                ),
                asks=False,
            ),
            Step(
                "end",
                "the notice is over | 公示期满",
                "posted",
                (Branch(ALL_ANSWERED, "cleared"), Branch(ELSE, "contested")),
                BY_CLOCK,
            ),
            Step(
                "clear", "every objection is answered | 异议均已答复", "contested", "cleared", BY_JOIN, while_held=True
            ),
            Step(
                "send-back",
                "an objection was upheld | 异议成立",
                ("posted", "contested"),
                "returned",
                BY_JOIN,
                does=(_DROP,),
                while_held=True,
            ),
            reminds(
                "contested", who=SECRETARY, text="objections to “{title}” wait for answers | “{title}”有异议待答复"
            ),
        ),
        slots={"objection": OBJECTION.name},
    )

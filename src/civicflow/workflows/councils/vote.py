"""A vote as a stage: called, open, counted.

Rules
-----
- Opening freezes the roll: whoever holds a seat then may vote, and the base of the majority is counted then. Whoever
  comes or goes later changes neither.
- One vote each. A ballot is a matter of its own that the voter's own step brings about, so a thousand may vote at once.
- Closing begins a new round, after which no ballot of the former one can be cast; only then is it counted. So no ballot
  is entered and not counted.
- The majority is exact (see `majority`), and its sentence goes into the minutes.
- A vote that nobody opens is reminded of, and lapses. The limits are ours, a default: a city sets its own.

Source: Chengdu, where a community council of 37 carries a proposal with two thirds or more of all members. It says who votes
and by what share. Ours beside the limits: the roll that is frozen, ballots as matters of their own, and that a round is closed
before it is counted.
"""

from __future__ import annotations

from typing import Any, Final, Literal

import attrs

from civicflow.errors import InvalidInput
from civicflow.hierarchy.authority import ANYONE, BY_CLOCK, BY_RULE, AnyOf, Holder, Who
from civicflow.texts import Text
from civicflow.workflows.councils.majority import Count, Majority
from civicflow.workflows.engine.effects import Anchor, Compute, Keep, Turn
from civicflow.workflows.engine.flow import ELSE, NEW, Branch, Flow, Guard, Limit, Named, State, Step
from civicflow.workflows.engine.matters import Brood
from civicflow.workflows.engine.records import Case
from civicflow.workflows.engine.situation import Situation
from civicflow.workflows.engine.telling import Tell
from civicflow.workflows.pressing import reminds

Choice = Literal["yes", "no", "abstain"]
_CHOICES: Final = ("yes", "no", "abstain")


def _is_choice(_: object, __: object, value: str) -> None:
    if value not in _CHOICES:
        msg = f"a vote is one of {', '.join(_CHOICES)}; got {value!r}"
        raise InvalidInput(msg)


@attrs.frozen
class CastVote:
    """One member's vote.

    Attributes:
        choice: ``yes``, ``no`` or ``abstain``.
    """

    choice: Choice = attrs.field(validator=_is_choice)


def _roll(parent: Case) -> dict[str, Any]:
    """The frozen roll of the vote that a case is in now."""
    held: dict[str, Any] = parent.data[parent.state.partition(".")[0]]
    return held


ON_THE_ROLL = Guard(
    "on-the-roll",
    lambda s: any(s.actor.person in _roll(m.root)["roll"] for m in s.read("parent")),
    "only those who held a seat when voting opened may vote | 表决开始时在任的成员方可投票",
)

BALLOT = Flow(
    "ballot",
    1,
    "ballot | 表决票",
    (State("cast", "cast | 已投", final="cast"),),
    (
        Step(
            "cast",
            "vote | 投票",
            NEW,
            "cast",
            # The seats are asked, yet the roll decides: whoever left a seat since may vote, their successor may not.
            AnyOf(Holder("delegate", "electorate"), ANYONE),
            CastVote,
            guards=(ON_THE_ROLL,),
            does=(Keep(("choice",)),),
        ),
    ),
    anchors=("electorate",),
)


def count_of(case: Case, stage: str, ballots: tuple[Case, ...]) -> Count:
    """How a vote came out, against the roll that its opening froze."""
    held = case.data[stage]
    cast = [ballot.data["choice"] for ballot in ballots]
    return Count(cast.count("yes"), cast.count("no"), cast.count("abstain"), held["seats"], len(held["roll"]))


def vote(stage: str, *, at: str, post: str, opener: Who, majority: Majority, within: str) -> Flow:
    """A vote of everybody who holds a post at a body.

    Args:
        stage: the stage's name in the composed flow; the case keeps roll and count under it.
        at: the anchor that is the body.
        post: the post whose holders vote.
        opener: who opens and closes.
        majority: what carries the question.
        within: how long voting lasts where nobody closes it, for instance ``"3 days"``.
    """

    def freeze(situation: Situation) -> dict[str, Any]:
        chart = situation.world.chart
        body = situation.case.anchors[at]
        return {stage: {"roll": list(chart.holders(post, body)), "seats": chart.seats(body, post)}}

    def result(situation: Situation) -> dict[str, Any]:
        ballots = tuple(matter.root for matter in situation.read("ballots"))
        count = count_of(situation.case, stage, ballots)
        said = majority.of(count)
        counted = attrs.asdict(count, filter=lambda a, _: a.name in _CHOICES)
        minutes = {"minutes": str(said.text), "needed": said.needed, "carried": said.reached}
        return {stage: {**situation.case.data[stage], **counted, **minutes}}

    def carried(situation: Situation) -> bool:
        ballots = tuple(matter.root for matter in situation.read("ballots"))
        return majority.of(count_of(situation.case, stage, ballots)).reached

    not_carried = Text(f"not carried: it takes {majority.text.en}", f"未{majority.text.zh}")
    rule = f"{'more than ' * majority.strict}{majority.num}/{majority.den} of {majority.base}"
    return Flow(
        stage,
        1,
        "vote | 表决",
        (
            State("called", "to be voted on | 待表决", (Limit("5 workdays", "remind"), Limit("20 workdays", "lapse"))),
            State("voting", "voting | 表决中", (Limit(within, "close"),), broods=("ballot",)),
            State("counting", "counting | 计票中", (Limit("0 hours", "count"),)),
            State("passed", "carried | 通过", final="passed"),
            State("failed", "not carried | 未通过", final="failed"),
            State("lapsed", "never voted on | 未表决", final="lapsed"),
        ),
        (
            Step("begin", "begin | 开始", NEW, "called", BY_RULE),
            Step(
                "open",
                "open the vote | 开始表决",
                "called",
                "voting",
                opener,
                does=(
                    Turn(),
                    Anchor("electorate", at),
                    Compute(Named(f"freeze-roll-of-{post}-at-{at}", freeze)),
                    Tell(Holder(post, at), "vote", "please vote on “{title}” | 请对“{title}”投票"),
                ),
            ),
            Step("close", "close the vote | 结束表决", "voting", "counting", AnyOf(opener, BY_CLOCK), does=(Turn(),)),
            Step(
                "count",
                "count | 计票",
                "counting",
                (Branch(Guard(rule, carried, not_carried), "passed"), Branch(ELSE, "failed")),
                BY_CLOCK,
                does=(
                    Compute(Named("count", result)),
                    Tell(Holder(post, at), "result", "the vote on “{title}” was counted | “{title}”表决结果已出"),
                ),
                reads=(Brood("ballots", back=1),),
            ),
            reminds("called", who=opener, text="“{title}” is to be voted on | “{title}”待表决"),
            Step("lapse", "nobody opened the vote | 逾期未表决", "called", "lapsed", BY_CLOCK),
        ),
        broods={"ballot": BALLOT.name},
        anchors=(at,),
    )

"""A vote as a stage: called, open, counted.

Rules
-----
- Opening freezes the roll: whoever holds a seat then may vote, and the base of the majority is counted then. Whoever
  comes or goes later changes neither.
- One vote each. A ballot is a matter of its own that the voter's own step brings about, so a thousand may vote at once.
- Closing begins a new round, after which no ballot of the former one can be cast; only then is it counted. So no ballot
  is entered and not counted.
- The rule is any of `civicflow.workflows.decisions`, exact, and its sentence goes into the minutes.
- A vote that nobody opens is reminded of, and lapses. The limits are ours, a default: a city sets its own.

Source: Chengdu, where a community council of 37 carries a proposal with two thirds or more of all members. It says who votes
and by what share. Ours beside the limits: the roll that is frozen, ballots as matters of their own, and that a round is closed
before it is counted.
"""

from __future__ import annotations

from typing import Any, Final

import attrs

from civicflow.hierarchy.authority import BY_CLOCK, BY_RULE, AnyOf, Holder, Who
from civicflow.ledger.canonical import plain
from civicflow.texts import Text
from civicflow.workflows.decisions.requirements import Requirement, Result
from civicflow.workflows.decisions.rules import Rule, rule_of
from civicflow.workflows.engine.effects import Anchor, Turn
from civicflow.workflows.engine.flow import ELSE, NEW, Branch, Flow, Guard, Limit, State, Step
from civicflow.workflows.engine.matters import Brood
from civicflow.workflows.engine.situation import Change, Situation
from civicflow.workflows.engine.telling import Tell
from civicflow.workflows.pressing import reminds
from civicflow.workflows.voting.ballots import BALLOT, CHOICES, count_of

BALLOTS: Final = "ballots"
"""The name under which the count reads the ballots of the round that was closed."""


@attrs.frozen
class FreezeRoll:
    """Freeze the roll: who holds a post at a body now, and how many seats it has.

    Attributes:
        stage: the vote's name; the case keeps its roll and count under it.
        post: whose post.
        at: the anchor that is the body.
    """

    stage: str
    post: str
    at: str

    def apply(self, situation: Situation, change: Change) -> None:
        """Note both."""
        chart, body = situation.world.chart, situation.case.anchors[self.at]
        change.data[self.stage] = {
            "roll": list(chart.holders(self.post, body)),
            "seats": chart.seats(body, self.post),
        }


@attrs.frozen
class Minute:
    """Count the ballots by a rule and keep the result with its sentence for the minutes.

    Attributes:
        stage: the vote's name.
        rule: the whole rule; it stands in the flow's digest.
    """

    stage: str
    rule: Rule

    def apply(self, situation: Situation, change: Change) -> None:
        """Note the numbers, what was needed, whether it is carried, and the sentence."""
        held = situation.case.data[self.stage]
        count = count_of(held, (matter.root for matter in situation.read(BALLOTS)))
        said = self.rule.of(count)
        change.data[self.stage] = {
            **held,
            **{choice: plain(getattr(count, choice)) for choice in CHOICES},
            **minutes(said),
        }


def minutes(said: Result) -> dict[str, Any]:
    """What of a result is kept."""
    return {
        "minutes": str(said.text),
        "needed": plain(said.needed),
        "missing": plain(said.missing),
        "carried": said.reached,
    }


def _carried(stage: str, rule: Rule) -> Guard:
    def test(situation: Situation) -> bool:
        held = situation.case.data[stage]
        return rule.of(count_of(held, (matter.root for matter in situation.read(BALLOTS)))).reached

    reason = Text(f"not carried: it takes {rule.text.en}", f"未通过，须{rule.text.zh}")
    return Guard(rule.name, test, reason)


def vote(stage: str, *, at: str, post: str, opener: Who, rule: Rule | Requirement, within: str) -> Flow:
    """A vote of everybody who holds a post at a body.

    Args:
        stage: the stage's name in the composed flow; the case keeps roll and count under it.
        at: the anchor that is the body.
        post: the post whose holders vote.
        opener: who opens and closes.
        rule: what carries the question; a requirement alone is a rule with the plainest policies.
        within: how long voting lasts where nobody closes it, for instance ``"3 days"``.
    """
    whole = rule_of(rule)
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
                    FreezeRoll(stage, post, at),
                    Tell(Holder(post, at), "vote", "please vote on “{title}” | 请对“{title}”投票"),
                ),
            ),
            Step("close", "close the vote | 结束表决", "voting", "counting", AnyOf(opener, BY_CLOCK), does=(Turn(),)),
            Step(
                "count",
                "count | 计票",
                "counting",
                (Branch(_carried(stage, whole), "passed"), Branch(ELSE, "failed")),
                BY_CLOCK,
                does=(
                    Minute(stage, whole),
                    Tell(Holder(post, at), "result", "the vote on “{title}” was counted | “{title}”表决结果已出"),
                ),
                reads=(Brood(BALLOTS, back=1),),
            ),
            reminds("called", who=opener, text="“{title}” is to be voted on | “{title}”待表决"),
            Step("lapse", "nobody opened the vote | 逾期未表决", "called", "lapsed", BY_CLOCK),
        ),
        broods={"ballot": BALLOT.name},
        anchors=(at,),
    )

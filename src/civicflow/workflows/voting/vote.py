"""A vote as a stage: called, open, counted.

Rules
-----
- Opening freezes the roll (see `rolls`). One vote each (see `ballots`).
- Closing begins a new round, after which no ballot of the former one can be cast; only then is it counted. So no ballot
  is entered and not counted.
- The rule is any of `civicflow.workflows.decisions`, exact, and its sentence goes into the minutes.
- A secret vote, and what lies in an urn, is told by one teller and confirmed by another; where they differ both begin anew
  (see `tallies`).
- Who closes before the time, what a tie does and whether a second vote follows is as the rule's policies say. A lot is drawn from
  a seed that is recorded.
- A vote that nobody opens is reminded of, and lapses. The limits are ours, a default: a city sets its own.

Source: Chengdu, where a community council of 37 carries a proposal with two thirds or more of all members. It says who votes
and by what share. Ours beside the limits: the roll that is frozen, ballots as matters of their own, that a round is closed
before it is counted, and that two tellers have to agree.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import attrs

from civicflow.errors import InvalidInput
from civicflow.hierarchy.authority import BY_CLOCK, BY_RULE, AnyOf, Holder, Who
from civicflow.ledger.canonical import plain
from civicflow.texts import Text
from civicflow.workflows.decisions.choosing import Chosen, Plurality
from civicflow.workflows.decisions.closing import settled
from civicflow.workflows.decisions.requirements import Requirement, Result
from civicflow.workflows.decisions.rules import Rule, bases_of, measures_of, rule_of
from civicflow.workflows.decisions.shares import HEADS
from civicflow.workflows.engine.effects import Anchor, Turn
from civicflow.workflows.engine.flow import ELSE, NEW, Branch, Effect, Flow, Guard, Limit, Named, State, Step
from civicflow.workflows.engine.matters import Brood, Link, Linked
from civicflow.workflows.engine.situation import Change, Situation
from civicflow.workflows.engine.telling import Tell
from civicflow.workflows.pressing import reminds
from civicflow.workflows.voting.ballots import BALLOT, CHOICES, SECRET_BALLOT
from civicflow.workflows.voting.counting import count_of, poll_of
from civicflow.workflows.voting.rolls import SITTING, FreezeRoll, OpenVote, TellRoll, entrusting, recusing, sits
from civicflow.workflows.voting.tallies import KeepTally, tallying
from civicflow.workflows.voting.ties import breaking

BALLOTS: Final = "ballots"
"""The name under which the count reads the ballots of the round that was closed."""

Deciding = Rule | Plurality
"""What decides: a rule for or against, or one that chooses among options."""


def _now(rule: Rule, held: Any) -> Rule:
    """The rule of this round: the easier one where this is a second vote."""
    return rule.second.rule if held.get("second") and rule.second is not None else rule


def said_of(stage: str, rule: Deciding, situation: Situation) -> Result | Chosen:
    """What the rule says of the ballots that were read, and of what the step that is taken tells beside."""
    held = {**situation.case.data[stage], **KeepTally(stage).told(situation)}
    ballots = tuple(matter.root for matter in situation.read(BALLOTS))
    if isinstance(rule, Plurality):
        return rule.of(poll_of(held, ballots))
    return _now(rule, held).of(count_of(held, ballots))


@attrs.frozen
class Minute:
    """Count the ballots by a rule and keep the result with its sentence for the minutes.

    Attributes:
        stage: the vote's name.
        rule: the whole rule; it stands in the flow's digest.
    """

    stage: str
    rule: Deciding

    def apply(self, situation: Situation, change: Change) -> None:
        """Note the numbers, what was needed, whether it is carried, and the sentence."""
        held = {**situation.case.data[self.stage], **KeepTally(self.stage).told(situation)}
        ballots = tuple(matter.root for matter in situation.read(BALLOTS))
        said = said_of(self.stage, self.rule, situation)
        if isinstance(said, Chosen):
            kept: dict[str, Any] = {
                "votes": [[option, plain(number)] for option, number in said.votes],
                "option": said.option,
                "tied": list(said.tied),
                "missing": plain(said.missing),
            }
            if said.run_off:
                kept.update({"run-off": list(said.run_off), "again": True})
        else:
            count = count_of(held, ballots)
            kept = {choice: plain(getattr(count, choice)) for choice in CHOICES}
            kept.update(needed=plain(said.needed), missing=plain(said.missing), carried=said.reached)
            if said.again and not held.get("second"):
                kept.update({"second": True, "first": plain(count.of("cast"))})
            elif said.tied and not held.get("again"):
                kept["again"] = True
        change.data[self.stage] = {**held, **kept, "minutes": str(said.text)}


def _guard(name: str, stage: str, rule: Deciding, holds: Callable[[Any, Any], bool], reason: Text | str) -> Guard:
    def test(situation: Situation) -> bool:
        return holds(said_of(stage, rule, situation), situation.case.data[stage])

    return Guard(name, test, reason)


def _outcomes(stage: str, rule: Deciding) -> tuple[Branch, ...]:
    """Where the count leads: to an end, to a second vote, to breaking a tie."""
    if isinstance(rule, Plurality):
        reason = Text(f"none chosen: it takes {rule.text.en}", f"未选定，须{rule.text.zh}")
        branches = [Branch(_guard(rule.name, stage, rule, lambda said, _: said.reached, reason), "passed")]
        policies, runs_off = rule.policies, rule.run_off or rule.tie == "run-off"
        again: Callable[[Any, Any], bool] = lambda said, _: bool(said.run_off)  # noqa: E731
    else:
        reason = Text(f"not carried: it takes {rule.text.en}", f"未通过，须{rule.text.zh}")
        branches = [Branch(_guard(rule.name, stage, rule, lambda said, _: said.reached, reason), "passed")]
        policies, runs_off = rule.policies, rule.policies.tie == "run-off"
        if rule.second is not None:
            branches.append(
                Branch(
                    _guard(
                        "second-vote",
                        stage,
                        rule,
                        lambda said, held: said.again and not held.get("second"),
                        "no second vote follows | 不再次表决",
                    ),
                    "called",
                )
            )
        again = lambda said, held: said.tied and not held.get("again")  # noqa: E731
    if runs_off:
        branches.append(Branch(_guard("run-off", stage, rule, again, "no run-off follows | 无需第二轮"), "called"))
    tie = rule.tie if isinstance(rule, Plurality) else policies.tie
    if tie in {"chair", "lot"}:
        even = _guard("tie", stage, rule, lambda said, _: bool(said.tied), "there is no tie | 票数不相等")
        branches.append(Branch(even, "tied"))
    return (*branches, Branch(ELSE, "failed"))


def _early(stage: str, rule: Deciding) -> Guard | None:
    """What closing before the time asks for; None where whoever opened it may."""
    match rule.policies.early:
        case "all-voted":

            def all_voted(situation: Situation) -> bool:
                held = situation.case.data[stage]
                cast = count_of(held, (matter.root for matter in situation.read(BALLOTS))).of("cast")
                return cast >= len(set(held["roll"]) - set(held.get("recused", ())))

            return Guard("all-voted", all_voted, "somebody has not voted yet | 尚有人未投票")
        case "decided" if isinstance(rule, Rule):

            def decided(situation: Situation) -> bool:
                held = situation.case.data[stage]
                count = count_of(held, (matter.root for matter in situation.read(BALLOTS)))
                left = count.of("entitled") - count.of("cast")
                return settled(_now(rule, held), count, left) is not None

            return Guard(
                "decided", decided, "the ballots that are left may still change the result | 余票仍可能改变结果"
            )
    return None


def vote(
    stage: str,
    *,
    at: str,
    post: str,
    opener: Who,
    rule: Rule | Plurality | Requirement,
    within: str,
    roll: Named | None = None,
    tell_roll: bool = False,
    secret: bool = False,
    paper: bool = False,
    tellers: Who | None = None,
    sitting: bool = False,
    recusals: bool = False,
    chair: Who | None = None,
) -> Flow:
    """A vote of everybody who holds a post at a body, or who stands on a roll.

    Its outcomes are ``passed``, ``failed`` and ``lapsed``.

    Args:
        stage: the stage's name in the composed flow; the case keeps roll and count under it.
        at: the anchor that is the body.
        post: the post whose holders vote, and who are told.
        opener: who opens, and closes where the rule's policy lets them.
        rule: what decides; a requirement alone is a rule with the plainest policies; a `Plurality` chooses among the options
            that the case keeps under ``options``.
        within: how long voting lasts where nobody closes it, for instance ``"3 days"``.
        roll: makes another roll of the situation, see `FreezeRoll`.
        tell_roll: everybody on the roll is told when voting opens and how it ended; else whoever holds the post is.
        secret: choices are sealed or on paper, and told by two tellers.
        paper: in an open vote, a teller may record a signed paper.
        tellers: who tells a secret vote; whoever opens it where left out.
        sitting: the opener names the sitting at which the vote is taken, flow ``sitting``, whose ``council`` is the body.
        recusals: members may be recused before voting opens.
        chair: who breaks ties; whoever opens the vote where left out.

    Raises:
        InvalidInput: for a rule that counts those present without a sitting; a choice among options that is not secret; a secret
            vote that is to close when it is decided, in which proxies are bound, or in which a measure other than heads counts.
    """
    whole: Deciding = rule if isinstance(rule, Plurality) else rule_of(rule)
    _check(whole, secret=secret, sitting=sitting)
    policies = whole.policies
    early, choosing, late = _early(stage, whole), isinstance(whole, Plurality), policies.late == "evidence"
    plainest = not (secret or paper or sitting or choosing or roll is not None or policies.duplicate != "once")
    frozen = (
        FreezeRoll(stage, post, at)
        if plainest
        else FreezeRoll(stage, post, at, roll, policies, secret=secret, paper=paper, sitting=sitting, options=choosing)
    )
    asked, told = (
        "please vote on “{title}” | 请对“{title}”投票",
        "the vote on “{title}” was counted | “{title}”表决结果已出",
    )
    tells_of = (
        (TellRoll(stage, "vote", asked), TellRoll(stage, "result", told))
        if tell_roll
        else (Tell(Holder(post, at), "vote", asked), Tell(Holder(post, at), "result", told))
    )
    result: tuple[Effect, ...] = (Minute(stage, whole), tells_of[1])
    breaks = breaking(stage, whole, chair or opener)
    tells = tallying(stage, tellers or opener, _outcomes(stage, whole), result) if secret else None
    counting = "2 days" if late else "0 hours"
    states = [
        State("called", "to be voted on | 待表决", (Limit("5 workdays", "remind"), Limit("20 workdays", "lapse"))),
        State("voting", "voting | 表决中", (Limit(within, "close"),), broods=("ballot",)),
        State(
            "counting",
            "counting | 计票中",
            (Limit(counting, "count"),),
            broods=("late-ballot",) if late else (),
        ),
        *(() if tells is None else tells.states),
        *breaks.states,
        State("passed", "carried | 通过", final="passed"),
        State("failed", "not carried | 未通过", final="failed"),
        State("lapsed", "never voted on | 未表决", final="lapsed"),
    ]
    waiting = (
        "called",
        *(() if tells is None else ("telling", "confirming")),
        *(state.name for state in breaks.states),
    )
    steps = [
        Step("begin", "begin | 开始", NEW, "called", BY_RULE),
        Step(
            "open",
            "open the vote | 开始表决",
            "called",
            "voting",
            opener,
            OpenVote if sitting else None,
            guards=(sits(at),) if sitting else (),
            does=(
                Turn(),
                Anchor("electorate", at),
                frozen,
                *((Link(SITTING, SITTING),) if sitting else ()),
                tells_of[0],
            ),
            reads=(Linked(SITTING, SITTING),) if sitting else (),
        ),
        *(recusing(stage, Holder(post, at), opener) if recusals else ()),
        *(() if policies.proxies.most == 0 else (entrusting(stage, Holder(post, at), policies.proxies),)),
        Step(
            "close",
            "close the vote | 结束表决",
            "voting",
            "counting",
            AnyOf(opener, BY_CLOCK) if policies.early == "opener" else BY_CLOCK,
            does=(Turn(),),
        ),
        *(
            ()
            if early is None
            else (
                Step(
                    "close-early",
                    "close before the time | 提前结束表决",
                    "voting",
                    "counting",
                    opener,
                    guards=(early,),
                    does=(Turn(),),
                    reads=(Brood(BALLOTS),),
                    asks=False,
                ),
            )
        ),
        Step(
            "count",
            "count | 计票",
            "counting",
            _outcomes(stage, whole) if tells is None else "telling",
            BY_CLOCK,
            does=result if tells is None else (),
            reads=(Brood(BALLOTS, back=1),) if tells is None else (),
        ),
        *(() if tells is None else tells.steps),
        *breaks.steps,
        reminds(*waiting, who=opener, text="“{title}” is to be voted on | “{title}”待表决"),
        Step("lapse", "nobody opened the vote | 逾期未表决", "called", "lapsed", BY_CLOCK),
    ]
    broods = {"ballot": (SECRET_BALLOT if secret else BALLOT).name}
    if late:
        broods["late-ballot"] = broods["ballot"]
    return Flow(
        stage, 1, "vote | 表决", tuple(states), tuple(steps), broods=broods, anchors=() if at == "unit" else (at,)
    )


def _check(rule: Deciding, *, secret: bool, sitting: bool) -> None:
    if "present" in bases_of(rule) and not sitting:
        msg = f"the rule {rule.name!r} counts those present; take the vote at a sitting (sitting=True), or count another base"
        raise InvalidInput(msg)
    if isinstance(rule, Plurality) and not secret:
        msg = f"a choice among options is secret (secret=True); got an open one by {rule.name!r}"
        raise InvalidInput(msg)
    if not secret:
        return
    if rule.policies.early == "decided" or rule.policies.proxies.bound or measures_of(rule) != {HEADS.name}:
        msg = (
            f"in a secret vote nobody knows what a ballot says: it is not closed once decided, no proxy is bound, and heads alone "
            f"count; {rule.name!r} asks for more"
        )
        raise InvalidInput(msg)

"""Breaking a tie: the chair casts a vote, or a lot is drawn whose seed is recorded.

Rules
-----
- The chair's casting vote decides, beside the vote that they had as a member.
- A lot is drawn from a seed that comes from outside and is written down with where it came from, so that anybody can draw it again
  (see `civicflow.workflows.lots`).
- A tie that nobody breaks fails.
"""

from __future__ import annotations

from typing import Any

import attrs

from civicflow.hierarchy.authority import BY_CLOCK, Who
from civicflow.texts import Catalogue, Text
from civicflow.workflows.decisions.choosing import Plurality
from civicflow.workflows.decisions.rules import Rule
from civicflow.workflows.engine.effects import Compute
from civicflow.workflows.engine.flow import ELSE, Branch, Guard, Limit, Named, State, Step
from civicflow.workflows.engine.situation import Situation
from civicflow.workflows.lots import draw

SENTENCES = Catalogue(
    {
        "chair": "; the chair decided: {option} | ；主持人裁决：{option}",
        "lot": "; a lot was drawn from “{seed}” ({source}): {option} | ；以“{seed}”（{source}）抽签：{option}",
        "yes": "in favour | 赞成",
        "no": "against | 反对",
    }
)


@attrs.frozen
class Draw:
    """The seed of a lot.

    Attributes:
        seed: the text from which it is drawn.
        source: where it comes from, said beforehand: a public lottery's draw, a die before witnesses.
    """

    seed: str
    source: str


@attrs.frozen
class Decide:
    """The chair's casting vote.

    Attributes:
        choice: ``yes`` or ``no``, or one of the options that tie.
    """

    choice: str


@attrs.frozen
class Breaking:
    """The states and steps that break a tie; none where the rule's policy needs none.

    Attributes:
        states, steps: of the table.
    """

    states: tuple[State, ...] = ()
    steps: tuple[Step, ...] = ()


def breaking(stage: str, rule: Rule | Plurality, chair: Who) -> Breaking:
    """The states and steps that break ties as a rule says.

    Args:
        stage: the vote's name.
        rule: the rule.
        chair: who casts the deciding vote, or draws the lot.
    """
    tie = rule.tie if isinstance(rule, Plurality) else rule.policies.tie
    if tie not in {"chair", "lot"}:
        return Breaking()

    def among(situation: Situation) -> list[str]:
        return list(situation.case.data[stage].get("tied") or ("no", "yes"))

    def taken(situation: Situation) -> str:
        data = situation.data
        return draw(data.seed, among(situation))[0] if isinstance(data, Draw) else data.choice

    def broken(situation: Situation) -> dict[str, Any]:
        held, option, data = situation.case.data[stage], taken(situation), situation.data
        name = SENTENCES[option] if option in SENTENCES else Text.same(option)
        gaps = {"seed": data.seed, "source": data.source} if isinstance(data, Draw) else {}
        more = SENTENCES.say("lot" if isinstance(data, Draw) else "chair", option=name, **gaps)
        before = Text.of(held["minutes"])
        minutes = Text(before.en + more.en, before.zh + more.zh)
        result = {"option": option} if isinstance(rule, Plurality) else {"carried": option == "yes"}
        lot = {"seed": data.seed} if isinstance(data, Draw) else {}
        return {stage: {**held, **result, **lot, "minutes": str(minutes)}}

    carries = Guard(
        "broken-in-favour", lambda s: taken(s) == "yes", "it is against | 结果为反对", asks_data=True, revision=2
    )
    to: str | tuple[Branch, ...] = (Branch(carries, "passed"), Branch(ELSE, "failed"))
    if isinstance(rule, Plurality):
        to = "passed"
    does = (Compute(Named(f"tie-of-{stage}-broken", broken, 2)),)
    said = Guard(
        "seed-and-source",
        lambda s: bool(s.data.seed.strip() and s.data.source.strip()),
        "give the seed and where it comes from | 请写明种子及其来源",
        asks_data=True,
    )
    leads = Guard(
        "one-that-ties",
        lambda s: s.data.choice in among(s),
        "choose one of those that tie | 请在票数相等者中选择",
        asks_data=True,
    )
    step = (
        Step("draw", "draw the lot | 抽签", "tied", to, chair, Draw, guards=(said,), does=does)
        if tie == "lot"
        else Step("decide", "cast the deciding vote | 裁决", "tied", to, chair, Decide, guards=(leads,), does=does)
    )
    limits = (Limit("2 workdays", "remind"), Limit("10 workdays", "leave"))
    return Breaking(
        (State("tied", "a tie | 票数相等", limits),),
        (step, Step("leave", "nobody broke the tie | 逾期未裁决", "tied", "failed", BY_CLOCK)),
    )

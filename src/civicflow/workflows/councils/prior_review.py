"""Prior review (前置审议): a major matter first passes deliberation by the branch committee.

Source: Leshan, three-party decisions: major matters first pass prior deliberation by the branch committee. What is major is a place's
own rule: kinds of matters that it lists, and an amount from which on any matter is major. That it is a value, and the time limits, are
ours.

Rules
-----
- What is major is said beforehand, and by everybody alike: a text names its kinds and its budget, the place's rule says the rest.
- The branch committee passes the text, or returns it with a reason. What it passed is that text alone, by its digest: who amends a major
  text brings it before the committee again.
- Until then it is not settled, and the refusal names the committee.
- What the committee leaves lying is reminded of and put under supervision; at last it lapses, and is not passed by silence.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import attrs

from civicflow.errors import InvalidInput
from civicflow.hierarchy.authority import BY_CLOCK, BY_RULE, Holder
from civicflow.money import Money
from civicflow.texts import Text, bilingual
from civicflow.workflows.engine.effects import Compute
from civicflow.workflows.engine.flow import NEW, Flow, Guard, Limit, Named, State, Step
from civicflow.workflows.engine.telling import TellRequester
from civicflow.workflows.engine.validators import said
from civicflow.workflows.pressing import SUPERVISED, escalates, reminds, waits


@attrs.frozen
class SendBack:
    """Why a text is returned.

    Attributes:
        reason: public.
    """

    reason: str = attrs.field(validator=said)


def _texts(kinds: Mapping[str, Text | str]) -> dict[str, Text]:
    return {name: bilingual(text) for name, text in kinds.items()}


@attrs.frozen(kw_only=True)
class MajorMatters:
    """What a place holds to be a major matter.

    Attributes:
        kinds: the kinds of matters on its list, each with what a reader calls it.
        above: an amount from which on every matter is major, itself included; None where no amount makes it so.

    Raises:
        InvalidInput: if neither is said.
    """

    kinds: Mapping[str, Text] = attrs.field(factory=dict, converter=_texts)
    above: Money | None = None

    def __attrs_post_init__(self) -> None:
        if not self.kinds and self.above is None:
            msg = "major matters are told by their kinds, by an amount, or by both; got neither"
            raise InvalidInput(msg)

    def because(self, kinds: tuple[str, ...], budget: Money) -> tuple[Text, ...]:
        """Why a matter is major; nothing where it is an ordinary one.

        >>> rule = MajorMatters(kinds={"common-ground": "common ground | 公共空间"}, above=Money(50000))
        >>> [str(text) for text in rule.because(("common-ground",), Money(100))]
        ['common ground | 公共空间']
        >>> rule.because((), Money("49999.99"))
        ()

        Args:
            kinds: what the text says of itself.
            budget: what it costs; in another currency than the rule's amount no amount makes it major.
        """
        found = [self.kinds[kind] for kind in kinds if kind in self.kinds]
        if self.above is not None and self.above.currency == budget.currency and budget >= self.above:
            found.append(Text("{above} or more", "达到{above}").fill(above=self.above))
        return tuple(found)

    @property
    def name(self) -> str:
        """How a flow's digest tells the rule: its kinds and its amount."""
        return "+".join([*sorted(self.kinds), *([] if self.above is None else [str(self.above)])])

    def is_major(self, data: Mapping[str, Any]) -> bool:
        """Whether a matter is major, by what its case keeps: ``kinds`` and ``budget``."""
        return bool(self.because(tuple(data.get("kinds", ())), Money(**data["budget"])))


def major(matters: MajorMatters) -> Guard:
    """Holds where the text is a major matter by the place's rule."""
    return Guard(
        f"major: {matters.name}", lambda s: matters.is_major(s.case.data), "it is no major matter | 不属于重大事项"
    )


def reviewed(matters: MajorMatters) -> Guard:
    """Holds where the text is no major matter, or was reviewed as it stands."""
    return Guard(
        f"reviewed: {matters.name}",
        lambda s: not matters.is_major(s.case.data) or s.case.data.get("reviewed") == s.case.data["text"],
        "a major matter first passes prior review by the branch committee | 重大事项须先经党支部委员会前置审议",
    )


def prior_review(*, at: str = "branch", post: str = "secretary", within: str = "20 workdays") -> Flow:
    """Prior review as a stage; outcomes ``passed``, ``returned`` and ``lapsed``. It keeps ``reviewed``, the digest of the text.

    Args:
        at: the anchor that is the branch.
        post: who speaks for its committee.
        within: after how long under supervision it lapses.
    """
    committee = Holder(post, at)
    waiting: Final = ("awaited", SUPERVISED.name)
    lapses = (Limit("5 workdays", "remind"), Limit(within, "lapse"))
    return Flow(
        "prior-review",
        1,
        "prior review | 前置审议",
        (
            State("awaited", "before the branch committee | 待前置审议", waits("3 workdays", "5 workdays")),
            attrs.evolve(SUPERVISED, limits=lapses),
            State("passed", "passed | 审议通过", final="passed"),
            State("returned", "returned | 已退回", final="returned"),
            State("lapsed", "never reviewed | 逾期未审议", final="lapsed"),
        ),
        (
            Step("begin", "begin | 开始", NEW, "awaited", BY_RULE),
            Step(
                "pass",
                "pass | 审议通过",
                waiting,
                "passed",
                committee,
                does=(
                    Compute(Named("reviewed", lambda s: {"reviewed": s.case.data["text"]})),
                    TellRequester("reviewed", "“{title}” passed prior review | “{title}”已通过前置审议"),
                ),
            ),
            Step(
                "return",
                "return | 退回",
                waiting,
                "returned",
                committee,
                SendBack,
                does=(TellRequester("returned", "“{title}” was returned | “{title}”已退回"),),
                asks=False,
            ),
            reminds(*waiting, who=committee, text="“{title}” waits for prior review | “{title}”待前置审议"),
            escalates("awaited", text="prior review of “{title}” is late | “{title}”的前置审议逾期"),
            Step("lapse", "never reviewed | 逾期未审议", SUPERVISED.name, "lapsed", BY_CLOCK),
        ),
        anchors=(at,),
    )

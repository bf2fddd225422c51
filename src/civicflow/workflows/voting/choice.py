"""A choice by residents among several options: a name, a design, a contractor.

Rules
-----
- The secretary puts two or more options to those whom the roll names. Each of them is told when voting opens; who of them
  votes is theirs to decide.
- Votes are secret, on screen or on paper; two tellers agree on what they say.
- The option with the most votes is chosen, if it has more than half of the valid ballots; else the leading two go to a run-off,
  in which the most votes choose. A tie is broken by a lot whose seed is recorded.

Source: Leshan, where residents chose one of five names for their compound. Ours: the rule, the secrecy, the tellers and the limits; a
city makes its own with `choosing`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import attrs

from civicflow.hierarchy.authority import AnyOf, Holder, Who
from civicflow.workflows.decisions.choosing import Plurality
from civicflow.workflows.decisions.requirements import Majority
from civicflow.workflows.engine.compose import Stage, compose
from civicflow.workflows.engine.effects import Keep
from civicflow.workflows.engine.fields import texts
from civicflow.workflows.engine.flow import NEW, Flow, Guard, Named, Step
from civicflow.workflows.engine.situation import Situation
from civicflow.workflows.voting.vote import vote

SECRETARY: Final = Holder("secretary", "unit")
TELLERS: Final = AnyOf(SECRETARY, Holder("teller", "unit"))

PLURALITY: Final = Plurality(name="plurality", tie="lot", least=Majority(1, 2, "valid", strict=True), run_off=True)
"""The rule of the choice that every office has."""

_TAKEN: Final = frozenset({"abstain", "blank", "invalid"})


def _persons(given: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(given))


@attrs.frozen(kw_only=True)
class Call:
    """A choice that is put to residents.

    Attributes:
        title: the public headline.
        options: what may be chosen, in the order in which it is shown.
        voters: who may choose, by their pseudonymous ids.
        standing: the option that holds now, or empty.
        purpose: what it is about, public.
    """

    title: str
    options: tuple[str, ...] = attrs.field(converter=texts)
    voters: tuple[str, ...] = attrs.field(converter=_persons)
    standing: str = ""
    purpose: str = ""


def _roll(situation: Situation) -> dict[str, Any]:
    voters = list(situation.case.data["voters"])
    return {"roll": voters, "seats": len(voters)}


SEVERAL: Final = Guard(
    "several-options",
    lambda s: len(set(s.data.options)) == len(s.data.options) > 1 and not _TAKEN & set(s.data.options),
    "give two or more options, each once; none is called abstain, blank or invalid | 请给出两个以上不同的选项",
    asks_data=True,
)
SOMEBODY: Final = Guard(
    "somebody-votes",
    lambda s: bool(s.data.voters) and len(set(s.data.voters)) == len(s.data.voters),
    "name who may vote, each once | 请列明有表决权的居民，不得重复",
    asks_data=True,
)
STANDING: Final = Guard(
    "standing-option",
    lambda s: s.data.standing in ("", *s.data.options),
    "what holds now is one of the options | 现行选项须在可选项之内",
    asks_data=True,
)


def choosing(
    name: str, rule: Plurality, *, version: int = 1, within: str = "7 days", by: Who = SECRETARY, tellers: Who = TELLERS
) -> Flow:
    """A flow by which residents choose among several options, in secret.

    Args:
        name: of the flow.
        rule: how; it says what a tie does.
        version: of the flow.
        within: how long each vote lasts.
        by: who calls, opens and closes it.
        tellers: who tells the votes.
    """
    stage = vote(
        "vote",
        at="unit",
        post="teller",
        opener=by,
        rule=rule,
        within=within,
        roll=Named("residents-named", _roll),
        tell_roll=True,
        secret=True,
        recusals=True,
        tellers=tellers,
    )
    return compose(
        name,
        version,
        "choice by residents | 居民选择",
        {"vote": Stage(stage, {"passed": "chosen", "failed": "none-chosen", "lapsed": "lapsed"})},
        ends={
            "chosen": "chosen | 已选定",
            "none-chosen": "none chosen | 未选定",
            "lapsed": "lapsed | 逾期失效",
        },
        begins=(
            Step(
                "call",
                "put a choice to residents | 提请居民选择",
                NEW,
                "vote",
                by,
                Call,
                guards=(SEVERAL, SOMEBODY, STANDING),
                does=(Keep(("title", "options", "voters", "standing", "purpose")),),
            ),
        ),
    )


CHOICE: Final = choosing("choice", PLURALITY)

"""Ballots: one vote each, a matter of its own that the voter's own step brings about, so a thousand may vote at once.

Rules
-----
- Only those vote who are on the roll that the opening froze, each in their own name.
- A ballot is never changed. A second one of the same voter is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, Literal

import attrs

from civicflow.errors import InvalidInput
from civicflow.hierarchy.authority import ANYONE, AnyOf, Holder
from civicflow.workflows.decisions.counts import Count
from civicflow.workflows.engine.effects import Keep
from civicflow.workflows.engine.flow import NEW, Flow, Guard, State, Step
from civicflow.workflows.engine.records import Case
from civicflow.workflows.engine.situation import PARENT, Situation

Choice = Literal["yes", "no", "abstain"]
CHOICES: Final = ("yes", "no", "abstain")


def _is_choice(_: object, __: object, value: str) -> None:
    if value not in CHOICES:
        msg = f"a vote is one of {', '.join(CHOICES)}; got {value!r}"
        raise InvalidInput(msg)


@attrs.frozen
class CastVote:
    """One member's vote.

    Attributes:
        choice: ``yes``, ``no`` or ``abstain``.
    """

    choice: Choice = attrs.field(validator=_is_choice)


def held_by(case: Case) -> Mapping[str, Any]:
    """The frozen roll of the vote that a case is in now, and what is kept beside it."""
    held: Mapping[str, Any] = case.data[case.state.partition(".")[0]]
    return held


def _votes_held(situation: Situation) -> tuple[Mapping[str, Any], ...]:
    return tuple(held_by(matter.root) for matter in situation.read(PARENT))


ON_THE_ROLL: Final = Guard(
    "on-the-roll",
    lambda s: any(s.actor.person in held["roll"] for held in _votes_held(s)),
    "only those who held a seat when voting opened may vote | 表决开始时在任的成员方可投票",
)
IN_OWN_NAME: Final = Guard(
    "in-own-name",
    lambda s: s.case.key == s.actor.person,
    "everybody votes in their own name | 须以本人名义投票",
)

BALLOT: Final = Flow(
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
            guards=(ON_THE_ROLL, IN_OWN_NAME),
            does=(Keep(("choice",)),),
        ),
    ),
    anchors=("electorate",),
)


def count_of(held: Mapping[str, Any], ballots: Iterable[Case]) -> Count:
    """How a vote came out, against the roll that its opening froze.

    Args:
        held: the roll and what is kept beside it.
        ballots: every ballot of its round.
    """
    cast = [ballot.data["choice"] for ballot in ballots]
    return Count(cast.count("yes"), cast.count("no"), cast.count("abstain"), held["seats"], len(held["roll"]))

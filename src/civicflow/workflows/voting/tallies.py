"""What lies in an urn or under a seal: told by one teller, confirmed by another, and begun anew where they differ.

Rules
-----
- A teller says how many ballots say what, the blank and the invalid ones too; no more in all than were sealed or given out.
- Another teller, who is not the first, says it again from their own count. Where both say the same it is the result; where they
  differ nothing is, and both begin anew.

Source: every election law has more than one teller. Ours: that they agree figure by figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from civicflow.errors import InvalidInput
from civicflow.hierarchy.authority import BY_CLOCK, Who
from civicflow.workflows.engine.effects import Compute
from civicflow.workflows.engine.flow import Branch, Effect, Guard, Limit, Named, State, Step
from civicflow.workflows.engine.matters import Brood
from civicflow.workflows.engine.situation import Situation
from civicflow.workflows.voting.ballots import PAPER, SEALED, counted

_BESIDE = ("abstain", "blank", "invalid")


@attrs.frozen
class Told:
    """How many ballots say one thing.

    Attributes:
        choice: ``yes``, ``no``, an option, ``abstain``, ``blank`` or ``invalid``.
        number: how many.
    """

    choice: str
    number: int

    def __attrs_post_init__(self) -> None:
        if self.number < 0:
            msg = f"a number of ballots is at least 0; got {self.number} for {self.choice!r}"
            raise InvalidInput(msg)


def _each(given: Mapping[str, int] | Iterable[Told | Mapping[str, Any]]) -> tuple[Told, ...]:
    if isinstance(given, Mapping):
        given = [Told(choice, number) for choice, number in given.items()]
    found = [told if isinstance(told, Told) else Told(**told) for told in given]
    return tuple(sorted(found, key=lambda told: told.choice))


@attrs.frozen
class Tally:
    """What a teller counted.

    Attributes:
        votes: how many ballots say what; may be given as a mapping.
    """

    votes: tuple[Told, ...] = attrs.field(converter=_each)

    @property
    def numbers(self) -> dict[str, int]:
        """By what they say, without what nobody said."""
        return {told.choice: told.number for told in self.votes if told.number}


@attrs.frozen
class KeepTally:
    """What a tally tells of a vote.

    Attributes:
        stage: the vote's name.
    """

    stage: str

    def told(self, situation: Situation) -> dict[str, Any]:
        """What the step that is taken tells, as it is kept; empty where it is no tally."""
        data = situation.data
        return {"tally": _plain(data)} if isinstance(data, Tally) else {}


def _plain(tally: Tally) -> list[list[Any]]:
    return [[choice, number] for choice, number in tally.numbers.items()]


@attrs.frozen
class Telling:
    """The states and steps of telling.

    Attributes:
        states, steps: of the table.
    """

    states: tuple[State, ...]
    steps: tuple[Step, ...]


def tallying(stage: str, tellers: Who, outcomes: tuple[Branch, ...], result: tuple[Effect, ...]) -> Telling:
    """The states and steps by which two tellers tell a vote.

    Args:
        stage: the vote's name.
        tellers: who tells.
        outcomes: where the result leads.
        result: what is done with it.
    """

    def known(situation: Situation) -> bool:
        options = situation.case.data[stage].get("options", ("yes", "no"))
        names = [told.choice for told in situation.data.votes]
        return {*names} <= {*options, *_BESIDE} and len(names) == len({*names})

    def enough(situation: Situation) -> bool:
        held = situation.case.data[stage]
        choices = counted(held, (matter.root for matter in situation.read("ballots")))
        hidden = sum(choice in (SEALED, PAPER) for choice in choices.values())
        tally: Tally = situation.data
        return sum(told.number for told in tally.votes) <= hidden

    def first(situation: Situation) -> dict[str, Any]:
        held = situation.case.data[stage]
        return {stage: {**held, "told": _plain(situation.data), "teller": situation.actor.person}}

    def forgotten(situation: Situation) -> dict[str, Any]:
        held = situation.case.data[stage]
        return {stage: {name: value for name, value in held.items() if name not in {"told", "teller"}}}

    guards = (
        Guard(
            "known-options",
            known,
            "each option once, and only those there are | 每个选项填一次，且须为已有选项",
            asks_data=True,
        ),
        Guard("no-more-ballots", enough, "that is more than were cast | 票数多于已投票数", asks_data=True),
    )
    differs = Guard(
        "differs",
        lambda s: _plain(s.data) != s.case.data[stage]["told"],
        "both tellers say the same | 两名计票人结果一致",
        asks_data=True,
    )
    another = Guard(
        "another-teller",
        lambda s: s.actor.person != s.case.data[stage]["teller"],
        "another teller has to confirm it | 须由另一名计票人复核",
    )
    limits = (Limit("2 workdays", "remind"), Limit("10 workdays", "give-up"))
    reads = (Brood("ballots", back=1),)
    return Telling(
        (
            State("telling", "to be told | 待唱票", limits),
            State("confirming", "to be confirmed | 待复核", limits),
        ),
        (
            Step(
                "tell",
                "tell the votes | 登记计票结果",
                "telling",
                "confirming",
                tellers,
                Tally,
                guards=guards,
                does=(Compute(Named(f"told-of-{stage}", first)),),
                reads=reads,
            ),
            Step(
                "confirm",
                "confirm the votes | 复核计票结果",
                "confirming",
                (
                    Branch(differs, "telling", (Compute(Named(f"forgotten-of-{stage}", forgotten)),)),
                    *(attrs.evolve(branch, does=(*branch.does, *result)) for branch in outcomes),
                ),
                tellers,
                Tally,
                guards=(*guards, another),
                reads=reads,
            ),
            Step(
                "give-up",
                "never told | 逾期未计票",
                ("telling", "confirming"),
                "lapsed",
                BY_CLOCK,
            ),
        ),
    )

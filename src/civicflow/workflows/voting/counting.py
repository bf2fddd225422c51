"""Counting: the ballots of a closed round against the roll that its opening froze, in heads and in every other measure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from civicflow.workflows.decisions.choosing import Poll
from civicflow.workflows.decisions.counts import Count
from civicflow.workflows.decisions.shares import Amount, exact
from civicflow.workflows.engine.records import Case
from civicflow.workflows.voting.ballots import CHOICES, counted

TOLD: Final = ("yes", "no", "abstain", "blank", "invalid")
"""What two tellers may enter of an urn, beside the options of a choice."""


def votes_of(held: Mapping[str, Any], ballots: Iterable[Case]) -> dict[str, int]:
    """How many ballots say what; those that are sealed or in an urn as the tellers have told them.

    Args:
        held: the roll and what is kept beside it.
        ballots: every ballot of its round.
    """
    found: dict[str, int] = {}
    for choice in counted(held, ballots).values():
        found[choice] = found.get(choice, 0) + 1
    for choice, number in held.get("tally", ()):
        found[choice] = found.get(choice, 0) + number
    return found


def count_of(held: Mapping[str, Any], ballots: Iterable[Case]) -> Count:
    """How a vote came out.

    Args:
        held: the roll and what is kept beside it.
        ballots: every ballot of its round.
    """
    kept = tuple(ballots)
    said, choices = votes_of(held, kept), counted(held, kept)
    roll, recused = held["roll"], held.get("recused", ())
    present = held.get("present")
    others = {name: _measured(held, name, choices) for name in held.get("weights", ())}
    return Count(
        said.get("yes", 0),
        said.get("no", 0),
        said.get("abstain", 0),
        held["seats"],
        held.get("filled", len(roll)),
        blank=said.get("blank", 0),
        invalid=said.get("invalid", 0),
        entitled=len(roll),
        present=None if present is None else len(present),
        recused=len(recused),
        recused_present=0 if present is None else len(set(recused) & set(present)),
        first=held.get("first"),
        others=others,
    )


def _measured(held: Mapping[str, Any], name: str, choices: Mapping[str, str]) -> Count:
    """The same vote in another measure."""
    weights = {voter: exact(weight) for voter, weight in held["weights"][name].items()}

    def total(voters: Iterable[str]) -> Amount:
        return sum((weights[voter] for voter in voters), 0)

    whole = total(weights)
    present, recused = held.get("present"), held.get("recused", ())
    yes, no, abstain = (total(voter for voter, choice in choices.items() if choice == said) for said in CHOICES)
    return Count(
        yes,
        no,
        abstain,
        exact(held.get("totals", {}).get(name, whole)),
        whole,
        present=None if present is None else total(present),
        recused=total(recused),
        recused_present=0 if present is None else total(set(recused) & set(present)),
    )


def poll_of(held: Mapping[str, Any], ballots: Iterable[Case]) -> Poll:
    """How a choice among options came out; see `count_of`."""
    kept = tuple(ballots)
    said = votes_of(held, kept)
    votes: dict[str, Amount] = {option: said.get(option, 0) for option in held["options"]}
    return Poll(votes, count_of(held, kept), standing=held.get("standing", ""), again=bool(held.get("again")))

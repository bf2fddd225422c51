"""Counting: the ballots of a closed round against the roll that its opening froze, in heads and in every other measure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from decimal import Context, Decimal, Inexact, InvalidOperation, localcontext
from fractions import Fraction
from typing import Any, Final

from civicflow.workflows.decisions.choosing import Poll
from civicflow.workflows.decisions.counts import Count
from civicflow.workflows.decisions.shares import Amount, exact
from civicflow.workflows.engine.records import Case
from civicflow.workflows.voting.ballots import CHOICES, counted

_EXACT: Final = Context(prec=60, traps=[Inexact, InvalidOperation])
"""Decimals are added up in it a good deal faster than fractions; what it cannot hold is added up as fractions."""


def _added(choices: Mapping[str, str], held: Mapping[str, Any]) -> Counter[str]:
    """How many ballots say what; those that are sealed or in an urn as the tellers have told them."""
    found = Counter(choices.values())
    found.update(dict(held.get("tally", ())))
    return found


def count_of(held: Mapping[str, Any], ballots: Iterable[Case]) -> Count:
    """How a vote came out.

    Args:
        held: the roll and what is kept beside it.
        ballots: every ballot of its round.
    """
    choices = counted(held, ballots)
    return _count(held, choices, _added(choices, held))


def poll_of(held: Mapping[str, Any], ballots: Iterable[Case]) -> Poll:
    """How a choice among options came out; see `count_of`."""
    choices = counted(held, ballots)
    said = _added(choices, held)
    votes: dict[str, Amount] = {option: said[option] for option in held["options"]}
    count = _count(held, choices, said)
    return Poll(votes, count, standing=held.get("standing", ""), again=bool(held.get("again")))


def _count(held: Mapping[str, Any], choices: Mapping[str, str], said: Counter[str]) -> Count:
    roll, recused, present = held["roll"], held.get("recused", ()), held.get("present")
    return Count(
        said["yes"],
        said["no"],
        said["abstain"],
        held["seats"],
        held.get("filled", len(roll)),
        blank=said["blank"],
        invalid=said["invalid"],
        entitled=len(roll),
        present=None if present is None else len(present),
        recused=len(recused),
        recused_present=0 if present is None else len(set(recused) & set(present)),
        first=held.get("first"),
        others={name: _measured(held, name, choices) for name in held.get("weights", ())},
    )


def _measured(held: Mapping[str, Any], name: str, choices: Mapping[str, str]) -> Count:
    """The same vote in another measure."""
    weights: Mapping[str, str] = held["weights"][name]
    by_choice: dict[str, list[str]] = {choice: [] for choice in CHOICES}
    for voter, choice in choices.items():
        by_choice[choice].append(weights[voter])
    whole = _total(weights.values())
    present, recused = held.get("present"), held.get("recused", ())
    yes, no, abstain = (_total(by_choice[choice]) for choice in CHOICES)
    return Count(
        yes,
        no,
        abstain,
        exact(held.get("totals", {}).get(name, whole)),
        whole,
        present=None if present is None else _total(weights[voter] for voter in present),
        recused=_total(weights[voter] for voter in recused),
        recused_present=0 if present is None else _total(weights[voter] for voter in set(recused) & set(present)),
    )


def _total(weights: Iterable[str | int]) -> Amount:
    kept = tuple(weights)
    try:
        with localcontext(_EXACT):
            return exact(sum(map(Decimal, kept), Decimal()))
    except (Inexact, InvalidOperation):
        return exact(sum(map(Fraction, kept), Fraction()))

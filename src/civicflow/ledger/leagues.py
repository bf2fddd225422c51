"""League tables (排名): groups in the order of one of their rates, exact, with declared denominators.

Rules
-----
- Rates are compared as fractions; groups that are equal share a rank, and the next one stands as many places below.
- A group that counts fewer cases than was asked for has no rank: one case is not a performance. It stands at the end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Literal

import attrs

from civicflow.errors import InvalidInput
from civicflow.ledger.figures import Rate, Rates

Measure = Literal["on_time", "resolved", "satisfied", "settled"]
"""Which rate puts groups in order."""


@attrs.frozen
class Ranked:
    """A group's place.

    Attributes:
        rank: from 1; None where it counts too few cases.
        group: the unit, body, category or state; None is the group without one.
        rate: by which it is ranked.
        rates: all its figures.
    """

    rank: int | None
    group: str | None
    rate: Rate
    rates: Rates


def league(groups: Mapping[str | None, Rates], measure: Measure, *, least: int = 1) -> tuple[Ranked, ...]:
    """The groups in order, the highest rate first; equal ones by how many they count, then by name.

    Args:
        groups: the figures by group.
        measure: the rate.
        least: how many cases a rate has to count for a rank.

    Raises:
        InvalidInput: if ``least`` is less than 1.
    """
    if least < 1:
        msg = f"a rank needs at least one case that is counted; got least={least}"
        raise InvalidInput(msg)
    rated = {group: getattr(rates, measure) for group, rates in groups.items()}
    ordered = sorted(groups, key=lambda group: (-_share(rated[group]), -rated[group].of, group or ""))
    many = [group for group in ordered if rated[group].of >= least]
    few = [group for group in ordered if rated[group].of < least]
    return (
        *(Ranked(rank, group, rated[group], groups[group]) for rank, group in _ranks(many, rated)),
        *(Ranked(None, group, rated[group], groups[group]) for group in few),
    )


def _ranks(ordered: list[str | None], rated: Mapping[str | None, Rate]) -> Iterator[tuple[int, str | None]]:
    rank, before = 0, None
    for place, group in enumerate(ordered, 1):
        share = rated[group].share
        rank = rank if share == before else place
        before = share
        yield rank, group


def _share(rate: Rate) -> Fraction:
    return Fraction(0) if rate.share is None else rate.share

"""Milestones (节点): what a project has delivered by a day, and what is paid once that is accepted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import attrs

from civicflow.calendars import day
from civicflow.money import Money, positive, total
from civicflow.workflows.engine.records import Case
from civicflow.workflows.engine.validators import said


def _money(given: Money | Mapping[str, Any]) -> Money:
    return given if isinstance(given, Money) else Money(**given)


@attrs.frozen
class Milestone:
    """One milestone.

    Attributes:
        name: what is delivered, public.
        amount: what is paid for it once it is accepted; more than zero.
        by: the day, in the zone of the place.
    """

    name: str = attrs.field(validator=said)
    amount: Money = attrs.field(converter=_money, validator=positive)
    by: date = attrs.field(converter=day)


def milestones(given: Iterable[Milestone | Mapping[str, Any]]) -> tuple[Milestone, ...]:
    """A converter: milestones as they are, or as a case keeps them."""
    return tuple(Milestone(**one) if isinstance(one, Mapping) else one for one in given)


def cost(given: Sequence[Milestone]) -> Money:
    """What all of them cost.

    >>> cost([Milestone("a", Money(3), date(2026, 5, 1)), Milestone("b", Money(4), date(2026, 6, 1))])
    Money('7.00', 'CNY')
    """
    return total((one.amount for one in given), given[0].amount.currency)


def cost_of(case: Case) -> Money:
    """What all milestones of an application or a grant cost."""
    return cost(milestones(case.data["milestones"]))

"""Co-funding (共同出资): a sum shared among several sources, by shares or in proportion to amounts. Exact to the fen.

What a split leaves over of whole fen goes to the largest remainders, one fen each, first come first (`Money.shared`): the parts always
sum to the whole.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from civicflow.errors import InvalidInput
from civicflow.money import Money, total


def in_proportion(amount: Money, gave: Sequence[Money]) -> tuple[Money, ...]:
    """An amount, in proportion to what each source gave.

    >>> in_proportion(Money("1500"), [Money("18000"), Money("18000")])
    (Money('750.00', 'CNY'), Money('750.00', 'CNY'))

    Args:
        amount: in their currency.
        gave: by source, in order; more than zero in all.
    """
    whole = Fraction(total(gave, amount.currency).amount)
    return amount.shared([Fraction(one.amount) / whole for one in gave])


def split(amount: Money, sources: Mapping[str, Fraction | Money]) -> dict[str, Money]:
    """A sum shared among sources: fixed amounts first, the rest by shares.

    >>> split(Money(36000), {"budget": Fraction(1, 2), "residents": Fraction(1, 2)})
    {'budget': Money('18000.00', 'CNY'), 'residents': Money('18000.00', 'CNY')}
    >>> split(Money(100), {"donor": Money(40), "budget": Fraction(2, 3), "residents": Fraction(1, 3)})
    {'donor': Money('40.00', 'CNY'), 'budget': Money('40.00', 'CNY'), 'residents': Money('20.00', 'CNY')}

    Args:
        amount: the sum.
        sources: by name, a fixed amount, or a share of what fixed amounts leave.

    Raises:
        InvalidInput: fixed amounts are more than the sum or, without shares, not the sum; the shares do not sum to one.
    """
    fixed = {name: part for name, part in sources.items() if isinstance(part, Money)}
    shares = {name: part for name, part in sources.items() if isinstance(part, Fraction)}
    rest = amount - total(fixed.values(), amount.currency)
    if rest.amount < 0 or (rest.amount and not shares):
        msg = f"the fixed amounts have to come to {amount}, or to less with shares for the rest; they are {rest} off"
        raise InvalidInput(msg)
    parts = dict(zip(shares, rest.shared(list(shares.values())), strict=True)) if shares else {}
    return {name: fixed[name] if name in fixed else parts[name] for name in sources}

"""Money: an exact amount in one currency. Never a float."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Context, Decimal, Inexact, InvalidOperation
from fractions import Fraction

import attrs

from civicflow.errors import InvalidInput

_CURRENCY = re.compile(r"[A-Z]{3}")
_CENTS = Decimal("0.01")

_MOST_DIGITS = 36
"""Before the decimal point: more than all money there is, few enough that sums of two stay exact."""

# Our own, because the context of the thread belongs to the host, and an amount is exact whatever its precision is.
_EXACT = Context(prec=_MOST_DIGITS + 10, traps=[Inexact, InvalidOperation])


def _exact(value: Decimal | int | str) -> Decimal:
    if isinstance(value, float):
        msg = f"money is never a float; write {str(value)!r} as text or Decimal"
        raise InvalidInput(msg)
    try:
        amount = Decimal(value)
    except (ArithmeticError, TypeError, ValueError):
        amount = Decimal("NaN")
    if not amount.is_finite():
        msg = f"an amount is a decimal number such as '18000.00'; got {value!r}"
        raise InvalidInput(msg)
    if amount.adjusted() >= _MOST_DIGITS:
        msg = f"an amount has at most {_MOST_DIGITS} digits before the point; got {value!r}"
        raise InvalidInput(msg)
    try:
        return _EXACT.plus(amount.quantize(_CENTS, context=_EXACT))  # plus: there is no minus zero yuan
    except Inexact:
        msg = f"an amount has at most two decimals (分); got {value!r}"
        raise InvalidInput(msg) from None


def currency_code(_: object, __: object, value: str) -> None:
    """An attrs validator: three letters as in ISO 4217.

    Raises:
        InvalidInput: if it is something else.
    """
    if not _CURRENCY.fullmatch(str(value)):
        msg = f"a currency is a three-letter ISO 4217 code such as 'CNY'; got {value!r}"
        raise InvalidInput(msg)


@attrs.frozen(order=False)
class Money:
    """An amount with two decimals in a currency of ISO 4217.

    >>> Money("18000") + Money("0.50")
    Money('18000.50', 'CNY')

    Raises:
        InvalidInput: for a float, for more than two decimals, and for sums over two currencies.
    """

    amount: Decimal = attrs.field(converter=_exact)
    currency: str = attrs.field(default="CNY", validator=currency_code)

    def __repr__(self) -> str:
        return f"Money({str(self.amount)!r}, {self.currency!r})"

    def __str__(self) -> str:
        return f"{self.amount:,.2f} {self.currency}"

    def _same(self, other: Money) -> Decimal:
        if getattr(other, "currency", None) != self.currency:
            msg = f"{self} and {other} are not amounts in one currency; convert one of them first"
            raise InvalidInput(msg)
        return other.amount

    def __add__(self, other: Money) -> Money:
        return Money(_EXACT.add(self.amount, self._same(other)), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(_EXACT.subtract(self.amount, self._same(other)), self.currency)

    def __neg__(self) -> Money:
        return Money(_EXACT.minus(self.amount), self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.amount <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.amount > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.amount >= self._same(other)

    def shared(self, shares: Sequence[Fraction]) -> tuple[Money, ...]:
        """Split exactly by shares that sum to one; left-over cents go to the largest remainders, first come first.

        >>> Money("100").shared([Fraction(1, 3)] * 3)
        (Money('33.34', 'CNY'), Money('33.33', 'CNY'), Money('33.33', 'CNY'))

        Raises:
            InvalidInput: if the shares do not sum to one or one of them is negative.
        """
        if sum(shares) != 1 or any(share < 0 for share in shares):
            msg = f"shares are fractions of a whole and sum to 1; got {[str(s) for s in shares]}"
            raise InvalidInput(msg)
        cents = int(self.amount.scaleb(2, _EXACT))
        exact = [cents * share for share in shares]
        parts = [part.numerator // part.denominator for part in exact]
        by_remainder = sorted(range(len(parts)), key=lambda i: parts[i] - exact[i])
        for i in by_remainder[: cents - sum(parts)]:
            parts[i] += 1
        return tuple(Money(Decimal(part).scaleb(-2, _EXACT), self.currency) for part in parts)


def total(amounts: Iterable[Money], currency: str = "CNY") -> Money:
    """The sum of amounts in one currency; nothing at all sums to zero of ``currency``."""
    result = Money(0, currency)
    for amount in amounts:
        result += amount
    return result


def positive(_: object, __: object, value: Money) -> None:
    """An attrs validator: money that moves is more than zero.

    Raises:
        InvalidInput: if it is not.
    """
    if value.amount <= 0:
        msg = f"an amount to move is more than zero; got {value}"
        raise InvalidInput(msg)

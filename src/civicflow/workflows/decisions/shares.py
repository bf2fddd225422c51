"""Shares and what is measured by them: exact numbers only; ``>= 0.67`` is wrong where this is right.

Heads are counted, areas are measured. Of 37 heads two thirds are at least 25; of 100 m² more than half is anything above
50 m², for instance 50.01.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Final, TypeAlias

import attrs

from civicflow.errors import InvalidInput
from civicflow.texts import Text, bilingual

Amount: TypeAlias = int | Fraction
"""How much: a number of heads, or an exact measure."""

Given: TypeAlias = int | Fraction | Decimal | str
"""How an amount may be written; a text as ``"89.53"`` or ``"2/3"``."""


def exact(value: Given) -> Amount:
    """An amount, exact; a whole one is an ``int``.

    >>> exact("89.50"), exact(3), exact("4.00")
    (Fraction(179, 2), 3, 4)

    Raises:
        InvalidInput: for a float, for less than zero, and for what is no number.
    """
    if isinstance(value, bool | float):
        msg = f"an amount is never a float; write {str(value)!r} as text, int or Decimal"
        raise InvalidInput(msg)
    try:
        amount = Fraction(value)
    except (ValueError, TypeError, OverflowError, InvalidOperation, ZeroDivisionError):
        msg = f"an amount is a number such as 37 or '89.53'; got {value!r}"
        raise InvalidInput(msg) from None
    if amount < 0:
        msg = f"an amount is at least zero; got {value!r}"
        raise InvalidInput(msg)
    return amount.numerator if amount.denominator == 1 else amount


def exact_or_none(value: Given | None) -> Amount | None:
    """An amount, or None as it is."""
    return None if value is None else exact(value)


def shown(amount: Amount) -> str:
    """An amount as minutes write it: as a decimal where it is one.

    >>> shown(37), shown(Fraction(179, 2)), shown(Fraction(1, 3)), shown(Fraction(-5, 2))
    ('37', '89.5', '1/3', '-2.5')
    """
    if isinstance(amount, int):
        return str(amount)
    den, twos, fives = amount.denominator, 0, 0
    while den % 2 == 0:
        den, twos = den // 2, twos + 1
    while den % 5 == 0:
        den, fives = den // 5, fives + 1
    places = max(twos, fives)
    if den != 1:
        return str(amount)
    digits = str(abs(amount.numerator) * 10**places // amount.denominator).rjust(places + 1, "0")
    point = len(digits) - places
    sign = "-" if amount < 0 else ""
    return f"{sign}{digits[:point]}.{digits[point:]}" if places else f"{sign}{digits}"


@attrs.frozen
class Measure:
    """What is added up of those who vote.

    Attributes:
        name: under which a count holds it, for instance ``area``.
        text: what it is.
        unit: of measurement, or empty.
        whole: it comes in whole numbers, so that "more than half of 37" is "at least 19".
    """

    name: str
    text: Text = attrs.field(converter=bilingual)
    unit: str = ""
    whole: bool = True

    def say(self, amount: Amount) -> str:
        """An amount with its unit."""
        return f"{shown(amount)} {self.unit}" if self.unit else shown(amount)


HEADS: Final = Measure("heads", "heads | 人数")
"""Everybody counts once."""

AREA: Final = Measure("area", "exclusive area | 专有部分面积", "m²", whole=False)
"""Owners by the area of what they own alone (Civil Code art. 278)."""

SHARES: Final = Measure("shares", "votes by share | 份额票数")
"""Owners by their shares, a whole number of votes each (tantièmes in the French law of 1965)."""


def _whole(_: object, attribute: attrs.Attribute[int], value: int) -> None:
    if type(value) is not int or value < 1:
        msg = f"{attribute.name} of a share is a whole number, at least 1; got {value!r}"
        raise InvalidInput(msg)


@attrs.frozen
class Share:
    """A share as a fraction of integers.

    Attributes:
        num, den: the fraction, for instance 2 and 3; at most all.
        strict: more than the share, not just as much (过半数 and 超过 exclude the number, 以上 includes it: Civil Code
            art. 1259, and its usage for 过半数).

    Raises:
        InvalidInput: if it is no share of at most all.
    """

    num: int = attrs.field(validator=_whole)
    den: int = attrs.field(validator=_whole)
    strict: bool = False

    def __attrs_post_init__(self) -> None:
        if self.num > self.den or (self.strict and self.num == self.den):
            msg = f"a majority is a share of at most all; got {'more than ' * self.strict}{self.num}/{self.den}"
            raise InvalidInput(msg)

    @property
    def text(self) -> Text:
        """The share in words, before what it is a share of.

        >>> Share(2, 3).text.en, Share(1, 2, strict=True).text.en
        ('at least 2/3', 'more than 1/2')
        """
        share = f"{self.num}/{self.den}"
        return Text(f"more than {share}", f"超过{share}") if self.strict else Text(f"at least {share}", f"至少{share}")

    def needed(self, base: Amount, *, whole: bool = True) -> Amount:
        """The least that is the share of a base; where nothing is whole, the bound itself, which ``strict`` excludes.

        >>> (
        ...     Share(2, 3).needed(37),
        ...     Share(1, 2, strict=True).needed(37),
        ...     Share(1, 2, strict=True).needed(37, whole=False),
        ... )
        (25, 19, Fraction(37, 2))
        """
        bound = Fraction(self.num) * base / self.den
        if not whole:
            return bound.numerator if bound.denominator == 1 else bound
        floor = bound.numerator // bound.denominator
        return floor + 1 if self.strict or bound != floor else floor

    def holds(self, part: Amount, base: Amount) -> bool:
        """Whether a part is that share of a base; nothing is a share of nothing.

        >>> Share(2, 3).holds(24, 37), Share(2, 3).holds(25, 37), Share(2, 3).holds(0, 0)
        (False, True, False)
        """
        if base <= 0 or part <= 0:
            return False
        left, right = part * self.den, self.num * base
        return left > right if self.strict else left >= right

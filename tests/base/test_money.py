"""Money is exact."""

from __future__ import annotations

import operator
from collections.abc import Callable
from decimal import Decimal, localcontext
from fractions import Fraction
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow.errors import InvalidInput
from civicflow.money import Money, total

cents = st.integers(-(10**20), 10**20)
weights = st.lists(st.integers(0, 1_000), min_size=1, max_size=9).filter(any)


def _yuan(n: int) -> Money:
    return Money(Decimal(n).scaleb(-2))


def _cents(amount: Money) -> int:
    return int(amount.amount.scaleb(2))


@given(cents, cents)
def test_sums_and_differences_are_those_of_whole_cents(a: int, b: int) -> None:
    """Adding and subtracting amounts is adding and subtracting integers."""
    assert _cents(_yuan(a) + _yuan(b)) == a + b
    assert _cents(_yuan(a) - _yuan(b)) == a - b
    assert _cents(-_yuan(a)) == -a


@given(cents, cents)
def test_amounts_are_ordered_as_whole_cents(a: int, b: int) -> None:
    """Every comparison answers as for integers."""
    for compare in (operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne):
        assert compare(_yuan(a), _yuan(b)) is compare(a, b)


@given(st.lists(cents))
def test_a_total_is_the_sum(amounts: list[int]) -> None:
    """Nothing sums to zero, anything to its cents."""
    assert _cents(total(map(_yuan, amounts))) == sum(amounts)


@given(cents, weights)
def test_a_split_loses_no_cent_and_favours_nobody(amount: int, parts: list[int]) -> None:
    """The parts sum to the whole, and none is a whole cent away from its exact share."""
    shares = [Fraction(part, sum(parts)) for part in parts]
    split = _yuan(amount).shared(shares)
    assert sum(map(_cents, split)) == amount
    for part, share in zip(split, shares, strict=True):
        assert abs(_cents(part) - amount * share) < 1


@given(cents, st.integers(1, 9))
def test_left_over_cents_go_to_the_first_of_equals(amount: int, n: int) -> None:
    """Equal shares differ by at most one cent, and the first are never the smaller."""
    split = [_cents(part) for part in _yuan(amount).shared([Fraction(1, n)] * n)]
    assert split == sorted(split, reverse=True)
    assert split[0] - split[-1] <= 1


@given(cents)
def test_an_amount_is_read_as_it_is_written(amount: int) -> None:
    """Equal amounts are one value, however they were written, and show the same digits."""
    money = _yuan(amount)
    assert Money(str(money.amount)) == money
    assert hash(Money(money.amount.normalize())) == hash(money)
    assert eval(repr(money)) == money
    assert str(Money(money.amount.normalize())) == str(money)


def test_there_is_no_minus_zero() -> None:
    """Zero has one spelling, or two records of one fact would differ by a byte."""
    for zero in (Money("-0"), -Money(0), Money("-0.00"), Money(1) - Money(1)):
        assert repr(zero) == "Money('0.00', 'CNY')"


def test_the_context_of_the_host_changes_nothing() -> None:
    """A thread that computes with six digits still adds money exactly."""
    with localcontext() as context:
        context.prec = 6
        amount = Money("12345678.91")
        assert (amount + Money("0.01")).amount == Decimal("12345678.92")
        assert (amount - Money("0.01")).amount == Decimal("12345678.90")
        assert str(-amount) == "-12,345,678.91 CNY"
        assert [part.amount for part in amount.shared([Fraction(1, 2)] * 2)] == [
            Decimal("6172839.46"),
            Decimal("6172839.45"),
        ]


@pytest.mark.parametrize("value", [0.5, 1.0, "1.005", "0.001", "abc", "NaN", "sNaN", "Infinity", "1e36", None, [1]])
def test_what_is_no_exact_amount_is_refused(value: str) -> None:
    """Floats, fractions of a cent, numbers without end and what is no number; the message shows the value."""
    with pytest.raises(InvalidInput) as caught:
        Money(value)
    assert repr(value).strip("'") in str(caught.value)


def test_the_largest_amounts_still_add_up_or_say_so() -> None:
    """An amount has at most 36 digits before the point; a sum beyond that is an error, never rounded."""
    most = Money("9" * 36 + ".99")
    assert most - most == Money(0)
    with pytest.raises(InvalidInput, match="36 digits"):
        most + Money("0.01")


@pytest.mark.parametrize("currency", ["", "cny", "YUAN", "人民币", None])
def test_a_currency_is_a_code_of_iso_4217(currency: str) -> None:
    """Three capital letters, or the message says so."""
    with pytest.raises(InvalidInput, match="ISO 4217"):
        Money(1, currency)


@pytest.mark.parametrize(
    "act",
    [operator.add, operator.sub, operator.lt, operator.le, operator.gt, operator.ge],
    ids=lambda act: act.__name__,
)
@pytest.mark.parametrize("other", [Money(1, "USD"), cast("Money", 0.5)], ids=str)
def test_two_currencies_do_not_meet(act: Callable[[Money, Money], object], other: Money) -> None:
    """Nothing adds or compares amounts of two currencies, or money and a bare number."""
    with pytest.raises(InvalidInput, match="not amounts in one currency"):
        act(Money(1), other)


def test_equal_amounts_of_two_currencies_are_not_equal() -> None:
    """One yuan is not one dollar."""
    assert Money(1) != Money(1, "USD")
    assert total([], "USD") == Money(0, "USD")


@pytest.mark.parametrize("shares", [[], [Fraction(1, 2)], [Fraction(3, 2), Fraction(-1, 2)]])
def test_shares_are_parts_of_a_whole(shares: list[Fraction]) -> None:
    """Shares sum to one and none is negative."""
    with pytest.raises(InvalidInput, match="sum to 1"):
        Money(1).shared(shares)

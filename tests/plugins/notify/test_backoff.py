"""How long the relay waits between attempts."""

from __future__ import annotations

from datetime import timedelta

import hypothesis.strategies as st
import pytest
from hypothesis import given

from civicflow.errors import InvalidInput
from civicflow.plugins.notify.backoff import Backoff, Dice

SPANS = st.timedeltas(min_value=timedelta(microseconds=1), max_value=timedelta(days=30))
NONE = timedelta(0)


@given(SPANS, SPANS, st.integers(1, 10**9), st.randoms())
def test_a_wait_lies_between_nothing_and_the_ceiling(first: timedelta, longest: timedelta, n: int, dice: Dice) -> None:
    """However often it was tried, the wait is positive and no longer than ``first * 4**(n-1)`` and ``longest``."""
    wait = Backoff(first=first, longest=longest).wait(n, dice)
    assert NONE < wait <= longest
    if n <= 5:
        assert wait <= first * 4 ** (n - 1)


@given(SPANS, SPANS, st.timedeltas(min_value=NONE), st.randoms())
def test_a_wish_is_granted_up_to_the_age(first: timedelta, age: timedelta, wish: timedelta, dice: Dice) -> None:
    """Retry-After is waited for in full and at most `first` longer; nobody waits past the age for it."""
    wait = Backoff(first=first, age=age).wait(1, dice, retry_after=wish)
    assert min(wish, age) < wait <= min(wish, age) + first


class Lowest:
    """Dice that always show nought."""

    def randrange(self, stop: int, /) -> int:
        """The first of the numbers."""
        return 0


@given(st.timedeltas(max_value=NONE))
def test_a_wish_for_the_past_is_none(wish: timedelta) -> None:
    """A channel that asks for nothing, or less, gets the ordinary wait."""
    assert Backoff().wait(3, Lowest(), retry_after=wish) == timedelta(microseconds=1)


@pytest.mark.parametrize("wrong", [{"attempts": 0}, {"first": NONE}, {"longest": NONE}, {"age": -timedelta(days=1)}])
def test_refuses_nonsense(wrong: dict[str, int]) -> None:
    """A back-off that never tries, or waits for nothing, is a mistake."""
    with pytest.raises(InvalidInput, match="at least one attempt and positive spans"):
        Backoff(**wrong)  # type: ignore[arg-type]

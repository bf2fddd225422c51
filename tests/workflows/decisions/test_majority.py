"""Majorities against exact fractions."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow import InvalidInput
from civicflow.workflows.decisions import MORE_THAN_HALF_OF_ALL_SEATS, TWO_THIRDS_OF_ALL_SEATS, Base, Count, Majority

BASES: tuple[Base, ...] = ("seats", "filled", "cast", "yes-no")


@st.composite
def counts(draw: st.DrawFn) -> Count:
    """How a vote may come out: nobody votes who does not sit, and nobody sits where there is no seat."""
    seats = draw(st.integers(0, 40))
    filled = draw(st.integers(0, seats))
    yes = draw(st.integers(0, filled))
    no = draw(st.integers(0, filled - yes))
    return Count(yes, no, draw(st.integers(0, filled - yes - no)), seats, filled)


@st.composite
def majorities(draw: st.DrawFn) -> Majority:
    """A share of a base."""
    den = draw(st.integers(1, 7))
    num = draw(st.integers(1, den))
    strict = num < den and draw(st.booleans())
    return Majority(num, den, draw(st.sampled_from(BASES)), strict=strict)


class TestTheLeastNumber:
    """``needed`` is the least number of votes that is the share, or more than it."""

    @pytest.mark.parametrize("share", [Fraction(1, 2), Fraction(2, 3), Fraction(3, 4), Fraction(3, 5), Fraction(1, 1)])
    def test_for_every_body_up_to_two_hundred(self, share: Fraction) -> None:
        """It carries, and one fewer does not, by the definition and without a float."""
        for n in range(1, 201):
            needed = Majority(share.numerator, share.denominator, "seats").needed(n)
            assert Fraction(needed, n) >= share > Fraction(needed - 1, n)
            if share < 1:
                strict = Majority(share.numerator, share.denominator, "seats", strict=True).needed(n)
                assert Fraction(strict, n) > share >= Fraction(strict - 1, n)

    def test_of_thirty_seven_seats(self) -> None:
        """24 fail, 25 pass; more than half are 19."""
        assert not TWO_THIRDS_OF_ALL_SEATS.of(Count(24, 13, 0, 37, 37)).reached
        assert TWO_THIRDS_OF_ALL_SEATS.of(Count(25, 12, 0, 37, 37)).reached
        assert MORE_THAN_HALF_OF_ALL_SEATS.needed(37) == 19

    def test_of_whom_matters(self) -> None:
        """Of 37 seats with two vacant, two thirds of all seats are 25, of the filled seats 24."""
        count = Count(24, 11, 0, 37, 35)
        assert [Majority(2, 3, base).of(count).needed for base in BASES] == [25, 24, 24, 24]
        assert not Majority(2, 3, "seats").of(count).reached
        assert Majority(2, 3, "filled").of(count).reached


class TestResults:
    """What a majority rule says of a count."""

    @given(rule=majorities(), count=counts())
    def test_it_is_the_fraction(self, rule: Majority, count: Count) -> None:
        """Carried exactly when the votes in favour are that share of that base; of an empty base nothing is carried."""
        result = rule.of(count)
        base = {
            "seats": count.seats,
            "filled": count.filled,
            "cast": count.yes + count.no + count.abstain,
            "yes-no": count.yes + count.no,
        }[rule.base]
        assert result.base == base
        exact = Fraction(count.yes, base) if base else Fraction(0)
        share = Fraction(rule.num, rule.den)
        assert result.reached == (base > 0 and (exact > share if rule.strict else exact >= share))
        assert result.reached == (result.missing == 0 and base > 0)

    @given(rule=majorities(), count=counts())
    def test_one_more_in_favour_never_harms(self, rule: Majority, count: Count) -> None:
        """Whoever changes from no to yes does not undo what was carried."""
        if count.no and rule.of(count).reached:
            changed = Count(count.yes + 1, count.no - 1, count.abstain, count.seats, count.filled)
            assert rule.of(changed).reached

    @given(rule=majorities(), count=counts())
    def test_the_minutes_say_the_numbers(self, rule: Majority, count: Count) -> None:
        """In both languages, with what was missing."""
        result = rule.of(count)
        for text in (result.text.en, result.text.zh):
            assert str(result.counted) in text
            assert str(result.needed) in text
        assert ("missing" in result.text.en) == (not result.reached)

    @pytest.mark.parametrize(
        ("num", "den", "strict"), [(0, 3, False), (4, 3, False), (1, 0, False), (2, 2, True), (-1, 2, False)]
    )
    def test_a_share_is_of_at_most_all(self, num: int, den: int, strict: bool) -> None:  # noqa: FBT001  # a table's column
        """More than all can never be reached; it is no rule."""
        with pytest.raises(InvalidInput):
            Majority(num, den, "seats", strict=strict)

    def test_an_unknown_base_is_named_with_those_there_are(self) -> None:
        """A rule without a base is no rule."""
        with pytest.raises(InvalidInput, match="seats, filled, entitled, present, cast"):
            Majority(1, 2, "owners")  # type: ignore[arg-type]

"""Sums that are exact whatever they are: payments and what goes back, and quotes that are compared."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from civicflow import Money
from civicflow.money import total
from civicflow.workflows.funds.splitting import in_proportion
from civicflow.workflows.works import Points, from_each
from civicflow.workflows.works.comparing import best, scores

CENTS = st.integers(1, 10**9).map(lambda cents: Money(fen(cents)))


def fen(cents: int) -> str:
    """An amount of so many fen."""
    return f"{cents // 100}.{cents % 100:02}"


@st.composite
def payments(draw: st.DrawFn, smallest: int) -> tuple[list[Money], list[Money]]:
    """What some sources give, and payments that together are no more."""
    gave = draw(st.lists(st.integers(1, 10**6), min_size=1, max_size=5))
    left, paid = sum(gave), []
    for _ in range(draw(st.integers(1, 6))):
        if left < smallest:
            break
        part = draw(st.integers(smallest, left))
        paid.append(Money(fen(part)))
        left -= part
    return [Money(fen(cents)) for cents in gave], paid


def spent(gave: list[Money], paid: list[Money]) -> list[Money]:
    """What was paid of each source in the end."""
    so_far = [Money(0)] * len(gave)
    for amount in paid:
        parts = from_each(amount, gave, so_far)
        assert total(parts) == amount
        assert all(part >= Money(0) for part in parts)
        so_far = [one + part for one, part in zip(so_far, parts, strict=True)]
        assert all(one <= most for one, most in zip(so_far, gave, strict=True))
    return so_far


class TestPayments:
    """Every payment is taken from the sources so that, if it were the last one, the rest would go back in proportion."""

    @given(payments(1))
    def test_exact_never_negative_never_more_than_a_source_gave(self, drawn: tuple[list[Money], list[Money]]) -> None:
        """Whatever is paid in whatever parts, down to a single fen."""
        gave, paid = drawn
        back = [g - p for g, p in zip(gave, spent(gave, paid), strict=True)]
        assert total(back) + total(paid) == total(gave)

    @given(payments(1).filter(lambda drawn: all(p.amount >= 2 * _share(drawn[0]) for p in drawn[1])))
    def test_what_goes_back_is_in_proportion_to_the_fen(self, drawn: tuple[list[Money], list[Money]]) -> None:
        """However many payments there were, where each takes two fen or more of every source."""
        gave, paid = drawn
        back = [g - p for g, p in zip(gave, spent(gave, paid), strict=True)]
        assert tuple(back) == in_proportion(total(gave) - total(paid), gave)


def _share(gave: list[Money]) -> Fraction:
    """How much is paid where the smallest source gives a fen."""
    return Fraction(total(gave).amount) / Fraction(min(gave).amount) / 100


QUOTES = st.dictionaries(st.sampled_from("abcdef"), CENTS, min_size=1)


class TestComparing:
    """The lowest price is best; with criteria the highest sum of points is, and of equal ones the lower price."""

    @given(QUOTES)
    def test_by_price_alone_the_lowest_is_best(self, quotes: dict[str, Money]) -> None:
        """All of them, where several are alike."""
        lowest = min(quotes.values())
        assert set(best(quotes, 100)) == {bidder for bidder, amount in quotes.items() if amount == lowest}

    @given(QUOTES, st.data())
    def test_no_other_quote_scores_higher_than_the_best(self, quotes: dict[str, Money], data: st.DataObject) -> None:
        """Nor as high for less."""
        given_points = [Points(bidder, "warranty", data.draw(st.integers(0, 40))) for bidder in quotes]
        sums = scores(quotes, 60, given_points)
        for winner in best(quotes, 60, given_points):
            assert sums[winner] == max(sums.values())
            assert all(quotes[winner] <= quotes[b] for b, score in sums.items() if score == sums[winner])

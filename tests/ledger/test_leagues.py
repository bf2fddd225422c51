"""League tables: exact, ties share a rank, and few cases are no performance."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow import InvalidInput
from civicflow.ledger.facts import CaseFacts
from civicflow.ledger.figures import grouped
from civicflow.ledger.leagues import league

CASES = st.lists(
    st.builds(
        CaseFacts,
        flow=st.just("ticket"),
        state=st.just("any"),
        unit=st.sampled_from([None, "a", "b", "c", "d"]),
        opened=st.just(0),
        closed=st.sampled_from([None, 1]),
    ),
    max_size=30,
)


@given(cases=CASES, least=st.integers(1, 4))
def test_a_rank_is_how_many_are_better(cases: list[CaseFacts], least: int) -> None:
    """One more than the groups whose share is larger, of those that count enough; the others have none, and stand last."""
    groups = grouped(cases, lambda facts: facts.unit, 1)
    table = league(groups, "settled", least=least)
    assert {one.group for one in table} == set(groups)
    ranked = [one for one in table if one.rank is not None]
    assert list(table[: len(ranked)]) == ranked
    assert all(one.rate.of >= least for one in ranked)
    assert all(one.rate.of < least for one in table[len(ranked) :])
    for one in ranked:
        assert one.rank == 1 + sum((other.rate.share or 0) > (one.rate.share or 0) for other in ranked)
        assert one.rates is groups[one.group]
        assert one.rate == one.rates.settled


def test_shares_are_compared_exactly() -> None:
    """One third and 333 of 1,000 read alike, and are not."""
    cases = [CaseFacts(flow="t", state="s", unit="a", opened=0, closed=n if n == 1 else None) for n in (1, 2, 3)]
    cases += [CaseFacts(flow="t", state="s", unit="b", opened=0, closed=1 if n < 333 else None) for n in range(1000)]
    first, second = league(grouped(cases, lambda facts: facts.unit, 1), "settled")
    assert (first.group, second.group) == ("a", "b")
    assert first.rate.percent == second.rate.percent == "33.3%"
    assert (first.rank, second.rank) == (1, 2)


def test_a_rank_needs_a_case() -> None:
    """Nought of nought is no place."""
    with pytest.raises(InvalidInput, match="at least one case that is counted; got least=0"):
        league({}, "settled", least=0)

"""Lots that anybody can draw again: the seed and the names decide, and nothing else."""

from __future__ import annotations

from collections import Counter
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow import InvalidInput
from civicflow.workflows.granting import Ties
from civicflow.workflows.lots import draw

SEEDS = st.text(min_size=1).filter(str.strip)


@given(SEEDS, st.sets(st.text(), min_size=1, max_size=20), st.data())
def test_only_seed_and_names_decide(seed: str, names: set[str], data: st.DataObject) -> None:
    """Law: whatever their order, twice named or not; fewer are the first of more; a name that goes draws only the next one."""
    given_ = sorted(names)
    many = data.draw(st.integers(1, len(given_)))
    drawn = draw(seed, given_, many)
    assert drawn == draw(seed, [*data.draw(st.permutations(given_)), given_[0]], many)
    assert draw(seed, given_, len(given_))[:many] == drawn
    assert len(set(drawn)) == many
    assert set(drawn) <= names
    if many < len(given_):
        rest = [name for name in given_ if name != drawn[0]]
        assert draw(seed, rest, many)[: many - 1] == drawn[1:]


@given(SEEDS, st.sets(st.text(), min_size=1, max_size=20))
def test_whoever_knows_the_rule_draws_it_by_hand(seed: str, names: set[str]) -> None:
    """The least SHA-256 of seed, line feed and name wins."""
    by_hand = min(names, key=lambda name: sha256(f"{seed}\n{name}".encode()).hexdigest())
    assert draw(seed, names) == (by_hand,)


def test_a_lot_falls_on_each() -> None:
    """Of three names about a third of the seeds each."""
    fallen = Counter(draw(str(seed), ["a", "b", "c"])[0] for seed in range(3000))
    assert all(900 < fallen[name] < 1100 for name in "abc")


@pytest.mark.parametrize(
    ("seed", "names", "many"), [("", "ab", 1), (" ", "ab", 1), ("s", "ab", 0), ("s", "ab", 3), ("s", "", 1)]
)
def test_nonsense_is_an_error(seed: str, names: str, many: int) -> None:
    """That says what can be drawn."""
    with pytest.raises(InvalidInput):
        draw(seed, names, many)


def test_a_rule_that_draws_lots_has_a_seed_to_draw_from() -> None:
    """A call is announced with it: a blank one would fail only when the rule selects."""
    with pytest.raises(InvalidInput):
        Ties("lot", seed=" ")

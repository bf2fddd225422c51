"""What is left of a project: exact, and never more taken than there is."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow import InvalidInput, Money
from civicflow.workflows.needs.parts import Part, TakeUp, asked, without
from civicflow.workflows.needs.project import ListProject

AMOUNTS = st.dictionaries(st.sampled_from("abc"), st.integers(1, 9).map(Decimal))


@given(there=AMOUNTS, gone=AMOUNTS)
def test_what_is_left_and_what_is_gone_are_the_whole(there: dict[str, Decimal], gone: dict[str, Decimal]) -> None:
    """Together they are what there was; a part of which nothing is left is not named."""
    taken = {name: min(n, there[name]) for name, n in gone.items() if name in there}
    rest = without(there, taken)
    assert {name: rest.get(name, 0) + taken.get(name, 0) for name in there} == there
    assert all(rest.values())


@given(there=AMOUNTS, part=st.sampled_from(["", "a", "d"]))
def test_whoever_says_no_number_asks_for_all(there: dict[str, Decimal], part: str) -> None:
    """Of one part all that is left of it, of none named all that is left; of one that is gone nothing."""
    wanted = {name: n for name, n in there.items() if part in ("", name)}
    assert asked(TakeUp(part=part), there) == wanted


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (lambda: Part(name="two words"), "symbol"),
        (lambda: Part(name="a", quantity=0), "whole number from 1"),
        (lambda: Part(name="a", quantity=True), "whole number from 1"),
        (lambda: Part(name="a", amount=Money(0)), "more than zero"),
        (lambda: Part(name="a", quantity=1, amount=Money(1)), "one of the two"),
        (lambda: ListProject(title="t", needs="N", parts=(Part(name="a"), Part(name="a"))), "a stands twice"),
        (lambda: TakeUp(part="a", amount=Money(-1)), "more than zero"),
    ],
    ids=["symbol", "no pieces", "no number", "no amount", "both", "twice", "less than nothing"],
)
def test_a_part_that_makes_no_sense_is_refused(wrong: Callable[[], object], says: str) -> None:
    """Before anything is entered."""
    with pytest.raises(InvalidInput, match=says):
        wrong()


def test_what_a_part_is_in_all() -> None:
    """One thing, so many, or an amount."""
    parts = (Part(name="a"), Part(name="b", quantity=3), Part(name="c", amount=Money("0.50")))
    assert [part.total for part in parts] == [1, 3, Decimal("0.50")]


def test_the_precision_of_the_host_changes_nothing() -> None:
    """Whoever counts with two digits elsewhere is left the cent here."""
    with localcontext(prec=2):
        assert without({"a": Decimal("3000.01")}, {"a": Decimal(3000)}) == {"a": Decimal("0.01")}
        assert without({"a": Decimal("3000.01")}, {"a": Decimal(1)}) == {"a": Decimal("2999.01")}

"""Human numbers: two cases never read alike, and a form that would let them is refused when it is written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow import InvalidInput, Numbers
from civicflow.workflows.numbers import spellings

CODES = st.text("0123456789AB-〕/", min_size=1, max_size=6)
BETWEEN = st.text("-/年〕 A", min_size=1, max_size=2)
ENDS = st.text("-〔号0A", max_size=2)


@st.composite
def forms(draw: st.DrawFn) -> str:
    """Any sound form with all three gaps."""
    gaps = draw(
        st.permutations(["{code}", "{year}", draw(st.sampled_from(["{number}", "{number:03}", "{number:06}"]))])
    )
    first, second, third = gaps
    return draw(ENDS) + first + draw(BETWEEN) + second + draw(BETWEEN) + third + draw(ENDS)


@given(
    form=forms(),
    one=st.tuples(CODES, st.integers(2020, 2030), st.integers(1, 2000)),
    other=st.tuples(CODES, st.integers(2020, 2030), st.integers(1, 2000)),
)
def test_no_two_cases_read_alike(form: str, one: tuple[str, int, int], other: tuple[str, int, int]) -> None:
    """Whatever the codes: another code, year or number is another text."""
    numbers = Numbers(form=form)
    same = numbers.spell(code=one[0], year=one[1], number=one[2]) == numbers.spell(
        code=other[0], year=other[1], number=other[2]
    )
    assert same is (one == other)


@pytest.mark.parametrize(
    ("form", "reasons"),
    [
        ("{code}-{number}", ["{year} stands in it once"]),
        ("{code}-{year}", ["{number} stands in it once"]),
        ("", ["{year} stands", "{number} stands"]),
        ("{year}{number}", ["between two gaps"]),
        ("{year}0{number}", ["between two gaps"]),
        ("{year}-{number}-{number}", ["{number} stands in it once"]),
        ("{year}-{number}-{unit}", ["no such gap"]),
        ("{year.real}-{number}", ["no such gap", "{year} stands"]),
        ("{year!r}-{number}", ["no such gap", "{year} stands"]),
        ("{year}-{number:>9}", ["only a number is filled up"]),
        ("{year}-{number:0999}", ["only a number is filled up"]),
        ("{year:06}-{number}", ["only a number is filled up"]),
        ("{year}-{{number}}", ["a brace", "a brace"]),
        ("{year}-{number", ["a brace", "{number} stands"]),
        ("{year}\n{number}", ["cannot be seen"]),
    ],
)
def test_a_form_that_is_none_is_refused(form: str, reasons: list[str]) -> None:
    """With every fault at once. It is no format string of Python: nothing in it is looked up."""
    with pytest.raises(InvalidInput, match="cannot be numbered") as raised:
        Numbers(form=form)
    assert len(raised.value.faults) == len(reasons), raised.value
    for fault, reason in zip(raised.value.faults, reasons, strict=True):
        assert reason in fault.reason


def test_large_numbers_grow() -> None:
    """Six digits are the least and not the most."""
    assert Numbers().spell(code="410106", year=2026, number=1_234_567) == "410106-2026-1234567"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [("410106-2026-000123", "410106-2026-000123"), (" ４１０１０６－２０２６－０００１２３\n", "410106-2026-000123")],
)
def test_a_number_is_found_as_it_is_typed(typed: str, meant: str) -> None:
    """Whatever width a keyboard writes."""
    assert spellings(typed)[-1] == meant

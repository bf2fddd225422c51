"""Time limits as they are written."""

from __future__ import annotations

from typing import cast, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow.calendars import LimitUnit, TimeLimit, days, hours, working_days
from civicflow.errors import InvalidInput

limits = st.builds(TimeLimit, st.integers(0, 10**9 - 1), st.sampled_from(get_args(LimitUnit)))


@given(limits)
def test_a_limit_is_read_as_it_is_said(limit: TimeLimit) -> None:
    """Either language's words, and the unit of a flow file, give the limit back."""
    for written in (str(limit), limit.text.en, limit.text.zh, f"{limit.n} {limit.unit}", f" {limit.n}{limit.unit} "):
        assert TimeLimit.of(written) == limit
    assert TimeLimit.of(limit) is limit


@pytest.mark.parametrize(
    ("written", "limit"),
    [
        ("3 workdays", working_days(3)),
        ("3 working days", working_days(3)),
        ("1 working day", working_days(1)),
        ("3个工作日", working_days(3)),
        ("5 days", days(5)),
        ("1 day", days(1)),
        ("15日", days(15)),
        ("15天", days(15)),
        ("2 hours", hours(2)),
        ("2小时", hours(2)),
        ("2个小时", hours(2)),
        ("0 hours", hours(0)),
    ],
)
def test_the_spellings_of_the_field(written: str, limit: TimeLimit) -> None:
    """Flow files, English rules and Chinese rules spell a limit in these ways."""
    assert TimeLimit.of(written) == limit


@pytest.mark.parametrize(
    "written", ["", "3", "days", "-1 days", "1.5 days", "3 weeks", "3 workingdays", "３ days", "3 days ago", None, 35]
)
def test_anything_else_is_refused_with_an_example(written: str) -> None:
    """The message shows what was read and what would be right."""
    with pytest.raises(InvalidInput, match="'3 workdays'") as caught:
        TimeLimit.of(written)
    assert repr(written) in str(caught.value)


@pytest.mark.parametrize("n", [-1, 1.0, "3", None, True])
def test_a_limit_counts_whole_units(n: int) -> None:
    """Less than nothing, parts and texts are no count."""
    for make in (working_days, days, hours):
        with pytest.raises(InvalidInput, match="0 or more whole units"):
            make(n)


def test_a_limit_counts_one_of_three_units() -> None:
    """Weeks and months are not units: their length is disputed."""
    with pytest.raises(InvalidInput, match="workdays, days or hours"):
        TimeLimit(3, cast("LimitUnit", "weeks"))


def test_one_of_a_thing_is_said_in_the_singular() -> None:
    """English has a plural, Chinese has none."""
    assert [str(make(n)) for make in (working_days, days, hours) for n in (0, 1, 2)] == [
        *("0 working days", "1 working day", "2 working days"),
        *("0 days", "1 day", "2 days"),
        *("0 hours", "1 hour", "2 hours"),
    ]
    assert [limit(1).text.zh for limit in (working_days, days, hours)] == ["1个工作日", "1天", "1小时"]

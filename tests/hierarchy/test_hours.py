"""Opening hours as schema.org writes them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow.errors import InvalidInput
from civicflow.hierarchy.hours import Hours

CHINA = timezone(timedelta(hours=8))
DAYS = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
MONDAY = datetime(2026, 3, 2, tzinfo=CHINA)
MINUTE = st.integers(0, 24 * 60)


def clock(minute: int) -> str:
    """A minute of the day as it is written."""
    return f"{minute // 60:02}:{minute % 60:02}"


@given(
    st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), MINUTE, MINUTE).filter(lambda t: t[2] < t[3]), max_size=4),
    st.integers(0, 7 * 24 * 60 - 1),
)
def test_open_exactly_within_what_is_written(lines: list[tuple[int, int, int, int]], minute: int) -> None:
    """Law: at each minute of a week it is open if some line has that day and that minute; a range of days may run over Sunday."""
    hours = Hours.of(f"{DAYS[first]}-{DAYS[last]} {clock(start)}-{clock(end)}" for first, last, start, end in lines)
    at = MONDAY + timedelta(minutes=minute)
    day, time = divmod(minute, 24 * 60)
    expected = any((day - first) % 7 <= (last - first) % 7 and start <= time < end for first, last, start, end in lines)
    assert hours.is_open(at) == expected
    assert Hours.of(hours.written) == hours


def test_the_zone_is_the_places_own() -> None:
    """The same instant is another hour elsewhere; without a zone it is none."""
    hours = Hours.of(["Mo,We 09:00-17:00"])
    assert hours.is_open(MONDAY.replace(hour=9))
    assert not hours.is_open(MONDAY.replace(hour=17))
    assert not hours.is_open(MONDAY.replace(hour=9).astimezone(UTC))
    with pytest.raises(InvalidInput, match="an instant has a zone"):
        hours.is_open(datetime(2026, 3, 2, 9))  # what is refused


@pytest.mark.parametrize(
    "line",
    ["", "Mo", "09:00-17:00", "Mo 9:00-17:00", "Mo 09:00-25:00", "Mo 09:60-17:00", "Mn 09:00-17:00", "Mo-Xx 09:00-17:00",
     "Mo 17:00-09:00", "Mo 09:00-09:00", "Mo 09:00-17:00; Tu 09:00-17:00"],
)  # fmt: skip
def test_what_is_not_written_so_is_refused(line: str) -> None:
    """With the way to write it, and the value."""
    with pytest.raises(InvalidInput, match="hours "):
        Hours.of([line])

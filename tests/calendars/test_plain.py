"""Calendars without announced data, and from a list."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow.calendars import from_days, weekdays, working_days
from civicflow.errors import InvalidInput


@given(st.dates())
def test_weekdays_are_monday_to_friday_for_certain(day: date) -> None:
    """In every year, and nothing about them is provisional."""
    calendar = weekdays("Africa/Nairobi")
    assert calendar.is_working(day) is (day.isoweekday() <= 5)
    assert (calendar.announced_from, calendar.announced_through) == (date.min, date.max)


def test_a_list_covers_its_years() -> None:
    """A yearly list is certain from 1 January to 31 December, and provisional beyond."""
    calendar = from_days(
        "city", "Asia/Shanghai", version="2026", holidays=["2026-05-01", date(2026, 5, 4)], make_up=["2026-05-09"]
    )
    assert (calendar.announced_from, calendar.announced_through) == (date(2026, 1, 1), date(2026, 12, 31))
    assert calendar.day_after(date(2026, 4, 30), 5) == (date(2026, 5, 9), False)
    assert calendar.day_after(date(2026, 12, 31), 1) == (date(2027, 1, 1), True)
    assert calendar.day_after(date(2025, 12, 31), 1) == (date(2026, 1, 1), False)
    assert calendar.day_after(date(2025, 12, 30), 1) == (date(2025, 12, 31), True)
    assert calendar.due(working_days(1), datetime(2026, 12, 31, tzinfo=UTC)).provisional


def test_a_list_may_say_what_it_covers() -> None:
    """An empty list is a fact when it says for when; another weekend is a fact too."""
    calendar = from_days(
        "rest on Friday",
        "Asia/Riyadh",
        version="1",
        holidays=[],
        announced_from=date(2026, 1, 1),
        announced_through=date(2026, 6, 30),
        weekend={4, 5},
    )
    assert calendar.day_after(date(2026, 5, 7), 1) == (date(2026, 5, 10), False)
    assert calendar.day_after(date(2026, 6, 30), 1) == (date(2026, 7, 1), True)


@pytest.mark.parametrize("known", [{}, {"announced_from": date(2026, 1, 1)}, {"announced_through": date(2026, 1, 1)}])
def test_an_empty_list_must_say_what_it_covers(known: dict[str, date]) -> None:
    """Otherwise nothing would be known of any day."""
    with pytest.raises(InvalidInput, match="say from when through when"):
        from_days("city", "UTC", version="1", holidays=[], **known)  # type: ignore[arg-type]


def test_every_day_that_cannot_be_read_is_reported() -> None:
    """All at once, with its place in the list, and nothing is made."""
    with pytest.raises(InvalidInput, match="YYYY-MM-DD") as caught:
        from_days(
            "city",
            "UTC",
            version="1",
            holidays=["2026-05-01", "1 May", datetime(2026, 5, 1, tzinfo=UTC)],
            make_up=["2026-02-29"],
        )
    assert [(fault.path, fault.value) for fault in caught.value.faults] == [
        ("holidays[1]", "1 May"),
        ("holidays[2]", "2026-05-01 00:00:00+00:00"),
        ("make_up[0]", "2026-02-29"),
    ]

"""A day ends once, whatever its clock did."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow.calendars import last_instant, zone_named
from civicflow.errors import InvalidInput

ODD = (
    "America/New_York",
    "America/Sao_Paulo",  # midnight did not exist when summer began, and was shown twice when it ended
    "Asia/Beirut",
    "Asia/Gaza",
    "Asia/Kathmandu",
    "Asia/Shanghai",
    "Atlantic/Azores",
    "Australia/Lord_Howe",  # half an hour of summer
    "Pacific/Apia",  # skipped 2011-12-30
    "Pacific/Kwajalein",  # skipped 1993-08-21
    "Pacific/Kiritimati",
    "UTC",
)
MICROSECOND = timedelta(microseconds=1)


@given(st.dates(date(1800, 1, 1), date(2200, 1, 1)), st.sampled_from(ODD).map(ZoneInfo))
def test_after_the_last_instant_of_a_day_its_place_has_left_it(day: date, zone: ZoneInfo) -> None:
    """The last instant is on that day (or before, if the day was skipped), and the next microsecond is after it."""
    end = last_instant(day, zone)
    assert end.tzinfo is UTC
    assert end.astimezone(zone).date() <= day < (end + MICROSECOND).astimezone(zone).date()


@given(st.dates(date(1800, 1, 1), date(2200, 1, 1)), st.sampled_from(ODD).map(ZoneInfo))
def test_days_end_in_their_order(day: date, zone: ZoneInfo) -> None:
    """No day ends before the one before it."""
    assert last_instant(day, zone) <= last_instant(day + timedelta(days=1), zone)


@pytest.mark.parametrize(
    ("zone", "day", "end"),
    [
        ("Asia/Shanghai", "2026-05-01", "2026-05-01T15:59:59.999999Z"),
        # A day of 23 hours and one of 25.
        ("America/New_York", "2026-03-08", "2026-03-09T03:59:59.999999Z"),
        ("America/New_York", "2026-11-01", "2026-11-02T04:59:59.999999Z"),
        # The clock jumped from midnight to one: the day before ended as ever.
        ("America/Sao_Paulo", "2018-11-03", "2018-11-04T02:59:59.999999Z"),
        # The clock went from midnight back to eleven: the later 23:59:59 ends the day.
        ("America/Sao_Paulo", "2018-02-17", "2018-02-18T02:59:59.999999Z"),
        # The clock jumped from half past eleven to half past midnight: the day ended with the jump.
        ("America/Toronto", "1919-03-30", "1919-03-31T04:29:59.999999Z"),
        # The place crossed the date line and had no 30 December: it ended where the 29th did.
        ("Pacific/Apia", "2011-12-29", "2011-12-30T09:59:59.999999Z"),
        ("Pacific/Apia", "2011-12-30", "2011-12-30T09:59:59.999999Z"),
        ("Pacific/Apia", "2011-12-31", "2011-12-31T09:59:59.999999Z"),
    ],
)
def test_clock_changes_on_record(zone: str, day: str, end: str) -> None:
    """The days on which clocks were really changed end when people there saw them end."""
    assert last_instant(date.fromisoformat(day), ZoneInfo(zone)) == datetime.fromisoformat(end)


@pytest.mark.parametrize("name", ["", "Shanghai", "America", "../etc/passwd", "/etc/passwd", "Asia/\0", None])
def test_an_unknown_zone_is_named(name: str) -> None:
    """Whatever is no zone is the caller's mistake, never a crash of the time zone database."""
    with pytest.raises(InvalidInput, match="no time zone is named") as caught:
        zone_named(name)
    assert repr(name) in str(caught.value)

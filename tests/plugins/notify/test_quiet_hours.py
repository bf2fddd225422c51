"""When a recipient is not to be disturbed."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import hypothesis.strategies as st
import pytest
from hypothesis import given

from civicflow.calendars import zone_named
from civicflow.errors import InvalidInput
from civicflow.plugins.notify.quiet import QuietHours

MINUTES = st.builds(time, st.integers(0, 23), st.integers(0, 59))
ZONES = st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "UTC"])
HOURS = st.builds(
    lambda pair, zone: QuietHours(pair[0], pair[1], zone), st.lists(MINUTES, min_size=2, max_size=2, unique=True), ZONES
)
INSTANTS = st.datetimes(datetime(1990, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))


def _is_quiet(hours: QuietHours, at: datetime) -> bool:
    """By minutes since the begin, round the clock."""
    local = at.astimezone(zone_named(hours.zone))
    begin, end, now = (moment.hour * 60 + moment.minute for moment in (hours.begin, hours.end, local))
    return (now - begin) % 1440 < (end - begin) % 1440


@given(HOURS, INSTANTS)
def test_the_end_is_the_first_instant_that_is_not_quiet(hours: QuietHours, at: datetime) -> None:
    """Whoever may be disturbed is told at once; everybody else within a day, and never while it is quiet."""
    end = hours.end_of(at)
    if not _is_quiet(hours, at):
        assert end == at
        return
    assert at < end <= at + timedelta(hours=25)
    steps = range(0, (end - at) // timedelta(minutes=1), 17)
    assert all(_is_quiet(hours, at + timedelta(minutes=n)) for n in steps)
    local = end.astimezone(zone_named(hours.zone))
    assert local.time() >= hours.end or not _is_quiet(hours, end)


@given(HOURS)
def test_is_written_as_it_is_read(hours: QuietHours) -> None:
    """The text that people write says all of it."""
    assert QuietHours.of(str(hours)) == hours


@pytest.mark.parametrize(
    ("at", "end"),
    [
        ("2026-05-01T13:59:59Z", "2026-05-01T13:59:59Z"),
        ("2026-05-01T14:00:00Z", "2026-05-01T23:00:00Z"),
        ("2026-05-01T16:30:00Z", "2026-05-01T23:00:00Z"),
        ("2026-05-01T22:59:59Z", "2026-05-01T23:00:00Z"),
        ("2026-05-01T23:00:00Z", "2026-05-01T23:00:00Z"),
    ],
)
def test_over_midnight(at: str, end: str) -> None:
    """From 22:00 to 07:00 in Shanghai, which is eight hours ahead."""
    hours = QuietHours.of("22:00-07:00 Asia/Shanghai")
    assert hours.end_of(datetime.fromisoformat(at)) == datetime.fromisoformat(end)


def test_when_the_clock_is_put_forward_over_the_end() -> None:
    """From 00:00 to 02:30 in Berlin, where 02:00 to 03:00 does not exist on that night: they end with the jump or soon after."""
    hours = QuietHours.of("00:00-02:30 Europe/Berlin")
    end = hours.end_of(datetime(2026, 3, 28, 23, 30, tzinfo=UTC))
    assert datetime(2026, 3, 29, 1, 0, tzinfo=UTC) <= end <= datetime(2026, 3, 29, 1, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    "wrong", ["", "22-7 Asia/Shanghai", "22:00-07:00", "24:00-07:00 UTC", "07:00-07:00 UTC", "1:00-2:00 UTC"]
)
def test_refuses_what_is_no_span(wrong: str) -> None:
    """A day that is quiet all day, or hours nobody can read."""
    with pytest.raises(InvalidInput, match="quiet hours"):
        QuietHours.of(wrong)


def test_refuses_a_zone_that_is_none() -> None:
    """The message names one that there is."""
    with pytest.raises(InvalidInput, match="Asia/Shanghai"):
        QuietHours.of("22:00-07:00 Asia/Shangai")


def test_refuses_a_naive_instant() -> None:
    """Whose night it is could not be told."""
    with pytest.raises(InvalidInput, match="zone"):
        QuietHours.of("22:00-07:00 UTC").end_of(datetime(2026, 5, 1))

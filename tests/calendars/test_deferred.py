"""A deferred calendar is the calendar it loads, from the first question on."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, date, datetime

import attrs
import pytest

from civicflow.calendars import WorkingCalendar, days, deferred, from_days, hours, weekdays, working_days
from civicflow.errors import InvalidInput

SINCE = datetime(2026, 4, 30, 2, tzinfo=UTC)


def city() -> WorkingCalendar:
    """A calendar with one holiday."""
    return from_days("city", "Asia/Shanghai", version="2026", holidays=["2026-05-01"])


class Counted:
    """A loader that counts how often it was asked."""

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self) -> WorkingCalendar:
        """The city's calendar."""
        self.calls += 1
        return city()


def test_nothing_is_loaded_before_a_day_is_asked_for() -> None:
    """The clock of the place is known; its days are read once, by the first question that needs them."""
    load = Counted()
    calendar = deferred("city", "Asia/Shanghai", load)
    assert (calendar.name, calendar.zone) == ("city", "Asia/Shanghai")
    assert calendar.local_date(SINCE) == date(2026, 4, 30)
    assert calendar.due(days(1), SINCE) == city().due(days(1), SINCE)
    assert calendar.due(hours(1), SINCE) == city().due(hours(1), SINCE)
    assert load.calls == 0
    assert calendar.due(working_days(1), SINCE) == city().due(working_days(1), SINCE)
    assert not calendar.is_working(date(2026, 5, 1))
    assert calendar.version == "2026"
    assert load.calls == 1


def test_it_equals_what_it_loads() -> None:
    """A calendar is a value, however it came to its days."""
    calendar = deferred("city", "Asia/Shanghai", city)
    assert calendar == city()
    assert city() == deferred("city", "Asia/Shanghai", city)
    assert hash(deferred("city", "Asia/Shanghai", city)) == hash(city())
    assert isinstance(calendar, WorkingCalendar)


def test_it_is_copied_pickled_and_changed_like_any_other() -> None:
    """Also before it was loaded."""
    for again in (
        copy.copy(deferred("city", "Asia/Shanghai", city)),
        pickle.loads(pickle.dumps(deferred("city", "Asia/Shanghai", city))),
        attrs.evolve(deferred("city", "Asia/Shanghai", city)),
    ):
        assert again == city()
        assert again.due(working_days(1), SINCE) == city().due(working_days(1), SINCE)


def test_a_misspelt_field_loads_nothing() -> None:
    """It is the error that Python gives for any object."""
    load = Counted()
    calendar = deferred("city", "Asia/Shanghai", load)
    with pytest.raises(AttributeError, match="no attribute 'holiday'"):
        getattr(calendar, "holiday")  # noqa: B009
    assert load.calls == 0


def test_it_does_not_change() -> None:
    """A frozen value stays frozen before and after loading."""
    calendar = deferred("city", "Asia/Shanghai", city)
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        setattr(calendar, "version", "x")  # noqa: B010


@pytest.mark.parametrize("other", [weekdays("Asia/Shanghai"), attrs.evolve(city(), zone="UTC")], ids=lambda c: c.name)
def test_another_calendar_is_not_taken_for_it(other: WorkingCalendar) -> None:
    """What is loaded bears the name and the zone that were promised."""
    calendar = deferred("city", "Asia/Shanghai", lambda: other)
    with pytest.raises(InvalidInput, match="was to be loaded"):
        calendar.is_working(date(2026, 5, 1))

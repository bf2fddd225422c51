"""A calendar whose days are read on first use, so that opening an office does not wait for them."""

from __future__ import annotations

from collections.abc import Callable

import attrs

from civicflow.calendars.working import WorkingCalendar
from civicflow.errors import InvalidInput


class DeferredCalendar(WorkingCalendar):
    """A `WorkingCalendar` that fills its empty fields when the first of them is read."""

    __slots__ = ("_load",)
    _load: Callable[[], WorkingCalendar]

    def __getattr__(self, name: str) -> object:
        # Python asks here only for a slot that is still empty; threads that race fill in the same values.
        if name not in _FIELDS:
            msg = f"{type(self).__name__!r} object has no attribute {name!r}"
            raise AttributeError(msg)
        loaded = self._load()
        if (loaded.name, loaded.zone) != (self.name, self.zone):
            msg = f"calendar {self.name!r} of {self.zone} was to be loaded, not {loaded.name!r} of {loaded.zone}"
            raise InvalidInput(msg)
        for field in _FIELDS:
            object.__setattr__(self, field, getattr(loaded, field))
        return getattr(loaded, name)


_FIELDS = frozenset(field.name for field in attrs.fields(WorkingCalendar))


def deferred(name: str, zone: str, load: Callable[[], WorkingCalendar]) -> WorkingCalendar:
    """A calendar that is loaded when a day of it is first asked for; hours and days in the zone need no loading.

    Args:
        name: the calendar's name, known beforehand.
        zone: the IANA name of the place's clock, known beforehand.
        load: makes the calendar of that name and zone, the same each time it is called.

    Raises:
        InvalidInput: on first use, if another name or zone is loaded.
    """
    calendar = DeferredCalendar.__new__(DeferredCalendar)
    for field, value in (("name", name), ("zone", zone), ("_load", load)):
        object.__setattr__(calendar, field, value)
    return calendar

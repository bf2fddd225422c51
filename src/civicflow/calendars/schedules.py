"""Schedules: when something falls due that each case may have of its own, as it is given and as data keeps it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Final, cast

from civicflow.calendars.instants import check_aware
from civicflow.calendars.limits import TimeLimit
from civicflow.calendars.recurrence import Recurrence, Roll
from civicflow.calendars.working import Due, WorkingCalendar
from civicflow.calendars.zones import last_instant, zone_named
from civicflow.errors import Fault, InvalidInput

Schedule = TimeLimit | Recurrence | date
"""After a time limit, on the next of some recurring days, or at the end of one day."""

_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")
_PARTS: Final = ("rule", "first", "roll", "also", "without")


def schedule(value: object) -> Schedule:
    """A schedule of what was given, or of the builtins that a case keeps.

    >>> schedule("3 workdays"), schedule("2022-12-31")
    (TimeLimit(n=3, unit='workdays'), datetime.date(2022, 12, 31))
    >>> print(schedule({"rule": "FREQ=MONTHLY;BYMONTHDAY=10", "first": "2026-01-01"}))
    every month on day 10, moved to the next working day

    Args:
        value: one already; ``3 workdays``; ``2026-01-31``; or a mapping with the attributes of a `TimeLimit` or a `Recurrence`.

    Raises:
        InvalidInput: if it is none of these.
    """
    if isinstance(value, TimeLimit | Recurrence) or (isinstance(value, date) and not isinstance(value, datetime)):
        return value
    if isinstance(value, str):
        return day(value) if _DAY.fullmatch(value) else TimeLimit.of(value)
    if isinstance(value, Mapping):
        return TimeLimit(**value) if value.keys() == {"n", "unit"} else recurring(value)
    msg = f"a schedule is a time limit, a recurrence or a day; got {value!r}"
    raise InvalidInput(msg)


def recurring(value: object) -> Recurrence:
    """A recurrence of what was given, or of the builtins that a case keeps.

    Args:
        value: one already, or a mapping with the attributes of one; days as days or as 2026-01-31.

    Raises:
        InvalidInput: if a part is missing, unknown or wrong; unknown and missing ones all at once.
    """
    if isinstance(value, Recurrence):
        return value
    if not isinstance(value, Mapping):
        msg = f"recurring days are given as a Recurrence, or by {', '.join(_PARTS)}; got {value!r}"
        raise InvalidInput(msg)
    faults = [Fault(reason="no part of a recurrence", path=str(name)) for name in value if name not in _PARTS]
    faults += [Fault(reason="is missing", path=name) for name in ("rule", "first") if name not in value]
    if faults:
        msg = f"recurring days are given by {', '.join(_PARTS)}"
        raise InvalidInput(msg, faults)
    also, without = (tuple(day(one) for one in value.get(name, ())) for name in ("also", "without"))
    roll = cast("Roll", str(value.get("roll", "following")))
    return _recurrence(str(value["rule"]), day(value["first"]), roll, also, without)


# Whatever is kept is read again at every step: the rule is parsed and tried once.
@lru_cache(maxsize=1024)
def _recurrence(rule: str, first: date, roll: Roll, also: tuple[date, ...], without: tuple[date, ...]) -> Recurrence:
    return Recurrence(rule=rule, first=first, roll=roll, also=frozenset(also), without=frozenset(without))


def day(value: object) -> date:
    """A day, or as it is written.

    >>> day("2026-01-31"), day(date(2026, 1, 31))
    (datetime.date(2026, 1, 31), datetime.date(2026, 1, 31))

    Raises:
        InvalidInput: if it is none.
    """
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    elif isinstance(value, date) and not isinstance(value, datetime):
        return value
    msg = f"a day is written as 2026-01-31; got {value!r}"
    raise InvalidInput(msg)


def falls(kept: Schedule | None, since: datetime, calendar: WorkingCalendar) -> Due | None:
    """When a schedule falls due that counts from an instant.

    Args:
        kept: the schedule; None where there is none.
        since: the instant from which it counts (any zone); a day that has passed by then falls due at once.
        calendar: in which it is counted.

    Returns:
        The instant; None where there is no schedule, or its recurrence has come to an end.

    Raises:
        InvalidInput: if ``since`` has no zone.
    """
    match kept:
        case None:
            return None
        case TimeLimit():
            return calendar.due(kept, since)
        case Recurrence():
            return kept.due(calendar, since)
    return Due(max(last_instant(kept, zone_named(calendar.zone)), check_aware(since)))

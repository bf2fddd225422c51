"""Calendars for places without announced data, and calendars from a place's own list of days."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from civicflow.calendars.working import WorkingCalendar, check_date
from civicflow.errors import Fault, InvalidInput

SATURDAY_SUNDAY = frozenset({5, 6})


def weekdays(zone: str) -> WorkingCalendar:
    """Monday to Friday, no holidays, certain for all years.

    >>> weekdays("Africa/Nairobi").is_working(date(2026, 5, 1))
    True

    Args:
        zone: the IANA name of the place's clock.

    Raises:
        InvalidInput: if there is no such zone.
    """
    return WorkingCalendar(name="weekdays", version="1", zone=zone, announced_from=date.min, announced_through=date.max)


def from_days(
    name: str,
    zone: str,
    *,
    holidays: Iterable[date | str],
    make_up: Iterable[date | str] = (),
    version: str,
    announced_from: date | None = None,
    announced_through: date | None = None,
    weekend: Iterable[int] = SATURDAY_SUNDAY,
) -> WorkingCalendar:
    """A calendar from a list of days, such as a city publishes every year.

    >>> calendar = from_days("city", "Asia/Shanghai", version="2026", holidays=["2026-05-01"])
    >>> calendar.is_working(date(2026, 5, 1)), str(calendar.announced_through)
    (False, '2026-12-31')

    Args:
        name: what the calendar is called.
        zone: the IANA name of the place's clock.
        holidays: days off besides the weekend, as dates or ``YYYY-MM-DD``.
        make_up: days of the weekend that are worked.
        version: names the list; recorded with what it decided.
        announced_from: the first day that the list covers; by default 1 January of the first year in it.
        announced_through: the last such day; by default 31 December of the last year in it.
        weekend: the weekdays off, 0 Monday to 6 Sunday.

    Raises:
        InvalidInput: with every day that cannot be read, a list that is empty without an announced time, an unknown
            zone, or a day that is both off and worked.
    """
    faults: list[Fault] = []
    off = _read("holidays", holidays, faults)
    worked = _read("make_up", make_up, faults)
    if faults:
        msg = f"calendar {name!r} has days that cannot be read; write them as YYYY-MM-DD"
        raise InvalidInput(msg, faults)
    years = {day.year for day in (*off, *worked)}
    if not years and (announced_from is None or announced_through is None):
        msg = f"calendar {name!r} lists no day; say from when through when it is announced"
        raise InvalidInput(msg)
    return WorkingCalendar(
        name=name,
        version=version,
        zone=zone,
        weekend=weekend,
        holidays=off,
        make_up=worked,
        announced_from=date(min(years), 1, 1) if announced_from is None else announced_from,
        announced_through=date(max(years), 12, 31) if announced_through is None else announced_through,
    )


def _read(path: str, days: Iterable[date | str], faults: list[Fault]) -> list[date]:
    read: list[date] = []
    for number, day in enumerate(days):
        try:
            read.append(date.fromisoformat(day) if isinstance(day, str) else check_date(day))
        except ValueError:
            faults.append(Fault(reason="is no day", value=str(day), path=f"{path}[{number}]"))
    return read

"""The working calendar of mainland China, from the data of the `holidays` package.

The State Council announces each November the holidays of the coming year and the weekend days that are worked for them
(国务院办公厅关于部分节假日安排的通知). The package records the announcements of 2004 and later; for years to come it
computes the statutory days alone and gives no sign that nothing was announced. We read the announcement off its make-up
days: no year without one was ever announced. What lies beyond the last is counted with the statutory days and is
provisional.
"""

from __future__ import annotations

import functools
from datetime import date
from typing import Final

import attrs

from civicflow.calendars.deferred import deferred
from civicflow.calendars.working import WorkingCalendar

NAME: Final = "CN"
ZONE: Final = "Asia/Shanghai"
WEEKEND: Final = frozenset({5, 6})

_FIRST_YEAR: Final = 2004
"""The first year from which the package has every announcement; before it there are single days of 2001 alone."""


def china(announced_through: date | None = None) -> WorkingCalendar:
    """The working days of mainland China: State Council holidays off, make-up weekend days (调休) worked.

    The days are read when one is first asked for. To add an announcement before the package has it, lay it over this
    calendar: ``attrs.evolve(china(), holidays=…, make_up=…, announced_through=…, version=…)``.

    Args:
        announced_through: days after this one are provisional even where the package has them, as they were before
            the announcement; a day later than the package knows changes nothing, because the days are missing.
    """
    return deferred(NAME, ZONE, functools.partial(_load, announced_through))


def _load(known_through: date | None) -> WorkingCalendar:
    calendar = _announced()
    if known_through is None or known_through >= calendar.announced_through:
        return calendar
    return attrs.evolve(
        calendar,
        version=f"{calendar.version}, taken through {known_through}",
        announced_from=min(calendar.announced_from, known_through),
        announced_through=known_through,
    )


@functools.cache
def _announced() -> WorkingCalendar:
    from importlib.metadata import version

    import holidays

    # All years at once: the package fills in a year, make-up days too, only when a day of it is asked for.
    years = range(_FIRST_YEAR, holidays.country_holidays(NAME).end_year + 1)
    table = holidays.country_holidays(NAME, years=years)
    make_up = frozenset(day for day in table.weekend_workdays if day.year >= _FIRST_YEAR and day.weekday() in WEEKEND)
    last = max(day.year for day in make_up)
    return WorkingCalendar(
        name=NAME,
        version=f"holidays {version('holidays')}, announced through {last}",
        zone=ZONE,
        weekend=WEEKEND,
        holidays=table.keys() - make_up,
        make_up=make_up,
        announced_from=date(_FIRST_YEAR, 1, 1),
        announced_through=date(last, 12, 31),
    )

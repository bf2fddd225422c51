"""Places and their days: IANA zones, and the last instant of a day that a clock change may have cut short."""

from __future__ import annotations

import functools
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING, Final

from civicflow.errors import InvalidInput

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_LAST_MOMENT: Final = time(23, 59, 59, 999999)
_LAST_MOMENT_AGAIN: Final = time(23, 59, 59, 999999, fold=1)
_MICROSECOND: Final = timedelta(microseconds=1)


@functools.cache
def zone_named(name: str) -> ZoneInfo:
    """The zone of an IANA name.

    >>> zone_named("Asia/Shanghai").key
    'Asia/Shanghai'

    Raises:
        InvalidInput: if the time zone database has no such zone.
    """
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (LookupError, ValueError, OSError, TypeError):
        # A folder of the database ("America") is an OSError, a path out of it ("../x") a ValueError.
        msg = f"no time zone is named {name!r}; use an IANA name such as 'Asia/Shanghai'"
        raise InvalidInput(msg) from None


@functools.lru_cache(maxsize=4096)  # many matters fall due on few days
def last_instant(day: date, zone: ZoneInfo) -> datetime:
    """The last microsecond (UTC) of a day at a place.

    Where the clock shows the last moment twice, the later one counts; where it skips the end of the day, the day ends
    with the last microsecond before the jump; a day that the place skipped altogether ends when it would have begun.

    >>> last_instant(date(2026, 5, 1), zone_named("Asia/Shanghai"))
    datetime.datetime(2026, 5, 1, 15, 59, 59, 999999, tzinfo=datetime.timezone.utc)

    Raises:
        OverflowError: if the instant lies beyond year 1 or 9999 of UTC.
    """
    # PEP 495: of a time shown twice, fold=1 is the later; a time never shown is read with the offset after the jump.
    end = datetime.combine(day, _LAST_MOMENT_AGAIN, zone).astimezone(UTC)
    if end.astimezone(zone).date() == day and end.astimezone(zone).time() == _LAST_MOMENT:
        return end
    beyond = datetime.combine(day, _LAST_MOMENT, zone).astimezone(UTC)
    while (gap := beyond - end) > _MICROSECOND:
        middle = end + gap // 2
        if middle.astimezone(zone).date() <= day:
            end = middle
        else:
            beyond = middle
    return end

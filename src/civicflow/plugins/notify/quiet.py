"""Quiet hours: when a recipient is not to be disturbed, by the clock of where they live."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from typing import Final

import attrs

from civicflow.calendars import zone_named
from civicflow.calendars.instants import check_aware
from civicflow.errors import InvalidInput

_WRITTEN: Final = re.compile(r"([01]\d|2[0-3]):([0-5]\d) *[-–] *([01]\d|2[0-3]):([0-5]\d) +(\S+)")
_DAY: Final = timedelta(days=1)


@attrs.frozen
class QuietHours:
    """From one time of the day to another, every day; over midnight where the end is not later than the begin.

    >>> QuietHours.of("22:00-07:00 Asia/Shanghai").end_of(datetime(2026, 5, 1, 15, 30, tzinfo=UTC))
    datetime.datetime(2026, 5, 1, 23, 0, tzinfo=datetime.timezone.utc)

    Attributes:
        begin: the first moment that is quiet, by the clock of the zone.
        end: the first moment after it that is not.
        zone: the IANA name of the time zone.
    """

    begin: time
    end: time
    zone: str

    def __attrs_post_init__(self) -> None:
        zone_named(self.zone)
        if self.begin == self.end or self.begin.tzinfo is not None or self.end.tzinfo is not None:
            msg = (
                f"quiet hours begin at one time of the day and end at another, without a zone of their own; got {self}"
            )
            raise InvalidInput(msg)

    @classmethod
    def of(cls, written: str) -> QuietHours:
        """Read ``22:00-07:00 Asia/Shanghai``.

        Raises:
            InvalidInput: if it is written otherwise, or there is no such zone.
        """
        found = _WRITTEN.fullmatch(written.strip())
        if found is None:
            msg = f"quiet hours are written as 22:00-07:00 Asia/Shanghai; got {written!r}"
            raise InvalidInput(msg)
        return cls(time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4])), found[5])

    def __str__(self) -> str:
        return f"{self.begin:%H:%M}-{self.end:%H:%M} {self.zone}"

    def end_of(self, at: datetime) -> datetime:
        """The first instant at or after one (UTC) that is not quiet: the instant itself, or the end of the hours.

        Where the clock jumps over the end, they end with the jump; where it shows the end twice, at the first time.

        Raises:
            InvalidInput: if the instant has no zone.
        """
        at = check_aware(at)
        zone = zone_named(self.zone)
        local = at.astimezone(zone)
        if not self._is_quiet(local.time()):
            return at
        ends = (datetime.combine(local.date() + n * _DAY, self.end, zone).astimezone(UTC) for n in (0, 1))
        # On the day when the clock is put back, what is past by the clock may come once more.
        return min((end for end in ends if end > at), default=at)

    def _is_quiet(self, moment: time) -> bool:
        if self.begin < self.end:
            return self.begin <= moment < self.end
        return moment >= self.begin or moment < self.end

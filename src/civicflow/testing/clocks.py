"""A clock that stands still until a test moves it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from civicflow.errors import InvalidInput

_MONDAY_MORNING: Final = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)  # nine o'clock in Beijing


class FrozenClock:
    """Call it for the present instant, an aware `datetime` in UTC.

    >>> clock = FrozenClock()
    >>> clock().isoformat()
    '2026-03-02T01:00:00+00:00'
    >>> clock.advance(days=1, hours=2).isoformat()
    '2026-03-03T03:00:00+00:00'
    """

    def __init__(self, at: datetime = _MONDAY_MORNING) -> None:
        self._now = _in_utc(at)

    def __call__(self) -> datetime:
        """The present instant."""
        return self._now

    def advance(
        self,
        *,
        weeks: int = 0,
        days: int = 0,
        hours: int = 0,
        minutes: int = 0,
        seconds: int = 0,
        microseconds: int = 0,
    ) -> datetime:
        """Let time pass; negative amounts go back. Returns the new present."""
        self._now += timedelta(
            weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds, microseconds=microseconds
        )
        return self._now

    def set(self, at: datetime) -> datetime:
        """Make it this instant.

        Raises:
            InvalidInput: the instant has no zone.
        """
        self._now = _in_utc(at)
        return self._now


def _in_utc(at: datetime) -> datetime:
    if at.utcoffset() is None:
        msg = f"an instant needs its zone; got {at.isoformat()}"
        raise InvalidInput(msg)
    return at.astimezone(UTC)

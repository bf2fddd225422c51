"""Instants: aware UTC `datetime` inside, whole microseconds since the Unix epoch where they are stored and sorted.

This module is the only door to pendulum, which reads ISO 8601 and words durations; it is loaded on first use.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final, Literal

from civicflow.calendars.limits import TimeLimit
from civicflow.calendars.zones import zone_named
from civicflow.errors import InvalidInput
from civicflow.texts import Text

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_DAY: Final = timedelta(days=1)
_SECONDS_A_DAY: Final = 86_400
_MICROS_A_SECOND: Final = 1_000_000
_DATE: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_TIME: Final = r"[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]{1,6})?)?"
_INSTANT: Final = re.compile(rf"{_DATE}T{_TIME}(Z|[+-][0-9]{{2}}(?::?[0-9]{{2}})?)?")


def check_aware(value: datetime) -> datetime:
    """The same instant as a plain `datetime` in UTC, whatever zone or subclass it came in.

    >>> check_aware(datetime.fromisoformat("2026-05-01T08:00+08:00"))
    datetime.datetime(2026, 5, 1, 0, 0, tzinfo=datetime.timezone.utc)

    Raises:
        InvalidInput: if the value is no datetime, has no zone, or lies outside the years 1 to 9999 of UTC.
    """
    if type(value) is datetime and value.tzinfo is UTC:
        return value
    if not _is_aware(value):
        msg = f"an instant is a datetime with a zone, such as datetime.now(UTC); got {value!r}"
        raise InvalidInput(msg)
    return from_micros(to_micros(value))


def _is_aware(value: object) -> bool:
    return isinstance(value, datetime) and value.utcoffset() is not None


def to_micros(at: datetime) -> int:
    """Microseconds since 1970-01-01T00:00Z, exact; negative before it.

    >>> to_micros(datetime(1970, 1, 2, tzinfo=UTC))
    86400000000

    Raises:
        InvalidInput: if the datetime has no zone or lies outside the years 1 to 9999 of UTC.
    """
    try:
        # Not `at - _EPOCH`: pendulum's own subtraction goes through floats and loses a microsecond far from 1970.
        since = datetime.__sub__(at, _EPOCH)
    except (TypeError, OverflowError):
        msg = f"an instant is a datetime with a zone, such as datetime.now(UTC); got {at!r}"
        raise InvalidInput(msg) from None
    micros = (since.days * _SECONDS_A_DAY + since.seconds) * _MICROS_A_SECOND + since.microseconds
    if not _FIRST <= micros <= _LAST:
        msg = f"an instant lies within the years 1 to 9999 of UTC; got {at.isoformat()}"
        raise InvalidInput(msg)
    return micros


def from_micros(n: int) -> datetime:
    """The instant (UTC) of a number of microseconds since 1970-01-01T00:00Z, exact.

    >>> from_micros(86400000000)
    datetime.datetime(1970, 1, 2, 0, 0, tzinfo=datetime.timezone.utc)

    Raises:
        InvalidInput: if it lies outside the years 1 to 9999 or is no whole number.
    """
    if type(n) is int:
        try:
            return _EPOCH + timedelta(0, 0, n)
        except OverflowError:
            pass
    msg = f"an instant is a whole number of microseconds from {_FIRST} (year 1) to {_LAST} (year 9999); got {n!r}"
    raise InvalidInput(msg)


def _span_of_years() -> tuple[int, int]:
    first, last = datetime.min.replace(tzinfo=UTC) - _EPOCH, datetime.max.replace(tzinfo=UTC) - _EPOCH
    one = timedelta(microseconds=1)
    return first // one, last // one


_FIRST, _LAST = _span_of_years()


def instant(text: str, zone: str | None = None, *, fold: Literal[0, 1] = 0) -> datetime:
    """Read a date with a time of ISO 8601 (extended format) into an instant (UTC).

    An offset in the text decides alone. A text without one is local time of ``zone``, read after PEP 495: of a time
    that the clock shows twice ``fold=0`` is the earlier and ``fold=1`` the later; a time that the clock skips is moved
    past the jump by its length with ``fold=0`` and before it with ``fold=1``.

    >>> instant("2026-05-01T08:30", zone="Asia/Shanghai")
    datetime.datetime(2026, 5, 1, 0, 30, tzinfo=datetime.timezone.utc)

    Args:
        text: for instance ``2026-05-01T08:30+08:00``; seconds and up to six decimals are optional, the ``T`` is not.
        zone: the IANA name of the place whose clock a text without an offset was read from.
        fold: which reading to take where the clock was changed.

    Raises:
        InvalidInput: if the text is no such instant, or has neither an offset nor a zone.
    """
    found = _INSTANT.fullmatch(str(text))
    if found is None:
        msg = f"an instant is written as 2026-05-01T08:30:00+08:00 (ISO 8601); got {text!r}"
        raise InvalidInput(msg)
    if found[1] is None and zone is None:
        msg = f"{text!r} does not say in which zone; add an offset (+08:00) or pass zone='Asia/Shanghai'"
        raise InvalidInput(msg)
    import pendulum

    try:
        read: object = pendulum.parse(text, exact=True)
    except (ValueError, OverflowError):
        msg = f"there is no such day or time of day; got {text!r}"
        raise InvalidInput(msg) from None
    assert isinstance(read, datetime)  # the pattern lets nothing else through
    if found[1] is None and zone is not None:
        read = datetime.combine(read.date(), read.time(), zone_named(zone)).replace(fold=fold)
    return check_aware(read)


def span(start: datetime, end: datetime) -> Text:
    """How far ``end`` lies from ``start``, in words.

    Between a day and three months it counts days, as people do before a deadline; else the nearest unit that fits.

    >>> from datetime import timedelta
    >>> now = datetime(2026, 5, 1, tzinfo=UTC)
    >>> str(span(now, now + timedelta(days=3)))
    'in 3 days | 3天后'
    >>> str(span(now, now - timedelta(hours=2)))
    '2 hours ago | 2小时前'

    Raises:
        InvalidInput: if one of the two has no zone.
    """
    start, end = check_aware(start), check_aware(end)
    if start == end:
        return Text("now", "现在")
    distance = abs(end - start)
    if _DAY <= distance < 90 * _DAY:
        words = TimeLimit((distance + _DAY // 2) // _DAY, "days").text
    else:
        import pendulum

        ours, theirs = pendulum.instance(end), pendulum.instance(start)
        words = Text(*(ours.diff_for_humans(theirs, absolute=True, locale=locale) for locale in ("en", "zh")))
    return Text(f"in {words.en}", f"{words.zh}后") if end > start else Text(f"{words.en} ago", f"{words.zh}前")

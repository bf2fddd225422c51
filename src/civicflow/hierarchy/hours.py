"""Opening hours, written as schema.org writes ``openingHours``: ``Mo-Fr 09:00-17:00``, ``Sa,Su 10:00-16:00``.

They hold by the days of the week in the place's own time. Public holidays and make-up working days (调休) are not looked at:
whether a desk is open then is announced each year, and by the desk.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

import attrs

from civicflow.errors import InvalidInput

_DAYS: Final = ("Mo", "Tu", "We", "Th", "Fr", "Sa", "Su")
_SPELL: Final = re.compile(r"(?P<days>[A-Za-z,-]+) (?P<from>\d\d:\d\d)-(?P<to>\d\d:\d\d)")
_MIDNIGHT: Final = 24 * 60


@attrs.frozen
class Hours:
    """When something is open in a week.

    >>> hours = Hours.of(["Mo-Fr 09:00-12:00", "Mo-Fr 14:00-17:30", "Sa 10:00-16:00"])
    >>> str(hours)
    'Mo-Fr 09:00-12:00; Mo-Fr 14:00-17:30; Sa 10:00-16:00'

    Attributes:
        spells: each a weekday (0 is Monday) with the minutes after midnight from which and until which it is open.
        written: as it was written.
    """

    spells: tuple[tuple[int, int, int], ...]
    written: tuple[str, ...] = ()

    @classmethod
    def of(cls, written: Iterable[str]) -> Hours:
        """The hours that some lines say.

        Raises:
            InvalidInput: if one of them is not written so, or ends before it begins.
        """
        lines = tuple(written)
        return cls(tuple(sorted(spell for line in lines for spell in _spells(line))), lines)

    def is_open(self, at: datetime) -> bool:
        """Whether it is open at an instant, by the clock of the instant's own zone; at the closing time no longer.

        Raises:
            InvalidInput: the instant has no zone.
        """
        if at.utcoffset() is None:
            msg = f"an instant has a zone; got {at.isoformat()}"
            raise InvalidInput(msg)
        minute = at.hour * 60 + at.minute
        return any(day == at.weekday() and start <= minute < end for day, start, end in self.spells)

    def __str__(self) -> str:
        return "; ".join(self.written)


def _spells(line: str) -> Iterator[tuple[int, int, int]]:
    found = _SPELL.fullmatch(line.strip())
    start, end = (_minute(found[part]) for part in ("from", "to")) if found else (None, None)
    days = [day for part in found["days"].split(",") for day in _days(part)] if found else []
    if not days or None in days or start is None or end is None:
        msg = f"hours are written as in 'Mo-Fr 09:00-17:00', days as {', '.join(_DAYS)}; got {line!r}"
        raise InvalidInput(msg)
    if end <= start:
        msg = (
            f"hours end after they begin; write what runs past midnight as two lines, the first to 24:00. Got {line!r}"
        )
        raise InvalidInput(msg)
    yield from ((day, start, end) for day in days if day is not None)


def _days(part: str) -> Iterator[int | None]:
    """The days of ``Mo`` or ``Sa-Mo``; None for a day that is none."""
    first, dash, last = part.partition("-")
    if first not in _DAYS or (dash and last not in _DAYS):
        yield None
        return
    start = _DAYS.index(first)
    length = (_DAYS.index(last) - start) % 7 if dash else 0
    yield from ((start + n) % 7 for n in range(length + 1))


def _minute(text: str) -> int | None:
    hour, minute = map(int, text.split(":"))
    total = hour * 60 + minute
    return total if minute < 60 and total <= _MIDNIGHT else None

"""Working days, numbered from 0001-01-01, so that any count of them is a look-up and never a walk.

A day is its proleptic Gregorian ordinal (`date.toordinal`), so 1 is a Monday. The ordinary week is arithmetic; each
exception from it (a holiday on a weekday, a make-up day on a weekend) moves all later numbers by one.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable
from datetime import date
from typing import Final

_WEEK: Final = 7


class Numbering:
    """The numbers of the working days of one calendar. It never changes once it is made.

    Args:
        weekend: the weekdays off, 0 Monday to 6 Sunday; not all seven.
        holidays: days off.
        make_up: days of the weekend that are worked.
    """

    __slots__ = ("_at", "_before", "_on_days", "_shift", "_worked")

    def __init__(self, weekend: Iterable[int], holidays: Iterable[date], make_up: Iterable[date]) -> None:
        off = frozenset(weekend)
        self._on_days = tuple(day for day in range(_WEEK) if day not in off)
        self._before = tuple(sum(day < end for day in self._on_days) for end in range(_WEEK))
        moves = {day.toordinal(): -1 for day in holidays if day.weekday() not in off}
        moves |= {day.toordinal(): 1 for day in make_up if day.weekday() in off}
        self._at = sorted(moves)
        self._shift = [0]
        for ordinal in self._at:
            self._shift.append(self._shift[-1] + moves[ordinal])
        self._worked = [self.through(ordinal) for ordinal in self._at]

    def through(self, ordinal: int) -> int:
        """How many working days there are from the first day through this one."""
        weeks, rest = divmod(ordinal, _WEEK)
        return weeks * len(self._on_days) + self._before[rest] + self._shift[bisect_right(self._at, ordinal)]

    def nth_after(self, ordinal: int, n: int) -> int:
        """The ordinal of the ``n``-th working day after a day, ``n`` at least 1; it may lie beyond the year 9999."""
        number = self.through(ordinal) + n
        # Among the exceptions, the first that has the number behind it bounds the answer: before it the week is even.
        i = bisect_left(self._worked, number)
        weeks, rest = divmod(number - self._shift[i] - 1, len(self._on_days))
        answer = weeks * _WEEK + self._on_days[rest] + 1
        return answer if i == len(self._at) else min(answer, self._at[i])

"""Time limits as the rules of the field write them: "within 3 working days", "within 15 days", "within 2 hours".

A limit says how much; only a `WorkingCalendar` knows the instant on which it falls.
"""

from __future__ import annotations

import re
from typing import Final, Literal, cast, get_args

import attrs

from civicflow.errors import InvalidInput
from civicflow.texts import Text

LimitUnit = Literal["workdays", "days", "hours"]
"""``workdays`` of a calendar, ``days`` of the place's calendar, ``hours`` that elapse day and night."""

_WORDS: Final[dict[LimitUnit, tuple[str, str]]] = {
    "workdays": ("working day", "个工作日"),
    "days": ("day", "天"),
    "hours": ("hour", "小时"),
}
_SPELLING: Final = re.compile(r"([0-9]{1,9}) *(?:(work(?:ing )?days?)|(days?)|(hours?)|(个工作日)|([天日])|(个?小时))")
_UNIT_OF_GROUP: Final[tuple[LimitUnit, ...]] = ("workdays", "days", "hours", "workdays", "days", "hours")


def _count(_: object, __: object, value: int) -> None:
    if type(value) is not int or value < 0:
        msg = f"a time limit counts 0 or more whole units; got {value!r}"
        raise InvalidInput(msg)


def _unit(_: object, __: object, value: object) -> None:
    if value not in get_args(LimitUnit):
        msg = f"a time limit counts workdays, days or hours; got {value!r}"
        raise InvalidInput(msg)


@attrs.frozen
class TimeLimit:
    """An amount of time that a rule allows.

    Attributes:
        n: how many, 0 or more; 0 means at once.
        unit: what is counted.

    Raises:
        InvalidInput: if ``n`` is negative or no whole number, or the unit is none of the three.
    """

    n: int = attrs.field(validator=_count)
    unit: LimitUnit = attrs.field(validator=_unit)

    @classmethod
    def of(cls, limit: TimeLimit | str) -> TimeLimit:
        """Read a limit as it is written in a flow or a regulation; a `TimeLimit` is returned as it is.

        >>> TimeLimit.of("3 working days") == TimeLimit.of("3 workdays") == TimeLimit.of("3个工作日")
        True

        Raises:
            InvalidInput: if the text is not a whole number and one of the units.
        """
        if isinstance(limit, TimeLimit):
            return limit
        found = _SPELLING.fullmatch(str(limit).strip())
        if found is None:
            msg = f"a time limit is written as '3 workdays', '5 days' or '2 hours'; got {limit!r}"
            raise InvalidInput(msg)
        return cls(int(found[1]), _UNIT_OF_GROUP[cast("int", found.lastindex) - 2])

    @property
    def text(self) -> Text:
        """The limit in words.

        >>> TimeLimit(3, "workdays").text
        Text(en='3 working days', zh='3个工作日')
        """
        en, zh = _WORDS[self.unit]
        return Text(f"{self.n} {en}" if self.n == 1 else f"{self.n} {en}s", f"{self.n}{zh}")

    def __str__(self) -> str:
        return self.text.en


def working_days(n: int) -> TimeLimit:
    """``n`` working days of whatever calendar the office keeps; the day of the event does not count.

    >>> print(working_days(3))
    3 working days
    """
    return TimeLimit(n, "workdays")


def days(n: int) -> TimeLimit:
    """``n`` calendar days, holidays included; the day of the event does not count.

    >>> print(days(15))
    15 days
    """
    return TimeLimit(n, "days")


def hours(n: int) -> TimeLimit:
    """``n`` elapsed hours, nights and holidays included.

    >>> print(hours(1))
    1 hour
    """
    return TimeLimit(n, "hours")


def time_limit(limit: TimeLimit | str) -> TimeLimit:
    """`TimeLimit.of` as a function, for the fields of tables."""
    return TimeLimit.of(limit)

"""Recurring days: "the 10th of every month", "every other Friday", moved off days on which nobody works.

The rule is written as RFC 5545 (iCalendar) has it, section 3.3.10; which day it is held on where it falls on a day off is
the *roll*, under the names that ISDA gave to business day conventions. `dateutil` counts the days; it is loaded on first use.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time
from typing import Any, Final, Literal, cast, get_args

import attrs

from civicflow.calendars.working import Due, WorkingCalendar, check_date
from civicflow.calendars.zones import last_instant, zone_named
from civicflow.errors import Fault, InvalidInput
from civicflow.texts import Text

Roll = Literal["none", "skip", "following", "preceding", "modified-following", "modified-preceding", "nearest"]
"""What becomes of a day that nobody works: it stays (``none``), is left out (``skip``), moves to the next or the last
working day (``following``, ``preceding``), the same unless that lies in another month, then the other way
(``modified-``), or moves to the nearer of the two, the later one where both are as near (``nearest``)."""

_FREQUENCIES: Final = ("YEARLY", "MONTHLY", "WEEKLY", "DAILY")
_PARTS: Final = frozenset(
    (
        "FREQ",
        "INTERVAL",
        "COUNT",
        "UNTIL",
        "BYDAY",
        "BYMONTHDAY",
        "BYYEARDAY",
        "BYWEEKNO",
        "BYMONTH",
        "BYSETPOS",
        "WKST",
    )
)
_DAYS: Final = {
    "MO": Text("Monday", "周一"),
    "TU": Text("Tuesday", "周二"),
    "WE": Text("Wednesday", "周三"),
    "TH": Text("Thursday", "周四"),
    "FR": Text("Friday", "周五"),
    "SA": Text("Saturday", "周六"),
    "SU": Text("Sunday", "周日"),
}
_PERIODS: Final = {
    "YEARLY": ("year", "年"),
    "MONTHLY": ("month", "月"),
    "WEEKLY": ("week", "周"),
    "DAILY": ("day", "天"),
}
_ROLLS: Final[dict[Roll, Text]] = {
    "none": Text("", ""),
    "skip": Text(", left out where that is a day off", "，逢休息日取消"),
    "following": Text(", moved to the next working day", "，遇休息日顺延至下一工作日"),
    "preceding": Text(", moved to the last working day before", "，遇休息日提前至前一工作日"),
    "modified-following": Text(
        ", moved to the next working day of the month, else to the one before", "，遇休息日在当月内顺延，跨月则提前"
    ),
    "modified-preceding": Text(
        ", moved to the working day before within the month, else to the next", "，遇休息日在当月内提前，跨月则顺延"
    ),
    "nearest": Text(", moved to the nearest working day", "，遇休息日调至最近的工作日"),
}
_LONGEST: Final = 400
"""Characters of a rule; nobody's duty needs more."""

_FRUITFUL: Final = 40
"""Years within which a rule must name a day; a Sunday that is 29 February comes every 28 years, or after 40."""

_COUNTS: Final = frozenset(("INTERVAL", "COUNT"))


@attrs.frozen(kw_only=True)
class Occurrence:
    """One day on which something recurs.

    Attributes:
        day: the day on which it is held.
        nominal: the day that the rule names; another one where it was rolled.
        provisional: whether days were looked at whose holidays are not announced yet.
    """

    day: date
    nominal: date
    provisional: bool = False


def _roll(_: object, __: object, value: object) -> None:
    if value not in get_args(Roll):
        msg = f"a day off is rolled by one of {', '.join(get_args(Roll))}; got {value!r}"
        raise InvalidInput(msg)


def _plain_dates(days: Iterable[date]) -> frozenset[date]:
    return frozenset(check_date(day) for day in days)


def _spelled(rule: str) -> str:
    """A rule with its parts in capitals, without blanks and without the name of its property."""
    return re.sub(r"\s", "", str(rule)).upper().removeprefix("RRULE:")


@attrs.frozen(kw_only=True)
class Recurrence:
    """A rule by which days recur.

    >>> from civicflow.calendars import china
    >>> monthly = Recurrence(rule="FREQ=MONTHLY;BYMONTHDAY=10", first=date(2026, 1, 10), roll="following")
    >>> [str(found.day) for found in monthly.within(china(), date(2026, 4, 1), date(2026, 6, 30))]
    ['2026-04-10', '2026-05-11', '2026-06-10']

    Attributes:
        rule: an RRULE of RFC 5545 that counts in days: ``FREQ`` is ``YEARLY``, ``MONTHLY``, ``WEEKLY`` or ``DAILY``.
        first: the day from which it counts (``DTSTART``); it is itself a day of the rule only where the rule names it.
        roll: where an occurrence moves that falls on a day off.
        also: further days (``RDATE``), rolled like the others.
        without: nominal days that are left out (``EXDATE``).

    Raises:
        InvalidInput: if the rule is none of RFC 5545, or counts in less than days; every fault at once.
    """

    rule: str = attrs.field(converter=_spelled)
    first: date = attrs.field(converter=check_date)
    roll: Roll = attrs.field(default="following", validator=_roll)
    also: frozenset[date] = attrs.field(default=frozenset(), converter=_plain_dates)
    without: frozenset[date] = attrs.field(default=frozenset(), converter=_plain_dates)

    def __attrs_post_init__(self) -> None:
        if faults := list(_faults(self.rule)):
            msg = f"{self.rule[:_LONGEST]!r} is no rule for recurring days"
            raise InvalidInput(msg, faults)
        try:
            barren = not self.also and next(iter(self._days(_FRUITFUL)), None) is None
        except (ValueError, TypeError) as error:
            msg = f"{self.rule!r} is no rule of RFC 5545: {error}; write it as FREQ=MONTHLY;BYMONTHDAY=10"
            raise InvalidInput(msg) from error
        if barren:
            msg = f"{self.rule!r} names no day within {_FRUITFUL} years of {self.first}; correct the rule or its first day"
            raise InvalidInput(msg)

    @property
    def _parts(self) -> dict[str, str]:
        return dict(part.split("=", 1) for part in self.rule.split(";"))

    @property
    def is_endless(self) -> bool:
        """Whether it goes on without an end."""
        return not {"COUNT", "UNTIL"} & self._parts.keys()

    @property
    def text(self) -> Text:
        """The rule in words where it is a plain one, else as RFC 5545 spells it; then what a day off does to it.

        >>> Recurrence(rule="FREQ=WEEKLY;INTERVAL=2;BYDAY=FR", first=date(2026, 1, 2), roll="none").text
        Text(en='every 2 weeks on Friday', zh='每2周的周五')
        """
        words, moved = _in_words(self._parts), _ROLLS[self.roll]
        return Text(f"{words.en}{moved.en}", f"{words.zh}{moved.zh}")

    def __str__(self) -> str:
        return self.text.en

    def nominal(self, after: date) -> Iterator[date]:
        """The days that the rule names after a day, in order, not rolled; it may never end."""
        rules = self._days()
        for found in rules.xafter(datetime.combine(after, time.max)):
            yield found.date()

    def following(self, calendar: WorkingCalendar, after: date) -> Iterator[Occurrence]:
        """The occurrences after a day, in order, each on a day of its own; it may never end.

        Two that are rolled to one day are held once.

        Args:
            calendar: says which days are worked.
            after: the day after which to begin; an occurrence that was rolled past it counts.
        """
        held = after
        for nominal in self.nominal(_before(after)):
            found = self._rolled(calendar, nominal)
            if found is not None and found.day > held:
                held = found.day
                yield found

    def within(self, calendar: WorkingCalendar, start: date, end: date) -> tuple[Occurrence, ...]:
        """The occurrences from one day through another, both included."""
        found: list[Occurrence] = []
        if start > end:
            return ()
        for occurrence in self.following(calendar, _shifted(start, -1)):
            if occurrence.day > end:
                break
            found.append(occurrence)
        return tuple(found)

    def next(self, calendar: WorkingCalendar, after: date) -> Occurrence | None:
        """The first occurrence after a day, or None where the rule has come to its end."""
        return next(self.following(calendar, after), None)

    def due(self, calendar: WorkingCalendar, since: datetime) -> Due | None:
        """The end of the first day of recurrence after the day of an event; None where the rule has come to its end.

        Args:
            calendar: says which days are worked, and by which clock a day ends.
            since: the instant of the event (any zone); its own day does not count.

        Raises:
            InvalidInput: if ``since`` has no zone.
        """
        found = self.next(calendar, calendar.local_date(since))
        if found is None:
            return None
        return Due(last_instant(found.day, zone_named(calendar.zone)), found.provisional)

    def _rolled(self, calendar: WorkingCalendar, nominal: date) -> Occurrence | None:
        if self.roll == "none":
            return Occurrence(day=nominal, nominal=nominal)
        if calendar.is_working(nominal):
            return Occurrence(day=nominal, nominal=nominal, provisional=not calendar.is_announced(nominal))
        if self.roll == "skip":
            return None
        day = _moved(calendar, nominal, self.roll)
        provisional = not (calendar.is_announced(nominal) and calendar.is_announced(day))
        return Occurrence(day=day, nominal=nominal, provisional=provisional)

    def _days(self, years: int | None = None) -> Any:
        """All days of the rule, or those of its first years."""
        from dateutil.rrule import rruleset, rrulestr

        rules, rule = rruleset(), cast("Any", rrulestr(self.rule, dtstart=datetime.combine(self.first, time.min)))
        if years is not None and "UNTIL" not in self._parts:
            end = _shifted(self.first, years * 366)
            rule = rule.replace(count=None, until=datetime.combine(end, time.min))
        rules.rrule(rule)
        for day in self.also:
            rules.rdate(datetime.combine(day, time.min))
        for day in self.without:
            rules.exdate(datetime.combine(day, time.min))
        return rules


_FURTHEST: Final = 31
"""No roll moves a day further than this: the longest run of days off has far fewer."""


def _before(after: date) -> date:
    """From where to look, so that what is rolled past ``after`` is found."""
    return _shifted(after, -_FURTHEST)


def _shifted(day: date, days: int) -> date:
    return date.fromordinal(min(max(day.toordinal() + days, date.min.toordinal()), date.max.toordinal()))


def _moved(calendar: WorkingCalendar, nominal: date, roll: Roll) -> date:
    later, earlier = _worked(calendar, nominal, 1), _worked(calendar, nominal, -1)
    match roll:
        case "following":
            return later
        case "preceding":
            return earlier
        case "modified-following":
            return later if later.month == nominal.month else earlier
        case "modified-preceding":
            return earlier if earlier.month == nominal.month else later
    return later if later - nominal <= nominal - earlier else earlier


def _worked(calendar: WorkingCalendar, day: date, step: int) -> date:
    """The nearest working day in one direction.

    Raises:
        InvalidInput: if there is none within a month; such a calendar has no place for recurring days.
    """
    for distance in range(1, _FURTHEST + 1):
        candidate = _shifted(day, step * distance)
        if calendar.is_working(candidate):
            return candidate
    msg = f"calendar {calendar.name!r} has no working day within {_FURTHEST} days of {day}; roll by 'none' or 'skip'"
    raise InvalidInput(msg)


def _faults(rule: str) -> Iterator[Fault]:
    if len(rule) > _LONGEST:
        yield Fault(reason=f"a rule has at most {_LONGEST} characters; write several", value=str(len(rule)))
        return
    parts = [part.partition("=") for part in rule.split(";")]
    names = [name for name, _, _ in parts]
    for name, equals, value in parts:
        if not equals or not value:
            yield Fault(reason="a part is written NAME=VALUE, parted by semicolons", value=f"{name}{equals}{value}")
        elif name not in _PARTS:
            yield Fault(reason=f"no part of a rule that counts days; there are {', '.join(sorted(_PARTS))}", value=name)
        elif name in _COUNTS and not (value.isascii() and value.isdigit() and 0 < int(value) < 10_000):
            yield Fault(reason=f"{name} counts from 1 to 9999", value=value)
        elif names.count(name) > 1:
            yield Fault(reason="stands twice; name each part once", value=name)
    frequency = {name: value for name, _, value in parts}.get("FREQ", "")
    if frequency not in _FREQUENCIES:
        yield Fault(reason=f"FREQ says how often: {', '.join(_FREQUENCIES)}", value=frequency)
    if {"COUNT", "UNTIL"} <= set(names):
        yield Fault(reason="it ends by COUNT or by UNTIL, not by both", value=rule)


def _in_words(parts: dict[str, str]) -> Text:
    """A plain rule in words: every so many periods, on these days."""
    period_en, period_zh = _PERIODS[parts["FREQ"]]
    n = int(parts.get("INTERVAL", "1"))
    every = (
        Text(f"every {period_en}", f"每{period_zh}")
        if n == 1
        else Text(f"every {n} {period_en}s", _several(n, period_zh))
    )
    match parts["FREQ"], sorted(parts.keys() - {"FREQ", "INTERVAL", "WKST"}):
        case _, []:
            return every
        case "MONTHLY", ["BYMONTHDAY"] if parts["BYMONTHDAY"].isdigit():
            day = parts["BYMONTHDAY"]
            return Text(f"{every.en} on day {day}", f"{every.zh}{day}日" if n == 1 else f"{every.zh}的{day}日")
        case "WEEKLY", ["BYDAY"] if all(day in _DAYS for day in parts["BYDAY"].split(",")):
            days = [_DAYS[day] for day in parts["BYDAY"].split(",")]
            en, zh = ", ".join(day.en for day in days), "、".join(day.zh for day in days)
            return Text(f"{every.en} on {en}", zh.replace("周", "每周", 1) if n == 1 else f"{every.zh}的{zh}")
    spelled = ";".join(f"{name}={value}" for name, value in parts.items())
    return Text.same(spelled)


def _several(n: int, period: str) -> str:
    return f"每{n}个{period}" if period == "月" else f"每{n}{period}"

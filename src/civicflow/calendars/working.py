"""Working calendars: which days count at a place, and the instant on which a time limit falls.

The rules, as offices apply them:

1. The day of the event does not count; day 1 is the day after (Civil Code of the PRC, art. 201).
2. A limit in days ends with the last microsecond of its last day by the place's clock; acting then is on time.
3. A limit in hours elapses day and night; a limit of 0 is due at once.
4. Holidays do not count, make-up weekend days (调休) do.
5. Holidays are announced year by year. A limit that counts working days outside the announced time is *provisional*:
   it is the best that is known, and falls due elsewhere when the announcement says so. Days and hours depend on no
   announcement and are never provisional.
"""

from __future__ import annotations

from collections.abc import Iterable, Sized
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

import attrs

from civicflow.calendars.instants import check_aware
from civicflow.calendars.limits import TimeLimit
from civicflow.calendars.numbering import Numbering
from civicflow.calendars.zones import last_instant, zone_named
from civicflow.errors import Fault, InvalidInput

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_MOST_KNOWN: Final = 4096


@attrs.frozen
class Due:
    """The instant on which a limit falls.

    Attributes:
        at: the last instant (UTC) that is still on time.
        provisional: whether days were counted that no announcement covers yet; compute it again when one does.
    """

    at: datetime
    provisional: bool = False


def _weekdays(_: object, __: object, weekend: frozenset[int]) -> None:
    if not weekend < frozenset(range(7)):
        msg = f"a weekend is some of the weekdays 0 (Monday) to 6 (Sunday), not all; got {sorted(weekend)}"
        raise InvalidInput(msg)


def _known_zone(_: object, __: object, zone: str) -> None:
    zone_named(zone)


def _is_date(day: object) -> bool:
    return isinstance(day, date) and not isinstance(day, datetime)


def check_date(day: date) -> date:
    """The day itself.

    Raises:
        InvalidInput: if it is no date, or an instant: which day that is depends on the place.
    """
    if not _is_date(day):
        msg = f"a day is a date, such as local_date(at) gives; got {day!r}"
        raise InvalidInput(msg)
    return day


def _weekday_set(days: Iterable[int]) -> frozenset[int]:
    return frozenset(days)


def _how_many(days: Sized) -> str:
    return f"{len(days)} days"


def _plain_dates(days: Iterable[date]) -> frozenset[date]:
    return frozenset(check_date(day) for day in days)


@attrs.frozen(kw_only=True, eq=False)
class WorkingCalendar:
    """The working days of a place, and what falls due on which of them.

    Attributes:
        name: for instance ``CN``.
        version: what the days come from; recorded with what they decided.
        zone: the IANA name of the place's clock.
        weekend: the weekdays off, 0 Monday to 6 Sunday.
        holidays: days off besides the weekend.
        make_up: days of the weekend that are worked (调休).
        announced_from: the first day for which holidays and make-up days are known for certain.
        announced_through: the last such day.

    Raises:
        InvalidInput: if the zone is unknown, no weekday is worked, a day is both off and worked, or the announced time
            ends before it begins.
    """

    name: str
    version: str
    zone: str = attrs.field(validator=_known_zone)
    weekend: frozenset[int] = attrs.field(default=frozenset({5, 6}), converter=_weekday_set, validator=_weekdays)
    holidays: frozenset[date] = attrs.field(default=frozenset(), converter=_plain_dates, repr=_how_many)
    make_up: frozenset[date] = attrs.field(default=frozenset(), converter=_plain_dates, repr=_how_many)
    announced_from: date = attrs.field(converter=check_date)
    announced_through: date = attrs.field(converter=check_date)
    _numbering: Numbering = attrs.field(init=False, repr=False)
    _known: dict[tuple[int, int], Due] = attrs.field(init=False, factory=dict, repr=False)

    def __attrs_post_init__(self) -> None:
        if both := sorted(self.holidays & self.make_up):
            faults = (Fault(reason="is both a holiday and a make-up day", value=str(day)) for day in both)
            msg = f"calendar {self.name!r}: a day is either off or worked; correct one of the lists"
            raise InvalidInput(msg, faults)
        if self.announced_through < self.announced_from:
            given = f"{self.announced_from} through {self.announced_through}"
            msg = f"calendar {self.name!r}: give the earlier day of the announced time first; got {given}"
            raise InvalidInput(msg)
        object.__setattr__(self, "_numbering", Numbering(self.weekend, self.holidays, self.make_up))

    def is_working(self, day: date) -> bool:
        """Whether people work on this day."""
        check_date(day)
        return day in self.make_up or (day.weekday() not in self.weekend and day not in self.holidays)

    def is_announced(self, day: date) -> bool:
        """Whether it is known for certain if people work on this day."""
        return self.announced_from <= check_date(day) <= self.announced_through

    def day_after(self, day: date, n: int) -> tuple[date, bool]:
        """The ``n``-th working day after a day, which itself does not count, and whether that is provisional.

        Args:
            day: the day of the event, whether worked or not.
            n: how many working days; 0 gives the day itself.

        Raises:
            InvalidInput: if ``n`` is negative or the day lies beyond the year 9999.
        """
        start = check_date(day).toordinal()
        if n < 1:
            if n < 0:
                msg = f"working days are counted forwards, 0 or more; got {n}"
                raise InvalidInput(msg)
            return day, False
        end = self._numbering.nth_after(start, n)
        try:
            return date.fromordinal(end), self._is_provisional(start, end)
        except (OverflowError, ValueError):
            raise _beyond(TimeLimit(n, "workdays"), day) from None

    def working_days_between(self, a: date, b: date) -> int:
        """How many working days lie after ``a`` and through ``b``; negative if ``b`` is the earlier.

        It undoes `day_after`: from a day to its ``n``-th working day there are ``n``.
        """
        through = self._numbering.through
        return through(check_date(b).toordinal()) - through(check_date(a).toordinal())

    def local_date(self, at: datetime) -> date:
        """The day that the place's clock shows at an instant.

        Raises:
            InvalidInput: if the instant has no zone, or the day lies beyond the year 1 or 9999.
        """
        try:
            return check_aware(at).astimezone(zone_named(self.zone)).date()
        except OverflowError:
            msg = f"{at} lies beyond the years 1 to 9999 in {self.zone}"
            raise InvalidInput(msg) from None

    def due(self, limit: TimeLimit, since: datetime) -> Due:
        """The last instant on which acting is on time.

        Args:
            limit: the time that the rule allows.
            since: the instant of the event (any zone), from which the limit runs.

        Raises:
            InvalidInput: if ``since`` has no zone, or the limit ends beyond the year 9999.
        """
        since, n = check_aware(since), limit.n
        if n == 0:
            return Due(since)
        try:
            if limit.unit == "hours":
                return Due(since + timedelta(hours=n))
            zone = zone_named(self.zone)
            start = since.astimezone(zone).toordinal()
            if limit.unit == "days":
                return Due(last_instant(date.fromordinal(start + n), zone))
            return self._known.get((start, n)) or self._count(start, n, zone)
        except (OverflowError, ValueError):
            raise _beyond(limit, since) from None

    def _count(self, start: int, n: int, zone: ZoneInfo) -> Due:
        """Count working days once: what is begun on one day under one limit falls due together."""
        end = self._numbering.nth_after(start, n)
        due = Due(last_instant(date.fromordinal(end), zone), self._is_provisional(start, end))
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[start, n] = due
        return due

    def _is_provisional(self, start: int, end: int) -> bool:
        # Day zero is not counted, so the day after it is the first that has to be announced.
        return start + 1 < self.announced_from.toordinal() or end > self.announced_through.toordinal()

    def _facts(self) -> tuple[object, ...]:
        named = (self.name, self.version, self.zone, self.weekend)
        return (*named, self.holidays, self.make_up, self.announced_from, self.announced_through)

    def __eq__(self, other: object) -> bool:
        # Not attrs' own: a calendar whose days are read on first use equals the same one read at once.
        return self._facts() == other._facts() if isinstance(other, WorkingCalendar) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._facts())


def _beyond(limit: TimeLimit, since: date) -> InvalidInput:
    return InvalidInput(f"{limit} after {since} lies beyond the years 1 to 9999; give a shorter limit")

"""Working calendars against a count day by day, and the laws of limits."""

from __future__ import annotations

import copy
import pickle
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import attrs
import pendulum
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from civicflow.calendars import TimeLimit, WorkingCalendar, days, hours, last_instant, weekdays, working_days
from civicflow.errors import InvalidInput

DAY = timedelta(days=1)
ZONES = ("Asia/Shanghai", "America/New_York", "America/Sao_Paulo", "Pacific/Apia", "UTC")
around = st.dates(date(2017, 12, 1), date(2019, 3, 1))  # clocks changed at midnight in Sao Paulo in these years
instants = st.datetimes(datetime(2017, 12, 1), datetime(2019, 3, 1), timezones=st.just(UTC))
counts = st.integers(0, 60)


@st.composite
def calendars(draw: st.DrawFn) -> WorkingCalendar:
    """Any calendar: odd weekends, holidays on any day, make-up days, an announced time somewhere."""
    off = draw(st.frozensets(around, max_size=80))
    announced = sorted((draw(around), draw(around)))
    return WorkingCalendar(
        name="any",
        version="1",
        zone=draw(st.sampled_from(ZONES)),
        weekend=draw(st.frozensets(st.integers(0, 6), max_size=6)),
        holidays=off,
        make_up=draw(st.frozensets(around, max_size=40)) - off,
        announced_from=announced[0],
        announced_through=announced[1],
    )


def count(calendar: WorkingCalendar, day: date, n: int) -> tuple[date, list[date]]:
    """The oracle: walk day by day and count; also every day walked over."""
    walked = []
    while n:
        day += DAY
        walked.append(day)
        n -= calendar.is_working(day)
    return day, walked


class TestCounting:
    """The day of the event does not count; holidays do not, make-up days do."""

    @given(calendars(), around, counts)
    def test_it_agrees_with_a_count_day_by_day(self, calendar: WorkingCalendar, day: date, n: int) -> None:
        """However the calendar is made, and whatever day it starts on; so is the mark of what is provisional."""
        end, walked = count(calendar, day, n)
        uncertain = any(not calendar.announced_from <= one <= calendar.announced_through for one in walked)
        assert calendar.day_after(day, n) == (end, uncertain)

    @given(calendars(), around, around)
    def test_between_two_days_lie_as_many_as_a_count_finds(self, calendar: WorkingCalendar, a: date, b: date) -> None:
        """After the first and through the second; backwards it is negative."""
        early, late = sorted((a, b))
        found = sum(calendar.is_working(early + n * DAY) for n in range(1, (late - early).days + 1))
        assert calendar.working_days_between(early, late) == found
        assert calendar.working_days_between(late, early) == -found

    @given(calendars(), around, st.integers(1, 10**5))
    def test_it_ends_on_a_working_day(self, calendar: WorkingCalendar, day: date, n: int) -> None:
        """The last day of a limit is one on which somebody is there, and there are n of them."""
        end, _ = calendar.day_after(day, n)
        assert calendar.is_working(end)
        assert calendar.working_days_between(day, end) == n

    @given(calendars(), around, counts, counts)
    def test_limits_add_up(self, calendar: WorkingCalendar, day: date, n: int, m: int) -> None:
        """A limit of n days and then one of m end where one of n + m does."""
        assert calendar.day_after(calendar.day_after(day, n)[0], m)[0] == calendar.day_after(day, n + m)[0]

    def test_make_up_days_are_worked_and_holidays_are_not(self) -> None:
        """A holiday on a weekend and a make-up day on a weekday change nothing."""
        calendar = attrs.evolve(
            weekdays("Asia/Shanghai"),
            holidays=[date(2026, 5, 1), date(2026, 5, 2)],
            make_up=[date(2026, 5, 9), date(2026, 5, 8)],
        )
        worked = [day for day in range(1, 12) if calendar.is_working(date(2026, 5, day))]
        assert worked == [4, 5, 6, 7, 8, 9, 11]
        assert calendar.day_after(date(2026, 4, 30), 7) == (date(2026, 5, 11), False)

    @pytest.mark.parametrize("n", [-1, -(10**9)])
    def test_nothing_is_counted_backwards(self, n: int) -> None:
        """A negative count is a mistake, not a day in the past."""
        with pytest.raises(InvalidInput, match="counted forwards"):
            weekdays("UTC").day_after(date(2026, 5, 1), n)

    @pytest.mark.parametrize("day", [datetime(2026, 5, 1, tzinfo=UTC), "2026-05-01", None])
    def test_an_instant_is_no_day(self, day: date) -> None:
        """Which day an instant falls on depends on the place, so it must be asked of the calendar."""
        calendar = weekdays("UTC")
        for act in (
            lambda: calendar.is_working(day),
            lambda: calendar.day_after(day, 1),
            lambda: calendar.working_days_between(day, date(2026, 5, 1)),
            lambda: calendar.working_days_between(date(2026, 5, 1), day),
        ):
            with pytest.raises(InvalidInput, match="a day is a date"):
                act()


class TestDue:
    """On time is up to and including the instant on which a limit falls."""

    @given(calendars(), instants, st.integers(1, 60))
    def test_days_end_with_their_last_microsecond(self, calendar: WorkingCalendar, since: datetime, n: int) -> None:
        """By the clock of the place, from the day that this clock showed; whatever clock `since` was read from."""
        zone = ZoneInfo(calendar.zone)
        day = since.astimezone(zone).date()
        end, provisional = calendar.day_after(day, n)
        elsewhere = since.astimezone(ZoneInfo("Asia/Kathmandu"))
        for limit, last, mark in ((working_days(n), end, provisional), (days(n), day + n * DAY, False)):
            due = calendar.due(limit, elsewhere)
            assert (due.at, due.at.tzinfo, due.provisional) == (last_instant(last, zone), UTC, mark)
            assert calendar.local_date(due.at) == last
            assert due.at.astimezone(zone).time() == time(23, 59, 59, 999999)

    @given(calendars(), instants, st.integers(0, 10_000))
    def test_hours_elapse(self, calendar: WorkingCalendar, since: datetime, n: int) -> None:
        """Day and night, through every change of the clock, and never provisionally."""
        due = calendar.due(hours(n), since)
        assert (due.at - since, due.provisional) == (timedelta(hours=n), False)

    @given(calendars(), instants, st.sampled_from([working_days, days, hours]))
    def test_a_limit_of_nothing_is_due_at_once(self, calendar: WorkingCalendar, since: datetime, unit: object) -> None:
        """0 of anything ends when it begins, for certain."""
        assert callable(unit)
        due = calendar.due(unit(0), since)
        assert (due.at, due.provisional) == (since, False)

    @given(calendars(), instants, st.lists(counts, min_size=2).map(sorted))
    def test_a_longer_limit_never_falls_earlier(
        self, calendar: WorkingCalendar, since: datetime, ns: list[int]
    ) -> None:
        """And none falls before the event; working days fall no earlier than days."""
        for unit in (working_days, days, hours):
            ends = [calendar.due(unit(n), since).at for n in ns]
            assert all(a <= b for a, b in pairwise([since, *ends]))
        assert all(calendar.due(working_days(n), since).at >= calendar.due(days(n), since).at for n in ns)

    @pytest.mark.parametrize(
        ("zone", "since", "limit", "at"),
        [
            # The day is that of the place: eight in the evening UTC is tomorrow in Shanghai.
            ("Asia/Shanghai", "2026-05-01T15:59:59Z", "1 day", "2026-05-02T15:59:59.999999Z"),
            ("Asia/Shanghai", "2026-05-01T16:00:00Z", "1 day", "2026-05-03T15:59:59.999999Z"),
            # Summer begins and ends in New York: the day has 23 and 25 hours, an hour has sixty minutes.
            ("America/New_York", "2026-03-07T17:00:00Z", "1 day", "2026-03-09T03:59:59.999999Z"),
            ("America/New_York", "2026-03-07T17:00:00Z", "24 hours", "2026-03-08T17:00:00Z"),
            ("America/New_York", "2026-10-31T16:00:00Z", "1 day", "2026-11-02T04:59:59.999999Z"),
            ("America/New_York", "2026-10-30T16:00:00Z", "1 workday", "2026-11-03T04:59:59.999999Z"),
            # Midnight vanished in Sao Paulo, and was shown twice.
            ("America/Sao_Paulo", "2018-11-02T12:00:00Z", "1 day", "2018-11-04T02:59:59.999999Z"),
            ("America/Sao_Paulo", "2018-02-16T12:00:00Z", "1 day", "2018-02-18T02:59:59.999999Z"),
            # Apia had no Friday 30 December: a limit that ends on it ends with the Thursday.
            ("Pacific/Apia", "2011-12-29T20:00:00Z", "1 workday", "2011-12-30T09:59:59.999999Z"),
            ("Pacific/Apia", "2011-12-29T20:00:00Z", "2 workdays", "2012-01-02T09:59:59.999999Z"),
        ],
    )
    def test_clock_changes_on_record(self, zone: str, since: str, limit: str, at: str) -> None:
        """A limit ends when people at the place saw its last day end."""
        due = weekdays(zone).due(TimeLimit.of(limit), datetime.fromisoformat(since))
        assert due.at == datetime.fromisoformat(at)

    def test_a_time_of_pendulum_is_taken_as_any_other(self) -> None:
        """What falls due is a plain `datetime`, whatever came in."""
        since = pendulum.datetime(2026, 5, 1, 8, tz="Asia/Shanghai")
        for limit in (hours(0), hours(1), days(1)):
            assert type(weekdays("Asia/Shanghai").due(limit, since).at) is datetime

    @pytest.mark.parametrize("unit", [working_days, days, hours], ids=lambda unit: unit.__name__)
    def test_a_time_without_a_zone_is_refused(self, unit: object) -> None:
        """A limit cannot run from a time that is nowhere."""
        assert callable(unit)
        with pytest.raises(InvalidInput, match="datetime with a zone"):
            weekdays("UTC").due(unit(1), datetime(2026, 5, 1))


class TestEnds:
    """The years 1 and 9999 are the ends of time, and going beyond is malformed input."""

    @pytest.mark.parametrize("n", [1, 3, 10**6, 10**9, 10**30])
    @pytest.mark.parametrize("unit", [working_days, days, hours], ids=lambda unit: unit.__name__)
    def test_a_limit_beyond_the_year_9999(self, unit: object, n: int) -> None:
        """It says so, however far beyond it is."""
        assert callable(unit)
        last = datetime(9999, 12, 31, 23, 30, tzinfo=UTC)
        with pytest.raises(InvalidInput, match="years 1 to 9999"):
            weekdays("UTC").due(unit(n), last)

    @pytest.mark.parametrize("n", [1, 10**6, 10**30])
    def test_a_day_beyond_the_year_9999(self, n: int) -> None:
        """It says so instead of overflowing."""
        with pytest.raises(InvalidInput, match="years 1 to 9999"):
            weekdays("UTC").day_after(date.max, n)

    def test_a_day_that_ends_only_in_utc_s_next_year(self) -> None:
        """The last local day of the west ends in a year that UTC does not have."""
        with pytest.raises(InvalidInput, match="years 1 to 9999"):
            weekdays("America/New_York").due(days(1), datetime(9999, 12, 30, 12, tzinfo=UTC))

    @pytest.mark.parametrize(
        ("zone", "since"),
        [
            ("Asia/Shanghai", datetime(9999, 12, 31, 16, tzinfo=UTC)),
            ("America/New_York", datetime(1, 1, 1, 4, tzinfo=UTC)),
        ],
    )
    def test_an_instant_whose_local_day_has_no_year(self, zone: str, since: datetime) -> None:
        """UTC has a year for it, the place has none."""
        with pytest.raises(InvalidInput, match="years 1 to 9999"):
            weekdays(zone).local_date(since)
        with pytest.raises(InvalidInput, match="years 1 to 9999"):
            weekdays(zone).due(days(1), since)

    @given(st.dates(), st.integers(1, 5))
    @example(date.min, 1)
    def test_all_days_between_can_be_counted(self, day: date, n: int) -> None:
        """From the first Monday of year 1 to the last Friday of 9999."""
        assume(day < date(9999, 12, 1))
        calendar = weekdays("UTC")
        assert calendar.day_after(day, n) == (count(calendar, day, n)[0], False)


class TestMaking:
    """A calendar that cannot be right is refused when it is made."""

    @pytest.mark.parametrize("weekend", [range(7), [7], [-1]], ids=str)
    def test_some_weekday_is_worked(self, weekend: list[int]) -> None:
        """A weekend of seven days would never let a limit end."""
        with pytest.raises(InvalidInput, match="weekdays 0"):
            attrs.evolve(weekdays("UTC"), weekend=weekend)

    def test_a_place_must_exist(self) -> None:
        """The zone is looked up at once."""
        with pytest.raises(InvalidInput, match="no time zone is named 'Atlantis'"):
            weekdays("Atlantis")

    def test_no_day_is_both_off_and_worked(self) -> None:
        """Every such day is named."""
        both = [date(2026, 5, 9), date(2026, 5, 10)]
        with pytest.raises(InvalidInput, match="either off or worked") as caught:
            attrs.evolve(weekdays("UTC"), holidays=both, make_up=both)
        assert [fault.value for fault in caught.value.faults] == ["2026-05-09", "2026-05-10"]

    def test_the_announced_time_begins_before_it_ends(self) -> None:
        """Two days in the wrong order would make everything provisional."""
        with pytest.raises(InvalidInput, match="earlier day"):
            attrs.evolve(weekdays("UTC"), announced_from=date(2027, 1, 1), announced_through=date(2026, 12, 31))

    def test_days_are_dates(self) -> None:
        """An instant among the days would never be found again."""
        instant = datetime(2026, 5, 1, tzinfo=UTC)
        with pytest.raises(InvalidInput, match="a day is a date"):
            attrs.evolve(weekdays("UTC"), holidays=[instant])
        with pytest.raises(InvalidInput, match="a day is a date"):
            attrs.evolve(weekdays("UTC"), make_up=[instant])

    @given(calendars())
    def test_calendars_are_values(self, calendar: WorkingCalendar) -> None:
        """Equal by what they say; copied, pickled and re-made they stay equal."""
        for again in (copy.deepcopy(calendar), pickle.loads(pickle.dumps(calendar)), attrs.evolve(calendar)):
            assert again == calendar
            assert hash(again) == hash(calendar)
        assert attrs.evolve(calendar, version="2") != calendar
        assert calendar != "any"

    def test_a_calendar_shows_itself_in_one_line(self) -> None:
        """Hundreds of days are counted, not listed."""
        assert "make_up=0 days" in repr(weekdays("UTC"))

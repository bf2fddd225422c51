"""The calendar of mainland China, against the State Council's own arrangements."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from importlib.metadata import version
from itertools import chain

import attrs
import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow.calendars import WorkingCalendar, china, instant, working_days

DAY = timedelta(days=1)


def _days(*spans: str) -> set[date]:
    """The days of spans such as ``2026-10-01/07`` (one month) or ``2026-01-04``."""

    def days(span: str) -> list[date]:
        first, _, last = span.partition("/")
        start = date.fromisoformat(first)
        return [start.replace(day=day) for day in range(start.day, int(last or start.day) + 1)]

    return set(chain.from_iterable(map(days, spans)))


ARRANGED = {
    # 国办发明电〔2024〕12号
    2025: (
        _days("2025-01-01", "2025-01-28/31", "2025-02-01/04", "2025-04-04/06", "2025-05-01/05", "2025-05-31")
        | _days("2025-06-01/02", "2025-10-01/08"),
        _days("2025-01-26", "2025-02-08", "2025-04-27", "2025-09-28", "2025-10-11"),
    ),
    # 国办发明电〔2025〕7号
    2026: (
        _days("2026-01-01/03", "2026-02-15/23", "2026-04-04/06", "2026-05-01/05", "2026-06-19/21")
        | _days("2026-09-25/27", "2026-10-01/07"),
        _days("2026-01-04", "2026-02-14", "2026-02-28", "2026-05-09", "2026-09-20", "2026-10-10"),
    ),
}


@pytest.fixture(scope="module")
def calendar() -> WorkingCalendar:
    """The calendar as the installed package knows it."""
    return china()


@pytest.mark.parametrize("year", sorted(ARRANGED))
def test_every_day_is_as_arranged(calendar: WorkingCalendar, year: int) -> None:
    """All days of the year, against the text of the notice: off, made up, or an ordinary week."""
    off, made_up = ARRANGED[year]
    year_s = [date(year, 1, 1) + n * DAY for n in range(365)]
    expected = {day for day in year_s if day in made_up or (day.weekday() < 5 and day not in off)}
    assert {day for day in year_s if calendar.is_working(day)} == expected


@pytest.mark.parametrize(
    ("day", "n", "end"),
    [
        ("2026-02-13", 5, "2026-02-27"),
        ("2026-04-30", 5, "2026-05-11"),
        ("2026-09-18", 5, "2026-09-24"),
        ("2026-09-30", 5, "2026-10-13"),
        ("2025-09-30", 5, "2025-10-14"),
        ("2025-01-27", 1, "2025-02-05"),
        ("2025-01-24", 1, "2025-01-26"),
    ],
)
def test_limits_across_the_long_holidays(calendar: WorkingCalendar, day: str, n: int, end: str) -> None:
    """Five working days as an office counts them, and the instant on which they end."""
    assert calendar.day_after(date.fromisoformat(day), n) == (date.fromisoformat(end), False)
    due = calendar.due(working_days(n), instant(f"{day}T09:00", zone="Asia/Shanghai"))
    assert due.at == instant(f"{end}T23:59:59.999999", zone="Asia/Shanghai")
    assert not due.provisional


@given(st.dates(date(2004, 1, 1), date(2026, 12, 31)))
def test_it_is_what_the_package_says(day: date) -> None:
    """No day of the announced years is lost on the way."""
    package = holidays.country_holidays("CN", years=day.year)
    assert china().is_working(day) is package.is_working_day(day)


def test_what_was_announced_is_read_off_the_make_up_days(calendar: WorkingCalendar) -> None:
    """The last year with make-up days is the last that was announced, and the version says so."""
    last = calendar.announced_through.year
    assert calendar.announced_through == date(last, 12, 31)
    assert calendar.announced_from == date(2004, 1, 1)
    made_up = {day.year for day in calendar.make_up}
    assert made_up == set(range(2004, last + 1))
    assert last >= 2026
    assert calendar.version == f"holidays {version('holidays')}, announced through {last}"
    assert (calendar.name, calendar.zone) == ("CN", "Asia/Shanghai")


def test_a_year_that_was_not_announced_is_provisional(calendar: WorkingCalendar) -> None:
    """Statutory days are known by law, make-up days by nobody: the count is given, and marked."""
    last = calendar.announced_through
    assert calendar.day_after(last - 7 * DAY, 1)[1] is False
    assert calendar.day_after(last, 1)[1] is True
    assert calendar.due(working_days(10), datetime(last.year, 12, 25, tzinfo=UTC)).provisional
    assert not calendar.is_working(date(last.year + 1, 1, 1))
    assert not calendar.is_working(date(last.year + 1, 10, 1))
    assert not any(day.year > last.year for day in calendar.make_up)


def test_2027_is_provisional_until_it_is_announced() -> None:
    """As it stood when 2026 was the last year announced."""
    known_then = china(announced_through=date(2026, 12, 31))
    assert known_then.day_after(date(2027, 1, 4), 1)[1]
    assert not known_then.day_after(date(2026, 1, 5), 1)[1]


def test_the_past_before_the_records_is_provisional(calendar: WorkingCalendar) -> None:
    """The package has no announcement before 2004."""
    assert calendar.day_after(date(2003, 12, 30), 1) == (date(2003, 12, 31), True)
    assert calendar.day_after(date(2003, 12, 31), 1) == (date(2004, 1, 2), False)


def test_less_can_be_taken_for_announced_but_never_more(calendar: WorkingCalendar) -> None:
    """An earlier day marks what follows it, and the version tells; a later day adds nothing to what is known."""
    earlier = china(announced_through=date(2025, 12, 31))
    assert earlier.day_after(date(2026, 4, 30), 5) == (date(2026, 5, 11), True)
    assert earlier.version == f"{calendar.version}, taken through 2025-12-31"
    assert china(announced_through=date(2003, 1, 1)).announced_from == date(2003, 1, 1)
    assert china(announced_through=date(2099, 12, 31)) == calendar


def test_an_announcement_can_be_laid_over(calendar: WorkingCalendar) -> None:
    """A notice of tomorrow serves today, before the package has it."""
    year = calendar.announced_through.year + 1
    saturday = next(date(year, 9, day) for day in range(1, 8) if date(year, 9, day).weekday() == 5)
    told = attrs.evolve(
        china(), make_up=calendar.make_up | {saturday}, announced_through=date(year, 12, 31), version="notice"
    )
    assert told.day_after(saturday - DAY, 1) == (saturday, False)
    assert calendar.day_after(saturday - DAY, 1)[1]

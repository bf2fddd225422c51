"""Recurring days: RFC 5545 says which, the roll says what a day off does to them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow.calendars import Recurrence, Roll, WorkingCalendar, china, weekdays
from civicflow.errors import InvalidInput

CHINA = china()
YEAR = st.dates(date(2026, 1, 1), date(2026, 12, 31))
ROLLS: tuple[Roll, ...] = get_args(Roll)
MOVING = [roll for roll in ROLLS if roll not in ("none", "skip")]


@st.composite
def rules(draw: st.DrawFn) -> str:
    """Rules that count days, months, weeks and years."""
    interval = draw(st.integers(1, 4))
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = [f"FREQ={frequency}", f"INTERVAL={interval}"]
    if frequency == "WEEKLY":
        days = draw(
            st.lists(st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), min_size=1, max_size=3, unique=True)
        )
        parts.append(f"BYDAY={','.join(days)}")
    if frequency == "MONTHLY":
        parts.append(f"BYMONTHDAY={draw(st.sampled_from([1, 10, 28, 31, -1]))}")
    return ";".join(parts)


def recurrences(*rolls: Roll) -> st.SearchStrategy[Recurrence]:
    """Recurrences that began within 2025."""
    first = st.dates(date(2025, 1, 1), date(2025, 12, 31))
    return st.builds(Recurrence, rule=rules(), first=first, roll=st.sampled_from(rolls or ROLLS))


class TestOccurrences:
    """RFC 5545, 3.3.10: the rule names the days."""

    def test_a_fixed_day_of_the_month_comes_every_month(self) -> None:
        """The 10th of every month; in October 2026 it is a make-up Saturday, which is worked."""
        rule = Recurrence(rule="FREQ=MONTHLY;BYMONTHDAY=10", first=date(2026, 1, 1))
        held = rule.within(CHINA, date(2026, 1, 1), date(2026, 12, 31))
        assert [found.nominal for found in held] == [date(2026, month, 10) for month in range(1, 13)]
        moved = {found.nominal: found.day for found in held if found.day != found.nominal}
        assert moved == {date(2026, 1, 10): date(2026, 1, 12), date(2026, 5, 10): date(2026, 5, 11)}

    @pytest.mark.parametrize(
        ("roll", "day"),
        [
            ("none", date(2026, 10, 1)),
            ("skip", None),
            ("following", date(2026, 10, 8)),
            ("preceding", date(2026, 9, 30)),
            ("modified-following", date(2026, 10, 8)),
            ("modified-preceding", date(2026, 10, 8)),
            ("nearest", date(2026, 9, 30)),
        ],
    )
    def test_a_day_off_is_rolled_as_the_policy_says(self, roll: Roll, day: date | None) -> None:
        """1 October 2026 opens a holiday of seven days."""
        rule = Recurrence(rule="FREQ=YEARLY", first=date(2026, 10, 1), roll=roll)
        found = rule.next(CHINA, date(2026, 9, 1))
        assert found is not None
        assert found.day == (day or found.day)
        assert (found.nominal == date(2026, 10, 1)) is (day is not None)

    @given(recurrences(), YEAR)
    def test_occurrences_rise_and_each_has_a_day_of_its_own(self, rule: Recurrence, after: date) -> None:
        """Whatever is rolled, the days come in order, after the day that was named, and none comes twice."""
        days = [found.day for found in islice(rule.following(CHINA, after), 12)]
        assert all(earlier < later for earlier, later in pairwise([after, *days]))

    @given(recurrences(*MOVING), YEAR)
    def test_what_is_rolled_is_held_on_a_working_day(self, rule: Recurrence, after: date) -> None:
        """And a day that is worked is never moved."""
        for found in islice(rule.following(CHINA, after), 12):
            assert CHINA.is_working(found.day)
            assert found.day == found.nominal or not CHINA.is_working(found.nominal)

    @given(recurrences(), YEAR, st.integers(0, 120))
    def test_a_year_may_be_read_in_any_pieces(self, rule: Recurrence, start: date, length: int) -> None:
        """Two periods that meet hold together what the whole holds."""
        middle, end = start + timedelta(days=length // 2), start + timedelta(days=length)
        whole = rule.within(CHINA, start, end)
        pieces = (*rule.within(CHINA, start, middle), *rule.within(CHINA, middle + timedelta(days=1), end))
        assert pieces == whole

    @given(recurrences("modified-following", "modified-preceding"), YEAR)
    def test_a_modified_roll_stays_within_its_month(self, rule: Recurrence, after: date) -> None:
        """Unless the whole rest of the month, both ways, is off, which no month of this calendar is."""
        for found in islice(rule.following(CHINA, after), 12):
            assert (found.day.year, found.day.month) == (found.nominal.year, found.nominal.month)

    def test_further_days_and_days_left_out(self) -> None:
        """RDATE and EXDATE of RFC 5545, 3.8.5."""
        rule = Recurrence(
            rule="FREQ=MONTHLY;BYMONTHDAY=10;COUNT=3",
            first=date(2026, 3, 1),
            also=[date(2026, 3, 20)],
            without=[date(2026, 4, 10)],
        )
        held = [found.day for found in rule.following(CHINA, date(2026, 1, 1))]
        assert held == [date(2026, 3, 10), date(2026, 3, 20), date(2026, 5, 11)]
        assert not rule.is_endless
        assert rule.next(CHINA, date(2026, 6, 1)) is None

    def test_two_that_are_rolled_to_one_day_are_held_once(self) -> None:
        """Saturday and Sunday both move to Monday."""
        rule = Recurrence(rule="FREQ=DAILY", first=date(2026, 6, 1))
        held = rule.within(weekdays("Asia/Shanghai"), date(2026, 6, 5), date(2026, 6, 9))
        assert [found.day.day for found in held] == [5, 8, 9]

    def test_days_that_are_not_announced_make_it_provisional(self) -> None:
        """It is computed again when they are."""
        rule = Recurrence(rule="FREQ=MONTHLY;BYMONTHDAY=10", first=date(2026, 1, 1))
        held = rule.within(CHINA, date(2026, 12, 1), date(2027, 2, 28))
        assert [found.provisional for found in held] == [False, True, True]

    def test_it_falls_due_at_the_end_of_its_day(self) -> None:
        """By the place's clock; the day of the event itself does not count."""
        rule = Recurrence(rule="FREQ=WEEKLY;BYDAY=FR", first=date(2026, 1, 2))
        due = rule.due(CHINA, datetime(2026, 6, 5, 1, tzinfo=UTC))
        assert due is not None
        assert due.at == datetime(2026, 6, 12, 15, 59, 59, 999_999, tzinfo=UTC)
        ended = Recurrence(rule="FREQ=DAILY;COUNT=1", first=date(2026, 1, 5))
        assert ended.due(CHINA, datetime(2026, 6, 5, tzinfo=UTC)) is None

    def test_a_calendar_without_working_days_for_long_has_no_place_for_it(self) -> None:
        """The error names the calendar and the rolls that are possible."""
        off = [date(2026, 1, 1) + timedelta(days=n) for n in range(100)]
        idle = WorkingCalendar(
            name="idle",
            version="1",
            zone="Asia/Shanghai",
            holidays=off,
            announced_from=date(2026, 1, 1),
            announced_through=date(2026, 12, 31),
        )
        rule = Recurrence(rule="FREQ=MONTHLY;BYMONTHDAY=15", first=date(2026, 2, 1))
        with pytest.raises(InvalidInput, match="'idle' has no working day within 31 days"):
            rule.next(idle, date(2026, 2, 1))


class TestRules:
    """What is no rule is refused when it is written, not when it is due."""

    @pytest.mark.parametrize(
        "wrong",
        [
            "",
            "monthly",
            "FREQ=",
            "FREQ=HOURLY",
            "FREQ=SECONDLY;INTERVAL=1",
            "FREQ=DAILY;BYHOUR=3",
            "FREQ=DAILY;INTERVAL=0",
            "FREQ=DAILY;INTERVAL=-1",
            "FREQ=DAILY;COUNT=0",
            "FREQ=DAILY;COUNT=2;UNTIL=20260101",
            "FREQ=DAILY;FREQ=WEEKLY",
            "FREQ=MONTHLY;BYMONTHDAY=99",
            "FREQ=WEEKLY;BYDAY=XX",
            "FREQ=DAILY;UNTIL=yesterday",
            "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
            "FREQ=DAILY;" * 60,
        ],
    )
    def test_what_is_no_rule_of_days_is_refused(self, wrong: str) -> None:
        """Sub-daily rules, rules that never name a day, and what RFC 5545 does not know."""
        with pytest.raises(InvalidInput):
            Recurrence(rule=wrong, first=date(2026, 1, 1))

    def test_every_fault_is_named_at_once(self) -> None:
        """With its value."""
        with pytest.raises(InvalidInput) as caught:
            Recurrence(rule="FREQ=HOURLY;BYHOUR=3;INTERVAL=0", first=date(2026, 1, 1))
        assert [fault.value for fault in caught.value.faults] == ["BYHOUR", "0", "HOURLY"]

    def test_dates_only(self) -> None:
        """Which day an instant is depends on the place."""
        with pytest.raises(InvalidInput, match="a day is a date"):
            Recurrence(rule="FREQ=DAILY", first=datetime(2026, 1, 1, tzinfo=UTC))
        with pytest.raises(InvalidInput, match="rolled by one of"):
            Recurrence(rule="FREQ=DAILY", first=date(2026, 1, 1), roll="up")  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        ("rule", "en", "zh"),
        [
            ("FREQ=DAILY", "every day", "每天"),
            ("RRULE:FREQ=MONTHLY;BYMONTHDAY=10", "every month on day 10", "每月10日"),
            ("freq=monthly; bymonthday=10; interval=3", "every 3 months on day 10", "每3个月的10日"),
            ("FREQ=WEEKLY;BYDAY=MO,TH", "every week on Monday, Thursday", "每周一、周四"),
            ("FREQ=YEARLY;BYMONTH=5", "FREQ=YEARLY;BYMONTH=5", "FREQ=YEARLY;BYMONTH=5"),
        ],
    )
    def test_a_plain_rule_is_said_in_words(self, rule: str, en: str, zh: str) -> None:
        """In both languages; another one as RFC 5545 spells it."""
        said = Recurrence(rule=rule, first=date(2026, 1, 1), roll="none").text
        assert (said.en, said.zh) == (en, zh)

    def test_what_a_day_off_does_is_said_too(self) -> None:
        """Whoever reads the duty sees where it moves."""
        said = Recurrence(rule="FREQ=MONTHLY;BYMONTHDAY=10", first=date(2026, 1, 1))
        assert str(said) == "every month on day 10, moved to the next working day"
        assert said.text.zh == "每月10日，遇休息日顺延至下一工作日"

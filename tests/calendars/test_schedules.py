"""Schedules as they are given, as data keeps them, and when they fall due."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow.calendars import Recurrence, Roll, Schedule, TimeLimit, falls, recurring, schedule, weekdays
from civicflow.errors import InvalidInput
from civicflow.ledger.canonical import decode, encode, plain

CALENDAR = weekdays("Asia/Shanghai")
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))
ROLLS: tuple[Roll, ...] = ("none", "skip", "following", "nearest")
RULES = ("FREQ=DAILY;INTERVAL=3", "FREQ=WEEKLY;BYDAY=MO,FR", "FREQ=MONTHLY;BYMONTHDAY=10", "FREQ=YEARLY")
SCHEDULES: st.SearchStrategy[Schedule] = st.one_of(
    st.builds(TimeLimit, st.integers(0, 400), st.sampled_from(["workdays", "days", "hours"])),
    DAYS,
    st.builds(
        Recurrence,
        rule=st.sampled_from(RULES),
        first=DAYS,
        roll=st.sampled_from(ROLLS),
        also=st.frozensets(DAYS, max_size=3),
        without=st.frozensets(DAYS, max_size=3),
    ),
)


class TestKept:
    """A case keeps builtins in one spelling; they say the same schedule for ever."""

    @given(SCHEDULES)
    def test_what_the_ledger_keeps_is_the_schedule(self, one: Schedule) -> None:
        """Law: through canonical bytes and back; the same schedule has the same bytes, whatever the order of its days."""
        body = encode(plain(one))
        assert schedule(decode(body)) == one
        assert encode(plain(schedule(json.loads(body)))) == body

    def test_it_may_be_given_in_words(self) -> None:
        """As a clerk or a form gives it."""
        assert schedule("2 working days") == TimeLimit(2, "workdays")
        assert schedule("2026-04-10") == date(2026, 4, 10)
        assert recurring({"rule": "freq=weekly", "first": date(2026, 1, 2)}).rule == "FREQ=WEEKLY"

    @pytest.mark.parametrize(
        ("wrong", "says"),
        [
            (7, "got 7"),
            (datetime(2026, 1, 1, tzinfo=UTC), "a schedule is a time limit, a recurrence or a day"),
            ("2026-02-30", "a day is written as 2026-01-31; got '2026-02-30'"),
            ("soon", "a time limit is written as"),
            ({"rule": "FREQ=DAILY"}, "first: is missing"),
            ({"rule": "FREQ=DAILY", "first": "2026-01-01", "until": "2027-01-01"}, "until: no part of a recurrence"),
            ({"rule": ["FREQ=DAILY"], "first": "2026-01-01"}, "is no rule for recurring days"),
            ({"rule": "FREQ=DAILY", "first": "2026-01-01", "roll": ["none"]}, "a day off is rolled by one of"),
            ({"rule": "FREQ=DAILY", "first": 1}, "a day is written as 2026-01-31; got 1"),
        ],
    )
    def test_what_is_none_is_refused_with_a_remedy(self, wrong: Any, says: str) -> None:
        """One clear error."""
        with pytest.raises(InvalidInput) as caught:
            schedule(wrong)
        assert says in "; ".join([str(caught.value), *map(str, caught.value.faults)])

    def test_recurring_days_are_no_text(self) -> None:
        """Whoever is asked for recurring days gives their rule and first day."""
        with pytest.raises(InvalidInput, match="recurring days are given"):
            recurring("every day")


class TestFalling:
    """Each falls due as it says, never before the instant from which it counts."""

    @given(SCHEDULES, st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)))
    def test_nothing_falls_due_before_it_counts(self, one: Schedule, since: datetime) -> None:
        """Law: and what falls due is computed alike from the kept form."""
        due = falls(one, since, CALENDAR)
        assert due == falls(schedule(decode(encode(plain(one)))), since, CALENDAR)
        assert due is None or due.at >= since

    def test_a_day_falls_due_at_its_end(self) -> None:
        """By the place's clock; one that has passed, at once."""
        since = datetime(2026, 3, 2, 1, tzinfo=UTC)
        due = falls(date(2026, 3, 2), since, CALENDAR)
        assert due is not None
        assert due.at == datetime(2026, 3, 2, 15, 59, 59, 999_999, tzinfo=UTC)
        passed = falls(date(2026, 3, 1), since, CALENDAR)
        assert passed is not None
        assert passed.at == since

    def test_where_nothing_is_kept_nothing_falls_due(self) -> None:
        """And nothing does after the last of some days."""
        over = Recurrence(rule="FREQ=DAILY;COUNT=1", first=date(2026, 1, 1), roll="none")
        assert falls(None, datetime(2026, 3, 2, tzinfo=UTC), CALENDAR) is None
        assert falls(over, datetime(2026, 3, 2, tzinfo=UTC), CALENDAR) is None

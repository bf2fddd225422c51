"""Dated rows: half-open, never overlapping."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow.errors import InvalidInput
from civicflow.hierarchy.units import Appointment, Area, Post, Row, cut, holds_on, overlay
from civicflow.ids import PersonId, PostId, UnitId

DAY0 = date(2020, 1, 1)
WINDOW = range(14)


def day(n: int) -> date:
    """The day so many days after DAY0."""
    return DAY0 + timedelta(days=n)


@st.composite
def spells(draw: st.DrawFn) -> tuple[int, int | None, str]:
    """A stretch of days and what holds in it."""
    since = draw(st.integers(0, 10))
    until = draw(st.none() | st.integers(since + 1, 12))
    return since, until, draw(st.sampled_from(["甲", "乙"]))


def area(since: int, until: int | None, name: str) -> Area:
    """The area as it is in that stretch."""
    end = None if until is None else day(until)
    return Area(id=UnitId("U"), code="1", name=name, level="city", since=day(since), until=end)


@given(st.lists(spells(), min_size=1, max_size=8))
def test_each_day_says_what_was_laid_last(laid: list[tuple[int, int | None, str]]) -> None:
    """Law: overlaying is painting days; rows stay ordered, apart, and joined where neighbours agree."""
    rows: tuple[Row, ...] = ()
    painted: dict[int, str] = {}
    for since, until, name in laid:
        rows = overlay(rows, area(since, until, name))
        painted.update((n, name) for n in WINDOW if n >= since and (until is None or n < until))
    for n in WINDOW:
        found = [row for row in rows if holds_on(row, day(n))]
        assert [row.name.zh for row in found if isinstance(row, Area)] == ([painted[n]] if n in painted else [])
    for one, other in pairwise(rows):
        assert one.until is not None
        assert one.until <= other.since
        assert one.until < other.since or attrs.asdict(one)["name"] != attrs.asdict(other)["name"]


@given(spells(), st.integers(0, 12), st.none() | st.integers(1, 13))
def test_cutting_takes_exactly_the_portion(spell: tuple[int, int | None, str], since: int, until: int | None) -> None:
    """Law: a day survives if and only if it lies outside the portion."""
    end = None if until is None else since + until
    rows = cut((area(*spell),), day(since), None if end is None else day(end))
    for n in range(30):
        before = holds_on(area(*spell), day(n))
        assert any(holds_on(row, day(n)) for row in rows) == (before and not (n >= since and (end is None or n < end)))


def test_a_row_refuses_what_cannot_be() -> None:
    """An end before the beginning, an instant for a day, a post without a seat, an unknown kind of appointment."""
    with pytest.raises(InvalidInput, match="until is the first day on which it no longer holds"):
        area(3, 3, "甲")
    with pytest.raises(InvalidInput, match="since is a date"):
        Area(id=UnitId("U"), code="1", name="甲", level="city", since=datetime(2020, 1, 1, tzinfo=UTC))
    with pytest.raises(InvalidInput, match="at least one seat"):
        Post(id=PostId("P"), name="x", unit=UnitId("U"), title="x", seats=0, since=DAY0)
    with pytest.raises(ValueError, match="kind"):
        Appointment(id="A", person=PersonId("p"), post=PostId("P"), since=DAY0, kind="borrowed")  # type: ignore[arg-type]

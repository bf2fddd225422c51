"""Affiliations: known kinds, fitting ends, once at a time; and delegates who sit for members."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow.errors import InvalidInput
from civicflow.hierarchy import acts
from civicflow.hierarchy.acts import Surviving
from civicflow.hierarchy.affiliations import AFFILIATIONS
from civicflow.hierarchy.changes import Change
from civicflow.hierarchy.register import Register
from civicflow.hierarchy.units import Affiliation, Appointment, Area, Body, Post, Row, holds_on
from civicflow.ids import PersonId, PostId, UnitId

DAY0 = date(2026, 1, 1)
DAYS = 8


def day(n: int) -> date:
    """The day so many days after DAY0."""
    return DAY0 + timedelta(days=n)


def body(id: str, kind: str = "department", **fields: Any) -> Body:
    """A body in the one area."""
    return Body(id=UnitId(id), code=id, name=f"{id} | {id}", kind=kind, area=UnitId("A"), since=DAY0, **fields)


PLACES: tuple[Row, ...] = (
    Area(id=UnitId("A"), code="A", name="A", level="town", since=DAY0),
    body("D1"),
    body("D2"),
    body("S", "station"),
    body("C", "joint-conference"),
    Post(id=PostId("P"), name="delegate", unit=UnitId("C"), title="delegate", seats=9, since=DAY0),
)


def tie(id: str, kind: str, source: str | None, target: str, since: int = 0, until: int | None = None) -> Affiliation:
    """A tie for some days."""
    end = None if until is None else day(until)
    unit = None if source is None else UnitId(source)
    return Affiliation(id=id, kind=kind, source=unit, target=UnitId(target), since=day(since), until=end)


def established(*rows: Row) -> Register:
    """The places with these rows."""
    return Register().apply([Change(act="establish", on=DAY0, rows=(*PLACES, *rows))], 1)


def rules(*rows: Row) -> set[str]:
    """Which rules the register says that they break, each in both languages."""
    try:
        established(*rows)
    except InvalidInput as error:
        return {fault.rule for fault in error.faults if fault.text is not None and fault.text.zh != fault.text.en}
    return set()


SPELL = st.tuples(st.integers(0, DAYS - 2), st.integers(1, 4)).map(lambda two: (two[0], two[0] + two[1]))


@given(st.lists(st.tuples(st.sampled_from(["D1", "D2"]), st.sampled_from(["leads", "guides"]), SPELL), max_size=5))
def test_one_line_leads_and_many_guide(drawn: list[tuple[str, str, tuple[int, int]]]) -> None:
    """Law: refused exactly if on some day two lead one body, or a tie is said twice."""
    ties = [tie(f"X{n}", kind, source, "S", *spell) for n, (source, kind, spell) in enumerate(drawn)]
    broken = set()
    for n in range(2 * DAYS):
        here = [(row.kind, row.source) for row in ties if holds_on(row, day(n))]
        if len(set(here)) < len(here):
            broken.add("affiliation-twice")
        if {("leads", "D1"), ("leads", "D2")} <= set(here):
            broken.add("affiliation-exclusive")
    found = rules(*ties)
    assert bool(found) == bool(broken)
    assert found <= broken


@given(st.lists(SPELL, max_size=3), SPELL)
def test_a_delegate_sits_for_a_member(member: list[tuple[int, int]], sits: tuple[int, int]) -> None:
    """Law: refused exactly if on some day of the delegate's the organisation is no member."""
    days = {n for since, until in member for n in range(since, until)}
    apart: list[tuple[int, int]] = []
    for n in sorted(days):
        if apart and apart[-1][1] == n:
            apart[-1] = (apart[-1][0], n + 1)
        else:
            apart.append((n, n + 1))
    ties = [tie(f"M{since}", "member-of", "D1", "C", since, until) for since, until in apart]
    delegate = Appointment(
        id="X",
        person=PersonId("p"),
        post=PostId("P"),
        kind="concurrent",
        on_behalf_of=UnitId("D1"),
        since=day(sits[0]),
        until=day(sits[1]),
    )
    assert rules(*ties, delegate) == (set() if days >= set(range(*sits)) else {"affiliation-delegate"})


def test_ends_must_be_what_the_kind_joins() -> None:
    """A person guides nobody, a department reports in at an area, and nothing has to do with itself."""
    assert rules(tie("X", "reports-in", "D1", "A")) == set()
    assert rules(tie("X", "reports-in", "D1", "S")) == {"affiliation-end"}
    assert rules(tie("X", "guides", "A", "S")) == {"affiliation-end"}
    assert rules(tie("X", "guides", "S", "S")) == {"affiliation-self"}
    assert rules(tie("X", "guidse", "D1", "S")) == {"affiliation-kind"}
    person = Affiliation(id="X", kind="guides", person=PersonId("p"), target=UnitId("S"), since=DAY0)
    assert rules(person) == {"affiliation-end"}
    with pytest.raises(InvalidInput, match="did you mean 'guides'"):
        established(tie("X", "guidse", "D1", "S"))
    with pytest.raises(InvalidInput, match="one of the two"):
        tie("X", "guides", None, "S")


def test_a_tie_ends_with_what_it_joins() -> None:
    """A body that is dissolved takes its ties along; one that would hang in the air is refused."""
    register = established(tie("X", "guides", "D1", "S"), tie("Y", "guides", "D2", "S"))
    after = register.apply([acts.dissolve(register, UnitId("D1"), on=day(3))], 2)
    assert [one.id for one in after.chart(day(3)).ties_to("S")] == ["Y"]
    assert [one.id for one in after.chart(day(2)).ties_to("S")] == ["X", "Y"]
    with pytest.raises(
        InvalidInput, match=r"D1 guides S .* comes from the unit D1 D1, which does not exist on 2026-01-04"
    ):
        register.apply([Change(act="dissolve", on=day(3), ends=("D1",))], 2)


def test_an_heir_takes_over_ties_and_delegates() -> None:
    """A bureau that is merged stays a member through its heir; what would be said twice ends."""
    delegate = Appointment(
        id="E", person=PersonId("p"), post=PostId("P"), kind="concurrent", on_behalf_of=UnitId("D1"), since=DAY0
    )
    register = established(
        tie("M1", "member-of", "D1", "C"),
        tie("M2", "member-of", "D2", "C"),
        tie("G", "guides", "D1", "S"),
        tie("O", "coordinates", "D1", "D2"),
        delegate,
    )
    merged = register.apply([acts.merge(register, [UnitId("D1")], Surviving(unit=UnitId("D2")), on=day(3))], 2)
    chart = merged.chart(day(3))
    assert [one.id for one in chart.ties_of("D2")] == ["G", "M2"]
    assert [one.on_behalf_of for one in chart.appointed("P")] == ["D2"]
    before = merged.chart(day(2))
    assert [one.id for one in before.ties_of("D1")] == ["O", "G", "M1"]
    assert [one.on_behalf_of for one in before.appointed("P")] == ["D1"]


def test_every_kind_is_a_verb_in_two_languages() -> None:
    """The table reads as sentences do."""
    for name, kind in AFFILIATIONS.items():
        assert name == kind.name
        assert kind.text.en
        assert kind.text.zh
        assert kind.source
        assert kind.target

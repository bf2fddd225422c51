"""Mobilisation: task forces stand for their days, trace to their organisations, and hand back what they leave open."""

from __future__ import annotations

from datetime import date, timedelta

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow.errors import InvalidInput
from civicflow.hierarchy import acts
from civicflow.hierarchy.acts import Surviving
from civicflow.hierarchy.attribution import Attributed, Unresolved, attribute, told
from civicflow.hierarchy.changes import Change
from civicflow.hierarchy.exporting import document_of
from civicflow.hierarchy.mobilising import Force, mobilise, prolong, stand_down, task_forces
from civicflow.hierarchy.register import Register
from civicflow.hierarchy.rules import Incompatible
from civicflow.hierarchy.scheme import Level, LevelScheme
from civicflow.hierarchy.units import Appointment, Area, Body, Post, Row
from civicflow.ids import PersonId, PostId, UnitId
from civicflow.testing import sequential_ids

DAY0 = date(2020, 8, 1)


def day(n: int) -> date:
    """The day so many days after DAY0."""
    return DAY0 + timedelta(days=n)


def body(id: str, area: str | None, parent: str | None = None) -> Body:
    """A standing organisation, there since long ago."""
    return Body(
        id=UnitId(id),
        code=id,
        name=f"{id} | {id}",
        kind="party-organisation",
        area=None if area is None else UnitId(area),
        parent=None if parent is None else UnitId(parent),
        since=day(-99),
        register="town",
    )


def town() -> Register:
    """Two areas; three branches, of which one stands where the one above it stands."""
    areas: list[Row] = [
        Area(id=UnitId("D"), code="D", name="D | D", level="district", since=day(-99), register="town"),
        Area(
            id=UnitId("C"),
            code="C",
            name="C | C",
            level="community",
            parent=UnitId("D"),
            since=day(-99),
            register="town",
        ),
    ]
    rows = (*areas, body("B1", "D"), body("B2", "C", "B1"), body("B3", None, "B2"))
    return Register().apply([Change(act="establish", on=day(-99), register="town", rows=rows)], 1)


def forces(*of: str) -> list[Force]:
    """A task force with a captain of each."""
    return [
        Force(code=f"F{n}", name=f"Force {n} | 突击队{n}", of=id, posts={"captain": [f"p{n}"], "member": ["q", "r"]})
        for n, id in enumerate(of)
    ]


def flooded(*of: str, on: int = 0, until: int = 10) -> tuple[Register, str]:
    """The town with a mobilisation, and its command."""
    register = town()
    change = mobilise(
        register,
        forces(*of),
        code="flood",
        name="Flood Command | 防汛指挥部",
        area="D",
        on=day(on),
        until=day(until),
        ids=sequential_ids(),
        led_by="B1",
        basis="order 1",
    )
    register = register.apply([Change.from_builtins(change.to_builtins())], 2)
    return register, change.rows[0].id


@given(
    st.lists(st.sampled_from(["B1", "B2", "B3"]), min_size=1, max_size=5),
    st.integers(1, 6),
    st.none() | st.integers(1, 12),
    st.lists(st.integers(1, 6), max_size=3),
)
def test_it_stands_for_its_days_and_no_others(of: list[str], lasts: int, down: int | None, more: list[int]) -> None:
    """Law: on each day of a mobilisation, prolonged or stood down, all is there; on every other day nothing is.

    Each task force traces to its organisation at all times, and the organisations go on beside it as they were.
    """
    register, command = flooded(*of, until=lasts)
    end = lasts
    for n in more:
        register = register.apply([prolong(register, command, day(end + n))], register.version + 1)
        end += n
    if down is not None and down < end:
        register = register.apply([stand_down(register, command, on=day(down))], register.version + 1)
        end = down
    found = task_forces(register, command)
    assert [one.of for one in found] == of
    assert {(one.since, one.until, one.people) for one in found} == {(DAY0, day(end), 3)}
    for n in range(-1, end + 3):
        chart = register.chart(day(n))
        there = 0 <= n < end
        assert (command in chart) == there
        assert sum(one.body in chart for one in found) == (len(of) if there else 0)
        if there:
            assert set(chart.children(command)) == {one.body for one in found}
            assert {chart.area_of(one.body) for one in found} <= {"D", "C"}
            assert chart.holders("captain", found[0].body) == ("p0",)
        assert [chart.unit(id) for id in ("B1", "B2", "B3")] == [
            town().chart(day(n)).unit(id) for id in ("B1", "B2", "B3")
        ]


def test_what_it_leaves_open_goes_back() -> None:
    """A matter of a task force belongs to it while it stands, then to its organisation, and to whoever came after that."""
    register, command = flooded("B2", "B1")
    force = task_forces(register, command)[0].body
    assert attribute(register, force, raised=day(1), on=day(9)) == (Attributed(unit=force),)
    (after,) = attribute(register, force, raised=day(1), on=day(10))  # type: ignore[misc]  # it is known
    assert (after.unit, [passage.act for passage in after.way]) == ("B2", ["stand-down"])
    assert told(register, after.way)[0].zh == "2020-08-11：突击队0转回常态，归B2"
    (before,) = attribute(register, force, raised=day(1), on=day(-1))  # type: ignore[misc]  # it is known
    assert (before.unit, before.way[0].backwards) == ("B2", True)

    merged = register.apply([acts.merge(register, [UnitId("B2")], Surviving(unit=UnitId("B1")), on=day(5))], 3)
    (heir,) = attribute(merged, force, raised=day(1), on=day(20))  # type: ignore[misc]  # it is known
    assert heir.unit == "B1"
    assert [one.of for one in task_forces(merged, command)] == ["B1", "B1"]
    late = register.apply([acts.merge(register, [UnitId("B2")], Surviving(unit=UnitId("B1")), on=day(15))], 3)
    (later,) = attribute(late, force, raised=day(1), on=day(20))  # type: ignore[misc]  # it is known
    assert (later.unit, [passage.act for passage in later.way]) == ("B1", ["stand-down", "merge"])


def test_an_organisation_that_nobody_follows_leaves_it_unresolved() -> None:
    """It is never guessed: the tie ended with the organisation."""
    register, command = flooded("B3")
    force = task_forces(register, command)[0].body
    gone = register.apply([acts.dissolve(register, UnitId("B3"), on=day(5))], 3)
    assert isinstance(attribute(gone, force, raised=day(1), on=day(20)), Unresolved)
    at_once = register.apply([acts.dissolve(register, UnitId("B3"), on=day(0))], 3)
    assert [one.of for one in task_forces(at_once, command)] == [None]


def test_a_file_of_the_town_leaves_it_alone() -> None:
    """It is kept under a name of its own, and its codes are its own."""
    register, command = flooded("B1")
    assert {rows[-1].register for rows in register.rows.values()} == {"town", "flood"}
    assert register.chart(day(1)).resolve("flood") == command


def test_its_areas_rules_are_its_own() -> None:
    """The scheme of the town holds for it, so that it can be written out, and a captain is no supervisor where that is so."""
    rule = Incompatible(posts=("task-force/captain", "party-organisation/head"), why="nobody does both | 不得兼任")
    scheme = LevelScheme(
        "town", (Level("district", "D | 区"), Level("community", "C | 社区", ("district",))), (), (rule,)
    )
    register = town()
    head = Post(id=PostId("P"), name="head", unit=UnitId("B1"), title="head", since=day(-9), register="town")
    held = Appointment(id="X", person=PersonId("p0"), post=head.id, since=day(-9), register="town")
    register = register.apply(
        [Change(act="adopt", on=day(-9), register="town", rows=(head, held), scheme=scheme)], register.version + 1
    )
    change = mobilise(register, forces("B1"), code="x", name="x", area="D", on=DAY0, until=day(9), ids=sequential_ids())
    assert change.scheme == scheme
    with pytest.raises(InvalidInput, match="nobody does both"):
        register.apply([change], register.version + 1)
    other = mobilise(register, forces("B2"), code="x", name="x", area="D", on=DAY0, until=day(9), ids=sequential_ids())
    register = register.apply([attrs.evolve(other, rows=other.rows[:-1])], register.version + 1)
    assert document_of(register, "x", DAY0).bodies[0].code == "x"


def test_what_cannot_be_is_said_all_at_once() -> None:
    """No end, no force, one twice, one of nobody, an unknown area; and ends out of order."""
    register = town()

    def wrong(found: list[Force], until: int) -> str:
        with pytest.raises(InvalidInput) as caught:
            mobilise(register, found, code="x", name="x", area="D", on=day(3), until=day(until), ids=sequential_ids())
        return str(caught.value)

    said = wrong([Force(code="F", name="F", of="B9", area="B1"), Force(code="F", name="F", of="B1")], 3)
    for part in (
        "it ends on the first day",
        "2 task forces have this code",
        "no organisation with this id",
        "no area with",
    ):
        assert part in said
    assert "no task force is formed" in wrong([], 4)
    flood, command = flooded("B1")
    with pytest.raises(InvalidInput, match="prolong it to a later day"):
        prolong(flood, command, day(10))
    with pytest.raises(InvalidInput, match="is over on 2020-08-11 by itself"):
        stand_down(flood, command, on=day(10))
    with pytest.raises(InvalidInput, match="is no command of a mobilisation"):
        task_forces(flood, "B1")

"""Lines and blocks: a line is what can be reached from a department, and a committee coordinates whole lines."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow.errors import NotFound
from civicflow.hierarchy.changes import Change
from civicflow.hierarchy.chart import Chart
from civicflow.hierarchy.lines import coordinated, coordinators, line, lines_of, stations, uncoordinated
from civicflow.hierarchy.register import Register
from civicflow.hierarchy.units import Affiliation, Area, Body, Row
from civicflow.ids import UnitId

DAY = date(2026, 3, 2)
BODIES = tuple(f"B{n}" for n in range(6))


@st.composite
def charts(draw: st.DrawFn) -> tuple[Chart, dict[str, str | None], set[tuple[str, str, str]]]:
    """Bodies in two areas with parents, and ties among them."""
    areas = [
        Area(id=UnitId("A0"), code="A0", name="A0", level="district", since=DAY),
        Area(id=UnitId("A1"), code="A1", name="A1", level="subdistrict", parent=UnitId("A0"), since=DAY),
    ]
    parents: dict[str, str | None] = {}
    rows: list[Row] = list(areas)
    for n, id in enumerate(BODIES):
        parents[id] = draw(st.none() | st.sampled_from(BODIES[:n])) if n else None
        above = parents[id]
        area = UnitId(draw(st.sampled_from(["A0", "A1"])))
        kind = draw(st.sampled_from(["department", "station", "lead-committee"]))
        parent = None if above is None else UnitId(above)
        rows.append(Body(id=UnitId(id), code=id, name=id, kind=kind, area=area, parent=parent, since=DAY))
    ties: set[tuple[str, str, str]] = set()
    led: set[str] = set()
    kinds = st.sampled_from(["leads", "guides", "coordinates"])
    for source, kind, target in draw(
        st.lists(st.tuples(st.sampled_from(BODIES), kinds, st.sampled_from(BODIES)), max_size=8)
    ):
        if source != target and (kind != "leads" or target not in led):
            ties.add((source, kind, target))
            led |= {target} if kind == "leads" else set()
    for n, (source, kind, target) in enumerate(sorted(ties)):
        rows.append(Affiliation(id=f"T{n}", kind=kind, source=UnitId(source), target=UnitId(target), since=DAY))
    register = Register().apply([Change(act="establish", on=DAY, rows=tuple(rows))], 1)
    return register.chart(DAY), parents, ties


def reached(start: str, edges: set[tuple[str, str]]) -> set[str]:
    """Brute force: everything that can be reached along some edges."""
    found = {start}
    while more := {b for a, b in edges if a in found} - found:
        found |= more
    return found


@given(charts())
def test_a_line_is_what_can_be_reached(drawn: tuple[Chart, dict[str, str | None], set[tuple[str, str, str]]]) -> None:
    """Law: downwards through bodies and stations, in circles too; without ``guides``, only what is led."""
    chart, parents, ties = drawn
    below = {(above, body) for body, above in parents.items() if above is not None}
    led = below | {(a, b) for a, kind, b in ties if kind == "leads"}
    both = led | {(a, b) for a, kind, b in ties if kind == "guides"}
    for body in BODIES:
        assert line(chart, body) == reached(body, both)
        assert line(chart, body, ["leads"]) == reached(body, led)
        assert {(one.body, one.relation) for one in stations(chart, body)} == {
            (b, kind) for a, kind, b in ties if a == body and kind != "coordinates"
        }
        here = lines_of(chart, body)
        assert {(one.department, one.relation) for one in here} == {
            (a, kind) for a, kind, b in ties if b == body and kind != "coordinates"
        }
        assert [one.relation for one in here] == sorted((one.relation for one in here), reverse=True)
        assert all(one.unit_of == chart.area_of(body) for one in here)


@given(charts(), st.sets(st.sampled_from(BODIES), min_size=1, max_size=3))
def test_a_committee_coordinates_all_or_is_not_named(
    drawn: tuple[Chart, dict[str, str | None], set[tuple[str, str, str]]], touched: set[str]
) -> None:
    """Law: exactly the committees of whose coordinated lines every body is; the nearest to the ground first."""
    chart, _, ties = drawn
    whole = {
        committee: {unit for a, kind, b in ties if (a, kind) == (committee, "coordinates") for unit in line(chart, b)}
        for committee in BODIES
    }
    assert all(coordinated(chart, committee) == found for committee, found in whole.items())
    found = coordinators(chart, touched)
    assert set(found) == {committee for committee, units in whole.items() if touched <= units}
    depths = [len(chart.ancestors(str(chart.area_of(committee)))) for committee in found]
    assert depths == sorted(depths, reverse=True)
    for area in ("A0", "A1"):
        assert uncoordinated(chart, area) == tuple(
            body.id for body in chart.bodies(area, "department") if not coordinators(chart, [body.id])
        )


def test_only_a_body_has_a_line() -> None:
    """An area is a block; what is not there is said."""
    area = Area(id=UnitId("A"), code="A", name="A", level="district", since=DAY)
    chart = Register().apply([Change(act="establish", on=DAY, rows=(area,))], 1).chart(DAY)
    with pytest.raises(NotFound, match="no body with the id 'A'"):
        line(chart, "A")

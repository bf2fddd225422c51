"""Matters counted and brought through re-drawings all at once, as one by one."""

from __future__ import annotations

import subprocess
import sys
from datetime import date
from typing import Literal

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow.errors import InvalidInput, NotFound
from civicflow.hierarchy.attribution import Unresolved, attribute
from civicflow.hierarchy.changes import Change
from civicflow.hierarchy.numbered import NOBODY, Numbered
from civicflow.hierarchy.register import Register
from civicflow.hierarchy.rollup import roll_up
from civicflow.hierarchy.succession import Succession
from civicflow.hierarchy.units import Area, Body, Row
from civicflow.ids import UnitId

DAYS = tuple(date(2026, 1, n) for n in range(1, 7))


@st.composite
def registers(draw: st.DrawFn) -> Register:
    """Areas and bodies, some of which end, and acts that say who came after whom; packed or not."""
    rows: list[Row] = []
    ids = [UnitId(f"A{n}") for n in range(draw(st.integers(2, 9)))]
    for n, id in enumerate(ids):
        parent = draw(st.none() | st.sampled_from(ids[:n])) if n else None
        rows.append(Area(id=id, code=f"{n}", name="甲", level="x", parent=parent, since=DAYS[0]))
    for n in range(draw(st.integers(0, 2))):
        area = draw(st.sampled_from(ids))
        rows.append(Body(id=UnitId(f"B{n}"), code=f"b{n}", name="会", kind="council", area=area, since=DAYS[0]))
    register = Register().apply([Change(act="establish", on=DAYS[0], rows=tuple(rows))], 1)
    if draw(st.booleans()):
        register = attrs.evolve(register, rows=register.rows.settled(1))
    changes = []
    units = [row.id for row in rows if isinstance(row, (Area, Body))]
    for _ in range(draw(st.integers(0, 5))):
        unit = draw(st.sampled_from(units))
        results = draw(st.lists(st.sampled_from(units), unique=True, min_size=1, max_size=3))
        primary = draw(st.none() | st.sampled_from(results))
        successions = tuple(Succession(original=unit, result=result, primary=result == primary) for result in results)
        changes.append(Change(act="adjust", on=draw(st.sampled_from(DAYS[1:])), successions=successions))
    leaves = [row for row in rows if isinstance(row, Body) or row.id not in {getattr(r, "parent", None) for r in rows}]
    ends = [row for row in leaves if isinstance(row, Body) or row.id not in {getattr(r, "area", None) for r in rows}]
    for row in ends[:2]:
        changes.append(Change(act="dissolve", on=draw(st.sampled_from(DAYS[1:])), ends=(row.id,)))
    return register.apply(changes, 2)


class TestAttribution:
    """The rules are those of one matter."""

    @given(registers(), st.sampled_from(DAYS), st.sampled_from(DAYS), st.sampled_from(["primary", "ask"]))
    def test_many_go_where_each_goes(self, register: Register, raised: date, on: date, policy: str) -> None:
        """Law: by either policy, for every unit that was there; nobody where one by one it is unresolved."""
        chosen: Literal["primary", "ask"] = "primary" if policy == "primary" else "ask"
        numbered = Numbered(register)
        units = [id for id in register.rows if register.row(id, raised) is not None]
        if on < raised:
            with pytest.raises(InvalidInput, match="forwards only"):
                numbered.attributed(numbered.numbers(units), raised=raised, on=on)
            return
        went = numbered.attributed(numbered.numbers(units), raised=raised, on=on, policy=chosen)
        for unit, number in zip(units, went, strict=True):
            one = attribute(register, UnitId(unit), raised=raised, on=on, policy=chosen)
            assert number == (NOBODY if isinstance(one, Unresolved) else numbered.number(one[0].unit))

    def test_a_matter_of_a_unit_that_was_not_yet_is_refused(self) -> None:
        """With the unit, as one by one."""
        area = Area(id=UnitId("A"), code="a", name="甲", level="x", since=DAYS[2])
        numbered = Numbered(Register().apply([Change(act="establish", on=DAYS[2], rows=(area,))], 1))
        with pytest.raises(InvalidInput, match="'A' and 0 more did not exist on 2026-01-01"):
            numbered.attributed(numbered.numbers(["A"]), raised=DAYS[0], on=DAYS[3])
        with pytest.raises(NotFound, match="no unit with the id 'B' on any day"):
            numbered.numbers(["A", "B"])


class TestTotals:
    """A total is what lies in the subtree."""

    @given(registers(), st.sampled_from(DAYS), st.data())
    def test_totals_are_sums_over_subtrees(self, register: Register, on: date, data: st.DataObject) -> None:
        """Law: with and without numpy, a total counts what `under` holds; what stands nowhere is counted apart."""
        numbered, chart = Numbered(register), register.chart(on)
        units = [id for id in register.rows if register.rows[id]]
        matters = data.draw(st.lists(st.sampled_from(units)))
        totals = roll_up(chart, matters)
        columns = numbered.totals(numbered.numbers(matters), chart)
        areas = chart.ground.ids(0, len(chart.ground))
        for place, area in enumerate(areas):
            expected = sum(unit in chart.under(area) for unit in matters)
            assert totals[area] == totals.by_place[place] == columns[place] == expected
        gone = [unit for unit in matters if unit not in chart or chart.area_of(unit) is None]
        assert sum(totals.elsewhere.values()) == columns[len(areas)] == len(gone)
        assert set(totals.elsewhere) == set(gone)
        assert dict(totals) == {area: totals[area] for area in areas}
        assert [numbered.unit(int(number)) for number in numbered.numbers(units)] == units
        with pytest.raises(NotFound):
            totals["nowhere"]

    def test_nobodys_matters_are_counted_apart(self) -> None:
        """What attribution left to nobody is in no total."""
        area = Area(id=UnitId("A"), code="a", name="甲", level="x", since=DAYS[0])
        register = Register().apply([Change(act="establish", on=DAYS[0], rows=(area,))], 1)
        numbered = Numbered(register)
        numbers = numbered.numbers(["A", "A"])
        numbers[0] = NOBODY
        assert list(numbered.totals(numbers, register.chart(DAYS[0]))) == [1, 1]
        assert list(numbered.attributed(numbers, raised=DAYS[0], on=DAYS[1])) == [NOBODY, numbered.number("A")]


def test_numpy_is_loaded_only_where_numbers_are() -> None:
    """An office works without it."""
    code = "import civicflow, sys; civicflow.open('memory://').chart(); import civicflow.hierarchy.rollup; print('numpy' in sys.modules)"
    told = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    assert told.strip() == "False"

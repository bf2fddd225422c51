"""Codes of other schemes beside a unit's own: one bearer at a time, dated, found by scheme, code and day."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Final

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

import civicflow
from civicflow.errors import InvalidInput, NotFound
from civicflow.hierarchy import acts
from civicflow.hierarchy.changes import Change
from civicflow.hierarchy.finding import find
from civicflow.hierarchy.identifiers import Identifier, as_identifiers
from civicflow.hierarchy.importing import read
from civicflow.hierarchy.register import Register
from civicflow.hierarchy.units import Area
from civicflow.ids import UnitId
from civicflow.testing import FrozenClock, sequential_ids

START: Final = date(2020, 1, 1)
UNITS: Final = ("a", "b", "c")
CODES: Final = ("1", "2")
YAML: Final = """
register: town
scheme: generic
since: 2020-01-01
areas:
  - {code: town, name: "Town | 市", level: city, identifiers: {nbs: "5111", city: "1"}}
  - {code: old, name: "Old | 旧", level: neighbourhood, parent: town, identifiers: {nbs: "511102"}}
  - {code: new, name: "New | 新", level: neighbourhood, parent: town}
bodies:
  - {code: desk, name: "Desk | 站", kind: station, area: old, identifiers: {uscc: 91510000X}}
"""


def town() -> Register:
    """Three areas without identifiers."""
    rows = tuple(Area(id=UnitId(id), code=id, name=id, level="city", since=START) for id in UNITS)
    return Register().apply([Change(act="establish", on=START, rows=rows)], 1)


class Deed(attrs.make_class("Deed", ["unit", "scheme", "code", "day"])):  # type: ignore[misc]  # made while it runs
    """One recoding."""


deeds = st.lists(
    st.builds(
        Deed,
        st.sampled_from(UNITS),
        st.sampled_from(["nbs", "city"]),
        st.sampled_from(["", *CODES]),
        st.integers(1, 40),
    ),
    max_size=8,
)


@given(deeds)
def test_a_value_of_a_scheme_means_one_unit_at_a_time(told: list[Deed]) -> None:
    """Law: on every day the chart finds what a table of days would; what would be borne twice is refused, and nothing changed."""
    register = town()
    table: dict[tuple[str, str], list[str]] = {}
    for deed in told:
        on = START + timedelta(days=deed.day)
        change = acts.recode(register, UnitId(deed.unit), deed.code, on=on, scheme=deed.scheme)
        tried = {key: list(days) for key, days in table.items()}
        days = tried.setdefault((deed.unit, deed.scheme), [""] * 50)
        days[deed.day :] = [deed.code] * (50 - deed.day)
        twice = any(
            len(bearers := [one for one in UNITS if tried.get((one, deed.scheme), [""] * 50)[day] == code]) > 1
            and bearers
            for day in range(50)
            for code in CODES
        )
        if twice:
            with pytest.raises(InvalidInput, match="borne by"):
                register.apply([change], register.version + 1)
        else:
            register, table = register.apply([change], register.version + 1), tried
    for day in range(50):
        on = START + timedelta(days=day)
        for scheme in ("nbs", "city"):
            for code in CODES:
                bearers = [unit for unit in UNITS if table.get((unit, scheme), [""] * 50)[day] == code]
                if bearers:
                    assert find(register, code, scheme=scheme, on=on) == bearers[0]
                else:
                    with pytest.raises(NotFound):
                        find(register, code, scheme=scheme, on=on)
    again = Register().apply(
        [Change(act="establish", on=START, rows=tuple(r for rows in register.rows.values() for r in rows))], 1
    )
    assert [
        Change.from_builtins(Change(act="establish", on=START, rows=rows).to_builtins()).rows
        for rows in again.rows.values()
    ] == list(again.rows.values())


class TestFinding:
    """Who bears a code, and who ever did."""

    def test_a_code_that_was_used_again_needs_a_day(self) -> None:
        """Without one it is an error that names each with its days; a code of one bearer needs none."""
        register, next_year = town(), date(2021, 1, 1)
        for unit, on in (("a", date(2020, 2, 1)), ("b", next_year)):
            for other in UNITS:
                if Identifier("nbs", "7") in register.chart(on).area(other).identifiers:
                    gone = acts.recode(register, UnitId(other), "", on=on, scheme="nbs")
                    register = register.apply([gone], register.version + 1)
            change = acts.recode(register, UnitId(unit), "7", on=on, scheme="nbs")
            register = register.apply([change], register.version + 1)
        with pytest.raises(
            InvalidInput, match=r"a .a. from 2020-02-01 until 2021-01-01; b .b. from 2021-01-01; say on which day"
        ):
            find(register, "7", scheme="nbs")
        assert find(register, "7", scheme="nbs", on=date(2020, 12, 31)) == "a"
        assert find(register, "7", scheme="nbs", on=next_year) == "b"
        assert find(register, "a") == "a"

    def test_own_codes_likewise(self) -> None:
        """The register's own code, when it went from one unit to another."""
        register = town()
        for unit, code, on in (("a", "x", START), ("a", "y", date(2020, 6, 1)), ("b", "x", date(2020, 6, 1))):
            register = register.apply([acts.recode(register, UnitId(unit), code, on=on)], register.version + 1)
        assert find(register, "y") == "a"
        assert [find(register, "x", on=day) for day in (START, date(2020, 6, 1))] == ["a", "b"]
        with pytest.raises(InvalidInput, match="borne by several units"):
            find(register, "x")
        with pytest.raises(NotFound, match="ever bore"):
            find(register, "nobody")


class TestFiles:
    """As a register file says them."""

    def test_through_an_office_on_disk(self, tmp_path: Path) -> None:
        """Loaded, found, recoded, found again; the file loaded again changes nothing."""
        clock = FrozenClock()
        url = f"sqlite:///{tmp_path / 'o.db'}"
        with civicflow.open(url, clock=clock) as office:
            office.register.read(YAML, source="town.yaml", format="yaml")
            assert office.register.read(YAML, source="town.yaml", format="yaml") == ()
            assert office.unit("511102", scheme="nbs") == office.unit("old")
            assert office.unit("91510000X", scheme="uscc") == office.unit("desk")
            history, old = office.register.history, office.unit("old")
            office.register.apply(acts.recode(history, old, "511199", on=date(2026, 3, 1), scheme="nbs", basis="No. 3"))
        with civicflow.open(url, clock=clock) as office:
            assert office.register.find("511102", scheme="nbs") == old
            assert office.unit("511199", scheme="nbs") == old
            with pytest.raises(NotFound, match="did you mean 5111 or 511199"):
                office.unit("511102", scheme="nbs")
            with pytest.raises(NotFound, match="the schemes of that day are city, nbs, uscc"):
                office.unit("1", scheme="mca")

    def test_a_table_has_a_column_for_each_scheme(self) -> None:
        """Empty cells say nothing; a column without a scheme is no column."""
        table = "code,name,level,parent,identifier:nbs,identifier:city\na,A,city,,5111,\nb,B,neighbourhood,a,511102,2\n"
        document = read(table, source="t.csv", format="csv", register="t", scheme="generic", since=START)
        assert [area.identifiers for area in document.areas] == [
            (Identifier("nbs", "5111"),),
            (Identifier("city", "2"), Identifier("nbs", "511102")),
        ]
        with pytest.raises(InvalidInput, match="there is no such column"):
            read(
                table.replace("identifier:city", "identifier:"),
                source="t.csv",
                format="csv",
                register="t",
                scheme="generic",
            )

    def test_what_is_wrong_has_its_line(self) -> None:
        """Two bearers of one value; a value that is none."""
        register = Register()
        twice = YAML.replace(
            "level: neighbourhood, parent: town}", 'level: neighbourhood, parent: town, identifiers: {nbs: "511102"}}'
        )
        document = read(twice, source="t.yaml", format="yaml")
        with pytest.raises(InvalidInput) as caught:
            register.diff(document, START, sequential_ids())
        [fault] = caught.value.faults
        assert (fault.line, fault.value) == (8, "511102")
        with pytest.raises(InvalidInput, match="a text was expected"):
            read(YAML.replace('{nbs: "511102"}', "{nbs: [1]}"), source="t.yaml", format="yaml")


@pytest.mark.parametrize("given", [{"": "1"}, {"nbs": ""}, {"nbs": " 1"}, {"nbs": 1}, [("nbs", "1"), ("nbs", "2")]])
def test_what_is_no_identifier(given: object) -> None:
    """Each with its value."""
    with pytest.raises(InvalidInput, match="got"):
        as_identifiers(given)  # type: ignore[arg-type]  # that is the point

"""Social organisations: each day shows how far each one is, from found to registered, and what it has behind it."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from civicflow.errors import InvalidInput
from civicflow.hierarchy.appointing import affiliate
from civicflow.hierarchy.changes import Change
from civicflow.hierarchy.register import Register
from civicflow.hierarchy.social import SocialOrganisation, social_organisations
from civicflow.hierarchy.units import Area, Body, Row
from civicflow.ids import UnitId
from civicflow.testing import sequential_ids

DAY0 = date(2020, 1, 1)
DAYS = 10


def day(n: int) -> date:
    """The day so many days after DAY0."""
    return DAY0 + timedelta(days=n)


def body(id: str, kind: str, area: str = "D") -> Body:
    """A body."""
    return Body(id=UnitId(id), code=id, name=id, kind=kind, area=UnitId(area), since=DAY0)


ROWS: tuple[Row, ...] = (
    Area(id=UnitId("D"), code="D", name="D", level="district", since=DAY0),
    Area(id=UnitId("C"), code="C", name="C", level="community", parent=UnitId("D"), since=DAY0),
    body("civil-affairs", "department"),
    body("street", "subdistrict-office"),
    body("hub", "social-work-station"),
    body("so", "social-organisation"),
)
SOURCES = {"registers": "civil-affairs", "files": "street", "incubates": "hub", "introduces": "street"}


def standing(register: Register, n: int, under: str | None = None) -> SocialOrganisation | None:
    """The one organisation on a day, if it is listed."""
    found = social_organisations(register, register.chart(day(n)), under)
    return found[0] if found else None


@given(
    st.lists(st.tuples(st.sampled_from(sorted(SOURCES)), st.integers(0, DAYS - 2), st.integers(1, DAYS)), max_size=6)
)
def test_each_day_shows_how_far_it_is(spells: list[tuple[str, int, int]]) -> None:
    """Law: registered on exactly the days of a registration, else on file on those of a filing, else found; what ended is past."""
    register, ids = Register().apply([Change(act="establish", on=DAY0, rows=ROWS)], 1), sequential_ids()
    said: list[tuple[str, int, int]] = []
    for kind, start, length in spells:
        change = affiliate(
            register, kind, "so", source=SOURCES[kind], on=day(start), until=day(start + length), ids=ids, reference="7"
        )
        try:
            register = register.apply([change], register.version + 1)
        except InvalidInput:
            assert any(one[0] == kind and one[1] < start + length and start < one[2] for one in said)
            continue
        said.append((kind, start, start + length))
    for n in range(2 * DAYS):
        holding = {kind for kind, start, end in said if start <= n < end}
        past = {kind for kind, _, end in said if end <= n}
        one = standing(register, n)
        assert one is not None
        assert one.stage == ("registered" if "registers" in holding else "filed" if "files" in holding else "found")
        assert (one.reference == "7") == (one.stage != "found")
        assert (one.incubating == "hub") == ("incubates" in holding)
        assert one.incubated == ("incubates" in past)
        assert one.introduced == ("introduces" in holding | past)


def test_it_is_found_where_it_stands_and_where_it_serves() -> None:
    """An organisation of the district that serves a community is one of that community, too, while it does."""
    register = Register().apply([Change(act="establish", on=DAY0, rows=ROWS)], 1)
    assert standing(register, 1, "C") is None
    tied = affiliate(register, "serves", "C", source="so", on=day(2), until=day(4), ids=sequential_ids())
    register = register.apply([tied], 2)
    one = standing(register, 3, "C")
    assert one is not None
    assert (one.serves, one.kind) == (("C",), "social-organisation")
    assert standing(register, 4, "C") is None
    assert standing(register, 4, "D") is not None
    assert social_organisations(register, register.chart(day(1)), kinds=("volunteer-team",)) == ()

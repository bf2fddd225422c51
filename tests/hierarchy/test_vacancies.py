"""What is missing is listed, each gap once; what is there is not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from civicflow.hierarchy.changes import Change
from civicflow.hierarchy.chart import Chart
from civicflow.hierarchy.register import Register
from civicflow.hierarchy.rules import Requirement
from civicflow.hierarchy.scheme import Level, LevelScheme
from civicflow.hierarchy.units import Affiliation, Appointment, Area, Body, Post, Row
from civicflow.hierarchy.vacancies import vacancies
from civicflow.ids import PersonId, PostId, UnitId

DAY0 = date(2026, 1, 1)
LEVELS = (Level("town", "Town | 镇"), Level("village", "Village | 村", ("town",)))
KINDS = ("council", "committee", "property-company")


def chart(rows: Sequence[Row], *requires: Requirement) -> Chart:
    """Today's chart of these rows, whose scheme requires something."""
    scheme = LevelScheme("town", LEVELS, requires)
    return Register().apply([Change(act="establish", on=DAY0, rows=tuple(rows), scheme=scheme)], 1).chart(DAY0)


def village(id: str) -> Area:
    """A village under the town."""
    return Area(id=UnitId(id), code=id, name=f"{id} | {id}", level="village", parent=UnitId("T"), since=DAY0)


TOWN = Area(id=UnitId("T"), code="T", name="Town | 镇", level="town", since=DAY0)


def body(id: str, kind: str, area: str) -> Body:
    """A body of an area."""
    return Body(id=UnitId(id), code=id, name=f"{id} | {id}", kind=kind, area=UnitId(area), since=DAY0)


def post(body: str, name: str, seats: int, holders: Sequence[tuple[str, bool]]) -> list[Row]:
    """A post with who holds it and who acts in it."""
    id = PostId(f"{body}.{name}")
    rows: list[Row] = [Post(id=id, name=name, unit=UnitId(body), title=f"{name} | {name}", seats=seats, since=DAY0)]
    for person, acting in holders:
        kind = "acting" if acting else "substantive"
        rows.append(
            Appointment(id=f"{id}.{person}", person=PersonId(person), post=id, kind=kind, since=DAY0)  # type: ignore[arg-type]  # one of the two
        )
    return rows


@st.composite
def towns(draw: st.DrawFn) -> tuple[list[Row], list[tuple[str, str, str, int, int]]]:
    """Villages with bodies and posts; beside them a list of (village, kind, post, seats, held)."""
    rows: list[Row] = [TOWN]
    listed = []
    for v in range(draw(st.integers(1, 3))):
        rows.append(village(f"V{v}"))
        for kind in draw(st.lists(st.sampled_from(KINDS), unique=True)):
            id = f"V{v}.{kind}"
            rows.append(body(id, kind, f"V{v}"))
            for name in draw(st.lists(st.sampled_from(["mediator", "head"]), unique=True)):
                seats = draw(st.integers(1, 3))
                held = draw(st.integers(0, seats))
                acting = draw(st.integers(0, 1))
                holders = [(f"{id}.{name}{n}", n >= held) for n in range(held + acting)]
                rows += post(id, name, seats, holders)
                listed.append((f"V{v}", kind, name, seats, held))
    return rows, listed


@given(towns(), st.booleans())
def test_the_list_is_brute_force(drawn: tuple[list[Row], list[tuple[str, str, str, int, int]]], narrow: bool) -> None:  # noqa: FBT001  # drawn
    """Law: exactly the posts with free seats, and each village where the scheme's requirement is not met, each once."""
    rows, listed = drawn
    requires = (
        Requirement(level="village", post="mediator", body=("council",) if narrow else ()),
        Requirement(level="village", body=("council", "committee")),
        Requirement(level="village", body=("committee",), unless="property-company"),
    )
    expected: set[tuple[str, str | None, int]] = {
        (f"{v}.{kind}", f"{v}.{kind}.{name}", seats - held) for v, kind, name, seats, held in listed if seats > held
    }
    for v in {row.id for row in rows if isinstance(row, Area) and row.level == "village"}:
        kinds = {row.kind for row in rows if isinstance(row, Body) and row.area == v}
        if not [
            1
            for where, kind, name, *_ in listed
            if where == v and name == "mediator" and (kind == "council" or not narrow)
        ]:
            expected.add((v, None, 1))
        if not kinds & {"council", "committee"}:
            expected.add((v, None, 1))
        if not kinds & {"committee", "property-company"}:
            expected.add((v, None, 1))
    found = vacancies(chart(rows, *requires))
    assert {(gap.unit, gap.post and gap.post.id, gap.free) for gap in found} == expected
    assert len({(gap.unit, gap.text) for gap in found}) == len(found)


def test_a_required_post_that_is_vacant_is_one_vacancy() -> None:
    """It says how many seats, who acts, and which requirement makes it matter."""
    rows: list[Row] = [TOWN, village("V"), body("B", "council", "V"), *post("B", "mediator", 1, [("p", True)])]
    (gap,) = vacancies(chart(rows, Requirement(level="village", post="mediator")))
    assert gap.requirement == Requirement(level="village", post="mediator")
    assert (gap.unit, gap.area, gap.free, gap.acting) == ("B", "V", 1, ("p",))
    assert gap.text.en == "B: 1 of 1 seats as mediator vacant (p acting)"
    assert gap.text.zh == "Bmediator空缺1席（共1席）（p代理）"
    assert str(gap) == gap.text.en


def test_what_is_missing_below_a_unit() -> None:
    """Asked under one village, only what is missing there; and each language says it."""
    rows: list[Row] = [TOWN, village("V"), village("W"), body("B", "council", "V")]
    made = chart(rows, Requirement(level="village", body=("council", "committee")))
    (gap,) = vacancies(made)
    assert gap.text.en == "W has no council or committee"
    assert gap.text.zh == "W未设议事会或委员会"
    assert vacancies(made, "V") == ()
    assert vacancies(made, "W") == (gap,)


def test_schemes_of_one_name_are_one() -> None:
    """What any file requires holds for all areas of the scheme that it names; another scheme's areas are left alone."""
    asked = (Requirement(level="village", post="mediator"),)
    own = [TOWN, village("V")]
    far = Area(id=UnitId("F"), code="F", name="F | F", level="village", since=DAY0, register="far")
    register = Register().apply(
        [
            Change(act="establish", on=DAY0, rows=tuple(own), scheme=LevelScheme("town", LEVELS)),
            Change(act="adopt", on=DAY0, register="more", scheme=LevelScheme("town", LEVELS, asked)),
            Change(
                act="establish",
                on=DAY0,
                register="far",
                rows=(far,),
                scheme=LevelScheme("far", (Level("village", "V | 村"),)),
            ),
        ],
        1,
    )
    assert [gap.area for gap in vacancies(register.chart(DAY0))] == ["V"]


def test_a_member_without_a_delegate() -> None:
    """Of a joint conference's members each needs one; the conference is where it is missing."""
    rows: list[Row] = [
        TOWN,
        body("C", "joint-conference", "T"),
        body("D1", "department", "T"),
        body("D2", "department", "T"),
    ]
    rows += post("C", "delegate", 1, [])
    for id in ("D1", "D2"):
        rows.append(Affiliation(id=id + "m", kind="member-of", source=UnitId(id), target=UnitId("C"), since=DAY0))
    rows.append(
        Appointment(
            id="X",
            person=PersonId("p"),
            post=PostId("C.delegate"),
            kind="concurrent",
            on_behalf_of=UnitId("D1"),
            since=DAY0,
            until=DAY0 + timedelta(days=1),
        )
    )
    assert [(gap.unit, gap.organisation) for gap in vacancies(chart(rows))] == [("C", "D2")]

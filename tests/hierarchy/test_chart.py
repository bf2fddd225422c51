"""The chart of a day answers like the rows it was made of."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow.errors import InvalidInput, NotFound
from civicflow.hierarchy.chart import Chart
from civicflow.hierarchy.importing import read
from civicflow.hierarchy.kinds import KINDS
from civicflow.hierarchy.register import Register
from civicflow.hierarchy.units import Appointment, Area, Body, Post, Row
from civicflow.ids import IdSource, PersonId, PostId, UnitId
from civicflow.texts import Text

DAY = date(2026, 1, 1)
POSTS = ("officer", "secretary", "delegate")
PERSONS = ("p1", "p2", "p3")


@st.composite
def trees(draw: st.DrawFn) -> list[Row]:
    """Areas in random trees, bodies in them or under one another, posts in those, persons in the posts."""
    rows: list[Row] = []
    areas: list[UnitId] = []
    bodies: list[UnitId] = []
    for i in range(draw(st.integers(1, 8))):
        parent = draw(st.none() | st.sampled_from(areas)) if areas else None
        areas.append(UnitId(f"A{i}"))
        rows.append(Area(id=areas[-1], code=f"a{i}", name=f"区{i}", level="x", parent=parent, since=DAY))
    for i in range(draw(st.integers(0, 6))):
        parent = draw(st.none() | st.sampled_from(bodies)) if bodies else None
        area = draw(st.sampled_from(areas) if parent is None else st.none() | st.sampled_from(areas))
        bodies.append(UnitId(f"B{i}"))
        kind = draw(st.sampled_from(["council", "department"]))
        rows.append(Body(id=bodies[-1], code=f"b{i}", name=f"会{i}", kind=kind, area=area, parent=parent, since=DAY))
        for name in draw(st.sets(st.sampled_from(POSTS))):
            post = PostId(f"{name}-{i}")
            rows.append(Post(id=post, name=name, unit=bodies[-1], title=name, seats=2, since=DAY))
            for person in sorted(draw(st.sets(st.sampled_from(PERSONS), max_size=2))):
                rows.append(Appointment(id=f"{post}-{person}", person=PersonId(person), post=post, since=DAY))
    return rows


class TestTree:
    """Parents and children are two sides of one relation."""

    @given(trees())
    def test_the_tree_agrees_with_itself(self, rows: list[Row]) -> None:
        """Law: a child's parent is its parent's child; `under` and `ancestors` are inverse; all hang under the roots."""
        chart = Chart(DAY, rows)
        assert chart.units == {row.id for row in rows if isinstance(row, (Area, Body))}
        for id in chart.units:
            parent = chart.parent(id)
            assert id in (chart.roots if parent is None and id.startswith("A") else chart.children(parent or id)) or (
                parent is None and id.startswith("B")
            )
            assert all(chart.parent(child) == id for child in chart.children(id))
            assert chart.under(id) is chart.under(id)
            assert chart.under(id) == {unit for unit in chart.units if id in (unit, *chart.ancestors(unit))}
        assert {unit for root in chart.roots for unit in chart.under(root)} == chart.units

    @given(trees())
    def test_a_matter_climbs_until_it_is_at_the_top(self, rows: list[Row]) -> None:
        """Law: `above` ends, at a root or a body in one, and leads through what is above the unit."""
        chart = Chart(DAY, rows)
        for id in chart.units:
            way = [id]
            while (above := chart.above(way[-1])) is not None:
                assert above in chart.ancestors(way[-1])
                way.append(above)
            top = chart.area_of(way[-1])
            assert top is not None
            assert chart.parent(top) is None
            assert len(set(way)) == len(way)

    @given(trees())
    def test_a_body_is_in_one_area(self, rows: list[Row]) -> None:
        """Law: the bodies of an area are those that stand in it, by kind and in the order of their codes."""
        chart = Chart(DAY, rows)
        for id in chart.units:
            if id.startswith("A"):
                assert chart.area_of(id) == id
                found = chart.bodies(id)
                assert {b.id for b in found} == {b for b in chart.units if b[0] == "B" and chart.area_of(b) == id}
                assert [body.code for body in found] == sorted(body.code for body in found)
                assert chart.bodies(id, "council") == tuple(body for body in found if body.kind == "council")
            else:
                assert chart.body(id).kind == chart.kind(id).name

    @given(trees(), st.sampled_from(["zh", "en"]))
    def test_the_outline_shows_everything_once(self, rows: list[Row], language: str) -> None:
        """Law: each unit has its line, deeper than the line it hangs under."""
        chart = Chart(DAY, rows)
        lines = chart.outline(language="en" if language == "en" else "zh").splitlines()
        assert len(lines) == len(chart.units)
        depth = {line.split("(")[1].split(",")[0].split(")")[0]: len(line) - len(line.lstrip()) for line in lines}
        for id in chart.units:
            if id.startswith("A") and (parent := chart.parent(id)) is not None:
                assert depth[chart.code(id)] == depth[chart.code(parent)] + 2


class TestPosts:
    """A post asked at an area means that post in any body attached to it."""

    @given(trees())
    def test_holders_agree_with_the_appointments(self, rows: list[Row]) -> None:
        """Law: `holds`, `holders`, `seats` and `appointments` say what a walk over the rows says."""
        chart = Chart(DAY, rows)
        posts = [row for row in rows if isinstance(row, Post)]
        held = [row for row in rows if isinstance(row, Appointment)]
        for unit in chart.units:
            for name in POSTS:
                there = [p for p in posts if p.name == name and unit in (p.unit, chart.area_of(p.unit))]
                assert sorted(p.id for p in chart.posts(unit) if p.name == name) == sorted(p.id for p in there)
                assert chart.seats(unit, name) == sum(post.seats for post in there)
                expected = {row.person for row in held if row.post in {post.id for post in there}}
                assert chart.holders(name, unit) == tuple(sorted(expected))
                assert {p for p in PERSONS if chart.holds(p, name, unit)} == expected
        for person in PERSONS:
            assert {a.id for a, _ in chart.appointments(person)} == {a.id for a in held if a.person == person}
            assert all(chart.post(post.id) == post for _, post in chart.appointments(person))

    def test_a_title_is_the_posts_own_or_the_known_one(self) -> None:
        """What clerks call a post comes from the post, else from the vocabulary, else its name stands in."""
        body = Body(id=UnitId("B"), code="b", name="b", kind="stall-guild", area=None, since=DAY)
        post = Post(id=PostId("P"), name="head", unit=body.id, title="Guildmaster | 会首", since=DAY)
        chart = Chart(DAY, [body, post])
        assert chart.title("B", "head") == Text("Guildmaster", "会首")
        assert chart.title("B", "secretary").zh == "书记"
        assert chart.title("B", "usher") == Text.same("usher")
        assert chart.kind("B").text == Text.same("stall-guild")
        assert chart.area_of("B") is None
        assert chart.above("B") is None
        assert chart.ancestors("B") == ()
        assert chart.outline("B", "en") == "· b (b): Guildmaster 0/1"


class TestResolve:
    """What people write becomes an id once, or an error that helps."""

    @given(trees())
    def test_a_code_leads_to_its_unit(self, rows: list[Row]) -> None:
        """Law: resolving a unit's code gives the unit, and an id is itself."""
        chart = Chart(DAY, rows)
        for id in chart.units:
            assert chart.resolve(chart.code(id)) == id
            assert chart.resolve(id) == id
            assert id in chart

    def test_what_nobody_is_called_names_what_comes_near(self, ids: IdSource, example: Callable[[str], str]) -> None:
        """Codes, aliases and names are looked through, and the message says the remedy."""
        document = read(example("shangjie"), source="shangjie.yaml", format="yaml")
        chart = Register().apply(Register().diff(document, DAY, ids), 1).chart(DAY)
        with pytest.raises(NotFound, match=r"did you mean emergency \(应急管理局\)\?"):
            chart.resolve("emergancy")
        with pytest.raises(NotFound, match=r"410106001005 \(三湾街社区\)"):
            chart.resolve("三湾街社")
        with pytest.raises(NotFound, match="load it into the register first"):
            chart.resolve("Atlantis")
        assert chart.code(chart.resolve("三湾街社区居民委员会")) == "410106001005"
        level = chart.level(chart.resolve("410106"))
        assert level is not None
        assert level.text.zh == "区"
        assert chart.kind(chart.resolve("health")) == KINDS["department"]

    def test_several_of_one_name_are_all_named(self) -> None:
        """An ambiguous code is an error with the candidates; a code goes before somebody else's alias."""
        one = Area(id=UnitId("A1"), code="9", name="甲", level="x", since=DAY, register="north")
        two = Area(id=UnitId("A2"), code="9", name="乙", level="x", since=DAY, register="south", aliases=("b",))
        body = Body(id=UnitId("B1"), code="b", name="丙", kind="council", area=one.id, since=DAY)
        chart = Chart(DAY, [one, two, body])
        with pytest.raises(InvalidInput, match=r"several units .* A1 \(甲, north\), A2 \(乙, south\); say which"):
            chart.resolve("9")
        assert chart.resolve("b") == "B1"
        assert chart.level("A1") is None

    def test_a_large_chart_compares_what_begins_alike(self) -> None:
        """Near names are sought among spellings with the same beginning where there are very many."""
        rows = [Area(id=UnitId(f"A{i}"), code=f"{i:06}", name=f"n{i}", level="x", since=DAY) for i in range(2600)]
        with pytest.raises(NotFound, match="001234"):
            Chart(DAY, rows).resolve("0012345")

    @pytest.mark.parametrize("ask", ["area", "body", "unit", "post", "name", "code", "parent", "children", "under"])
    def test_an_unknown_id_is_not_found(self, ask: str) -> None:
        """Every question about a unit that does not exist says so; a question about holders answers: none."""
        chart = Chart(DAY, [])
        with pytest.raises(NotFound, match="'nowhere' on 2026-01-01"):
            getattr(chart, ask)("nowhere")
        assert chart.holders("officer", "nowhere") == ()
        assert not chart.holds("p", "officer", "nowhere")

    def test_a_chart_can_be_copied_and_shown(self) -> None:
        """Another day shares the tables; the picture of nothing is empty."""
        chart = Chart(DAY, [], version=3)
        other = chart.dated(date(2026, 1, 2))
        assert (other.on, other.version) == (date(2026, 1, 2), 3)
        assert repr(chart) == "<Chart on 2026-01-01: 0 areas, 0 bodies>"
        assert chart.outline() == ""
        assert pickle.loads(pickle.dumps(Area(id=UnitId("A"), code="a", name="b", level="x", since=DAY))).code == "a"

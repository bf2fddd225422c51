"""A picture holds every unit of its day once, and what became of each between two days; nobody is named."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow.errors import InvalidInput, NotFound
from civicflow.hierarchy import acts
from civicflow.hierarchy.acts import New, Surviving
from civicflow.hierarchy.changes import Change
from civicflow.hierarchy.drawing import Picture, change_of, dot, mermaid, outline, page, tree_of
from civicflow.hierarchy.importing import read
from civicflow.hierarchy.register import Register
from civicflow.hierarchy.units import Area
from civicflow.ids import IdSource, UnitId

START, DAY = date(2020, 1, 1), date(2020, 6, 30)
BEFORE = DAY - timedelta(days=1)


@pytest.fixture
def register(example: Callable[[str], str], ids: IdSource) -> Register:
    """Shangjie district with its bodies and their posts."""
    document = read(example("shangjie"), source="shangjie.yaml", format="yaml")
    return Register().apply(Register().diff(document, START, ids), 1)


def applied(register: Register, *changes: Change) -> Register:
    """The register after some acts."""
    return register.apply(changes, register.version + 1)


def drawn(picture: Picture) -> dict[str, tuple[str, tuple[str, ...], str]]:
    """By code: the mark, the notes, and the code of the unit above."""
    codes = {twig.unit: twig.code for twig in picture.twigs}
    return {
        twig.code: (twig.mark, tuple(note.en for note in twig.notes), codes.get(twig.above, "") if twig.above else "")
        for twig in picture.twigs
    }


class TestTrees:
    """The tree of one day."""

    def test_every_unit_is_drawn_once_after_the_one_above_it(self, register: Register) -> None:
        """All areas and the bodies attached to them; under each other as the chart says."""
        chart = register.chart(DAY)
        picture = tree_of(chart)
        assert len(picture.twigs) == len(chart.units)
        seen: dict[str, int] = {}
        for twig in picture.twigs:
            assert twig.unit not in seen
            assert twig.depth == (0 if twig.above is None else seen[twig.above] + 1)
            assert twig.above == (chart.area_of(twig.unit) if twig.is_body else chart.parent(twig.unit))
            seen[twig.unit] = twig.depth
        assert not picture.is_change
        assert {twig.mark for twig in picture.twigs} == {""}

    def test_what_is_left_out_is_counted(self, register: Register) -> None:
        """By depth: what is shown and what is counted is all there is; with bodies and without."""
        chart = register.chart(DAY)
        areas = sum(isinstance(chart.unit(unit), Area) for unit in chart.units)
        for depth in range(4):
            for bodies, everything in ((True, len(chart.units)), (False, areas)):
                picture = tree_of(chart, "410106", depth=depth, bodies=bodies)
                assert max(twig.depth for twig in picture.twigs) <= depth
                assert len(picture.twigs) + sum(twig.hidden for twig in picture.twigs) == everything
        with pytest.raises(InvalidInput, match="0 levels below its first or more; got -1"):
            tree_of(chart, depth=-1)
        with pytest.raises(NotFound, match="there is no unit 'x'"):
            tree_of(chart, "x")

    def test_posts_are_counted_and_persons_never_named(self, register: Register) -> None:
        """In every form: a picture is passed on."""
        chart = register.chart(DAY)
        picture = tree_of(chart, "410106001005")
        assert "书记1/1" in outline(picture, "zh")
        persons = {
            person for unit in chart.units for post in chart.posts(unit) for person in chart.holders(post.name, unit)
        }
        assert persons
        whole = tree_of(chart)
        for text in (outline(whole), mermaid(whole), dot(whole), page(whole)):
            assert not [person for person in persons if f"{person} " in text or f"{person}<" in text]

    def test_a_body_begins_with_what_is_under_it(self, register: Register) -> None:
        """Its own line, where the picture begins with it."""
        chart = register.chart(DAY)
        bodies = [unit for unit in chart.units if not isinstance(chart.unit(unit), Area) and chart.children(unit)]
        assert bodies
        picture = tree_of(chart, bodies[0])
        assert {twig.unit for twig in picture.twigs} == {bodies[0], *chart.children(bodies[0])}


@st.composite
def redrawn(draw: st.DrawFn) -> Register:
    """A tree of a few areas to which some acts happen on one day."""
    rows: list[Area] = []
    for i in range(draw(st.integers(1, 8))):
        above = UnitId(draw(st.sampled_from([row.id for row in rows]))) if bool(rows) and draw(st.booleans()) else None
        rows.append(Area(id=UnitId(f"u{i}"), code=f"c{i}", name=f"n{i}", level="x", parent=above, since=START))
    register = applied(Register(), Change(act="establish", on=START, rows=tuple(rows)))
    for _ in range(draw(st.integers(0, 4))):
        here = sorted(register.chart(DAY).units)
        one, other = UnitId(draw(st.sampled_from(here))), UnitId(draw(st.sampled_from(here)))
        act = draw(st.sampled_from(["rename", "transfer", "merge", "establish"]))
        try:
            if act == "rename":
                change = acts.rename(register, one, draw(st.sampled_from(["n1", "new"])), on=DAY)
            elif act == "transfer":
                change = acts.transfer(register, one, other, on=DAY)
            elif act == "merge" and one != other:
                change = acts.merge(register, [one], Surviving(unit=other), on=DAY)
            else:
                new = Area(id=UnitId(f"v{len(register.rows)}"), code="v", name="v", level="x", parent=one, since=DAY)
                change = acts.establish(register, [new], on=DAY)
            register = applied(register, change)
        except InvalidInput:
            continue  # it would stand under itself, or its code is taken
    return register


class TestLaws:
    """Whatever happened."""

    @given(redrawn())
    def test_a_change_shows_every_unit_of_both_days_once(self, register: Register) -> None:
        """Each is new, gone, or on both days; what has no mark is what it was, where it was."""
        before, after = register.chart(BEFORE), register.chart(DAY)
        picture = change_of(register, BEFORE, DAY, whole=True)
        twigs = {twig.unit: twig for twig in picture.twigs}
        assert len(twigs) == len(picture.twigs)
        assert set(twigs) == before.units | after.units
        for unit, twig in twigs.items():
            assert (twig.mark == "new") == (unit not in before)
            assert (twig.mark == "gone") == (unit not in after)
            if not twig.mark:
                assert before.unit(unit) == after.unit(unit)
            if unit in before and unit in after:
                assert (twig.mark == "moved") == (before.parent(unit) != after.parent(unit))

    @given(redrawn())
    def test_what_is_left_out_did_not_change(self, register: Register) -> None:
        """And it is counted; what stands above something that changed is shown."""
        whole = change_of(register, BEFORE, DAY, whole=True)
        picture = change_of(register, BEFORE, DAY)
        marked = [twig.unit for twig in whole.twigs if twig.mark]
        assert [twig.unit for twig in picture.twigs if twig.mark] == marked
        shown = {twig.unit for twig in picture.twigs}
        assert {twig.above for twig in picture.twigs} - {None} <= shown
        tops = sum(twig.above is None for twig in whole.twigs) - sum(twig.above is None for twig in picture.twigs)
        left_out = len(whole.twigs) - len(picture.twigs)
        counted = sum(twig.hidden for twig in picture.twigs)
        assert counted <= left_out
        assert tops or counted == left_out


class TestChanges:
    """What became otherwise between two days."""

    def test_each_act_is_seen_for_what_it_was(self, register: Register) -> None:
        """New, gone, moved, changed; with what was, of whom it came and to whom it came."""
        unit = register.chart(START).resolve
        both = [unit("410106001001"), unit("410106001002")]
        into = New(code="410106001099", name="Union | 联合社区")
        register = applied(register, acts.merge(register, both, into, on=DAY, ids=lambda kind: f"new-{kind}"))
        register = applied(register, acts.rename(register, unit("410106001003"), "New Road | 新路社区", on=DAY))
        register = applied(register, acts.transfer(register, unit("410106001004"), unit("410106002"), on=DAY))
        register = applied(register, acts.recode(register, unit("410106001004"), "410106002099", on=DAY))
        picture = change_of(register, BEFORE, DAY, bodies=False)
        assert picture.is_change
        assert drawn(picture) == {
            "410106": ("", (), ""),
            "410106001": ("", (), "410106"),
            "410106001001": ("gone", ("came to Union",), "410106001"),
            "410106001002": ("gone", ("came to Union",), "410106001"),
            "410106001003": ("changed", ("was called 新华街社区",), "410106001"),
            "410106001099": ("new", ("came of 中安街社区, 商业街社区",), "410106001"),
            "410106002": ("", (), "410106"),
            "410106002099": ("moved", ("was under 济源路街道", "was 410106001004"), "410106002"),
        }
        names = {twig.unit: twig.code for twig in picture.twigs}
        assert {(names[one], names[other]) for one, other in picture.passages} == {
            ("410106001001", "410106001099"),
            ("410106001002", "410106001099"),
        }
        whole = change_of(register, BEFORE, DAY, whole=True, bodies=False)
        assert len(picture.twigs) + sum(twig.hidden for twig in picture.twigs) == len(whole.twigs)
        assert drawn(whole).items() >= drawn(picture).items()

    def test_a_part_that_was_given_away(self, register: Register) -> None:
        """Both go on, and both say so."""
        unit = register.chart(START).resolve
        given = acts.adjust(register, unit("410106001001"), unit("410106001002"), on=DAY)
        found = drawn(change_of(applied(register, given), BEFORE, DAY, bodies=False))
        assert found["410106001001"][:2] == ("changed", ("a part came to 商业街社区",))
        assert found["410106001002"][:2] == ("changed", ("came of 中安街社区",))

    def test_what_is_gone_is_drawn_where_its_successor_is(self, register: Register) -> None:
        """Where the picture begins below what it stood under; and not at all where neither is drawn."""
        unit = register.chart(START).resolve
        taken_in = acts.merge(register, [unit("410106002")], Surviving(unit=unit("410106001")), on=DAY)
        after = applied(register, taken_in)
        found = drawn(change_of(after, BEFORE, DAY, "410106001", bodies=False))
        assert found["410106002"] == ("gone", ("came to 济源路街道",), "410106001")
        assert found["410106002001"][:2] == ("moved", ("was under 中心路街道",))
        assert "410106002" not in drawn(change_of(after, BEFORE, DAY, "410106003", bodies=False))

    def test_acts_that_are_planned(self, register: Register) -> None:
        """Laid on the history, they are drawn as if they were applied, bodies and all."""
        unit = register.chart(START).resolve
        planned = acts.merge(register, [unit("410106001001")], Surviving(unit=unit("410106001002")), on=DAY)
        picture = change_of(register.overlaid([planned], 2), START, DAY)
        moved = [twig for twig in picture.twigs if twig.mark == "moved"]
        assert [twig.is_body for twig in moved] == [True]
        assert moved[0].notes[0].en == "was under 中安街社区"
        assert change_of(register, START, DAY).twigs == ()

    def test_a_whole_tree_that_is_gone_or_new(self, ids: IdSource) -> None:
        """At the top, where nothing is above."""
        area = Area(id=UnitId("a"), code="a", name="A | 甲", level="x", since=START)
        other = Area(id=UnitId("b"), code="b", name="B | 乙", level="x", since=DAY)
        register = applied(Register(), Change(act="establish", on=START, rows=(area,)))
        register = applied(register, Change(act="establish", on=DAY, rows=(other,)))
        register = applied(register, acts.dissolve(register, area.id, on=DAY))
        found = drawn(change_of(register, BEFORE, DAY))
        assert found == {"a": ("gone", (), ""), "b": ("new", (), "")}

    def test_days_come_in_their_order(self, register: Register) -> None:
        """A change leads from an earlier day to a later one."""
        with pytest.raises(InvalidInput, match="from an earlier day to a later one; got 2020-06-30 and 2020-06-30"):
            change_of(register, DAY, DAY)

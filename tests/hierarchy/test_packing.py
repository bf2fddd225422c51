"""Packed areas and their labels say what the records say of which they were made."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from datetime import date

import attrs
from hypothesis import given
from hypothesis import strategies as st

from civicflow.errors import CivicflowError
from civicflow.hierarchy.changes import Change
from civicflow.hierarchy.chart import Chart
from civicflow.hierarchy.ground import Ground
from civicflow.hierarchy.histories import PACKED_FROM, Histories
from civicflow.hierarchy.integrity import broken
from civicflow.hierarchy.packing import Strings
from civicflow.hierarchy.register import Register
from civicflow.hierarchy.units import Area, Body, Row, holds_on
from civicflow.ids import UnitId
from civicflow.texts import Text

DAYS = tuple(date(2026, 1, n) for n in range(1, 9))
NAMES = (Text.same("甲"), Text("River", "河"), Text("a\0b", "乙"), Text("\ud800", "\U00010853"))


@st.composite
def forests(draw: st.DrawFn) -> dict[str, tuple[Row, ...]]:
    """Areas that hang under one another on all days, some renamed or recoded on the way, and a few bodies in them."""
    rows: dict[str, tuple[Row, ...]] = {}
    ids = draw(st.lists(st.text("AB河\ud800", min_size=1, max_size=4), unique=True, min_size=1, max_size=12))
    for i, id in enumerate(ids):
        parent = UnitId(draw(st.sampled_from(ids[:i]))) if i and draw(st.integers(0, 4)) else None
        first = Area(
            id=UnitId(id),
            code=draw(st.sampled_from(["1", "11", "2", f"c{i}"])),
            name=draw(st.sampled_from(NAMES)),
            level=draw(st.sampled_from(["city", "district"])),
            parent=parent,
            since=draw(st.sampled_from(DAYS[:3])),
            aliases=draw(st.sampled_from([(), (f"alias-{i}", "1")])),
            register=draw(st.sampled_from(["north", "south"])),
        )
        rows[id] = (first,)
        if draw(st.booleans()):
            turn = draw(st.sampled_from(DAYS[3:6]))
            end = draw(st.none() | st.just(DAYS[6]))
            second = attrs.evolve(first, code=f"n{i}", since=turn, until=end, aliases=())
            rows[id] = (attrs.evolve(first, until=turn), second)
    for i in range(draw(st.integers(0, 2))):
        area = UnitId(draw(st.sampled_from(ids)))
        rows[f"body-{i}"] = (
            Body(id=UnitId(f"body-{i}"), code=f"c{i}", name="会", kind="council", area=area, since=DAYS[0]),
        )
    return rows


def packed(rows: dict[str, tuple[Row, ...]]) -> Histories:
    """The same rows, with every area that can be in columns."""
    return Histories(rows).settled(1)


class TestStrings:
    """Many distinct strings in one text."""

    @given(st.lists(st.text(max_size=5) | st.text("01", max_size=3), unique=True))
    def test_each_is_found_under_its_number(self, strings: list[str]) -> None:
        """Law: the strings are those given, in their order, and nothing else is found; also after a journey."""
        kept = Strings(strings)
        for found in (kept, pickle.loads(pickle.dumps(kept))):
            assert list(found) == strings
            assert found.several(range(len(strings))) == strings
            assert [found.find(string) for string in strings] == list(range(len(strings)))
            assert [found.find(string + "x") in (-1, *range(len(strings))) for string in strings] == [True] * len(found)
            assert found.find("not there") == -1


class TestHistories:
    """A mapping like a dict, however it is kept."""

    @given(forests(), forests())
    def test_it_is_the_dict_that_it_was_made_of(
        self, rows: dict[str, tuple[Row, ...]], later: dict[str, tuple[Row, ...]]
    ) -> None:
        """Law: packed or not, laid over or taken away, it has the rows that a dict would have."""
        model, histories = dict(rows), packed(rows)
        assert histories == model
        gone = dict.fromkeys(list(rows)[::2], ())
        for changed in (later, gone):
            histories = histories.with_laid(changed)
            model = {id: history for id, history in {**model, **changed}.items() if history}
            for same in (histories, histories.settled(1)):
                assert dict(same) == dict(same.items()) == model
                assert list(same.values()) == [same[id] for id in same]
                assert len(same) == len(model)
                assert all((id in same) == (id in model) for id in {*rows, *later, "nobody"})
                assert all(same.get(id) == model.get(id) for id in {*rows, *later, "nobody"})
                assert same.days() >= {day for h in model.values() for r in h for day in (r.since, r.until) if day}

    def test_little_is_not_packed(self) -> None:
        """Below some thousand areas a dict is quicker; above them they are packed by themselves."""
        rows = tuple(
            Area(id=UnitId(f"A{n}"), code=f"{n}", name="甲", level="x", since=DAYS[0]) for n in range(PACKED_FROM)
        )
        few = Register().apply([Change(act="establish", on=DAYS[0], rows=rows[1:])], 1)
        many = few.apply([Change(act="establish", on=DAYS[0], rows=rows[:1])], 2)
        assert few.rows.packed is None
        assert many.rows.packed is not None
        assert len(many.rows) == len(many.rows.packed) == PACKED_FROM
        assert many.chart(DAYS[0]).code("A8191") == "8191"


class TestCharts:
    """A chart answers alike, whether its areas are packed or not."""

    @given(forests(), st.sampled_from(DAYS), st.data())
    def test_every_question_has_the_same_answer(
        self, rows: dict[str, tuple[Row, ...]], on: date, data: st.DataObject
    ) -> None:
        """Law: also where some of the packed areas were changed since."""
        changed = {id: history for id, history in rows.items() if data.draw(st.integers(0, 3)) == 0}
        histories = packed({**rows, **{id: history[:1] for id, history in changed.items()}}).with_laid(changed)
        loose, picked = histories.on(on)
        one = Chart(on, loose, packed=histories.packed, picked=picked)
        other = Chart(on, [row for history in rows.values() for row in history if holds_on(row, on)])
        assert one.units == other.units
        assert one.roots == other.roots
        for id in other.units:
            assert one.unit(id) == other.unit(id)
            assert one.under(id) == other.under(id)
            assert one.children(id) == other.children(id)
            assert one.ancestors(id) == other.ancestors(id)
            assert _answer(one.above, id) == _answer(other.above, id)
        for word in {*other.units, "1", "11", "2", "c0", "n1", "alias-0", "alias-1", "nobody"}:
            assert _answer(one.resolve, word) == _answer(other.resolve, word)
        assert one.outline(language="zh") == other.outline(language="zh")

    @given(forests(), st.sampled_from(DAYS))
    def test_labels_agree_with_a_walk(self, rows: dict[str, tuple[Row, ...]], on: date) -> None:
        """Law: the places from an area's own to its own plus its size are those of itself and all below it."""
        loose, picked = packed(rows).on(on)
        ground = Ground([row for row in loose if isinstance(row, Area)], packed(rows).packed, picked)
        areas = list(ground.areas())
        assert {area.id for area in areas} == {
            i for i, h in rows.items() for r in h if type(r) is Area and holds_on(r, on)
        }
        for place, area in enumerate(areas):
            assert ground.find(area.id) == place
            assert ground.area(place) == area
            assert place in ground.bearers(area.code)
            below = {area.id}
            for other in areas[place + 1 :]:
                below |= {other.id} if other.parent in below else set()
            assert set(ground.ids(place, place + ground.size[place])) == below
            children = [areas[child] for child in ground.children(place)]
            assert [child.id for child in children] == [
                a.id for a in sorted(areas, key=lambda a: (a.code, a.id)) if a.parent == area.id
            ]
            assert ground.up[place] == (ground.find(area.parent) if area.parent else -1)


class TestIntegrity:
    """Of a sound register only what changed, and what rests on it, is judged again."""

    @given(forests(), st.data())
    def test_looking_at_what_changed_is_enough(self, rows: dict[str, tuple[Row, ...]], data: st.DataObject) -> None:
        """Law: over a sound history, every record that breaks a rule after a change is found, and no other."""
        sound = dict(rows)
        while found := {one.id for one in broken(Histories(sound), dict.fromkeys(sound), Histories())}:
            sound = {id: history for id, history in sound.items() if id not in found}
        before = packed(sound)
        changed: dict[str, tuple[Row, ...]] = {}
        for id, history in rows.items():
            kind = data.draw(st.integers(0, 5))
            if kind == 0:
                changed[id] = ()
            elif kind == 1:
                changed[id] = history
            elif kind == 2 and isinstance(history[0], Area):
                parent = UnitId(data.draw(st.sampled_from(list(rows))))
                changed[id] = tuple(attrs.evolve(row, parent=parent) for row in history if isinstance(row, Area))
        after = before.with_laid(changed)
        quick = {one.id for one in broken(after, dict.fromkeys(changed), before)}
        whole = {one.id for one in broken(after, dict.fromkeys(after), Histories())}
        # Of a cycle, and of two that want one code, either may be named.
        assert bool(quick) == bool(whole)
        assert not (missing := whole - quick) or all(_named_otherwise(after, id) for id in missing)


def _named_otherwise(rows: Histories, id: str) -> bool:
    """Whether a record is at fault together with another one: in a cycle, or about a code."""
    others = {other.reason for other in broken(rows, dict.fromkeys(rows), Histories()) if other.id == id}
    return all("stands under itself" in reason or "borne by" in reason for reason in others)


def _answer(ask: Callable[[str], object], word: str) -> object:
    try:
        return ask(word)
    except CivicflowError as error:
        return str(error)

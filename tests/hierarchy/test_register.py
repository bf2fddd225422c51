"""The register against a model that keeps every day by itself."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from itertools import count, pairwise
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from civicflow.errors import InvalidInput
from civicflow.hierarchy.changes import Change
from civicflow.hierarchy.document import Document, ListedAffiliation, ListedArea, ListedBody, ListedHolder, ListedPost
from civicflow.hierarchy.histories import Histories
from civicflow.hierarchy.importing import read
from civicflow.hierarchy.integrity import broken
from civicflow.hierarchy.kinds import BodyKind
from civicflow.hierarchy.register import Register
from civicflow.hierarchy.scheme import Level, LevelScheme
from civicflow.hierarchy.units import Affiliation, Appointment, Area, Body, Post, Row, Site, holds_on
from civicflow.ids import IdSource, PersonId, PostId, UnitId

DAY0 = date(2026, 1, 1)
DAYS = 14
SCHEME = LevelScheme("two", (Level("top", "Top | 上"), Level("low", "Low | 下", ("top",))))
TOPS, LOWS = ("t1", "t2"), ("l1", "l2", "l3")


def day(n: int) -> date:
    """The day so many days after DAY0."""
    return DAY0 + timedelta(days=n)


def counting() -> IdSource:
    """Ids that count up."""
    numbers = count(1)
    return lambda kind: f"{kind[:1].upper()}-{next(numbers)}"


@attrs.frozen
class Item:
    """One area of a drawn file, in days counted from DAY0."""

    code: str
    name: str
    parent: str | None
    since: int | None = None
    until: int | None = None


@st.composite
def files(draw: st.DrawFn, on: int = 0, *, dated: bool = True) -> tuple[list[Item], dict[str, frozenset[str]]]:
    """Areas of two levels, with councils in some of them whose delegates are persons."""
    items: list[Item] = []
    tops = draw(st.sets(st.sampled_from(TOPS), min_size=1))
    for code in (*sorted(tops), *sorted(draw(st.sets(st.sampled_from(LOWS))))):
        since = until = None
        if dated and draw(st.integers(0, 3)) == 0:
            since = draw(st.none() | st.integers(on, DAYS - 3))
            until = draw(st.none() | st.integers((on if since is None else since) + 1, DAYS - 1))
        parent = draw(st.sampled_from(sorted(tops))) if code in LOWS else None
        items.append(Item(code, draw(st.sampled_from("甲乙")), parent, since, until))
    councils = {
        code: draw(st.frozensets(st.sampled_from(["p1", "p2", "p3"]))) for code in sorted(tops) if draw(st.booleans())
    }
    return items, councils


def document(items: list[Item], councils: dict[str, frozenset[str]], since: date | None = None) -> Document:
    """The file that lists these areas and councils; each delegate has reported in at the council's area, too."""
    areas = tuple(
        ListedArea(
            code=item.code,
            name=item.name,
            level="top" if item.code in TOPS else "low",
            parent=item.parent,
            since=None if item.since is None else day(item.since),
            until=None if item.until is None else day(item.until),
        )
        for item in items
    )
    bodies = tuple(
        ListedBody(
            code=f"council-{area}",
            name="会",
            kind="council",
            area=area,
            posts=(
                ListedPost(
                    name="delegate",
                    title="delegate | 代表",
                    seats=3,
                    holders=tuple(ListedHolder(person=person) for person in sorted(persons)),
                ),
            ),
        )
        for area, persons in councils.items()
    )
    ties = tuple(
        ListedAffiliation(kind="reports-in", person=person, target=area)
        for area, persons in councils.items()
        for person in sorted(persons)
    )
    return Document(
        register="town",
        scheme=SCHEME,
        since=since,
        areas=areas,
        bodies=bodies,
        affiliations=ties,
        source="town.yaml",
    )


Fact = tuple[str, str | None, object, object]
"""Name, code of the parent, a token that stands for the identity, and the parent's token."""


class Days:
    """The model: what is true on each day, painted day by day."""

    def __init__(self) -> None:
        self.areas: list[dict[str, Fact]] = [{} for _ in range(DAYS)]
        self.councils: list[dict[str, frozenset[str]]] = [{} for _ in range(DAYS)]

    def loaded(self, items: list[Item], councils: dict[str, frozenset[str]], on: int) -> Days:
        """The days after a file was loaded."""
        after = Days()
        first = not any(self.areas)
        after.areas[:on] = [dict(facts) for facts in self.areas[:on]]
        after.councils[:on] = [dict(facts) for facts in self.councils[:on]]
        tokens: dict[str | None, object] = {None: None}
        for item in items:  # parents come first
            last = DAYS if item.until is None else item.until
            moment = min(max(on, on if item.since is None else item.since), last - 1)
            old = self.areas[moment].get(item.code)
            begin = max(on, item.since or on)
            if old is None:
                begin = (0 if first else on) if item.since is None else item.since
                planned = (self.areas[n][item.code] for n in range(moment, last) if item.code in self.areas[n])
                token: object = next(planned, ("", None, object(), None))[2]
            else:
                token = old[2]
                for n in range(on, begin):
                    before = self.areas[n].get(item.code)
                    if before is not None and before[2] is token:
                        after.areas[n][item.code] = before
            tokens[item.code] = token
            for n in range(begin, last):
                after.areas[n][item.code] = (item.name, item.parent, token, tokens[item.parent])
        for n in range(0 if first else on, DAYS):
            after.councils[n] = dict(councils)
        return after

    def is_whole(self) -> bool:
        """Whether on each day everything stands in something that exists."""
        return all(
            all(parent is None or (parent in areas and areas[parent][2] is who) for _, parent, _, who in areas.values())
            and all(area in areas for area in councils)
            for areas, councils in zip(self.areas, self.councils, strict=True)
        )


class RegisterMachine(RuleBasedStateMachine):
    """Files are loaded on any day, in any order; the chart of every day is the model's."""

    def __init__(self) -> None:
        super().__init__()
        self.register = Register()
        self.model = Days()
        self.ids = counting()
        self.log: list[str] = []

    @initialize(file=files(0))
    def first(self, file: tuple[list[Item], dict[str, frozenset[str]]]) -> None:
        """The first file founds the register."""
        self._load(file, 0)

    @rule(data=st.data(), on=st.integers(0, DAYS - 4))
    def load(self, data: st.DataObject, on: int) -> None:
        """A file is loaded, or refused exactly where its result would hang in the air on some day."""
        self._load(data.draw(files(on)), on)

    @rule()
    def pack(self) -> None:
        """Areas are packed at any time, as a register with very many does by itself."""
        self.register = attrs.evolve(self.register, rows=self.register.rows.settled(1))

    def _load(self, file: tuple[list[Item], dict[str, frozenset[str]]], on: int) -> None:
        written = document(*file, since=DAY0)
        model = self.model.loaded(*file, on)
        if not model.is_whole():
            with pytest.raises(InvalidInput):
                self.register.diff(written, day(on), self.ids)
            return
        changes = self.register.diff(written, day(on), self.ids)
        earlier = [self._picture(n) for n in range(on)] if self.register.rows else []
        self.register = self.register.apply(changes, self.register.version + 1)
        self.log.append(json.dumps([change.to_builtins() for change in changes], ensure_ascii=False))
        self.model = model
        assert [self._picture(n) for n in range(len(earlier))] == earlier
        assert self.register.diff(written, day(on), self.ids) == ()
        assert self.register.diff(written, day(on + 1), self.ids) == ()

    def _picture(self, n: int) -> object:
        chart = self.register.chart(day(n))
        return {(id, chart.code(id), chart.name(id).zh, chart.parent(id)) for id in chart.units}

    @invariant()
    def every_day_is_the_models(self) -> None:
        """Names, parents, delegates and who reported in agree on every day, and one identity is one id."""
        identity: dict[object, str] = {}
        for n in range(DAYS):
            chart = self.register.chart(day(n))
            assert chart.on == day(n)
            areas = {chart.code(id): id for root in chart.roots for id in chart.under(root) if chart.area_of(id) == id}
            assert set(areas) == set(self.model.areas[n])
            for code, (name, parent, token, _) in self.model.areas[n].items():
                area = chart.area(areas[code])
                assert area.name.zh == name
                assert (None if area.parent is None else chart.code(area.parent)) == parent
                assert identity.setdefault(token, area.id) == area.id
            found = {chart.code(area): set(chart.holders("delegate", id)) for area in areas.values() for id in [area]}
            for id in areas.values():
                reported = chart.ties_to(id, "reports-in")
                assert sorted(str(tie.person) for tie in reported) == sorted(chart.holders("delegate", id))
            councils = {code: set(persons) for code, persons in self.model.councils[n].items()}
            assert {code: who for code, who in found.items() if who} == {c: who for c, who in councils.items() if who}
        assert len(set(identity.values())) == len(identity)

    @invariant()
    def intervals_never_overlap(self) -> None:
        """The rows of one id are ordered, apart, and never say the same twice running."""
        for rows in self.register.rows.values():
            for one, other in pairwise(rows):
                assert one.until is not None
                assert one.until <= other.since

    @invariant()
    def no_rule_is_broken(self) -> None:
        """What was not looked at again, because nothing near it changed, keeps all rules all the same."""
        rows = self.register.rows
        assert list(broken(rows, dict.fromkeys(rows), Histories())) == []

    @invariant()
    def the_log_replays(self) -> None:
        """All changes from the beginning, read back from JSON, give the same register."""
        again = Register()
        for version, entry in enumerate(self.log, 1):
            again = again.apply([Change.from_builtins(data) for data in json.loads(entry)], version)
        assert again == self.register


TestRegisterMachine = RegisterMachine.TestCase
TestRegisterMachine.settings = settings(max_examples=60, stateful_step_count=8, deadline=None)


class TestApply:
    """Changes are the only way on."""

    @given(st.data())
    def test_any_dates_load_once(self, data: st.DataObject) -> None:
        """Law: whatever since and until a file states, loading it again changes nothing, on that day or a later one."""
        register, ids = Register(), counting()
        for version in (1, 2):
            items, _ = data.draw(files(0))
            on = data.draw(st.integers(0, DAYS))
            try:
                changes = register.diff(document(items, {}, data.draw(st.none() | st.just(DAY0))), day(on), ids)
            except InvalidInput:
                continue
            register = register.apply(changes, version)
            assert register.diff(document(items, {}), day(on), ids) == ()
            assert register.diff(document(items, {}), day(on + data.draw(st.integers(0, 9))), ids) == ()

    def test_a_change_behind_an_existing_row_takes_what_follows(self) -> None:
        """A change says what holds from its day until its own end: rows inside are replaced, rows beyond stay."""
        area = Area(id=UnitId("U"), code="1", name="甲", level="top", since=day(5))
        later = attrs.evolve(area, name="乙", since=day(9))
        register = Register().apply([Change(act="establish", on=day(5), rows=(area,))], 1)
        register = register.apply([Change(act="adjust", on=day(9), rows=(later,))], 2)
        early = attrs.evolve(area, name="丙", since=day(2), until=day(7))
        bounded = register.apply([Change(act="adjust", on=day(2), rows=(early,))], 3)
        assert [(row.since, row.until) for row in bounded.rows["U"]] == [
            (day(2), day(7)),
            (day(7), day(9)),
            (day(9), None),
        ]
        forever = register.apply([Change(act="adjust", on=day(2), rows=(attrs.evolve(early, until=None),))], 3)
        assert [(row.since, row.until) for row in forever.rows["U"]] == [(day(2), None)]
        gone = register.apply([Change(act="dissolve", on=day(2), ends=("U",))], 3)
        assert not gone.rows

    def test_versions_go_up(self) -> None:
        """A change that was applied already is not applied twice."""
        register = Register().apply([], 3)
        with pytest.raises(InvalidInput, match="this register is at 3, the changes come with 3"):
            register.apply([], 3)
        assert repr(register) == "<Register version 3: 0 records>"

    def test_what_would_hang_in_the_air_is_refused_whole(self) -> None:
        """Every broken rule is a fault with the id: a gap, a cycle, a code twice, too many holders."""

        def area(id: str, **fields: Any) -> Area:
            return attrs.evolve(Area(id=UnitId(id), code=id, name=id, level="top", since=day(0)), **fields)

        def body(id: str, **fields: Any) -> Body:
            return attrs.evolve(Body(id=UnitId(id), code=id, name=id, kind="council", since=day(0)), **fields)

        post = Post(id=PostId("P"), name="officer", unit=UnitId("B1"), title="officer", since=day(0))
        rows: tuple[Row, ...] = (
            area("A1", until=day(5)),
            area("A2", parent=UnitId("A1")),
            area("A3", parent=UnitId("A4")),
            area("A4", parent=UnitId("A3")),
            area("A5", code="A1"),
            area("A6", parent=UnitId("B1"), code="A6"),
            body("B1", area=UnitId("A5")),
            body("B2", parent=UnitId("B2")),
            body("B3", area=UnitId("nowhere")),
            post,
            Appointment(id="p1", person=PersonId("p1"), post=post.id, since=day(0)),
            Appointment(id="p2", person=PersonId("p2"), post=post.id, since=day(0), kind="concurrent"),
            Appointment(id="p3", person=PersonId("p3"), post=post.id, since=day(0), kind="acting"),
            Appointment(id="p4", person=PersonId("p4"), post=PostId("Q"), since=day(0)),
        )
        with pytest.raises(InvalidInput) as caught:
            Register().apply([Change(act="establish", on=day(0), rows=rows)], 1)
        found = {fault.path: fault.reason for fault in caught.value.faults}
        assert "A2 A2 (register '') hangs under the area A1 A1, which does not exist on 2026-01-06" in found["A2"]
        assert found.keys() == {"A2", "A5", "A6", "B2", "B3", "P", "p4"} | ({"A3", "A4"} & found.keys())
        assert {"A3", "A4"} & found.keys()
        assert "on 2026-01-01 2 hold officer of B1, which has 1 seat" in found["P"]
        assert "borne by A1" in found["A5"]

    def test_parents_may_change_places_over_time(self) -> None:
        """Two units may stand under each other one after the other; on one day they may not."""
        one = Body(id=UnitId("B1"), code="1", name="1", kind="committee", since=day(0))
        two = Body(id=UnitId("B2"), code="2", name="2", kind="committee", parent=one.id, since=day(0))
        register = Register().apply([Change(act="establish", on=day(0), rows=(one, two))], 1)
        turned = (attrs.evolve(one, parent=two.id, since=day(3)), attrs.evolve(two, parent=None, since=day(3)))
        register = register.apply([Change(act="adjust", on=day(3), rows=turned)], 2)
        assert register.chart(day(2)).parent("B2") == "B1"
        assert register.chart(day(3)).parent("B1") == "B2"
        with pytest.raises(InvalidInput, match="stands under itself"):
            register.apply([Change(act="adjust", on=day(1), rows=(attrs.evolve(turned[0], since=day(1)),))], 3)

    def test_nothing_in_a_change_begins_before_its_day(self) -> None:
        """What was planned may begin later, and keeps its day in the builtins."""
        area = Area(id=UnitId("U"), code="1", name="甲", level="top", since=day(1))
        with pytest.raises(InvalidInput, match="begins on its day"):
            Change(act="establish", on=day(2), rows=(area,))
        later = Change(act="establish", on=day(0), rows=(area,))
        assert Change.from_builtins(later.to_builtins()) == later

    def test_builtins_keep_every_field(self) -> None:
        """All fields of all records survive JSON, two-language names and own registers, too."""
        rows: tuple[Row, ...] = (
            Area(id=UnitId("A"), code="a", name="A | 甲", level="top", since=day(0), until=day(3), aliases=("x", "y")),
            Body(id=UnitId("B"), code="b", name="乙", kind="council", area=UnitId("A"), since=day(0), register="other"),
            Post(id=PostId("P"), name="head", unit=UnitId("B"), title="Head | 首", seats=4, since=day(0), register="t"),
            Appointment(
                id="X",
                person=PersonId("p"),
                post=PostId("P"),
                kind="acting",
                on_behalf_of=UnitId("B"),
                since=day(0),
            ),
            Affiliation(id="Y", kind="reports-in", source=UnitId("B"), target=UnitId("A"), reference="7", since=day(0)),
            Affiliation(id="Z", kind="reports-in", person=PersonId("p"), target=UnitId("A"), since=day(0)),
            Site(
                id="S",
                code="s",
                name="S | 站",
                kind="canteen",
                area=UnitId("A"),
                run_by=UnitId("B"),
                services=("meals",),
                hours=("Mo-Su 11:00-13:00",),
                walk=((UnitId("A"), 0), (UnitId("C"), 12)),
                since=day(0),
            ),
        )
        change = Change(
            act="merge", on=day(0), register="t", rows=rows, ends=("Q",), scheme=SCHEME, basis="渝府〔2020〕1号"
        )
        kinds = Change(act="adopt", on=day(0), kinds=(BodyKind("guild", "Guild | 行会"),))
        assert kinds.to_builtins() == {"act": "adopt", "on": "2026-01-01", "kinds": {"guild": ["Guild", "行会"]}}
        assert Change.from_builtins(kinds.to_builtins()) == kinds
        answering = Change(act="adopt", on=day(0), kinds=(BodyKind("guild", "Guild | 行会", answers=True),))
        assert answering.to_builtins()["kinds"] == {"guild": ["Guild", "行会", True]}
        assert Change.from_builtins(answering.to_builtins()) == answering
        data = change.to_builtins()
        assert Change.from_builtins(json.loads(json.dumps(data))) == change
        assert data["rows"][2] == {
            "is": "post",
            "id": "P",
            "name": "head",
            "unit": "B",
            "title": ["Head", "首"],
            "seats": 4,
        }


class TestChartOfADay:
    """Charts are built once for each stretch of days on which nothing changes."""

    def test_days_between_changes_share_a_build(self, ids: IdSource, example: Callable[[str], str]) -> None:
        """The same day gives the same chart; a day without a change the same tables; old charts are forgotten."""
        written = read(example("beiyuan"), source="beiyuan.yaml", format="yaml")
        register = Register().apply(Register().diff(written, DAY0, ids), 1)
        chart = register.chart(DAY0)
        assert register.chart(DAY0) is chart
        root = chart.roots[0]
        assert register.chart(day(1)).under(root) is register.chart(day(2)).under(root)
        assert not register.chart(date(2011, 12, 31)).units
        for n in range(200):
            assert register.chart(day(n)).on == day(n)

    @given(files(0), files(5))
    def test_what_is_planned_changes_nothing_before(
        self,
        one: tuple[list[Item], dict[str, frozenset[str]]],
        two: tuple[list[Item], dict[str, frozenset[str]]],
    ) -> None:
        """Law: a file loaded for a later day leaves the charts of all earlier days as they were."""
        ids = counting()
        try:
            register = Register().apply(Register().diff(document(*one), DAY0, ids), 1)
            after = register.apply(register.diff(document(*two), day(5), ids), 2)
        except InvalidInput:
            return
        for n in range(5):
            before, now = register.chart(day(n)), after.chart(day(n))
            assert before.outline() == now.outline()
            assert before.units == now.units
        for id, rows in after.rows.items():
            old = [(row.since, holds_on(row, day(4))) for row in register.rows.get(id, ()) if row.since < day(5)]
            assert old == [(row.since, holds_on(row, day(4))) for row in rows if row.since < day(5)]

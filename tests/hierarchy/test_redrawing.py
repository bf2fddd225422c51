"""Re-drawing: whatever acts come in whatever order, the tree stays a tree, the past stays past, and every matter has an answer."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from civicflow.errors import InvalidInput
from civicflow.hierarchy import acts
from civicflow.hierarchy.acts import New, Surviving
from civicflow.hierarchy.appointing import affiliate, appoint, part, relieve
from civicflow.hierarchy.attribution import POLICIES, Attributed, Policy, Unresolved, attribute, told
from civicflow.hierarchy.changes import Change
from civicflow.hierarchy.chart import Chart
from civicflow.hierarchy.mobilising import COMMAND, Force, mobilise, prolong, stand_down, task_forces
from civicflow.hierarchy.register import Register
from civicflow.hierarchy.sites import minutes_to
from civicflow.hierarchy.succession import Succession
from civicflow.hierarchy.units import Affiliation, Appointment, AppointmentKind, Area, Body, Post, Row, Site, holds_on
from civicflow.ids import PersonId, PostId, UnitId
from civicflow.testing import sequential_ids

START = date(2019, 10, 31)
DAY = timedelta(days=1)
LEVELS = ("district", "subdistrict", "community")


def area(id: str, parent: str | None = None, *, since: date = START, code: str = "", level: int | None = None) -> Area:
    """An area whose level follows from its id: ``d``, ``d.s``, ``d.s.c``."""
    depth = id.count(".") if level is None else level
    above = UnitId(parent) if parent is not None else None
    return Area(id=UnitId(id), code=code or id, name=f"{id} | {id}", level=LEVELS[depth], parent=above, since=since)


def town(*more: Row) -> Register:
    """A district of two subdistricts with two communities each, and what else is given."""
    rows: list[Row] = [area("d")]
    for s in "ab":
        rows.append(area(f"d.{s}", "d"))
        rows += [area(f"d.{s}.{c}", f"d.{s}") for c in "12"]
    return Register().apply([Change(act="establish", on=START, rows=(*rows, *more))], 1)


def body(id: str, at: str, parent: str | None = None) -> Body:
    """A body attached to an area."""
    above = UnitId(parent) if parent is not None else None
    return Body(
        id=UnitId(id), code=id, name=f"{id} | {id}", kind="committee", area=UnitId(at), parent=above, since=START
    )


def applied(register: Register, *changes: Change) -> Register:
    """The register after some acts."""
    return register.apply(changes, register.version + 1)


NEXT_YEAR = date(2020, 6, 30)


class TestSplits:
    """A split has two results or more; nothing goes to a unit that stands below the one it comes from."""

    def test_what_hangs_under_it_goes_where_it_is_sent(self) -> None:
        """The rest goes to the primary result; posts and holders go along with their body."""
        post = Post(id=PostId("p"), name="secretary", unit=UnitId("party"), title="s | 书记", since=START)
        held = Appointment(id="m", person=PersonId("li"), post=PostId("p"), since=START)
        register = town(body("party", "d.a"), post, held)
        into = [
            New(code="east", name="East | 东", share=Fraction(2, 3), primary=True),
            New(code="west", name="West | 西", share=Fraction(1, 3)),
        ]
        change = acts.split(
            register, UnitId("d.a"), into, on=NEXT_YEAR, ids=sequential_ids(), sent={"d.a.2": "west"}, basis="No. 26"
        )
        after = applied(register, change)
        chart = after.chart(NEXT_YEAR)
        east, west = chart.resolve("east"), chart.resolve("west")
        assert "d.a" not in chart
        assert chart.children(east) == ("d.a.1",)
        assert chart.children(west) == ("d.a.2",)
        assert chart.holders("secretary", east) == ("li",)
        assert change.originals == ("d.a",)
        assert change.results == (east, west)
        assert after.chart(NEXT_YEAR - DAY).children("d.a") == ("d.a.1", "d.a.2")

    def test_the_original_may_go_on_as_one_of_them(self) -> None:
        """It keeps its id, and what is not sent away."""
        register = town()
        into: list[acts.Result] = [Surviving(unit=UnitId("d.a"), primary=True), New(code="new", name="New | 新")]
        after = applied(
            register,
            acts.split(register, UnitId("d.a"), into, on=NEXT_YEAR, ids=sequential_ids(), sent={"d.a.2": "new"}),
        )
        chart = after.chart(NEXT_YEAR)
        assert chart.children("d.a") == ("d.a.1",)
        assert chart.children(chart.resolve("new")) == ("d.a.2",)

    def test_one_result_is_no_split(self) -> None:
        """To end a unit in another one is a merger."""
        with pytest.raises(InvalidInput, match="two results or more"):
            acts.split(town(), UnitId("d.a"), [New(code="x", name="x | 甲")], on=NEXT_YEAR, ids=sequential_ids())

    def test_nothing_goes_below_itself(self) -> None:
        """A subdistrict is not divided into its own communities."""
        into = [Surviving(unit=UnitId("d.a.1"), primary=True), Surviving(unit=UnitId("d.a.2"))]
        with pytest.raises(InvalidInput, match=r"stands below d\.a"):
            acts.split(town(), UnitId("d.a"), into, on=NEXT_YEAR, ids=sequential_ids())

    def test_without_a_primary_result_everything_must_be_sent(self) -> None:
        """Every child that has no place is named at once; a place that is none says which there are."""
        into = [New(code="x", name="x | 甲"), New(code="y", name="y | 乙")]
        with pytest.raises(InvalidInput) as caught:
            acts.split(town(), UnitId("d.a"), into, on=NEXT_YEAR, ids=sequential_ids(), sent={"d.a.2": "z"})
        assert [(fault.path, fault.value) for fault in caught.value.faults] == [("d.a.1", ""), ("d.a.2", "z")]
        assert "it can go to x, y" in caught.value.faults[1].reason


class TestMergers:
    """The caller says whether a merge goes into a new unit or into a surviving one."""

    @pytest.mark.parametrize("survives", [True, False])
    def test_into_a_new_unit_or_into_one_of_them(self, survives: bool) -> None:  # noqa: FBT001  # both ways of one rule
        """Everything under both is then under it."""
        register = town()
        into = Surviving(unit=UnitId("d.a")) if survives else New(code="both", name="Both | 合")
        after = applied(
            register, acts.merge(register, [UnitId("d.a"), UnitId("d.b")], into, on=NEXT_YEAR, ids=sequential_ids())
        )
        chart = after.chart(NEXT_YEAR)
        one = UnitId("d.a") if survives else chart.resolve("both")
        assert chart.children("d") == (one,)
        assert set(chart.children(one)) == {"d.a.1", "d.a.2", "d.b.1", "d.b.2"}

    def test_a_body_that_ends_takes_its_posts_with_it(self) -> None:
        """The bodies under it go to the one that takes it in."""
        post = Post(id=PostId("p"), name="secretary", unit=UnitId("one"), title="s | 书记", since=START)
        held = Appointment(id="m", person=PersonId("li"), post=PostId("p"), since=START)
        register = town(body("one", "d.a"), body("two", "d.b"), body("sub", "d.a.1", "one"), post, held)
        after = applied(register, acts.merge(register, [UnitId("one")], Surviving(unit=UnitId("two")), on=NEXT_YEAR))
        chart = after.chart(NEXT_YEAR)
        assert ("one" in chart, chart.parent("sub"), chart.appointments("li")) == (False, "two", ())
        assert after.chart(NEXT_YEAR - DAY).holders("secretary", "one") == ("li",)


class TestOtherActs:
    """Rename, recode, convert, transfer, adjust, dissolve, correct."""

    def test_a_unit_stays_itself(self) -> None:
        """Whatever it is called, whatever code it bears, whatever it becomes."""
        register = town()
        one = UnitId("d.a.1")
        register = applied(register, acts.rename(register, one, "New Road | 新路", on=NEXT_YEAR))
        register = applied(register, acts.recode(register, one, "511102006013", on=NEXT_YEAR + DAY, basis="No. 26"))
        register = applied(register, acts.convert(register, one, on=NEXT_YEAR + 2 * DAY, aliases=("former village",)))
        chart = register.chart(NEXT_YEAR + 2 * DAY)
        assert chart.resolve("511102006013") == chart.resolve("former village") == one
        assert chart.name(one).zh == "新路"
        assert register.chart(NEXT_YEAR).code(one) == "d.a.1"
        with pytest.raises(InvalidInput, match=r"d\.a\.1 has no fact colour"):
            acts.convert(register, one, on=NEXT_YEAR, colour="red")

    def test_what_was_planned_is_carried_along(self) -> None:
        """A renaming that is to come happens under the new parent, too."""
        register = town()
        register = applied(register, acts.rename(register, UnitId("d.a.1"), "Later | 后", on=NEXT_YEAR + 30 * DAY))
        register = applied(register, acts.transfer(register, UnitId("d.a.1"), UnitId("d.b"), on=NEXT_YEAR))
        for day, name in ((NEXT_YEAR, "d.a.1"), (NEXT_YEAR + 30 * DAY, "后")):
            chart = register.chart(day)
            assert (chart.parent("d.a.1"), chart.name("d.a.1").zh) == ("d.b", name)

    def test_nothing_stands_under_itself(self) -> None:
        """A transfer below one's own is refused."""
        with pytest.raises(InvalidInput, match="stands below d"):
            acts.transfer(town(), UnitId("d"), UnitId("d.a.1"), on=NEXT_YEAR)

    def test_a_part_is_given_away(self) -> None:
        """Both go on; what was named goes over; the shares say how much."""
        register = town()
        change = acts.adjust(
            register, UnitId("d.a"), UnitId("d.b"), on=NEXT_YEAR, share=Fraction(1, 4), children=[UnitId("d.a.2")]
        )
        chart = applied(register, change).chart(NEXT_YEAR)
        assert (chart.children("d.a"), len(chart.children("d.b"))) == (("d.a.1",), 3)
        assert [(one.result, one.share) for one in change.successions] == [
            ("d.a", Fraction(3, 4)),
            ("d.b", Fraction(1, 4)),
        ]

    def test_dissolved_with_or_without_a_successor(self) -> None:
        """Nothing may be left hanging."""
        register = town()
        with pytest.raises(InvalidInput, match=r"d\.a\.1, d\.a\.2 would be left under d\.a"):
            acts.dissolve(register, UnitId("d.a"), on=NEXT_YEAR)
        alone = applied(register, acts.dissolve(register, UnitId("d.a.1"), on=NEXT_YEAR))
        assert "d.a.1" not in alone.chart(NEXT_YEAR)
        into = applied(register, acts.dissolve(register, UnitId("d.a"), into=UnitId("d.b"), on=NEXT_YEAR))
        assert into.redrawn[-1].act == "dissolve"
        assert len(into.chart(NEXT_YEAR).children("d.b")) == 4

    def test_what_never_was_valid_is_gone_from_every_day(self) -> None:
        """Unlike what ceased, which was valid until then."""
        register = town()
        after = applied(register, acts.correct(register, never=[UnitId("d.a.1")], basis="entered twice"))
        assert "d.a.1" not in after.chart(START)
        assert "d.a.1" in register.chart(START)
        with pytest.raises(InvalidInput, match="nothing to correct"):
            acts.correct(register, never=["nobody"])

    def test_an_act_is_kept_as_it_was_said(self) -> None:
        """Written and read again it is the same, its successions too."""
        register = town()
        into = [
            New(code="x", name="x | 甲", share=Fraction(1, 3), primary=True),
            New(code="y", name="y | 乙", share=Fraction(2, 3)),
        ]
        change = acts.split(register, UnitId("d.a"), into, on=NEXT_YEAR, ids=sequential_ids(), basis="No. 26")
        assert Change.from_builtins(change.to_builtins()) == change


class TestSuccessions:
    """Shares sum to one, and at most one successor is primary."""

    @pytest.mark.parametrize(
        ("shares", "said"),
        [
            (("1/2", None), "of every successor, or of none"),
            (("1/2", "1/3"), "sum to 1"),
            (("3/2", "-1/2"), "more than 0"),
        ],
    )
    def test_shares_that_do_not_fit_are_refused(self, shares: tuple[str | None, ...], said: str) -> None:
        """By the change itself, whoever makes it."""
        successions = tuple(
            Succession(original=UnitId("a"), result=UnitId(f"r{n}"), share=share) for n, share in enumerate(shares)
        )
        with pytest.raises(InvalidInput, match=said):
            Change(act="split", on=NEXT_YEAR, successions=successions)

    def test_one_is_primary_and_named_once(self) -> None:
        """Two would leave it to chance."""
        one = Succession(original=UnitId("a"), result=UnitId("r"), primary=True)
        with pytest.raises(InvalidInput) as caught:
            Change(act="split", on=NEXT_YEAR, successions=(one, one))
        assert len(caught.value.faults) == 2


def unit_of(answer: object) -> str:
    """The one unit of an answer."""
    assert isinstance(answer, tuple)
    ((found),) = answer
    assert isinstance(found, Attributed)
    return found.unit


class TestAttribution:
    """Which unit a matter of then belongs to on another map, and by which policy."""

    @pytest.fixture
    def split(self) -> Register:
        """Subdistrict a was divided into x (two thirds, with community 1) and y (with community 2)."""
        register = town()
        into = [
            New(code="x", name="X | 甲", share=Fraction(2, 3), primary=True),
            New(code="y", name="Y | 乙", share=Fraction(1, 3)),
        ]
        change = acts.split(
            register, UnitId("d.a"), into, on=NEXT_YEAR, ids=sequential_ids(), sent={"d.a.2": "y"}, basis="No. 26"
        )
        return applied(register, change)

    def test_each_policy_decides_in_its_way(self, split: Register) -> None:
        """The primary successor; the one in which the place lies; each by its share; or nobody."""
        x, y = split.chart(NEXT_YEAR).resolve("x"), split.chart(NEXT_YEAR).resolve("y")

        def asked(policy: Policy, place: str | None = None) -> object:
            within = None if place is None else UnitId(place)
            return attribute(split, UnitId("d.a"), raised=START, on=NEXT_YEAR, policy=policy, place=within)

        assert unit_of(asked("primary")) == x
        assert unit_of(asked("by_place", "d.a.2")) == y
        shared = asked("by_share")
        assert isinstance(shared, tuple)
        assert {one.unit: one.share for one in shared} == {x: Fraction(2, 3), y: Fraction(1, 3)}
        for unanswered in (asked("ask"), asked("by_place"), asked("by_place", "d.b.1")):
            assert isinstance(unanswered, Unresolved)
            assert set(unanswered.candidates) == {x, y}
            assert unanswered.reason.zh

    def test_the_way_is_told(self, split: Register) -> None:
        """Act by act, in both languages, with its basis."""
        later = applied(
            split,
            acts.merge(split, [split.chart(NEXT_YEAR).resolve("x")], Surviving(unit=UnitId("d.b")), on=NEXT_YEAR + DAY),
        )
        (answer,) = attribute(later, UnitId("d.a"), raised=START, on=NEXT_YEAR + DAY)  # type: ignore[misc]  # it is resolved
        assert [(p.act, p.basis) for p in answer.way] == [("split", "No. 26"), ("merge", "")]
        first, second = told(later, answer.way)
        assert str(first) == "2020-06-30: split of d.a, to X (2/3) | 2020-06-30：d.a分设，归甲（2/3）"
        assert second.en == "2020-07-01: merger of X, to d.b"

    def test_by_the_map_of_then_it_is_what_it_was(self, split: Register) -> None:
        """Also for a unit that is gone; and what never was is an error."""
        assert unit_of(attribute(split, UnitId("d.a"), raised=START, on=START)) == "d.a"
        assert unit_of(attribute(split, UnitId("d.a"), raised=START, on=NEXT_YEAR - DAY)) == "d.a"
        with pytest.raises(InvalidInput, match="did not exist on 2020-06-30"):
            attribute(split, UnitId("d.a"), raised=NEXT_YEAR, on=NEXT_YEAR)
        with pytest.raises(InvalidInput, match="a policy is one of"):
            attribute(split, UnitId("d.a"), raised=START, on=NEXT_YEAR, policy="guess")  # type: ignore[arg-type]

    def test_an_earlier_map_is_read_backwards(self, split: Register) -> None:
        """A matter of y belongs to a by the old map; one of a merged unit only where its place tells."""
        y = split.chart(NEXT_YEAR).resolve("y")
        assert unit_of(attribute(split, y, raised=NEXT_YEAR, on=START)) == "d.a"
        register = town()
        merged = applied(
            register,
            acts.merge(
                register,
                [UnitId("d.a"), UnitId("d.b")],
                New(code="ab", name="AB | 合"),
                on=NEXT_YEAR,
                ids=sequential_ids(),
            ),
        )
        both = merged.chart(NEXT_YEAR).resolve("ab")
        assert isinstance(attribute(merged, both, raised=NEXT_YEAR, on=START), Unresolved)
        placed = attribute(merged, both, raised=NEXT_YEAR, on=START, policy="by_place", place=UnitId("d.b.1"))
        assert unit_of(placed) == "d.b"

    def test_a_unit_that_nobody_followed_is_unresolved(self) -> None:
        """It ended, and no act says who came after it."""
        register = town()
        gone = applied(register, acts.dissolve(register, UnitId("d.a.1"), on=NEXT_YEAR))
        answer = attribute(gone, UnitId("d.a.1"), raised=START, on=NEXT_YEAR + DAY)
        assert isinstance(answer, Unresolved)
        assert answer.reason.en == "d.a.1 ended on 2020-06-30, and no act says who came after it"

    def test_of_two_acts_of_one_day_the_later_recorded_holds(self) -> None:
        """A correction of who came after whom."""
        register = town()
        first = acts.merge(register, [UnitId("d.a.1")], Surviving(unit=UnitId("d.a.2")), on=NEXT_YEAR)
        right = Change(
            act="correct",
            on=NEXT_YEAR,
            successions=(Succession(original=UnitId("d.a.1"), result=UnitId("d.b.1"), share=1, primary=True),),
        )
        register = applied(applied(register, first), right)
        assert unit_of(attribute(register, UnitId("d.a.1"), raised=START, on=NEXT_YEAR)) == "d.b.1"


class Redrawing(RuleBasedStateMachine):
    """A district that is re-drawn again and again, now for tomorrow, now for long ago."""

    def __init__(self) -> None:
        super().__init__()
        self.ids = sequential_ids()
        self.said: list[tuple[Change, ...]] = []
        self.number = 0

    @initialize()
    def begin(self) -> None:
        """The town of the tests above."""
        head = Post(id=PostId("party-head"), name="head", unit=UnitId("party"), title="head | 负责人", since=START)
        sites = [
            Site(
                id="centre",
                code="centre",
                name="Centre | 中心",
                kind="neighbourhood-centre",
                area=UnitId("d.a"),
                run_by=UnitId("bureau-1"),
                walk=((UnitId("d.a.1"), 5), (UnitId("d.b.1"), 10), (UnitId("d.b.2"), 20)),
                since=START,
            ),
            Site(
                id="space",
                code="space",
                name="Space | 空间",
                kind="community-space",
                area=UnitId("d.b.2"),
                run_by=UnitId("party"),
                parent="centre",
                since=START,
            ),
        ]
        self.register = town(body("party", "d.a"), body("bureau-1", "d"), body("bureau-2", "d"), head, *sites)
        self.said.append(
            (Change(act="establish", on=START, rows=tuple(rows[0] for rows in self.register.rows.values())),)
        )

    def days(self, data: st.DataObject) -> date:
        """Some day within two years."""
        return START + data.draw(st.integers(1, 24)) * 30 * DAY

    def some(self, data: st.DataObject, on: date, *, at_least: int = 1) -> list[UnitId]:
        """Some areas of a day that hang under one unit, so that acts on them make sense."""
        chart = self.register.chart(on)
        families: dict[str, list[UnitId]] = {}
        for unit in sorted(chart.units):
            parent = chart.parent(unit)
            if parent is not None and isinstance(chart.unit(unit), Area):
                families.setdefault(parent, []).append(unit)
        large = [family for family in families.values() if len(family) >= at_least]
        return data.draw(st.permutations(data.draw(st.sampled_from(large)))) if large else []

    @rule(data=st.data(), person=st.sampled_from(["p", "q"]), acting=st.booleans())
    def appoint_or_relieve(self, data: st.DataObject, person: str, acting: bool) -> None:  # noqa: FBT001  # drawn by name
        """Somebody is appointed to the one seat, for themselves or on behalf of a bureau, or is relieved of it."""
        on = self.days(data)
        sender = data.draw(st.sampled_from([None, "bureau-1", "bureau-2"]))
        kind: AppointmentKind = "acting" if acting else "substantive"
        some: list[Callable[[], Change]] = [
            lambda: appoint(
                self.register, person, "head", "party", on=on, ids=self.ids, kind=kind, on_behalf_of=sender
            ),
            lambda: relieve(self.register, person, "head", "party", on=on),
        ]
        self.attempt(data.draw(st.sampled_from(some)), on)

    @rule(data=st.data(), source=st.sampled_from(["bureau-1", "bureau-2", "p"]))
    def affiliate(self, data: st.DataObject, source: str) -> None:
        """A bureau or a person reports in at an area, or a bureau leads or guides the other body."""
        on = self.days(data)
        chart = self.register.chart(on)
        kind = data.draw(st.sampled_from(["reports-in", "leads", "guides"]))
        wanted = Area if kind == "reports-in" else Body
        target = data.draw(st.sampled_from(sorted(u for u in chart.units if isinstance(chart.unit(u), wanted))))
        unit, person = (None, source) if source == "p" else (source, None)
        self.attempt(
            lambda: affiliate(self.register, kind, target, source=unit, person=person, on=on, ids=self.ids), on
        )

    @precondition(lambda self: any(isinstance(rows[-1], Affiliation) for rows in self.register.rows.values()))
    @rule(data=st.data())
    def part(self, data: st.DataObject) -> None:
        """Some tie ends, wherever it stands in its time."""
        on = self.days(data)
        ties = [rows[-1] for rows in self.register.rows.values() if isinstance(rows[-1], Affiliation)]
        tie = data.draw(st.sampled_from(sorted(ties, key=lambda tie: tie.id)))
        self.attempt(lambda: part(self.register, tie.kind, tie.target, source=tie.source, person=tie.person, on=on), on)

    @rule(data=st.data(), into=st.booleans())
    def end_a_bureau(self, data: st.DataObject, into: bool) -> None:  # noqa: FBT001  # drawn by name
        """A bureau is dissolved, or merged into the other one, which takes over its ties and whom it sent."""
        on = self.days(data)
        self.attempt(
            lambda: acts.dissolve(self.register, UnitId("bureau-1"), on=on, into=UnitId("bureau-2") if into else None),
            on,
        )

    @rule(data=st.data(), days=st.integers(1, 90))
    def mobilise(self, data: st.DataObject, days: int) -> None:
        """Two task forces are formed for some time, of whoever is there."""
        on = self.days(data)
        self.number += 1
        forces = [
            Force(code=f"f{n}", name="f | 突击队", of=data.draw(st.sampled_from(["party", "bureau-1", "bureau-2"])))
            for n in range(2)
        ]
        self.attempt(
            lambda: mobilise(
                self.register,
                forces,
                code=f"command-{self.number}",
                name="c | 指挥部",
                area="d",
                on=on,
                until=on + days * DAY,
                ids=self.ids,
            ),
            on,
        )

    @rule(data=st.data(), longer=st.booleans())
    def prolong_or_stand_down(self, data: st.DataObject, longer: bool) -> None:  # noqa: FBT001  # drawn by name
        """A mobilisation goes on for longer, or ends before its day."""
        commands = [id for id, rows in self.register.rows.items() if getattr(rows[-1], "kind", "") == COMMAND]
        if not commands:
            return
        command = data.draw(st.sampled_from(commands))
        end = self.register.rows[command][-1].until
        assert end is not None
        if longer:
            self.attempt(lambda: prolong(self.register, command, end + 40 * DAY), end)
        else:
            on = self.days(data)
            self.attempt(lambda: stand_down(self.register, command, on=on), on)

    @invariant()
    def sites_stand_and_serve(self) -> None:
        """On each day: a site stands in an area that exists, is run by a body that does or nobody, and serves what is there."""
        for months in range(0, 25, 4):
            chart = self.register.chart(START + months * 30 * DAY)
            assert {site.id for site in chart.sites} == {"centre", "space"}
            for site in chart.sites:
                assert isinstance(chart.unit(site.area), Area)
                assert site.run_by is None or isinstance(chart.unit(site.run_by), Body)
                assert all(isinstance(chart.unit(area), Area) for area, _ in site.walk)
                assert len(dict(site.walk)) == len(site.walk)
                assert minutes_to(chart, site, site.area) == 0

    @invariant()
    def task_forces_trace_to_organisations(self) -> None:
        """Each was formed from one organisation, which was there on its first day; its matters go back there."""
        for id, rows in self.register.rows.items():
            if getattr(rows[-1], "kind", "") != COMMAND:
                continue
            found = task_forces(self.register, id)
            assert len(found) == 2
            for force in found:
                ties = self.register.chart(force.since).ties_of(force.body, "formed-from")
                assert all(self.register.row(tie.target, force.since) is not None for tie in ties)
                answer = attribute(self.register, force.body, raised=force.since, on=force.until)
                if not isinstance(answer, Unresolved):
                    assert force.body not in {one.unit for one in answer}

    def attempt(self, make: Callable[[], Change], on: date) -> None:
        """Make an act and apply it; what does not fit changes nothing."""
        before, days = self.register, [START, on - DAY]
        charts = {day: snapshot(before.chart(day)) for day in days}
        try:
            change = make()
            self.register = before.apply([change], before.version + 1)
        except InvalidInput:
            assert self.register is before
            return
        self.said.append((change,))
        assert {day: snapshot(self.register.chart(day)) for day in days} == charts, "an act changed the past"

    @rule(data=st.data())
    def split(self, data: st.DataObject) -> None:
        """A unit is divided into new ones, with or without shares."""
        on = self.days(data)
        units = self.some(data, on)
        if not units:
            return
        self.number += 1
        shares = data.draw(st.sampled_from([(None, None), (Fraction(1, 3), Fraction(2, 3))]))
        first: acts.Result = New(code=f"x{self.number}", name="x | 甲", share=shares[0], primary=True)
        if data.draw(st.booleans()):
            first = Surviving(unit=units[0], share=shares[0], primary=True)
        into = [first, New(code=f"y{self.number}", name="y | 乙", share=shares[1])]
        self.attempt(lambda: acts.split(self.register, units[0], into, on=on, ids=self.ids), on)

    @rule(data=st.data(), new=st.booleans())
    def merge(self, data: st.DataObject, new: bool) -> None:  # noqa: FBT001  # drawn by name
        """Two neighbours become one."""
        on = self.days(data)
        units = self.some(data, on, at_least=2)[:2]
        if len(units) < 2:
            return
        self.number += 1
        into: acts.Result = New(code=f"m{self.number}", name="m | 合") if new else Surviving(unit=units[0])
        self.attempt(lambda: acts.merge(self.register, units, into, on=on, ids=self.ids), on)

    @rule(data=st.data())
    def transfer_or_rename_or_recode(self, data: st.DataObject) -> None:
        """A unit goes elsewhere, is called otherwise, or takes a code that was borne before."""
        on = self.days(data)
        units = self.some(data, on)
        if not units:
            return
        chart = self.register.chart(on)
        to = data.draw(st.sampled_from(sorted(u for u in chart.units if isinstance(chart.unit(u), Area))))
        code = data.draw(st.sampled_from(["d.a", "d.a.1", "x1", "fresh"]))
        some: dict[str, Callable[[], Change]] = {
            "transfer": lambda: acts.transfer(self.register, units[0], to, on=on),
            "rename": lambda: acts.rename(self.register, units[0], "renamed | 更名", on=on),
            "recode": lambda: acts.recode(self.register, units[0], code, on=on),
            "identify": lambda: acts.recode(self.register, units[0], code, on=on, scheme="nbs"),
            "adjust": lambda: acts.adjust(self.register, units[0], to, on=on),
            "dissolve into": lambda: acts.dissolve(self.register, units[0], on=on, into=to),
            "dissolve": lambda: acts.dissolve(self.register, units[0], on=on),
        }
        self.attempt(some[data.draw(st.sampled_from(sorted(some)))], on)

    @precondition(lambda self: self.said)
    @rule(data=st.data())
    def every_matter_has_an_answer(self, data: st.DataObject) -> None:
        """One unit, units whose shares sum to one, or that nobody knows; asked again from there it is the same."""
        raised, on = self.days(data), self.days(data)
        unit = data.draw(st.sampled_from(sorted(self.register.chart(raised).units)))
        for policy in POLICIES:
            answer = attribute(self.register, unit, raised=raised, on=on, policy=policy, place=UnitId("d.a.1"))
            if isinstance(answer, Unresolved):
                assert answer.reason.en
                continue
            assert sum(one.share for one in answer) == 1
            for one in answer:
                assert self.register.row(one.unit, on) is not None
                again = attribute(self.register, one.unit, raised=on, on=on, policy=policy)
                assert again == (Attributed(unit=one.unit),)
        assert attribute(self.register, unit, raised=raised, on=raised) == (Attributed(unit=unit),)

    @invariant()
    def the_tree_is_a_tree(self) -> None:
        """On each day: one parent that exists, no cycle, one bearer of a code; labels equal brute force."""
        for months in range(0, 25, 4):
            on = START + months * 30 * DAY
            chart = self.register.chart(on)
            alive = [row for rows in self.register.rows.values() for row in rows if holds_on(row, on)]
            areas = {row.id: row for row in alive if isinstance(row, Area)}
            assert len({row.code for row in areas.values()}) == len(areas)
            called = [(one, id) for id, row in areas.items() for one in row.identifiers]
            assert len(dict(called)) == len(called)
            assert all(chart.identified(*one) == id for one, id in called)
            for id, row in areas.items():
                way, above = [id], row.parent
                while above is not None:
                    assert above in areas
                    assert above not in way
                    way.append(above)
                    above = areas[above].parent
                assert chart.ancestors(id) == tuple(way[1:])
            for id in areas:
                brute = {other for other in areas if other == id or id in chart.ancestors(other)}
                brute |= {row.id for row in alive if isinstance(row, Body) and row.area in brute}
                assert chart.under(id) == brute

    @invariant()
    def posts_and_ties_rest_on_what_there_is(self) -> None:
        """On each day: whoever is appointed or tied is so to what exists, one seat is held once, one line leads."""
        for months in range(0, 25, 4):
            on = START + months * 30 * DAY
            chart = self.register.chart(on)
            alive = [row for rows in self.register.rows.values() for row in rows if holds_on(row, on)]
            held = [row for row in alive if isinstance(row, Appointment)]
            assert all(row.on_behalf_of is None or row.on_behalf_of in chart for row in held)
            assert sum(row.kind != "acting" for row in held) <= 1
            assert set(chart.appointed("party-head")) == set(held)
            ties = [row for row in alive if isinstance(row, Affiliation)]
            for row in ties:
                assert row.target in chart
                assert row.source is None or row.source in chart
                assert row in chart.ties_to(row.target, row.kind)
                assert row in chart.ties_of(row.source or str(row.person), row.kind)
            said = [(row.kind, row.source, row.person, row.target) for row in ties]
            assert len(set(said)) == len(said)
            led = [row.target for row in ties if row.kind == "leads"]
            assert len(set(led)) == len(led)

    @invariant()
    def replay_is_the_register(self) -> None:
        """All that was said, said again from the beginning and from its written form."""
        register = Register()
        for number, changes in enumerate(self.said, 1):
            register = register.apply([Change.from_builtins(change.to_builtins()) for change in changes], number)
        assert (dict(register.rows), register.redrawn) == (dict(self.register.rows), self.register.redrawn)


def snapshot(chart: Chart) -> set[Area | Body]:
    """Everything on a chart, as it was then: how long it was to last is not known yet."""
    return {attrs.evolve(chart.unit(unit), until=None) for unit in chart.units}


TestRedrawing = Redrawing.TestCase


@given(st.lists(st.integers(1, 5), min_size=2, max_size=6))
def test_shares_along_a_chain_multiply_to_one(parts: list[int]) -> None:
    """However often a unit is divided, the shares of what came of it sum to one."""
    register, ids = town(), sequential_ids()
    unit, on = UnitId("d.a"), START
    for number, n in enumerate(parts):
        on += 30 * DAY
        first, second = Fraction(1, n + 1), Fraction(n, n + 1)
        into = [
            New(code=f"p{number}", name="p | 甲", share=first, primary=True),
            New(code=f"q{number}", name="q | 乙", share=second),
        ]
        register = applied(
            register,
            acts.split(register, unit, into, on=on, ids=ids),
        )
        unit = register.chart(on).resolve(f"q{number}")
    answer = attribute(register, UnitId("d.a"), raised=START, on=on, policy="by_share")
    assert isinstance(answer, tuple)
    assert sum(one.share for one in answer) == 1
    assert len(answer) == len(parts) + 1
    assert all(one.way for one in answer)

"""Re-drawing in an office: told first, done in one commit, and open matters go to the successor, each by an entry."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from pathlib import Path
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from civicflow import Case, Conflict, InvalidInput, Plugins
from civicflow import open as open_office
from civicflow.hierarchy import acts
from civicflow.hierarchy.acts import New, Surviving
from civicflow.hierarchy.attribution import Attributed, Unresolved
from civicflow.ids import UnitId
from civicflow.plugins.backends import open_storage
from civicflow.testing import sequential_ids
from civicflow.workflows.places import Place

if TYPE_CHECKING:
    from tests.conftest import OpenTown, Town

TODAY = date(2026, 3, 2)
IDS = sequential_ids()


@pytest.fixture
def town(open_town: OpenTown) -> Town:
    """The town of all tests."""
    return open_town()


def unit(town: Town, code: str) -> UnitId:
    """A unit of today."""
    return town.office.unit(code)


def merged(town: Town, on: date = TODAY) -> None:
    """The community and its neighbour become one new community."""
    register = town.office.register
    both = [unit(town, "community"), unit(town, "neighbour")]
    into = New(code="united", name="United | 联合社区")
    register.apply(acts.merge(register.history, both, into, on=on, ids=IDS, basis="No. 26"))


def divided(town: Town, *, primary: bool = True) -> None:
    """The community is divided into east, with its group, and west."""
    register = town.office.register
    into = [New(code="east", name="East | 东", primary=primary), New(code="west", name="West | 西")]
    sent: dict[str, UnitId | str] = {
        unit(town, "party-community"): "east",
        unit(town, "council"): "east",
        unit(town, "group"): "west",
    }
    register.apply(acts.split(register.history, unit(town, "community"), into, on=TODAY, ids=IDS, sent=sent))


class TestRivals:
    """Of several who re-draw the same map at once, one does."""

    @pytest.mark.parametrize("writers", [2, 6])
    def test_one_wins_and_the_others_are_told(self, tmp_path: Path, open_town: OpenTown, writers: int) -> None:
        """Each made its act of the map as it was; nothing of a loser's act is kept, and all read one map."""
        url = f"sqlite:///{tmp_path / 'town.db'}?synchronous=off"
        town = open_town(open_storage(url))
        start = Barrier(writers)

        def redraw(number: int) -> str:
            with open_office(url, clock=town.clock, plugins=Plugins()) as office:
                both = [office.unit("community"), office.unit("neighbour")]
                into = New(code=f"united-{number}", name="United | 联合社区")
                act = acts.merge(office.register.history, both, into, on=TODAY, ids=sequential_ids(100 * (number + 1)))
                start.wait()
                try:
                    office.register.apply(act)
                except (Conflict, InvalidInput) as error:
                    return type(error).__name__
                return f"united-{number}"

        with ThreadPoolExecutor(writers) as pool:
            told = list(pool.map(redraw, range(writers)))
        [winner] = [one for one in told if one.startswith("united-")]
        assert town.office.chart().code(town.office.register.find(winner)) == winner
        assert [unit for unit in town.office.chart().units if town.office.chart().code(unit).startswith("united-")] == [
            town.office.unit(winner)
        ]
        assert [change.act for change in town.office.register.history.redrawn] == ["merge"]
        town.check("register")


class TestPlans:
    """A plan says what an act would touch, and changes nothing."""

    def test_everything_that_hangs_on_it_is_named(self, town: Town) -> None:
        """Sub-units and bodies that move, open matters, funds; and the ledger has no new entry."""
        ticket, fund = town.dispatched("health"), town.fund()
        closed = town.answered()
        town.office.tickets.evaluate(closed, resolved=True, by=town.resident)
        before, register = town.position(), town.office.register
        into = Surviving(unit=unit(town, "neighbour"))
        plan = register.plan(acts.merge(register.history, [unit(town, "community")], into, on=TODAY))
        assert plan
        moved = {register.chart().code(child) for child, _ in plan.moving}
        assert moved == {"group", "council", "party-community"}
        assert {to for _, to in plan.moving} == {unit(town, "neighbour")}
        assert set(plan.cases) == {ticket.id, f"{ticket.id}/health@2", fund.id}
        assert plan.funds == (fund.id,)
        assert "3 areas and bodies move" in str(plan)
        assert (plan.begun, [row.id for row in plan.ended]) == ((), [unit(town, "community")])
        assert "what ends: areas 1" in str(plan)
        assert "1个资金账户" in plan.say("zh")
        assert town.position() == before

    def test_several_acts_are_one_plan(self, town: Town) -> None:
        """Each made of the register as the one before leaves it; what moves twice is named where it is in the end."""
        ticket, register = town.dispatched("health"), town.office.register
        first = acts.merge(
            register.history, [unit(town, "community")], Surviving(unit=unit(town, "neighbour")), on=TODAY
        )
        between = register.history.overlaid([first], register.history.version + 1)
        second = acts.transfer(between, unit(town, "group"), unit(town, "neighbour"), on=TODAY)
        third = acts.rename(between, unit(town, "neighbour"), "United | 联合社区", on=TODAY)
        plan = register.plan(first, second, third)
        assert plan.changes == (first, second, third)
        assert (unit(town, "group"), unit(town, "neighbour")) in plan.moving
        assert len({moved for moved, _ in plan.moving}) == len(plan.moving) == 3
        assert ticket.id in plan.cases
        assert "3 acts on 2026-03-02: 1 re-drawn" in str(plan)
        assert "2026-03-02共3项变更" in plan.say("zh")
        with pytest.raises(InvalidInput, match="there is no act to plan"):
            register.plan()

    def test_what_does_not_fit_is_said_beforehand(self, town: Town) -> None:
        """With every fault, in the plan instead of an error."""
        register = town.office.register
        community = register.history.rows[unit(town, "community")][0]
        wrong = acts.convert(register.history, UnitId(community.id), on=TODAY, level="district")
        plan = register.plan(wrong)
        assert not plan
        assert "a district does not hang under a subdistrict" in plan.faults[0].reason
        with pytest.raises(InvalidInput, match="do not fit the register"):
            register.apply(wrong)

    def test_a_body_that_ends_says_whom_it_relieves(self, town: Town) -> None:
        """Its posts and their holders end with it."""
        register = town.office.register
        plan = register.plan(acts.dissolve(register.history, unit(town, "health"), on=TODAY))
        assert len(plan.posts) == 1
        assert [person for person, _ in plan.relieved] == ["officer-health"]


class TestActs:
    """An act holds from its day; what was recorded later was not known before."""

    def test_it_is_an_entry_with_its_basis(self, town: Town) -> None:
        """And the chart of the day shows it."""
        merged(town)
        (*_, entry) = town.office.ledger.entries("register")
        assert (entry.step, entry.data["source"]) == ("redraw", "No. 26")
        chart = town.office.chart()
        assert chart.name(chart.resolve("united")).zh == "联合社区"
        assert {chart.code(child) for child in chart.children(chart.resolve("subdistrict"))} == {"united"}
        assert town.office.ledger.verify().ok

    def test_what_was_known_then_shows_no_later_correction(self, town: Town) -> None:
        """Two axes of time: when it was so, and when we knew."""
        register, then = town.office.register, town.clock()
        town.clock.advance(days=3)
        group = unit(town, "group")
        (row,) = register.history.rows[group]
        right = acts.convert(register.history, group, on=row.since, name="Second group | 二组")
        register.apply(right)
        assert register.chart(TODAY).name(group).zh == "二组"
        assert register.chart(TODAY, known_at=then).name(group).zh == "小组"
        never = unit(town, "traffic-police")
        register.apply(acts.correct(register.history, never=[never]))
        assert never not in register.chart(TODAY)
        assert register.chart(TODAY, known_at=then).holders("officer", never) == ("officer-traffic-police",)
        with pytest.raises(InvalidInput):
            register.chart(TODAY, known_at=then.replace(tzinfo=None))


class TestCarryingOver:
    """Open matters go to the successor, each by an entry of its own; what nobody knows stays and is named."""

    def test_open_matters_go_along(self, town: Town) -> None:
        """The ticket with its share; whoever holds the post there now acts on it. What ended stays where it was."""
        ticket, closed = town.dispatched("health"), town.answered()
        town.office.tickets.evaluate(closed, resolved=True, by=town.resident)
        was = unit(town, "community")
        merged(town)
        carried = town.office.register.carry_over()
        united = unit(town, "united")
        assert set(carried.moved) == {ticket.id, f"{ticket.id}/health@2"}
        assert carried.asked == ()
        assert town.now(ticket).unit == united
        assert town.now(closed).unit == was
        entry = town.office.ledger.entries(ticket)[-2]
        assert (entry.step, entry.by.kind, entry.data["policy"]) == ("carry-over", "rule", "primary")
        assert (entry.data["before"], entry.data["after"]) == ({"unit": was}, {"unit": united})
        town.check(ticket)
        town.done(ticket, "health")
        both = {"secretary-community", "secretary-neighbour"}
        assert town.asked(ticket) == both
        assert town.office.ledger.verify().ok

    def test_again_is_no_change(self, town: Town) -> None:
        """Broken off and called again, nothing moves twice."""
        town.ordered()
        merged(town)
        assert len(town.office.register.carry_over().moved) == 1
        before = town.position()
        assert town.office.register.carry_over().moved == ()
        assert town.position() == before

    def test_what_nobody_knows_is_asked(self, town: Town) -> None:
        """The unit came to two and neither is primary: the ticket stays, with the candidates."""
        ticket = town.ordered()
        divided(town, primary=False)
        carried = town.office.register.carry_over()
        ((case, why),) = carried.asked
        assert (case, {town.office.chart().code(one) for one in why.candidates}) == (ticket.id, {"east", "west"})
        assert town.now(ticket).unit not in town.office.chart()

    def test_the_place_tells(self, town: Town) -> None:
        """A lamp in the group that went west goes west."""
        place = Place(unit=unit(town, "group"))
        lamp, other = town.ordered("lamp", place=place), town.ordered("other")
        divided(town)
        carried = town.office.register.carry_over("by_place")
        assert (carried.moved, [case for case, _ in carried.asked]) == ((lamp.id,), [other.id])
        assert town.office.chart().code(str(town.now(lamp).unit)) == "west"

    def test_a_body_that_is_gone_hands_its_shares_on(self, town: Town) -> None:
        """To the department that took it in, whose officer then has them."""
        town.dispatched("health", "emergency")
        register = town.office.register
        into = Surviving(unit=unit(town, "emergency"))
        register.apply(acts.merge(register.history, [unit(town, "health")], into, on=TODAY))
        (moved,) = register.carry_over().moved
        assert town.now(moved).body == unit(town, "emergency")
        assert town.now(moved).key == "health"
        asked = {waiting.case.key for waiting in town.office.inbox(town.officer("emergency")).waiting}
        assert asked == {"health", "emergency"}


class TestAttribution:
    """Any case by any map."""

    def unit_of(self, town: Town, case: Case, on: date | None = None) -> str:
        """The code of the unit that a case belongs to on a day."""
        answer = town.office.register.attribute(case, on=on)
        assert isinstance(answer, tuple)
        return str(town.office.register.chart(on).code(answer[0].unit))

    def test_by_the_map_of_then_and_of_now(self, town: Town) -> None:
        """A closed ticket of the old community, and one that was carried over."""
        closed, moved = town.answered(), town.ordered()
        town.office.tickets.evaluate(closed, resolved=True, by=town.resident)
        town.clock.advance(days=30)
        later = TODAY + timedelta(days=20)
        merged(town, on=later)
        town.office.register.carry_over()
        assert self.unit_of(town, town.now(closed)) == "united"
        assert self.unit_of(town, town.now(closed), TODAY) == "community"
        assert self.unit_of(town, town.now(moved), TODAY) == "community"
        assert self.unit_of(town, town.now(moved)) == "united"
        raised_later = town.ordered(unit="united")
        back = town.office.register.attribute(raised_later, on=TODAY)
        assert isinstance(back, Unresolved)  # its unit came of two, and nothing tells of which
        (now,) = town.office.register.attribute(raised_later)  # type: ignore[misc]  # it is resolved
        assert now == Attributed(unit=unit(town, "united"))

    def test_a_matter_that_climbs_afterwards_has_a_new_home(self, town: Town) -> None:
        """It was handed to the level above, and belongs there by every map."""
        ticket = town.ordered()
        merged(town)
        town.office.register.carry_over()
        assert town.now(ticket).homes
        town.clock.advance(days=4)
        town.office.tick()
        assert (town.now(ticket).unit, town.now(ticket).homes) == (unit(town, "subdistrict"), {})
        town.check(ticket)

    def test_a_case_without_a_unit_is_an_error(self, town: Town) -> None:
        """Nothing to attribute."""
        with pytest.raises(InvalidInput, match="names no unit"):
            town.office.register.attribute(town.office.case("register"))


class TestFiguresByAnyMap:
    """The figures of last year read the same by last year's map, whatever was re-drawn since."""

    def test_by_the_old_map_and_by_the_new(self, town: Town) -> None:
        """Two tickets of one community, one of its neighbour; then both are one."""
        town.answered(), town.ordered(), town.ordered(unit="neighbour")
        rates = town.office.ledger.rates
        before = {code: rates(under=code) for code in ("community", "neighbour", "subdistrict")}
        town.clock.advance(days=30)
        merged(town, on=TODAY + timedelta(days=20))
        town.office.register.carry_over()
        then = {code: rates(under=code, on=TODAY, at=town.clock()) for code in before}
        assert {code: one.cases for code, one in then.items()} == {code: one.cases for code, one in before.items()}
        assert (rates(under="united", on=town.office.chart().on).cases, rates(under="united").cases) == (3, 3)
        by_unit = town.office.ledger.rates_by("unit", on=TODAY)
        assert by_unit[unit_on(town, "community")].cases == 2

    def test_what_nobody_knows_stands_under_no_unit(self, town: Town) -> None:
        """It is counted all the same."""
        town.ordered()
        divided(town, primary=False)
        rates = town.office.ledger.rates
        assert (rates(on=TODAY).cases, rates(under="subdistrict", on=TODAY).cases) == (1, 0)


def unit_on(town: Town, code: str, on: date = TODAY) -> UnitId:
    """A unit of another day."""
    return town.office.register.chart(on).resolve(code)

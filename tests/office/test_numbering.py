"""Numbering: each new case draws the next number of its unit and year; none is given twice, refusals leave no gap."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import civicflow
from civicflow import Conflict, InvalidInput, NotFound, Numbers, Plugins, Refused
from civicflow.calendars import instant
from civicflow.hierarchy.authority import ANYONE
from civicflow.plugins.backends import open_storage
from civicflow.plugins.storage.contract import Batch, Commit, Storage
from civicflow.testing import FrozenClock
from civicflow.workflows.engine.flow import NEW, STAY, Flow, State, Step

if TYPE_CHECKING:
    from tests.conftest import OpenTown, Town

NUMBERS = Numbers(level="subdistrict", form="{code}-{year}-{number:04}")
ERRAND = Flow(
    "errand",
    1,
    "errand | 差事",
    (State("kept", "kept | 在册", standing=True),),
    (Step("begin", "begin | 开始", NEW, "kept", ANYONE), Step("look", "look | 查看", "kept", STAY, ANYONE)),
    numbered=False,
)


class Counting:
    """A storage that counts what is drawn, and loses the races it is told to lose."""

    def __init__(self, inner: Storage) -> None:
        self.inner, self.drawn, self.losing = inner, list[str](), 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def draw(self, series: str) -> int:
        """Count it."""
        self.drawn.append(series)
        return self.inner.draw(series)

    def commit(self, batch: Batch) -> Commit:
        """Lose, or go on."""
        if batch.writes and self.losing:
            self.losing -= 1
            raise Conflict(batch.writes[0].matter, 0, 1)
        return self.inner.commit(batch)


@pytest.fixture
def counting(storage: Storage) -> Any:
    """Each of the built-in storages, counted."""
    return Counting(storage)


@pytest.fixture
def town(open_town: OpenTown, counting: Any) -> Town:
    """The town, whose subdistricts number."""
    return open_town(counting, numbers=NUMBERS, flows=(ERRAND,))


class TestNumbers:
    """What a case is called."""

    def test_they_are_counted_by_code_and_year(self, town: Town) -> None:
        """By the unit's ancestor of that level; a unit with none of it above it by its topmost."""
        year = town.office.chart().on.year
        units = ["community", "community", "neighbour", "subdistrict", "district", "group"]
        numbers = [town.ordered(unit=unit).number for unit in units]
        assert numbers == [
            f"subdistrict-{year}-0001",
            f"subdistrict-{year}-0002",
            f"subdistrict-{year}-0003",
            f"subdistrict-{year}-0004",
            f"district-{year}-0001",
            f"subdistrict-{year}-0005",
        ]

    def test_a_year_ends_on_the_place_s_calendar(self, town: Town) -> None:
        """New Year's Eve in Beijing ends eight hours before it does in UTC."""
        for at, number in (
            ("2026-12-31T15:59:59Z", "subdistrict-2026-0001"),
            ("2026-12-31T16:00:00Z", "subdistrict-2027-0001"),
            ("2027-01-01T00:00:00Z", "subdistrict-2027-0002"),
        ):
            town.clock.set(instant(at, "UTC"))
            assert town.ordered().number == number

    def test_it_stands_in_entry_facts_and_proof(self, town: Town) -> None:
        """Found by it, also as a telephone's keyboard writes it; steps do not change it; the ledger verifies."""
        ticket = town.ordered()
        assert town.office.ledger.entries(ticket)[0].delta["set"]["number"] == ticket.number
        dispatched = town.office.tickets.dispatch(ticket, to=["health"], by=town.secretary())
        assert dispatched.number == ticket.number
        assert town.share(ticket, "health").number == ""
        wide = ticket.number.translate({ord(d): ord(d) + 0xFEE0 for d in "0123456789-"})
        for typed in (ticket.number, wide, f" {ticket.number} "):
            assert town.office.numbered(typed).id == ticket.id
        assert [case.id for case in town.office.find(number=ticket.number).cases] == [ticket.id]
        with pytest.raises(NotFound, match="another year"):
            town.office.numbered("subdistrict-1999-0001")
        with pytest.raises(Refused, match="read"):
            town.office.numbered(ticket.number, by=town.secretary("neighbour"))
        assert town.office.ledger.verify()

    def test_who_has_none(self, town: Town) -> None:
        """The register, ballots, and flows that opt out; funds and proposals have one."""
        voting = town.voted(town.before_the_council(fund := town.fund()), 0, close=False)
        ballot = town.office.councils.vote(voting, "yes", by=town.delegate("d1"))
        errand = town.office.begin("errand", "begin", None, by=town.resident, unit="community")
        assert ballot.number == errand.number == town.office.case("register").number == ""
        assert fund.number
        assert voting.number

    def test_without_them_nothing_is_drawn(self, open_town: OpenTown, counting: Any) -> None:
        """And no entry says anything of a number."""
        town = open_town(counting)
        ticket = town.ordered()
        assert (ticket.number, counting.drawn) == ("", [])
        assert "number" not in town.office.ledger.entries(ticket)[0].delta["set"]

    def test_a_level_that_nobody_has_is_an_error(self, open_town: OpenTown, counting: Any) -> None:
        """It is misspelt; nothing is drawn or entered."""
        town = open_town(counting, numbers=Numbers(level="subdistrikt"))
        before = town.position()
        with pytest.raises(InvalidInput, match="did you mean 'subdistrict'"):
            town.ordered()
        assert (town.position(), counting.drawn) == (before, [])

    def test_without_a_code_there_is_one_series(self, open_town: OpenTown, counting: Any) -> None:
        """Or two units would give the same number."""
        town = open_town(counting, numbers=Numbers(form="〔{year}〕{number}号"))
        year = town.office.chart().on.year
        numbers = [town.ordered(unit=unit).number for unit in ("community", "district")]
        assert numbers == [f"〔{year}〕1号", f"〔{year}〕2号"]
        assert town.office.numbered(numbers[1]).unit == town.office.unit("district")

    def test_a_case_without_a_unit(self, open_town: OpenTown, counting: Any) -> None:
        """Has what was chosen for such cases in place of a code."""
        flow = Flow("stray", 1, "stray | 无属地", ERRAND.states, ERRAND.steps)
        town = open_town(counting, numbers=Numbers(form="{code}-{number}/{year}", nowhere="X"), flows=(flow,))
        case = town.office.begin("stray", "begin", None, by=town.resident, unit=None)
        assert case.number == f"X-1/{town.office.chart().on.year}"


class TestDrawing:
    """A number is drawn once it is needed."""

    def test_a_refusal_leaves_no_gap(self, town: Town, counting: Any) -> None:
        """What is not lawful draws nothing; neither does what is malformed."""
        before = town.ordered().number
        with pytest.raises(Refused):
            town.office.tickets.record("x", unit="community", by=town.resident, origin="x", opened=town.clock())
        with pytest.raises(InvalidInput):
            town.ordered(title="a\0b")
        assert len(counting.drawn) == 1
        assert int(town.ordered().number[-4:]) == int(before[-4:]) + 1

    def test_a_repeated_command_gets_the_first_number(self, town: Town, counting: Any) -> None:
        """And draws none."""
        first = town.ordered(key="lamp")
        town.clock.advance(days=400)
        assert town.ordered(key="lamp").number == first.number
        assert len(counting.drawn) == 1

    def test_a_lost_race_keeps_the_number(self, town: Town, counting: Any) -> None:
        """It is decided again with what was drawn; given up, it is a gap, and nobody else's."""
        counting.losing = 2
        assert town.ordered().number.endswith("-0001")
        assert len(counting.drawn) == 1
        counting.losing = 5
        with pytest.raises(Conflict):
            town.ordered()
        assert town.ordered().number.endswith("-0003")


def test_a_group_takes_its_numbers_back(open_town: OpenTown, storage: Storage) -> None:
    """What was drawn in it is given to the next one; kept, its numbers go on from those before."""
    town = open_town(storage, numbers=NUMBERS)
    town.ordered()

    def import_(kept: int) -> list[str]:
        with town.office.together() as group:
            made = [group.tickets.order("x", unit="community", by=town.resident).number for _ in range(3)]
            if not kept:
                msg = "the file is damaged"
                raise LookupError(msg)
            return made

    with pytest.raises(LookupError):
        import_(kept=0)
    assert [number[-4:] for number in import_(kept=1)] == ["0002", "0003", "0004"]
    assert town.ordered().number.endswith("0005")


def _orders(town: Any, count: int) -> list[str]:
    return [town.office.tickets.order("x", unit="community", by=town.resident).number for _ in range(count)]


def test_threads_at_once(open_town: OpenTown, storage: Storage) -> None:
    """Sixteen threads of one office: every number once, and none left out."""
    town = open_town(storage, numbers=NUMBERS)
    with ThreadPoolExecutor(16) as pool:
        found = [number for numbers in pool.map(lambda _: _orders(town, 5), range(16)) for number in numbers]
    assert sorted(int(number[-4:]) for number in found) == list(range(1, 81))


def _in_a_process(url: str) -> list[str]:
    with civicflow.open(url, numbers=NUMBERS, clock=FrozenClock(), plugins=Plugins()) as office:
        by = office.act_as("resident-1")
        return [office.tickets.order("x", unit="community", by=by).number for _ in range(15)]


@pytest.fixture
def store(open_town: OpenTown, tmp_path: Path) -> str:
    """A file that four processes share, with the town's register."""
    url = f"sqlite:///{tmp_path}/shared.db?synchronous=off"
    storage = open_storage(url)
    open_town(storage)
    return url


def test_processes_at_once(store: str) -> None:
    """Four processes on one store: every number once, and none left out."""
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        found = [number for numbers in pool.map(_in_a_process, [store] * 4) for number in numbers]
    assert sorted(int(number[-4:]) for number in found) == list(range(1, 61))

"""Random standing duties, on every built-in storage: no occasion is lost, none is held twice, and the figures are the ledger's."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test
from tests.workflows.test_flow_machines import TownMachine

from civicflow import Case
from civicflow.calendars import Recurrence, china, recurring
from civicflow.ledger.entries import Entry
from civicflow.testing import FlowContract
from civicflow.testing.flows.golden import functions, written
from civicflow.workflows.coordination.meeting import MEETING
from civicflow.workflows.routines.figures import keeping
from civicflow.workflows.routines.occasion import OCCASION
from civicflow.workflows.routines.routine import ROUTINE, SetUp
from civicflow.workflows.tickets.four_part import FOUR_PART_TICKET
from civicflow.workflows.tickets.share import SHARE

if TYPE_CHECKING:
    import pytest
    from tests.conftest import OpenTown

    from civicflow import Office
    from civicflow.plugins.storage.contract import Storage
    from civicflow.testing.flows.walking import Samples

GOLDEN = Path(__file__).parents[1] / "golden"
CALENDAR = china()
RULES = (
    Recurrence(rule="FREQ=WEEKLY;BYDAY=FR", first=date(2026, 1, 1), roll="none"),
    Recurrence(rule="FREQ=MONTHLY;BYMONTHDAY=10", first=date(2026, 1, 1)),
    Recurrence(rule="FREQ=DAILY;INTERVAL=2", first=date(2026, 1, 1), roll="none"),
)
CATEGORIES = ("sitting", "inspection/slope", "drill")


class TestRoutine(FlowContract):
    """Random walks, replay, authority, the clock alone, drawings."""

    flow = ROUTINE
    golden = GOLDEN / "routine.txt"
    beside = (MEETING, SHARE, FOUR_PART_TICKET, OCCASION)

    def samples(self, office: Office) -> Samples:
        """Duties of each kind, and one of none."""
        given = st.sampled_from([*CATEGORIES, "party"])
        return {
            "begin": given.map(lambda of: SetUp(title="t", category=of, every=RULES[1])),
        }


class Routines(TownMachine):
    """Up to three standing duties of the departments."""

    def __init__(self) -> None:
        super().__init__()
        self.routines: list[str] = []
        self.held: set[str] = set()

    @initialize(first=st.sampled_from(RULES), category=st.sampled_from(CATEGORIES))
    def begin(self, first: Recurrence, category: str) -> None:
        """One stands already."""
        self.set_up(every=first, category=category)

    @precondition(lambda self: len(self.routines) < 3)
    @rule(every=st.sampled_from(RULES), category=st.sampled_from(CATEGORIES))
    def set_up(self, every: Recurrence, category: str) -> None:
        """The secretary sets one up."""
        by, office = self.town.secretary(), self.town.office
        case = self.attempt(
            lambda: office.routines.begin(
                "duty", category=category, every=every, bearer="health", unit="community", by=by
            ),
            by=by,
            step="begin",
        )
        assert case is not None
        self.routines.append(case.id)
        self.holds()

    @rule(data=st.data(), body=st.sampled_from(["health", "health", "health", "emergency"]))
    def somebody_holds(self, data: st.DataObject, body: str) -> None:
        """Somebody records an occasion, whether it is theirs or not."""
        routine = data.draw(st.sampled_from(self.routines))
        by, office = self.town.officer(body), self.town.office
        case = self.attempt(lambda: office.routines.hold(routine, people=2, matters=1, by=by), by=by, step="hold")
        if case is not None:
            assert body == "health"
            self.held.add(case.id)
        self.holds()

    @rule(data=st.data(), every=st.sampled_from(RULES), who=st.sampled_from(["community", "subdistrict", "neighbour"]))
    def somebody_moves(self, data: st.DataObject, every: Recurrence, who: str) -> None:
        """Its days are moved, unless one is due, or it is somebody else's."""
        routine = data.draw(st.sampled_from(self.routines))
        by, office = self.town.secretary(who), self.town.office
        self.attempt(lambda: office.routines.move(routine, every, by=by), by=by, step="move")
        self.holds()

    @rule(data=st.data(), sure=st.integers(0, 5))
    def it_ends(self, data: st.DataObject, sure: int) -> None:
        """Now and then one ends."""
        routine = data.draw(st.sampled_from(self.routines))
        if not sure:
            by, office = self.town.secretary(), self.town.office
            self.attempt(lambda: office.routines.end(routine, "over", by=by), by=by, step="end")
            self.holds()

    def holds(self) -> None:
        """One occasion is ahead of each duty that stands, none is held twice, a missed inspection has its one ticket."""
        self.check_everything()
        occasions: list[Case] = []
        for routine in map(self.town.now, self.routines):
            of = self.town.office.routines.occasions(routine)
            ahead = [one for one in of if one.state == "upcoming"]
            late = [one for one in of if one.state == "due"]
            assert not (routine.outcome and (ahead or late))
            if self.is_behind(routine, *of):
                continue
            assert len(ahead) <= 1
            if not routine.outcome and not ahead:
                self.was_held_before_its_day(routine, of[-1])
            occasions += of
        for one in occasions:
            assert (one.outcome == "held") == (one.id in self.held)
            wanted = one.outcome == "missed" and one.data["category"].startswith("inspection")
            assert len(one.links.get("ticket", ())) == int(wanted)
        self.the_figures_are_the_ledgers(occasions)

    def was_held_before_its_day(self, routine: Case, last: Case) -> None:
        """Nothing is ahead, for the occasion of the next day was held already."""
        assert last.outcome == "held"
        assert last.closed is not None
        assert routine.due is not None
        assert last.closed <= routine.due
        (ahead,) = recurring(routine.data["every"]).within(
            CALENDAR, CALENDAR.local_date(routine.due), CALENDAR.local_date(routine.due)
        )
        assert last.key == ahead.nominal.isoformat()

    def is_behind(self, *cases: Case) -> bool:
        """Whether somebody has to tick first."""
        return any(case.due is not None and case.due <= self.town.clock() for case in cases)

    def the_figures_are_the_ledgers(self, occasions: list[Case]) -> None:
        """Counted anew from the entries alone, for each half of the time."""
        facts = list(self.town.office.ledger.facts(flow="occasion"))
        middle = CALENDAR.local_date(self.town.clock())
        for since, until in ((date(2020, 1, 1), middle), (middle + timedelta(days=1), date(2099, 1, 1))):
            steps = [
                next((e.step for e in reversed(list(self.entries(one))) if e.step in ("hold", "miss")), "")
                for one in occasions
                if since.isoformat() <= one.key <= until.isoformat() and one.outcome != "dropped"
            ]
            found = keeping(facts, since, until)
            assert (found.held, found.missed, found.open) == (
                steps.count("hold"),
                steps.count("miss"),
                steps.count(""),
            )

    def entries(self, case: Case) -> list[Entry]:
        """Those of a case alone."""
        return [entry for entry in self.town.office.ledger.entries(case) if entry.case == case.id]


def test_whatever_happens_the_rules_hold(
    open_town: OpenTown, reopened: Callable[[Storage | None], Storage], request: pytest.FixtureRequest
) -> None:
    """Random steps by random actors at random moments never break what a standing duty promises."""
    on_disk = "sqlite" in request.node.name
    profile = settings()
    run_state_machine_as_test(
        type("Routines", (Routines,), {"open_town": staticmethod(open_town), "reopened": staticmethod(reopened)}),
        settings=settings(profile, max_examples=profile.max_examples // (8 if on_disk else 4)),
    )


def test_the_functions_of_an_occasion_are_those_that_were_reviewed() -> None:
    """It is opened by its duty alone, so that the suite for flows walks through it beside that."""
    assert written(functions((OCCASION,))) == (GOLDEN / "occasion.txt").read_text(encoding="utf-8")

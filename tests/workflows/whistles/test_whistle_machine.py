"""Random whistles, on every built-in storage: what the flow promises holds whatever anybody does at whatever moment."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test
from tests.workflows.test_flow_machines import AREAS, BODIES, TownMachine, at_a_meeting

from civicflow import Actor, Case
from civicflow.calendars import to_micros
from civicflow.ledger.entries import Entry
from civicflow.testing import FlowContract
from civicflow.workflows.coordination.meeting import MEETING
from civicflow.workflows.whistles.figures import arrivals
from civicflow.workflows.whistles.report_in import REPORT_IN
from civicflow.workflows.whistles.whistle import WHISTLE, Kind

if TYPE_CHECKING:
    import pytest
    from tests.conftest import OpenTown

    from civicflow.plugins.storage.contract import Storage

GOLDEN = Path(__file__).parents[1] / "golden"
KINDS: tuple[Kind, ...] = ("beyond", "enforcement", "emergency")
ENDED = {"settled", "unconfirmed", "unsettled"}


class TestWhistle(FlowContract):
    """Random walks, replay, authority, the clock alone, drawings."""

    flow = WHISTLE
    golden = GOLDEN / "whistle.txt"
    beside = (MEETING, REPORT_IN)


class TestReportIn(FlowContract):
    """A child, opened by a parent that the suite makes for it."""

    flow = REPORT_IN


class Whistles(TownMachine):
    """Up to three matters for which the town whistles."""

    def __init__(self) -> None:
        super().__init__()
        self.matters: list[str] = []

    def people(self) -> list[Actor]:
        """Everybody who might try something."""
        return [self.town.resident, *map(self.town.secretary, AREAS), *map(self.town.officer, BODIES)]

    def given(self, step: str, data: st.DataObject) -> Any:
        """Something to give with a step."""
        match step:
            case "whistle" | "whistle-for-more":
                to = data.draw(st.lists(st.sampled_from(BODIES), min_size=1, max_size=2, unique=True))
                within = data.draw(st.sampled_from([None, "1 hour", "3 days"]))
                return {"to": [self.town.office.unit(body) for body in to], "within": within}
            case "rate" | "rate-above":
                return {"score": data.draw(st.sampled_from([1, 3, 4, 5])), "reason": "as it was"}
            case "evaluate":
                return {"resolved": data.draw(st.booleans())}
            case "log":
                return {"text": "at it"}
            case "go-on-without" | "release" | "hand-up":
                return {"reason": "so it is"}
        return at_a_meeting(step, data, self.town.office.unit(BODIES[0]), self.town.office.now().date())

    @initialize(kinds=st.lists(st.sampled_from(KINDS), min_size=1, max_size=2))
    def begin(self, kinds: list[Kind]) -> None:
        """Matters that are called for, or begin at the whistle."""
        whistles = self.town.office.whistles
        for number, kind in enumerate(kinds):
            if number:
                by = self.town.secretary("subdistrict")
                begun = whistles.whistle_at_once("a market", unit="subdistrict", to=BODIES[:2], kind=kind, by=by)
            else:
                begun = whistles.call("a lane", unit="community", kind=kind, by=self.town.secretary())
            self.matters.append(begun.id)

    @rule(data=st.data(), giving_up=st.integers(0, 9))
    def somebody_who_may_acts(self, data: st.DataObject, giving_up: int) -> None:
        """Somebody takes a step that they may take, as `what_can` says."""
        office = self.town.office
        matter = data.draw(st.sampled_from(self.matters))
        possible = [
            (by, str(p.case), p.step)
            for by in self.people()
            for p in office.what_can(by, matter).steps
            if p.allowed and (p.step != "withdraw" or not giving_up)
        ]
        if possible:
            by, case, step = data.draw(st.sampled_from(possible))
            self.attempt(lambda: office.take(case, step, self.given(step, data), by=by), by=by, step=step)
            self.holds()

    @rule(data=st.data())
    def somebody_else_acts(self, data: st.DataObject) -> None:
        """The same, in the same words: people act more often than anything else happens."""
        self.somebody_who_may_acts(data=data, giving_up=1)

    @precondition(lambda self: len(self.matters) < 3)
    @rule(kind=st.sampled_from(KINDS))
    def call(self, kind: Kind) -> None:
        """A community calls."""
        by = self.town.secretary()
        office = self.town.office
        case = self.attempt(
            lambda: office.whistles.call("a lane", unit="community", kind=kind, by=by), by=by, step="call"
        )
        assert case is not None
        self.matters.append(case.id)

    def holds(self) -> None:
        """The caller stays; nothing ends with a department unrated; late is rated lower; the figures are the ledger's."""
        self.check_everything()
        every: list[tuple[Case, list[Entry]]] = []
        for matter in map(self.town.now, self.matters):
            entries = list(self.town.office.ledger.entries(matter))
            assert matter.anchors["caller"] == self.town.office.unit(
                "subdistrict" if entries[0].step == "whistle-at-once" else "community"
            )
            reports = self.town.office.whistles.reports(matter)
            every += [(report, [entry for entry in entries if entry.case == report.id]) for report in reports]
            if matter.outcome in ENDED:
                assert {report.outcome for report in reports} <= {"rated", "absent", "released"}
        for report, entries in every:
            self.the_rating_is_fair(report, entries)
        self.the_figures_are_the_ledgers(every)

    @staticmethod
    def the_rating_is_fair(report: Case, entries: list[Entry]) -> None:
        """Each department has an arrival clock; who came after it ran out, or never, is rated lower."""
        assert report.promise is not None
        came = next((entry.happened for entry in entries if entry.step == "report-in"), None)
        assert came == report.handled
        score = report.data.get("satisfied")
        assert (score is not None) == (report.outcome in {"rated", "absent"})
        if score is not None:
            assert report.data["reason"]
            assert score == 1 if came is None else (came <= report.promise or score <= 3)

    def the_figures_are_the_ledgers(self, every: list[tuple[Case, list[Entry]]]) -> None:
        """Counted anew from the entries alone."""
        now = self.town.clock()
        found = arrivals(self.town.office.ledger.facts(), to_micros(now))
        for body in found:
            of, on_time, scores = 0, 0, 0
            for report, entries in every:
                if report.body != body:
                    continue
                assert report.promise is not None
                came = next((entry.happened for entry in entries if entry.step == "report-in"), None)
                ended = now if report.closed is None else report.closed
                of += came is not None or report.promise < ended
                on_time += came is not None and came <= report.promise
                scores += report.data.get("satisfied", 0)
            assert (found[body].on_time.n, found[body].on_time.of, found[body].score) == (on_time, of, scores)
        assert sum(one.whistled for one in found.values()) == len(every)

    def teardown(self) -> None:
        """Left alone, every matter ends, or somebody is reminded of it again and again."""
        for _ in range(6):
            self.town.clock.advance(days=30)
            self.town.office.tick()
        for matter in self.matters:
            self.town.check(matter)
            assert self.town.now(matter).state not in {"called", "alarmed", "reopened", "worked", "coordinating"}
        super().teardown()


def test_whatever_happens_the_rules_hold(
    open_town: OpenTown, reopened: Callable[[Storage | None], Storage], request: pytest.FixtureRequest
) -> None:
    """Random steps by random actors at random moments never break what a whistle promises."""
    on_disk = "sqlite" in request.node.name
    profile = settings()
    run_state_machine_as_test(
        type("Whistles", (Whistles,), {"open_town": staticmethod(open_town), "reopened": staticmethod(reopened)}),
        settings=settings(profile, max_examples=profile.max_examples // (4 if on_disk else 2)),
    )

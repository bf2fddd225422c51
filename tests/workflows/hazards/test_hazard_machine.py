"""Random hazards, on every built-in storage: what is promised of them holds whatever anybody does at whatever moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule, run_state_machine_as_test
from tests.workflows.hazards.test_hazards import FRIDAYS, GEOLOGY
from tests.workflows.test_flow_machines import TownMachine

from civicflow import Actor
from civicflow.ids import PersonId
from civicflow.testing import FlowContract
from civicflow.testing.flows.golden import functions, written
from civicflow.workflows.accountability import ACCOUNTABILITY
from civicflow.workflows.coordination.meeting import MEETING
from civicflow.workflows.hazards.evacuation import EVACUATION
from civicflow.workflows.hazards.figures import standing
from civicflow.workflows.hazards.hazard import HAZARD, Register
from civicflow.workflows.hazards.plausibility import doubt
from civicflow.workflows.routines.occasion import OCCASION
from civicflow.workflows.routines.routine import ROUTINE
from civicflow.workflows.tickets.four_part import FOUR_PART_TICKET
from civicflow.workflows.tickets.share import SHARE

if TYPE_CHECKING:
    from tests.conftest import OpenTown

    from civicflow import Office
    from civicflow.plugins.storage.contract import Storage
    from civicflow.testing.flows.walking import Samples

GOLDEN = Path(__file__).parents[1] / "golden"


class TestHazard(FlowContract):
    """Random walks, replay, authority, the clock alone, drawings."""

    flow = HAZARD
    golden = GOLDEN / "hazard.txt"
    beside = (MEETING, SHARE, FOUR_PART_TICKET, OCCASION, ROUTINE, EVACUATION, ACCOUNTABILITY)

    def samples(self, office: Office) -> Samples:
        """A hazard that its monitor watches, and one that nobody does."""
        who = st.sampled_from(["monitor-of-bearer", "resident-1"]).map(PersonId)
        return {"register": who.map(lambda one: Register(title="t", plan="p", monitor=one, every=FRIDAYS))}


@pytest.mark.parametrize("flow", [EVACUATION, ACCOUNTABILITY], ids=lambda flow: flow.name)
def test_their_functions_are_those_that_were_reviewed(flow: Any) -> None:
    """They are opened by a hazard."""
    assert written(functions((flow,))) == (GOLDEN / f"{flow.name}.txt").read_text(encoding="utf-8")


class Hazards(TownMachine):
    """Two slopes that people watch, evacuate, build at and forget."""

    def __init__(self) -> None:
        super().__init__()
        self.hazards: list[str] = []

    @initialize(in_works=st.booleans())
    def begin(self, in_works: bool) -> None:  # noqa: FBT001  # drawn by name
        """One stands, or works have begun at it."""
        register = self.town.register
        register["bodies"].append(GEOLOGY)
        self.town.load(register)
        for number in range(2):
            hazard = self.town.office.hazards.register(
                f"slope {number}",
                plan="run",
                monitor="m1",
                every=FRIDAYS,
                bearer="geology",
                unit="community",
                by=self.town.secretary(),
            )
            self.hazards.append(hazard.id)
        if in_works:
            hazard = self.town.now(self.hazards[0])
            self.town.office.hazards.plan_works(hazard, "a wall", until=date(2026, 3, 9), by=self.town.secretary())

    def people(self) -> list[Actor]:
        """Everybody who might try something."""
        town = self.town
        monitors = [town.office.act_as(person, post="monitor", unit="geology") for person in ("m1", "m2")]
        officers = [town.officer("geology"), town.officer("emergency")]
        return [town.resident, *map(town.secretary, ("community", "subdistrict", "neighbour")), *officers, *monitors]

    def given(self, step: str, data: st.DataObject) -> Any:
        """Something to give with a step, right or wrong."""
        unit = self.town.office.unit
        numbers = {"households": st.sampled_from([0, 3, 100]), "people": st.sampled_from([9, 5_200])}
        reasons, days = st.sampled_from([" ", "a school"]), st.sampled_from(["2026-03-05", "2026-04-10", "2026-05-01"])
        offered: dict[str, dict[str, st.SearchStrategy[Any]]] = {
            "count": numbers,
            "accept": {**numbers, "reason": reasons},
            "confirm": {"reason": reasons},
            "renew": {"plan": st.sampled_from(["", "up"]), "monitor": st.sampled_from(["m1", "m2", "resident-1"])},
            "schedule": {"category": st.sampled_from(["drill", "party"]), "every": st.just(FRIDAYS)},
            "refer": {"to": st.sampled_from([unit("geology"), unit("emergency")]), "ground": st.just("missed")},
            "plan-works": {"works": st.just("a wall"), "until": days},
            "send-back": {"reason": st.just("low"), "until": days},
            "decide": {"measure": st.just("a talk")},
            "dismiss": {"reason": st.just("ill")},
        }
        return data.draw(st.fixed_dictionaries(offered[step])) if step in offered else None

    @rule(data=st.data())
    def somebody_who_may_acts(self, data: st.DataObject) -> None:
        """Somebody takes a step that they may take, as `what_can` says, with whatever comes to mind."""
        office = self.town.office
        hazard = data.draw(st.sampled_from(self.hazards))
        possible = [
            (by, str(p.case), p.step) for by in self.people() for p in office.what_can(by, hazard).steps if p.allowed
        ]
        if possible:
            by, case, step = data.draw(st.sampled_from(possible))
            self.attempt(lambda: office.take(case, step, self.given(step, data), by=by), by=by, step=step)
        self.holds()

    @rule(data=st.data(), body=st.sampled_from(["geology", "health"]))
    def somebody_inspects(self, data: st.DataObject, body: str) -> None:
        """Somebody records an inspection, whether it is theirs or not."""
        office, by = self.town.office, self.town.officer(body)
        (duty, *_) = office.hazards.duties(data.draw(st.sampled_from(self.hazards)))
        self.attempt(lambda: office.routines.hold(duty, by=by), by=by, step="hold")
        self.holds()

    def holds(self) -> None:
        """Plan and monitor are there, duties end with the hazard, no doubted count stands without a reason."""
        self.check_everything()
        hazards = [self.town.now(hazard) for hazard in self.hazards]
        for hazard in hazards:
            assert hazard.data["plan"].strip()
            assert hazard.data["monitor"] in {"m1", "m2"}
            for duty in self.town.office.hazards.duties(hazard):
                assert bool(duty.outcome) == bool(hazard.outcome)
            for out in self.town.office.hazards.evacuations(hazard):
                if out.state in {"counted", "home"}:
                    odd = doubt(out.data["households"], out.data["people"]) is not None
                    assert not odd or out.data["reason"].strip()
            for account in self.town.office.hazards.accounts(hazard):
                assert account.body == self.town.office.unit("emergency")
        removed = [hazard for hazard in hazards if hazard.outcome]
        found = standing(hazards)
        assert (found.points, found.removed) == (len(hazards), len(removed))
        assert found.people == sum(self.accepted(hazard.id) for hazard in removed)

    def accepted(self, hazard: str) -> int:
        """For how many people works were accepted, as the entries say."""
        return sum(entry.data["people"] for entry in self.town.office.ledger.entries(hazard) if entry.step == "accept")


def test_whatever_happens_the_rules_hold(
    open_town: OpenTown, reopened: Callable[[Storage | None], Storage], request: pytest.FixtureRequest
) -> None:
    """Random steps by random actors at random moments never break what a hazard promises."""
    on_disk = "sqlite" in request.node.name
    profile = settings()
    run_state_machine_as_test(
        type("Hazards", (Hazards,), {"open_town": staticmethod(open_town), "reopened": staticmethod(reopened)}),
        settings=settings(profile, max_examples=profile.max_examples // (10 if on_disk else 5)),
    )

"""A proposal under inquiries, on every built-in storage: what is promised holds whatever anybody does."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test
from tests.workflows.oversight.test_oversight import inspector, register, supervisor
from tests.workflows.test_flow_machines import TownMachine

from civicflow import Actor, Case
from civicflow.testing.flows.golden import functions, written
from civicflow.workflows.oversight.inquiry import INQUIRY
from civicflow.workflows.suspending import is_suspended

if TYPE_CHECKING:
    from tests.conftest import OpenTown

    from civicflow.plugins.storage.contract import Storage

GOLDEN = Path(__file__).parents[1] / "golden"
LEVELS = ("group", "community", "subdistrict")


def test_its_functions_are_those_that_were_reviewed() -> None:
    """The machine below walks through them."""
    assert written(functions((INQUIRY,))) == (GOLDEN / "inquiry.txt").read_text(encoding="utf-8")


class Inquiries(TownMachine):
    """A proposal, and up to three inquiries into it."""

    @initialize()
    def begin(self) -> None:
        """A draft, in a town with a board and a discipline line."""
        self.town.load(register(self.town))
        self.proposal = self.town.proposed(self.town.fund(), board="board").id
        self.inquiries: list[str] = []

    def people(self) -> list[Actor]:
        """Whoever oversees, whoever is asked, and somebody else."""
        town = self.town
        overseers = [supervisor(town), *(inspector(town, level) for level in LEVELS)]
        return [*overseers, town.delegate("r1"), town.delegate("r2"), town.resident]

    @precondition(lambda self: len(self.inquiries) < 3)
    @rule(data=st.data())
    def somebody_asks(self, data: st.DataObject) -> None:
        """On the level of the group."""
        by = data.draw(st.sampled_from(self.people()))
        asks = partial(self.town.office.oversight.ask, "why", "why", of=self.proposal, to="group-council", by=by)
        case = self.attempt(asks, by=by, step="ask")
        if case is not None:
            self.inquiries.append(case.id)
        self.holds()

    @precondition(lambda self: self.inquiries)
    @rule(
        data=st.data(), step=st.sampled_from(["answer", "insist", "settle", "suspend", "suspend", "hand-up", "release"])
    )
    def somebody_goes_on(self, data: st.DataObject, step: str) -> None:
        """Anybody tries anything."""
        inquiry, oversight = data.draw(st.sampled_from(self.inquiries)), self.town.office.oversight
        by = data.draw(st.sampled_from(self.people()))
        within = data.draw(st.sampled_from(["2 days", "30 days"]))
        commands: dict[str, Callable[[], Case]] = {
            "answer": partial(oversight.answer, inquiry, "so", by=by),
            "insist": partial(oversight.insist, inquiry, "no", by=by),
            "settle": partial(oversight.settle, inquiry, by=by),
            "suspend": partial(oversight.suspend, inquiry, "stop", within=within, by=by),
            "hand-up": partial(oversight.hand_up, inquiry, by=by),
            "release": partial(oversight.release, inquiry, "go", by=by),
        }
        self.attempt(commands[step], by=by, step=step)
        self.holds()

    @rule()
    def the_proposal_goes_on(self) -> None:
        """Where it is not suspended."""
        before = self.town.now(self.proposal)
        by = self.town.delegate("r2")
        done = self.attempt(
            partial(self.town.office.councils.endorse, self.proposal, by=by), by=by, step="draft.endorse"
        )
        assert done is None or not before.holds
        self.holds()

    def holds(self) -> None:
        """What is suspended is so by one inquiry that has not ended, whose officer has no part in the matter."""
        self.check_everything()
        proposal = self.town.now(self.proposal)
        inquiries = [self.town.now(one) for one in self.inquiries]
        suspending = [one for one in inquiries if one.state == "suspending"]
        if is_suspended(proposal):
            (hold,) = proposal.holds
            assert len(suspending) == 1
            assert hold.until in [c.due for c in suspending[0].clocks]
        for inquiry in inquiries:
            assert self.town.office.chart().code(inquiry.unit or "") in LEVELS


def test_whatever_happens_the_rules_hold(
    open_town: OpenTown, reopened: Callable[[Storage | None], Storage], request: pytest.FixtureRequest
) -> None:
    """Random steps by random actors never break what oversight promises."""
    on_disk = "sqlite" in request.node.name
    profile = settings()
    run_state_machine_as_test(
        type("Inquiries", (Inquiries,), {"open_town": staticmethod(open_town), "reopened": staticmethod(reopened)}),
        settings=settings(profile, max_examples=profile.max_examples // (6 if on_disk else 3)),
    )

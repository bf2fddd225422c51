"""Three-party decisions in random hands, on every built-in storage: no voice counts twice, none is skipped, none is made up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule, run_state_machine_as_test
from tests.workflows.assemblies.test_three_party import RULES, SAYS, asked, brought, settle, speaker
from tests.workflows.test_flow_machines import TownMachine

from civicflow import Money
from civicflow.testing import FlowContract
from civicflow.workflows.assemblies.three_party import MAJOR, THREE_PARTY, Bring
from civicflow.workflows.documents.document import DOCUMENT

if TYPE_CHECKING:
    from tests.conftest import OpenTown

    from civicflow import Office
    from civicflow.plugins.storage.contract import Storage
    from civicflow.testing.flows.walking import Samples

GOLDEN = Path(__file__).parents[1] / "golden"


class TestThreeParty(FlowContract):
    """Random walks, replay, authority, the clock alone, drawings."""

    flow = THREE_PARTY
    golden = GOLDEN / "three-party-decision.txt"
    beside = (DOCUMENT,)

    def samples(self, office: Office) -> Samples:
        """Ordinary and major matters."""
        kinds = st.sampled_from([(), ("charges",)])
        return {"bring": kinds.map(lambda said: Bring(title="t", kinds=said))}


class Compound(TownMachine):
    """A matter about a handbook, major or not, that anybody moves who may."""

    @initialize(major=st.booleans(), put=st.booleans())
    def begin(self, major: bool, put: bool) -> None:  # noqa: FBT001  # drawn by name
        """Tabled, or put to the parties."""
        settle(self.town)
        by = speaker(self.town, "branch")
        draft = self.town.office.documents.draft
        self.handbook = draft("Handbook", kind="handbook", unit="group", rules=RULES, by=by).id
        begun = asked if put and not major else brought
        self.matter = begun(self.town, kinds=("own-rules",) * major, document=self.handbook).id

    def given(self, step: str, data: st.DataObject) -> Any:
        """Something to give with a step."""
        if step == "table.amend":
            budget = data.draw(st.sampled_from([Money(1), Money(50_000)]))
            return {"title": "t", "budget": budget, "kinds": ()}
        return {"reason": "r"} if "decline" in step or "return" in step else None

    @rule(data=st.data())
    def somebody_who_may_acts(self, data: st.DataObject) -> None:
        """A step that they may take, as `what_can` says; whoever withdraws ends the story too soon."""
        office, people = self.town.office, [speaker(self.town, party) for party in SAYS]
        steps = [(by, p.step) for by in people for p in office.what_can(by, self.matter).steps if p.allowed]
        possible = [(by, step) for by, step in steps if step != "withdraw"]
        if possible:
            by, step = data.draw(st.sampled_from(possible))
            given = self.given(step, data)
            self.attempt(lambda: office.take(self.matter, step, given, by=by), by=by, step=step)
        self.holds()

    def holds(self) -> None:
        """What the entries say was said is what is kept, and the handbook follows the decision."""
        self.check_everything()
        office, now = self.town.office, self.town.now(self.matter)
        entries = list(office.ledger.entries(now))
        spoken = [entry.step.partition(".")[2].split("-") for entry in entries if entry.step.startswith("voices.a")]
        agreed = [party for _, party in spoken if _ == "agree"]
        assert len(set(agreed)) == len(agreed)
        assert (now.outcome == "agreed") == (set(agreed) == set(SAYS))
        versions = office.documents.history(self.handbook).versions
        assert [version.decision for version in versions] == ([now.id] if now.outcome == "agreed" else [])
        if any(entry.step == "table.ask" for entry in entries) and MAJOR.is_major(now.data):
            assert now.data["reviewed"] == now.data["text"]


def test_whatever_happens_the_rules_hold(
    open_town: OpenTown, reopened: Callable[[Storage | None], Storage], request: pytest.FixtureRequest
) -> None:
    """Random steps by random parties at random moments."""
    on_disk = "sqlite" in request.node.name
    profile = settings()
    run_state_machine_as_test(
        type("Compound", (Compound,), {"open_town": staticmethod(open_town), "reopened": staticmethod(reopened)}),
        settings=settings(profile, max_examples=profile.max_examples // (8 if on_disk else 4)),
    )

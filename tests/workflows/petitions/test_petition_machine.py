"""Random petitions, on every built-in storage: what the flow promises holds whatever anybody does at whatever moment."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test
from tests.workflows.test_flow_machines import TownMachine

from civicflow import Actor, Case
from civicflow.ids import PersonId
from civicflow.testing import FlowContract
from civicflow.testing.flows.place import BODIES, Place, person_of
from civicflow.workflows.petitions.figures import petitioned
from civicflow.workflows.petitions.parts import Accept, HandOver, Lodge, Prolong
from civicflow.workflows.petitions.petition import PETITION
from civicflow.workflows.petitions.recognising import WINDOW

if TYPE_CHECKING:
    import pytest
    from tests.conftest import OpenTown

    from civicflow import Office
    from civicflow.plugins.storage.contract import Storage
    from civicflow.testing.flows.walking import Samples

GOLDEN = Path(__file__).parents[1] / "golden"
OFFICERS = {"o1": "station", "o2": "station", "o5": "street-office", "o9": "district-office"}
GIVEN: dict[str, st.SearchStrategy[Any]] = {
    "decline": st.sampled_from(["", "a court has it"]).map(lambda reason: {"reason": reason, "instead": "court"}),
    "instruct": st.just({"text": "soon"}),
    "call": st.sampled_from([{}, {"way": "in-hand"}]),
    "extend": st.sampled_from(["1 day", "30 days", "31 days"]).map(lambda within: {"within": within, "reason": "far"}),
    "answer": st.booleans().map(lambda solved: {"text": "so it is", "solved": solved}),
    "evaluate": st.sampled_from(
        [{"resolved": True, "satisfied": 5}, {"resolved": False}, {"resolved": True, "satisfied": 6}]
    ),
    "request-review": st.just({"reason": "too little"}),
    "request-re-examination": st.just({"reason": "too little"}),
    "review": st.booleans().map(lambda upheld: {"upheld": upheld, "text": "we looked"}),
    "re-examine": st.booleans().map(lambda upheld: {"upheld": upheld, "text": "we looked"}),
    "return-visit": st.sampled_from(
        [{"settled": True, "satisfied": 4}, {"settled": True}, {"settled": False, "satisfied": 1}]
    ),
}
"""What is given with the steps that need nothing of the town."""


class TestPetition(FlowContract):
    """Random walks, replay, authority, the clock alone, drawings."""

    flow = PETITION
    golden = GOLDEN / "petition.txt"

    def samples(self, office: Office) -> Samples:
        """Officers of the city, to whom a neighbourhood may turn, and those of elsewhere, to whom it may not."""
        register = json.loads(Place((PETITION,)).register())
        at_home, away = BODIES
        for body in register["bodies"]:
            if body["code"] == at_home:
                body["area"] = "city"
        office.register.read(json.dumps(register), source="place.json", format="json")
        at = st.sampled_from([at_home, at_home, away])
        return {
            "lodge": st.sampled_from([Lodge(title="pay"), Lodge(title="pay", petitioners=9, representatives=6)]),
            "accept": at.map(
                lambda at: Accept(body=office.unit(at), officer=PersonId(person_of("officer", at)), urgent=True)
            ),
            "hand-over": at.map(lambda at: HandOver(body=office.unit(at), officer=PersonId(person_of("officer", at)))),
            "extend": st.sampled_from(["30 days", "31 days"]).map(lambda within: Prolong(within=within, reason="far")),
        }


class Petitions(TownMachine):
    """Up to four petitions of one community, lodged at each level, some of them again."""

    settled: Callable[..., Any]

    def __init__(self) -> None:
        super().__init__()
        self.settled(self.town)
        self.petitions: list[str] = []

    def people(self) -> list[Actor]:
        """Everybody who might try something."""
        act_as = self.town.office.act_as
        return [
            self.town.resident,
            *map(self.town.secretary, ("community", "subdistrict", "district")),
            *(act_as(person, post="officer", unit=unit) for person, unit in OFFICERS.items()),
            act_as("c1", post="officer", unit="commission"),
        ]

    def given(self, step: str, data: st.DataObject) -> Any:
        """Something to give with a step."""
        if step in {"accept", "hand-over"}:
            officer = data.draw(st.sampled_from([*OFFICERS, "o9", "c1"]))
            body = self.town.office.unit(OFFICERS.get(officer, "station"))
            if step == "hand-over":
                return {"body": body, "officer": officer}
            previous = data.draw(st.lists(st.sampled_from(self.petitions), max_size=1))
            return {"body": body, "officer": officer, "urgent": data.draw(st.booleans()), "previous": previous}
        return data.draw(GIVEN.get(step, st.none()))

    @initialize(unit=st.sampled_from(["subdistrict", "district"]), answered=st.booleans())
    def begin(self, unit: str, *, answered: bool) -> None:
        """One is being handled in the community, or was answered there, and a second one was lodged above."""
        self.lodge_at("community")
        desk = self.town.office.petitions
        desk.accept(self.petitions[0], body="station", officer="o1", previous=(), by=self.town.secretary())
        if answered:
            officer = self.town.office.act_as("o1", post="officer", unit="station")
            desk.answer(self.petitions[0], "so it is", solved=True, by=officer)
        self.lodge_at(unit)

    @precondition(lambda self: len(self.petitions) < 4)
    @rule(unit=st.sampled_from(["community", "subdistrict", "district"]))
    def lodge(self, unit: str) -> None:
        """A resident petitions."""
        self.lodge_at(unit)

    def lodge_at(self, unit: str) -> None:
        """The community's matter, at one of its levels."""
        office, by = self.town.office, self.town.resident
        case = self.attempt(
            lambda: office.petitions.lodge(
                f"pay {len(self.petitions)}",
                unit=unit,
                origin="community",
                commission="commission",
                names=("张建国",),
                by=by,
            ),
            by=by,
            step="lodge",
        )
        assert case is not None
        self.petitions.append(case.id)

    @rule(data=st.data(), giving_up=st.integers(0, 9))
    def somebody_who_may_acts(self, data: st.DataObject, giving_up: int) -> None:
        """Somebody takes a step that they may take, as `what_can` says."""
        office = self.town.office
        petition = data.draw(st.sampled_from(self.petitions))
        possible = [
            (by, p.step)
            for by in self.people()
            for p in office.what_can(by, petition).steps
            if p.allowed and (p.step not in {"withdraw", "decline"} or not giving_up)
        ]
        if possible:
            by, step = data.draw(st.sampled_from(possible))
            given = self.given(step, data)
            self.attempt(lambda: office.take(petition, step, given, by=by), by=by, step=step)
            self.holds()

    @rule(data=st.data())
    def somebody_else_acts(self, data: st.DataObject) -> None:
        """The same, in the same words: people act more often than anything else happens."""
        self.somebody_who_may_acts(data=data, giving_up=1)

    @rule(data=st.data())
    def anybody_tries_anything(self, data: st.DataObject) -> None:
        """Anybody tries any step, for a reason or for none."""
        office = self.town.office
        petition, by = data.draw(st.sampled_from(self.petitions)), data.draw(st.sampled_from(self.people()))
        step = data.draw(st.sampled_from([step.name for step in PETITION.steps if step.name != "lodge"]))
        given = self.given(step, data)
        self.attempt(lambda: office.take(petition, step, given, by=by), by=by, step=step)
        self.holds()

    def holds(self) -> None:
        """What the rules promise, told from the entries alone."""
        self.check_everything()
        cases = [self.town.now(petition) for petition in self.petitions]
        for case in cases:
            entries = self.town.office.ledger.entries(case)
            assert "张建国" not in str([entry.data for entry in entries])
            steps = [entry.step for entry in entries]
            assert steps.count("extend") <= 1
            officer = ""
            for entry in entries:
                officer = str(entry.delta.get("data", {}).get("officer", officer))
                if entry.step in {"call", "answer", "return-visit"}:
                    assert entry.by.person == officer
            if case.outcome == "settled":
                assert entries[-1].step == "return-visit"
                assert case.handled is not None
            if case.outcome == "closed":
                assert "review" in steps
                assert steps[-1] == "re-examine"
            if "repeats" in case.data:
                self.is_recognised(case)
        figures = petitioned(cases)
        assert figures.repeats_or_skips.of == sum("accept" in self.town.steps(case) for case in cases)
        assert max(figures.repeats.n, figures.skips.n) <= figures.repeats_or_skips.n

    def is_recognised(self, case: Case) -> None:
        """A repeat is tied to an earlier one of the year; a skip was lodged above where its matter is."""
        if case.data["repeats"]:
            first = self.town.now(case.data["repeats"])
            assert first.id in case.links["previous"]
            assert case.opened is not None
            assert first.opened is not None
            assert timedelta(0) <= case.opened - first.opened <= WINDOW
        first_entry = self.town.office.ledger.entries(case)[0]
        lodged_at = first_entry.delta["set"]["unit"]
        if case.data["skip"]:
            assert lodged_at != case.data["origin"]
        elif lodged_at != case.data["origin"]:
            assert case.links["previous"]

    def teardown(self) -> None:
        """Left alone, every petition ends, or somebody is reminded of it again and again."""
        for _ in range(4):
            self.town.clock.advance(days=90)
            self.town.office.tick()
        for petition in self.petitions:
            self.town.check(petition)
            case = self.town.now(petition)
            assert case.outcome or case.state in {"supervised", "overdue", "reviewing", "re-examining", "to-visit"}
        super().teardown()


def test_whatever_happens_the_rules_hold(
    open_town: OpenTown,
    reopened: Callable[[Storage | None], Storage],
    settled: Callable[..., Any],
    request: pytest.FixtureRequest,
) -> None:
    """Random steps by random actors at random moments never break what the flow promises."""
    fixtures = {
        name: staticmethod(of) for name, of in (("open_town", open_town), ("reopened", reopened), ("settled", settled))
    }
    profile, on_disk = settings(), "sqlite" in request.node.name
    run_state_machine_as_test(
        type("Petitions", (Petitions,), fixtures),
        settings=settings(profile, max_examples=profile.max_examples // (10 if on_disk else 3)),
    )

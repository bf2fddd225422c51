"""Random mediation, on every built-in storage: what the flow promises holds whatever anybody does at whatever moment."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test
from tests.workflows.test_flow_machines import TownMachine

from civicflow import Actor, Case
from civicflow.ids import PersonId
from civicflow.testing import FlowContract
from civicflow.testing.flows.place import BODIES, Place, person_of
from civicflow.workflows.mediation.dispute import DISPUTE, VISITS
from civicflow.workflows.mediation.parts import Agree, Apply, Seat, Session, TakeOn

if TYPE_CHECKING:
    import pytest
    from tests.conftest import OpenTown

    from civicflow import Office
    from civicflow.ledger.entries import Entry
    from civicflow.plugins.storage.contract import Storage
    from civicflow.testing.flows.walking import Samples
    from civicflow.workflows.mediation.parts import Way

GOLDEN = Path(__file__).parents[1] / "golden"
WAYS = st.sampled_from(sorted(VISITS))
AWAY = {"director": "in a meeting", "police-officer": "on duty", "grid-leader": "on leave"}
FORMS: dict[str, dict[str, Any]] = {
    "written": {"form": "written", "terms": "quiet", "signatures": ["Li", "Wang"]},
    "by one": {"form": "written", "terms": "quiet", "signatures": ["Li"]},
    "oral": {"form": "oral", "terms": "quiet"},
}

GIVEN: dict[str, st.SearchStrategy[Any]] = {
    "agree": st.sampled_from([FORMS["written"], FORMS["by one"], FORMS["oral"]]),
    "visit": st.booleans().map(lambda kept: {"kept": kept}),
    "evaluate": st.sampled_from(
        [{"resolved": True}, {"resolved": False, "satisfied": 1}, {"resolved": True, "satisfied": 6}]
    ),
    "hand-up": st.sampled_from(["", "large", "across two compounds"]).map(lambda reason: {"reason": reason}),
    "refer": st.just({"to": "court", "reason": "they do not agree"}),
}
"""What is given with the steps that need nothing of the town."""


class TestDispute(FlowContract):
    """Random walks, replay, authority, the clock alone, drawings."""

    flow = DISPUTE
    golden = GOLDEN / "dispute.txt"

    def samples(self, office: Office) -> Samples:
        """Mediators of the city, to whom a neighbourhood may turn, and those of elsewhere, to whom it may not."""
        register = json.loads(Place((DISPUTE,)).register())
        at_home, away = BODIES
        for body in register["bodies"]:
            if body["code"] == at_home:
                body["area"] = "city"
        office.register.read(json.dumps(register), source="place.json", format="json")
        excused = [Seat(post, excused="on duty") for post in ("director", "police-officer", "grid-leader")]
        seats = [Seat("mediator", office.unit(at_home)), Seat("mediator", excused="ill")]
        return {
            "apply": st.sampled_from([2, 3]).map(lambda parties: Apply(title="noise", parties=parties)),
            "take-on": st.builds(
                lambda at, way: TakeOn(body=office.unit(at), officer=PersonId(person_of("mediator", at)), way=way),
                st.sampled_from([at_home, at_home, away]),
                WAYS,
            ),
            "meet": st.sampled_from(seats).map(lambda seat: Session(seats=(*excused, seat), venue="door")),
            "agree": st.sampled_from([FORMS["oral"], FORMS["written"]]).map(lambda form: Agree(**form)),
        }


class Disputes(TownMachine):
    """Up to three disputes of a compound, pushed about by everybody who has to do with them."""

    settled: Callable[..., Any]

    def __init__(self) -> None:
        super().__init__()
        self.settled(self.town)
        self.disputes: list[str] = []

    def people(self) -> list[Actor]:
        """Everybody who might try something."""
        act_as = self.town.office.act_as
        return [
            self.town.resident,
            act_as("resident-2"),
            *(act_as(f"secretary-{area}", post="secretary", unit=area) for area in ("east", "community", "district")),
            *(act_as(person, post="mediator", unit="mediators") for person in ("m1", "m2")),
            act_as("m9", post="mediator", unit="district-mediators"),
        ]

    def given(self, step: str, dispute: str, data: st.DataObject) -> Any:
        """Something to give with a step."""
        if step == "take-on":
            officer = data.draw(st.sampled_from(["m1", "m1", "m2", "m9", "police"]))
            body = self.town.office.unit("district-mediators" if officer == "m9" else "mediators")
            return {"body": body, "officer": officer, "way": data.draw(WAYS), "large": not data.draw(st.integers(0, 3))}
        if step == "meet":
            excused = data.draw(st.sampled_from([{}, {}, AWAY, {"mediator": "ill"}]))
            seats = self.town.office.mediation.seats(dispute, excused=excused)
            return Session(seats=seats, venue=data.draw(st.sampled_from(["door", "door", "office"])))
        return data.draw(GIVEN.get(step, st.none()))

    @initialize(
        begun=st.lists(st.sampled_from(["raised", "taken on", "met", "agreed"]), min_size=2, max_size=2), way=WAYS
    )
    def begin(self, begun: list[str], way: str) -> None:
        """Two are being mediated already."""
        mediation = self.town.office.mediation
        by = self.town.office.act_as("m1", post="mediator", unit="mediators")
        secretary = self.town.office.act_as("secretary-east", post="secretary", unit="east")
        for how in begun:
            self.apply_for("resident-1")
            dispute = self.disputes[-1]
            if how != "raised":
                mediation.take_on(dispute, body="mediators", officer="m1", way=cast("Way", way), by=secretary)
            if how in {"met", "agreed"}:
                mediation.meet(dispute, venue="door", by=by)
            if how == "agreed":
                mediation.agree(dispute, form="oral", terms="quiet", by=by)

    @precondition(lambda self: len(self.disputes) < 3)
    @rule(who=st.sampled_from(["resident-1", "resident-2"]))
    def apply(self, who: str) -> None:
        """A party applies."""
        self.apply_for(who)

    def apply_for(self, who: str) -> None:
        """The parties want a mediator."""
        office, by = self.town.office, self.town.office.act_as(who)
        case = self.attempt(
            lambda: office.mediation.apply(f"noise {len(self.disputes)}", unit="east", by=by, names=("Li", "Wang")),
            by=by,
            step="apply",
        )
        assert case is not None
        self.disputes.append(case.id)

    @rule(data=st.data(), giving_up=st.integers(0, 9))
    def somebody_who_may_acts(self, data: st.DataObject, giving_up: int) -> None:
        """Somebody takes a step that they may take, as `what_can` says."""
        office = self.town.office
        dispute = data.draw(st.sampled_from(self.disputes))
        rare = {"withdraw", "refer", "hand-up"}
        possible = [
            (by, p.step)
            for by in self.people()
            for p in office.what_can(by, dispute).steps
            if p.allowed and (p.step not in rare or not giving_up)
        ]
        if possible:
            by, step = data.draw(st.sampled_from(possible))
            given = self.given(step, dispute, data)
            self.attempt(lambda: office.take(dispute, step, given, by=by), by=by, step=step)
            self.holds()

    @rule(data=st.data())
    def somebody_else_acts(self, data: st.DataObject) -> None:
        """The same, in the same words: people act more often than anything else happens."""
        self.somebody_who_may_acts(data=data, giving_up=1)

    @rule(data=st.data())
    def anybody_tries_anything(self, data: st.DataObject) -> None:
        """Anybody tries any step, for a reason or for none."""
        office = self.town.office
        dispute, by = data.draw(st.sampled_from(self.disputes)), data.draw(st.sampled_from(self.people()))
        step = data.draw(st.sampled_from([step.name for step in DISPUTE.steps if step.name != "apply"]))
        given = self.given(step, dispute, data)
        self.attempt(lambda: office.take(dispute, step, given, by=by), by=by, step=step)
        self.holds()

    def holds(self) -> None:
        """What the rules promise, told from the entries alone."""
        self.check_everything()
        for dispute in map(self.town.now, self.disputes):
            entries = self.town.office.ledger.entries(dispute)
            self.never_skips(entries)
            self.one_is_responsible(entries)
            public = str([entry.data for entry in entries]) + str(dispute.data)
            assert "Li" not in public
            if dispute.outcome == "agreed":
                self.is_kept(dispute, entries)

    def never_skips(self, entries: tuple[Entry, ...]) -> None:
        """Each change of unit is one level up, by a step that gives its reason."""
        chart, unit = self.town.office.chart(), self.town.office.unit("east")
        for entry in entries:
            moved = entry.delta.get("set", {}).get("unit", unit)
            if entry.step != "apply" and moved != unit:
                assert (entry.step, moved) == ("hand-up", chart.above(unit))
                assert str(entry.data["reason"]).strip()
            unit = moved

    @staticmethod
    def one_is_responsible(entries: tuple[Entry, ...]) -> None:
        """Who mediates is whoever was named last, and the dispute was taken on anew wherever it came to."""
        officer = ""
        for entry in entries:
            officer = str(entry.delta.get("data", {}).get("officer", officer))
            if entry.step in {"meet", "agree", "visit"}:
                assert entry.by.person == officer
            if entry.step == "agree" and entry.data["form"] == "written":
                assert entry.private  # with two signatures

    @staticmethod
    def is_kept(dispute: Case, entries: tuple[Entry, ...]) -> None:
        """It was met, agreed, and visited as often in a row as its way asks for."""
        steps = [entry.step for entry in entries]
        last = len(steps) - 1 - steps[::-1].index("agree")
        assert "meet" in steps[:last]
        visits = [entry.data["kept"] for entry in entries[last:] if entry.step == "visit"]
        assert visits == [True] * VISITS[dispute.data["way"]]
        assert dispute.handled is not None

    def teardown(self) -> None:
        """Left alone, every dispute ends, or somebody is reminded of it again and again."""
        for _ in range(6):
            self.town.clock.advance(days=60)
            self.town.office.tick()
        for dispute in self.disputes:
            self.town.check(dispute)
            assert self.town.now(dispute).outcome or self.town.now(dispute).state in {"supervised", "agreed"}
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
        type("Disputes", (Disputes,), fixtures),
        settings=settings(profile, max_examples=profile.max_examples // (6 if on_disk else 2)),
    )

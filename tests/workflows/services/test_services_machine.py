"""Random requests at random moments under catalogues that change: whoever is competent is asked, and every request ends."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Final

import attrs
import pytest
from hypothesis import event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test
from tests.workflows.services.conftest import CATALOGUE, with_desks

import civicflow
from civicflow import Case, Money, Office, Refused
from civicflow.plugins.backends import open_storage
from civicflow.plugins.storage.contract import Storage
from civicflow.workflows.services.catalogue import Catalogue, Delegation

if TYPE_CHECKING:
    from tests.conftest import OpenTown, Town

STALL: Final = CATALOGUE["stall"]
DELEGATED: Final = (
    (),
    (Delegation(to="centre"),),
    (Delegation(to="hall", areas="community"),),
    (Delegation(to="centre", until=date(2026, 3, 20)),),
)
UNDECIDED: Final = ("received", "lacking", "accepted", "supervised")
WHY: Final = {"ground": "Article 5", "reason": "not met", "remedy": "reconsideration"}


class Requests(RuleBasedStateMachine):
    """Requests of two residents, at a desk that a catalogue names."""

    open_town: Callable[..., Town]
    fresh: Callable[[], Storage]

    def __init__(self) -> None:
        super().__init__()
        self.storage = self.fresh()
        self.town = self.open_town(self.storage)
        self.town.load(with_desks(self.town.register))
        self.office = self.under(STALL.delegations)
        self.requests: list[str] = []

    def under(self, delegations: tuple[Delegation, ...]) -> Office:
        """The office under another catalogue."""
        catalogue = Catalogue([attrs.evolve(STALL, delegations=delegations, fee=Money(5))])
        return civicflow.open(
            self.storage, clock=self.town.clock, services=catalogue, plugins=civicflow.Plugins(), notify=[]
        )

    def attempt(self, command: Callable[[], Case]) -> None:
        """Do something; what is refused changed nothing."""
        before = self.town.position()
        try:
            event(command().state)
        except Refused as refused:
            assert self.town.position() == before
            event(f"refused: {refused.refusal.rules}")
        self.holds()

    def holds(self) -> None:
        """A request is at a body that can decide; its promise never moves; what was paid is the fee."""
        for request in map(self.town.now, self.requests):
            self.town.check(request)
            entries = self.office.ledger.entries(request)
            handed = [entry.delta["set"]["body"] for entry in entries if "body" in entry.delta.get("set", {})]
            assert request.body == handed[-1]
            promises = {entry.delta["set"]["promise"] for entry in entries if "promise" in entry.delta.get("set", {})}
            assert len(promises) <= 1
            assert (request.state in ("accepted", "supervised")) <= bool(promises)
            assert (request.state == "received") <= (not request.data["missing"])
            if request.data.get("how"):
                assert request.data["paid"] == {"amount": "5.00", "currency": "CNY"}
            if request.outcome in ("granted", "refused"):
                assert request.data["decision"] == request.outcome

    @rule(who=st.sampled_from(["resident-1", "resident-2"]), papers=st.sampled_from([(), ("id",), ("id", "lease")]))
    def somebody_applies(self, who: str, papers: tuple[str, ...]) -> None:
        """With some documents; it goes to whoever is competent that day."""
        if len(self.requests) == 3:
            return
        services = self.office.services
        request = services.apply("stall", area="community", documents=papers, by=self.office.act_as(who))
        self.requests.append(request.id)
        assert request.body == services.competent("stall", area="community").body
        self.holds()

    @rule(
        data=st.data(),
        act=st.sampled_from(
            [
                "accept",
                "accept",
                "ask",
                "supply",
                "supply",
                "grant",
                "grant",
                "refuse",
                "hand-over",
                "hand-over",
                "evaluate",
                "withdraw",
            ]
        ),
    )
    def somebody_acts(self, data: st.DataObject, act: str) -> None:
        """The applicant, the desk, the owner or the branch that runs the hall."""
        if not self.requests:
            return
        request, services = data.draw(st.sampled_from(self.requests)), self.office.services
        applicant = self.office.act_as(str(self.town.now(request).requester))
        at_desks = [
            self.town.officer("centre"),
            self.town.officer("health"),
            self.office.act_as("clerk-community", post="clerk", unit="party-community"),
        ]
        by = data.draw(st.sampled_from(at_desks))
        papers = data.draw(st.sampled_from([("id",), ("lease",), ("id", "lease")]))
        paid = data.draw(st.sampled_from([Money(5), None]))
        commands: dict[str, Callable[[], Case]] = {
            "accept": lambda: services.accept(request, by=by),
            "ask": lambda: services.ask_for_documents(request, papers, by=by),
            "supply": lambda: services.supply(request, papers, by=applicant),
            "grant": lambda: services.grant(request, by=by),
            "refuse": lambda: services.refuse(request, **WHY, by=by),
            "hand-over": lambda: services.hand_over(request, paid=paid, by=by),
            "evaluate": lambda: services.evaluate(request, resolved=True, by=applicant),
            "withdraw": lambda: services.withdraw(request, by=applicant),
        }
        self.attempt(commands[act])

    @rule(delegations=st.sampled_from(DELEGATED))
    def the_catalogue_changes(self, delegations: tuple[Delegation, ...]) -> None:
        """And what is open goes to whoever is competent by it; again is no change."""
        self.office = self.under(delegations)
        by, services = self.town.officer("health"), self.office.services
        found = list(map(self.town.now, self.requests))
        competent = services.competent("stall", area="community").body
        moved = {case.id for case in services.reroute(found, by=by).moved}
        assert moved == {case.id for case in found if case.state in UNDECIDED and case.body != competent}
        before = self.town.position()
        services.reroute(map(self.town.now, self.requests), by=by)
        assert self.town.position() == before
        self.holds()

    @rule(pause=st.sampled_from([{"hours": 5}, {"days": 4}, {"days": 16}]))
    def time_passes(self, pause: dict[str, int]) -> None:
        """And the office ticks."""
        self.town.clock.advance(**pause)
        assert not self.office.tick().failed
        self.holds()

    def teardown(self) -> None:
        """Left alone, each ends, or somebody is reminded of it again and again; the ledger proves it."""
        for _ in range(4):
            self.town.clock.advance(days=60)
            self.office.tick()
        assert {self.town.now(request).state for request in self.requests} <= {
            "granted", "refused", "lapsed", "withdrawn", "supervised", "ready"
        }  # fmt: skip
        assert self.office.ledger.verify().ok


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_whoever_is_competent_is_asked_and_every_request_ends(kind: str, open_town: OpenTown, tmp_path: Path) -> None:
    """Whatever applicants, desks, catalogues and the clock do, in whatever order."""
    names = iter(range(1_000_000))

    def fresh() -> Storage:
        on_disk = f"sqlite:///{tmp_path}/{next(names)}.db?synchronous=off"
        return open_storage("memory://" if kind == "memory" else on_disk)

    how = settings()
    machine = type("Requests", (Requests,), {"open_town": staticmethod(open_town), "fresh": staticmethod(fresh)})
    most = how.max_examples // 2 if kind == "memory" else how.max_examples // 5
    run_state_machine_as_test(machine, settings=settings(how, max_examples=max(most, 2)))

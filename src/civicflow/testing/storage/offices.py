"""Offices on the storage: what the contract is for. Joins that fire once, and ballots that are all counted."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

from civicflow.errors import Conflict, Refused
from civicflow.hierarchy.authority import Actor
from civicflow.money import Money
from civicflow.office.office import Office
from civicflow.office.opening import open_office
from civicflow.plugins.manager import Plugins
from civicflow.testing.clocks import FrozenClock
from civicflow.testing.storage.base import StorageSuite
from civicflow.testing.storage.together import together
from civicflow.workflows.engine.records import Case
from civicflow.workflows.proposing import Source

_TRIALS: Final = 12
_BODIES: Final = ("health", "emergency")
_VOTERS: Final = 5


def _body(code: str, area: str, kind: str, **posts: object) -> dict[str, Any]:
    return {"code": code, "name": f"{code} | {code}", "kind": kind, "area": area, "posts": posts}


_PLACES: Final = (("district", ""), ("subdistrict", "district"), ("community", "subdistrict"))
_DELEGATES: Final = [f"r{number}" for number in range(_VOTERS)]
_REGISTER: Final[dict[str, Any]] = {
    "register": "town",
    "scheme": "chengdu",
    "since": "2020-01-01",
    "areas": [
        *({"code": c, "name": f"{c} | {c}", "level": c, **({"parent": p} if p else {})} for c, p in _PLACES),
        {"code": "group", "name": "group | 小组", "level": "residents-group", "parent": "community"},
    ],
    "bodies": [
        *(_body(f"party-{area}", area, "party-organisation", secretary=f"secretary-{area}") for area, _ in _PLACES),
        *(_body(body, "district", "department", officer=f"officer-{body}") for body in _BODIES),
        _body("council", "community", "council", chair="d1", delegate={"seats": 1, "holders": ["d1"]}),
        _body("group-council", "group", "council", delegate={"seats": _VOTERS, "holders": _DELEGATES}),
        _body("board", "community", "supervisory-board", supervisor="s1"),
    ],
}


class _Town:
    """Some offices of one town, each with a handle of its own, as processes beside each other have."""

    def __init__(self, offices: list[Office], clock: FrozenClock) -> None:
        self.offices, self.clock = offices, clock
        offices[0].register.read(json.dumps(_REGISTER), source="town.json", format="json")
        self.resident = offices[0].act_as("resident-1")
        self.secretary = offices[0].act_as("secretary-community", post="secretary", unit="community")

    def officer(self, body: str) -> Actor:
        return self.offices[0].act_as(f"officer-{body}", post="officer", unit=body)

    def delegate(self, person: str) -> Actor:
        return self.offices[0].act_as(person, post="delegate", unit="group-council")

    def steps(self, case: Case) -> list[str]:
        return [entry.step for entry in self.offices[0].ledger.entries(case)]

    def dispatched(self, number: int) -> Case:
        """A ticket that both bodies accepted."""
        tickets = self.offices[0].tickets
        ticket = tickets.order(f"lamp {number}", unit="community", by=self.resident)
        tickets.dispatch(ticket, to=_BODIES, by=self.secretary)
        for body in _BODIES:
            tickets.accept(ticket, by=self.officer(body))
        return ticket

    def in_the_vote(self) -> Case:
        """A proposal on which the residents' group is voting."""
        office = self.offices[0]
        fund = office.funds.open("Fund", unit="community", source="budget", by=self.secretary)
        office.funds.deposit(fund, Money("60"), by=self.secretary)
        proposal = office.councils.propose(
            "a gate",
            group="group-council",
            council="council",
            unit="community",
            budget=Money("60"),
            sources=[Source(fund.id, Money("60"))],
            by=self.delegate("r0"),
        )
        office.councils.endorse(proposal, by=self.delegate("r1"))
        office.councils.hand_in(proposal, by=self.delegate("r0"))
        office.councils.settle(proposal, by=self.delegate("r0"))
        return office.councils.open_vote(proposal, by=self.delegate("r0"))


def _ended(command: Callable[[], object]) -> object:
    try:
        return command()
    except (Conflict, Refused) as error:
        return error


class OfficeSuite(StorageSuite):
    """Offices that work at once, each on a handle of its own."""

    concern = "offices at once"

    @contextmanager
    def _town(self) -> Iterator[_Town]:
        place, clock = self.fresh(), FrozenClock()
        offices = [open_office(self.open_storage(place), clock=clock, plugins=Plugins()) for _ in range(2)]
        try:
            yield _Town(offices, clock)
        finally:
            for office in offices:
                office.close()

    def test_two_last_shares_at_once_fire_the_join_once(self) -> None:
        """Whoever comes second sees the first one's share: no ticket waits for ever, none is handled twice."""
        with self._town() as town:
            for trial in range(_TRIALS):
                ticket = town.dispatched(trial)
                finishing = [
                    partial(_ended, partial(office.tickets.complete, ticket, by=town.officer(body), note="done"))
                    for office, body in zip(town.offices, _BODIES, strict=True)
                ]
                shares = together(finishing)
                assert [share.state for share in shares if isinstance(share, Case)] == ["done", "done"], shares
                assert town.offices[0].case(ticket).state == "handled", "both shares are done, and nobody saw it"
                assert town.steps(ticket)[-3:] == ["complete", "complete", "finish"]
            assert town.offices[1].ledger.verify().ok

    def test_every_ballot_that_was_entered_is_counted(self) -> None:
        """Residents vote while the vote is closed: a ballot is counted, or its voter is refused."""
        with self._town() as town:
            for _ in range(_TRIALS // 3):
                proposal = town.in_the_vote()
                voting = [
                    partial(town.offices[n % 2].councils.vote, proposal, "yes", by=town.delegate(f"r{n}"))
                    for n in range(_VOTERS)
                ]
                closing = partial(town.offices[1].councils.close_vote, proposal, by=town.delegate("r0"))
                *ended, closed = together([partial(_ended, command) for command in (*voting, closing)])
                assert isinstance(closed, Case), closed
                assert all(isinstance(one, Case | Refused) for one in ended), ended
                entered = sum(isinstance(one, Case) for one in ended)
                counted = town.offices[0].case(proposal).data["group"]["yes"]
                assert counted == entered, f"{entered} ballots were entered and {counted} counted"
            assert town.offices[0].ledger.verify().ok

    def test_a_time_limit_passes_once_whoever_ticks(self) -> None:
        """All ask the clock at once; each rung is recorded once."""
        with self._town() as town:
            tickets = [
                town.offices[0].tickets.order(f"lamp {number}", unit="community", by=town.resident)
                for number in range(4)
            ]
            for _ in range(4):
                town.clock.advance(days=1)
                together([office.tick for office in town.offices for _ in range(2)])
            for ticket in tickets:
                steps = town.steps(ticket)
                assert steps == town.steps(tickets[0])
                assert [steps.count("remind"), steps.count("escalate")] == [1, 1]

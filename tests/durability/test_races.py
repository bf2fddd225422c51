"""Two at once: whatever the order in which threads come, nothing is stuck, nothing is done twice, nothing is overdrawn."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import TYPE_CHECKING

import pytest

from civicflow import Case, Conflict, Money, Refused
from civicflow.plugins.storage.contract import Storage
from civicflow.workflows.funds.fund import available, reserved

if TYPE_CHECKING:
    from tests.conftest import OpenTown, Town

TRIALS = 1_000


@pytest.fixture
def at_once() -> Iterator[Callable[..., list[object]]]:
    """Gives several commands in threads that start together; what came of each, in order."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(0.000_02)  # seconds; threads take turns in the middle of everything
    with ThreadPoolExecutor(8) as threads:

        def run(*commands: Callable[[], object]) -> list[object]:
            gate = threading.Barrier(len(commands))

            def one(command: Callable[[], object]) -> object:
                gate.wait()
                try:
                    return command()
                except (Conflict, Refused) as error:
                    return error

            return [future.result() for future in [threads.submit(one, command) for command in commands]]

        yield run
    sys.setswitchinterval(before)


AtOnce = Callable[..., list[object]]


@pytest.fixture
def raced(open_town: OpenTown, storage: Storage) -> Town:
    """A town on each of the built-in storages."""
    return open_town(storage)


def test_the_last_two_shares_finish_at_once(raced: Town, at_once: AtOnce) -> None:
    """Two threads finish the last two shares at once, 1,000 times: the ticket is handled, once, and never stuck."""
    tickets = raced.office.tickets
    health, emergency = raced.officer("health"), raced.officer("emergency")
    for trial in range(TRIALS):
        ticket = raced.dispatched("health", "emergency", title=f"lamp {trial}")
        tickets.accept(ticket, by=health)
        tickets.accept(ticket, by=emergency)
        ended = at_once(partial(tickets.complete, ticket, by=health), partial(tickets.complete, ticket, by=emergency))
        assert [case.state for case in ended if isinstance(case, Case)] == ["done", "done"]
        assert raced.now(ticket).state == "handled"
        steps = raced.steps(ticket)
        assert steps == ["order", "dispatch", "accept", "accept", "complete", "complete", "finish"]
    for matter in raced.matters()[::100]:
        raced.check(matter)
    assert raced.office.ledger.verify().ok


def test_the_same_step_at_once_is_taken_once(raced: Town, at_once: AtOnce) -> None:
    """Two threads accept one share at once: there is one entry, and both are told that it is accepted."""
    accept = raced.office.tickets.accept
    for trial in range(TRIALS // 10):
        ticket = raced.dispatched("health", title=f"lamp {trial}")
        ended = at_once(*[partial(accept, ticket, by=raced.officer("health"))] * 3)
        assert [case.state for case in ended if isinstance(case, Case)] == ["accepted"] * 3
        assert raced.steps(ticket).count("accept") == 1


def test_an_acceptance_races_a_return(raced: Town, at_once: AtOnce) -> None:
    """One thread accepts a share while another one returns it: one of them is refused, and the ticket goes on."""
    tickets, health = raced.office.tickets, raced.officer("health")
    for trial in range(TRIALS // 10):
        ticket = raced.dispatched("health", title=f"lamp {trial}")
        ended = at_once(
            partial(tickets.accept, ticket, by=health), partial(tickets.decline, ticket, "not ours", by=health)
        )
        share = raced.share(ticket, "health")
        assert sorted(type(e).__name__ for e in ended) == ["Case", "Refused"]
        assert (share.state, raced.now(ticket).state) in {("accepted", "dispatched"), ("declined", "returned")}


def test_one_key_at_once_is_one_order(raced: Town, at_once: AtOnce) -> None:
    """Three threads order under one key at once: they get the same ticket, and there is one."""
    for trial in range(TRIALS // 10):
        ended = at_once(*[partial(raced.ordered, f"lamp {trial}", key=f"key {trial}")] * 3)
        ids = {case.id for case in ended if isinstance(case, Case)}
        assert len(ids) == 1, ended
        assert raced.steps(ids.pop()) == ["order"]
    assert len(raced.matters()) == TRIALS // 10


def test_two_proposals_reserve_from_one_fund_at_once(raced: Town, at_once: AtOnce) -> None:
    """Two proposals that are carried at once reserve from one fund: one is funded, one waits, nothing is overdrawn."""
    councils, fund = raced.office.councils, raced.fund("60")
    for trial in range(TRIALS // 40):
        proposals = [raced.before_the_council(fund, "60") for _ in range(2)]
        for proposal in proposals:
            raced.voted(proposal, 5, close=False)
        at_once(*[partial(councils.close_vote, p, by=raced.chair) for p in proposals])
        raced.office.tick()
        states = sorted(raced.now(proposal).state for proposal in proposals)
        assert states == ["funding.short", "quoting.due"]
        assert available(raced.now(fund)) == Money(0)
        assert reserved(raced.now(fund)) == Money(60 * (trial + 1))
        raced.office.funds.deposit(fund, Money("60"), by=raced.secretary())
    raced.check(fund)


def test_votes_race_the_closing(raced: Town, at_once: AtOnce) -> None:
    """Members vote while the chair closes: every ballot that was entered is counted, every other voter is refused."""
    councils, fund = raced.office.councils, raced.fund("60")
    for _ in range(TRIALS // 40):
        proposal = raced.before_the_council(fund, "60")
        raced.voted(proposal, 0, close=False)
        voters = [partial(councils.vote, proposal, "yes", by=raced.delegate(f"d{n}")) for n in range(1, 6)]
        *ended, closed = at_once(*voters, partial(councils.close_vote, proposal, by=raced.chair))
        assert isinstance(closed, Case)
        entered = sum(isinstance(ballot, Case) for ballot in ended)
        assert all(isinstance(ballot, Case | Refused) for ballot in ended)
        assert raced.now(proposal).data["council"]["yes"] == entered == len(raced.ballots(proposal, 3))


def test_votes_race_the_clock(raced: Town, at_once: AtOnce) -> None:
    """Members vote in the moment in which the clock closes: what was entered is counted."""
    councils, fund = raced.office.councils, raced.fund("60")
    for _ in range(TRIALS // 40):
        proposal = raced.before_the_council(fund, "60")
        raced.voted(proposal, 0, close=False)
        raced.clock.advance(days=8)
        voters = [partial(councils.vote, proposal, "yes", by=raced.delegate(f"d{n}")) for n in range(1, 6)]
        *ended, _ = at_once(*voters, raced.office.tick)
        raced.office.tick()
        entered = sum(isinstance(ballot, Case) for ballot in ended)
        assert raced.now(proposal).data["council"]["yes"] == entered == len(raced.ballots(proposal, 3))


def test_several_clocks_tick_at_once(raced: Town, at_once: AtOnce) -> None:
    """Several processes tick at once: each time limit passes once."""
    tickets = [raced.ordered(f"lamp {number}") for number in range(20)]
    for _ in range(4):
        raced.clock.advance(days=1)
        at_once(*[raced.office.tick] * 4)
    for ticket in tickets:
        steps = raced.steps(ticket)
        assert steps == raced.steps(tickets[0])
        assert [steps.count("remind"), steps.count("escalate")] == [1, 1]


def test_a_register_is_loaded_while_people_act(raced: Town, at_once: AtOnce) -> None:
    """An election in the middle of a day's work: every step is decided by one register or the other, and goes on."""
    for number in range(10):
        ticket = raced.dispatched("health", title=f"lamp {number}")

        elect = partial(raced.elect, "d2", f"x{number}")
        _, ended = at_once(elect, partial(raced.office.tickets.accept, ticket, by=raced.officer("health")))
        assert isinstance(ended, Case), ended
    assert raced.office.chart().holders("delegate", raced.office.unit("council"))[-1] == "x9"

"""Processes on one fund and in one pot, on a real file and on a real server: nothing is overdrawn, and every yuan is used once.

Whoever loses a race against another one's commit tries again, as a client does; whoever is refused is refused for want of money.
"""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Final

import attrs
import pytest
from tests.conftest import Town
from tests.durability.errands import opened
from tests.durability.processes import Trail
from tests.durability.racing import Race, tried
from tests.workflows.funds.test_funds import WORK, Begin, move
from tests.workflows.granting.conftest import Calls

from civicflow import Case, Conflict, Money, Refused
from civicflow.ledger.entries import Entry
from civicflow.money import total
from civicflow.testing import FrozenClock
from civicflow.workflows.funds.books import Books, books
from civicflow.workflows.funds.fund import available, paid, reserved
from civicflow.workflows.granting.call import spent

pytestmark = pytest.mark.slow

_RETURNS: Final = 12
"""The rounds in which some of what was reserved is released again."""


@attrs.frozen
class Sizes:
    """How many of what.

    Attributes:
        racers: processes that draw on one fund.
        yuan: what it holds: an odd number, so that two fight over the last one.
        pots: calls that two processes select from and pay.
    """

    racers: int
    yuan: int
    pots: int


@pytest.fixture(params=[Sizes(2, 25, 2), pytest.param(Sizes(8, 401, 30), marks=pytest.mark.soak)], ids=["few", "many"])
def sizes(request: pytest.FixtureRequest) -> Sizes:
    """Few, and in the soak many."""
    sizes: Sizes = request.param
    return sizes


def _insisting(command: Callable[[], object], *, for_want_of: str) -> bool:
    """Give a command until it is answered or refused for want of money; whether it was answered."""
    while True:
        try:
            command()
        except Conflict:
            continue
        except Refused as refused:
            if refused.refusal.rules != (for_want_of,):
                raise
            return False
        return True


def _sound(entries: Iterable[Entry], now: Case) -> Books:
    """The books, in which no account but a source's was ever below zero and every yuan has one use."""
    told = books(entries)
    assert told.agrees(now)
    held: defaultdict[str, Money] = defaultdict(lambda: Money(0))
    for moved in told.moves:
        held[moved.debit] -= moved.amount
        held[moved.credit] += moved.amount
        assert moved.debit.startswith("source:") or held[moved.debit] >= Money(0), moved
    used: defaultdict[str, Money] = defaultdict(lambda: Money(0))
    for use in told.uses():
        used[f"source:{use.source}"] -= use.amount
    assert used == {
        account: amount for account, amount in held.items() if account.startswith("source:") and amount.amount
    }
    return told


# -- one fund ----------------------------------------------------------------------------------------------------------


def _draw(place: str, trail: Trail, gate: threading.Barrier, racer: int, matters: Sequence[str], rounds: int) -> None:
    """Reserve a yuan in each round, together with all others; pay it, or release it in some of the first rounds."""
    town = opened(place, flows=(WORK,))
    matter = town.now(matters[racer])
    for number in range(rounds):
        gate.wait()
        if not _insisting(partial(move, town, matter, "reserve", "1"), for_want_of="covered"):
            trail.leave("refused")
            continue
        then = "release" if number < _RETURNS and number % 4 == 3 else "pay"
        assert _insisting(partial(move, town, matter, then, "1"), for_want_of="covered")
        trail.leave(then)
    town.office.close()


def test_a_fund_is_never_overdrawn(place: str, race: Race, sizes: Sizes) -> None:
    """Processes reserve, pay and release at the same moment: together they get every yuan, and none too many."""
    town = opened(place, flows=(WORK,), load=True)
    fund = town.fund(str(sizes.yuan - 10))
    town.office.funds.deposit(fund, Money(10), source="residents", by=town.secretary())
    matters = [
        town.office.begin("errand", "begin", Begin("e", fund.id), by=town.resident, unit="community").id
        for _ in range(sizes.racers)
    ]
    rounds = sizes.yuan // sizes.racers + 1 + _RETURNS
    did = Counter(line[0] for line in race(_draw, matters, rounds, racers=sizes.racers, flows=(WORK,)))
    now, entries = town.now(fund), town.office.ledger.entries(fund)
    told = _sound(entries, now)
    assert did["pay"] == sizes.yuan
    assert did["refused"] > 0
    assert (paid(now), reserved(now), available(now)) == (Money(sizes.yuan), Money(0), Money(0))
    assert total(told.paid().values()) == Money(sizes.yuan)
    steps = Counter(entry.step for entry in entries)
    assert steps["reserve"] == did["pay"] + did["release"]
    assert (steps["pay"], steps["release"]) == (did["pay"], did["release"])
    town.office.close()


# -- one pot -----------------------------------------------------------------------------------------------------------


def _announce(place: str, trail: Trail, gate: threading.Barrier, racer: int, funds: Sequence[str]) -> None:
    """Announce a call of sixty yuan on each fund, together with all others."""
    town = opened(place)
    for fund in funds:
        calls = Calls(town, fund=fund)
        gate.wait()
        was = _insisting(partial(calls.call, pot=Money(60)), for_want_of="pot-covered")
        trail.leave(fund, racer, was)
    town.office.close()


def test_of_two_calls_one_reserves_its_pot(place: str, race: Race, sizes: Sizes) -> None:
    """Two processes announce calls of sixty yuan on a fund of a hundred: one call is, and sixty are reserved for it."""
    town = opened(place, load=True)
    funds = [town.fund("100").id for _ in range(2 * sizes.pots)]
    told = Counter((fund, was) for fund, _, was in race(_announce, funds, racers=2))
    for fund in funds:
        assert (told[fund, "True"], told[fund, "False"]) == (1, 1)
        now = town.now(fund)
        _sound(town.office.ledger.entries(fund), now)
        assert (available(now), reserved(now)) == (Money(40), Money(60))
    town.office.close()


def _judged(town: Town) -> tuple[Calls, Case, list[Case]]:
    """A call of a hundred yuan for which three groups ask forty each, in two milestones; it closes in five days."""
    calls = Calls(town)
    call = calls.call()
    return calls, call, [calls.apply(call, group, "10", "30") for group in ("gate", "lane", "lamp")]


def _grant(
    place: str,
    trail: Trail,
    gate: threading.Barrier,
    racer: int,
    clock: FrozenClock,
    pots: Sequence[Sequence[str]],
) -> None:
    """Let the clock select; pay two grants of one pot at once, then each of them both at once."""
    town = opened(place, clock=clock)
    grants = town.office.grants
    gate.wait()
    for _ in range(3):
        assert not town.office.tick().failed
    for applications in pots:
        gate.wait()
        won = [(application, grant) for application in applications if (grant := grants.grant(application))]
        for number, (application, grant) in enumerate([won[racer], *won]):
            who = town.office.act_as(str(town.now(application).requester))
            report = partial(grants.report, grant, "done", evidence=("photo",), by=who)
            accept = partial(grants.accept, grant, by=town.secretary())
            gate.wait()
            if number == 0:
                assert _insisting(report, for_want_of="")
                assert _insisting(accept, for_want_of="")
            else:
                tried(report)
                gate.wait()
                trail.leave(grant.id, tried(accept))
    town.office.close()


def test_the_pot_is_never_exceeded(place: str, race: Race, sizes: Sizes) -> None:
    """Two processes select from one pot, and pay its grants, at the same moment: each is granted and paid once, within the pot."""
    clock = FrozenClock()
    town = opened(place, clock=clock, load=True)
    begun = [_judged(town) for _ in range(sizes.pots)]
    clock.advance(days=6)
    town.office.tick()
    for calls, call, applications in begun:
        calls.grants.begin_judging(call, by=town.secretary())
        calls.grants.vote(call, [application.id for application in applications], by=calls.person("v"))
    clock.advance(days=4)
    race(_grant, clock, [[application.id for application in applications] for _, _, applications in begun], racers=2)
    for calls, call, applications in begun:
        now, decided = town.now(calls.fund), town.now(call)
        told = _sound(town.office.ledger.entries(now), now)
        granted = [grant for application in applications if (grant := calls.grants.grant(application))]
        assert [grant.outcome for grant in granted] == ["completed", "completed"]
        assert spent(decided) == paid(now) == Money(80) <= calls.pot
        assert (reserved(now), available(now)) == (Money(0), Money(20))
        assert Counter(move.amount for move in told.moves if move.step == "pay") == {Money(10): 2, Money(30): 2}
        assert town.steps(decided).count("select") == 1
    town.office.close()

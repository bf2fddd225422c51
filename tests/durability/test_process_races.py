"""Many processes on one store: one winner for each version, no ticket stuck, each limit passed once, no entry unread.

Sixteen processes on a PostgreSQL server and four on an SQLite file do everything at the very same moment, let go by one
barrier. `make soak` runs the full sizes; `make test` the same with fewer cases.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Sequence
from functools import partial
from typing import Final

import attrs
import pytest
from tests.durability.errands import BODIES, opened
from tests.durability.processes import Trail
from tests.durability.racing import Race, tried

from civicflow.ids import matter_of
from civicflow.testing import FrozenClock

pytestmark = pytest.mark.slow


@attrs.frozen
class Sizes:
    """How many of what.

    Attributes:
        fought: cases that all fight over.
        shared: tickets whose last two shares finish at once.
        due: cases whose limits pass.
    """

    fought: int
    shared: int
    due: int


@pytest.fixture(
    params=[Sizes(40, 60, 20), pytest.param(Sizes(200, 300, 100), marks=pytest.mark.soak)], ids=["few", "many"]
)
def sizes(request: pytest.FixtureRequest) -> Sizes:
    """Few, and in the soak many."""
    sizes: Sizes = request.param
    return sizes


def _orders(place: str, count: int, clock: FrozenClock | None = None) -> list[str]:
    """So many tickets, ordered by one process before the others begin."""
    town = opened(place, clock=clock, load=True)
    tickets = [town.ordered(f"lamp {number}").id for number in range(count)]
    town.office.close()
    return [str(ticket) for ticket in tickets]


# -- cases that all fight over -----------------------------------------------------------------------------------------


def _fight(place: str, trail: Trail, gate: threading.Barrier, racer: int, fought: Sequence[str]) -> None:
    """Try the same steps as all others: one that only the version seen allows, one like theirs, one unlike theirs."""
    town = opened(place)
    tickets, officer = town.office.tickets, town.officer("health")
    for ticket in fought:
        gate.wait()
        note = f"from {racer}"
        seen = partial(tickets.dispatch, ticket, to=["health"], by=town.secretary(), note=note, seen=1)
        trail.leave(ticket, "dispatch", tried(seen))
        gate.wait()
        trail.leave(ticket, "accept", tried(partial(tickets.accept, ticket, by=officer)))
        gate.wait()
        trail.leave(ticket, "complete", tried(partial(tickets.complete, ticket, by=officer, note=note)))
        town.office.seal()


def test_of_all_that_fight_over_a_case_one_wins(place: str, race: Race, racers: int, sizes: Sizes) -> None:
    """One step is entered for each version; the losers are told of a conflict or refused, or get the case that is."""
    fought = _orders(place, sizes.fought)
    told = Counter((ticket, step, what) for ticket, step, what in race(_fight, fought))
    town = opened(place)
    for ticket in fought:
        assert town.steps(ticket) == ["order", "dispatch", "accept", "complete", "finish"]
        assert told[ticket, "dispatch", "answered"] == 1
        assert told[ticket, "dispatch", "Conflict"] == racers - 1
        assert told[ticket, "accept", "answered"] == racers
        assert told[ticket, "complete", "answered"] == 1
        assert told[ticket, "complete", "Refused"] == racers - 1
    town.office.close()


# -- two last shares ---------------------------------------------------------------------------------------------------


def _finish(place: str, trail: Trail, gate: threading.Barrier, racer: int, shared: Sequence[str]) -> None:
    """Complete one of the two shares of each ticket while another process completes the other one."""
    town = opened(place)
    officer = town.officer(BODIES[racer])
    for ticket in shared:
        gate.wait()
        trail.leave(ticket, town.office.tickets.complete(ticket, by=officer).state)


def test_the_last_two_shares_finish_at_once(place: str, race: Race, sizes: Sizes) -> None:
    """Two processes finish the last two shares of each ticket at one moment: none is stuck, each join fires once."""
    town = opened(place, load=True)
    shared = [str(town.dispatched(*BODIES, title=f"lamp {number}").id) for number in range(sizes.shared)]
    for ticket in shared:
        for body in BODIES:
            town.office.tickets.accept(ticket, by=town.officer(body))
    ended = race(_finish, shared, racers=2)
    assert Counter(map(tuple, ended)) == {(ticket, "done"): 2 for ticket in shared}
    for ticket in shared:
        assert town.now(ticket).state == "handled"
        assert town.steps(ticket)[-3:] == ["complete", "complete", "finish"]
    town.office.close()


# -- the clock ---------------------------------------------------------------------------------------------------------

_DAYS: Final = 8


def _tick(place: str, trail: Trail, gate: threading.Barrier, racer: int, clock: FrozenClock) -> None:
    """Ask what is due, day after day, at the same moment as all others."""
    town = opened(place, clock=clock)
    for day in range(_DAYS):
        clock.advance(days=1)
        gate.wait()
        ticked = town.office.tick()
        assert not ticked.failed, ticked
        trail.leave(day, ticked.rung)


def _alone() -> tuple[list[str], int]:
    """What the clock does to one ticket where one process ticks alone: its steps, and how often it rings."""
    from tests.conftest import Town

    from civicflow.plugins.backends import open_storage

    town = Town(open_storage("memory://"))
    ticket = town.ordered()
    rung = 0
    for _ in range(_DAYS):
        town.clock.advance(days=1)
        rung += town.office.tick().rung
    steps = town.steps(ticket)
    town.office.close()
    return steps, rung


def test_each_time_limit_passes_once(place: str, race: Race, sizes: Sizes) -> None:
    """All tick at once, day after day: every rung is entered, once, as if one process had ticked alone."""
    clock = FrozenClock()
    due = _orders(place, sizes.due, clock)
    rung = race(_tick, clock)
    town = opened(place)
    steps, once = _alone()
    assert {"remind", "escalate"} <= set(steps)
    for ticket in due:
        assert town.steps(ticket) == steps
    assert sum(int(count) for _, count in rung) == once * len(due)
    assert len({matter_of(entry.case) for _, entry in town.office.ledger.feed()}) == len(due) + 1
    town.office.close()

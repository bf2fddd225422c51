"""Joins: when shares together bring their parent on, whatever mixture they end in, in whatever order."""

from __future__ import annotations

from itertools import permutations, product
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow.workflows.engine.joins import All, AtLeast, Every, First

if TYPE_CHECKING:
    from tests.conftest import Town

FINALS = frozenset({"done", "declined", "dropped"})
TALLIES = st.dictionaries(st.sampled_from(["open", "done", "declined", "dropped"]), st.integers(1, 4))


@given(tally=TALLIES, n=st.integers(1, 5))
def test_rules_are_what_their_names_say(tally: dict[str, int], n: int) -> None:
    """Over children of which nobody is forgotten; with none at all nothing is every one of them."""
    ended = sum(count for state, count in tally.items() if state in FINALS)
    total = sum(tally.values())
    assert Every().holds(tally, FINALS) == (total > 0 and ended == total)
    assert All("done").holds(tally, FINALS) == (total > 0 and tally.get("done", 0) == total)
    assert First("done").holds(tally, FINALS) == (tally.get("done", 0) >= 1)
    assert AtLeast(n, "done").holds(tally, FINALS) == (tally.get("done", 0) >= n)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_mixed_endings_of_joint_leads(town: Town, n: int) -> None:
    """Every mixture of completed and returned shares, in every order: handled where all are done, else returned."""
    bodies = ("health", "emergency", "traffic-police")[:n]
    trial = 0
    for endings in product(("done", "declined"), repeat=n):
        for order in permutations(range(n)):
            trial += 1
            ticket = town.dispatched(*bodies, title=f"lamp {trial}")
            for last, number in enumerate(order, 1):
                if endings[number] == "done":
                    town.done(ticket, bodies[number])
                else:
                    town.office.tickets.decline(ticket, "no", by=town.officer(bodies[number]))
                if last < n:
                    assert town.now(ticket).state == "dispatched"
            assert town.now(ticket).state == ("handled" if set(endings) == {"done"} else "returned")
            town.check(ticket)


@pytest.mark.parametrize("assisting", ["offered", "accepted", "done", "declined", "supervised"])
@pytest.mark.parametrize("leading", ["done", "declined"])
def test_assisting_shares_decide_nothing(town: Town, leading: str, assisting: str) -> None:
    """Whatever became of them, the lead decides; what is open is dropped, what has ended stays."""
    ticket = town.dispatched("health", "emergency", lead="emergency")
    tickets, health = town.office.tickets, town.officer("health")
    match assisting:
        case "accepted":
            tickets.accept(ticket, by=health)
        case "done":
            town.done(ticket, "health")
        case "declined":
            tickets.decline(ticket, "no", by=health)
        case "supervised":
            town.clock.advance(days=3)
            town.office.tick()
    if leading == "done":
        town.done(ticket, "emergency") if assisting != "supervised" else tickets.complete(
            ticket, by=town.officer("emergency")
        )
    else:
        tickets.decline(ticket, "no", by=town.officer("emergency"))
    assert town.now(ticket).state == ("handled" if leading == "done" else "returned")
    ended = {"done": "done", "declined": "declined"}.get(assisting, "dropped")
    assert town.share(ticket, "health").state == ended
    town.check(ticket)

"""A fund in random hands, on every built-in storage: its books balance whatever anybody does."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule, run_state_machine_as_test
from tests.workflows.funds.test_funds import WORK, begun, move
from tests.workflows.test_flow_machines import TownMachine

from civicflow import Actor, Case, Money
from civicflow.money import total
from civicflow.workflows.funds.books import books
from civicflow.workflows.funds.fund import available, earmarked, given, paid, reserved

if TYPE_CHECKING:
    from tests.conftest import OpenTown

    from civicflow.plugins.storage.contract import Storage

AMOUNTS = st.sampled_from(["0.01", "3", "7.50", "20"])
PURPOSES = st.sampled_from(["", "gates"])


class Treasury(TownMachine):
    """A fund of two sources and two matters that draw on it."""

    @initialize()
    def begin(self) -> None:
        """Ten yuan of the budget."""
        self.fund = self.town.fund("10").id
        self.matters = [begun(self.town, self.town.now(self.fund)).id for _ in range(2)]

    def people(self) -> list[Actor]:
        """The treasurer, and somebody who is none."""
        return [self.town.secretary(), self.town.secretary(), self.town.resident]

    @rule(data=st.data(), amount=AMOUNTS, purpose=PURPOSES)
    def somebody_keeps_the_fund(self, data: st.DataObject, amount: str, purpose: str) -> None:
        """Money is paid in, earmarked, given back; or the fund is closed."""
        funds, by = self.town.office.funds, data.draw(st.sampled_from(self.people()))
        step = data.draw(st.sampled_from(["deposit", "deposit", "earmark", "give-back", "close"]))
        commands: dict[str, Callable[[], Case]] = {
            "deposit": partial(funds.deposit, self.fund, Money(amount), by=by, purpose=purpose, source="donors"),
            "earmark": partial(funds.earmark, self.fund, Money(amount), "gates", by=by),
            "give-back": partial(funds.give_back, self.fund, Money(amount), by=by, reason="r", source="donors"),
            "close": partial(funds.close, self.fund, by=by),
        }
        self.attempt(commands[step], by=by, step=step)
        self.holds()

    @rule(data=st.data(), amount=AMOUNTS, purpose=PURPOSES)
    def a_matter_draws(self, data: st.DataObject, amount: str, purpose: str) -> None:
        """By rule, in the same commit as its own step."""
        matter = data.draw(st.sampled_from(self.matters))
        step = data.draw(st.sampled_from(["reserve", "reserve", "pay", "release"]))
        by = self.town.resident
        self.attempt(partial(move, self.town, self.town.now(matter), step, amount, purpose), by=by, step="move")
        self.holds()

    @rule(data=st.data())
    def a_matter_is_called_off(self, data: st.DataObject) -> None:
        """All that is reserved for it is released; it may draw on something else then."""
        matter = data.draw(st.sampled_from(self.matters))
        all_of_it = reserved(self.town.now(self.fund), matter)
        if all_of_it.amount:
            back = partial(move, self.town, self.town.now(matter), "release", str(all_of_it.amount))
            self.attempt(back, by=self.town.resident, step="move")
        self.holds()

    def holds(self) -> None:
        """Entries and case tell the same, nothing is overdrawn, and every yuan that was given has one use."""
        self.check_everything()
        now = self.town.now(self.fund)
        told = books(self.town.office.ledger.entries(now))
        assert told.agrees(now)
        gave = given(now, "donors") + given(now, str(now.data["source"]))
        assert gave == available(now) + earmarked(now, "gates") + reserved(now) + paid(now)
        for account, amount in told.balances.items():
            assert amount > Money(0) or account.startswith("source:")
        if now.outcome:
            assert gave == paid(now)
        for source in ("donors", str(now.data["source"])):
            assert total(use.amount for use in told.uses() if use.source == source) == given(now, source)
        drew: dict[str, str] = {}
        for moved in told.moves:
            if moved.step == "reserve":
                drew[moved.credit] = moved.debit
            assert moved.step != "release" or moved.credit == drew[moved.debit], (
                "released to where it did not come from"
            )


def test_whatever_happens_the_books_balance(
    open_town: OpenTown, reopened: Callable[[Storage | None], Storage], request: pytest.FixtureRequest
) -> None:
    """Random steps by random actors never unbalance a fund."""
    on_disk = "sqlite" in request.node.name
    profile = settings()
    machine = {"open_town": staticmethod(partial(open_town, flows=(WORK,))), "reopened": staticmethod(reopened)}
    run_state_machine_as_test(
        type("Treasury", (Treasury,), machine),
        settings=settings(profile, max_examples=profile.max_examples // (4 if on_disk else 2)),
    )

"""Pledges and goods in random hands, on every built-in storage: what came is what was booked, and nothing is given twice."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, rule, run_state_machine_as_test
from tests.workflows.test_flow_machines import TownMachine

from civicflow import Actor, Case, Money
from civicflow.workflows.funds.fund import given
from civicflow.workflows.funds.goods import handed_out, left
from civicflow.workflows.funds.pledge import outstanding, paid_in

if TYPE_CHECKING:
    from tests.conftest import OpenTown

    from civicflow.plugins.storage.contract import Storage

AMOUNTS = st.sampled_from(["0.01", "3", "7.50", "20"])
LISTS = st.sampled_from(["east", "west"])
RECEIVERS = st.dictionaries(st.sampled_from(["h-1", "h-2", "h-3"]), st.integers(1, 3), min_size=1)


class Giving(TownMachine):
    """A fund that is promised money, and a store of ten parcels."""

    @initialize(binding=st.booleans())
    def begin(self, *, binding: bool) -> None:
        """Twenty yuan are promised by a resident."""
        funds, by = self.town.office.funds, self.town.secretary()
        fund = self.town.fund("1")
        self.fund, unit = fund.id, fund.unit or ""
        self.pledge = funds.pledge(
            fund, Money(20), source="donors", title="p", by=self.town.resident, binding=binding
        ).id
        self.goods = funds.receive(
            "parcels", unit=unit, giver="g", item="rice", quantity=10, measure="bag", value=Money("1.5"), by=by
        ).id

    def somebody(self, data: st.DataObject) -> Actor:
        """The secretary, mostly."""
        return data.draw(st.sampled_from([self.town.secretary(), self.town.secretary(), self.town.resident]))

    @rule(data=st.data(), amount=AMOUNTS)
    def the_pledge_moves(self, data: st.DataObject, amount: str) -> None:
        """It is paid in or withdrawn; or the fund is closed."""
        funds, by = self.town.office.funds, self.somebody(data)
        step = data.draw(st.sampled_from(["pay-in", "pay-in", "pay-in", "withdraw", "close"]))
        commands: dict[str, Callable[[], Case]] = {
            "pay-in": partial(funds.pay_in, self.pledge, Money(amount), by=by),
            "withdraw": partial(funds.withdraw, self.pledge, "r", by=by),
            "close": partial(funds.close, self.fund, by=by),
        }
        self.attempt(commands[step], by=by, step=step)
        self.holds()

    @rule(data=st.data(), receivers=RECEIVERS, by_list=LISTS)
    def the_goods_move(self, data: st.DataObject, receivers: dict[str, int], by_list: str) -> None:
        """Handed out, brought back, written off."""
        funds, by = self.town.office.funds, self.somebody(data)
        step = data.draw(st.sampled_from(["hand-out", "hand-out", "bring-back", "write-off"]))
        commands: dict[str, Callable[[], Case]] = {
            "hand-out": partial(funds.hand_out, self.goods, receivers, household_list=by_list, by=by),
            "bring-back": partial(funds.bring_back, self.goods, receivers, household_list=by_list, reason="r", by=by),
            "write-off": partial(funds.write_off, self.goods, sum(receivers.values()), reason="r", by=by),
        }
        self.attempt(commands[step], by=by, step=step)
        self.holds()

    def holds(self) -> None:
        """Case, entries and fund tell the same, and nothing is below zero."""
        self.check_everything()
        fund, pledge, goods = map(self.town.now, (self.fund, self.pledge, self.goods))
        assert given(fund, "donors") == paid_in(pledge)
        assert outstanding(pledge) >= Money(0)
        assert (pledge.outcome == "kept") == (outstanding(pledge) == Money(0))
        assert self.town.office.funds.books(fund).agrees(fund)
        trace = self.town.office.funds.trace(goods)
        assert left(goods) == trace.left >= 0
        assert sum(trace.households.values()) == sum(handed_out(goods).values())
        assert (goods.state in ("handed-out", "settled")) == (left(goods) == 0)


def test_whatever_happens_what_came_is_what_is_told(
    open_town: OpenTown, reopened: Callable[[Storage | None], Storage], request: pytest.FixtureRequest
) -> None:
    """Random steps by random actors, and days that pass."""
    profile = settings()
    machine = {"open_town": staticmethod(open_town), "reopened": staticmethod(reopened)}
    less = 10 if "sqlite" in request.node.name else 6
    run_state_machine_as_test(
        type("Giving", (Giving,), machine), settings=settings(profile, max_examples=profile.max_examples // less)
    )

"""Pledges and goods in kind, rule by rule on a durable store; each class quotes the rules that it holds."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from civicflow import InvalidInput, Money, Refused
from civicflow.plugins.backends import open_storage
from civicflow.workflows.funds.fund import available, earmarked
from civicflow.workflows.funds.goods import handed_out, left, worth
from civicflow.workflows.funds.pledge import Pledge, outstanding, paid_in

if TYPE_CHECKING:
    from tests.conftest import OpenTown, Town

    from civicflow import Case


@pytest.fixture
def town(open_town: OpenTown, tmp_path: Path) -> Town:
    """A town that keeps its books in a file."""
    return open_town(open_storage(f"sqlite:///{tmp_path}/town.db?synchronous=off"))


def rules(command: Callable[[], object]) -> tuple[str, ...]:
    """By which rules a command is refused."""
    with pytest.raises(Refused) as caught:
        command()
    return caught.value.refusal.rules


def promised(town: Town, amount: str = "100", **more: object) -> Case:
    """What a resident promises to a fund that is empty but for a yuan."""
    how = {"source": "donors", "title": "a promise", "by": town.resident, **more}
    return town.office.funds.pledge(town.fund("1"), Money(amount), **how)  # type: ignore[arg-type]  # one of many


def fund_of(town: Town, pledge: Case) -> Case:
    """The fund to which it was promised."""
    return town.now(pledge.links["fund"][0])


class TestPledges:
    """A promise is no money; each payment is booked by the fund in the same commit, and never more than was promised."""

    def test_a_promise_is_no_money(self, town: Town) -> None:
        """Nothing is available before it is paid in."""
        assert available(fund_of(town, promised(town))) == Money(1)

    def test_it_is_paid_in_parts(self, town: Town) -> None:
        """The whole of it is kept; a fen more is refused."""
        pledge = promised(town, purpose="gates")
        pay = partial(town.office.funds.pay_in, pledge, by=town.secretary())
        assert (pay(Money(40)).state, outstanding(town.now(pledge))) == ("promised", Money(60))
        assert rules(lambda: pay(Money("60.01"))) == ("outstanding",)
        assert rules(lambda: pay(Money(60, "EUR"))) == ("outstanding",)
        assert pay(Money(60)).outcome == "kept"
        fund = fund_of(town, pledge)
        assert (earmarked(fund, "gates"), available(fund)) == (Money(100), Money(1))
        assert town.office.funds.books(fund).agrees(fund)

    def test_only_to_an_open_fund_in_its_currency(self, town: Town) -> None:
        """A fund that was closed takes nothing more."""
        fund = town.office.funds.open("Fund", unit=town.fund("1").unit or "", source="donors", by=town.secretary())
        pledge = partial(town.office.funds.pledge, fund, source="donors", by=town.resident)
        assert rules(lambda: pledge(Money(1, "EUR"))) == ("fund-takes-pledges",)
        made = pledge(Money(1))
        town.office.funds.close(fund, by=town.secretary())
        assert rules(lambda: town.office.funds.pay_in(made, Money(1), by=town.secretary())) == ("fund-still-takes",)
        assert rules(lambda: pledge(Money(1))) == ("fund-takes-pledges",)

    @pytest.mark.parametrize("fund", ["nothing", "F-0000000000000000"])
    def test_to_no_fund_at_all(self, town: Town, fund: str) -> None:
        """What is not there takes nothing."""
        data = Pledge(title="p", amount=Money(1), fund=fund, source="donors")
        by = town.secretary()
        assert rules(lambda: town.office.begin("pledge", "promise", data, by=by, unit="community")) == (
            "fund-takes-pledges",
        )

    def test_the_ladder(self, town: Town) -> None:
        """Reminded after 30 days, warned after 45, lapsed after 60; a payment gives new time, and what came stays."""
        pledge = promised(town)
        steps = []
        for days in (31, 15, 1):
            town.clock.advance(days=days)
            town.office.tick()
            steps.append(town.steps(pledge)[-1])
        assert steps == ["remind", "warn", "warn"]
        town.office.funds.pay_in(pledge, Money(30), by=town.secretary())
        town.clock.advance(days=59)
        town.office.tick()
        assert town.now(pledge).state == "promised"
        town.clock.advance(days=2)
        town.office.tick()
        now = town.now(pledge)
        assert (now.outcome, paid_in(now), available(fund_of(town, pledge))) == ("lapsed", Money(30), Money(31))

    def test_who_promised_may_withdraw_the_rest(self, town: Town) -> None:
        """With a reason; nobody else may, nor they where it was notarised or is for relief (Civil Code, article 658)."""
        withdraw = town.office.funds.withdraw
        pledge, binding = promised(town), promised(town, binding=True)
        assert rules(lambda: withdraw(binding, "r", by=town.resident)) == ("revocable",)
        assert rules(lambda: withdraw(pledge, " ", by=town.resident)) == ("has-reason",)
        assert rules(lambda: withdraw(pledge, "r", by=town.secretary())) == ("authority",)
        assert withdraw(pledge, "moved away", by=town.resident).outcome == "withdrawn"


def stored(town: Town, quantity: int = 10) -> Case:
    """Parcels in store."""
    return town.office.funds.receive(
        "parcels",
        unit=town.fund("1").unit or "",
        giver="a firm",
        item="parcel",
        quantity=quantity,
        measure="parcel",
        value=Money("379.90"),
        by=town.secretary(),
    )


class TestGoods:
    """No more goes out than is in store; who received is private; what comes back or is lost is an entry of its own."""

    def test_handed_out_by_lists_to_the_last(self, town: Town) -> None:
        """And traced from the giver to the households, each with its quantity."""
        goods, by = stored(town), town.secretary()
        hand = partial(town.office.funds.hand_out, goods, by=by)
        hand({"h-1": 4, "h-2": 2}, household_list="east")
        assert rules(lambda: hand({"h-3": 5}, household_list="west")) == ("in-store",)
        town.office.funds.bring_back(goods, {"h-2": 1}, household_list="east", reason="one too many", by=by)
        town.office.funds.write_off(goods, 2, reason="wet", by=by)
        assert hand({"h-3": 3}, household_list="west").state == "handed-out"
        trace = town.office.funds.trace(goods)
        assert (trace.giver, trace.received, trace.written_off, trace.left) == ("a firm", 10, 2, 0)
        assert trace.households == {"h-1": 4, "h-2": 1, "h-3": 3}
        now = town.now(goods)
        assert (handed_out(now), worth(now, 8)) == ({"east": 5, "west": 3}, Money("3039.20"))

    def test_no_more_comes_back_than_went_out_by_the_list(self, town: Town) -> None:
        """Another list's is not touched."""
        goods, by = stored(town), town.secretary()
        town.office.funds.hand_out(goods, {"h-1": 4}, household_list="east", by=by)
        back = partial(town.office.funds.bring_back, goods, reason="r", by=by)
        assert rules(lambda: back({"h-1": 5}, household_list="east")) == ("went-out",)
        assert rules(lambda: back({"h-1": 1}, household_list="west")) == ("went-out",)

    def test_no_money_is_booked(self, town: Town) -> None:
        """The fund beside it has no entry of it."""
        goods = stored(town)
        town.office.funds.hand_out(goods, {"h-1": 10}, household_list="east", by=town.secretary())
        posted = [entry for _, entry in town.office.ledger.feed() if "postings" in entry.delta.get("data", {})]
        assert {(entry.flow.partition("@")[0], entry.step) for entry in posted} == {("fund", "deposit")}

    def test_who_received_is_private_and_may_be_erased(self, town: Town) -> None:
        """No public part names a household; what went to erased ones is still counted."""
        goods, by = stored(town), town.secretary()
        town.office.funds.hand_out(goods, {"h-secret": 4}, household_list="east", by=by)
        assert all("h-secret" not in str((e.data, e.delta)) for e in town.office.ledger.entries(goods))
        town.office.erase(goods, by=by, why="the winter is over")
        trace = town.office.funds.trace(goods)
        assert (trace.households, trace.erased, trace.left) == ({}, 4, 6)

    def test_an_empty_list_is_none(self, town: Town) -> None:
        """Nor does a household get nothing, or a part of a parcel."""
        goods = stored(town)
        for wrong in ({}, {"h-1": 0}, {"h-1": -1}, {" ": 1}):
            with pytest.raises(InvalidInput, match="households"):
                town.office.funds.hand_out(goods, wrong, household_list="east", by=town.secretary())

    def test_what_lies_in_store_is_supervised_and_what_is_out_settles(self, town: Town) -> None:
        """After 60 days without a list; ten working days after the last one."""
        goods = stored(town)
        for state, days in (("stored", 31), ("supervised", 30)):
            town.clock.advance(days=days)
            town.office.tick()
            assert town.now(goods).state == state
        town.office.funds.hand_out(goods, {"h-1": 9}, household_list="east", by=town.secretary())
        assert (town.now(goods).state, left(town.now(goods))) == ("stored", 1)
        town.office.funds.hand_out(goods, {"h-1": 1}, household_list="east", by=town.secretary())
        town.clock.advance(days=20)
        town.office.tick()
        assert town.now(goods).outcome == "settled"

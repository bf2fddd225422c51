"""`office.funds`: funds, pledges, goods in kind and double funding in words. Each method is one step of a table, or reads the entries."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from civicflow.hierarchy.authority import Actor
from civicflow.ledger.entries import Entry
from civicflow.money import Money
from civicflow.workflows.desk import CaseRef, Desk
from civicflow.workflows.engine.records import Case
from civicflow.workflows.funds.books import Books, books
from civicflow.workflows.funds.doubles import DOUBLE_FUNDING, Confirm, Reject, Suspect
from civicflow.workflows.funds.fund import FUND, Deposit, Earmark, GiveBack, OpenFund
from civicflow.workflows.funds.goods import GOODS, BringBack, HandOut, Receive, Trace, WriteOff, traced
from civicflow.workflows.funds.pledge import PLEDGE, PayIn, Pledge, Withdraw
from civicflow.workflows.likeness import Suggestion


class Entries(Protocol):
    """The ledger as far as books are made of it."""

    def entries(self, case: CaseRef) -> tuple[Entry, ...]:
        """Every entry of a case's matter, in order."""
        ...

    def private(self, entry: Entry) -> Mapping[str, object]:
        """The private part of an entry."""
        ...


class BookDesk(Desk, Protocol):
    """The office, whose entries are read, too."""

    @property
    def ledger(self) -> Entries:
        """The entries."""
        ...


class Funds:
    """Funds and their money.

    Every command may raise `Refused`; each takes ``key=``, which makes a retried command act once. Reserving, paying and
    releasing are done by rule, by the matter that the money is for.
    """

    __slots__ = ("_desk",)

    def __init__(self, desk: BookDesk) -> None:
        self._desk = desk

    def open(self, title: str, *, unit: str, source: str, by: Actor, currency: str = "CNY", key: str = "") -> Case:
        """Open an empty fund of a unit; by its secretary or treasurer."""
        data = OpenFund(title=title, source=source, currency=currency)
        return self._desk.begin(FUND.name, "open", data, by=by, unit=unit, key=key)

    def deposit(
        self,
        fund: CaseRef,
        amount: Money,
        *,
        by: Actor,
        note: str = "",
        source: str = "",
        purpose: str = "",
        key: str = "",
    ) -> Case:
        """Pay money in. Give a ``key``, so that a payment whose command is retried is entered once.

        Args:
            fund: the fund.
            amount: more than zero.
            by: its secretary or treasurer.
            note: from whom or for what, public.
            source: who gives it; left out, the fund's own source.
            purpose: what it may be used for alone; left out, whatever the fund is for.
            key: makes a retried command act once.
        """
        return self._desk.take(fund, "deposit", Deposit(amount, note, source, purpose), by=by, key=key)

    def earmark(self, fund: CaseRef, amount: Money, purpose: str, *, by: Actor, key: str = "") -> Case:
        """Keep a part of what is available for one purpose alone."""
        return self._desk.take(fund, "earmark", Earmark(amount, purpose), by=by, key=key)

    def give_back(
        self, fund: CaseRef, amount: Money, *, reason: str, by: Actor, source: str = "", key: str = ""
    ) -> Case:
        """Give a source back what it gave: a saving, or what was entered by mistake, with its reason."""
        return self._desk.take(fund, "give-back", GiveBack(amount=amount, source=source, reason=reason), by=by, key=key)

    def close(self, fund: CaseRef, *, by: Actor, key: str = "") -> Case:
        """Close a fund that holds nothing any more."""
        return self._desk.take(fund, "close", by=by, key=key)

    def books(self, fund: CaseRef) -> Books:
        """The books of a fund, added up again from its entries alone."""
        return books(self._desk.ledger.entries(fund))

    # -- pledges -----------------------------------------------------------------------------------------------------

    def pledge(
        self,
        fund: CaseRef,
        amount: Money,
        *,
        source: str,
        by: Actor,
        title: str = "",
        purpose: str = "",
        binding: bool = False,
        key: str = "",
    ) -> Case:
        """Promise money to a fund (承诺出资); whoever promises is reminded, and the rest lapses after 60 days without a payment.

        Args:
            fund: an open fund.
            amount: more than zero, in its currency.
            source: from whom the fund books it, public.
            by: whoever promises, or its treasurer where it was promised on paper.
            title: the public headline; left out, that of the fund.
            purpose: what it may be used for alone.
            binding: whether it was notarised, or is for relief: then it is not withdrawn.
            key: makes a retried command act once.
        """
        to = self._desk.case(fund)
        data = Pledge(
            title=title or to.title, amount=amount, fund=to.id, source=source, purpose=purpose, binding=binding
        )
        return self._desk.begin(PLEDGE.name, "promise", data, by=by, unit=to.unit, key=key)

    def pay_in(self, pledge: CaseRef, amount: Money, *, by: Actor, note: str = "", key: str = "") -> Case:
        """Enter what came of a pledge; the fund books it in the same commit."""
        return self._desk.take(pledge, "pay-in", PayIn(amount, note), by=by, key=key)

    def withdraw(self, pledge: CaseRef, reason: str, *, by: Actor, key: str = "") -> Case:
        """Withdraw what has not come of a pledge (撤回); by whoever promised it."""
        return self._desk.take(pledge, "withdraw", Withdraw(reason), by=by, key=key)

    # -- goods in kind -----------------------------------------------------------------------------------------------

    def receive(
        self,
        title: str,
        *,
        unit: str,
        giver: str,
        item: str,
        quantity: int,
        measure: str,
        value: Money,
        by: Actor,
        purpose: str = "",
        key: str = "",
    ) -> Case:
        """Receive goods in kind (接收实物捐赠). No money is booked.

        Args:
            title: the public headline.
            unit: whose store it is, by code, alias or id.
            giver: who gives them, public.
            item: what they are.
            quantity: how many, one or more.
            measure: of what one is one: a parcel, a bag.
            value: what one is worth.
            by: the unit's secretary or treasurer.
            purpose: for whom or what they are alone.
            key: makes a retried command act once.
        """
        data = Receive(
            title=title, giver=giver, item=item, quantity=quantity, measure=measure, value=value, purpose=purpose
        )
        return self._desk.begin(GOODS.name, "receive", data, by=by, unit=unit, key=key)

    def hand_out(
        self, goods: CaseRef, receivers: Mapping[str, int], *, household_list: str, by: Actor, key: str = ""
    ) -> Case:
        """Hand out goods by a list (按名单发放).

        Args:
            goods: as received.
            receivers: by household, how many it gets; private.
            household_list: the list's public name.
            by: the unit's secretary or treasurer.
            key: makes a retried command act once.
        """
        return self._desk.take(
            goods, "hand-out", HandOut(household_list=household_list, receivers=receivers), by=by, key=key
        )

    def bring_back(
        self,
        goods: CaseRef,
        receivers: Mapping[str, int],
        *,
        household_list: str,
        reason: str,
        by: Actor,
        key: str = "",
    ) -> Case:
        """Enter what came back of a list, or was entered on it by mistake (登记退回)."""
        data = BringBack(household_list=household_list, receivers=receivers, reason=reason)
        return self._desk.take(goods, "bring-back", data, by=by, key=key)

    def write_off(self, goods: CaseRef, quantity: int, *, reason: str, by: Actor, key: str = "") -> Case:
        """Write off what was spoiled or lost (核销); by the secretary."""
        return self._desk.take(goods, "write-off", WriteOff(quantity=quantity, reason=reason), by=by, key=key)

    def trace(self, goods: CaseRef) -> Trace:
        """Where goods went, from their giver to each household, from the entries alone."""
        ledger = self._desk.ledger
        return traced((entry, ledger.private(entry)) for entry in ledger.entries(goods))

    # -- double funding ----------------------------------------------------------------------------------------------

    def suspect(
        self,
        title: str,
        *,
        unit: str,
        one: str,
        other: str,
        by: Actor,
        reasons: Iterable[str] = (),
        amount: Money | None = None,
        key: str = "",
    ) -> Case:
        """Enter that two departments may pay one work (登记疑似重复资助).

        Args:
            title: the public headline.
            unit: where the work is, by code, alias or id.
            one: the id of one work.
            other: the id of the other.
            by: the unit's clerk, treasurer or secretary.
            reasons: why; see `suspect_suggested` for those of `doubles`.
            amount: what is paid twice.
            key: makes a retried command act once.
        """
        data = Suspect(title=title, one=one, other=other, reasons=tuple(reasons), amount=amount)
        return self._desk.begin(DOUBLE_FUNDING.name, "suspect", data, by=by, unit=unit, key=key)

    def suspect_suggested(
        self, found: Suggestion, title: str, *, unit: str, by: Actor, amount: Money | None = None, key: str = ""
    ) -> Case:
        """Enter what `civicflow.workflows.funds.doubles.doubles` suggests, with its reasons in both languages."""
        reasons = (f"{text.en} | {text.zh}" for text in found.likeness.reasons)
        return self.suspect(
            title, unit=unit, one=found.one, other=found.other, by=by, reasons=reasons, amount=amount, key=key
        )

    def confirm(self, double: CaseRef, *, payer: str, reason: str, by: Actor, key: str = "") -> Case:
        """Confirm that two works are one, and say which department pays it; by the secretary."""
        return self._desk.take(double, "confirm", Confirm(payer, reason), by=by, key=key)

    def reject(self, double: CaseRef, *, reason: str, by: Actor, key: str = "") -> Case:
        """Say that they are two works; they are not suggested again. By the secretary."""
        return self._desk.take(double, "reject", Reject(reason), by=by, key=key)

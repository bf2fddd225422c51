"""`office.funds`: funds in words. Each method is one step of the table `FUND`, or reads its books."""

from __future__ import annotations

from civicflow.hierarchy.authority import Actor
from civicflow.money import Money
from civicflow.workflows.desk import CaseRef, Desk
from civicflow.workflows.engine.records import Case
from civicflow.workflows.funds.fund import FUND, Deposit, Earmark, GiveBack, OpenFund


class Funds:
    """Funds and their money.

    Every command may raise `Refused`; each takes ``key=``, which makes a retried command act once. Reserving, paying and
    releasing are done by rule, by the matter that the money is for.
    """

    __slots__ = ("_desk",)

    def __init__(self, desk: Desk) -> None:
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

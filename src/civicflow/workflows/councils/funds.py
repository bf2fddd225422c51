"""A fund: money of one source, and what is reserved of it. Its entries are its books.

Rules
-----
- What is available was paid in and is not reserved. It never goes below zero.
- A proposal reserves by rule, in the same commit in which it is approved for funding; two proposals that reserve from
  one fund at once never overdraw it.
- The source asks that every yuan can be followed from source to use; reserving is ours, as is that a fund closes empty.
"""

from __future__ import annotations

from typing import Any

import attrs

from civicflow.hierarchy.authority import BY_RULE, Actor, AnyOf, Holder
from civicflow.money import Money, currency_code, positive
from civicflow.workflows.desk import CaseRef, Desk
from civicflow.workflows.engine.effects import Compute, Keep
from civicflow.workflows.engine.flow import NEW, STAY, Flow, Guard, Named, State, Step
from civicflow.workflows.engine.records import Case
from civicflow.workflows.engine.situation import Situation

TREASURER = AnyOf(Holder("secretary", "unit"), Holder("treasurer", "unit"))


@attrs.frozen(kw_only=True)
class OpenFund:
    """A fund that begins, empty.

    Attributes:
        title: its public name.
        source: where its money comes from, for instance ``budget`` or ``residents``.
        currency: ISO 4217.
    """

    title: str
    source: str
    currency: str = attrs.field(default="CNY", validator=currency_code)


@attrs.frozen
class Deposit:
    """Money paid in.

    Attributes:
        amount: more than zero.
        note: from whom or for what, public.
    """

    amount: Money = attrs.field(validator=positive)
    note: str = ""


@attrs.frozen
class Reserve:
    """Money set aside for a proposal.

    Attributes:
        amount: more than zero.
        proposal: the proposal's id.
    """

    amount: Money = attrs.field(validator=positive)
    proposal: str


def money_of(value: Any, currency: str = "CNY") -> Money:
    """Money as a case keeps it; nothing is zero."""
    return Money(value["amount"], value["currency"]) if value else Money(0, currency)


def available(fund: Case) -> Money:
    """What may still be reserved of a fund."""
    return money_of(fund.data.get("available"), fund.data["currency"])


def reserved(fund: Case) -> Money:
    """What is set aside."""
    return money_of(fund.data.get("reserved"), fund.data["currency"])


def _paid_in(situation: Situation) -> dict[str, Any]:
    return {"available": available(situation.case) + situation.data.amount}


def _set_aside(situation: Situation) -> dict[str, Any]:
    amount = situation.data.amount
    return {"available": available(situation.case) - amount, "reserved": reserved(situation.case) + amount}


ENOUGH = Guard(
    "enough",
    # Another currency is for `SAME_CURRENCY` to refuse; every guard is asked, and amounts of two cannot be compared.
    lambda s: s.data.amount.currency != s.case.data["currency"] or available(s.case) >= s.data.amount,
    "the fund does not hold that much | 资金余额不足",
    asks_data=True,
)
SAME_CURRENCY = Guard(
    "same-currency",
    lambda s: s.data.amount.currency == s.case.data["currency"],
    "the amount is in another currency than the fund | 币种与资金账户不一致",
    asks_data=True,
)
EMPTY = Guard("empty", lambda s: not available(s.case).amount, "the fund still holds money | 资金账户仍有余额")

FUND = Flow(
    "fund",
    1,
    "fund | 资金账户",
    (
        State("open", "open | 启用", standing=True),
        State("closed", "closed | 已销户", final="closed"),
    ),
    (
        Step("open", "open | 设立", NEW, "open", TREASURER, OpenFund, does=(Keep(("title", "source", "currency")),)),
        Step(
            "deposit",
            "pay in | 存入",
            "open",
            STAY,
            TREASURER,
            Deposit,
            guards=(SAME_CURRENCY,),
            does=(Compute(Named("paid-in", _paid_in)),),
        ),
        Step(
            "reserve",
            "reserve | 预留",
            "open",
            STAY,
            BY_RULE,
            Reserve,
            guards=(SAME_CURRENCY, ENOUGH),
            does=(Compute(Named("set-aside", _set_aside)),),
        ),
        Step("close", "close | 销户", "open", "closed", TREASURER, guards=(EMPTY,)),
    ),
)


class Funds:
    """Funds in words. Each method is one step of the table `FUND`."""

    __slots__ = ("_desk",)

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def open(self, title: str, *, unit: str, source: str, by: Actor, currency: str = "CNY", key: str = "") -> Case:
        """Open an empty fund of a unit; by its secretary or treasurer."""
        data = OpenFund(title=title, source=source, currency=currency)
        return self._desk.begin(FUND.name, "open", data, by=by, unit=unit, key=key)

    def deposit(self, fund: CaseRef, amount: Money, *, by: Actor, note: str = "", key: str = "") -> Case:
        """Pay money in. Give a ``key``, so that a payment whose command is retried is entered once."""
        return self._desk.take(fund, "deposit", Deposit(amount, note), by=by, key=key)

    def close(self, fund: CaseRef, *, by: Actor, key: str = "") -> Case:
        """Close a fund of which nothing is available any more."""
        return self._desk.take(fund, "close", by=by, key=key)

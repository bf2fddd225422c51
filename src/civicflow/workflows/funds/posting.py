"""Postings: what an entry of a fund moves from one account to another. Double entry: they sum to zero.

Accounts of a fund
------------------
- ``source:NAME``: what a source gave, net, as a negative amount: the fund owes its use to them.
- ``available``: what nobody has a claim on.
- ``earmarked:PURPOSE``: what may be used for one purpose alone.
- ``reserved:MATTER``: what is set aside for a matter, by the id of its case.
- ``paid``: what was paid out.

So what the sources gave is what is available, earmarked, reserved and paid: at every entry. Entry and case tell it by themselves: an
entry holds its own ``postings``, the case the ``balances`` after it. `civicflow.workflows.funds.books` adds the postings up again.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

import attrs

from civicflow.errors import InternalError
from civicflow.money import Money, total
from civicflow.workflows.engine.flow import Named
from civicflow.workflows.engine.records import Case
from civicflow.workflows.engine.situation import Change, Situation

AVAILABLE = "available"
PAID = "paid"


def source_of(name: str) -> str:
    """The account of a source."""
    return f"source:{name}"


def earmark_of(purpose: str) -> str:
    """The account of a purpose; what has none is available."""
    return f"earmarked:{purpose}" if purpose else AVAILABLE


def reserve_of(matter: str) -> str:
    """The account of a matter."""
    return f"reserved:{matter}"


def moved(amount: Money, *, debit: str, credit: str) -> dict[str, Money]:
    """An amount that goes from one account to another.

    >>> moved(Money(5), debit="available", credit="reserved:P-1")
    {'available': Money('-5.00', 'CNY'), 'reserved:P-1': Money('5.00', 'CNY')}
    """
    return {debit: -amount, credit: amount}


def balances(fund: Case) -> dict[str, Money]:
    """What each account of a fund holds now; one that is not there holds nothing."""
    currency = fund.data["currency"]
    return {name: Money(Decimal(amount), currency) for name, amount in fund.data.get("balances", {}).items()}


def balance(fund: Case, account: str) -> Money:
    """What one account holds."""
    return Money(Decimal(fund.data.get("balances", {}).get(account, 0)), fund.data["currency"])


@attrs.frozen
class Post:
    """Move money between accounts of the fund.

    Attributes:
        postings: by account, computed of the situation; they sum to zero.
    """

    postings: Named

    def apply(self, situation: Situation, change: Change) -> None:
        """Note the entry's postings, and the balances after it."""
        posted: Mapping[str, Money] = self.postings.of(situation)
        currency = situation.case.data["currency"]
        if total(posted.values(), currency).amount:
            msg = f"the postings of {situation.case.id} do not sum to zero: {posted}"
            raise InternalError(msg)
        after = balances(situation.case)
        for account, amount in posted.items():
            after[account] = after.get(account, Money(0, currency)) + amount
        change.data["postings"] = {account: str(amount.amount) for account, amount in posted.items()}
        change.data["balances"] = {account: str(amount.amount) for account, amount in after.items() if amount.amount}

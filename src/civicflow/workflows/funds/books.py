"""The books of funds, added up again from their entries alone: what each account holds, and every yuan from source to use.

Nothing that a case keeps is believed: the postings of the entries are. `Books.agrees` says whether the cases tell the same.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

import attrs

from civicflow.ledger.entries import Entry
from civicflow.money import Money, total
from civicflow.workflows.engine.records import Case
from civicflow.workflows.funds.posting import balances, source_of


@attrs.frozen(kw_only=True)
class Move:
    """One movement of money.

    Attributes:
        entry: the entry, ``FUND:VERSION``.
        step: what was done.
        debit: the account that it left.
        credit: the account that it came to.
        amount: how much.
        to: who was paid, where somebody was.
        matter: for which case, where it was for one.
    """

    entry: str
    step: str
    debit: str
    credit: str
    amount: Money
    to: str = ""
    matter: str = ""


@attrs.frozen(kw_only=True)
class Use:
    """What became of money of one source.

    Attributes:
        source: who gave it.
        account: where it is now: ``paid``, or the account that still holds it.
        amount: how much.
        matter: for which case it was paid, where it was.
        to: who was paid.
    """

    source: str
    account: str
    amount: Money
    matter: str = ""
    to: str = ""


@attrs.frozen
class Books:
    """What the entries of one fund say.

    Attributes:
        fund: its id.
        currency: ISO 4217.
        moves: in order.
    """

    fund: str
    currency: str
    moves: tuple[Move, ...]

    @property
    def balances(self) -> dict[str, Money]:
        """What each account holds; those that hold nothing are left out."""
        found: dict[str, Money] = {}
        for move in self.moves:
            found[move.debit] = found.get(move.debit, Money(0, self.currency)) - move.amount
            found[move.credit] = found.get(move.credit, Money(0, self.currency)) + move.amount
        return {account: amount for account, amount in found.items() if amount.amount}

    @property
    def balanced(self) -> bool:
        """Whether all accounts sum to zero: what the sources gave is what there is and what was paid."""
        return not total(self.balances.values(), self.currency).amount

    def agrees(self, fund: Case) -> bool:
        """Whether the case tells the same balances."""
        return self.balanced and balances(fund) == self.balances

    def paid(self) -> dict[tuple[str, str], Money]:
        """What was paid, by matter and payee."""
        found: dict[tuple[str, str], Money] = {}
        for move in self.moves:
            if move.step == "pay":
                place = (move.matter, move.to)
                found[place] = found.get(place, Money(0, self.currency)) + move.amount
        return found

    def uses(self) -> tuple[Use, ...]:
        """Every yuan from its source to its use: of each account, what came first goes first.

        What a source gets back is its own as far as it is still there; beyond that, its place in what was used is taken by those
        whose money it got. So for each source what it gave, less what it got back, is what its uses come to.
        """
        held: list[Use] = []
        for move in self.moves:
            if move.debit.startswith(_SOURCE):
                held.append(Use(source=move.debit.removeprefix(_SOURCE), account=move.credit, amount=move.amount))
                continue
            back = move.credit.removeprefix(_SOURCE) if move.credit.startswith(_SOURCE) else ""
            first = [use for use in held if use.account == move.debit]
            taken, rest = _taken(sorted(first, key=lambda use: use.source != back) if back else first, move.amount)
            others = [use for use in held if use.account != move.debit]
            if back:
                held = _replaced(others + rest, back, [use for use in taken if use.source != back])
            else:
                held = (
                    others
                    + rest
                    + [attrs.evolve(use, account=move.credit, matter=move.matter, to=move.to) for use in taken]
                )
        found: dict[Use, Money] = {}
        for use in held:
            place = attrs.evolve(use, amount=Money(0, self.currency))
            found[place] = found.get(place, place.amount) + use.amount
        return tuple(attrs.evolve(place, amount=amount) for place, amount in found.items())


_SOURCE = source_of("")


def _taken(uses: list[Use], amount: Money) -> tuple[list[Use], list[Use]]:
    """What is taken of these, in order, until the amount is reached, and what is left of them."""
    taken, left = [], []
    for use in uses:
        part = min(use.amount, amount)
        amount -= part
        taken += [attrs.evolve(use, amount=part)] if part.amount else []
        left += [attrs.evolve(use, amount=use.amount - part)] if part < use.amount else []
    return taken, left


def _replaced(held: list[Use], back: str, gave: list[Use]) -> list[Use]:
    """Those whose money a source got back stand in its place."""
    for giver in gave:
        own, others = [u for u in held if u.source == back], [u for u in held if u.source != back]
        taken, left = _taken(own, giver.amount)
        held = others + left + [attrs.evolve(use, source=giver.source) for use in taken]
    return held


def books(entries: Iterable[Entry]) -> Books:
    """The books of a fund.

    Args:
        entries: all entries of the fund, in order.
    """
    fund, currency = "", "CNY"
    moves: list[Move] = []
    for entry in entries:
        fund = entry.case
        kept = entry.delta.get("data", {})
        currency = kept.get("currency", currency)
        posted = {name: Decimal(amount) for name, amount in kept.get("postings", {}).items()}
        for debit, credit in _pairs(posted):
            moves.append(
                Move(
                    entry=entry.ref,
                    step=entry.step,
                    debit=debit,
                    credit=credit,
                    amount=Money(posted[credit], currency),
                    to=str(entry.data.get("to", "")),
                    matter=str(entry.data.get("matter", "")),
                )
            )
    return Books(fund, currency, tuple(moves))


def _pairs(posted: dict[str, Decimal]) -> list[tuple[str, str]]:
    """From where to where: every entry of a fund moves one amount."""
    debits = [name for name, amount in posted.items() if amount < 0]
    credits_ = [name for name, amount in posted.items() if amount > 0]
    return list(zip(debits, credits_, strict=True))

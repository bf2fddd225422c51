"""Every yuan from its source to its use, from entries alone."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from civicflow import Money
from civicflow.money import total
from civicflow.workflows.funds.books import Books, Move, Use
from civicflow.workflows.funds.posting import AVAILABLE, PAID, source_of

SOURCES = ("budget", "donors", "residents")
ACCOUNTS = (AVAILABLE, "earmarked:gates", "reserved:P-1", "reserved:P-2")


def moved(debit: str, credit: str, amount: int, to: str = "") -> Move:
    """A movement of whole yuan."""
    step = "pay" if credit == PAID else "move"
    return Move(entry="F:1", step=step, debit=debit, credit=credit, amount=Money(amount), to=to)


@st.composite
def lived(draw: st.DrawFn) -> Books:
    """Books in which no account was ever overdrawn, and no source got more than it gave."""
    held: defaultdict[str, int] = defaultdict(int)
    gave: defaultdict[str, int] = defaultdict(int)
    moves = []
    for _ in range(draw(st.integers(1, 25))):
        debit = draw(st.sampled_from((*map(source_of, SOURCES), *ACCOUNTS)))
        from_source = debit not in ACCOUNTS
        away = [PAID, *map(source_of, SOURCES), *(account for account in ACCOUNTS if account != debit)]
        credit = draw(st.sampled_from(ACCOUNTS if from_source else away))
        most = 50 if from_source else held[debit]
        most = min(most, gave[credit]) if credit.startswith("source:") else most
        if most < 1:
            continue
        amount = draw(st.integers(1, most))
        held[debit] -= amount
        held[credit] += amount
        gave[debit] += amount if from_source else 0
        gave[credit] -= amount if credit.startswith("source:") else 0
        moves.append(moved(debit, credit, amount))
    return Books("F", "CNY", tuple(moves))


@given(lived())
def test_uses_are_what_each_source_gave_and_what_each_account_holds(books: Books) -> None:
    """To the fen, whatever happened and in whatever order."""
    uses = books.uses()
    for source in SOURCES:
        gave = -books.balances.get(source_of(source), Money(0))
        assert total(use.amount for use in uses if use.source == source) == gave
    for account in (*ACCOUNTS, PAID):
        held = books.balances.get(account, Money(0))
        assert total(use.amount for use in uses if use.account == account) == held
    assert all(use.amount > Money(0) for use in uses)


def test_what_came_first_goes_first() -> None:
    """Eighty of a hundred and twenty: all of the first giver's, and thirty of the second's."""
    books = Books(
        "F",
        "CNY",
        (
            moved("source:budget", AVAILABLE, 50),
            moved("source:donors", AVAILABLE, 70),
            moved(AVAILABLE, PAID, 80, to="smiths"),
        ),
    )
    assert set(books.uses()) == {
        Use(source="budget", account=PAID, amount=Money(50), to="smiths"),
        Use(source="donors", account=PAID, amount=Money(30), to="smiths"),
        Use(source="donors", account=AVAILABLE, amount=Money(40)),
    }


def test_who_got_back_what_was_spent_is_replaced_by_whose_money_it_got() -> None:
    """The budget's fifty were paid out; given back, the donors stand in its place."""
    books = Books(
        "F",
        "CNY",
        (
            moved("source:budget", AVAILABLE, 50),
            moved("source:donors", AVAILABLE, 50),
            moved(AVAILABLE, PAID, 50, to="smiths"),
            moved(AVAILABLE, "source:budget", 50),
        ),
    )
    assert books.uses() == (Use(source="donors", account=PAID, amount=Money(50), to="smiths"),)

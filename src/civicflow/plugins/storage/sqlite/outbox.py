"""The outbox: of each lane (case, recipient, channel) only the oldest open row may go out.

Every change is one statement, which is a transaction of its own. A token is the row's number and the count of its claims, so every claim has its own.
"""

# ruff: noqa: S608  statements are put together from our own names; every value is bound

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any, Final

from civicflow.drafts import maker
from civicflow.plugins.storage.batches import lease_lost
from civicflow.plugins.storage.contract import Claim, Done, Message, Outcome, Retry

_RIPE: Final = (
    "SELECT number, worker IS NOT NULL AS lapsed FROM outbox o WHERE status = 0 AND available <= ?1 AND NOT EXISTS ("
    "SELECT 1 FROM outbox e WHERE e.status = 0 AND e.case_id = o.case_id AND e.recipient = o.recipient "
    "AND e.channel = o.channel AND e.number < o.number) ORDER BY available, number LIMIT ?2"
)
_CLAIM: Final = (
    "UPDATE outbox SET available = ?3, worker = ?4, attempts = attempts + 1 "
    f"WHERE number IN (SELECT number FROM ({_RIPE}) WHERE lapsed = ?5) "
    "RETURNING number, attempts, last_error, dedupe, case_id, recipient, channel, topic, body, not_before"
)
_ROW: Final = "number, attempts, last_error, dedupe, case_id, recipient, channel, topic, body, not_before"
_WAITING: Final = f"SELECT {_ROW} FROM outbox WHERE status = 0 ORDER BY number LIMIT ?"
_DEAD: Final = f"SELECT {_ROW} FROM outbox WHERE status = 2 ORDER BY number LIMIT ?"
_HELD: Final = "WHERE number = ? AND attempts = ? AND worker IS NOT NULL"
# The row stays for its name, so that the same message is never put again.
_DELIVERED: Final = f"UPDATE outbox SET status = 1, worker = NULL, body = x'' {_HELD}"
_PUT_BACK: Final = f"UPDATE outbox SET available = ?, worker = NULL, last_error = ? {_HELD}"
_GIVEN_UP: Final = f"UPDATE outbox SET status = 2, worker = NULL, last_error = ? {_HELD}"
_EXTENDED: Final = f"UPDATE outbox SET available = ? {_HELD}"
# Under a new number: at the end of its lane, and with tokens that were never given out.
_REDRIVEN: Final = (
    "UPDATE outbox SET number = (SELECT max(number) + 1 FROM outbox), status = 0, not_before = ?1, available = ?1, "
    "attempts = 0, last_error = '' WHERE dedupe = ?2 AND status = 2"
)

_new_message: Final = maker(Message)
_new_claim: Final = maker(Claim)


def claim(cursor: sqlite3.Cursor, worker: str, now: int, lease: int, limit: int) -> tuple[Claim, ...]:
    """Lend rows; where there are none, no writer is kept waiting. A row whose loan lapsed is lent alone."""
    ripest = cursor.execute(_RIPE, (now, 1)).fetchall()
    if not ripest:
        return ()
    ((_, lapsed),) = ripest
    rows = cursor.execute(_CLAIM, (now, min(limit, 1) if lapsed else limit, now + lease, worker, lapsed)).fetchall()
    return tuple(_claim(row, f"{row[0]}.{row[1]}") for row in sorted(rows))


def settle(cursor: sqlite3.Cursor, claim: Claim, outcome: Outcome) -> None:
    """Take back a row that was lent."""
    if isinstance(outcome, Done):
        _change(cursor, claim, _DELIVERED)
    elif isinstance(outcome, Retry):
        _change(cursor, claim, _PUT_BACK, outcome.at, outcome.error)
    else:
        _change(cursor, claim, _GIVEN_UP, outcome.error)


def extend(cursor: sqlite3.Cursor, claim: Claim, until: int) -> None:
    """Lend a row for longer."""
    _change(cursor, claim, _EXTENDED, until)


def waiting(cursor: sqlite3.Cursor, limit: int) -> tuple[Claim, ...]:
    """Rows on their way."""
    return tuple(_claim(row, "") for row in cursor.execute(_WAITING, (limit,)))


def dead(cursor: sqlite3.Cursor, limit: int) -> tuple[Claim, ...]:
    """Rows that were given up."""
    return tuple(_claim(row, "") for row in cursor.execute(_DEAD, (limit,)))


def redrive(cursor: sqlite3.Cursor, dedupe: str, now: int) -> bool:
    """Put a row that was given up on its way again."""
    return cursor.execute(_REDRIVEN, (now, dedupe)).rowcount == 1


def _change(cursor: sqlite3.Cursor, claim: Claim, statement: str, *values: int | str) -> None:
    number, _, attempts = claim.token.partition(".")
    if not (number.isdigit() and attempts.isdigit()):
        raise lease_lost(claim)
    cursor.execute(statement, (*values, int(number), int(attempts)))
    if cursor.rowcount != 1:
        raise lease_lost(claim)


def _claim(row: Sequence[Any], token: str) -> Claim:
    _, attempts, last_error, *message = row  # whose columns stand in the order of the fields
    return _new_claim(token, _new_message(*message), attempts, last_error)

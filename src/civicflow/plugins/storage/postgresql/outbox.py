"""The outbox: of each lane (case, recipient, channel) only the oldest open row may go out.

Workers pass over rows that another is claiming at this moment, and nobody waits. Numbers rise within a lane in the order
of the commits, since messages of one case are written with its matter locked. A token is the row's number and the count
of its claims, so every claim has its own.
"""

# ruff: noqa: S608  statements are put together from our own names; every value is bound

from __future__ import annotations

from typing import Any, Final

from civicflow.drafts import maker
from civicflow.plugins.storage.batches import lease_lost
from civicflow.plugins.storage.conditions import Value
from civicflow.plugins.storage.contract import Claim, Done, Message, Outcome, Retry
from civicflow.plugins.storage.postgresql.session import Session

_ROW: Final = "number, attempts, last_error, dedupe, case_id, recipient, channel, topic, body, not_before"
_CLAIM: Final = f"""
    WITH ripe AS (
        SELECT number AS chosen, available AS since, worker IS NOT NULL AS lapsed FROM {{s}}.outbox o WHERE status = 0 AND available <= %s AND NOT EXISTS (
            SELECT FROM {{s}}.outbox e WHERE e.status = 0 AND e.case_id = o.case_id AND e.recipient = o.recipient
                AND e.channel = o.channel AND e.number < o.number)
        ORDER BY available, number LIMIT %s FOR NO KEY UPDATE OF o SKIP LOCKED),
    ripest AS (SELECT chosen AS first, lapsed AS alone FROM ripe ORDER BY since, chosen LIMIT 1)
    UPDATE {{s}}.outbox SET available = %s, worker = %s, attempts = attempts + 1 FROM ripe, ripest
    WHERE number = chosen AND CASE WHEN alone THEN chosen = first ELSE NOT lapsed END
    RETURNING {_ROW}
    """
_WAITING: Final = f"SELECT {_ROW} FROM {{s}}.outbox WHERE status = 0 ORDER BY number LIMIT %s"
_DEAD: Final = f"SELECT {_ROW} FROM {{s}}.outbox WHERE status = 2 ORDER BY number LIMIT %s"
# Under a new number: at the end of its lane, and with tokens that were never given out.
_REDRIVEN: Final = """
    UPDATE {s}.outbox SET number = DEFAULT, status = 0, not_before = %s, available = %s, attempts = 0, last_error = ''
    WHERE dedupe = %s AND status = 2
    """
_HELD: Final = "WHERE number = %s AND attempts = %s AND worker IS NOT NULL"

_new_message: Final = maker(Message)
_new_claim: Final = maker(Claim)


def claim(session: Session, worker: str, now: int, lease: int, limit: int) -> tuple[Claim, ...]:
    """Lend rows; one whose loan lapsed is lent alone."""
    rows = session.rows(_CLAIM, (now, limit, now + lease, _storable(worker)))
    return tuple(_claim(row, f"{row[0]}.{row[1]}") for row in sorted(rows))


def settle(session: Session, claim: Claim, outcome: Outcome) -> None:
    """Take back a row that was lent."""
    if isinstance(outcome, Done):
        # The row stays for its name, so that the same message is never put again.
        _change(session, claim, "status = 1, worker = NULL, body = ''", ())
    elif isinstance(outcome, Retry):
        values = (outcome.at, _storable(outcome.error))
        _change(session, claim, "available = %s, worker = NULL, last_error = %s", values)
    else:
        _change(session, claim, "status = 2, worker = NULL, last_error = %s", (_storable(outcome.error),))


def extend(session: Session, claim: Claim, until: int) -> None:
    """Lend a row for longer."""
    _change(session, claim, "available = %s", (until,))


def waiting(session: Session, limit: int) -> tuple[Claim, ...]:
    """Rows on their way."""
    return tuple(_claim(row, "") for row in session.rows(_WAITING, (limit,)))


def dead(session: Session, limit: int) -> tuple[Claim, ...]:
    """Rows that were given up."""
    return tuple(_claim(row, "") for row in session.rows(_DEAD, (limit,)))


def redrive(session: Session, dedupe: str, now: int) -> bool:
    """Put a row that was given up on its way again."""
    return session.change(_REDRIVEN, (now, now, _storable(dedupe))) == 1


def _change(session: Session, claim: Claim, change: str, values: tuple[Value, ...]) -> None:
    number, _, attempts = claim.token.partition(".")
    if not (number.isdigit() and attempts.isdigit()):
        raise lease_lost(claim)
    if session.change(f"UPDATE {{s}}.outbox SET {change} {_HELD}", (*values, int(number), int(attempts))) != 1:
        raise lease_lost(claim)


def _storable(text: str) -> str:
    """A text that PostgreSQL can hold; an error's message may be anything."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "backslashreplace").decode()


def _claim(row: tuple[Any, ...], token: str) -> Claim:
    _, attempts, last_error, *message = row  # whose columns stand in the order of the fields
    return _new_claim(token, _new_message(*message), attempts, last_error)

"""A relay written by hand: the same outbox, the same order in each lane, bare statements in a loop."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import psycopg
from psycopg.types.numeric import Int8

CLAIMED = 20
"""Messages in one claim, as the office does it."""

_NOW, _LEASE = 2**52, 300_000_000
_ROW = "number, attempts, last_error, dedupe, case_id, recipient, channel, topic, body, not_before"
_RIPE = """
    SELECT number AS chosen FROM outbox o WHERE status = 0 AND available <= {now} AND NOT EXISTS (
        SELECT 1 FROM outbox e WHERE e.status = 0 AND e.case_id = o.case_id AND e.recipient = o.recipient
            AND e.channel = o.channel AND e.number < o.number)
    ORDER BY available, number LIMIT {limit}
    """

Send = Callable[[bytes], object]


def on_sqlite(place: Path, send: Send) -> Callable[[], int]:
    """Sends everything in a file and counts it."""
    cursor = sqlite3.connect(place, isolation_level=None, cached_statements=256).cursor()
    cursor.execute("PRAGMA synchronous = full")
    claim = (
        "UPDATE outbox SET available = ?3, worker = ?4, attempts = attempts + 1 "
        f"WHERE number IN ({_RIPE.format(now='?1', limit='?2')}) RETURNING {_ROW}"
    )
    settle = "UPDATE outbox SET status = 1, worker = NULL, body = x'' WHERE number = ? AND attempts = ?"

    def relay() -> int:
        sent = 0
        while rows := cursor.execute(claim, (_NOW, CLAIMED, _NOW + _LEASE, "raw")).fetchall():
            for row in sorted(rows):
                send(row[8])
                cursor.execute(settle, (row[0], row[1]))
                sent += cursor.rowcount
        return sent

    return relay


def on_postgresql(conninfo: str, schema: str, send: Send) -> Callable[[], int]:
    """The same in a schema."""
    cursor = psycopg.connect(conninfo, autocommit=True, options=f"-c search_path={schema}").cursor(binary=True)
    claim = (
        f"WITH ripe AS ({_RIPE.format(now='%s', limit='%s')} FOR NO KEY UPDATE OF o SKIP LOCKED) "
        "UPDATE outbox SET available = %s, worker = %s, attempts = attempts + 1 FROM ripe WHERE number = chosen "
        f"RETURNING {_ROW}"
    )
    settle = "UPDATE outbox SET status = 1, worker = NULL, body = '' WHERE number = %s AND attempts = %s"

    def relay() -> int:
        sent = 0
        while rows := cursor.execute(
            claim, (Int8(_NOW), Int8(CLAIMED), Int8(_NOW + _LEASE), "raw"), prepare=True
        ).fetchall():
            for row in sorted(rows):
                send(row[8])
                cursor.execute(settle, (Int8(row[0]), Int8(row[1])), prepare=True)
                sent += cursor.rowcount
        return sent

    return relay

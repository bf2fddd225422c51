"""A commit: one transaction of prepared statements.

Whether a version still holds is told by the number of rows that an update changed; only a failure is looked into.
"""

# ruff: noqa: S608  statements are put together from our own names; every value is bound

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from operator import attrgetter
from typing import Final

from civicflow.errors import Conflict, IdempotencyMismatch
from civicflow.plugins.storage.batches import check_rearm, foreign
from civicflow.plugins.storage.contract import FIELDS, Batch, Commit, Expect, Key, Record, Write

_FACTS: Final = [f'"{name}"' for name in FIELDS]
_COLUMNS: Final = ["case_id", "matter", "version", "head", "round", "due", *_FACTS, "content"]
_PLACES: Final = ", ".join(f"?{n}" for n in range(1, len(_COLUMNS) + 1))
_CHANGED: Final = ", ".join(f"{name} = ?{n}" for n, name in enumerate(_COLUMNS, 1) if n > 2)  # all but id and matter
_EXPECTED: Final = len(_COLUMNS) + 1
_NAMES: Final = ", ".join(_COLUMNS)

CREATE_ROOT: Final = f"INSERT INTO cases ({_NAMES}) VALUES ({_PLACES}) ON CONFLICT (case_id) DO NOTHING"
ADVANCE_ROOT: Final = f"UPDATE cases SET {_CHANGED} WHERE case_id = ?1 AND version = ?{_EXPECTED}"
PUT_CHILD: Final = (
    f"INSERT INTO cases ({_NAMES}) VALUES ({_PLACES}) "
    f"ON CONFLICT (case_id) DO UPDATE SET {_CHANGED} WHERE matter = excluded.matter"
)
APPEND: Final = "INSERT INTO entries (matter, version, hash, body) VALUES (?, ?, ?, ?)"
PUT_KEY: Final = "INSERT INTO keys (key, digest, answer) VALUES (?, ?, ?) ON CONFLICT (key) DO NOTHING"
PUT_PRIVATE: Final = "INSERT INTO private (matter, version, salt, body) VALUES (?, ?, ?, ?)"
ERASE: Final = "DELETE FROM private WHERE matter = ? AND version = ?"
FORGET_AWAITS: Final = "DELETE FROM awaits WHERE case_id = ?"
PUT_AWAIT: Final = "INSERT INTO awaits (case_id, address, until) VALUES (?, ?, ?)"
PUT_PARTY: Final = "INSERT INTO parties (address, matter) VALUES (?, ?) ON CONFLICT DO NOTHING"
REARM: Final = "UPDATE cases SET due = ? WHERE case_id = ? RETURNING matter"
PUT_MESSAGE: Final = (
    "INSERT INTO outbox (dedupe, case_id, recipient, channel, topic, not_before, available, body) "
    "VALUES (?, ?, ?, ?, ?, ?6, ?6, ?7) ON CONFLICT (dedupe) DO NOTHING"
)
PUT_HEAD: Final = (
    "INSERT INTO heads (number, hash, body, signature) SELECT ?1, ?2, ?3, ?4 "
    "WHERE ?1 = (SELECT coalesce(max(number), 0) + 1 FROM heads)"
)
FILE: Final = "INSERT INTO filed (digest, body) VALUES (?, ?) ON CONFLICT (digest) DO NOTHING"

_Row = tuple[str | int | bytes | None, ...]
_beside: Final = attrgetter("case", "matter", "version", "head", "round", "due")


def commit(cursor: sqlite3.Cursor, batch: Batch) -> Commit:
    """Write a batch that is well formed; the caller rolls back when an error leaves."""
    execute = cursor.execute
    execute("BEGIN IMMEDIATE")
    answer = b""
    if batch.key is not None:
        answer = batch.key.answer
        execute(PUT_KEY, (batch.key.key, batch.key.digest, answer))
        if not cursor.rowcount:
            return _repeated(cursor, batch.key)
    for expect in batch.expects:
        _compare(cursor, expect)
    for write in batch.writes:
        _put_records(cursor, write)
    position = _append(cursor, batch.writes)
    _put_beside(cursor, batch)
    if batch.heads:
        _put_heads(cursor, batch)
    execute("COMMIT")
    return Commit(position, answer=answer)


def _repeated(cursor: sqlite3.Cursor, key: Key) -> Commit:
    digest, answer = cursor.execute("SELECT digest, answer FROM keys WHERE key = ?", (key.key,)).fetchone()
    if digest != key.digest:
        raise IdempotencyMismatch(key.key)
    position = _last(cursor)
    cursor.execute("ROLLBACK")
    return Commit(position, repeated=True, answer=answer)


def _compare(cursor: sqlite3.Cursor, expect: Expect) -> None:
    row = cursor.execute("SELECT version, round FROM cases WHERE case_id = ?", (expect.matter,)).fetchone()
    version, round_ = row or (0, None)
    if expect.version is not None and version != expect.version:
        raise Conflict(expect.matter, expect.version, version)
    if expect.round is not None and round_ != expect.round:
        raise Conflict(expect.matter, expect.round, round_)


def _put_records(cursor: sqlite3.Cursor, write: Write) -> None:
    """The root by compare-and-swap, then its children."""
    if not write.entries:
        _compare(cursor, Expect(write.matter, version=write.expected))
        return
    matter, children = write.matter, []
    for record in write.records:
        if record.case != matter:
            children.append(_row(record))
        elif write.expected:
            cursor.execute(ADVANCE_ROOT, (*_row(record), write.expected))
            if cursor.rowcount != 1:
                raise _conflict(cursor, write)
        else:
            cursor.execute(CREATE_ROOT, _row(record))
            if cursor.rowcount != 1:
                raise _conflict(cursor, write)
    if children:
        cursor.executemany(PUT_CHILD, children)
        if cursor.rowcount != len(children):
            raise foreign(", ".join(str(row[0]) for row in children), matter)


def _row(record: Record) -> _Row:
    return (*_beside(record), *record.facts, record.body)


def _conflict(cursor: sqlite3.Cursor, write: Write) -> Conflict:
    row = cursor.execute("SELECT version FROM cases WHERE case_id = ?", (write.matter,)).fetchone()
    return Conflict(write.matter, write.expected, row[0] if row else 0)


def _append(cursor: sqlite3.Cursor, writes: tuple[Write, ...]) -> int:
    rows = [(write.matter, new.version, new.hash, new.body) for write in writes for new in write.entries]
    if len(rows) == 1:
        cursor.execute(APPEND, rows[0])
        return cursor.lastrowid or 0
    if rows:
        cursor.executemany(APPEND, rows)
    return _last(cursor)


def _last(cursor: sqlite3.Cursor) -> int:
    position: int = cursor.execute("SELECT coalesce(max(position), 0) FROM entries").fetchone()[0]
    return position


def _put_beside(cursor: sqlite3.Cursor, batch: Batch) -> None:
    """What hangs on entries and cases."""
    if batch.private:
        _each(cursor, PUT_PRIVATE, [(p.matter, p.version, p.salt, p.body) for p in batch.private])
    if batch.erase:
        cursor.executemany(ERASE, batch.erase)
    for awaits in batch.awaits:
        cursor.execute(FORGET_AWAITS, (awaits.case,))
        if awaits.asked:
            _each(cursor, PUT_AWAIT, [(one.case, one.address, one.until) for one in awaits.asked])
    if batch.parties:
        _each(cursor, PUT_PARTY, [(party.address, party.matter) for party in batch.parties])
    for rearm in batch.rearm:
        row = cursor.execute(REARM, (rearm.due, rearm.case)).fetchone()
        check_rearm(batch, rearm.case, row[0] if row else None)
    if batch.messages:
        rows = [(m.dedupe, m.case, m.recipient, m.channel, m.topic, m.not_before, m.body) for m in batch.messages]
        _each(cursor, PUT_MESSAGE, rows)
    if batch.filed:
        cursor.executemany(FILE, [(document.digest, document.body) for document in batch.filed])


def _each(cursor: sqlite3.Cursor, statement: str, rows: Sequence[_Row]) -> None:
    """Send a statement with each row; for a single one `execute` takes half the time of `executemany`."""
    if len(rows) == 1:
        cursor.execute(statement, rows[0])
    else:
        cursor.executemany(statement, rows)


def _put_heads(cursor: sqlite3.Cursor, batch: Batch) -> None:
    for head in batch.heads:
        cursor.execute(PUT_HEAD, (head.number, head.hash, head.body, head.signature))
        if cursor.rowcount != 1:
            actual = cursor.execute("SELECT coalesce(max(number), 0) FROM heads").fetchone()[0]
            raise Conflict("log tree", head.number - 1, actual)

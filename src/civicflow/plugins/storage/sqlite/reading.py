"""Reads: one statement each where one will do, else one transaction around them."""

# ruff: noqa: S608  statements are put together from our own names; every value is bound

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Final

from civicflow.drafts import maker
from civicflow.plugins.storage.contract import (
    FIELDS,
    Await,
    Key,
    NewHead,
    Private,
    Snapshot,
    StoredCase,
    StoredEntry,
)
from civicflow.plugins.storage.queries import Plan
from civicflow.plugins.storage.sqlite.finding import statement

BARE: Final = "c.case_id, c.matter, c.version, c.head, c.round, c.due, c.content"
"""A record without its facts, in the order of `StoredCase`."""

RECORD: Final = ", ".join([BARE, *(f'c."{name}"' for name in FIELDS)])
ENTRY: Final = "position, matter, version, hash, body"
_BARE_WIDTH: Final = 7
_FEW: Final = 4
"""Ids that are looked for one by one; SQLite makes a table of those in a list, which takes longer than to find them."""
_MOST: Final = 512
"""Ids in one statement."""

_stored: Final = maker(StoredCase)
_snapshot: Final = maker(Snapshot)


def load(cursor: sqlite3.Cursor, ids: Sequence[str], plans: Sequence[Plan], key: str) -> Snapshot:
    """Records by id, the results of plans and a key, all in one snapshot."""
    if not plans and not key and len(ids) <= _MOST:
        return _snapshot(_load(cursor, ids))
    cursor.execute("BEGIN")
    cases = _load(cursor, ids[:_MOST])
    for start in range(_MOST, len(ids), _MOST):
        cases.update(_load(cursor, ids[start : start + _MOST]))
    found = tuple(tuple(select(cursor, plan)[0]) for plan in plans)
    row = cursor.execute("SELECT key, digest, answer FROM keys WHERE key = ?", (key,)).fetchone() if key else None
    cursor.execute("COMMIT")
    return Snapshot(cases=cases, found=found, key=Key(*row) if row else None)


def _load(cursor: sqlite3.Cursor, ids: Sequence[str]) -> dict[str, StoredCase]:
    """Records by id, without their facts."""
    if len(ids) > _FEW:
        width = 1 << (len(ids) - 1).bit_length()
        ids = (*ids, *[ids[-1]] * (width - len(ids)))
    return {row[0]: _stored(*row) for row in cursor.execute(_loading(len(ids)), ids)} if ids else {}


@cache
def _loading(width: int) -> str:
    """Statements are kept for few ids and for each power of two, so that SQLite keeps them prepared."""
    if width <= _FEW:
        return " UNION ALL ".join([f"SELECT {BARE} FROM cases c WHERE c.case_id = ?"] * width)
    return f"SELECT {BARE} FROM cases c WHERE c.case_id IN ({', '.join('?' * width)})"


def stored_case(row: tuple[Any, ...]) -> StoredCase:
    """A record from a row of `RECORD`."""
    return _stored(*row[:_BARE_WIDTH], row[_BARE_WIDTH:])


def select(cursor: sqlite3.Cursor, plan: Plan) -> tuple[list[StoredCase], bool]:
    """The records of one page, and whether there are more."""
    sql, values = statement(plan)
    items = [stored_case(row) for row in cursor.execute(f"SELECT {RECORD} FROM cases c {sql}", values)]
    if plan.limit is None:
        return items, False
    return items[: plan.limit], len(items) > plan.limit


def history(cursor: sqlite3.Cursor, matter: str, after: int, limit: int | None) -> tuple[StoredEntry, ...]:
    """Entries of one matter."""
    sql = f"SELECT {ENTRY} FROM entries WHERE matter = ? AND version > ? ORDER BY version LIMIT ?"
    return _entries(cursor.execute(sql, (matter, after, -1 if limit is None else limit)))


def feed(cursor: sqlite3.Cursor, after: int, limit: int) -> tuple[StoredEntry, ...]:
    """Entries of all matters; positions are given in the order of the commits, since writers take turns."""
    sql = f"SELECT {ENTRY} FROM entries WHERE position > ? ORDER BY position LIMIT ?"
    return _entries(cursor.execute(sql, (after, limit)))


def _entries(rows: Iterable[Sequence[Any]]) -> tuple[StoredEntry, ...]:
    return tuple(StoredEntry(position=r[0], matter=r[1], version=r[2], hash=r[3], body=r[4]) for r in rows)


def due(cursor: sqlite3.Cursor, now: int, limit: int) -> tuple[tuple[str, int], ...]:
    """Deadlines that have come."""
    sql = "SELECT case_id, due FROM cases WHERE due IS NOT NULL AND due <= ? ORDER BY due, case_id LIMIT ?"
    return tuple(cursor.execute(sql, (now, limit)).fetchall())


_ASKED: Final = {
    "case": "SELECT case_id, address, until FROM awaits WHERE case_id = ?1 ORDER BY address",
    "matter": (
        "SELECT a.case_id, a.address, a.until FROM awaits a WHERE a.case_id IN ("
        "SELECT case_id FROM cases WHERE matter = ?1 AND matter <> case_id "
        "UNION ALL SELECT case_id FROM cases WHERE case_id = ?1 AND matter = ?1) ORDER BY a.case_id, a.address"
    ),
}


def asked(cursor: sqlite3.Cursor, by: str, value: str) -> tuple[Await, ...]:
    """Who is asked, by case or matter."""
    return tuple(Await(*row) for row in cursor.execute(_ASKED[by], (value,)))


def parties(cursor: sqlite3.Cursor, matter: str) -> tuple[str, ...]:
    """Whom a matter concerns."""
    sql = "SELECT address FROM parties WHERE matter = ? ORDER BY address"
    return tuple(row[0] for row in cursor.execute(sql, (matter,)))


def private(cursor: sqlite3.Cursor, matter: str, version: int) -> Private | None:
    """The private part of one entry."""
    sql = "SELECT matter, version, salt, body FROM private WHERE matter = ? AND version = ?"
    row = cursor.execute(sql, (matter, version)).fetchone()
    return Private(*row) if row else None


def private_parts(cursor: sqlite3.Cursor, after: tuple[str, int], limit: int) -> tuple[Private, ...]:
    """All private parts after a key."""
    # The key is bound as bytes: one that was read from a damaged row cannot be bound as text.
    sql = (
        "SELECT matter, version, salt, body FROM private WHERE (matter, version) > (CAST(? AS TEXT), ?) "
        "ORDER BY matter, version LIMIT ?"
    )
    matter = after[0].encode("utf-8", "surrogateescape")
    return tuple(Private(*row) for row in cursor.execute(sql, (matter, after[1], limit)))


def heads(cursor: sqlite3.Cursor, after: int, limit: int) -> tuple[NewHead, ...]:
    """Heads of the log tree."""
    sql = "SELECT number, hash, body, signature FROM heads WHERE number > ? ORDER BY number LIMIT ?"
    return tuple(NewHead(*row) for row in cursor.execute(sql, (after, limit)))


def last_head(cursor: sqlite3.Cursor) -> NewHead | None:
    """The newest head."""
    row = cursor.execute("SELECT number, hash, body, signature FROM heads ORDER BY number DESC LIMIT 1").fetchone()
    return NewHead(*row) if row else None


def filed(cursor: sqlite3.Cursor, digest: str) -> bytes | None:
    """A document by its content hash."""
    row = cursor.execute("SELECT body FROM filed WHERE digest = ?", (digest,)).fetchone()
    return row[0] if row else None

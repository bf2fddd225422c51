"""Reads: one statement each where one will do, else one transaction around them."""

# ruff: noqa: S608  statements are put together from our own names; every value is bound

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Final

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

RECORD: Final = ", ".join(
    [
        "c.case_id",
        "c.matter",
        "c.version",
        "c.head",
        "c.round",
        "c.due",
        "c.content",
        *(f'c."{name}"' for name in FIELDS),
    ]
)
ENTRY: Final = "position, matter, version, hash, body"
_WIDTH: Final = 7 + len(FIELDS)
_MOST: Final = 512
"""Ids in one statement."""


def load(cursor: sqlite3.Cursor, ids: Sequence[str], plans: Sequence[Plan], key: str) -> Snapshot:
    """Records by id, the results of plans and a key, all in one snapshot."""
    if not plans and not key and len(ids) <= _MOST:
        cases, position = _load(cursor, ids)
        return Snapshot(cases=cases, position=position)
    cursor.execute("BEGIN")
    cases, position = _load(cursor, ids[:_MOST])
    for start in range(_MOST, len(ids), _MOST):
        cases.update(_load(cursor, ids[start : start + _MOST])[0])
    found = tuple(tuple(select(cursor, plan)[0]) for plan in plans)
    row = cursor.execute("SELECT key, digest, answer FROM keys WHERE key = ?", (key,)).fetchone() if key else None
    cursor.execute("COMMIT")
    return Snapshot(cases=cases, found=found, key=Key(*row) if row else None, position=position)


def _load(cursor: sqlite3.Cursor, ids: Sequence[str]) -> tuple[dict[str, StoredCase], int]:
    """Records by id, and the feed's end, which stands in every row: there is one even where no record is found."""
    width = 1 << (len(ids) - 1).bit_length() if ids else 1
    padding = (ids[-1] if ids else None,) * (width - len(ids))
    rows = cursor.execute(_loading(width), (*ids, *padding)).fetchall()
    return {row[0]: stored_case(row) for row in rows if row[0] is not None}, rows[0][-1]


@cache
def _loading(width: int) -> str:
    """Statements are kept for each power of two, so that SQLite keeps them prepared."""
    places = ", ".join("?" * width)
    return (
        f"SELECT {RECORD}, m.position FROM (SELECT coalesce(max(position), 0) AS position FROM entries) m "
        f"LEFT JOIN cases c ON c.case_id IN ({places})"
    )


def stored_case(row: tuple[Any, ...]) -> StoredCase:
    """A record from a row of `RECORD`."""
    return StoredCase(
        case=row[0],
        matter=row[1],
        version=row[2],
        head=row[3],
        round=row[4],
        due=row[5],
        body=row[6],
        facts=row[7:_WIDTH],
    )


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
    "address": "SELECT case_id, address, until FROM awaits WHERE address = ?1 ORDER BY case_id",
    "matter": (
        "SELECT a.case_id, a.address, a.until FROM awaits a WHERE a.case_id IN ("
        "SELECT case_id FROM cases WHERE matter = ?1 AND matter <> case_id "
        "UNION ALL SELECT case_id FROM cases WHERE case_id = ?1 AND matter = ?1) ORDER BY a.case_id, a.address"
    ),
}


def asked(cursor: sqlite3.Cursor, by: str, value: str) -> tuple[Await, ...]:
    """Who is asked, by case, matter or address."""
    return tuple(Await(*row) for row in cursor.execute(_ASKED[by], (value,)))


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

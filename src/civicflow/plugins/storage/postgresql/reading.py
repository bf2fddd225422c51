"""Reads: one statement each, so that each sees one snapshot, in a transaction of the host too."""

# ruff: noqa: S608  statements are put together from our own names; every value is bound

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from civicflow.drafts import maker
from civicflow.plugins.storage.conditions import Value, conditions, order
from civicflow.plugins.storage.contract import FIELDS, Await, Key, NewHead, Private, Snapshot, StoredCase, StoredEntry
from civicflow.plugins.storage.postgresql.committing import SETTLED
from civicflow.plugins.storage.postgresql.finding import DIALECT
from civicflow.plugins.storage.postgresql.session import Session
from civicflow.plugins.storage.queries import Plan

_BARE: Final = "c.case_id, c.matter, c.version, c.head, c.round, c.due, c.content"
"""A record without its facts, in the order of `StoredCase`."""

_RECORD: Final = ", ".join([_BARE, *(f'c."{name}"' for name in FIELDS)])
_ENTRY: Final = "position, matter, version, hash, body"
_BARE_WIDTH: Final = 7
_BY_ID: Final = "FROM {s}.cases c WHERE c.case_id = ANY (%s)"
_BESIDE: Final = 4
"""Columns of a snapshot's row before those of its record."""

_stored: Final = maker(StoredCase)


def load(session: Session, ids: Sequence[str], plans: Sequence[Plan], key: str) -> Snapshot:
    """Records by id, the results of plans and a key: each a part of one statement."""
    if not plans and not key:
        rows = session.rows(f"SELECT {_BARE} {_BY_ID}", (list(ids),))
        return Snapshot(cases={row[0]: _stored(*row) for row in rows})
    values: list[Value] = [key, list(ids)]
    parts = [f"SELECT 0 AS part, 0 AS place, {_RECORD} {_BY_ID}"]
    for number, plan in enumerate(plans, 1):
        where = conditions(DIALECT, plan, values)
        place = f"row_number() OVER (ORDER BY {order(DIALECT, plan)})"
        parts.append(f"SELECT {number}, {place}, {_RECORD} FROM {{s}}.cases c WHERE {where}")
    rows = session.rows(
        f"SELECT k.digest, k.answer, r.* FROM (SELECT) one LEFT JOIN {{s}}.keys k ON k.key = %s "
        f"LEFT JOIN ({' UNION ALL '.join(parts)}) r ON true ORDER BY r.part, r.place",
        values,
    )
    return _snapshot(rows, len(plans), key)


def _snapshot(rows: list[tuple[Any, ...]], plans: int, key: str) -> Snapshot:
    """There is a row even where no record is found, for the key's sake."""
    found: list[list[StoredCase]] = [[] for _ in range(plans + 1)]
    for row in rows:
        if row[2] is not None:
            found[row[2]].append(_stored_case(row[_BESIDE:]))
    digest, answer = rows[0][:2]
    return Snapshot(
        cases={stored.case: stored for stored in found[0]},
        found=tuple(map(tuple, found[1:])),
        key=None if digest is None else Key(key, digest, answer),
    )


def _stored_case(row: tuple[Any, ...]) -> StoredCase:
    """A record from a row of `_RECORD`."""
    return _stored(*row[:_BARE_WIDTH], row[_BARE_WIDTH:])


def select(session: Session, plan: Plan) -> tuple[list[StoredCase], bool]:
    """The records of one page, and whether there are more."""
    values: list[Value] = []
    where = conditions(DIALECT, plan, values)
    limit = plan.limit or 0
    values.append(limit + 1)
    statement = f"SELECT {_RECORD} FROM {{s}}.cases c WHERE {where} ORDER BY {order(DIALECT, plan)} LIMIT %s"
    items = [_stored_case(row) for row in session.rows(statement, values)]
    return items[:limit], len(items) > limit


def history(session: Session, matter: str, after: int, limit: int | None) -> tuple[StoredEntry, ...]:
    """Entries of one matter."""
    statement = f"SELECT {_ENTRY} FROM {{s}}.entries WHERE matter = %s AND version > %s ORDER BY version LIMIT %s"
    return _entries(session.rows(statement, (matter, after, limit)))


def feed(session: Session, after: int, limit: int) -> tuple[StoredEntry, ...]:
    """Entries of all matters, up to the first whose forerunners may still be on their way; see `committing`."""
    statement = f"SELECT {_ENTRY} FROM {{s}}.entries WHERE position > %s AND {SETTLED} ORDER BY position LIMIT %s"
    return _entries(session.rows(statement, (after, limit)))


def _entries(rows: list[tuple[Any, ...]]) -> tuple[StoredEntry, ...]:
    return tuple(StoredEntry(position=r[0], matter=r[1], version=r[2], hash=r[3], body=r[4]) for r in rows)


def due(session: Session, now: int, limit: int) -> tuple[tuple[str, int], ...]:
    """Deadlines that have come."""
    statement = "SELECT case_id, due FROM {s}.cases WHERE due IS NOT NULL AND due <= %s ORDER BY due, case_id LIMIT %s"
    return tuple((case, at) for case, at in session.rows(statement, (now, limit)))


_ASKED: Final = {
    "case": "SELECT case_id, address, until FROM {s}.awaits WHERE case_id = %s ORDER BY address",
    "matter": (
        "WITH sought AS (SELECT %s AS matter) "
        "SELECT a.case_id, a.address, a.until FROM {s}.awaits a WHERE a.case_id IN ("
        "SELECT c.case_id FROM {s}.cases c, sought s WHERE c.matter = s.matter AND c.matter <> c.case_id "
        "UNION ALL SELECT c.case_id FROM {s}.cases c, sought s WHERE c.case_id = s.matter AND c.matter = s.matter) "
        "ORDER BY a.case_id, a.address"
    ),
}


def asked(session: Session, by: str, value: str) -> tuple[Await, ...]:
    """Who is asked, by case or matter."""
    return tuple(Await(*row) for row in session.rows(_ASKED[by], (value,)))


def parties(session: Session, matter: str) -> tuple[str, ...]:
    """Whom a matter concerns."""
    statement = "SELECT address FROM {s}.parties WHERE matter = %s ORDER BY address"
    return tuple(address for (address,) in session.rows(statement, (matter,)))


def private(session: Session, matter: str, version: int) -> Private | None:
    """The private part of one entry."""
    statement = "SELECT matter, version, salt, body FROM {s}.private WHERE matter = %s AND version = %s"
    rows = session.rows(statement, (matter, version))
    return Private(*rows[0]) if rows else None


def private_parts(session: Session, after: tuple[str, int], limit: int) -> tuple[Private, ...]:
    """All private parts after a key."""
    statement = (
        "SELECT matter, version, salt, body FROM {s}.private WHERE (matter, version) > (%s, %s) "
        "ORDER BY matter, version LIMIT %s"
    )
    return tuple(Private(*row) for row in session.rows(statement, (*after, limit)))


def heads(session: Session, after: int, limit: int) -> tuple[NewHead, ...]:
    """Heads of the log tree."""
    statement = "SELECT number, hash, body, signature FROM {s}.heads WHERE number > %s ORDER BY number LIMIT %s"
    return tuple(NewHead(*row) for row in session.rows(statement, (after, limit)))


def last_head(session: Session) -> NewHead | None:
    """The newest head."""
    rows = session.rows("SELECT number, hash, body, signature FROM {s}.heads ORDER BY number DESC LIMIT 1")
    return NewHead(*rows[0]) if rows else None


def filed(session: Session, digest: str) -> bytes | None:
    """A document by its content hash."""
    rows = session.rows("SELECT body FROM {s}.filed WHERE digest = %s", (digest,))
    return rows[0][0] if rows else None

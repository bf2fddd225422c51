"""Moving: rows between two keys, given out by a query and taken in by COPY.

Entries keep their positions. Whoever took them in drew none, so their barrier is 0: they are shown at once.
"""

# ruff: noqa: S608  statements are put together from our own names; every value is bound

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import psycopg

from civicflow.plugins.storage.carrying import holding, quoted, selected, stored
from civicflow.plugins.storage.moving import TABLES, Key, Mark, Portion, Row, Table, check_mark, differing
from civicflow.plugins.storage.postgresql.session import Session, qualified

_KINDS: Final = {str: "text", int: "int8", bytes: "bytea"}
_NARROW: Final = {"status": "int2"}
"""Columns of another type than their kind's."""
_MARKED: Final = """
    SELECT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = %s AND c.relname = 'moving' AND c.relkind = 'r')
    """
_MAKE: Final = "CREATE TABLE {s}.moving (number int PRIMARY KEY CHECK (number = 1), mark text NOT NULL)"
_KEEP: Final = (
    "INSERT INTO {s}.moving (number, mark) VALUES (1, %s) ON CONFLICT (number) DO UPDATE SET mark = excluded.mark"
)
_ALONE: Final = "LOCK TABLE {s}.series IN SHARE ROW EXCLUSIVE MODE"
"""Whoever takes in takes turns; the lock is one that nobody else asks for, and that keeps numbers from being drawn."""
_COUNTED_ON: Final = {
    "entries": ("SELECT setval('{s}.feed_position', greatest(%s, pg_sequence_last_value('{s}.feed_position')))", 0),
    "outbox": (
        """
        SELECT setval(name, greatest(%s, pg_sequence_last_value(name)))
        FROM (SELECT pg_get_serial_sequence('{s}.outbox', 'number')::regclass) AS sequence (name)
        """,
        TABLES["outbox"].columns.index("number"),
    ),
}
"""By table, what lets its numbers go on after the highest that was taken in, and the column of those numbers."""


def rows(session: Session, table: str, after: Key | None, upto: Key | None, limit: int) -> list[Row]:
    """A page of rows between two keys."""
    statement, values = selected(table, after, upto, mark="%s", tables="{s}.")
    return session.rows(f"{statement} LIMIT %s", (*values, limit))


def count(session: Session, table: str) -> int:
    """How many rows there are."""
    ((number,),) = session.rows(f"SELECT count(*) FROM {{s}}.{TABLES[table].name}")
    return int(number)


def mark(session: Session) -> Mark | None:
    """What is known of the copy."""
    if not session.rows(_MARKED, (session.schema,))[0][0]:
        return None
    found = session.rows("SELECT mark FROM {s}.moving")
    return Mark.read(found[0][0]) if found else None


def take_in(session: Session, portion: Portion | None, new: Mark, was: Mark | None) -> int:
    """Put what differs, and the mark, in one transaction."""
    with session.transaction():
        session.change(_ALONE)
        known = mark(session)
        check_mark(known, was, empty=was is not None or not session.rows(holding(tables="{s}."))[0][0])
        changed = 0 if portion is None else _put(session, portion)
        if known is None:
            session.change(_MAKE)
        session.change(_KEEP, (new.spell(),))
    return changed


def _put(session: Session, portion: Portion) -> int:
    table = TABLES[portion.table]
    gone, new = differing(table, session.rows(*stored(portion, mark="%s", tables="{s}.")), portion.rows)
    if gone:
        _delete(session, table, gone)
    if new:
        copy(session, table, new)
        if table.name in _COUNTED_ON:
            statement, place = _COUNTED_ON[table.name]
            session.rows(statement, [max(int(str(row[place])) for row in new)])
    return len({*map(table.key_of, gone), *map(table.key_of, new)})


def _delete(session: Session, table: Table, gone: list[Row]) -> None:
    keys = " AND ".join(f'"{name}" = %s' for name in table.key)
    with psycopg.Cursor(session.connection) as cursor:
        statement = qualified(f"DELETE FROM {{s}}.{table.name} WHERE {keys}", session.schema)
        cursor.executemany(statement, map(table.key_of, gone))


def copy(session: Session, table: Table, new: Iterable[Row]) -> None:
    """Put rows by COPY, as PostgreSQL's own bytes."""
    names, kinds = list(table.columns), [*table.key.values(), *table.rest.values()]
    types = [_NARROW.get(name, _KINDS[kind]) for name, kind in zip(names, kinds, strict=True)]
    if table.name == "entries":
        names, types, new = [*names, "barrier"], [*types, "int8"], ((*row, 0) for row in new)
    statement = qualified(f"COPY {{s}}.{table.name} ({quoted(names)}) FROM STDIN (FORMAT BINARY)", session.schema)
    with psycopg.Cursor(session.connection) as cursor, cursor.copy(statement) as copying:
        copying.set_types(types)
        for row in new:
            copying.write_row(row)

"""Moving: rows between two keys, given out and taken in. A table for the mark is made with the first portion."""

# ruff: noqa: S608  statements are put together from our own names; every value is bound

from __future__ import annotations

import sqlite3
from typing import Any, Final

from civicflow.plugins.storage.carrying import holding, quoted, selected, stored
from civicflow.plugins.storage.moving import TABLES, Key, Mark, Portion, Row, Table, check_mark, differing

_MARKED: Final = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'moving'"
_MAKE: Final = "CREATE TABLE moving (number INTEGER PRIMARY KEY CHECK (number = 1), mark TEXT NOT NULL) STRICT"


def rows(cursor: sqlite3.Cursor, table: str, after: Key | None, upto: Key | None, limit: int) -> list[Row]:
    """A page of rows between two keys."""
    statement, values = selected(table, after, upto, mark="?")
    return cursor.execute(f"{statement} LIMIT ?", (*values, limit)).fetchall()


def count(cursor: sqlite3.Cursor, table: str) -> int:
    """How many rows there are."""
    number: int = cursor.execute(f"SELECT count(*) FROM {TABLES[table].name}").fetchone()[0]
    return number


def mark(cursor: sqlite3.Cursor) -> Mark | None:
    """What is known of the copy."""
    if not cursor.execute(_MARKED).fetchone():
        return None
    row = cursor.execute("SELECT mark FROM moving").fetchone()
    return None if row is None else Mark.read(row[0])


def take_in(cursor: sqlite3.Cursor, portion: Portion | None, new: Mark, was: Mark | None) -> int:
    """Put what differs, and the mark, in one transaction; the caller rolls back when an error leaves."""
    cursor.execute("BEGIN IMMEDIATE")
    known = mark(cursor)
    check_mark(known, was, empty=was is not None or not cursor.execute(holding()).fetchone()[0])
    changed = 0 if portion is None else _put(cursor, portion)
    if known is None:
        cursor.execute(_MAKE)
    cursor.execute("INSERT OR REPLACE INTO moving (number, mark) VALUES (1, ?)", (new.spell(),))
    cursor.execute("COMMIT")
    return changed


def _put(cursor: sqlite3.Cursor, portion: Portion) -> int:
    table = TABLES[portion.table]
    gone, new = differing(table, cursor.execute(*stored(portion, mark="?")).fetchall(), portion.rows)
    if gone:
        keys = " AND ".join(f'"{name}" = ?' for name in table.key)
        cursor.executemany(f"DELETE FROM {table.name} WHERE {keys}", map(table.key_of, gone))
    if new:
        cursor.executemany(_inserting(table), new)
    return len({*map(table.key_of, gone), *map(table.key_of, new)})


def _inserting(table: Table) -> str:
    marks: Any = ", ".join("?" * len(table.columns))
    return f"INSERT INTO {table.name} ({quoted(table.columns)}) VALUES ({marks})"

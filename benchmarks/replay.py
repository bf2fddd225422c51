"""What raw `sqlite3` needs for the same rows: the statements that our storage sends, caught and sent again bare."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs
from measuring import Work

Statement = tuple[str, tuple[Any, ...], bool]
"""SQL, values, and whether rows come back."""


class _Cursor(sqlite3.Cursor):
    def execute(self, sql, values=(), /):
        _note(sql, [values])
        return super().execute(sql, values)

    def executemany(self, sql, rows, /):
        rows = list(rows)
        _note(sql, rows)
        return super().executemany(sql, rows)


class _Connection(sqlite3.Connection):
    def cursor(self, factory=_Cursor):
        return super().cursor(factory)

    def execute(self, sql, values=(), /):
        return self.cursor().execute(sql, values)

    def executemany(self, sql, rows, /):
        return self.cursor().executemany(sql, rows)


_notes: list[list[Statement]] = []


def _note(sql: str, rows: list[Any]) -> None:
    if _notes:
        reads = sql.lstrip().upper().startswith(("SELECT", "WITH")) or "RETURNING" in sql
        _notes[-1].extend((sql, tuple(values), reads) for values in rows)


@contextmanager
def caught() -> Iterator[Callable[[], list[Statement]]]:
    """Catch every statement that connections opened in this block send; called, it gives them and begins anew."""
    plain = sqlite3.connect

    def connect(*args: Any, **kwargs: Any) -> sqlite3.Connection:
        return plain(*args, **kwargs, factory=_Connection)

    def cut() -> list[Statement]:
        _notes.append([])
        return _notes.pop(0)

    sqlite3.connect = connect
    _notes.append([])
    try:
        yield cut
    finally:
        sqlite3.connect = plain
        _notes.clear()


@attrs.frozen
class Tape:
    """What a scenario wrote: the file before it, the statements, and what the file holds afterwards."""

    before: Path
    statements: list[Statement]
    after: list[Any]

    def player(self, place: Path) -> Work:
        """Send the statements again on a copy of the file, through one bare cursor."""
        shutil.copy(self.before, place)
        connection = sqlite3.connect(place, isolation_level=None, cached_statements=256)
        cursor = connection.cursor()
        cursor.execute("PRAGMA synchronous = full")
        execute, statements = cursor.execute, self.statements

        def work() -> None:
            for sql, values, reads in statements:
                if reads:
                    execute(sql, values).fetchall()
                else:
                    execute(sql, values)

        return work


def rows(place: Path) -> list[Any]:
    """Everything that a file holds, table by table."""
    with sqlite3.connect(place) as connection:
        names = [row[0] for row in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY 1")]
        held = [(name, connection.execute(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall()) for name in names]
    connection.close()
    return held


def taped(place: Path, office_at: Callable[[Path], Any], scenario: Callable[[Any], object]) -> Tape:
    """Run a scenario once, catch it, and make sure that the tape writes the very same rows."""
    with caught() as cut:
        office = office_at(place / "taped.db")
        before = place / "before.db"
        with sqlite3.connect(place / "taped.db") as source, sqlite3.connect(before) as target:
            source.backup(target)
        target.execute("PRAGMA journal_mode = wal")
        target.close()
        source.close()
        cut()
        scenario(office)
        statements = cut()
        office.close()
    tape = Tape(before, statements, rows(place / "taped.db"))
    tape.player(place / "check.db")()
    assert rows(place / "check.db") == tape.after, "the replayed file differs from ours"
    return tape

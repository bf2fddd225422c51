"""One connection at work on one schema. Every statement names its schema: nobody's search path matters or is changed."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from functools import lru_cache
from typing import Any

import attrs
import psycopg
from psycopg.rows import tuple_row
from psycopg.types.numeric import Int8

from civicflow.plugins.storage.conditions import Value


@attrs.frozen
class Session:
    """A connection, and the schema that ``{s}`` stands for in a statement."""

    connection: psycopg.Connection[Any]
    schema: str
    _kept: psycopg.Cursor[tuple[Any, ...]] = attrs.field(init=False, repr=False)

    @_kept.default
    def _open(self) -> psycopg.Cursor[tuple[Any, ...]]:
        return psycopg.Cursor(self.connection, row_factory=tuple_row)

    def first(self, statement: bytes, values: Sequence[str | bytes | None]) -> tuple[Any, ...] | None:
        """The first row that a statement gives, if any; it is sent as it is, through a cursor that is kept."""
        return self._kept.execute(statement, values, binary=True).fetchone()

    def rows(self, statement: str, values: Sequence[Value] = ()) -> list[tuple[Any, ...]]:
        """All rows that a statement gives."""
        with psycopg.Cursor(self.connection, row_factory=tuple_row) as cursor:
            return cursor.execute(qualified(statement, self.schema), _bound(values), binary=True).fetchall()

    def change(self, statement: str, values: Sequence[Value] = ()) -> int:
        """Run a statement that gives no rows; returns how many it changed."""
        with psycopg.Cursor(self.connection) as cursor:
            return cursor.execute(qualified(statement, self.schema), _bound(values)).rowcount

    def transaction(self) -> AbstractContextManager[Any]:
        """Several statements as one; a savepoint where a transaction is open already."""
        return self.connection.transaction()


def _bound(values: Sequence[Value]) -> list[object] | None:
    """Integers of one width, or each would be another statement to prepare."""
    return [_typed(value) for value in values] or None


def _typed(value: Value) -> object:
    if isinstance(value, int):
        return Int8(value)
    return [Int8(one) if isinstance(one, int) else one for one in value] if isinstance(value, list) else value


@lru_cache(maxsize=512)
def qualified(statement: str, schema: str) -> bytes:
    """A statement with the schema's name put in, quoted as an identifier.

    >>> qualified("SELECT * FROM {s}.cases", "north-2").decode()
    'SELECT * FROM "north-2".cases'
    """
    return statement.replace("{s}", quoted(schema)).encode()


def quoted(name: str) -> str:
    """A name as an identifier."""
    return '"' + name.replace('"', '""') + '"'

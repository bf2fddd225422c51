"""A connection that the host owns: what an office writes is part of the host's transaction."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from civicflow.plugins.storage.sqlite.faults import explained
from civicflow.plugins.storage.sqlite.pool import Pool

P = ParamSpec("P")
R = TypeVar("R")

_LABEL: Final = "the host's connection"
_LEGACY: Final = -1
"""What `sqlite3.Connection.autocommit` (Python 3.12) says where `isolation_level` rules."""


class Host(Pool):
    """The host's connection in place of a pool: one call at a time, and nothing is ever committed for the host.

    Each writing call is a savepoint in the host's transaction, which is begun where none is open, as `sqlite3` itself
    does it; the host commits. Where the host's connection is in autocommit mode and it began no transaction, each call
    is its own.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._lock = threading.RLock()
        self._closed = False

    def write(self, work: Callable[Concatenate[sqlite3.Cursor, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do some work with a cursor of the host's connection; an error takes back what the work did, and no more."""
        with self._lock:
            self.check_open()
            connection = self._connection
            theirs = connection.text_factory
            cursor = None
            try:
                cursor = connection.cursor(HostedCursor)
                cursor.row_factory, connection.text_factory = None, str
                return work(cursor, *args, **kwargs)
            except BaseException as error:
                if cursor is not None:
                    cursor.take_back()
                known = explained(error, _LABEL)
                if known is None:
                    raise
                raise known from error
            finally:
                connection.text_factory = theirs

    def close(self) -> None:
        """Let go of the connection; it stays the host's, open as it was."""
        self._closed = True


class HostedCursor(sqlite3.Cursor):
    """A cursor whose transactions are savepoints wherever a transaction of the host is open."""

    _end = ""

    def execute(self, sql: str, parameters: Any = (), /) -> HostedCursor:
        """Run a statement; ``BEGIN``, ``COMMIT`` and ``ROLLBACK`` have their place in the host's transaction."""
        if sql.startswith("BEGIN"):
            self._begin(sql)
        elif sql == "COMMIT":
            super().execute(self._end)
            self._end = ""
        elif sql == "ROLLBACK":
            self.take_back()
        else:
            super().execute(sql, parameters)
        return self

    def take_back(self) -> None:
        """Undo whatever was begun here; a full disk may have undone the host's transaction already."""
        end, self._end = self._end, ""
        if end and self.connection.in_transaction:
            if end == "COMMIT":
                super().execute("ROLLBACK")
            else:
                super().execute("ROLLBACK TO civicflow")
                super().execute(end)

    def _begin(self, sql: str) -> None:
        connection = self.connection
        if sql == "BEGIN IMMEDIATE" and not connection.in_transaction and not _is_autocommit(connection):
            super().execute(sql)  # the host's, which the host ends
        if connection.in_transaction:
            super().execute("SAVEPOINT civicflow")
            self._end = "RELEASE civicflow"
        else:
            super().execute(sql)
            self._end = "COMMIT"


def _is_autocommit(connection: sqlite3.Connection) -> bool:
    mode = getattr(connection, "autocommit", _LEGACY)
    return connection.isolation_level is None if mode == _LEGACY else bool(mode)

"""A connection with a transaction around every call: the host's own, or that of a group of commits."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

from civicflow.plugins.storage.groups import ended, undone
from civicflow.plugins.storage.sqlite.door import SqliteDoor
from civicflow.plugins.storage.sqlite.faults import explained

P = ParamSpec("P")
R = TypeVar("R")

_LABEL: Final = "the host's connection"
_LEGACY: Final = -1
"""What `sqlite3.Connection.autocommit` (Python 3.12) says where `isolation_level` rules."""


class Host(SqliteDoor):
    """The host's connection in place of a pool: one call at a time, and nothing is ever committed for the host.

    Each writing call is a savepoint in the host's transaction, which is begun where none is open, as `sqlite3` itself
    does it; the host commits. Where the host's connection is in autocommit mode and it began no transaction, each call
    is its own.
    """

    def __init__(self, connection: sqlite3.Connection, label: str = _LABEL) -> None:
        super().__init__()
        self._connection, self._label = connection, label
        self._lock = threading.RLock()

    def run(self, work: Callable[Concatenate[sqlite3.Cursor, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
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
                known = explained(error, self._label)
                if known is None:
                    raise
                raise known from error
            finally:
                connection.text_factory = theirs

    @contextmanager
    def together(self) -> Iterator[Group]:
        """A door whose works stand or fall together in the transaction; whoever comes meanwhile waits."""
        with self._groups.entered(), self._lock:
            self.check_open()
            with grouped(self._connection, self._label) as group:
                yield group

    def close(self) -> None:
        """Let go of the connection; it stays the host's, open as it was."""
        self._closed = True


class Group(Host):
    """A connection inside a transaction that is not the caller's to end."""

    def __init__(self, connection: sqlite3.Connection, label: str) -> None:
        super().__init__(connection, label)
        self._process = os.getpid()

    def check_open(self) -> None:
        """Refuse to work when the block has ended, or the transaction."""
        if self._closed:
            raise ended()
        self.check_whole()

    def check_whole(self) -> None:
        """Refuse to go on when the transaction is gone, or in a process that was forked off."""
        if not (self.is_ours() and self._connection.in_transaction):
            raise undone()

    def is_ours(self) -> bool:
        """Whether this is the process that opened it."""
        return self._process == os.getpid()


@contextmanager
def grouped(connection: sqlite3.Connection, label: str) -> Iterator[Group]:
    """A transaction on the connection, or a savepoint where one is open; an error that leaves takes it back.

    Raises:
        StorageError: it cannot be begun, or the whole was taken back meanwhile (by a full disk, or the host).
    """
    cursor = connection.cursor(HostedCursor)
    _execute(cursor, "BEGIN IMMEDIATE", label)
    group = Group(connection, label)
    try:
        yield group
        group.check_whole()
        _execute(cursor, "COMMIT", label)
    except BaseException:
        if group.is_ours():
            cursor.take_back()
        raise
    finally:
        group.close()


@contextmanager
def reading(connection: sqlite3.Connection, label: str) -> Iterator[Group]:
    """A transaction that only reads, and sees what there is now; nobody waits for it.

    Raises:
        StorageError: it cannot be begun.
    """
    cursor = connection.cursor(HostedCursor)
    group = Group(connection, label)
    try:
        _execute(cursor, "BEGIN", label)
        _execute(cursor, "SELECT count(*) FROM sqlite_schema", label)  # the moment that is seen
        cursor.fetchall()
        yield group
    finally:
        if group.is_ours():
            cursor.take_back()
        group.close()


def _execute(cursor: HostedCursor, statement: str, label: str) -> None:
    try:
        cursor.execute(statement)
    except sqlite3.Error as error:
        raise explained(error, label) or error from error


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

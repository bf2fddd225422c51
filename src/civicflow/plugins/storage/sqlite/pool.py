"""Connections to one file: each serves one call at a time, and as many are open as calls run at once.

Taking one from the idle list and putting it back are single operations on a list, so threads need no lock here.
A connection must not live through a fork (SQLite, "How To Corrupt", 2.6): the idle ones are closed before it, and both
processes open new ones when they need them.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Concatenate, Final, ParamSpec, TypeVar
from weakref import WeakSet

from civicflow.errors import CivicflowError, StorageError
from civicflow.plugins.storage.sqlite.address import Address
from civicflow.plugins.storage.sqlite.door import SqliteDoor
from civicflow.plugins.storage.sqlite.faults import explained
from civicflow.plugins.storage.sqlite.hosting import Group, grouped, reading

P = ParamSpec("P")
R = TypeVar("R")

_POOLS: WeakSet[Pool] = WeakSet()
_INHERITED: Final[list[sqlite3.Cursor]] = []
"""What a forked process must neither use nor close."""

_WAL_PAUSE: Final = 0.01  # seconds

WAL_LIMIT: Final = 64 * 2**20
"""Bytes that the write-ahead log is cut back to when its pages have been taken over; a large commit may pass them."""

_CHECKPOINT: Final = 1000
"""Pages (4 MiB) of the write-ahead log after which a commit takes them over into the file, as far as readers let it."""


class Pool(SqliteDoor):
    """All connections of one open storage."""

    def __init__(self, address: Address) -> None:
        super().__init__()
        self._address = address
        self._idle: list[sqlite3.Cursor] = []
        if not _POOLS:
            _watch_forks()
        _POOLS.add(self)

    def run(self, work: Callable[Concatenate[sqlite3.Cursor, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do some work with a cursor; whatever transaction an error leaves open is rolled back."""
        cursor = self._take()
        try:
            result = work(cursor, *args, **kwargs)
        except CivicflowError:
            if cursor.connection.in_transaction:
                cursor.execute("ROLLBACK")
            self._give(cursor)
            raise
        except BaseException as error:
            # SQLite has rolled back by itself when the disk is full; closing rolls back what is left.
            cursor.connection.close()
            known = explained(error, self._address.path)
            if known is None:
                raise
            raise known from error
        self._give(cursor)
        return result

    @contextmanager
    def together(self) -> Iterator[Group]:
        """A door whose works are one transaction, on a connection that nobody else is given meanwhile."""
        with self._groups.entered():
            cursor, process = self._take(), os.getpid()
            try:
                with grouped(cursor.connection, self._address.path) as group:
                    yield group
            finally:
                if process == os.getpid():
                    self._give(cursor)
                else:
                    _INHERITED.append(cursor)

    @contextmanager
    def moment(self) -> Iterator[Group]:
        """A door that reads one snapshot, on a connection that nobody else is given meanwhile."""
        cursor, process = self._take(), os.getpid()
        try:
            with reading(cursor.connection, self._address.path) as group:
                yield group
        finally:
            if process == os.getpid():
                self._give(cursor)
            else:
                _INHERITED.append(cursor)

    def close(self) -> None:
        """Close every connection; one that is in use is closed when its call ends."""
        self._closed = True
        self.drain()

    def drain(self) -> None:
        """Close what is idle."""
        for cursor in self._emptied():
            cursor.connection.close()

    def abandon(self) -> None:
        """In a forked process: forget what belongs to the parent."""
        _INHERITED.extend(self._emptied())

    def _emptied(self) -> list[sqlite3.Cursor]:
        taken, self._idle = self._idle, []
        return taken

    def _take(self) -> sqlite3.Cursor:
        self.check_open()
        try:
            return self._idle.pop()
        except IndexError:
            try:
                return connect(self._address)
            except sqlite3.Error as error:
                raise explained(error, self._address.path) or error from error

    def _give(self, cursor: sqlite3.Cursor) -> None:
        self._idle.append(cursor)
        if self._closed:
            self.drain()


def connect(address: Address) -> sqlite3.Cursor:
    """A new connection, set up; its cursor is all that is needed of it."""
    connection = sqlite3.connect(
        address.path, timeout=address.timeout, isolation_level=None, check_same_thread=False, cached_statements=256
    )
    try:
        cursor = connection.cursor()
        _to_wal(cursor, address.timeout)
        cursor.execute(f"PRAGMA synchronous = {address.synchronous}")
        cursor.execute(f"PRAGMA wal_autocheckpoint = {_CHECKPOINT}")
        cursor.execute(f"PRAGMA journal_size_limit = {WAL_LIMIT}")
        cursor.execute("PRAGMA secure_delete = ON")  # not every SQLite wipes what is erased
    except BaseException:
        connection.close()
        raise
    return cursor


def _to_wal(cursor: sqlite3.Cursor, timeout: int) -> None:
    """Switch a new file to WAL; SQLite's own timeout does not cover this, so several that open it at once take turns.

    Args:
        cursor: of the new connection.
        timeout: seconds after which to give up.
    """
    end = time.monotonic() + timeout
    while True:
        try:
            if cursor.execute("PRAGMA journal_mode = WAL").fetchone()[0] == "wal":
                return
            raise StorageError("SQLite cannot keep this file in WAL mode; put it on a local disk")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() >= end:
                raise
            time.sleep(_WAL_PAUSE)


def _watch_forks() -> None:
    if _WATCHED or not hasattr(os, "register_at_fork"):
        return
    _WATCHED.append(True)
    os.register_at_fork(before=_before_fork, after_in_child=_after_fork)


def _before_fork() -> None:
    for pool in tuple(_POOLS):
        pool.drain()


def _after_fork() -> None:
    for pool in tuple(_POOLS):
        pool.abandon()


_WATCHED: Final[list[bool]] = []

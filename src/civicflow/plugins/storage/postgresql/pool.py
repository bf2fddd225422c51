"""Connections to one server: each serves one call at a time, a few for all threads.

Every call is one statement in autocommit mode, so nothing is left open between calls. A connection that the server closed
while it was idle is noticed before it is used. One that came through a fork belongs to the parent: it is neither used nor
closed here.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Concatenate, Final, ParamSpec, TypeVar

import psycopg

from civicflow.errors import StorageError
from civicflow.plugins.storage.groups import Groups
from civicflow.plugins.storage.postgresql.address import Address
from civicflow.plugins.storage.postgresql.attempts import attempt
from civicflow.plugins.storage.postgresql.faults import unreachable
from civicflow.plugins.storage.postgresql.hosting import Group, grouped, reading
from civicflow.plugins.storage.postgresql.session import Session

P = ParamSpec("P")
R = TypeVar("R")
Connection = psycopg.Connection[Any]

_INHERITED: Final[list[Session | Connection]] = []
"""What a forked process must neither use nor close."""

_IDLE: Final = psycopg.pq.TransactionStatus.IDLE


class Pool:
    """All connections of one open storage."""

    def __init__(self, address: Address) -> None:
        self.address = address
        self._closed = False
        self._groups = Groups()
        self._begin()

    def _begin(self) -> None:
        self._process = os.getpid()
        self._idle: list[Session] = []
        self._free = threading.BoundedSemaphore(self.address.connections)

    def read(self, work: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do some work on a connection.

        Raises:
            StorageError: the storage was closed, the server does not answer, or no connection came free in time.
        """
        self.check_open()
        free = self._free
        if not free.acquire(timeout=self.address.timeout):
            msg = f"{self.address.label}: all {self.address.connections} connections are in use; raise connections="
            raise StorageError(msg, retryable=True)
        try:
            session = self._take()
            try:
                return attempt(session, self.address.label, work, *args, **kwargs)
            finally:
                self._give(session)
        finally:
            free.release()

    def write(self, work: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do some work that may write, unless this thread has a group open; one statement is its own transaction."""
        self._groups.check()
        return self.read(work, *args, **kwargs)

    @contextmanager
    def together(self) -> Iterator[Group]:
        """A door whose works are one transaction, on a connection beside the pool: the others have theirs meanwhile."""
        self.check_open()
        with self._groups.entered():
            connection, process = connect(self.address), os.getpid()
            try:
                with grouped(connection, self.address.schema, self.address.label) as group:
                    yield group
            finally:
                if process == os.getpid():
                    connection.close()
                else:
                    _INHERITED.append(connection)

    @contextmanager
    def moment(self) -> Iterator[Group]:
        """A door that reads one snapshot, on a connection beside the pool."""
        self.check_open()
        connection, process = connect(self.address), os.getpid()
        try:
            with reading(connection, self.address.schema, self.address.label) as group:
                yield group
        finally:
            if process == os.getpid():
                connection.close()
            else:
                _INHERITED.append(connection)

    def close(self) -> None:
        """Close every connection; one that is in use is closed when its call ends."""
        self._closed = True
        self._drain()

    def check_open(self) -> None:
        """Refuse to work once closed; a forked process begins anew."""
        if self._closed:
            raise StorageError("this storage was closed; open it again")
        if self._process != os.getpid():
            _INHERITED.extend(self._idle)
            self._begin()

    def _take(self) -> Session:
        while self._idle:
            try:
                session = self._idle.pop()
            except IndexError:  # another thread was faster
                break
            if is_sound(session.connection):
                return session
            session.connection.close()
        return Session(connect(self.address), self.address.schema)

    def _give(self, session: Session) -> None:
        connection = session.connection
        if connection.closed or connection.pgconn.transaction_status != _IDLE:
            connection.close()
        else:
            self._idle.append(session)
            if self._closed:
                self._drain()

    def _drain(self) -> None:
        if self._process == os.getpid():
            taken, self._idle = self._idle, []
            for session in taken:
                session.connection.close()


def connect(address: Address) -> Connection:
    """A new connection in autocommit mode, whatever the server's defaults are.

    Raises:
        StorageError: the server cannot be reached, or refuses.
    """
    try:
        connection = psycopg.connect(address.conninfo, autocommit=True, client_encoding="utf8")
        try:
            connection.execute("SET default_transaction_isolation TO 'read committed'")
        except BaseException:
            connection.close()
            raise
    except psycopg.Error as error:
        raise unreachable(error, address.label) from error
    return connection


def is_sound(connection: Connection) -> bool:
    """Whether an idle connection is still there: a server that goes away says so, and then closes its end."""
    try:
        connection.pgconn.consume_input()  # what it said
        connection.pgconn.consume_input()  # and the end, if that was the last
    except psycopg.Error:
        return False
    return not connection.closed

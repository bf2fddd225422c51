"""A connection with a transaction around every call: the host's own, or that of a group of commits."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any, Concatenate, ParamSpec, TypeVar

import psycopg
from psycopg.pq import TransactionStatus

from civicflow.errors import StorageError
from civicflow.plugins.storage.groups import Groups, ended, undone
from civicflow.plugins.storage.postgresql.attempts import attempt
from civicflow.plugins.storage.postgresql.faults import explained
from civicflow.plugins.storage.postgresql.session import Session

P = ParamSpec("P")
R = TypeVar("R")


class Host:
    """The host's connection in place of a pool. Each writing call is a savepoint; only the host commits.

    Where the host's connection is in autocommit mode and it began no transaction, each call is its own.
    """

    def __init__(self, connection: psycopg.Connection[Any], schema: str, label: str = "") -> None:
        self._connection, self._schema = connection, schema
        self._label = label or f"the host's connection (schema {schema})"
        self._lock = threading.RLock()
        self._closed = False
        self._groups = Groups()

    def read(self, work: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do some work that only reads."""
        with self._lock:
            return attempt(self._session(), self._label, work, *args, **kwargs)

    def write(self, work: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do some work in a savepoint: an error takes it back, and the host's transaction goes on."""
        self._groups.check()
        with self._lock:
            return attempt(self._session(), self._label, self._guarded(work), *args, **kwargs)

    def _guarded(self, work: Callable[Concatenate[Session, P], R]) -> Callable[Concatenate[Session, P], R]:
        def guarded(session: Session, /, *args: P.args, **kwargs: P.kwargs) -> R:
            _enter(self._connection)
            with session.transaction():
                return work(session, *args, **kwargs)

        return guarded

    @contextmanager
    def together(self) -> Iterator[Group]:
        """A door whose works stand or fall together in the transaction; whoever comes meanwhile waits."""
        with self._groups.entered(), self._lock:
            self.check_open()
            with grouped(self._connection, self._schema, self._label) as group:
                yield group

    def check_open(self) -> None:
        """Refuse to work once closed."""
        if self._closed:
            raise StorageError("this storage was closed; open it again")

    def _session(self) -> Session:
        self.check_open()
        return Session(self._connection, self._schema)

    def close(self) -> None:
        """Let go of the connection; it stays the host's, open as it was."""
        self._closed = True


class Group(Host):
    """A connection inside a transaction that is not the caller's to end."""

    def __init__(self, connection: psycopg.Connection[Any], schema: str, label: str) -> None:
        super().__init__(connection, schema, label)
        self._process = os.getpid()

    def check_open(self) -> None:
        """Refuse to work when the block has ended, or the transaction."""
        if self._closed:
            raise ended()
        self.check_whole()

    def check_whole(self) -> None:
        """Refuse to go on when the transaction is gone, or in a process that was forked off."""
        if not self.is_ours() or self._connection.info.transaction_status is not TransactionStatus.INTRANS:
            raise undone()

    def is_ours(self) -> bool:
        """Whether this is the process that opened it."""
        return self._process == os.getpid()


@contextmanager
def grouped(connection: psycopg.Connection[Any], schema: str, label: str) -> Iterator[Group]:
    """A transaction on the connection, or a savepoint where one is open; an error that leaves takes it back.

    Raises:
        StorageError: it cannot be begun or ended, or the whole was taken back meanwhile (a lost connection, say).
    """
    group = Group(connection, schema, label)
    transaction = connection.transaction()
    with _explaining(label):
        _enter(connection)
        transaction.__enter__()
    try:
        yield group
        group.check_whole()
    except BaseException as error:
        if group.is_ours():
            with suppress(psycopg.Error):  # of a connection that is lost nothing stands
                transaction.__exit__(type(error), error, error.__traceback__)
        raise
    else:
        with _explaining(label):
            transaction.__exit__(None, None, None)
    finally:
        group.close()


@contextmanager
def reading(connection: psycopg.Connection[Any], schema: str, label: str) -> Iterator[Group]:
    """A transaction that only reads, and sees what there is now; the feed goes on for everybody else.

    Raises:
        StorageError: it cannot be begun.
    """
    group = Group(connection, schema, label)
    with _explaining(label):
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        connection.execute("SELECT")  # the moment that is seen
    try:
        yield group
    finally:
        if group.is_ours() and not connection.closed:
            with suppress(psycopg.Error):
                connection.rollback()
        group.close()


def _enter(connection: psycopg.Connection[Any]) -> None:
    """Begin the host's transaction where there is none yet, or leaving ours would commit it."""
    if not connection.autocommit and connection.info.transaction_status is TransactionStatus.IDLE:
        connection.execute("SELECT")


@contextmanager
def _explaining(label: str) -> Iterator[None]:
    try:
        yield
    except psycopg.Error as error:
        raise explained(error, label) or error from error

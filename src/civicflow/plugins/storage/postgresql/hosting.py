"""A connection that the host owns: what an office writes is part of the host's transaction."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any, Concatenate, ParamSpec, TypeVar

import psycopg
from psycopg.pq import TransactionStatus

from civicflow.errors import StorageError
from civicflow.plugins.storage.postgresql.pool import attempt
from civicflow.plugins.storage.postgresql.session import Session

P = ParamSpec("P")
R = TypeVar("R")


class Host:
    """The host's connection in place of a pool. Each writing call is a savepoint; only the host commits.

    Where the host's connection is in autocommit mode and it began no transaction, each call is its own.
    """

    def __init__(self, connection: psycopg.Connection[Any], schema: str) -> None:
        self._connection = connection
        self._schema = schema
        self._label = f"the host's connection (schema {schema})"
        self._lock = threading.RLock()
        self._closed = False

    def read(self, work: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do some work that only reads."""
        with self._lock:
            return attempt(self._session(), self._label, work, *args, **kwargs)

    def write(self, work: Callable[Concatenate[Session, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do some work in a savepoint: an error takes it back, and the host's transaction goes on."""
        with self._lock:
            return attempt(self._session(), self._label, self._guarded(work), *args, **kwargs)

    def _guarded(self, work: Callable[Concatenate[Session, P], R]) -> Callable[Concatenate[Session, P], R]:
        def guarded(session: Session, /, *args: P.args, **kwargs: P.kwargs) -> R:
            connection = self._connection
            if not connection.autocommit and connection.info.transaction_status is TransactionStatus.IDLE:
                connection.execute("SELECT")  # begins the host's transaction, or leaving ours would commit it
            with session.transaction():
                return work(session, *args, **kwargs)

        return guarded

    def _session(self) -> Session:
        if self._closed:
            raise StorageError("this storage was closed; open it again")
        return Session(self._connection, self._schema)

    def close(self) -> None:
        """Let go of the connection; it stays the host's, open as it was."""
        self._closed = True

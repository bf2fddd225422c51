"""What the ways to a file have in common: they are open until they are closed, and read what is damaged."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from civicflow.errors import StorageError
from civicflow.plugins.storage.groups import Groups
from civicflow.plugins.storage.sqlite.faults import Unreadable

P = ParamSpec("P")
R = TypeVar("R")


class SqliteDoor:
    """A way to a file; `run` says how a cursor is come by."""

    def __init__(self) -> None:
        self._closed = False
        self._groups = Groups()

    def check_open(self) -> None:
        """Refuse to work once closed."""
        if self._closed:
            raise StorageError("this storage was closed; open it again")

    def write(self, work: Callable[Concatenate[sqlite3.Cursor, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do some work that may write, unless this thread has a group open."""
        self._groups.check()
        return self.run(work, *args, **kwargs)

    def read(self, work: Callable[Concatenate[sqlite3.Cursor, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do some work that only reads; texts that are damaged are read as far as they go."""
        try:
            return self.run(work, *args, **kwargs)
        except Unreadable:

            def leniently(cursor: sqlite3.Cursor) -> R:
                # No sound text holds a lone surrogate, so a damaged one never looks like another.
                cursor.connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
                try:
                    return work(cursor, *args, **kwargs)
                finally:
                    cursor.connection.text_factory = str

            return self.run(leniently)

    def run(self, work: Callable[Concatenate[sqlite3.Cursor, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do some work with a cursor; whatever transaction an error leaves open is taken back."""
        raise NotImplementedError

"""The door to rows in memory: one call at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Concatenate, ParamSpec, TypeVar

from civicflow.errors import StorageError
from civicflow.plugins.storage.groups import ended
from civicflow.plugins.storage.memory.rows import Rows

P = ParamSpec("P")
R = TypeVar("R")


class Handle:
    """What holds the rows until it is closed."""

    def __init__(self, rows: Rows) -> None:
        self._rows: Rows | None = rows

    @property
    def rows(self) -> Rows:
        """The rows.

        Raises:
            StorageError: once it was closed.
        """
        rows = self._rows
        if rows is None:
            raise StorageError("this storage was closed; open it again")
        return rows

    def read(self, work: Callable[Concatenate[Rows, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do some work with the rows; whoever comes meanwhile waits."""
        rows = self.rows
        with rows.lock:
            return work(rows, *args, **kwargs)

    def write(self, work: Callable[Concatenate[Rows, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do some work when it is its turn; whatever fails fails before it changes anything."""
        rows = self.rows
        rows.groups.check()
        with rows.turn, rows.lock:
            return work(rows, *args, **kwargs)

    @contextmanager
    def together(self) -> Iterator[Handle]:
        """A door to a copy, which takes the place of the rows when the block ends; nobody else has a turn meanwhile."""
        rows = self.rows
        with rows.groups.entered(), rows.turn:
            with rows.lock:
                copy = rows.copy()
            group = _Group(copy)
            try:
                yield group
            finally:
                group.close()
            with rows.lock:
                rows.take(copy)

    def close(self) -> None:
        """Let go of the rows."""
        self._rows = None


class _Group(Handle):
    """The door to the rows of a group."""

    @property
    def rows(self) -> Rows:
        """The rows, as long as the block lasts."""
        if self._rows is None:
            raise ended()
        return self._rows

"""The door to rows in memory: one call at a time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Concatenate, ParamSpec, TypeVar

from civicflow.errors import StorageError
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

    write = read
    """Whatever fails fails before it changes anything."""

    def close(self) -> None:
        """Let go of the rows."""
        self._rows = None

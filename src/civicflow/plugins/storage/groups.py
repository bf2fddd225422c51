"""Groups of commits, as far as they are alike behind every door."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from civicflow.errors import StorageError


class Groups:
    """The threads that have a group open behind one door. What they write goes through their group alone.

    Any other way, they would wait for the end of their own group.
    """

    def __init__(self) -> None:
        self._threads: set[int] = set()

    def check(self) -> None:
        """Refuse to write beside a group of this very thread.

        Raises:
            StorageError: it has one open.
        """
        if self._threads and threading.get_ident() in self._threads:
            raise StorageError(
                "this thread has a group open on this storage; write through the group, or after its end"
            )

    @contextmanager
    def entered(self) -> Iterator[None]:
        """While a group of this thread is open."""
        self.check()
        thread = threading.get_ident()
        self._threads.add(thread)
        try:
            yield
        finally:
            self._threads.discard(thread)


def ended() -> StorageError:
    """What a group says after its block."""
    return StorageError("this group has ended; write through the storage, or begin another")


def undone() -> StorageError:
    """What a group says when its transaction is gone."""
    return StorageError("this group was taken back as a whole, nothing of it stands; begin it again")

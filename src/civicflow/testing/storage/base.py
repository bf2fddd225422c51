"""What every part of the suite rests on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

import pytest

from civicflow.plugins.storage.contract import Storage


class StorageSuite:
    """How the suite comes to a storage.

    `open_storage` and `fresh` must be defined. The others may be: they show the suite what it cannot see from outside.
    """

    concern: ClassVar[str] = ""
    """What a part of the suite is about, as the report names it."""
    tolerated: ClassVar[frozenset[str]] = frozenset()
    """Rules of findings that are an error of your places as you test them (a test server that never waits for its disk)."""

    def open_storage(self, place: str) -> Storage:
        """Open the place that `fresh` named; the same place again, as long as one is open, is the same data."""
        raise NotImplementedError

    def fresh(self) -> str:
        """Name a place that was never used, for instance a URL with a new path or schema."""
        raise NotImplementedError

    @contextmanager
    def slow_commits(self, place: str, matter: str) -> Iterator[None]:
        """Let every commit that appends to this matter rest after its first write, for some hundredths of a second.

        A server can do so by a trigger that sleeps. Left as it is, the slow writer of the tests is only a large one.
        """
        yield

    def on_disk(self, place: str) -> bytes | None:
        """Every byte that is kept of a closed place, to see that what was erased is gone; None where nobody can tell."""
        return None

    @contextmanager
    def storage(self) -> Iterator[Storage]:
        """A new, empty storage that is closed at the end."""
        with self.opened(self.fresh()) as storage:
            yield storage

    @contextmanager
    def opened(self, place: str) -> Iterator[Storage]:
        """A handle on a place that is closed at the end."""
        storage = self.open_storage(place)
        try:
            yield storage
        finally:
            storage.close()

    @staticmethod
    def need(storage: Storage, capability: str) -> None:
        """Skip the test where the storage does not promise this."""
        if capability not in storage.capabilities:
            pytest.skip(f"the storage does not promise {capability!r}")

"""What every part of the suite rests on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from civicflow.plugins.storage.contract import Storage


class StorageSuite:
    """How the suite comes to a storage."""

    def open_storage(self, place: str) -> Storage:
        """Open the place that `fresh` named; the same place again, as long as one is open, is the same data."""
        raise NotImplementedError

    def fresh(self) -> str:
        """Name a place that was never used, for instance a URL with a new path or schema."""
        raise NotImplementedError

    @contextmanager
    def storage(self) -> Iterator[Storage]:
        """A new, empty storage that is closed at the end."""
        storage = self.open_storage(self.fresh())
        try:
            yield storage
        finally:
            storage.close()

    @staticmethod
    def need(storage: Storage, capability: str) -> None:
        """Skip the test where the storage does not promise this."""
        if capability not in storage.capabilities:
            pytest.skip(f"the storage does not promise {capability!r}")

"""Storage in an SQLite file keeps the contract."""

from __future__ import annotations

from itertools import count
from pathlib import Path

import pytest

from civicflow.plugins.storage.contract import Storage
from civicflow.plugins.storage.sqlite import open_storage
from civicflow.testing import StorageContract


class TestSqliteStorage(StorageContract):
    """The whole suite, each place a file of its own; what a power failure would lose is not tested here."""

    tolerated = frozenset({"synchronous"})

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder, self.numbers = tmp_path, count()

    def open_storage(self, place: str) -> Storage:
        """A place is a URL."""
        return open_storage(place)

    def fresh(self) -> str:
        """A URL never used before."""
        return f"sqlite:///{self.folder}/{next(self.numbers)}.db?synchronous=off"

    def on_disk(self, place: str) -> bytes:
        """The file, and what SQLite keeps beside it."""
        path = Path(place.removeprefix("sqlite:///").partition("?")[0])
        return b"".join(file.read_bytes() for file in sorted(path.parent.glob(f"{path.name}*")))

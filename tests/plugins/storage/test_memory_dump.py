"""A storage in memory goes into bytes and comes out of them as the same one."""

from __future__ import annotations

from itertools import count

import pytest

from civicflow.errors import InvalidInput, StorageError
from civicflow.plugins.storage.contract import Storage
from civicflow.plugins.storage.memory import MemoryStorage, open_storage
from civicflow.testing.storage.builders import everything, put
from civicflow.testing.storage.durability import DurabilitySuite
from civicflow.testing.storage.lanes import LaneSuite
from civicflow.testing.storage.sequences import SequenceSuite

_NUMBERS = count()
_DISK: dict[str, bytes] = {}


class DumpedStorage(MemoryStorage):
    """What is closed lies in a dictionary of bytes until it is opened again."""

    capabilities = frozenset({"durable", "dense_feed"})
    place = ""

    def close(self) -> None:
        """Keep the bytes, unless it was closed before."""
        if self.place:
            _DISK[self.place], self.place = self.to_bytes(), ""
        super().close()


class TestDumpedStorage(SequenceSuite, LaneSuite, DurabilitySuite):
    """Any sequence of calls, with dumps anywhere in between, is answered as the naive model does."""

    def open_storage(self, place: str) -> Storage:
        """What lies there, or an empty one."""
        storage = DumpedStorage.from_bytes(_DISK.get(place) or open_storage("memory://").to_bytes())
        assert isinstance(storage, DumpedStorage)
        storage.place = place
        return storage

    def fresh(self) -> str:
        """A name never used before."""
        return f"place {next(_NUMBERS)}"

    def on_disk(self, place: str) -> bytes:
        """The bytes."""
        return _DISK[place]


def test_a_dump_is_another_storage() -> None:
    """It has rows of its own, and what comes later in one is not in the other."""
    storage = open_storage("memory://")
    put(storage, "T-1", unit="U-1")
    twin = MemoryStorage.from_bytes(storage.to_bytes())
    assert everything(twin) == everything(storage)
    put(twin, "T-1", 1)
    assert len(storage.feed()) == 1


@pytest.mark.parametrize(
    "spoilt", [b"", b"civicflow memory 0\n", b"civicflow memory 2\n\xc1", b"civicflow memory 2\n\x80"]
)
def test_what_is_no_dump_is_refused(spoilt: bytes) -> None:
    """The message says to rebuild it."""
    with pytest.raises(InvalidInput, match="rebuild it"):
        MemoryStorage.from_bytes(spoilt)


def test_a_dump_that_was_cut_is_refused_at_every_byte() -> None:
    """Half a dump is none."""
    storage = open_storage("memory://")
    put(storage, "T-1")
    dump = storage.to_bytes()
    for end in range(len(dump)):
        with pytest.raises(InvalidInput):
            MemoryStorage.from_bytes(dump[:end])


def test_a_closed_storage_gives_no_bytes() -> None:
    """As for every other method."""
    storage = open_storage("memory://")
    storage.close()
    with pytest.raises(StorageError, match="closed"):
        storage.to_bytes()

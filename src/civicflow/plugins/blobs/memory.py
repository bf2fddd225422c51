"""``memory://``: blobs in the memory of their process, for tests and for trying things out.

``memory://`` opens an empty store. ``memory://NAME`` opens one shared by everybody in the process who gives that name;
it lives as long as one of them has it open.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Sequence
from io import BytesIO
from typing import BinaryIO, Final

from civicflow.errors import NotFound, StorageError
from civicflow.plugins.blobs.contract import API_VERSION, CHUNK, Blob, check_name, other_bytes
from civicflow.plugins.shared_memory import SharedMemory


class Shelves:
    """The bytes of one store with the instants at which they were put, and a lock on them."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.blobs: dict[tuple[str, str], tuple[bytes, int]] = {}


class MemoryBlobs:
    """A handle on shelves in memory."""

    def __init__(self, shelves: Shelves) -> None:
        self.api_version = API_VERSION
        self.capabilities: frozenset[str] = frozenset()
        self._shelves: Shelves | None = shelves

    def put(self, matter: str, digest: str, content: BinaryIO, *, at: int) -> int:
        """Keep bytes; see `Blobs.put`."""
        check_name(matter, digest)
        shelves = self._open()
        body = b"".join(iter(lambda: content.read(CHUNK), b""))
        found = hashlib.sha256(body).hexdigest()
        if found != digest:
            raise other_bytes(digest, found)
        with shelves.lock:
            shelves.blobs[matter, digest] = body, at
        return len(body)

    def open(self, matter: str, digest: str) -> BinaryIO:
        """The bytes; see `Blobs.open`."""
        check_name(matter, digest)
        shelves = self._open()
        with shelves.lock:
            kept = shelves.blobs.get((matter, digest))
        if kept is None:
            msg = f"there is no blob {digest} on the shelf of {matter!r}"
            raise NotFound(msg)
        return BytesIO(kept[0])

    def delete(self, matter: str, digest: str, *, before: int | None = None) -> bool:
        """Let go of bytes; see `Blobs.delete`."""
        check_name(matter, digest)
        shelves = self._open()
        with shelves.lock:
            kept = shelves.blobs.get((matter, digest))
            if kept is None or (before is not None and kept[1] >= before):
                return False
            del shelves.blobs[matter, digest]
        return True

    def page(self, *, after: tuple[str, str] | None = None, limit: int = 1000) -> Sequence[Blob]:
        """What is there, by matter and digest; see `Blobs.page`."""
        shelves = self._open()
        with shelves.lock:
            names = sorted(name for name in shelves.blobs if after is None or name > after)[:limit]
            return [Blob(*name, len(shelves.blobs[name][0]), shelves.blobs[name][1]) for name in names]

    def close(self) -> None:
        """Let go of the shelves; a second call does nothing."""
        self._shelves = None

    def _open(self) -> Shelves:
        if self._shelves is None:
            msg = "the blobs in memory were closed; open them again"
            raise StorageError(msg)
        return self._shelves


_SHELVES: Final = SharedMemory("blob store", Shelves)


def open_blobs(url: str) -> MemoryBlobs:
    """Open ``memory://`` or ``memory://NAME``.

    Raises:
        InvalidInput: the address is neither.
    """
    return MemoryBlobs(_SHELVES.at(url))

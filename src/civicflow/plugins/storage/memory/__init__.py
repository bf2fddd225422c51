"""``memory://``: a storage in the memory of its process, for tests and for trying things out.

``memory://`` opens a fresh one. ``memory://NAME`` opens one shared by everybody in the process who gives that name; it
lives as long as one of them has it open.
"""

from __future__ import annotations

from typing import Final

from civicflow.plugins.shared_memory import SharedMemory
from civicflow.plugins.storage.memory.rows import Rows
from civicflow.plugins.storage.memory.store import MemoryStorage

__all__ = ["MemoryStorage", "open_storage"]

_ROWS: Final = SharedMemory("storage", Rows)


def open_storage(url: str) -> MemoryStorage:
    """Open ``memory://`` or ``memory://NAME``.

    Raises:
        InvalidInput: the address is neither.
    """
    return MemoryStorage(_ROWS.at(url))

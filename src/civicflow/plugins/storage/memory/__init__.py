"""``memory://``: a storage in the memory of its process, for tests and for trying things out.

``memory://`` opens a fresh one. ``memory://NAME`` opens one shared by everybody in the process who gives that name; it
lives as long as one of them has it open.
"""

from __future__ import annotations

import threading
from typing import Final
from weakref import WeakValueDictionary

from civicflow.errors import InvalidInput
from civicflow.plugins.storage.memory.rows import Rows
from civicflow.plugins.storage.memory.store import MemoryStorage

__all__ = ["MemoryStorage", "open_storage"]

_SHARED: Final[WeakValueDictionary[str, Rows]] = WeakValueDictionary()
_SHARING: Final = threading.Lock()


def open_storage(url: str) -> MemoryStorage:
    """Open ``memory://`` or ``memory://NAME``.

    Raises:
        InvalidInput: the address is neither.
    """
    scheme, separator, name = url.partition("://")
    plain = name.replace("-", "").replace("_", "").replace(".", "")
    if scheme != "memory" or not separator or (name and not plain.isalnum()):
        msg = f"{url!r} is no storage in memory; write memory:// or memory://NAME (letters, digits, '-', '_', '.')"
        raise InvalidInput(msg)
    if not name:
        return MemoryStorage(Rows())
    with _SHARING:
        rows = _SHARED.get(name)
        if rows is None:
            rows = _SHARED[name] = Rows()
        return MemoryStorage(rows)

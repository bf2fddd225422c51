"""``memory://`` and ``memory://NAME``: what lives in a process, alone or under a name that others of the process give, too."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

from civicflow.errors import InvalidInput

T = TypeVar("T")


class SharedMemory(Generic[T]):
    """What is in memory by name; it lives as long as somebody has it."""

    def __init__(self, what: str, make: Callable[[], T]) -> None:
        """Nothing is there yet.

        Args:
            what: the address is one of, for the message: ``storage``.
            make: makes an empty one.
        """
        self._what, self._make = what, make
        self._named: WeakValueDictionary[str, T] = WeakValueDictionary()
        self._lock = threading.Lock()

    def at(self, url: str) -> T:
        """A fresh one at ``memory://``; the one of that name at ``memory://NAME``.

        Raises:
            InvalidInput: the address is neither.
        """
        scheme, separator, name = url.partition("://")
        plain = name.replace("-", "").replace("_", "").replace(".", "")
        if scheme.lower() != "memory" or not separator or (name and not plain.isalnum()):
            form = "write memory:// or memory://NAME (letters, digits, '-', '_', '.')"
            raise InvalidInput(f"{url!r} is no {self._what} in memory; {form}")
        if not name:
            return self._make()
        with self._lock:
            held = self._named.get(name)
            if held is None:
                held = self._named[name] = self._make()
            return held

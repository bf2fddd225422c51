"""A storage without a fault, and how one with a fault is planted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

import attrs

from civicflow.plugins.storage.memory import MemoryStorage
from civicflow.plugins.storage.memory.handle import Handle
from civicflow.plugins.storage.memory.rows import Rows
from civicflow.testing import StorageContract

PAUSE: Final = 0.001
"""Seconds, in which another thread comes between."""

S = TypeVar("S", bound="type[Sound]")


class Sound(MemoryStorage):
    """No fault. What it holds outlives its handles, as if it were on a disk."""

    capabilities = frozenset({"dense_feed", "durable"})

    @property
    def rows(self) -> Rows:
        """What it holds, of which the faults make the wrong use."""
        assert isinstance(self._door, Handle)
        return self._door.rows


@attrs.frozen
class Planted:
    """A fault, the part of the suite that runs on it, and the tests that must be among those that fail."""

    storage: type[Sound]
    part: str
    tests: tuple[str, ...]


PLANTED: Final[list[Planted]] = []


def caught(*tests: str) -> Callable[[S], S]:
    """By which tests; they are of one part of the suite."""

    def plant(storage: S) -> S:
        (part,) = {cls.__name__ for cls in StorageContract.__mro__ for test in tests if test in vars(cls)}
        PLANTED.append(Planted(storage, part, tests))
        return storage

    return plant

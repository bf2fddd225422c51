"""Waking: whoever waits for work is told of a commit, through whatever handle it came."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pytest

from civicflow.errors import StorageError
from civicflow.plugins.storage.abilities import Waking
from civicflow.plugins.storage.contract import Storage
from civicflow.testing.storage.base import StorageSuite
from civicflow.testing.storage.builders import put
from civicflow.testing.storage.together import together

_LONG: Final = 60_000_000
"""Microseconds; nobody waits for so long where a commit wakes."""


class WakingSuite(StorageSuite):
    """Look for work, wait, look again: nothing is missed in between."""

    concern = "waking"

    @contextmanager
    def _waiting(self) -> Iterator[tuple[Storage, Waking, Storage]]:
        """A handle that waits (twice the same, for its two protocols), and one that commits."""
        place = self.fresh()
        with self.opened(place) as storage, self.opened(place) as other:
            self.need(storage, "notify")
            assert isinstance(storage, Waking)
            yield storage, storage, other

    def test_a_commit_wakes_whoever_waits(self) -> None:
        """One that came before the call, too, and several at once."""
        with self._waiting() as (storage, waking, other):
            assert waking.wait(0), "a thread's first call returns at once"
            for version in range(3):
                put(other if version else storage, "T-1", version)
                assert waking.wait(_LONG)

    def test_a_commit_wakes_every_thread_that_waits(self) -> None:
        """Each looks, waits and finds; none goes on sleeping because another one was told."""
        with self._waiting() as (storage, waking, other):

            def waiting() -> None:
                while len(storage.feed()) < 3:
                    assert waking.wait(_LONG), "there was a commit, and nobody was woken"

            def working() -> None:
                for version in range(3):
                    put(other, "T-1", version)

            together([waiting, waiting, working])

    def test_without_a_commit_the_timeout_ends_it(self) -> None:
        """Nothing new is no error."""
        with self._waiting() as (_, waking, other):
            put(other, "T-1")
            while waking.wait(1_000):
                pass
            assert not waking.wait(1_000)

    def test_a_closed_storage_wakes_nobody(self) -> None:
        """Waiting on it raises StorageError."""
        with self._waiting() as (storage, waking, _):
            storage.close()
            with pytest.raises(StorageError, match="close"):
                waking.wait(0)

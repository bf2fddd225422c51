"""Idempotency keys: a command that is sent again acts once."""

from __future__ import annotations

import pytest

from civicflow.errors import Conflict, IdempotencyMismatch
from civicflow.plugins.storage.contract import Batch, Key
from civicflow.testing.storage.base import StorageSuite
from civicflow.testing.storage.builders import everything, put, write


class KeySuite(StorageSuite):
    """The same key with the same digest gives the first answer; with another digest it is a mismatch."""

    concern = "idempotency"

    def test_a_repeated_command_writes_nothing_and_gives_the_first_answer(self) -> None:
        """Even though its version would conflict by now."""
        with self.storage() as storage:
            first = storage.commit(Batch(writes=(write("T-1"),), key=Key("k", b"digest", b"answer")))
            assert (first.repeated, first.answer, first.position) == (False, b"answer", 1)
            put(storage, "T-1", 1)
            before = everything(storage)
            again = storage.commit(Batch(writes=(write("T-1"),), key=Key("k", b"digest", b"another answer")))
            assert (again.repeated, again.answer) == (True, b"answer")
            assert everything(storage) == before

    def test_another_command_under_the_same_key_is_a_mismatch(self) -> None:
        """A key names one command for ever."""
        with self.storage() as storage:
            storage.commit(Batch(writes=(write("T-1"),), key=Key("k", b"digest", b"")))
            before = everything(storage)
            with pytest.raises(IdempotencyMismatch):
                storage.commit(Batch(writes=(write("T-2"),), key=Key("k", b"other", b"")))
            assert everything(storage) == before

    def test_a_command_that_failed_leaves_its_key_free(self) -> None:
        """A conflict keeps nothing, the key neither."""
        with self.storage() as storage:
            put(storage, "T-1")
            with pytest.raises(Conflict):
                storage.commit(Batch(writes=(write("T-1"),), key=Key("k", b"digest", b"")))
            assert storage.load([], key="k").key is None
            assert not storage.commit(Batch(writes=(write("T-1", 1),), key=Key("k", b"digest", b""))).repeated

    def test_a_key_is_looked_up_in_the_snapshot(self) -> None:
        """With or without records, and only the one asked for."""
        with self.storage() as storage:
            storage.commit(Batch(writes=(write("T-1"),), key=Key("k", b"digest", b"answer")))
            assert storage.load(["T-1"], key="k").key == Key("k", b"digest", b"answer")
            assert storage.load([], key="k").key == Key("k", b"digest", b"answer")
            assert storage.load(["T-1"], key="other").key is None
            assert storage.load(["T-1"]).key is None

    def test_a_key_survives_reopening(self) -> None:
        """Whoever retries after a restart is told the first answer."""
        place = self.fresh()
        storage = self.open_storage(place)
        try:
            self.need(storage, "durable")
            storage.commit(Batch(writes=(write("T-1"),), key=Key("k", b"digest", b"answer")))
        finally:
            storage.close()
        storage = self.open_storage(place)
        try:
            assert storage.commit(Batch(key=Key("k", b"digest", b""))).answer == b"answer"
        finally:
            storage.close()

"""Handles: opening, closing, and what outlives them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from civicflow.errors import StorageError
from civicflow.plugins.storage.contract import API_VERSION, Batch, Claim, Done, Party, Query, Storage
from civicflow.testing.storage.base import StorageSuite
from civicflow.testing.storage.builders import NOON, everything, message, put, write

_CLAIM = Claim(token="1.1", message=message("m"), attempts=1)  # noqa: S106  no secret
_METHODS: dict[str, Callable[[Storage], Any]] = {
    "commit": lambda storage: storage.commit(Batch()),
    "load": lambda storage: storage.load(["T-1"]),
    "history": lambda storage: storage.history("T-1"),
    "feed": lambda storage: storage.feed(),
    "find": lambda storage: storage.find(Query()),
    "due": lambda storage: storage.due(0),
    "asked": lambda storage: storage.asked(case="T-1"),
    "parties": lambda storage: storage.parties("T-1"),
    "private": lambda storage: storage.private("T-1", 1),
    "private_parts": lambda storage: storage.private_parts(),
    "heads": lambda storage: storage.heads(),
    "last_head": lambda storage: storage.last_head(),
    "filed": lambda storage: storage.filed("x"),
    "claim": lambda storage: storage.claim(worker="w", now=0, lease=1),
    "settle": lambda storage: storage.settle(_CLAIM, Done(), now=0),
    "extend": lambda storage: storage.extend(_CLAIM, now=0, lease=1),
    "waiting": lambda storage: storage.waiting(),
    "dead": lambda storage: storage.dead(),
    "together": lambda storage: storage.together().__enter__(),
    "draw": lambda storage: storage.draw("x"),
    "migrate": lambda storage: storage.migrate(),
    "schema_version": lambda storage: storage.schema_version(),
}


class HandleSuite(StorageSuite):
    """A handle is open until it is closed."""

    concern = "handles"

    def test_it_keeps_the_protocol(self) -> None:
        """And says for which version of the contract it was written."""
        with self.storage() as storage:
            assert isinstance(storage, Storage)
            assert storage.api_version == API_VERSION
            assert isinstance(storage.capabilities, frozenset)

    def test_it_says_what_it_can_do(self, record_property: Callable[[str, object], None]) -> None:
        """Its capabilities are names; `civicflow.testing.report` prints them beside the results."""
        with self.storage() as storage:
            assert all(isinstance(name, str) for name in storage.capabilities)
            record_property("capabilities", " ".join(sorted(storage.capabilities)))

    def test_migrating_again_changes_nothing(self) -> None:
        """An opened storage is ready."""
        with self.storage() as storage:
            put(storage, "T-1", due=NOON)
            before, version = everything(storage), storage.schema_version()
            storage.migrate()
            storage.migrate()
            assert (everything(storage), storage.schema_version()) == (before, version)
            assert version >= 1

    def test_closing_twice_is_closing(self) -> None:
        """Cleaning up need not ask."""
        storage = self.open_storage(self.fresh())
        storage.close()
        storage.close()

    @pytest.mark.parametrize("method", _METHODS)
    def test_a_closed_storage_says_so(self, method: str) -> None:
        """Every method raises StorageError, and none opens it again."""
        storage = self.open_storage(self.fresh())
        storage.close()
        with pytest.raises(StorageError, match="close"):
            _METHODS[method](storage)

    def test_two_places_are_apart(self) -> None:
        """What one holds the other does not see."""
        with self.storage() as one, self.storage() as other:
            put(one, "T-1")
            assert other.feed() == ()

    def test_two_handles_see_the_same(self) -> None:
        """A commit through one is seen by the next read through the other."""
        place = self.fresh()
        one, other = self.open_storage(place), self.open_storage(place)
        try:
            put(one, "T-1", due=NOON)
            assert everything(other) == everything(one)
            put(other, "T-1", 1)
            assert one.load(["T-1"]).cases["T-1"].version == 2
        finally:
            one.close()
            other.close()

    def test_what_was_committed_is_durable(self) -> None:
        """It is there when the place is opened again."""
        place = self.fresh()
        storage = self.open_storage(place)
        try:
            self.need(storage, "durable")
            party = Party("T-1", "unit:U-1")
            storage.commit(Batch(writes=(write("T-1", due=NOON),), messages=(message("m"),), parties=(party,)))
            before = everything(storage)
        finally:
            storage.close()
        again = self.open_storage(place)
        try:
            assert everything(again) == before
            assert [claim.message for claim in again.claim(worker="w", now=NOON, lease=1)] == [message("m")]
        finally:
            again.close()

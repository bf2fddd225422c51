"""Durability: what was committed, lent or given up is there when the place is opened again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pytest

from civicflow.errors import Conflict, IdempotencyMismatch, LeaseLost
from civicflow.plugins.storage.contract import Batch, Dead, Done, Filed, Key, Private, Retry
from civicflow.testing.storage.base import StorageSuite
from civicflow.testing.storage.builders import NOON, everything, head, message, put, write

_LEASE: Final = 60_000_000
_NAME: Final = b"Lin Yuzhen, 3 Mulberry Lane, first floor"


class DurabilitySuite(StorageSuite):
    """Closed and opened again, nothing is forgotten."""

    concern = "durability"

    @contextmanager
    def _durable(self) -> Iterator[str]:
        """A place of a storage that promises to keep it."""
        place = self.fresh()
        with self.opened(place) as storage:
            self.need(storage, "durable")
        yield place

    def test_everything_that_was_committed_is_durable(self) -> None:
        """Records, entries, deadlines, private parts, heads, documents; and the versions are still fought over."""
        with self._durable() as place:
            with self.opened(place) as storage:
                part = Private("T-1", 1, b"salt", b"body")
                new = write("T-1", due=NOON, round_=4, unit="U-1")
                storage.commit(Batch(writes=(new,), private=(part,), heads=(head(1),), filed=(Filed("d", b"flow"),)))
                before = everything(storage)
            for _ in range(2):
                with self.opened(place) as storage:
                    assert everything(storage) == before
                    assert storage.filed("d") == b"flow"
                    assert storage.last_head() == head(1)
                    with pytest.raises(Conflict):
                        put(storage, "T-1", 0)

    def test_a_key_is_kept_for_its_command(self) -> None:
        """Whoever retries after a restart gets the first answer, and another command still does not get the key."""
        with self._durable() as place:
            with self.opened(place) as storage:
                storage.commit(Batch(writes=(write("T-1"),), key=Key("k", b"digest", b"answer")))
            with self.opened(place) as storage:
                again = storage.commit(Batch(writes=(write("T-1"),), key=Key("k", b"digest", b"new")))
                assert (again.repeated, again.answer, again.position) == (True, b"answer", 1)
                assert storage.load([], key="k").key == Key("k", b"digest", b"answer")
                with pytest.raises(IdempotencyMismatch):
                    storage.commit(Batch(key=Key("k", b"other", b"")))
                assert len(storage.feed()) == 1

    def test_positions_go_on_where_they_ended(self) -> None:
        """A reader of the feed may rest over a restart."""
        with self._durable() as place:
            for version in range(4):
                with self.opened(place) as storage:
                    position = put(storage, "T-1", version)
                    assert [entry.version for entry in storage.feed(after=position - 1)] == [version + 1]
                    positions = [entry.position for entry in storage.feed()]
                    assert positions == sorted(set(positions))

    def test_the_outbox_is_kept_with_its_leases(self) -> None:
        """What is lent stays lent, with a token that is still good; a retry waits; what is done or dead stays so."""
        names = ("done", "dead", "retry", "lent", "waiting")
        with self._durable() as place:
            with self.opened(place) as storage:
                storage.commit(Batch(messages=tuple(message(name, case=name) for name in names[:4])))
                claims = {c.message.dedupe: c for c in storage.claim(worker="w", now=NOON, lease=_LEASE)}
                storage.settle(claims["done"], Done(), now=NOON)
                storage.settle(claims["dead"], Dead("no such number"), now=NOON)
                storage.settle(claims["retry"], Retry(NOON + 9, "busy"), now=NOON)
                storage.commit(Batch(messages=(message("waiting", case="waiting"),)))
            with self.opened(place) as storage:
                storage.commit(Batch(messages=tuple(message(name, case=name) for name in names)))
                assert [c.message.dedupe for c in storage.claim(worker="v", now=NOON, lease=_LEASE)] == ["waiting"]
                (retried,) = [c for c in storage.claim(worker="v", now=NOON + 9, lease=0) if c.last_error]
                assert (retried.message, retried.attempts) == (message("retry", case="retry"), 2)
                assert [(c.message.dedupe, c.last_error) for c in storage.dead()] == [("dead", "no such number")]
                storage.settle(claims["lent"], Done(), now=NOON + 10)
                with pytest.raises(LeaseLost):
                    storage.settle(claims["done"], Done(), now=NOON + 10)

    def test_what_was_erased_is_gone(self) -> None:
        """It is not found again, and where the bytes of a place can be looked at, it does not stand among them."""
        with self._durable() as place:
            with self.opened(place) as storage:
                for version in range(3):
                    part = Private("T-1", version + 1, b"salt", _NAME + b" " * version)
                    storage.commit(Batch(writes=(write("T-1", version),), private=(part,)))
            self._on_disk(place, _NAME)
            with self.opened(place) as storage:
                storage.commit(Batch(writes=(write("T-1", 3),), erase=tuple(("T-1", n) for n in (1, 2, 3))))
            with self.opened(place) as storage:
                assert storage.private_parts() == ()
                assert storage.private("T-1", 1) is None
                assert len(storage.history("T-1")) == 4
            self._on_disk(place, _NAME, gone=True)

    def _on_disk(self, place: str, name: bytes, *, gone: bool = False) -> None:
        kept = self.on_disk(place)
        assert kept is None or (name in kept) is not gone, "a private part is still on the disk"

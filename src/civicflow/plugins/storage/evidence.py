"""A storage as evidence for `civicflow.ledger.verification.verify`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from civicflow.plugins.storage.contract import Filter, NewHead, Private, Query, Storage, StoredCase, StoredEntry


class StoredEvidence:
    """The reading half of a storage."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    @property
    def dense(self) -> bool:
        """Whether the storage promises positions without a gap."""
        return "dense_feed" in self._storage.capabilities

    def feed(self, *, after: int, limit: int) -> Sequence[StoredEntry]:
        """Entries of all matters after a position."""
        return self._storage.feed(after=after, limit=limit)

    def history(self, matter: str) -> Sequence[StoredEntry]:
        """The entries of one matter."""
        return self._storage.history(matter)

    def private_parts(self, *, after: tuple[str, int], limit: int) -> Sequence[Private]:
        """All private parts after a key."""
        return self._storage.private_parts(after=after, limit=limit)

    def heads(self, *, after: int, limit: int) -> Sequence[NewHead]:
        """Heads of the log tree after a number."""
        return self._storage.heads(after=after, limit=limit)

    def records(self, matter: str) -> Sequence[StoredCase]:
        """The records of one matter."""
        return self._storage.load((), (Query(where=(Filter("matter", "eq", matter),)),)).found[0]

    def parties(self, matter: str) -> Sequence[str]:
        """Whom one matter concerns."""
        return self._storage.parties(matter)

    def cases(self) -> Iterator[tuple[str, str]]:
        """Every record's case and matter."""
        after = ""
        while True:
            page = self._storage.find(Query(limit=1000, after=after))
            for stored in page.items:
                yield stored.case, stored.matter
            if not page.next:
                return
            after = page.next

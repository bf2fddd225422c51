"""A storage as evidence for `civicflow.ledger.verification.verify`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from civicflow.plugins.storage.contract import Filter, NewHead, Private, Query, Storage, StoredCase, StoredEntry
from civicflow.plugins.storage.moving import Marked


class StoredEvidence:
    """The reading half of a storage."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    @property
    def dense_after(self) -> int | None:
        """After which position the storage promises positions without a gap; what was moved to it may have brought some."""
        if "dense_feed" not in self._storage.capabilities:
            return None
        mark = self._storage.mark() if isinstance(self._storage, Marked) else None
        return 0 if mark is None else mark.gaps_through

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

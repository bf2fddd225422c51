"""Every method of a storage, as either a read of a storage in memory or a work that changes it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Any

from civicflow.plugins.storage.contract import (
    API_VERSION,
    Await,
    Batch,
    Claim,
    Commit,
    NewHead,
    Outcome,
    Page,
    Private,
    Query,
    Snapshot,
    Storage,
    StoredEntry,
)
from civicflow_jsonlines.works import Claiming, Committing, Drawing, Extending, Redriving, Settling, Work


class Passing(ABC):
    """Who has it says how one reads and how a work is done; see `civicflow.plugins.storage.contract.Storage`."""

    api_version = API_VERSION
    capabilities: frozenset[str] = frozenset({"dense_feed"})

    @abstractmethod
    def _reading(self) -> AbstractContextManager[Storage]:
        """The storage in memory, which nobody changes meanwhile."""

    @abstractmethod
    def _do(self, work: Work) -> Any:
        """Do a work, for good; what the storage in memory answers."""

    # -- what changes ----------------------------------------------------------------------------------------------------

    def commit(self, batch: Batch) -> Commit:
        """Write a batch, all of it or nothing."""
        answer: Commit = self._do(Committing(batch))
        return answer

    def claim(self, *, worker: str, now: int, lease: int, limit: int = 10) -> tuple[Claim, ...]:
        """Lend rows of the outbox that may go out now."""
        answer: tuple[Claim, ...] = self._do(Claiming(worker, now, lease, limit))
        return answer

    def settle(self, claim: Claim, outcome: Outcome, *, now: int) -> None:
        """Say what came of a claim."""
        self._do(Settling.of(claim, outcome, now))

    def extend(self, claim: Claim, *, now: int, lease: int) -> None:
        """Keep a claim for longer."""
        self._do(Extending(claim.token, now, lease))

    def redrive(self, dedupe: str, *, now: int) -> bool:
        """Put a row that was given up on its way again."""
        answer: bool = self._do(Redriving(dedupe, now))
        return answer

    def draw(self, series: str) -> int:
        """The next number of a series."""
        answer: int = self._do(Drawing(series))
        return answer

    # -- what only reads -------------------------------------------------------------------------------------------------

    def load(self, ids: Sequence[str], reads: Sequence[Query] = (), *, key: str = "") -> Snapshot:
        """Records, queries and a key in one snapshot."""
        with self._reading() as memory:
            return memory.load(ids, reads, key=key)

    def history(self, matter: str, *, after: int = 0, limit: int | None = None) -> tuple[StoredEntry, ...]:
        """The entries of one matter after a version."""
        with self._reading() as memory:
            return memory.history(matter, after=after, limit=limit)

    def feed(self, *, after: int = 0, limit: int = 1000) -> tuple[StoredEntry, ...]:
        """The entries of all matters after a position."""
        with self._reading() as memory:
            return memory.feed(after=after, limit=limit)

    def find(self, query: Query) -> Page:
        """Records by their declared fields."""
        with self._reading() as memory:
            return memory.find(query)

    def due(self, now: int, *, limit: int = 100) -> tuple[tuple[str, int], ...]:
        """Cases whose deadline has come, the earliest first."""
        with self._reading() as memory:
            return memory.due(now, limit=limit)

    def asked(self, *, case: str = "", matter: str = "") -> tuple[Await, ...]:
        """Who is asked in a case or a matter."""
        with self._reading() as memory:
            return memory.asked(case=case, matter=matter)

    def parties(self, matter: str) -> tuple[str, ...]:
        """Whom a matter concerns."""
        with self._reading() as memory:
            return memory.parties(matter)

    def private(self, matter: str, version: int) -> Private | None:
        """The private part of an entry."""
        with self._reading() as memory:
            return memory.private(matter, version)

    def private_parts(self, *, after: tuple[str, int] = ("", 0), limit: int = 1000) -> tuple[Private, ...]:
        """All private parts, a page after a key."""
        with self._reading() as memory:
            return memory.private_parts(after=after, limit=limit)

    def heads(self, *, after: int = 0, limit: int = 1000) -> tuple[NewHead, ...]:
        """Heads of the log tree after a number."""
        with self._reading() as memory:
            return memory.heads(after=after, limit=limit)

    def last_head(self) -> NewHead | None:
        """The newest head of the log tree."""
        with self._reading() as memory:
            return memory.last_head()

    def filed(self, digest: str) -> bytes | None:
        """A document by its content hash."""
        with self._reading() as memory:
            return memory.filed(digest)

    def waiting(self, *, limit: int = 100) -> tuple[Claim, ...]:
        """Rows of the outbox on their way."""
        with self._reading() as memory:
            return memory.waiting(limit=limit)

    def dead(self, *, limit: int = 100) -> tuple[Claim, ...]:
        """Rows of the outbox that were given up."""
        with self._reading() as memory:
            return memory.dead(limit=limit)

    def migrate(self) -> None:
        """Nothing is to migrate: there is one version of the log so far."""
        with self._reading():
            return

    def schema_version(self) -> int:
        """The version of the log."""
        with self._reading():
            return 1

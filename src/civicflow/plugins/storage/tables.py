"""What storages that keep tables have in common: each method is one piece of work, done behind a door.

A backend brings the works, as modules of functions on whatever it reads and writes by (a cursor, a session), and the
door: who opens connections, takes turns, and says what the database's errors mean.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Concatenate, Generic, ParamSpec, Protocol, TypeVar

import attrs

from civicflow.errors import StorageError
from civicflow.plugins.storage.batches import check, check_asked, check_series
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
    StoredCase,
    StoredEntry,
)
from civicflow.plugins.storage.queries import Plan, plan

P = ParamSpec("P")
R = TypeVar("R")
C = TypeVar("C")
C_co = TypeVar("C_co", covariant=True)
C_contra = TypeVar("C_contra", contravariant=True)


class Door(Protocol[C_co]):
    """The way to the tables, for any number of threads.

    Its methods raise `StorageError` where the database fails, and once it was closed.
    """

    def read(self, work: Callable[Concatenate[C_co, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do some work that only reads."""
        ...

    def write(self, work: Callable[Concatenate[C_co, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        """Do some work that is a transaction of its own; an error takes back what it did."""
        ...

    def together(self) -> AbstractContextManager[Door[C_co]]:
        """A door whose works are one transaction; see `Storage.together`."""
        ...

    def close(self) -> None:
        """Release everything."""
        ...


class Reading(Protocol[C_contra]):
    """The works that only read; see the methods of `Storage`."""

    def load(self, at: C_contra, ids: Sequence[str], plans: Sequence[Plan], key: str, /) -> Snapshot: ...
    def history(self, at: C_contra, matter: str, after: int, limit: int | None, /) -> tuple[StoredEntry, ...]: ...
    def feed(self, at: C_contra, after: int, limit: int, /) -> tuple[StoredEntry, ...]: ...
    def select(self, at: C_contra, plan: Plan, /) -> tuple[list[StoredCase], bool]: ...
    def due(self, at: C_contra, now: int, limit: int, /) -> tuple[tuple[str, int], ...]: ...
    def asked(self, at: C_contra, by: str, value: str, /) -> tuple[Await, ...]: ...
    def parties(self, at: C_contra, matter: str, /) -> tuple[str, ...]: ...
    def private(self, at: C_contra, matter: str, version: int, /) -> Private | None: ...
    def private_parts(self, at: C_contra, after: tuple[str, int], limit: int, /) -> tuple[Private, ...]: ...
    def heads(self, at: C_contra, after: int, limit: int, /) -> tuple[NewHead, ...]: ...
    def last_head(self, at: C_contra, /) -> NewHead | None: ...
    def filed(self, at: C_contra, digest: str, /) -> bytes | None: ...


class Writing(Protocol[C_contra]):
    """Committing a batch that is well formed."""

    def commit(self, at: C_contra, batch: Batch, /) -> Commit: ...


class Outbox(Protocol[C_contra]):
    """The works on the outbox."""

    def claim(self, at: C_contra, worker: str, now: int, lease: int, limit: int, /) -> tuple[Claim, ...]: ...
    def settle(self, at: C_contra, claim: Claim, outcome: Outcome, /) -> None: ...
    def extend(self, at: C_contra, claim: Claim, until: int, /) -> None: ...
    def waiting(self, at: C_contra, limit: int, /) -> tuple[Claim, ...]: ...
    def dead(self, at: C_contra, limit: int, /) -> tuple[Claim, ...]: ...
    def redrive(self, at: C_contra, dedupe: str, now: int, /) -> bool: ...


class Series(Protocol[C_contra]):
    """The works on series of numbers."""

    def draw(self, at: C_contra, series: str, /) -> int: ...


class Schema(Protocol[C_contra]):
    """The works on the tables themselves."""

    def migrate(self, at: C_contra, /) -> None: ...
    def version(self, at: C_contra, /) -> int: ...


@attrs.frozen(kw_only=True)
class Works(Generic[C]):
    """All works of a backend; each is a module that has the functions."""

    reading: Reading[C]
    writing: Writing[C]
    outbox: Outbox[C]
    series: Series[C]
    schema: Schema[C]


def check_there(version: int, where: str) -> None:
    """A store that is opened as it is has tables already.

    Raises:
        StorageError: if it has none.
    """
    if version == 0:
        raise StorageError(f"there is no office in {where}; name another place, or open an office there first")


class TableStorage(Generic[C]):
    """A handle on tables behind a door; see `civicflow.plugins.storage.contract.Storage` for what each method promises."""

    api_version = API_VERSION
    capabilities: frozenset[str] = frozenset()

    def __init__(self, door: Door[C], works: Works[C]) -> None:
        self._door, self._works = door, works
        self._reading, self._writing = works.reading, works.writing
        self._outbox, self._series, self._schema = works.outbox, works.series, works.schema

    def commit(self, batch: Batch) -> Commit:
        """Write a batch, all of it or nothing."""
        check(batch)
        return self._door.write(self._writing.commit, batch)

    def load(self, ids: Sequence[str], reads: Sequence[Query] = (), *, key: str = "") -> Snapshot:
        """Read records, queries and a key in one snapshot."""
        plans = [plan(query, everything=True) for query in reads]
        return self._door.read(self._reading.load, ids, plans, key)

    def history(self, matter: str, *, after: int = 0, limit: int | None = None) -> tuple[StoredEntry, ...]:
        """The entries of one matter after a version."""
        return self._door.read(self._reading.history, matter, after, limit)

    def feed(self, *, after: int = 0, limit: int = 1000) -> tuple[StoredEntry, ...]:
        """The entries of all matters after a position."""
        return self._door.read(self._reading.feed, after, limit)

    def find(self, query: Query) -> Page:
        """Records by their declared fields."""
        found = plan(query)
        items, more = self._door.read(self._reading.select, found)
        return Page(tuple(items), found.cursor(items[-1]) if more else "")

    def due(self, now: int, *, limit: int = 100) -> tuple[tuple[str, int], ...]:
        """Cases whose deadline has come, the earliest first."""
        return self._door.read(self._reading.due, now, limit)

    def asked(self, *, case: str = "", matter: str = "") -> tuple[Await, ...]:
        """Who is asked in a case or a matter."""
        check_asked(case, matter)
        return self._door.read(self._reading.asked, "case" if case else "matter", case or matter)

    def parties(self, matter: str) -> tuple[str, ...]:
        """Whom a matter concerns."""
        return self._door.read(self._reading.parties, matter)

    def private(self, matter: str, version: int) -> Private | None:
        """The private part of an entry."""
        return self._door.read(self._reading.private, matter, version)

    def private_parts(self, *, after: tuple[str, int] = ("", 0), limit: int = 1000) -> tuple[Private, ...]:
        """All private parts, a page after a key."""
        return self._door.read(self._reading.private_parts, after, limit)

    def heads(self, *, after: int = 0, limit: int = 1000) -> tuple[NewHead, ...]:
        """Heads of the log tree after a number."""
        return self._door.read(self._reading.heads, after, limit)

    def last_head(self) -> NewHead | None:
        """The newest head of the log tree."""
        return self._door.read(self._reading.last_head)

    def filed(self, digest: str) -> bytes | None:
        """A document by its content hash."""
        return self._door.read(self._reading.filed, digest)

    def claim(self, *, worker: str, now: int, lease: int, limit: int = 10) -> tuple[Claim, ...]:
        """Lend rows of the outbox that may go out now."""
        return self._door.write(self._outbox.claim, worker, now, lease, limit)

    def settle(self, claim: Claim, outcome: Outcome, *, now: int) -> None:
        """Say what came of a claim."""
        self._door.write(self._outbox.settle, claim, outcome)

    def extend(self, claim: Claim, *, now: int, lease: int) -> None:
        """Keep a claim for longer."""
        self._door.write(self._outbox.extend, claim, now + lease)

    def waiting(self, *, limit: int = 100) -> tuple[Claim, ...]:
        """Rows of the outbox that are neither delivered nor given up."""
        return self._door.read(self._outbox.waiting, limit)

    def dead(self, *, limit: int = 100) -> tuple[Claim, ...]:
        """Rows of the outbox that were given up."""
        return self._door.read(self._outbox.dead, limit)

    def redrive(self, dedupe: str, *, now: int) -> bool:
        """Put a row that was given up on its way again."""
        return self._door.write(self._outbox.redrive, dedupe, now)

    @contextmanager
    def together(self) -> Iterator[Storage]:
        """A storage whose commits are one: all of them stand at the end of the block, or none."""
        with self._door.together() as door:
            yield GroupStorage(door, self._works, self.capabilities & {"dense_feed"})

    def draw(self, series: str) -> int:
        """The next number of a series."""
        check_series(series)
        return self._door.write(self._series.draw, series)

    def migrate(self) -> None:
        """Bring the tables to this version; in a transaction of the host, the host commits it."""
        self._door.write(self._schema.migrate)

    def schema_version(self) -> int:
        """The version of the tables."""
        return self._door.read(self._schema.version)

    def close(self) -> None:
        """Release every connection of our own."""
        self._door.close()


class GroupStorage(TableStorage[C]):
    """What a storage gives to those who commit several batches as one; it can be used inside the block alone."""

    def __init__(self, door: Door[C], works: Works[C], capabilities: frozenset[str]) -> None:
        super().__init__(door, works)
        self.capabilities = capabilities

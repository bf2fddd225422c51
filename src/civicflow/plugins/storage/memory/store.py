"""One handle on rows in memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from heapq import nsmallest
from typing import Concatenate, ParamSpec, TypeVar

from civicflow.errors import StorageError
from civicflow.plugins.storage.batches import check, check_asked
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
    StoredEntry,
)
from civicflow.plugins.storage.memory.rows import Rows
from civicflow.plugins.storage.queries import plan

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")


class MemoryStorage:
    """One handle on rows in memory; see `civicflow.plugins.storage.contract.Storage` for what each method does."""

    api_version = API_VERSION
    capabilities = frozenset({"dense_feed"})

    def __init__(self, rows: Rows) -> None:
        self._rows: Rows | None = rows

    def _with_rows(self, work: Callable[Concatenate[Rows, P], R], *args: P.args, **kwargs: P.kwargs) -> R:
        rows = self._rows
        if rows is None:
            raise StorageError("this storage was closed; open it again")
        with rows.lock:
            return work(rows, *args, **kwargs)

    def commit(self, batch: Batch) -> Commit:
        """Write a batch, all of it or nothing."""
        check(batch)
        return self._with_rows(Rows.commit, batch)

    def load(self, ids: Sequence[str], reads: Sequence[Query] = (), *, key: str = "") -> Snapshot:
        """Read records, queries and a key in one snapshot."""
        plans = [plan(query, everything=True) for query in reads]

        def read(rows: Rows) -> Snapshot:
            return Snapshot(
                cases={case: rows.cases[case] for case in ids if case in rows.cases},
                found=tuple(tuple(rows.select(one)[0]) for one in plans),
                key=rows.keys.get(key),
            )

        return self._with_rows(read)

    def history(self, matter: str, *, after: int = 0, limit: int | None = None) -> tuple[StoredEntry, ...]:
        """The entries of one matter after a version."""
        return self._with_rows(lambda rows: _page(rows.chains.get(matter, []), after, limit))

    def feed(self, *, after: int = 0, limit: int = 1000) -> tuple[StoredEntry, ...]:
        """The entries of all matters after a position."""
        return self._with_rows(lambda rows: _page(rows.entries, after, limit))

    def find(self, query: Query) -> Page:
        """Records by their declared fields."""
        found = plan(query)
        items, more = self._with_rows(Rows.select, found)
        return Page(tuple(items), found.cursor(items[-1]) if more else "")

    def due(self, now: int, *, limit: int = 100) -> tuple[tuple[str, int], ...]:
        """Cases whose deadline has come, the earliest first."""

        def read(rows: Rows) -> tuple[tuple[str, int], ...]:
            ripe = ((due, case) for case, due in rows.dues.items() if due <= now)
            return tuple((case, due) for due, case in nsmallest(limit, ripe))

        return self._with_rows(read)

    def asked(self, *, case: str = "", matter: str = "", address: str = "") -> tuple[Await, ...]:
        """Who is asked in a case or a matter, or what waits for an address."""
        check_asked(case, matter, address)
        return self._with_rows(Rows.asked, case, matter, address)

    def private(self, matter: str, version: int) -> Private | None:
        """The private part of an entry."""
        return self._with_rows(lambda rows: rows.private.get((matter, version)))

    def private_parts(self, *, after: tuple[str, int] = ("", 0), limit: int = 1000) -> tuple[Private, ...]:
        """All private parts, a page after a key."""

        def read(rows: Rows) -> tuple[Private, ...]:
            keys = nsmallest(limit, (key for key in rows.private if key > after))
            return tuple(rows.private[key] for key in keys)

        return self._with_rows(read)

    def heads(self, *, after: int = 0, limit: int = 1000) -> tuple[NewHead, ...]:
        """Heads of the log tree after a number."""
        return self._with_rows(lambda rows: _page(rows.heads, after, limit))

    def last_head(self) -> NewHead | None:
        """The newest head of the log tree."""
        return self._with_rows(lambda rows: rows.heads[-1] if rows.heads else None)

    def filed(self, digest: str) -> bytes | None:
        """A document by its content hash."""
        return self._with_rows(lambda rows: rows.filed.get(digest))

    def claim(self, *, worker: str, now: int, lease: int, limit: int = 10) -> tuple[Claim, ...]:
        """Lend rows of the outbox that may go out now."""
        return self._with_rows(lambda rows: rows.lanes.claim(worker, now, lease, limit))

    def settle(self, claim: Claim, outcome: Outcome, *, now: int) -> None:
        """Say what came of a claim."""
        self._with_rows(lambda rows: rows.lanes.settle(claim, outcome))

    def extend(self, claim: Claim, *, now: int, lease: int) -> None:
        """Keep a claim for longer."""
        self._with_rows(lambda rows: rows.lanes.extend(claim, now + lease))

    def dead(self, *, limit: int = 100) -> tuple[Claim, ...]:
        """Rows of the outbox that were given up."""
        return self._with_rows(lambda rows: rows.lanes.dead(limit))

    def migrate(self) -> None:
        """Nothing is ever to migrate in memory."""
        self._with_rows(lambda _rows: None)

    def schema_version(self) -> int:
        """Always 1."""
        return self._with_rows(lambda _rows: 1)

    def close(self) -> None:
        """Let go of the rows."""
        self._rows = None


def _page(items: Sequence[T], after: int, limit: int | None) -> tuple[T, ...]:
    """The items numbered from 1 that come after a number."""
    start = max(after, 0)
    return tuple(items[start:] if limit is None else items[start : start + limit])

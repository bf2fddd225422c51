"""A storage in an SQLite file; see `civicflow.plugins.storage.contract.Storage` for what each method promises."""

from __future__ import annotations

from collections.abc import Sequence

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
from civicflow.plugins.storage.queries import plan
from civicflow.plugins.storage.sqlite import outbox, reading, schema, writing
from civicflow.plugins.storage.sqlite.address import Address
from civicflow.plugins.storage.sqlite.pool import Pool


class SqliteStorage:
    """One handle on a file, for any number of threads. A process that is forked off may go on using it."""

    api_version = API_VERSION
    capabilities = frozenset({"durable", "multi_process", "dense_feed"})

    def __init__(self, place: Address | Pool) -> None:
        self._pool = place if isinstance(place, Pool) else Pool(place)
        try:
            self.migrate()
        except BaseException:
            self.close()
            raise

    def commit(self, batch: Batch) -> Commit:
        """Write a batch, all of it or nothing."""
        check(batch)
        return self._pool.run(writing.commit, batch)

    def load(self, ids: Sequence[str], reads: Sequence[Query] = (), *, key: str = "") -> Snapshot:
        """Read records, queries and a key in one snapshot."""
        plans = [plan(query, everything=True) for query in reads]
        return self._pool.read(reading.load, ids, plans, key)

    def history(self, matter: str, *, after: int = 0, limit: int | None = None) -> tuple[StoredEntry, ...]:
        """The entries of one matter after a version."""
        return self._pool.read(reading.history, matter, after, limit)

    def feed(self, *, after: int = 0, limit: int = 1000) -> tuple[StoredEntry, ...]:
        """The entries of all matters after a position."""
        return self._pool.read(reading.feed, after, limit)

    def find(self, query: Query) -> Page:
        """Records by their declared fields."""
        found = plan(query)
        items, more = self._pool.read(reading.select, found)
        return Page(tuple(items), found.cursor(items[-1]) if more else "")

    def due(self, now: int, *, limit: int = 100) -> tuple[tuple[str, int], ...]:
        """Cases whose deadline has come, the earliest first."""
        return self._pool.read(reading.due, now, limit)

    def asked(self, *, case: str = "", matter: str = "", address: str = "") -> tuple[Await, ...]:
        """Who is asked in a case or a matter, or what waits for an address."""
        check_asked(case, matter, address)
        by = "case" if case else "matter" if matter else "address"
        return self._pool.read(reading.asked, by, case or matter or address)

    def private(self, matter: str, version: int) -> Private | None:
        """The private part of an entry."""
        return self._pool.read(reading.private, matter, version)

    def private_parts(self, *, after: tuple[str, int] = ("", 0), limit: int = 1000) -> tuple[Private, ...]:
        """All private parts, a page after a key."""
        return self._pool.read(reading.private_parts, after, limit)

    def heads(self, *, after: int = 0, limit: int = 1000) -> tuple[NewHead, ...]:
        """Heads of the log tree after a number."""
        return self._pool.read(reading.heads, after, limit)

    def last_head(self) -> NewHead | None:
        """The newest head of the log tree."""
        return self._pool.read(reading.last_head)

    def filed(self, digest: str) -> bytes | None:
        """A document by its content hash."""
        return self._pool.read(reading.filed, digest)

    def claim(self, *, worker: str, now: int, lease: int, limit: int = 10) -> tuple[Claim, ...]:
        """Lend rows of the outbox that may go out now."""
        return self._pool.run(outbox.claim, worker, now, lease, limit)

    def settle(self, claim: Claim, outcome: Outcome, *, now: int) -> None:
        """Say what came of a claim."""
        self._pool.run(outbox.settle, claim, outcome)

    def extend(self, claim: Claim, *, now: int, lease: int) -> None:
        """Keep a claim for longer."""
        self._pool.run(outbox.extend, claim, now + lease)

    def dead(self, *, limit: int = 100) -> tuple[Claim, ...]:
        """Rows of the outbox that were given up."""
        return self._pool.read(outbox.dead, limit)

    def migrate(self) -> None:
        """Bring the file to this schema."""
        self._pool.run(schema.migrate)

    def schema_version(self) -> int:
        """The version of the schema in the file."""
        return self._pool.run(schema.version)

    def close(self) -> None:
        """Close every connection."""
        self._pool.close()

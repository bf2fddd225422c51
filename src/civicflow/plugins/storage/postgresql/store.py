"""A storage in a schema of PostgreSQL; see `civicflow.plugins.storage.contract.Storage` for what each method promises."""

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
from civicflow.plugins.storage.postgresql import outbox, reading, schema, writing
from civicflow.plugins.storage.postgresql.address import Address
from civicflow.plugins.storage.postgresql.hosting import Host
from civicflow.plugins.storage.postgresql.pool import Pool
from civicflow.plugins.storage.postgresql.waking import Waker
from civicflow.plugins.storage.queries import plan


class PostgresStorage:
    """One handle on a schema, for any number of threads."""

    api_version = API_VERSION
    capabilities = frozenset({"durable", "multi_process"})

    def __init__(self, door: Pool | Host) -> None:
        self._door = door

    def commit(self, batch: Batch) -> Commit:
        """Write a batch, all of it or nothing."""
        check(batch)
        return self._door.write(writing.commit, batch)

    def load(self, ids: Sequence[str], reads: Sequence[Query] = (), *, key: str = "") -> Snapshot:
        """Read records, queries and a key in one snapshot."""
        plans = [plan(query, everything=True) for query in reads]
        return self._door.run(reading.load, ids, plans, key)

    def history(self, matter: str, *, after: int = 0, limit: int | None = None) -> tuple[StoredEntry, ...]:
        """The entries of one matter after a version."""
        return self._door.run(reading.history, matter, after, limit)

    def feed(self, *, after: int = 0, limit: int = 1000) -> tuple[StoredEntry, ...]:
        """The entries of all matters after a position."""
        return self._door.run(reading.feed, after, limit)

    def find(self, query: Query) -> Page:
        """Records by their declared fields."""
        found = plan(query)
        items, more = self._door.run(reading.select, found)
        return Page(tuple(items), found.cursor(items[-1]) if more else "")

    def due(self, now: int, *, limit: int = 100) -> tuple[tuple[str, int], ...]:
        """Cases whose deadline has come, the earliest first."""
        return self._door.run(reading.due, now, limit)

    def asked(self, *, case: str = "", matter: str = "", address: str = "") -> tuple[Await, ...]:
        """Who is asked in a case or a matter, or what waits for an address."""
        check_asked(case, matter, address)
        by = "case" if case else "matter" if matter else "address"
        return self._door.run(reading.asked, by, case or matter or address)

    def private(self, matter: str, version: int) -> Private | None:
        """The private part of an entry."""
        return self._door.run(reading.private, matter, version)

    def private_parts(self, *, after: tuple[str, int] = ("", 0), limit: int = 1000) -> tuple[Private, ...]:
        """All private parts, a page after a key."""
        return self._door.run(reading.private_parts, after, limit)

    def heads(self, *, after: int = 0, limit: int = 1000) -> tuple[NewHead, ...]:
        """Heads of the log tree after a number."""
        return self._door.run(reading.heads, after, limit)

    def last_head(self) -> NewHead | None:
        """The newest head of the log tree."""
        return self._door.run(reading.last_head)

    def filed(self, digest: str) -> bytes | None:
        """A document by its content hash."""
        return self._door.run(reading.filed, digest)

    def claim(self, *, worker: str, now: int, lease: int, limit: int = 10) -> tuple[Claim, ...]:
        """Lend rows of the outbox that may go out now."""
        return self._door.write(outbox.claim, worker, now, lease, limit)

    def settle(self, claim: Claim, outcome: Outcome, *, now: int) -> None:
        """Say what came of a claim."""
        self._door.write(outbox.settle, claim, outcome)

    def extend(self, claim: Claim, *, now: int, lease: int) -> None:
        """Keep a claim for longer."""
        self._door.write(outbox.extend, claim, now + lease)

    def dead(self, *, limit: int = 100) -> tuple[Claim, ...]:
        """Rows of the outbox that were given up."""
        return self._door.run(outbox.dead, limit)

    def migrate(self) -> None:
        """Bring the schema to this version; in a transaction of the host, the host commits it."""
        self._door.write(schema.migrate)

    def schema_version(self) -> int:
        """The version of the tables in the schema."""
        return self._door.run(schema.version)

    def close(self) -> None:
        """Release every connection of our own."""
        self._door.close()


class ServerStorage(PostgresStorage):
    """A storage with connections of its own; a process that is forked off may go on using it."""

    capabilities = PostgresStorage.capabilities | {"notify"}

    def __init__(self, address: Address) -> None:
        pool = Pool(address)
        super().__init__(pool)
        self._waker = Waker(pool)
        try:
            self.migrate()
            pool.run(schema.settle)
        except BaseException:
            self.close()
            raise

    def wait(self, timeout: int) -> bool:
        """Wait until something was committed, at most for so many microseconds."""
        return self._waker.wait(timeout)

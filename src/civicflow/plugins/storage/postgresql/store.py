"""Storages in a schema of PostgreSQL; see `civicflow.plugins.storage.contract.Storage` for what each method promises."""

from __future__ import annotations

from typing import Any, Final

import psycopg

from civicflow.plugins.storage.abilities import Finding
from civicflow.plugins.storage.movable import MovableStorage
from civicflow.plugins.storage.postgresql import examining, moving, outbox, reading, schema, series, writing
from civicflow.plugins.storage.postgresql.address import Address, check_schema
from civicflow.plugins.storage.postgresql.hosting import Host
from civicflow.plugins.storage.postgresql.pool import Pool
from civicflow.plugins.storage.postgresql.session import Session
from civicflow.plugins.storage.postgresql.waking import Waker
from civicflow.plugins.storage.tables import TableStorage, Works, check_there

WORKS: Final = Works[Session](reading=reading, writing=writing, outbox=outbox, series=series, schema=schema)


class HostedStorage(TableStorage[Session]):
    """A storage in the host's transaction."""

    capabilities = frozenset({"hosted", "durable", "multi_process"})

    def __init__(self, connection: psycopg.Connection[Any], schema: str) -> None:
        super().__init__(Host(connection, check_schema(schema)), WORKS)
        self.migrate()


class PostgresStorage(MovableStorage[Session]):
    """A storage with connections of its own, for any number of threads; a forked process may go on using it."""

    capabilities = frozenset({"durable", "multi_process", "notify", "examine", "move"})

    def __init__(self, address: Address, *, as_it_is: bool = False) -> None:
        self._pool = Pool(address)
        super().__init__(self._pool, WORKS, moving)
        self._waker = Waker(self._pool)
        try:
            if as_it_is:
                check_there(self.schema_version(), address.label)
            else:
                self.migrate()
                self._pool.read(schema.settle)
        except BaseException:
            self.close()
            raise

    def wait(self, timeout: int) -> bool:
        """Wait until something was committed, at most for so many microseconds."""
        return self._waker.wait(timeout)

    def examine(self, *, quick: bool = False) -> tuple[Finding, ...]:
        """Say how the server and the schema are; there is nothing that takes long."""
        return examining.examine(self._pool)

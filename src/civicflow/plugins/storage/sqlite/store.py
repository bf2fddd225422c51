"""Storages in an SQLite file; see `civicflow.plugins.storage.contract.Storage` for what each method promises."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Final

from civicflow.plugins.storage.abilities import Finding
from civicflow.plugins.storage.movable import MovableStorage
from civicflow.plugins.storage.sqlite import copying, examining, moving, outbox, reading, schema, series, writing
from civicflow.plugins.storage.sqlite.address import Address
from civicflow.plugins.storage.sqlite.hosting import Host
from civicflow.plugins.storage.sqlite.pool import Pool
from civicflow.plugins.storage.tables import TableStorage, Works, check_there

WORKS: Final = Works[sqlite3.Cursor](reading=reading, writing=writing, outbox=outbox, series=series, schema=schema)


class HostedStorage(TableStorage[sqlite3.Cursor]):
    """A storage in the host's transaction."""

    capabilities = frozenset({"hosted", "durable", "multi_process", "dense_feed"})

    def __init__(self, connection: sqlite3.Connection) -> None:
        super().__init__(Host(connection), WORKS)
        self.migrate()


class SqliteStorage(MovableStorage[sqlite3.Cursor]):
    """One handle on a file, for any number of threads. A process that is forked off may go on using it."""

    capabilities = frozenset({"durable", "multi_process", "dense_feed", "examine", "backup", "move"})

    def __init__(self, address: Address, *, as_it_is: bool = False) -> None:
        self._address = address
        self._pool = Pool(address)
        super().__init__(self._pool, WORKS, moving)
        try:
            if as_it_is:
                check_there(self.schema_version(), address.path)
            else:
                self.migrate()
        except BaseException:
            self.close()
            raise

    def backup(self, path: str | Path) -> None:
        """Write a copy of everything, as of one moment, to a new file."""
        copying.backup(self._pool, Path(path))

    def examine(self, *, quick: bool = False) -> tuple[Finding, ...]:
        """Say how the file is; quick leaves out whether the indexes tell the same as the tables."""
        return examining.examine(self._pool, self._address, quick=quick)

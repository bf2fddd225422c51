"""Storages in memory; see `civicflow.plugins.storage.contract.Storage` for what each method promises."""

from __future__ import annotations

from typing import Final

from civicflow.plugins.storage.memory import changing, reading
from civicflow.plugins.storage.memory.handle import Handle
from civicflow.plugins.storage.memory.rows import Rows
from civicflow.plugins.storage.tables import TableStorage, Works

WORKS: Final = Works[Rows](reading=reading, writing=changing, outbox=changing, schema=changing)


class MemoryStorage(TableStorage[Rows]):
    """One handle on rows in memory."""

    capabilities = frozenset({"dense_feed"})

    def __init__(self, rows: Rows) -> None:
        super().__init__(Handle(rows), WORKS)

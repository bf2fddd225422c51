"""Storages in memory; see `civicflow.plugins.storage.contract.Storage` for what each method promises."""

from __future__ import annotations

from typing import Final

from civicflow.plugins.storage.abilities import Finding
from civicflow.plugins.storage.memory import changing, reading
from civicflow.plugins.storage.memory.handle import Handle
from civicflow.plugins.storage.memory.rows import Rows
from civicflow.plugins.storage.tables import TableStorage, Works
from civicflow.texts import Text

WORKS: Final = Works[Rows](reading=reading, writing=changing, outbox=changing, series=changing, schema=changing)

_FORGETS: Final = Text.of(
    "everything lies in the memory of this process and is forgotten when it ends; use sqlite:/// for what shall be kept"
    " | 全部内容仅在本进程内存中，进程结束即丢失；需要保存的请使用 sqlite:///"
)


class MemoryStorage(TableStorage[Rows]):
    """One handle on rows in memory."""

    capabilities = frozenset({"dense_feed", "examine"})

    def __init__(self, rows: Rows) -> None:
        super().__init__(Handle(rows), WORKS)

    def examine(self, *, quick: bool = False) -> tuple[Finding, ...]:
        """Say that it forgets."""
        self._door.read(changing.version)
        return (Finding(rule="memory", level="warning", text=_FORGETS),)

"""Storages in memory; see `civicflow.plugins.storage.contract.Storage` for what each method promises."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from civicflow.plugins.storage.abilities import Finding
from civicflow.plugins.storage.memory import changing, moving, reading
from civicflow.plugins.storage.memory.dumping import dumped, restored
from civicflow.plugins.storage.memory.handle import Handle
from civicflow.plugins.storage.memory.moving import MemoryMoment
from civicflow.plugins.storage.memory.rows import Rows
from civicflow.plugins.storage.moving import Mark, Moment, Portion
from civicflow.plugins.storage.tables import TableStorage, Works
from civicflow.texts import Text

WORKS: Final = Works[Rows](reading=reading, writing=changing, outbox=changing, series=changing, schema=changing)

_FORGETS: Final = Text.of(
    "everything lies in the memory of this process and is forgotten when it ends; use sqlite:/// for what shall be kept"
    " | 全部内容仅在本进程内存中，进程结束即丢失；需要保存的请使用 sqlite:///"
)


class MemoryStorage(TableStorage[Rows]):
    """One handle on rows in memory.

    A storage that keeps its state in memory and something else on the disk (a log, say) can be made of one:
    `to_bytes` and `from_bytes` spare it to rebuild the whole state whenever it is opened.
    """

    capabilities = frozenset({"dense_feed", "examine", "move"})

    def __init__(self, rows: Rows) -> None:
        super().__init__(Handle(rows), WORKS)

    @classmethod
    def from_bytes(cls, dump: bytes) -> MemoryStorage:
        """A storage of its own that holds what was dumped.

        Args:
            dump: what `to_bytes` gave. It is taken as it is: bytes that somebody else could have changed need a checksum
                or a signature of yours.

        Raises:
            InvalidInput: the bytes are no dump, or that of another release; rebuild the state from what it was made of.
        """
        return cls(restored(dump))

    def to_bytes(self) -> bytes:
        """All that is committed, as of one moment: entries, records, private parts, leases, keys, series.

        It is a cache and no backup: another release may refuse it.

        Raises:
            StorageError: the storage was closed.
        """
        return self._door.read(dumped)

    def examine(self, *, quick: bool = False) -> tuple[Finding, ...]:
        """Say that it forgets."""
        self._door.read(changing.version)
        return (Finding(rule="memory", level="warning", text=_FORGETS),)

    @contextmanager
    def moment(self) -> Iterator[Moment]:
        """Everything as it is now, as a copy."""
        yield MemoryMoment(self._door.read(Rows.copy))

    def mark(self) -> Mark | None:
        """What is known of the copy that this place is."""
        return self._door.read(moving.mark)

    def take_in(self, portion: Portion | None, mark: Mark, *, was: Mark | None) -> int:
        """Let what lies between two keys become what is given, and keep the mark."""
        return self._door.write(moving.take_in, portion, mark, was)

"""What storages that keep tables have in common when they are moved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Generic, Protocol, TypeVar

from civicflow.plugins.storage.moving import Key, Mark, Moment, Portion, Row
from civicflow.plugins.storage.tables import Door, TableStorage, Works

C = TypeVar("C")
C_co = TypeVar("C_co", covariant=True)
C_contra = TypeVar("C_contra", contravariant=True)


class MomentDoor(Door[C_co], Protocol[C_co]):
    """A door that can also show the tables as of one moment."""

    def moment(self) -> AbstractContextManager[Door[C_co]]:
        """A door that only reads, and sees one snapshot as long as the block lasts."""
        ...


class Moving(Protocol[C_contra]):
    """The works of moving; see `civicflow.plugins.storage.moving`."""

    def rows(self, at: C_contra, table: str, after: Key | None, upto: Key | None, limit: int, /) -> Sequence[Row]: ...
    def count(self, at: C_contra, table: str, /) -> int: ...
    def mark(self, at: C_contra, /) -> Mark | None: ...
    def take_in(self, at: C_contra, portion: Portion | None, mark: Mark, was: Mark | None, /) -> int: ...


class _TableMoment(Generic[C]):
    """The tables as of one moment."""

    def __init__(self, door: Door[C], moving: Moving[C]) -> None:
        self._door, self._moving = door, moving

    def rows(
        self, table: str, *, after: Key | None = None, upto: Key | None = None, limit: int = 1000
    ) -> Sequence[Row]:
        """A page of rows between two keys."""
        return self._door.read(self._moving.rows, table, after, upto, limit)

    def count(self, table: str) -> int:
        """How many rows there are."""
        return self._door.read(self._moving.count, table)


class MovableStorage(TableStorage[C]):
    """A handle on tables that can be moved."""

    def __init__(self, door: MomentDoor[C], works: Works[C], moving: Moving[C]) -> None:
        super().__init__(door, works)
        self._moments, self._moving = door, moving

    @contextmanager
    def moment(self) -> Iterator[Moment]:
        """Everything as it is now, whatever is written meanwhile."""
        with self._moments.moment() as door:
            yield _TableMoment(door, self._moving)

    def mark(self) -> Mark | None:
        """What is known of the copy that this place is."""
        return self._door.read(self._moving.mark)

    def take_in(self, portion: Portion | None, mark: Mark, *, was: Mark | None) -> int:
        """Let what lies between two keys become what is given, and keep the mark."""
        return self._door.write(self._moving.take_in, portion, mark, was)

"""Moving house: everything that a storage holds, as rows that another can take in as they are.

A storage with the capability ``move`` gives out its rows table by table, each in the order of its key, as of one moment;
and it takes in portions of them: what lies between two keys becomes exactly what was given. So a portion may be taken in
again, a copy that was interrupted goes on where it stands, and a second one brings what changed since.

The tables and their columns are named here once. They are what every storage has to keep, however it keeps it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Final, Protocol, runtime_checkable

import attrs

from civicflow.errors import InvalidInput, StorageError
from civicflow.plugins.storage.contract import FIELDS

Cell = str | int | bytes | None
"""What a column may hold."""

Row = tuple[Cell, ...]
"""The values of a table's columns, those of its key first."""

Key = tuple[Cell, ...]
"""The first values of a row, by which a table's rows are told apart and ordered: numbers, or texts by code point."""


@attrs.frozen(kw_only=True)
class Table:
    """One kind of rows.

    Attributes:
        name: what it is called.
        key: the columns of its key, the first ones of a row.
        rest: the others.
        kept: whether a row, once written, never changes and never goes.
    """

    name: str
    key: Mapping[str, type[str | int]]
    rest: Mapping[str, type[str | int | bytes]] = attrs.Factory(dict)
    kept: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of all columns, in the order of a row's values."""
        return (*self.key, *self.rest)

    def key_of(self, row: Row) -> Key:
        """The key of a row."""
        return row[: len(self.key)]


TABLES: Final[Mapping[str, Table]] = {
    table.name: table
    for table in (
        # Entries of the ledger, hash and bytes as they were committed, at their positions in the feed.
        Table(
            name="entries",
            key={"position": int},
            rest={"matter": str, "version": int, "hash": bytes, "body": bytes},
            kept=True,
        ),
        # Heads of the log tree, with their signatures.
        Table(name="heads", key={"number": int}, rest={"hash": bytes, "body": bytes, "signature": bytes}, kept=True),
        # Documents under their content hash.
        Table(name="filed", key={"digest": str}, rest={"body": bytes}, kept=True),
        # Idempotency keys, with the digest of the command and the answer to give again.
        Table(name="keys", key={"key": str}, rest={"digest": bytes, "answer": bytes}, kept=True),
        # The present state of each case, with its deadline, and its facts in the order of `FIELDS`; see `Record`.
        Table(
            name="cases",
            key={"case_id": str},
            rest={
                "matter": str,
                "version": int,
                "head": bytes,
                "round": int,
                "due": int,
                "content": bytes,
                **FIELDS,
            },
        ),
        # Private parts of entries, with their salts.
        Table(name="private", key={"matter": str, "version": int}, rest={"salt": bytes, "body": bytes}),
        # Who is asked; see `Await`.
        Table(name="awaits", key={"case_id": str, "address": str}, rest={"until": int}),
        # Whom a matter concerns; see `Party`.
        Table(name="parties", key={"address": str, "matter": str}),
        # The outbox; messages go out by number, and one that was given up takes a new number when it is sent again. Status: 0 open, 1 delivered (its body is empty, its name
        # stays), 2 given up. Available: the instant from which an open row may be claimed, the end of its lease if it is
        # lent to a worker.
        Table(
            name="outbox",
            key={"dedupe": str},
            rest={
                "number": int,
                "case_id": str,
                "recipient": str,
                "channel": str,
                "topic": str,
                "not_before": int,
                "status": int,
                "available": int,
                "attempts": int,
                "worker": str,
                "last_error": str,
                "body": bytes,
            },
        ),
        # Series of numbers, with the one drawn last.
        Table(name="series", key={"name": str}, rest={"last": int}),
    )
}
"""Everything that a storage holds, by name, in the order in which it is moved."""


@attrs.frozen(kw_only=True)
class Portion:
    """What lies in a table between two keys, all of it.

    Attributes:
        table: its name.
        after: the key after which the portion begins; None for the beginning of the table.
        upto: the last key that belongs to it, whether there is a row of that key or not; None for the end of the table.
        rows: the rows, by key.
    """

    table: str
    after: Key | None
    upto: Key | None
    rows: tuple[Row, ...]


@attrs.frozen(kw_only=True)
class Mark:
    """What a place knows of the copy that it is, or was.

    Attributes:
        source: where the rows come from, for people to read; no secret stands in it.
        run: a token of the run that goes on with it; another one's portions are refused.
        table: the table to which the last portion belonged; empty before the first.
        upto: the key up to which that table was taken in; None for all of it.
        arrived: whether the copy is whole. As long as it is not, no office is opened here.
        gaps_through: the position up to which the feed may have gaps, since it comes from a storage whose feed had some.
    """

    source: str
    run: str
    table: str = ""
    upto: Key | None = None
    arrived: bool = False
    gaps_through: int = 0

    def spell(self) -> str:
        """The mark as one text.

        >>> mark = Mark(source="sqlite:///town.db", run="1f", table="private", upto=("T-1", 2))
        >>> Mark.read(mark.spell()) == mark
        True
        """
        return json.dumps(attrs.asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def read(cls, text: str) -> Mark:
        """The mark in a text."""
        raw = json.loads(text)
        return cls(**{**raw, "upto": None if raw["upto"] is None else tuple(raw["upto"])})


class Moment(Protocol):
    """Everything that a storage holds, as of one moment."""

    def rows(
        self, table: str, *, after: Key | None = None, upto: Key | None = None, limit: int = 1000
    ) -> Sequence[Row]:
        """Rows of a table by key, a page after one key (None: from the beginning) up to another (None: to the end)."""
        ...

    def count(self, table: str) -> int:
        """How many rows a table has."""
        ...


@runtime_checkable
class Marked(Protocol):
    """A place that can say whether it is a copy that has not arrived."""

    def mark(self) -> Mark | None:
        """What is known of the copy that this place is, or None where nothing was ever copied to it."""
        ...


@runtime_checkable
class Movable(Marked, Protocol):
    """What a storage with the capability ``move`` can do: give everything out, and take everything in."""

    def moment(self) -> AbstractContextManager[Moment]:
        """Everything as it is now. Others write on meanwhile, and nothing of that is seen as long as the block lasts."""
        ...

    def take_in(self, portion: Portion | None, mark: Mark, *, was: Mark | None) -> int:
        """Let what lies between two keys become exactly what is given, and keep the mark, both or neither.

        Numbers go on after what was taken in: positions of the feed, rows of the outbox, series.

        Args:
            portion: what to take in; None changes the mark alone.
            mark: what the place shall know of the copy from now on.
            was: the mark that is there. None for the first call: the place must hold nothing at all.

        Returns:
            How many rows were put, changed or deleted; none where all of it was there already.

        Raises:
            InvalidInput: it is the first call, and the place holds something.
            StorageError: another mark is there, so somebody else goes on with the copy; or the place holds an entry, a
                head, a key or a document that was not given, so it is no copy of this source. Nothing was changed.
        """
        ...


def check_mark(stored: Mark | None, was: Mark | None, *, empty: bool) -> None:
    """A place takes in what goes on with the copy that it is, or the beginning of one where it is empty.

    Args:
        stored: the mark that is there.
        was: the mark that the caller expects.
        empty: whether the place holds nothing; looked at where both are None.

    Raises:
        InvalidInput: the place holds something that was not copied.
        StorageError: somebody else goes on with the copy.
    """
    if stored != was:
        said = "nothing was copied here yet" if stored is None else f"a copy of {stored.source} is under way here"
        raise StorageError(f"{said}, by another call than this; let one of them end, and copy again")
    if was is None and not empty:
        raise InvalidInput("the target holds an office already; copy to a place that is empty")


def differing(table: Table, stored: Sequence[Row], given: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    """What is to be deleted of the rows that are there, and what is to be put of those that were given.

    Raises:
        StorageError: a row that never changes is to be deleted.

    >>> filed, series = TABLES["filed"], TABLES["series"]
    >>> differing(series, [("a", 1), ("b", 2)], [("b", 3)])
    ([('a', 1), ('b', 2)], [('b', 3)])
    >>> differing(filed, [("a", b"")], [("a", b""), ("b", b"")])
    ([], [('b', b'')])
    """
    if not stored:
        return [], list(given)
    if list(stored) == list(given):
        return [], []
    there, wanted = set(stored), set(given)
    gone = [row for row in stored if row not in wanted]
    if gone and table.kept:
        key = " ".join(str(cell) for cell in table.key_of(gone[0]))
        msg = f"the target has {key!r} among its {table.name}, which the source has not, or not so"
        raise StorageError(
            f"{msg}: it is no copy of this source, or somebody worked in it; copy to a place that is empty"
        )
    return gone, [row for row in given if row not in there]


def check_arrived(storage: object) -> None:
    """An office is opened on a whole store, never on half a copy.

    Raises:
        StorageError: the storage is a copy that has not arrived.
    """
    mark = storage.mark() if isinstance(storage, Marked) else None
    if mark is not None and not mark.arrived:
        msg = f"this is a copy of {mark.source} that has not arrived; go on with it: civicflow copy {mark.source} …"
        raise StorageError(msg)

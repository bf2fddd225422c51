"""What is verified: rows as a store gives them. After damage a column may hold anything, whatever is annotated here."""

# ruff: noqa: D102  the fields are those of the storage contract

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

import attrs

from civicflow.ledger.entries import Entry


class EntryRow(Protocol):
    """A stored entry."""

    @property
    def position(self) -> int: ...
    @property
    def matter(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def hash(self) -> bytes: ...
    @property
    def body(self) -> bytes: ...


class PartRow(Protocol):
    """A stored private part."""

    @property
    def matter(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def salt(self) -> bytes: ...
    @property
    def body(self) -> bytes: ...


class HeadRow(Protocol):
    """A stored head of the log tree."""

    @property
    def number(self) -> int: ...
    @property
    def hash(self) -> bytes: ...
    @property
    def body(self) -> bytes: ...
    @property
    def signature(self) -> bytes: ...


class RecordRow(Protocol):
    """A stored record of a case, or one that replay leads to."""

    @property
    def case(self) -> str: ...
    @property
    def matter(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def head(self) -> bytes: ...
    @property
    def round(self) -> int: ...
    @property
    def body(self) -> bytes: ...
    @property
    def facts(self) -> tuple[str | int | None, ...]: ...


class Evidence(Protocol):
    """What is verified: the reading half of a storage."""

    @property
    def dense_after(self) -> int | None:
        """The position after which positions have no gap at all, so that a missing one proves a deletion; None if they may."""
        ...

    def feed(self, *, after: int, limit: int) -> Sequence[EntryRow]:
        """Entries of all matters after a position, in the order of the commits."""
        ...

    def history(self, matter: str) -> Sequence[EntryRow]:
        """The entries of one matter, by version."""
        ...

    def private_parts(self, *, after: tuple[str, int], limit: int) -> Sequence[PartRow]:
        """All private parts after a key, ordered by matter and version."""
        ...

    def heads(self, *, after: int, limit: int) -> Sequence[HeadRow]:
        """Heads of the log tree after a number."""
        ...

    def records(self, matter: str) -> Iterable[RecordRow]:
        """The records of one matter."""
        ...

    def parties(self, matter: str) -> Iterable[str]:
        """Whom one matter concerns."""
        ...

    def cases(self) -> Iterable[tuple[str, str]]:
        """Every record's case and matter."""
        ...


@attrs.frozen
class Present:
    """What all entries of one matter lead to.

    Attributes:
        records: its cases as they are now.
        parties: whom it concerns or ever concerned.
    """

    records: Iterable[RecordRow]
    parties: Iterable[str] = ()


Replay = Callable[[Sequence[Entry], bytes], Present | None]
"""From all entries of one matter and the hash of the last: the present they lead to, or None where none is kept."""


def is_shaped(value: object, kind: type) -> bool:
    """Whether a column holds what it should."""
    return isinstance(value, kind)

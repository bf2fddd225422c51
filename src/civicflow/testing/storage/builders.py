"""Small well-formed batches. Bytes are opaque to a storage, so any will do."""

from __future__ import annotations

import hashlib
from typing import Final

from civicflow.plugins.storage.contract import (
    FIELDS,
    Batch,
    Filter,
    Message,
    NewEntry,
    NewHead,
    Query,
    Record,
    Scalar,
    Storage,
    Write,
)

NOON: Final = 1_772_434_800_000_000
"""An instant in microseconds."""


def facts(**values: Scalar) -> tuple[Scalar, ...]:
    """A row of facts; what is not named is None."""
    return tuple({**dict.fromkeys(FIELDS), "flow": "ticket", "state": "ordered", **values}.values())


def entries(matter: str, expected: int, count: int = 1) -> tuple[NewEntry, ...]:
    """The entries that follow a version."""
    return tuple(
        NewEntry(case=matter, version=version, hash=entry_hash(matter, version), body=entry_body(matter, version))
        for version in range(expected + 1, expected + count + 1)
    )


def entry_body(matter: str, version: int) -> bytes:
    """The bytes of an entry."""
    return f"{matter} {version}".encode("utf-8", "surrogatepass")


def entry_hash(matter: str, version: int) -> bytes:
    """The hash of an entry, which no storage can compute from the body alone; it only keeps it."""
    return hashlib.sha256(b"the entry before" + entry_body(matter, version)).digest()


def root(
    matter: str, version: int, *, round_: int = 0, due: int | None = None, content: bytes = b"{}", **values: Scalar
) -> Record:
    """The root's record at a version."""
    return Record(
        case=matter,
        matter=matter,
        version=version,
        head=entry_hash(matter, version),
        round=round_,
        due=due,
        body=content,
        facts=facts(**values),
    )


def child(case: str, version: int, *, due: int | None = None, content: bytes = b"{}", **values: Scalar) -> Record:
    """A child's record at a version of its matter."""
    matter = case.partition("/")[0]
    return Record(case=case, matter=matter, version=version, due=due, body=content, facts=facts(**values))


def write(
    matter: str,
    expected: int = 0,
    *others: Record,
    count: int = 1,
    round_: int = 0,
    due: int | None = None,
    content: bytes = b"{}",
    **values: Scalar,
) -> Write:
    """A write of one matter, with its root's record and those of ``others``."""
    top = root(matter, expected + count, round_=round_, due=due, content=content, **values)
    return Write(matter=matter, expected=expected, entries=entries(matter, expected, count), records=(top, *others))


def put(storage: Storage, matter: str, expected: int = 0, *others: Record, **values: Scalar) -> int:
    """Commit one entry of a matter; returns the feed's position."""
    return storage.commit(Batch(writes=(write(matter, expected, *others, **values),))).position  # type: ignore[arg-type]


def message(
    name: str, case: str = "T-1", recipient: str = "person:P-1", channel: str = "sms", at: int = NOON
) -> Message:
    """A row for the outbox."""
    return Message(
        dedupe=name,
        case=case,
        recipient=recipient,
        channel=channel,
        topic="accepted",
        body=name.encode(),
        not_before=at,
    )


def head(number: int, signature: bytes = b"") -> NewHead:
    """A head of the log tree."""
    body = f"head {number}".encode()
    return NewHead(number, hashlib.sha256(body).digest(), body, signature)


def everything(storage: Storage) -> tuple[object, ...]:
    """All that can be read, to see that a failed commit left no trace."""
    cases = storage.find(Query(limit=1000)).items
    return (
        cases,
        storage.feed(limit=1000),
        storage.due(2**62, limit=1000),
        tuple(one for case in cases for one in storage.asked(case=case.case)),
        tuple(storage.parties(case.matter) for case in cases),
        storage.private_parts(),
        storage.heads(),
    )


def by(field: str, value: Scalar) -> Query:
    """Everything whose field has a value."""
    return Query(where=(Filter(field, "eq", value),), limit=1000)

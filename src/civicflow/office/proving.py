"""Proof: the records that entries lead to, and the heads that seal a store."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from civicflow.ids import CaseId
from civicflow.ledger.entries import Entry
from civicflow.ledger.evidence import Present
from civicflow.ledger.heads import Head, grow, linked
from civicflow.ledger.heads import read as read_head
from civicflow.ledger.signing import Signer
from civicflow.office.codec import record_of
from civicflow.plugins.storage.contract import (
    Batch,
    NewHead,
    Storage,
    StoredEntry,
)
from civicflow.workflows.engine.apply import apply_matter
from civicflow.workflows.engine.parties import parties_of
from civicflow.workflows.engine.records import Case

_PAGE = 1000


def replay(entries: Sequence[Entry], head: bytes) -> Present:
    """The records that one matter's entries lead to, and whom they name.

    Args:
        entries: all of them, in order.
        head: the hash of the last one.
    """
    cases: dict[CaseId, Case] = {}
    for entry in entries:
        apply_matter(cases, entry)
    return Present(
        records=[record_of(case, case.matter, head) for case in cases.values()],
        parties={party for entry in entries for party in parties_of(entry)},
    )


def last_head(storage: Storage) -> Head | None:
    """The newest head in the store."""
    stored = storage.last_head()
    return None if stored is None else read_head(stored.body)


def seal(storage: Storage, at: datetime, signer: Signer | None) -> Head:
    """Seal every entry that has come since the last head; without any, the last head stands.

    Raises:
        Conflict: somebody else sealed meanwhile.
    """
    stored = storage.last_head()
    previous = None if stored is None else read_head(stored.body)
    new = list(_since(storage, 0 if previous is None else previous.position))
    if previous is not None and not new:
        return previous
    head = grow(previous, new, at, after=b"" if stored is None else stored.hash)
    signature = b"" if signer is None else signer.sign(head.sealed)
    storage.commit(Batch(heads=(NewHead(head.number, linked(head.sealed, signature), head.sealed, signature),)))
    return head


def _since(storage: Storage, position: int) -> Iterator[StoredEntry]:
    while rows := storage.feed(after=position, limit=_PAGE):
        yield from rows
        position = rows[-1].position

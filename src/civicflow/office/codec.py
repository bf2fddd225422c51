"""Between the engine's values and the storage's rows.

A record's body is the whole case in canonical bytes, so that replay can be compared with it byte for byte. Every other
column is a copy.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import msgspec

from civicflow.calendars import to_micros
from civicflow.errors import StorageError
from civicflow.ids import MatterId
from civicflow.ledger.chain import ZERO, link
from civicflow.ledger.entries import seal
from civicflow.ledger.facts import CaseFacts
from civicflow.plugins.storage.contract import NewEntry, Private, Record, StoredCase, Write
from civicflow.workflows.engine.decide import Move
from civicflow.workflows.engine.records import Case

_ENCODER: Final = msgspec.json.Encoder(order="sorted")
_DECODER: Final = msgspec.json.Decoder(Case)


def case_body(case: Case) -> bytes:
    """The canonical bytes of a case."""
    return _ENCODER.encode(case)


def case_of(stored: StoredCase) -> Case:
    """The case in a record.

    Raises:
        StorageError: if the record is damaged; `Office.ledger.verify` says where the damage begins.
    """
    try:
        return _DECODER.decode(stored.body)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        msg = f"the record of {stored.case} is damaged ({error}); run verify, and restore it from its entries"
        raise StorageError(msg) from error


def _micros(at: datetime | None) -> int | None:
    return None if at is None else to_micros(at)


def facts_of(case: Case) -> CaseFacts:
    """The row of facts that a case fills: its own fields, and what its flow kept under the names that figures know."""
    data = case.data
    resolved = data.get("resolved")
    return CaseFacts(
        flow=case.flow_name,
        state=case.state,
        outcome=case.outcome or None,
        unit=case.unit,
        body=case.body,
        requester=case.requester,
        category=data.get("category") or None,
        slot=case.slot or None,
        brood=case.brood or None,
        key=case.key or None,
        title=data.get("title"),
        opened=_micros(case.opened),
        promise=_micros(case.promise),
        handled=_micros(case.handled),
        closed=_micros(case.closed),
        resolved=None if resolved is None else int(resolved),
        satisfied=data.get("satisfied"),
    )


def record_of(case: Case, matter: MatterId, head: bytes) -> Record:
    """The record to put in place of a case's former one."""
    root = case.is_root
    return Record(
        case=case.id,
        matter=matter,
        version=case.version,
        head=head if root else b"",
        round=case.round if root else 0,
        due=None if case.outcome else _micros(case.due),
        body=_ENCODER.encode(case),
        facts=facts_of(case).row(),
    )


def write_of(move: Move, head: bytes) -> Write:
    """A move as the storage writes it: its entries sealed and chained to the matter's last one.

    Args:
        move: what becomes of one matter.
        head: the hash of its last entry, `ZERO` where it begins.
    """
    entries = []
    for entry in move.entries:
        body = seal(entry)
        head = link(head, body)
        entries.append(NewEntry(case=entry.case, version=entry.version, hash=head, body=body))
    records = tuple([record_of(case, move.matter, head) for case in move.cases])
    return Write(matter=move.matter, expected=move.expected, entries=tuple(entries), records=records)


def private_of(move: Move, salt: bytes) -> list[Private]:
    """The private parts beside a move's entries."""
    return [Private(move.matter, version, salt, body) for version, body in move.private]


__all__ = ["ZERO", "case_body", "case_of", "facts_of", "private_of", "record_of", "write_of"]

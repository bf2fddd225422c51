"""Between the engine's values and the storage's rows.

A record's body is the whole case in canonical bytes, without what is empty, so that replay can be compared with it byte
for byte. Every other column is a copy.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any, Final, get_type_hints

import attrs
import msgspec

from civicflow.calendars import to_micros
from civicflow.drafts import maker
from civicflow.errors import StorageError
from civicflow.ids import MatterId
from civicflow.ledger.chain import ZERO, link
from civicflow.ledger.entries import seal
from civicflow.ledger.facts import CaseFacts
from civicflow.plugins.storage.contract import NewEntry, Private, Record, Scalar, StoredCase, Write
from civicflow.workflows.engine.decide import Move
from civicflow.workflows.engine.records import Case
from civicflow.workflows.places import place

_FIELDS: Final = attrs.fields(Case)
_TYPES: Final = get_type_hints(Case)
_Spelled: Final[Any] = msgspec.defstruct(
    "_Spelled",
    [(f.name, _TYPES[f.name]) if f.default is attrs.NOTHING else (f.name, _TYPES[f.name], f.default) for f in _FIELDS],
    omit_defaults=True,
)
"""A case as its record's body spells it: msgspec leaves empty fields out of its own structs only."""

_values: Final = attrgetter(*[field.name for field in _FIELDS])
_case: Final = maker(Case)
_new_entry: Final = maker(NewEntry)
_new_record: Final = maker(Record)
_new_write: Final = maker(Write)
_ENCODER: Final = msgspec.json.Encoder(order="sorted")
_DECODER: Final = msgspec.json.Decoder(_Spelled)
_NOWHERE: Final = (None, None)


def case_body(case: Case) -> bytes:
    """The canonical bytes of a case."""
    return _ENCODER.encode(_Spelled(*_values(case)))


def case_of(stored: StoredCase) -> Case:
    """The case in a record.

    Raises:
        StorageError: if the record is damaged; `Office.ledger.verify` says where the damage begins.
    """
    try:
        return _case(*_values(_DECODER.decode(stored.body)))
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        msg = f"the record of {stored.case} is damaged ({error}); run verify, and restore it from its entries"
        raise StorageError(msg) from error


def _micros(at: datetime | None) -> int | None:
    return None if at is None else to_micros(at)


def facts_of(case: Case) -> CaseFacts:
    """The row of facts that a case fills: its own fields, and what its flow kept under the names that figures know."""
    return CaseFacts.from_row(_facts(case))


def _facts(case: Case) -> tuple[Scalar, ...]:
    """The same as a row, in the order of `CaseFacts`."""
    data = case.data
    resolved = data.get("resolved")
    return (
        case.flow_name,
        case.state,
        case.outcome or None,
        case.unit,
        case.body,
        case.homes.get("unit"),
        case.homes.get("body"),
        case.requester,
        data.get("category") or None,
        case.slot or None,
        case.brood or None,
        case.key or None,
        case.number or None,
        data.get("title"),
        *_point(data),
        _micros(case.opened),
        _micros(case.promise),
        _micros(case.handled),
        _micros(case.closed),
        None if resolved is None else int(resolved),
        data.get("satisfied"),
        _micros(case.evaluated),
        data.get("excluded") or None,
    )


def _point(data: Mapping[str, Any]) -> tuple[int | None, int | None]:
    """Latitude and longitude of the place that a flow kept, where it has a point."""
    if "place" not in data:
        return _NOWHERE
    where = place(data["place"])
    return _NOWHERE if where is None or where.point is None else where.point.e7


def record_of(case: Case, matter: MatterId, head: bytes) -> Record:
    """The record to put in place of a case's former one."""
    root = case.is_root
    return _new_record(
        case.id,
        matter,
        case.version,
        head if root else b"",
        case.round if root else 0,
        None if case.outcome else _micros(case.due),
        case_body(case),
        _facts(case),
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
        entries.append(_new_entry(entry.case, entry.version, head, body))
    records = [record_of(case, move.matter, head) for case in move.cases]
    return _new_write(move.matter, move.expected, tuple(entries), tuple(records))


def private_of(move: Move, salt: bytes) -> list[Private]:
    """The private parts beside a move's entries."""
    return [Private(move.matter, version, salt, body) for version, body in move.private]


__all__ = ["ZERO", "case_body", "case_of", "facts_of", "private_of", "record_of", "write_of"]

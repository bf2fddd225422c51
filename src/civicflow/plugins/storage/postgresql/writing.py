"""A batch as one statement: an ordinary one by itself, any other as one call of the commit function, whose answer is read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from operator import attrgetter, itemgetter
from typing import Any, Final, TypeVar

import msgspec
import psycopg

from civicflow.errors import CivicflowError, Conflict, IdempotencyMismatch
from civicflow.ids import CaseId, matter_of
from civicflow.plugins.storage.batches import check_rearm, foreign
from civicflow.plugins.storage.conditions import Value
from civicflow.plugins.storage.contract import FIELDS, Batch, Commit, Record
from civicflow.plugins.storage.postgresql import committing, ordinary
from civicflow.plugins.storage.postgresql.session import Session

_FIELDS: Final = tuple(FIELDS)
_ENCODE: Final = msgspec.json.Encoder().encode  # bytes become base64
_MATTER: Final = itemgetter("matter")
_CASE: Final = itemgetter("case_id")
_DIGEST: Final = attrgetter("digest")

T = TypeVar("T")


def commit(session: Session, batch: Batch) -> Commit:
    """Write a batch that is well formed, in one statement; the caller rolls back when an error leaves."""
    if ordinary.is_ordinary(batch) and (reached := ordinary.commit(session, batch)) is not None:
        return Commit(reached)
    try:
        (row,) = session.rows(committing.CALL, _arguments(batch))
    except psycopg.DatabaseError as error:
        known = _meant(error, batch)
        if known is None:
            raise
        raise known from error
    outcome, about, expected, actual, position, answer = row
    if outcome == "conflict":
        raise Conflict(about, expected, actual)
    if outcome == "mismatch" and batch.key is not None:
        raise IdempotencyMismatch(batch.key.key)
    return Commit(position, repeated=outcome == "repeated", answer=answer)


def _arguments(batch: Batch) -> list[Value]:
    """The values of `committing.PARAMETERS`; most batches have few of them."""
    key, heads, rearm = batch.key, batch.heads, batch.rearm
    command: tuple[Value, ...] = (None, None, None) if key is None else (key.key, key.digest, key.answer)
    puts: list[dict[str, Any]] = []
    children: list[dict[str, Any]] = []
    loose = _loose(batch)
    for write in batch.writes:
        for record in write.records:
            if record.case == write.matter:
                puts.append(_row(record, write.expected))
            else:
                children.append(_row(record))
    return [
        *command,
        _json(_checks(batch, loose)),
        heads[0].number if heads else None,
        _json(_by(_CASE, puts)),
        _json(_by(_CASE, children)),
        _json(loose),
        _json([awaits.case for awaits in batch.awaits]),
        _json([one for asked in {awaits.case: awaits.asked for awaits in batch.awaits}.values() for one in asked]),
        _json(batch.parties),
        _json(rearm),
        _json([*(one.matter for one in batch.writes), *(one.matter for one in batch.expects)] if rearm else ()),
        _json(batch.private),
        _json([{"matter": matter, "version": version} for matter, version in batch.erase]),
        _json(_by(_DIGEST, batch.filed)),
        _json(heads),
        _json(batch.messages),
        _json(_entries(batch)),
    ]


def _loose(batch: Batch) -> list[str]:
    """Cases whose asked are replaced though their matter is not written, so that nothing else keeps others off."""
    written = {write.matter for write in batch.writes}
    return sorted({awaits.case for awaits in batch.awaits if matter_of(CaseId(awaits.case)) not in written})


def _checks(batch: Batch, loose: list[str]) -> list[dict[str, Any]]:
    """What must hold, and be held, by matter; empty where the one write's own comparison is all there is."""
    writes = batch.writes
    if not batch.expects and not loose and len(writes) == 1 and writes[0].entries:
        return []
    written = {*(write.matter for write in writes), *(matter_of(CaseId(case)) for case in loose)}
    # Two that share a row and then both move a deadline in it would wait for each other.
    written |= {one.matter for one in batch.expects if batch.rearm and one.version != 0}
    checks = [
        {"matter": one.matter, "version": one.version, "round": one.round, "written": one.matter in written}
        for one in batch.expects
    ]
    checks += [{"matter": write.matter, "version": write.expected, "written": True} for write in writes]
    checks += [{"matter": matter_of(CaseId(case)), "written": True} for case in loose]
    return _by(_MATTER, checks)


def _row(record: Record, was: int | None = None) -> dict[str, Any]:
    """A record's columns, without those that are NULL."""
    row: dict[str, Any] = {name: value for name, value in zip(_FIELDS, record.facts, strict=True) if value is not None}
    row["case_id"], row["matter"], row["version"] = record.case, record.matter, record.version
    row["head"], row["round"], row["content"] = record.head, record.round, record.body
    if record.due is not None:
        row["due"] = record.due
    if was is not None:
        row["was"] = was
    return row


def _entries(batch: Batch) -> list[dict[str, Any]]:
    return [
        {"matter": write.matter, "version": new.version, "hash": new.hash, "body": new.body}
        for write in batch.writes
        for new in write.entries
    ]


def _by(key: Callable[[Any], Any], rows: Iterable[T]) -> list[T]:
    """Rows in the order in which they are locked."""
    return sorted(rows, key=key)


def _json(rows: Iterable[object]) -> str | None:
    """Rows as the function takes them; attrs classes by their fields."""
    return _ENCODE(rows).decode() if rows else None


def _meant(error: psycopg.DatabaseError, batch: Batch) -> CivicflowError | None:
    """What our own function raised, or None."""
    match error.sqlstate, json.loads(error.diag.message_detail or "[]") if _is_ours(error) else None:
        case committing.CONFLICT, [about, expected, actual]:
            return Conflict(about, expected, actual)
        case committing.NOT_HELD, [case, matter]:
            check_rearm(batch, case, matter)  # says it
        case committing.FOREIGN, _:
            children = [one for write in batch.writes for one in write.records if one.case != write.matter]
            return foreign(", ".join(one.case for one in children), ", ".join({one.matter for one in children}))
    return None


def _is_ours(error: psycopg.DatabaseError) -> bool:
    return (error.sqlstate or "").startswith("CF")

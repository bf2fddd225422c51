"""PostgreSQL through bare psycopg: a commit of the errand as one statement with common table expressions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import psycopg
from measuring import Work
from psycopg.types.numeric import Int8

from civicflow.plugins.storage.contract import FIELDS, Batch

_FACTS = [f'"{name}"' for name in FIELDS]
_COLUMNS = ["case_id", "matter", "version", "head", "round", "due", "content", *_FACTS]
_CHANGED = ", ".join(f"{name} = %({name.strip(chr(34))})s" for name in _COLUMNS[2:])
_VALUES = ", ".join(f"%({name.strip(chr(34))})s" for name in _COLUMNS)

_ROOT = {
    True: f"INSERT INTO cases ({', '.join(_COLUMNS)}) VALUES ({_VALUES}) ON CONFLICT DO NOTHING RETURNING 1",
    False: f"UPDATE cases SET {_CHANGED} WHERE case_id = %(case_id)s AND version = %(was)s RETURNING 1",
}
_ENTRY = """
    INSERT INTO entries (position, barrier, matter, version, hash, body)
    SELECT nextval('feed_position'), pg_current_xact_id()::text::bigint, %(case_id)s, %(version)s, %(head)s, %(entry)s
    FROM root RETURNING position
    """
_GONE = "DELETE FROM awaits WHERE case_id = %(case_id)s AND address <> %(address)s AND EXISTS (SELECT FROM root)"
_ASKED = """
    INSERT INTO awaits (case_id, address, until) SELECT %(case_id)s, %(address)s, %(until)s FROM root
    ON CONFLICT (case_id, address) DO UPDATE SET until = excluded.until
    """
_CONCERNED = """
    INSERT INTO parties (address, matter) SELECT address, %(case_id)s FROM root, (VALUES {}) AS p(address)
    ON CONFLICT DO NOTHING
    """

Statement = tuple[str, dict[str, Any]]


def statement(batch: Batch) -> Statement:
    """The statement that writes what a batch of the errand holds, with its values."""
    (write,), (awaits,) = batch.writes, batch.awaits
    (entry,), (record,) = write.entries, write.records
    assert batch == Batch(writes=batch.writes, awaits=batch.awaits, parties=batch.parties), (
        "an errand writes nothing else"
    )
    values: dict[str, Any] = dict(zip(FIELDS, record.facts, strict=True))
    values |= {name: getattr(record, name) for name in ("matter", "version", "head", "round", "due")}
    values |= {"case_id": record.case, "content": record.body, "was": write.expected, "entry": entry.body}
    parts = {"root": _ROOT[not write.expected], "entry": _ENTRY}
    if awaits.asked:
        (one,) = awaits.asked
        parts["asked"] = _ASKED
        values |= {"address": one.address, "until": one.until}
    if write.expected:
        parts["gone"] = _GONE
        values.setdefault("address", "")
    if batch.parties:
        names = [f"party_{number}" for number in range(len(batch.parties))]
        parts["concerned"] = _CONCERNED.format(", ".join(f"(%({name})s)" for name in names))
        values |= {name: party.address for name, party in zip(names, batch.parties, strict=True)}
    sql = ", ".join(f"{name} AS ({part})" for name, part in parts.items())
    # Integers of one width, or each magnitude would be another statement to prepare.
    bound = {name: Int8(value) if type(value) is int else value for name, value in values.items()}
    return f"WITH {sql} SELECT position FROM entry", bound


def player(conninfo: str, schema: str) -> Callable[[Sequence[Statement]], Work]:
    """A connection that sends statements, each prepared once and a transaction of its own."""
    connection = psycopg.connect(conninfo, autocommit=True, options=f"-c search_path={schema}")

    def play(statements: Sequence[Statement]) -> Work:
        cursor = connection.cursor(binary=True)

        def work() -> None:
            for sql, values in statements:
                ((_position,),) = cursor.execute(sql, values, prepare=True).fetchall()

        return work

    return play

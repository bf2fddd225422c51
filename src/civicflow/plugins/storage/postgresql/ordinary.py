"""The ordinary commit: one case moves by one entry. One statement, planned once, that takes half the function's time.

Everything in it hangs on the row of the root: where its version is no longer the expected one, nothing is written and no
row comes back. The function is called then, and says what is wrong. Rows are locked and positions drawn in the order that
`committing` gives the reasons for.
"""

# ruff: noqa: S608  statements are put together from our own names; every value is bound

from __future__ import annotations

from functools import cache
from operator import attrgetter
from typing import Final

import attrs

from civicflow.plugins.storage.contract import FIELDS, Batch, Write
from civicflow.plugins.storage.postgresql.committing import ANNOUNCED, DRAW, placed
from civicflow.plugins.storage.postgresql.session import Session, qualified

_COLUMNS: Final = ["case_id", "matter", "version", "head", "round", "due", "content", *(f'"{name}"' for name in FIELDS)]
_FOLLOWING: Final = ", ".join(f"{name} = %s" for name in _COLUMNS[2:])
_CREATE: Final = (
    f"INSERT INTO {{s}}.cases ({', '.join(_COLUMNS)}) VALUES ({', '.join(['%s'] * len(_COLUMNS))}) "
    "ON CONFLICT (case_id) DO NOTHING RETURNING case_id"
)
_ADVANCE: Final = f"UPDATE {{s}}.cases SET {_FOLLOWING} WHERE case_id = %s AND version = %s RETURNING case_id"
_FORGET: Final = "DELETE FROM {s}.awaits WHERE case_id = (SELECT case_id FROM root)"
_ASK: Final = (
    "INSERT INTO {{s}}.awaits (case_id, address, until) SELECT case_id, address, until FROM root, ({}) AS a(address, until) "
    "ON CONFLICT (case_id, address) DO UPDATE SET until = excluded.until"
)
_CONCERN: Final = (
    "INSERT INTO {{s}}.parties (address, matter) SELECT address, case_id FROM root, ({}) AS p(address) "
    "ON CONFLICT DO NOTHING"
)
_DRAWN: Final = (
    f"SELECT {DRAW}, CASE WHEN {ANNOUNCED} THEN pg_notify('{{channel}}', '') IS NULL END "
    "FROM (SELECT 1 AS n, pg_current_xact_id()::text::bigint AS v FROM root) one"
)
_APPEND: Final = (
    "INSERT INTO {s}.entries (position, barrier, matter, version, hash, body) "
    "SELECT reached, drawn, %s, %s, %s, %s FROM draw"
)
_others: Final = attrgetter(*[f.name for f in attrs.fields(Batch) if f.name not in {"writes", "awaits", "parties"}])
_MOST: Final = 4
"""Rows beside the case's own; each number of them is a statement of its own."""


def is_ordinary(batch: Batch) -> bool:
    """Whether a batch is one case that moves by one entry, with the few whom it asks and concerns, and nothing else."""
    if len(batch.writes) != 1 or len(batch.awaits) > 1 or len(batch.parties) > _MOST or any(_others(batch)):
        return False
    (write,) = batch.writes
    for awaits in batch.awaits:
        if awaits.case != write.matter or len(awaits.asked) > _MOST:
            return False
    return len(write.entries) == len(write.records) == 1


def commit(session: Session, batch: Batch) -> int | None:
    """Write an ordinary batch; the position of its entry, or None where it was not written."""
    (write,) = batch.writes
    values = _root(write)
    asked: int | None = None
    for awaits in batch.awaits:
        asked = len(awaits.asked)
        values += [one.address for one in awaits.asked]
        for one in awaits.asked:
            values += (one.address, _spelt(one.until))
    values += [party.address for party in batch.parties]
    (entry,) = write.entries
    values += (write.matter, str(entry.version), entry.hash, entry.body)
    row = session.first(_statement(session.schema, not write.expected, asked, len(batch.parties)), values)
    return None if row is None else row[0]


def _root(write: Write) -> list[str | bytes | None]:
    (record,) = write.records
    values = [str(record.version), record.head, str(record.round), _spelt(record.due), record.body]
    values += map(_spelt, record.facts)
    return [*values, record.case, str(write.expected)] if write.expected else [record.case, record.matter, *values]


def _spelt(value: str | int | None) -> str | None:
    """Numbers as text: the server knows what each column is, and a statement stays the same one where some are NULL."""
    return str(value) if isinstance(value, int) else value


@cache
def _statement(schema: str, create: bool, asked: int | None, parties: int) -> bytes:  # noqa: FBT001 - a shape
    """The statement for a root that is created or not, whom it asks (None: as before), and whom it concerns."""
    parts = {"root": _CREATE if create else _ADVANCE}
    if asked is not None:
        parts["forgotten"] = _FORGET + (f" AND address NOT IN ({_listed('%s', asked)})" if asked else "")
    if asked:
        parts["asked"] = _ASK.format(f"VALUES {_listed('(%s, %s::bigint)', asked)}")
    if parties:
        parts["concerned"] = _CONCERN.format(f"VALUES {_listed('(%s)', parties)}")
    parts["draw (locked, reached, drawn, unlocked, told)"] = _DRAWN
    parts["entered"] = _APPEND
    listed = ", ".join(f"{name} AS ({part})" for name, part in parts.items())
    return qualified(placed(f"WITH {listed} SELECT reached FROM draw", schema), schema)


def _listed(mark: str, count: int) -> str:
    return ", ".join([mark] * count)

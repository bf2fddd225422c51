"""The tables, and how a file is brought to them.

`entries` is the ledger and `cases` the present state, whose bytes stand last in the row so that a scan over the facts
does not turn their pages. Everything else hangs on a case or an entry by its key.
"""

from __future__ import annotations

import sqlite3
from typing import Final

from civicflow.errors import StorageError
from civicflow.plugins.storage.contract import FIELDS

VERSION: Final = 1

_VERSION_1: Final = (
    "CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID",
    """CREATE TABLE entries (
        position INTEGER PRIMARY KEY,
        matter TEXT NOT NULL,
        version INTEGER NOT NULL,
        hash BLOB NOT NULL,
        body BLOB NOT NULL,
        UNIQUE (matter, version)
    ) STRICT""",
    """CREATE TABLE cases (
        case_id TEXT PRIMARY KEY,
        matter TEXT NOT NULL,
        version INTEGER NOT NULL,
        head BLOB NOT NULL,
        round INTEGER NOT NULL,
        due INTEGER,
        flow TEXT, state TEXT, outcome TEXT, unit TEXT, body TEXT, home TEXT, home_body TEXT, requester TEXT, category TEXT, slot TEXT,
        brood TEXT, key TEXT, number TEXT, title TEXT, latitude INTEGER, longitude INTEGER,
        opened INTEGER, promise INTEGER, handled INTEGER, closed INTEGER, resolved INTEGER, satisfied INTEGER,
        evaluated INTEGER,
        content BLOB NOT NULL
    ) STRICT""",
    "CREATE INDEX cases_due ON cases (due, case_id) WHERE due IS NOT NULL",
    "CREATE INDEX cases_children ON cases (matter) WHERE matter <> case_id",
    "CREATE INDEX cases_brood ON cases (brood) WHERE brood IS NOT NULL",
    "CREATE INDEX cases_number ON cases (number) WHERE number IS NOT NULL",
    "CREATE INDEX cases_place ON cases (latitude, longitude) WHERE latitude IS NOT NULL",
    """CREATE TABLE private (
        matter TEXT NOT NULL,
        version INTEGER NOT NULL,
        salt BLOB NOT NULL,
        body BLOB NOT NULL,
        PRIMARY KEY (matter, version)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE awaits (
        case_id TEXT NOT NULL,
        address TEXT NOT NULL,
        until INTEGER,
        PRIMARY KEY (case_id, address)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX awaits_address ON awaits (address)",
    """CREATE TABLE parties (
        address TEXT NOT NULL,
        matter TEXT NOT NULL,
        PRIMARY KEY (address, matter)
    ) STRICT, WITHOUT ROWID""",
    "CREATE INDEX parties_matter ON parties (matter)",
    # status: 0 open, 1 delivered, 2 given up. available: the instant from which an open row may be claimed.
    """CREATE TABLE outbox (
        number INTEGER PRIMARY KEY,
        dedupe TEXT NOT NULL UNIQUE,
        case_id TEXT NOT NULL,
        recipient TEXT NOT NULL,
        channel TEXT NOT NULL,
        topic TEXT NOT NULL,
        not_before INTEGER NOT NULL,
        status INTEGER NOT NULL DEFAULT 0,
        available INTEGER NOT NULL,
        attempts INTEGER NOT NULL DEFAULT 0,
        worker TEXT,
        last_error TEXT NOT NULL DEFAULT '',
        body BLOB NOT NULL
    ) STRICT""",
    "CREATE INDEX outbox_lanes ON outbox (case_id, recipient, channel) WHERE status = 0",
    "CREATE INDEX outbox_available ON outbox (available) WHERE status = 0",
    "CREATE INDEX outbox_dead ON outbox (number) WHERE status = 2",
    "CREATE TABLE keys (key TEXT PRIMARY KEY, digest BLOB NOT NULL, answer BLOB NOT NULL) STRICT",
    """CREATE TABLE heads (
        number INTEGER PRIMARY KEY,
        hash BLOB NOT NULL,
        body BLOB NOT NULL,
        signature BLOB NOT NULL
    ) STRICT""",
    "CREATE TABLE filed (digest TEXT PRIMARY KEY, body BLOB NOT NULL) STRICT",
    # last: the number that was drawn last.
    "CREATE TABLE series (name TEXT PRIMARY KEY, last INTEGER NOT NULL) STRICT, WITHOUT ROWID",
)

_STEPS: Final = (_VERSION_1,)
"""What leads from each version to the next; a released step is never edited."""


def version(cursor: sqlite3.Cursor) -> int:
    """The version of the schema in the file, 0 before the first migration."""
    if not cursor.execute("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'meta'").fetchone():
        return 0
    row = cursor.execute("SELECT value FROM meta WHERE name = 'schema_version'").fetchone()
    return int(row[0]) if row else 0


def is_current(cursor: sqlite3.Cursor) -> bool:
    """Whether nothing is to be migrated.

    Raises:
        StorageError: the file was written by a newer civicflow.
    """
    found = version(cursor)
    if found > VERSION:
        msg = f"the file has schema {found} of a newer civicflow, this one knows {VERSION}; upgrade civicflow"
        raise StorageError(msg)
    return found == VERSION and not _missing_facts(cursor)


def migrate(cursor: sqlite3.Cursor) -> None:
    """Bring the file to this schema; where another process was faster, nothing is left to do."""
    if is_current(cursor):
        return
    cursor.execute("BEGIN IMMEDIATE")
    for statements in _STEPS[version(cursor) :]:
        for statement in statements:
            cursor.execute(statement)
    for name in _missing_facts(cursor):
        kind = "TEXT" if FIELDS[name] is str else "INTEGER"
        cursor.execute(f'ALTER TABLE cases ADD COLUMN "{name}" {kind}')
    cursor.execute("INSERT OR REPLACE INTO meta (name, value) VALUES ('schema_version', ?)", (VERSION,))
    cursor.execute("COMMIT")


def _missing_facts(cursor: sqlite3.Cursor) -> list[str]:
    """Facts that the contract gained since the file was made; older releases never look at their columns."""
    there = {row[1] for row in cursor.execute("PRAGMA table_info(cases)")}
    return [name for name in FIELDS if name not in there]

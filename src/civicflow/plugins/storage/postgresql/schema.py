"""The tables, and how a schema is brought to them.

`entries` is the ledger and `cases` the present state. Texts are compared by code point (``COLLATE "C"``), what is hashed
lies in ``bytea`` as it was committed, instants are microseconds since 1970 UTC.

Commits are made by a function in the schema, one statement each (see `committing`). Its name carries a digest of its
text, so that two releases may work on one schema while an upgrade is rolled out: each finds its own.
"""

from __future__ import annotations

from typing import Final

from civicflow.errors import StorageError
from civicflow.plugins.storage.contract import FIELDS
from civicflow.plugins.storage.postgresql import committing, locks
from civicflow.plugins.storage.postgresql.session import Session

VERSION: Final = 1

_VERSION_1: Final = (
    "CREATE TABLE {s}.meta (name text PRIMARY KEY, value bigint NOT NULL)",
    # barrier: every transaction that drew a lower position has a number up to this one; see `committing`.
    """CREATE TABLE {s}.entries (
        position bigint PRIMARY KEY,
        barrier bigint NOT NULL,
        matter text COLLATE "C" NOT NULL,
        version bigint NOT NULL,
        hash bytea NOT NULL,
        body bytea NOT NULL,
        UNIQUE (matter, version)
    )""",
    "CREATE SEQUENCE {s}.feed_position OWNED BY {s}.entries.position",
    "CREATE SEQUENCE {s}.feed_barrier OWNED BY {s}.entries.barrier",
    """CREATE TABLE {s}.cases (
        case_id text COLLATE "C" PRIMARY KEY,
        matter text COLLATE "C" NOT NULL,
        version bigint NOT NULL,
        head bytea NOT NULL,
        round bigint NOT NULL,
        due bigint,
        brood text COLLATE "C",
        number text COLLATE "C",
        latitude bigint,
        longitude bigint,
        content bytea NOT NULL
    )""",
    "CREATE INDEX cases_due ON {s}.cases (due, case_id) WHERE due IS NOT NULL",
    "CREATE INDEX cases_children ON {s}.cases (matter) WHERE matter <> case_id",
    "CREATE INDEX cases_brood ON {s}.cases (brood) WHERE brood IS NOT NULL",
    "CREATE INDEX cases_number ON {s}.cases (number) WHERE number IS NOT NULL",
    "CREATE INDEX cases_place ON {s}.cases (latitude, longitude) WHERE latitude IS NOT NULL",
    """CREATE TABLE {s}.private (
        matter text COLLATE "C" NOT NULL,
        version bigint NOT NULL,
        salt bytea NOT NULL,
        body bytea NOT NULL,
        PRIMARY KEY (matter, version)
    )""",
    """CREATE TABLE {s}.awaits (
        case_id text COLLATE "C" NOT NULL,
        address text COLLATE "C" NOT NULL,
        until bigint,
        PRIMARY KEY (case_id, address)
    )""",
    "CREATE INDEX awaits_address ON {s}.awaits (address, case_id)",
    """CREATE TABLE {s}.parties (
        address text COLLATE "C" NOT NULL,
        matter text COLLATE "C" NOT NULL,
        PRIMARY KEY (address, matter)
    )""",
    "CREATE INDEX parties_matter ON {s}.parties (matter, address)",
    # status: 0 open, 1 delivered, 2 given up. available: the instant from which an open row may be claimed.
    """CREATE TABLE {s}.outbox (
        number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        dedupe text COLLATE "C" NOT NULL UNIQUE,
        case_id text COLLATE "C" NOT NULL,
        recipient text COLLATE "C" NOT NULL,
        channel text COLLATE "C" NOT NULL,
        topic text NOT NULL,
        not_before bigint NOT NULL,
        status smallint NOT NULL DEFAULT 0,
        available bigint NOT NULL,
        attempts bigint NOT NULL DEFAULT 0,
        worker text,
        last_error text NOT NULL DEFAULT '',
        body bytea NOT NULL
    )""",
    "CREATE INDEX outbox_lanes ON {s}.outbox (case_id, recipient, channel, number) WHERE status = 0",
    "CREATE INDEX outbox_available ON {s}.outbox (available, number) WHERE status = 0",
    "CREATE INDEX outbox_dead ON {s}.outbox (number) WHERE status = 2",
    """CREATE TABLE {s}.keys (key text COLLATE "C" PRIMARY KEY, digest bytea NOT NULL, answer bytea NOT NULL)""",
    """CREATE TABLE {s}.heads (
        number bigint PRIMARY KEY,
        hash bytea NOT NULL,
        body bytea NOT NULL,
        signature bytea NOT NULL
    )""",
    """CREATE TABLE {s}.filed (digest text COLLATE "C" PRIMARY KEY, body bytea NOT NULL)""",
    # last: the number that was drawn last.
    """CREATE TABLE {s}.series (name text COLLATE "C" PRIMARY KEY, last bigint NOT NULL)""",
)

_KINDS: Final = {str: 'text COLLATE "C"', int: "bigint"}
_STEPS: Final = (_VERSION_1,)
"""What leads from each version to the next; a released step is never edited."""

_LOCK: Final = "SELECT pg_advisory_xact_lock(%s)"
_SAME: Final = "n.nspname = %s"
_VERSION: Final = "SELECT value FROM {s}.meta WHERE name = 'schema_version'"
_STATE: Final = f"""
    SELECT current_setting('server_encoding'),
        EXISTS (SELECT FROM pg_namespace n WHERE {_SAME}),
        EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE {_SAME} AND c.relname = 'meta' AND c.relkind = 'r'),
        EXISTS (SELECT FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
            WHERE {_SAME} AND p.proname = %s),
        ARRAY(SELECT a.attname::text FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
            JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE {_SAME} AND c.relname = 'cases' AND a.attnum > 0 AND NOT a.attisdropped)
    """  # noqa: S608  put together from our own words

# After a restore, or a copy to another server, transactions count from anew and sequences may lag behind. The order of
# the two numbers matters: here, whoever drew before has a number below the one that is given now.
_DRAWN: Final = """
    SELECT coalesce(pg_sequence_last_value('{s}.feed_barrier'), 0),
        coalesce(pg_sequence_last_value('{s}.feed_position'), 0), coalesce(max(position), 0),
        pg_snapshot_xmax(pg_current_snapshot())::text::bigint
    FROM {s}.entries
    """
_NOW: Final = "SELECT pg_current_xact_id()::text::bigint"
_SETTLED: Final = """
    INSERT INTO {s}.meta (name, value) VALUES ('settled', %s) ON CONFLICT (name) DO UPDATE SET value = excluded.value
    """
_COUNT_ON: Final = "SELECT setval('{s}.feed_barrier', %s), setval('{s}.feed_position', %s)"


def version(session: Session) -> int:
    """The version of the tables in the schema, 0 before the first migration."""
    _encoding, _schema, tables, _function, _columns = _state(session)
    return _version(session) if tables else 0


def has_function(session: Session) -> bool:
    """Whether the commit function of this release lies in the schema."""
    return _state(session)[3]


def migrate(session: Session) -> None:
    """Bring the schema to this version; whoever comes second finds nothing left to do.

    Raises:
        StorageError: the tables were written by a newer civicflow, or the database does not keep Unicode.
    """
    if not _is_current(session):
        with session.transaction():
            session.rows(_LOCK, (locks.number("migrate", session.schema),))
            if not _is_current(session):
                _build(session)


def settle(session: Session) -> None:
    """Where the tables came from another server, everything in them is settled; count on from here."""
    if not _is_moved(session):
        return
    with session.transaction():
        session.rows(_LOCK, (locks.number("migrate", session.schema),))
        barrier, drawn, last, _ = session.rows(_DRAWN)[0]
        now = session.rows(_NOW)[0][0]
        if barrier >= now or drawn < last:
            session.change(_SETTLED, (last,))
            session.rows(_COUNT_ON, (now, max(drawn, last, 1)))


def _is_moved(session: Session) -> bool:
    """Whether it looks so; a commit that is under way looks the same."""
    barrier, drawn, last, ended = session.rows(_DRAWN)[0]
    return bool(barrier >= ended or drawn < last)


def _is_current(session: Session) -> bool:
    encoding, _schema, tables, function, columns = _state(session)
    if encoding != "UTF8":
        raise StorageError(f"the database is encoded in {encoding}; create one with ENCODING 'UTF8'")
    found = _version(session) if tables else 0
    if found > VERSION:
        msg = f"the schema {session.schema} has version {found} of a newer civicflow, this one knows {VERSION}"
        raise StorageError(f"{msg}; upgrade civicflow")
    return found == VERSION and function and not _missing(columns)


def _build(session: Session) -> None:
    _encoding, schema, tables, _function, _columns = _state(session)
    if not schema:
        session.change("CREATE SCHEMA {s}")
    for statements in _STEPS[_version(session) if tables else 0 :]:
        for statement in statements:
            session.change(statement)
    if missing := _missing(_state(session)[4]):
        columns = (f'ADD COLUMN "{name}" {_KINDS[FIELDS[name]]}' for name in missing)
        session.change(f"ALTER TABLE {{s}}.cases {', '.join(columns)}")
    session.change(committing.definition(session.schema))
    session.change(
        "INSERT INTO {s}.meta (name, value) VALUES ('schema_version', %s) "
        "ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        (VERSION,),
    )


def _version(session: Session) -> int:
    found = session.rows(_VERSION)
    return int(found[0][0]) if found else 0


def _state(session: Session) -> tuple[str, bool, bool, bool, list[str]]:
    """The encoding; whether the schema, its tables and our function are there; and the columns of `cases`."""
    name = session.schema
    (row,) = session.rows(_STATE, (name, name, name, committing.NAME, name))
    encoding, schema, tables, function, columns = row
    return encoding, schema, tables, function, columns


def _missing(columns: list[str]) -> list[str]:
    """Facts that the contract gained since; older releases never look at their columns."""
    return [name for name in FIELDS if name not in columns]

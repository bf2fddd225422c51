"""The commit, as a function that lies beside the tables: one statement for the client, one round trip.

Nobody waits in a circle. Rows are locked in one order: the matters that are compared or changed, by id; new matters, by
id; the key; everything else. Where it still happens (one name put twice at once), PostgreSQL ends one of the two, whole,
and the pool runs it again. Comparisons come first, so that an ordinary conflict is an answer and not an error in the
server's log; a race that shows only while writing raises, and takes everything back.

**Why the feed has no gap for a reader.** Positions are drawn from a sequence and become visible when their transaction
commits, in any order. So each entry carries a barrier: the highest number of any transaction that has drawn a position so
far. An entry is shown once every transaction up to its barrier has ended (``pg_snapshot_xmin``): whoever drew a lower
position is then visible or was taken back. Barriers rise with positions because both are drawn under one lock, which is
given back at once and not at the end of the transaction: nobody waits for another's disk. The drawing is one list of
expressions, between which the server looks for no interrupt, so the lock cannot be left behind.

Since the number belongs to the whole server, a long transaction that writes anything there holds the feed back (and the
seals with it), never the commits.
"""

# ruff: noqa: S608  statements are put together from our own names; every value is bound

from __future__ import annotations

import hashlib
from typing import Final

from civicflow.plugins.storage.contract import FIELDS
from civicflow.plugins.storage.postgresql import locks
from civicflow.plugins.storage.postgresql.session import quoted

CONFLICT: Final = "CF001"
KEY_RACE: Final = "CF002"
FOREIGN: Final = "CF003"
NOT_HELD: Final = "CF004"

_NAMES: Final = ["case_id", "matter", "version", "head", "round", "due", "content", *(f'"{name}"' for name in FIELDS)]
_KINDS: Final = ["text", "text", "bigint", "text", "bigint", "bigint", "text"]
_COLUMNS: Final = ", ".join(_NAMES)
_TYPED: Final = ", ".join(
    f"{name} {kind}"
    for name, kind in zip(
        _NAMES, [*_KINDS, *("text" if kind is str else "bigint" for kind in FIELDS.values())], strict=True
    )
)
_BYTES: Final = frozenset({"head", "content"})


def _values(row: str) -> list[str]:
    return [f"decode({row}.{name}, 'base64')" if name in _BYTES else f"{row}.{name}" for name in _NAMES]


_PUT: Final = ", ".join(_values("r"))
_CHANGED: Final = ", ".join(f"{name} = {value}" for name, value in zip(_NAMES[2:], _values("r")[2:], strict=True))
_EXCLUDED: Final = ", ".join(f"{name} = excluded.{name}" for name in _NAMES[2:])

SETTLED: Final = """
    (barrier < (SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint)
        OR position <= (SELECT value FROM {s}.meta WHERE name = 'settled'))
    """
"""Whether an entry is shown."""
LAST: Final = f"coalesce((SELECT position FROM {{s}}.entries WHERE {SETTLED} ORDER BY position DESC LIMIT 1), 0)"
"""The last position that is shown."""

DRAW: Final = """
    pg_advisory_lock({draw}) IS NULL,
    CASE WHEN n > 0 THEN
        setval('{s}.feed_position', coalesce(pg_sequence_last_value('{s}.feed_position'), 0) + n) END,
    setval('{s}.feed_barrier', greatest(v, pg_sequence_last_value('{s}.feed_barrier'))),
    pg_advisory_unlock({draw})
    """
"""Draws positions for ``n`` entries of the transaction ``v``: the last of them, and the barrier."""

ANNOUNCED: Final = "(CASE WHEN pg_try_advisory_lock({wait}) THEN NOT pg_advisory_unlock({wait}) ELSE true END)"
"""Whether somebody waits for commits; asked when positions are drawn."""

_BODY: Final = f"""
#variable_conflict use_column
DECLARE
    r record;
    n bigint;
    v bigint;
    turn bigint;
    drawn bigint;
    somebody boolean;
BEGIN
    outcome := 'done';
    stored := coalesce(_answer, '');
    IF _key IS NOT NULL THEN
        SELECT CASE WHEN digest = _digest THEN 'repeated' ELSE 'mismatch' END, answer INTO outcome, stored
            FROM {{s}}.keys WHERE key = _key;
        IF FOUND THEN
            reached := {LAST};
            RETURN;
        END IF;
        outcome := 'done';
        stored := _answer;
    END IF;

    IF _checks IS NOT NULL THEN
        FOR r IN SELECT * FROM json_to_recordset(_checks)
            AS c(matter text, version bigint, round bigint, written boolean)
        LOOP
            IF r.written THEN
                SELECT version, round INTO v, turn FROM {{s}}.cases WHERE case_id = r.matter FOR NO KEY UPDATE;
            ELSE
                SELECT version, round INTO v, turn FROM {{s}}.cases WHERE case_id = r.matter FOR SHARE;
            END IF;
            IF NOT FOUND THEN
                v := 0;
                turn := NULL;
                IF r.version = 0 AND NOT r.written THEN
                    -- A row that comes and goes keeps its place in the index: whoever creates it now waits for us.
                    INSERT INTO {{s}}.cases (case_id, matter, version, head, round, content)
                        VALUES (r.matter, r.matter, 0, '', 0, '') ON CONFLICT (case_id) DO NOTHING;
                    GET DIAGNOSTICS n = ROW_COUNT;
                    IF n = 1 THEN
                        DELETE FROM {{s}}.cases WHERE case_id = r.matter;
                    ELSE
                        SELECT version, round INTO v, turn FROM {{s}}.cases WHERE case_id = r.matter;
                    END IF;
                END IF;
            END IF;
            IF v <> r.version OR (r.round IS NOT NULL AND turn IS DISTINCT FROM r.round) THEN
                outcome := 'conflict';
                about := r.matter;
                expected := CASE WHEN v <> r.version THEN r.version ELSE r.round END;
                actual := CASE WHEN v <> r.version THEN v ELSE turn END;
                EXIT;
            END IF;
        END LOOP;
    END IF;
    IF _heads IS NOT NULL AND outcome = 'done' THEN
        v := coalesce((SELECT max(number) FROM {{s}}.heads), 0) + 1;
        IF v <> _head THEN
            outcome := 'conflict';
            about := 'log tree';
            expected := _head - 1;
            actual := v - 1;
        END IF;
    END IF;

    IF _puts IS NOT NULL AND outcome = 'done' THEN
        FOR r IN SELECT * FROM json_to_recordset(_puts) AS p(was bigint, {_TYPED}) LOOP
            IF r.was = 0 THEN
                INSERT INTO {{s}}.cases ({_COLUMNS}) VALUES ({_PUT}) ON CONFLICT (case_id) DO NOTHING;
            ELSE
                UPDATE {{s}}.cases SET {_CHANGED} WHERE case_id = r.case_id AND version = r.was;
            END IF;
            GET DIAGNOSTICS n = ROW_COUNT;
            IF n = 0 THEN
                about := r.case_id;
                expected := r.was;
                actual := coalesce((SELECT version FROM {{s}}.cases WHERE case_id = r.case_id), 0);
                IF _checks IS NOT NULL THEN
                    RAISE EXCEPTION USING ERRCODE = '{CONFLICT}', MESSAGE = 'civicflow: somebody else was faster',
                        DETAIL = json_build_array(about, expected, actual)::text;
                END IF;
                outcome := 'conflict';
            END IF;
        END LOOP;
    END IF;
    IF outcome = 'conflict' THEN
        -- The same command, a moment earlier, is no conflict.
        IF _key IS NOT NULL THEN
            SELECT CASE WHEN digest = _digest THEN 'repeated' ELSE 'mismatch' END, answer INTO r
                FROM {{s}}.keys WHERE key = _key;
            IF FOUND THEN
                outcome := r."case";
                stored := r.answer;
                reached := {LAST};
            END IF;
        END IF;
        RETURN;
    END IF;

    IF _key IS NOT NULL THEN
        INSERT INTO {{s}}.keys (key, digest, answer) VALUES (_key, _digest, _answer) ON CONFLICT (key) DO NOTHING;
        GET DIAGNOSTICS n = ROW_COUNT;
        IF n = 0 THEN
            RAISE EXCEPTION USING ERRCODE = '{KEY_RACE}', MESSAGE = 'civicflow: the same key, a moment earlier';
        END IF;
    END IF;
    IF _children IS NOT NULL THEN
        INSERT INTO {{s}}.cases ({_COLUMNS}) SELECT {_PUT} FROM json_to_recordset(_children) AS r({_TYPED})
            ON CONFLICT (case_id) DO UPDATE SET {_EXCLUDED} WHERE cases.matter = excluded.matter;
        GET DIAGNOSTICS n = ROW_COUNT;
        IF n <> json_array_length(_children) THEN
            RAISE EXCEPTION USING ERRCODE = '{FOREIGN}', MESSAGE = 'civicflow: a case never changes its matter';
        END IF;
    END IF;
    IF _loose IS NOT NULL THEN
        PERFORM pg_advisory_xact_lock(hashtextextended(c, {{draw}})) FROM json_array_elements_text(_loose) AS c;
    END IF;
    IF _answered IS NOT NULL THEN
        DELETE FROM {{s}}.awaits WHERE case_id = ANY (ARRAY(SELECT json_array_elements_text(_answered)));
    END IF;
    IF _asked IS NOT NULL THEN
        INSERT INTO {{s}}.awaits (case_id, address, until)
            SELECT * FROM json_to_recordset(_asked) AS r("case" text, address text, until bigint)
            ON CONFLICT (case_id, address) DO UPDATE SET until = excluded.until;
    END IF;
    IF _parties IS NOT NULL THEN
        INSERT INTO {{s}}.parties (address, matter)
            SELECT address, matter FROM json_to_recordset(_parties) AS r(matter text, address text)
            ON CONFLICT DO NOTHING;
    END IF;
    IF _rearmed IS NOT NULL THEN
        FOR r IN SELECT * FROM json_to_recordset(_rearmed) AS m("case" text, due bigint) LOOP
            UPDATE {{s}}.cases SET due = r.due WHERE case_id = r."case" RETURNING matter INTO about;
            IF NOT FOUND OR NOT about = ANY (ARRAY(SELECT json_array_elements_text(_held))) THEN
                RAISE EXCEPTION USING ERRCODE = '{NOT_HELD}', MESSAGE = 'civicflow: nothing holds this deadline',
                    DETAIL = json_build_array(r."case", about)::text;
            END IF;
        END LOOP;
        about := NULL;
    END IF;
    IF _private IS NOT NULL THEN
        INSERT INTO {{s}}.private (matter, version, salt, body)
            SELECT r.matter, r.version, decode(r.salt, 'base64'), decode(r.body, 'base64')
            FROM json_to_recordset(_private) AS r(matter text, version bigint, salt text, body text);
    END IF;
    IF _erased IS NOT NULL THEN
        FOR r IN SELECT * FROM json_to_recordset(_erased) AS e(matter text, version bigint) LOOP
            DELETE FROM {{s}}.private WHERE matter = r.matter AND version = r.version;
        END LOOP;
    END IF;
    IF _filed IS NOT NULL THEN
        INSERT INTO {{s}}.filed (digest, body)
            SELECT r.digest, decode(r.body, 'base64') FROM json_to_recordset(_filed) AS r(digest text, body text)
            ON CONFLICT (digest) DO NOTHING;
    END IF;
    IF _heads IS NOT NULL THEN
        INSERT INTO {{s}}.heads (number, hash, body, signature)
            SELECT r.number, decode(r.hash, 'base64'), decode(r.body, 'base64'), decode(r.signature, 'base64')
            FROM json_to_recordset(_heads) AS r(number bigint, hash text, body text, signature text)
            ON CONFLICT (number) DO NOTHING;
        GET DIAGNOSTICS n = ROW_COUNT;
        IF n <> json_array_length(_heads) THEN
            RAISE EXCEPTION USING ERRCODE = '{CONFLICT}', MESSAGE = 'civicflow: somebody else sealed',
                DETAIL = json_build_array('log tree', _head - 1, (SELECT max(number) FROM {{s}}.heads))::text;
        END IF;
    END IF;
    IF _messages IS NOT NULL THEN
        INSERT INTO {{s}}.outbox (dedupe, case_id, recipient, channel, topic, not_before, available, body)
            SELECT dedupe, "case", recipient, channel, topic, not_before, not_before, decode(body, 'base64')
            FROM json_to_recordset(_messages) AS r(dedupe text, "case" text, recipient text, channel text, topic text,
                not_before bigint, body text)
            ON CONFLICT (dedupe) DO NOTHING;
    END IF;

    n := coalesce(json_array_length(_entries), 0);
    v := pg_current_xact_id()::text::bigint;
    SELECT {DRAW} INTO somebody, reached, drawn, somebody;
    IF n > 0 THEN
        INSERT INTO {{s}}.entries (position, barrier, matter, version, hash, body)
            SELECT reached - n + place, drawn, matter, version, decode(hash, 'base64'), decode(body, 'base64')
            FROM ROWS FROM (json_to_recordset(_entries) AS (matter text, version bigint, hash text, body text))
                WITH ORDINALITY AS r(matter, version, hash, body, place);
    ELSE
        reached := {LAST};
    END IF;

    IF {ANNOUNCED} THEN
        PERFORM pg_notify('{{channel}}', '');
    END IF;
END
"""
PARAMETERS: Final = (
    "key text",
    "digest bytea",
    "answer bytea",
    "checks json",
    "head bigint",
    "puts json",
    "children json",
    "loose json",
    "answered json",
    "asked json",
    "parties json",
    "rearmed json",
    "held json",
    "private json",
    "erased json",
    "filed json",
    "heads json",
    "messages json",
    "entries json",
)
"""What a commit is made of; what it has not is NULL."""

_RESULT: Final = (
    "OUT outcome text, OUT about text, OUT expected bigint, OUT actual bigint, OUT reached bigint, OUT stored bytea"
)
NAME: Final = f"commit_{hashlib.sha256(repr((PARAMETERS, _RESULT, _BODY)).encode()).hexdigest()[:12]}"
"""Of the function: two releases that differ in it have two."""

CALL: Final = f"SELECT * FROM {{s}}.{NAME}({', '.join(['%s'] * len(PARAMETERS))})"


def definition(schema: str) -> str:
    """The statement that creates the function in a schema."""
    body = placed(_BODY, schema).replace("{s}", quoted(schema))
    parameters = ", ".join([*(f"_{one}" for one in PARAMETERS), _RESULT])
    return f"CREATE OR REPLACE FUNCTION {{s}}.{NAME}({parameters}) LANGUAGE plpgsql AS $civicflow${body}$civicflow$"


def placed(statement: str, schema: str) -> str:
    """A statement with the locks and the channel of a schema in it."""
    return (
        statement.replace("{draw}", str(locks.number("draw", schema)))
        .replace("{wait}", str(locks.number("wait", schema)))
        .replace("{channel}", locks.channel(schema))
    )

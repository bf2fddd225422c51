"""The host's own transaction: a row of the host and a commit of ours are written together, or neither is."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from civicflow.errors import Conflict, IdempotencyMismatch, StorageError
from civicflow.plugins.storage import sqlite
from civicflow.plugins.storage.contract import Batch, Done, Key, Storage
from civicflow.testing.storage.builders import NOON, by, everything, message, put, write

if TYPE_CHECKING:
    from postgresql_server import Server

Opener = Callable[..., tuple[Any, Storage]]


@pytest.fixture
def on_sqlite(tmp_path: Path) -> Iterator[Opener]:
    """The host's connections to one SQLite file."""
    opened: list[sqlite3.Connection] = []

    def open_host(**settings: Any) -> tuple[sqlite3.Connection, Storage]:
        connection = sqlite3.connect(tmp_path / "host.db", timeout=0, **settings)
        opened.append(connection)
        connection.execute("CREATE TABLE IF NOT EXISTS permits (name TEXT)")
        connection.commit()
        return connection, sqlite.hosted(connection)

    yield open_host
    for connection in opened:
        connection.close()


@pytest.fixture
def on_postgresql(server: Server) -> Iterator[Opener]:
    """The host's connections to one schema of PostgreSQL."""
    import psycopg

    from civicflow.plugins.storage import postgresql
    from civicflow.plugins.storage.postgresql.address import Address

    opened: list[psycopg.Connection[Any]] = []
    schema = Address.of(server.url()).schema

    def open_host(**settings: Any) -> tuple[psycopg.Connection[Any], Storage]:
        connection = psycopg.connect(server.conninfo, **settings)
        opened.append(connection)
        connection.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        connection.execute(f"CREATE TABLE IF NOT EXISTS {schema}.permits (name TEXT)")
        connection.execute(f"SET search_path = {schema}")
        connection.commit()
        return connection, postgresql.hosted(connection, schema=schema)

    yield open_host
    for connection in opened:
        connection.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def open_host(request: pytest.FixtureRequest) -> Opener:
    """Open a connection of the host, with a storage on it."""
    opener: Opener = request.getfixturevalue(f"on_{request.param}")
    return opener


def _permits(connection: Any) -> int:
    found: int = connection.execute("SELECT count(*) FROM permits").fetchone()[0]
    return found


class TestBoth:
    """What holds on either database."""

    def test_a_row_of_the_host_and_a_commit_stand_together(self, open_host: Opener) -> None:
        """Once the host commits; until then nobody else sees either."""
        connection, storage = open_host()
        connection.commit()
        connection.execute("INSERT INTO permits VALUES ('stall')")
        storage.commit(Batch(writes=(write("T-1", due=NOON),), messages=(message("m"),), key=Key("k", b"d", b"a")))
        assert storage.load(["T-1"], [by("state", "ordered")], key="k").found[0]
        connection.commit()
        other, theirs = open_host()
        assert _permits(other) == 1
        assert [entry.matter for entry in theirs.feed()] == ["T-1"]
        assert [claim.message.dedupe for claim in theirs.claim(worker="w", now=NOON, lease=1)] == ["m"]

    def test_or_fall_together(self, open_host: Opener) -> None:
        """When the host rolls back."""
        connection, storage = open_host()
        connection.commit()
        connection.execute("INSERT INTO permits VALUES ('stall')")
        put(storage, "T-1")
        connection.rollback()
        assert _permits(connection) == 0
        assert everything(storage)[:2] == ((), ())
        put(storage, "T-1")
        connection.commit()
        assert len(storage.feed()) == 1

    def test_a_commit_opens_the_hosts_transaction_where_none_is_open(self, open_host: Opener) -> None:
        """As any statement of the host would; it is the host's to end."""
        connection, storage = open_host()
        connection.commit()
        put(storage, "T-1")
        connection.rollback()
        assert storage.load(["T-1"]).cases == {}

    def test_a_conflict_leaves_the_hosts_work_as_it_was(self, open_host: Opener) -> None:
        """Only what the failed commit wrote is taken back."""
        connection, storage = open_host()
        put(storage, "T-1")
        connection.commit()
        connection.execute("INSERT INTO permits VALUES ('stall')")
        put(storage, "T-2")
        with pytest.raises(Conflict):
            storage.commit(Batch(writes=(write("T-3"), write("T-1", 0)), messages=(message("m"),)))
        assert put(storage, "T-1", 1)
        connection.commit()
        assert _permits(connection) == 1
        assert [entry.matter for entry in storage.feed()] == ["T-1", "T-2", "T-1"]
        assert storage.claim(worker="w", now=NOON, lease=1) == ()

    def test_keys_hold_in_the_transaction(self, open_host: Opener) -> None:
        """A repeated command is told its answer, another one is refused."""
        connection, storage = open_host()
        storage.commit(Batch(writes=(write("T-1"),), key=Key("k", b"d", b"a")))
        assert storage.commit(Batch(writes=(write("T-1"),), key=Key("k", b"d", b"b"))).answer == b"a"
        with pytest.raises(IdempotencyMismatch):
            storage.commit(Batch(key=Key("k", b"e", b"")))
        connection.commit()
        assert len(storage.feed()) == 1

    def test_the_outbox_is_served(self, open_host: Opener) -> None:
        """Claims and settlements are part of the host's transaction, too."""
        connection, storage = open_host()
        storage.commit(Batch(messages=(message("m"),)))
        (claim,) = storage.claim(worker="w", now=NOON, lease=1)
        storage.settle(claim, Done(), now=NOON)
        connection.rollback()
        storage.migrate()
        assert storage.claim(worker="w", now=NOON, lease=1) == ()
        connection.commit()

    def test_a_number_is_taken_back_with_the_host(self, open_host: Opener) -> None:
        """Nobody else has seen it, so it is drawn again."""
        connection, storage = open_host()
        connection.commit()
        assert storage.draw("tickets") == 1
        connection.commit()
        assert [storage.draw("tickets"), storage.draw("tickets")] == [2, 3]
        connection.rollback()
        assert storage.draw("tickets") == 2
        connection.commit()

    def test_in_autocommit_mode_each_call_is_its_own(self, open_host: Opener) -> None:
        """Where the host began no transaction; where it did, it ends it."""
        settings: dict[str, Any] = {"isolation_level": None} if "sqlite" in repr(open_host) else {"autocommit": True}
        connection, storage = open_host(**settings)
        put(storage, "T-1")
        other, theirs = open_host()
        assert set(theirs.load(["T-1"]).cases) == {"T-1"}
        other.commit()
        with pytest.raises(Conflict):
            storage.commit(Batch(writes=(write("T-2"), write("T-1"))))
        connection.execute("BEGIN")
        put(storage, "T-2")
        connection.execute("ROLLBACK")
        assert set(storage.load(["T-1", "T-2"]).cases) == {"T-1"}

    def test_closing_leaves_the_connection_open(self, open_host: Opener) -> None:
        """It is the host's; only the storage is done."""
        connection, storage = open_host()
        connection.commit()
        storage.close()
        storage.close()
        with pytest.raises(StorageError, match="closed"):
            storage.feed()
        with pytest.raises(StorageError, match="closed"):
            put(storage, "T-1")
        assert _permits(connection) == 0

    def test_nothing_is_promised_of_waking(self, open_host: Opener) -> None:
        """The host's connection is not ours to wait on."""
        _, storage = open_host()
        assert "notify" not in storage.capabilities
        assert not hasattr(storage, "wait")


class TestSqlite:
    """What only SQLite does."""

    def test_settings_of_the_host_stay_as_they_are(self, on_sqlite: Opener) -> None:
        """Its rows and texts look as it wants them, ours as we do."""
        connection, storage = on_sqlite()
        connection.row_factory, connection.text_factory = sqlite3.Row, bytes
        put(storage, "T-1", title="路灯不亮")
        assert [case.case for case in storage.find(by("title", "路灯不亮")).items] == ["T-1"]
        assert connection.text_factory is bytes
        assert connection.execute("SELECT title FROM cases").fetchone()["title"] == "路灯不亮".encode()

    def test_opening_begins_nothing_where_nothing_is_due(self, on_sqlite: Opener) -> None:
        """Other writers go on."""
        first, _ = on_sqlite()
        first.commit()
        second, storage = on_sqlite()
        assert not second.in_transaction
        assert storage.load(["T-1"], [by("state", "x")]).cases == {}
        assert not second.in_transaction

    def test_another_writer_can_be_waited_for(self, on_sqlite: Opener) -> None:
        """The error may be retried, and the host's transaction with it."""
        first, one = on_sqlite()
        put(one, "T-1")
        first.commit()
        second, two = on_sqlite()
        put(one, "T-2")
        with pytest.raises(StorageError, match="host's connection") as locked:
            put(two, "T-3")
        assert locked.value.retryable
        assert not second.in_transaction
        first.commit()
        assert put(two, "T-3") == 3

    def test_a_full_disk_ends_the_hosts_transaction(self, on_sqlite: Opener) -> None:
        """SQLite does so itself; the error that is seen is the disk's."""
        connection, storage = on_sqlite()
        put(storage, "T-1")
        connection.commit()
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(StorageError, match="disk is full"):
            put(storage, "T-2", content=bytes(10**6))  # type: ignore[arg-type]
        connection.rollback()
        assert [entry.matter for entry in storage.feed()] == ["T-1"]

    def test_what_is_no_error_of_sqlite_is_left_as_it_is(self, on_sqlite: Opener) -> None:
        """And takes back what was begun."""
        connection, storage = on_sqlite(isolation_level=None)

        def failing(cursor: sqlite3.Cursor) -> None:
            cursor.execute("BEGIN IMMEDIATE")
            cursor.execute("INSERT INTO permits VALUES ('x')")
            raise KeyError("mine")

        with pytest.raises(KeyError):
            storage._door.write(failing)  # type: ignore[attr-defined]
        assert not connection.in_transaction
        assert _permits(connection) == 0

    @pytest.mark.skipif(sys.version_info < (3, 12), reason="sqlite3 has autocommit since Python 3.12")
    @pytest.mark.parametrize("autocommit", [True, False])
    def test_the_newer_way_to_say_autocommit_is_understood(self, on_sqlite: Opener, *, autocommit: bool) -> None:
        """`sqlite3.Connection.autocommit`."""
        connection, storage = on_sqlite(autocommit=autocommit)
        put(storage, "T-1")
        if not autocommit:
            connection.rollback()
        assert bool(storage.load(["T-1"]).cases) is autocommit

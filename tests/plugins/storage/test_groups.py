"""Groups where the place itself fails, and in the host's transaction."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from civicflow.errors import StorageError
from civicflow.plugins.storage import postgresql, sqlite
from civicflow.plugins.storage.contract import Storage
from civicflow.plugins.storage.memory import open_storage as open_memory
from civicflow.plugins.storage.memory.copying import Mutable, copied
from civicflow.plugins.storage.postgresql.address import Address
from civicflow.testing.storage.builders import put
from civicflow.testing.storage.together import together

if TYPE_CHECKING:
    from postgresql_server import Server


class TestSqlite:
    """One writer at a time; a full disk ends the whole transaction by itself."""

    @pytest.fixture
    def storage(self, tmp_path: Path) -> Iterator[sqlite.SqliteStorage]:
        """An open storage that waits for nobody."""
        storage = sqlite.open_storage(f"sqlite:///{tmp_path}/town.db?synchronous=off&timeout=0")
        yield storage
        storage.close()

    def test_a_full_disk_takes_the_whole_group_back(self, storage: sqlite.SqliteStorage) -> None:
        """Whatever follows says so, and no later commit stands by itself."""
        put(storage, "T-0")
        with pytest.raises(StorageError, match="taken back as a whole"):
            self._fill(storage)
        assert [entry.matter for entry in storage.feed()] == ["T-0"]
        assert put(storage, "T-1") == 2

    def _fill(self, storage: sqlite.SqliteStorage) -> None:
        with storage.together() as group:
            connection = group._door._connection  # type: ignore[attr-defined]
            pages = connection.execute("PRAGMA page_count").fetchone()[0]
            put(group, "T-1")
            connection.execute(f"PRAGMA max_page_count = {pages + 2}")
            with pytest.raises(StorageError, match="disk is full"):
                put(group, "T-2", content=bytes(10**6))  # type: ignore[arg-type]
            connection.execute("PRAGMA max_page_count = 100000")
            for call in (lambda: put(group, "T-3"), lambda: group.load(["T-1"])):
                with pytest.raises(StorageError, match="taken back as a whole"):
                    call()

    def test_a_group_that_cannot_begin_can_be_tried_again(self, storage: sqlite.SqliteStorage, tmp_path: Path) -> None:
        """While another writer has its turn."""
        other = sqlite3.connect(tmp_path / "town.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match="another process") as held:
            storage.together().__enter__()
        assert held.value.retryable
        other.execute("ROLLBACK")
        other.close()
        with storage.together() as group:
            put(group, "T-1")
        assert len(storage.feed()) == 1

    def test_a_writer_whose_patience_ends_during_a_group_can_try_again(self, storage: sqlite.SqliteStorage) -> None:
        """It waits as long as its timeout says."""
        with storage.together() as group:
            put(group, "T-1")
            (locked,) = together([lambda: _raised(storage)])
        assert isinstance(locked, StorageError)
        assert locked.retryable

    def test_a_storage_closed_during_a_group_is_closed_after_it(self, storage: sqlite.SqliteStorage) -> None:
        """The group is kept, as a call that runs ends."""
        with storage.together() as group:
            put(group, "T-1")
            storage.close()
            put(group, "T-2")
        assert storage._pool._idle == []
        with pytest.raises(StorageError, match="closed"):
            storage.together().__enter__()


def _raised(storage: Storage) -> StorageError | None:
    try:
        put(storage, "T-2")
    except StorageError as error:
        return error
    return None


class TestPostgresql:
    """Many writers at once; a lost connection takes back what was not committed."""

    @pytest.fixture
    def storage(self, server: Server) -> Iterator[postgresql.PostgresStorage]:
        """An open storage with one connection beside which groups have their own."""
        storage = postgresql.open_storage(server.url(connections=1))
        yield storage
        storage.close()

    def test_groups_and_commits_do_not_wait_for_each_other(self, storage: postgresql.PostgresStorage) -> None:
        """Unless they write the same."""
        with storage.together() as group:
            put(group, "T-1")
            assert together([lambda: put(storage, "T-2")]) == [2]
            assert set(storage.load(["T-1", "T-2"]).cases) == {"T-2"}
            assert storage.feed() == (), "the group has drawn the first position"
        assert [entry.matter for entry in storage.feed()] == ["T-1", "T-2"]

    def test_of_groups_that_wait_in_a_circle_one_may_be_begun_again(self, storage: postgresql.PostgresStorage) -> None:
        """The other one ends; nothing is half written."""
        met = threading.Barrier(2)

        def crossing(first: str, second: str) -> StorageError | None:
            try:
                with storage.together() as group:
                    put(group, first)
                    met.wait()
                    put(group, second)
            except StorageError as error:
                return error
            return None

        ended = together([lambda: crossing("T-1", "T-2"), lambda: crossing("T-2", "T-1")])
        (error,) = [one for one in ended if one is not None]
        assert isinstance(error, StorageError)
        assert error.retryable
        assert {entry.matter for entry in storage.feed()} == {"T-1", "T-2"}
        assert len(storage.feed()) == 2

    def test_a_lost_connection_takes_the_whole_group_back(
        self, storage: postgresql.PostgresStorage, server: Server
    ) -> None:
        """The end of the block says so."""
        with (
            psycopg.connect(server.conninfo, autocommit=True) as admin,
            pytest.raises(StorageError, match="taken back"),
        ):
            self._cut_off(storage, admin)
        assert storage.feed() == ()
        assert put(storage, "T-1")

    def _cut_off(self, storage: postgresql.PostgresStorage, admin: psycopg.Connection[Any]) -> None:
        with storage.together() as group:
            put(group, "T-1")
            admin.execute("SELECT pg_terminate_backend(%s)", (group._door._connection.info.backend_pid,))  # type: ignore[attr-defined]
            with pytest.raises(StorageError):
                put(group, "T-2")
            with pytest.raises(StorageError, match="taken back"):
                put(group, "T-3")

    def test_a_read_that_fails_takes_the_whole_group_back(self, storage: postgresql.PostgresStorage) -> None:
        """PostgreSQL ends a transaction at its first error outside a savepoint."""

        def failing() -> None:
            with storage.together() as group:
                put(group, "T-1")
                with pytest.raises(StorageError):
                    group._door.read(lambda session: session.rows("SELECT 1 / 0"))  # type: ignore[attr-defined]

        with pytest.raises(StorageError, match="taken back"):
            failing()
        assert storage.feed() == ()

    def test_a_server_that_is_gone_is_told_at_once(self, server: Server) -> None:
        """As for every call."""
        storage = postgresql.open_storage(server.url())
        gone = Address.of(f"postgresql:///postgres?host={server.folder}/nowhere")
        storage._pool.address = gone
        with pytest.raises(StorageError, match="cannot be reached"):
            storage.together().__enter__()
        storage.close()
        with pytest.raises(StorageError, match="closed"):
            storage.together().__enter__()


@contextmanager
def _on_sqlite(tmp_path: Path, _server: Server) -> Iterator[tuple[Any, Storage]]:
    connection = sqlite3.connect(tmp_path / "host.db")
    yield connection, sqlite.hosted(connection)
    connection.close()


@contextmanager
def _on_postgresql(_folder: Path, server: Server) -> Iterator[tuple[Any, Storage]]:
    with psycopg.connect(server.conninfo) as connection:
        yield connection, postgresql.hosted(connection, schema=Address.of(server.url()).schema)


class TestHosted:
    """In the host's transaction a group is a savepoint, and the host decides about the whole."""

    @pytest.fixture(params=[_on_sqlite, _on_postgresql])
    def hosted(self, request: pytest.FixtureRequest, tmp_path: Path, server: Server) -> Iterator[tuple[Any, Storage]]:
        """The host's connection, in a transaction as its library begins them, and a storage on it."""
        with request.param(tmp_path, server) as (connection, storage):
            connection.commit()
            yield connection, storage

    def test_the_host_ends_what_a_group_began(self, hosted: tuple[Any, Storage]) -> None:
        """Where no transaction was open, the group begins the host's."""
        connection, storage = hosted
        with storage.together() as group:
            put(group, "T-1")
        connection.rollback()
        assert storage.load(["T-1"]).cases == {}
        with storage.together() as group:
            put(group, "T-2")
        connection.commit()
        connection.rollback()
        assert set(storage.load(["T-1", "T-2"]).cases) == {"T-2"}

    def test_a_group_that_fails_leaves_the_hosts_work(self, hosted: tuple[Any, Storage]) -> None:
        """Only the group is taken back."""
        connection, storage = hosted
        put(storage, "T-1")
        with pytest.raises(KeyError):
            _failing(storage)
        put(storage, "T-3")
        connection.commit()
        assert [entry.matter for entry in storage.feed()] == ["T-1", "T-3"]

    def test_a_host_that_ends_its_transaction_in_between_ends_the_group(self, hosted: tuple[Any, Storage]) -> None:
        """What follows is not written by itself."""
        connection, storage = hosted

        def interrupted() -> None:
            with storage.together() as group:
                put(group, "T-1")
                connection.execute("ROLLBACK")
                with pytest.raises(StorageError, match="taken back"):
                    put(group, "T-2")

        with pytest.raises(StorageError, match="taken back"):
            interrupted()
        connection.rollback()
        assert storage.load(["T-1", "T-2"]).cases == {}


def _failing(storage: Storage) -> None:
    with storage.together() as group:
        put(group, "T-2")
        raise KeyError("mine")


class TestMemory:
    """A group works on a copy, which takes the place of the rows."""

    def test_readers_go_on_while_a_group_is_open(self) -> None:
        """Writers wait; everybody who has opened the place sees the group at once when it ends."""
        storage, other = open_memory("memory://groups"), open_memory("memory://groups")
        with storage.together() as group:
            put(group, "T-1")
            assert together([lambda: len(other.feed())]) == [0]
        assert len(other.feed()) == 1
        for one in (storage, other):
            one.close()

    def test_what_is_one_thing_in_two_places_is_one_in_the_copy(self) -> None:
        """A row of the outbox is in its lane and lent at once."""

        class Row(Mutable):
            def __init__(self) -> None:
                self.tags = ["a"]

        row = Row()
        copy = copied({"lanes": [row], "lent": {"1": row}, "names": {"x"}}, {})
        (again,) = copy["lanes"]
        assert again is copy["lent"]["1"]  # type: ignore[index]
        again.tags.append("b")
        assert row.tags == ["a"]

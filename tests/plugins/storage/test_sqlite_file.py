"""The file itself: its tables, its faults, and what another program may do to it."""

from __future__ import annotations

import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from civicflow.errors import CivicflowError, StorageError
from civicflow.plugins.storage.contract import FIELDS, Await, Awaits, Batch, Filter, Private, Query
from civicflow.plugins.storage.queries import plan
from civicflow.plugins.storage.sqlite import SqliteStorage, open_storage, schema
from civicflow.plugins.storage.sqlite.address import Address
from civicflow.plugins.storage.sqlite.faults import explained
from civicflow.plugins.storage.sqlite.finding import statement as found_by
from civicflow.testing.storage.builders import NOON, by, child, head, message, put, write


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the file lies."""
    return tmp_path / "town.db"


@pytest.fixture
def storage(path: Path) -> Iterator[SqliteStorage]:
    """An open storage in it."""
    storage = _open(path)
    yield storage
    storage.close()


def _open(path: Path, settings: str = "synchronous=off") -> SqliteStorage:
    return open_storage(f"sqlite:///{path}?{settings}")


def _run(path: Path, *statements: str) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in statements:
        connection.execute(statement)
    connection.close()


class TestSchema:
    """Opening creates or migrates; what a newer release wrote is left alone."""

    def test_every_fact_has_its_column(self, path: Path, storage: SqliteStorage) -> None:
        """Of its own type, in version 1 of the schema."""
        connection = sqlite3.connect(path)
        columns = {row[1]: row[2] for row in connection.execute("PRAGMA table_info(cases)")}
        connection.close()
        for name, kind in FIELDS.items():
            assert columns[name] == ("TEXT" if kind is str else "INTEGER")
        assert storage.schema_version() == schema.VERSION == 1

    def test_a_fact_that_the_contract_gained_is_added(self, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Empty in the records that were there."""
        storage = _open(path)
        put(storage, "T-1", title="a")
        storage.close()
        monkeypatch.setattr(schema, "FIELDS", {**FIELDS, "colour": str, "height": int})
        storage = _open(path)
        storage.close()
        connection = sqlite3.connect(path)
        assert connection.execute("SELECT title, colour, height FROM cases").fetchall() == [("a", None, None)]
        connection.close()

    def test_the_store_of_a_newer_release_is_refused(self, path: Path) -> None:
        """Nothing is written to it."""
        _open(path).close()
        _run(path, "UPDATE meta SET value = 99")
        with pytest.raises(StorageError, match="upgrade"):
            _open(path)

    def test_tables_of_the_host_are_left_alone(self, path: Path) -> None:
        """The office may live in a database that has tables of its own."""
        _run(path, "CREATE TABLE residents (name TEXT)", "INSERT INTO residents VALUES ('Wang')")
        storage = _open(path)
        put(storage, "T-1")
        storage.close()
        connection = sqlite3.connect(path)
        assert connection.execute("SELECT * FROM residents").fetchall() == [("Wang",)]
        connection.close()

    def test_a_table_in_the_way_is_an_error(self, path: Path) -> None:
        """And nothing is half created."""
        _run(path, "CREATE TABLE cases (x)")
        with pytest.raises(StorageError, match="cases"):
            _open(path)
        connection = sqlite3.connect(path)
        assert [row[0] for row in connection.execute("SELECT name FROM sqlite_schema")] == ["cases"]
        connection.close()

    def test_many_may_open_a_new_file_at_once(self, path: Path) -> None:
        """One of them creates it, the others wait."""
        opened: list[SqliteStorage] = []
        threads = [threading.Thread(target=lambda: opened.append(_open(path))) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(opened) == 6
        put(opened[0], "T-1")
        for storage in opened:
            assert len(storage.feed()) == 1
            storage.close()

    def test_it_is_kept_in_wal_mode_and_synchronous_full(self, path: Path) -> None:
        """Unless the URL says otherwise."""
        for setting, value in (("", 2), ("synchronous=full", 2), ("synchronous=normal", 1), ("synchronous=off", 0)):
            storage = _open(path, setting)
            pragmas = storage._pool.write(
                lambda cursor: [
                    cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")
                ]
            )
            storage.close()
            assert pragmas == ["wal", value]

    def test_lists_are_found_by_their_indexes(self, storage: SqliteStorage) -> None:
        """Families, broods, deadlines and inboxes are not searched for row by row."""

        def steps(sql: str) -> str:
            return str(storage._pool.write(lambda cursor: cursor.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall()))

        family = "(c.case_id = 'T' AND c.matter = 'T') OR (c.matter = 'T' AND c.matter <> c.case_id)"
        for sql, index in (
            (f"SELECT * FROM cases c WHERE ({family})", "cases_children"),
            ("SELECT * FROM cases c WHERE c.brood = 'x'", "cases_brood"),
            ("SELECT case_id, due FROM cases WHERE due IS NOT NULL AND due <= 5 ORDER BY due, case_id", "cases_due"),
            ("SELECT address FROM parties WHERE matter = 'T' ORDER BY address", "parties_matter"),
        ):
            assert index in steps(sql)
            assert "SCAN" not in steps(sql)

    def test_what_names_somebody_is_found_from_the_addresses(self, storage: SqliteStorage) -> None:
        """Cases are looked up by their keys, and nothing is gone through but the list itself."""
        for query, index in (
            (Query(parties=("unit:U-1",)), "SEARCH parties USING PRIMARY KEY (address=?)"),
            (Query(asked=("person:P-1",)), "SEARCH awaits USING COVERING INDEX awaits_address (address=?)"),
        ):
            sql, values = found_by(plan(query))
            query_plan = f"EXPLAIN QUERY PLAN SELECT * FROM cases c {sql}"
            rows = storage._pool.write(lambda cursor, *asked: cursor.execute(*asked).fetchall(), query_plan, values)
            steps = [str(row[3]) for row in rows]
            assert index in steps
            assert "SEARCH c USING INDEX sqlite_autoindex_cases_1 (case_id=?)" in steps


class TestFaults:
    """SQLite's errors become ours, which say who must act."""

    def test_a_lock_that_lasts_too_long_can_be_retried(self, path: Path) -> None:
        """Nothing was written; the same call succeeds once the other is done."""
        storage = _open(path, "synchronous=off&timeout=0")
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StorageError, match="another process") as locked:
            put(storage, "T-1")
        assert locked.value.retryable
        assert storage.feed() == ()
        other.execute("ROLLBACK")
        other.close()
        assert put(storage, "T-1") == 1
        storage.close()

    def test_a_new_file_that_another_program_holds_can_be_retried(self, path: Path) -> None:
        """It cannot be brought to WAL meanwhile."""
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("CREATE TABLE residents (name TEXT)")
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StorageError, match="another process") as held:
            _open(path, "timeout=0")
        assert held.value.retryable
        other.execute("ROLLBACK")
        other.close()
        _open(path).close()

    def test_a_place_that_cannot_have_wal_is_refused(self) -> None:
        """As a network drive, or a database in memory."""
        with pytest.raises(StorageError, match="local disk"):
            SqliteStorage(Address(path=":memory:"))

    def test_a_full_disk_says_so_and_loses_nothing(self, storage: SqliteStorage) -> None:
        """SQLite rolls back by itself; its own message is not hidden by a second rollback."""
        put(storage, "T-1")
        storage._pool.write(lambda cursor: cursor.execute("PRAGMA max_page_count = 40").fetchall())
        with pytest.raises(StorageError, match="disk is full") as full:
            put(storage, "T-2", content=bytes(10**6))  # type: ignore[arg-type]
        assert not full.value.retryable
        assert [entry.matter for entry in storage.feed()] == ["T-1"]
        assert put(storage, "T-3") == 2

    def test_a_file_that_is_no_database_is_named(self, path: Path) -> None:
        """With what to do."""
        path.write_bytes(b"this is a letter, and no database at all. " * 100)
        with pytest.raises(StorageError, match=r"town\.db.*no SQLite database"):
            _open(path)

    def test_a_folder_that_is_missing_is_named(self, path: Path) -> None:
        """It is not created behind anybody's back."""
        with pytest.raises(StorageError, match="folder"):
            _open(path.parent / "missing" / "town.db")

    def test_a_damaged_page_is_a_storage_error(self, path: Path) -> None:
        """Not an exception of the driver."""
        storage = _open(path)
        for number in range(200):
            put(storage, f"T-{number}", content=bytes(500))  # type: ignore[arg-type]
        storage.close()
        content = bytearray(path.read_bytes())
        content[4096:] = os.urandom(len(content) - 4096)
        path.write_bytes(content)
        with pytest.raises(StorageError, match="damaged"):
            _open(path).feed()

    def test_entries_that_contradict_the_records_are_not_written_over(self, path: Path, storage: SqliteStorage) -> None:
        """A version that is in the ledger already is never put twice."""
        put(storage, "T-1", 0)
        put(storage, "T-1", 1)
        _run(path, "UPDATE cases SET version = 1")
        with pytest.raises(StorageError, match="verify"):
            put(storage, "T-1", 1)
        assert len(storage.feed()) == 2

    def test_what_is_no_error_of_sqlite_is_left_as_it_is(self, storage: SqliteStorage) -> None:
        """And the storage goes on."""

        def failing(cursor: sqlite3.Cursor) -> None:
            cursor.execute("BEGIN IMMEDIATE")
            raise KeyError("mine")

        with pytest.raises(KeyError):
            storage._pool.write(failing)
        assert explained(KeyError("mine"), "path") is None
        assert put(storage, "T-1") == 1

    def test_an_id_that_no_text_can_hold_is_the_callers_fault(self, storage: SqliteStorage) -> None:
        """Not the storage's."""
        with pytest.raises(CivicflowError, match="surrogate"):
            storage.load(["\ud800"])


class TestDamagedTexts:
    """A flipped byte may leave no Unicode: reads go on, so that a verification can name the record."""

    @pytest.mark.parametrize("table", ["entries", "private"])
    def test_a_matter_that_is_no_unicode_is_read(self, path: Path, storage: SqliteStorage, table: str) -> None:
        """Whatever comes back is equal to no sound text."""
        for number in range(3):
            new = write(f"T-{number}")
            storage.commit(Batch(writes=(new,), private=(Private(new.matter, 1, b"s", b"b"),)))
        _run(path, f"UPDATE {table} SET matter = CAST(x'542dff' AS TEXT) WHERE matter = 'T-1'")
        rows = storage.feed() if table == "entries" else storage.private_parts()
        assert sorted(row.matter for row in rows) == ["T-0", "T-2", "T-\udcff"]
        parts = [storage.private_parts(limit=1)]
        while parts[-1]:
            last = parts[-1][0]
            parts.append(storage.private_parts(after=(last.matter, last.version), limit=1))
        assert len(parts) == 4

    def test_records_that_are_no_unicode_are_found_page_by_page(self, path: Path, storage: SqliteStorage) -> None:
        """The cursor carries whatever was read."""
        for number in range(3):
            put(storage, f"T-{number}", title="t")
        _run(
            path,
            "UPDATE cases SET case_id = CAST(x'542d31ff' AS TEXT), title = CAST(x'ff' AS TEXT) WHERE case_id = 'T-1'",
        )
        names, after = [], ""
        while True:
            page = storage.find(Query(order=("title",), limit=1, after=after))
            names += [case.case for case in page.items]
            after = page.next
            if not after:
                break
        assert names == ["T-0", "T-2", "T-1\udcff"]

    def test_other_reads_go_on_too(self, path: Path, storage: SqliteStorage) -> None:
        """Awaits, deadlines and lists."""
        put(storage, "T-1", due=NOON)
        storage.commit(Batch(awaits=(Awaits("T-1", (Await("T-1", "person:P", None),)),)))
        _run(path, "UPDATE awaits SET address = CAST(x'ff' AS TEXT)", "UPDATE cases SET unit = CAST(x'ff' AS TEXT)")
        assert [one.address for one in storage.asked(case="T-1")] == ["\udcff"]
        assert "\udcff" in storage.find(by("case", "T-1")).items[0].facts
        put(storage, "T-2", title="sound")
        assert [case.case for case in storage.find(by("title", "sound")).items] == ["T-2"]


class TestForks:
    """A process that is forked off may use the handle that it inherits."""

    pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")

    def test_parent_and_child_both_go_on(self, storage: SqliteStorage) -> None:
        """Neither keeps a connection of the other."""
        put(storage, "T-1")
        idle = list(storage._pool._idle)
        assert _forked(lambda: put(storage, "T-2")) == 0
        assert not any(cursor in storage._pool._idle for cursor in idle)
        put(storage, "T-3")
        assert [entry.matter for entry in storage.feed()] == ["T-1", "T-2", "T-3"]

    def test_a_closed_storage_stays_closed_in_the_child(self, path: Path) -> None:
        """Forking opens nothing again."""
        storage = _open(path)
        storage.close()

        def child_work() -> None:
            with pytest.raises(StorageError):
                storage.feed()

        assert _forked(child_work) == 0

    def test_a_connection_that_came_through_a_fork_is_never_used(self, storage: SqliteStorage) -> None:
        """As when another thread gave one back while this one forked."""
        put(storage, "T-1")
        (cursor,) = storage._pool._idle
        storage._pool.abandon()
        assert put(storage, "T-2") == 2
        assert cursor not in storage._pool._idle


def _forked(work: Callable[[], object]) -> int:
    """Do some work in a forked process; returns its exit code."""
    process = os.fork()
    if not process:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


class TestClosing:
    """A call that runs while the storage is closed ends, and its connection with it."""

    def test_a_connection_in_use_is_closed_when_its_call_ends(self, path: Path) -> None:
        """Nobody waits for it."""
        storage = _open(path)

        def closing(cursor: sqlite3.Cursor) -> sqlite3.Connection:
            storage.close()
            assert cursor.execute("SELECT 1").fetchone() == (1,)
            return cursor.connection

        connection = storage._pool.write(closing)
        with pytest.raises(sqlite3.ProgrammingError):
            connection.execute("SELECT 1")

    def test_a_call_with_an_error_of_ours_keeps_its_connection(self, storage: SqliteStorage) -> None:
        """A conflict is nothing to reconnect for."""
        put(storage, "T-1")
        (cursor,) = storage._pool._idle
        with pytest.raises(CivicflowError):
            put(storage, "T-1")
        assert storage._pool._idle == [cursor]
        assert not cursor.connection.in_transaction


def test_a_whole_office_day_can_be_read_with_any_tool(path: Path, storage: SqliteStorage) -> None:
    """The tables are plain: another program reads what was committed."""
    batch = Batch(
        writes=(write("T-1", 0, child("T-1/a@1", 1), title="路灯不亮"),),
        messages=(message("m"),),
        heads=(head(1),),
    )
    storage.commit(batch)
    connection = sqlite3.connect(path)
    assert connection.execute("SELECT title FROM cases WHERE case_id = 'T-1'").fetchone() == ("路灯不亮",)
    assert connection.execute("SELECT count(*) FROM entries").fetchone() == (1,)
    connection.close()
    assert [case.case for case in storage.find(Query()).items] == ["T-1", "T-1/a@1"]
    assert storage.find(Query(where=(Filter("title", "prefix", "路灯"),))).items

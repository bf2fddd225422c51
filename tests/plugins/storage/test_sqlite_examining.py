"""What an operator is told of a file, on files that have what is told."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from civicflow.plugins.storage.abilities import Finding
from civicflow.plugins.storage.sqlite import SqliteStorage, examining, open_storage
from civicflow.plugins.storage.sqlite.pool import WAL_LIMIT
from civicflow.testing.storage.builders import put


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the file lies."""
    return tmp_path / "town.db"


@pytest.fixture
def storage(path: Path) -> Iterator[SqliteStorage]:
    """An open storage in it, with some pages."""
    storage = open_storage(f"sqlite:///{path}")
    for number in range(50):
        put(storage, f"T-{number}", content=bytes(500))  # type: ignore[arg-type]
    yield storage
    storage.close()


def _found(storage: SqliteStorage, rule: str, *, quick: bool = False) -> Finding:
    (finding,) = [one for one in storage.examine(quick=quick) if one.rule == rule]
    return finding


def test_all_is_well_with_a_new_file(storage: SqliteStorage) -> None:
    """Each thing is named all the same."""
    assert {one.rule: one.level for one in storage.examine()} == dict.fromkeys(
        ("integrity", "journal", "synchronous", "wal", "disk", "schema"), "ok"
    )
    assert "wal" in _found(storage, "journal").text.en


@pytest.mark.parametrize("quick", [False, True])
def test_a_damaged_page_is_an_error(path: Path, storage: SqliteStorage, *, quick: bool) -> None:
    """And does not hide what else there is to tell."""
    storage._pool.drain()  # the last connection takes the log over into the file
    content = bytearray(path.read_bytes())
    content[3 * 4096 : 8 * 4096] = os.urandom(5 * 4096)
    path.write_bytes(content)
    damaged = _found(storage, "integrity", quick=quick)
    assert damaged.level == "error"
    assert "restore a backup" in damaged.text.en
    assert "备份" in damaged.text.zh
    assert _found(storage, "disk").level == "ok"


def test_an_index_that_tells_something_else_is_an_error(path: Path, storage: SqliteStorage) -> None:
    """Only the whole check compares them; in a hurry, pages that are sound by themselves are enough."""
    storage._pool.drain()
    (index,) = _run(path, "SELECT * FROM sqlite_schema WHERE name = 'cases_due'")
    _run(path, "DELETE FROM sqlite_schema WHERE name = 'cases_due'")
    _run(path, "UPDATE cases SET due = 5 WHERE case_id = 'T-1'")
    _run(path, "INSERT INTO sqlite_schema VALUES (?, ?, ?, ?, ?)", *index)
    assert _found(storage, "integrity", quick=True).level == "ok"
    whole = _found(storage, "integrity")
    assert whole.level == "error"
    assert "cases_due" in whole.text.zh


def _run(path: Path, statement: str, *values: object) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA writable_schema = ON")
    rows = connection.execute(statement, values).fetchall()
    connection.close()
    return rows


@pytest.mark.parametrize(("synchronous", "level"), [("normal", "warning"), ("off", "error"), ("full", "ok")])
def test_what_a_power_cut_may_take_is_said(path: Path, synchronous: str, level: str) -> None:
    """By the setting of this very handle."""
    storage = open_storage(f"sqlite:///{path}?synchronous={synchronous}")
    found = _found(storage, "synchronous")
    assert found.level == level
    assert f"synchronous={synchronous}" in found.text.en
    storage.close()


def test_a_long_reader_shows_in_the_write_ahead_log(
    path: Path, storage: SqliteStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It keeps the log from being taken over; once it has ended, the log is used anew and cut back."""
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM cases").fetchone()
    for version in range(1, 20):
        put(storage, "T-1", version, content=bytes(10**5))  # type: ignore[arg-type]
    monkeypatch.setattr(examining, "WAL_LIMIT", 10**6)
    grown = _found(storage, "wal")
    assert grown.level == "warning"
    assert "more than 1.0 MB" in grown.text.en
    reader.close()


def test_the_write_ahead_log_is_cut_back(path: Path, storage: SqliteStorage) -> None:
    """Every connection takes it over after some pages and keeps no more of it than it says."""
    settings = storage._pool.write(
        lambda cursor: [
            cursor.execute(f"PRAGMA {name}").fetchone()[0] for name in ("wal_autocheckpoint", "journal_size_limit")
        ]
    )
    assert settings == [1000, WAL_LIMIT]


@pytest.mark.parametrize(
    ("size", "free", "level"),
    [(10**9, 2 * 10**9, "ok"), (10**9, 10**9 - 1, "warning"), (10**6, 10**7, "error"), (0, 16 * 2**20, "ok")],
)
def test_scarce_room_is_told_before_it_ends(size: int, free: int, level: str) -> None:
    """A backup must fit beside the file, and the next commits in any case."""
    found = examining._disk(size, free)
    assert found.level == level
    assert f"{free // 10**6}" in found.text.en


def test_a_newer_release_at_the_same_file_is_an_error(path: Path, storage: SqliteStorage) -> None:
    """It migrated the tables under our hands."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("UPDATE meta SET value = 99")
    connection.close()
    found = _found(storage, "schema")
    assert found.level == "error"
    assert "99" in found.text.zh


def test_what_cannot_be_read_is_told(path: Path, storage: SqliteStorage) -> None:
    """As an error of its own, one for each."""
    storage._pool.drain()
    path.write_bytes(b"this is a letter, and no database at all. " * 100)
    findings = {one.rule: one for one in storage.examine()}
    assert findings["schema"].level == findings["journal"].level == findings["integrity"].level == "error"
    assert "no SQLite database" in findings["schema"].text.en
    assert findings["disk"].level == "ok"

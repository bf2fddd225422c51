"""A copy while everybody works on: of one moment, whole or not there, and never in place of something else."""

from __future__ import annotations

import os
import sqlite3
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import civicflow
from civicflow import InvalidInput, Plugins, StorageError
from civicflow.plugins.storage.abilities import Copying
from civicflow.plugins.storage.contract import Batch, Filed, Key, NewHead, Private
from civicflow.plugins.storage.sqlite import SqliteStorage, copying, open_storage
from civicflow.testing import FrozenClock
from civicflow.testing.storage.builders import NOON, everything, head, message, put, write


@pytest.fixture
def storage(tmp_path: Path) -> Iterator[SqliteStorage]:
    """An open storage."""
    storage = open_storage(f"sqlite:///{tmp_path}/town.db?synchronous=off")
    yield storage
    storage.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where copies are put."""
    folder = tmp_path / "copies"
    folder.mkdir()
    return folder


def _opened(path: Path) -> SqliteStorage:
    return open_storage(f"sqlite:///{path}?synchronous=off")


def test_a_copy_holds_everything(storage: SqliteStorage, folder: Path) -> None:
    """Entries, records, private parts, heads, documents, keys, the outbox, series."""
    part = Private("T-1", 1, b"salt", b"body")
    batch = Batch(
        writes=(write("T-1", due=NOON, unit="U-1"),),
        private=(part,),
        heads=(head(1),),
        filed=(Filed("d", b"flow"),),
        key=Key("k", b"digest", b"answer"),
        messages=(message("m"),),
    )
    storage.commit(batch)
    storage.draw("tickets")
    assert isinstance(storage, Copying)
    storage.backup(folder / "copy.db")
    assert [file.name for file in folder.iterdir()] == ["copy.db"]
    copy = _opened(folder / "copy.db")
    assert everything(copy) == everything(storage)
    assert copy.filed("d") == b"flow"
    assert copy.load([], key="k").key == batch.key
    assert [claim.message.dedupe for claim in copy.claim(worker="w", now=NOON, lease=1)] == ["m"]
    assert copy.draw("tickets") == 2
    assert {one.rule: one.level for one in copy.examine()}["integrity"] == "ok"
    copy.close()
    assert storage.claim(worker="w", now=NOON, lease=1), "the copy is another place"


def test_writers_neither_wait_nor_make_it_begin_anew(
    storage: SqliteStorage, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy is of the moment at which it was begun, however many commits come between its pages."""
    monkeypatch.setattr(copying, "_PAGES", 1)
    for number in range(50):
        put(storage, f"T-{number}", content=bytes(5000))  # type: ignore[arg-type]
    ended, versions = threading.Event(), [1]

    def writing() -> None:
        while not ended.is_set():
            put(storage, "T-1", versions[-1])
            versions.append(versions[-1] + 1)

    writer = threading.Thread(target=writing)
    writer.start()
    copies: list[tuple[int, Path]] = []
    try:
        while len([first for first, _ in copies if first]) < 3:
            first, path = versions[-1], folder / f"{len(copies)}.db"
            storage.backup(path)
            copies.append((first if versions[-1] > first + 1 else 0, path))
    finally:
        ended.set()
        writer.join()
    for first, path in copies:
        copied = _opened(path)
        feed = copied.feed(limit=10**6)
        assert feed == storage.feed(limit=len(feed))
        assert copied.load(["T-1"]).cases["T-1"].version == len(copied.history("T-1")) >= first
        copied.close()


def test_the_ledger_of_a_copy_verifies(tmp_path: Path) -> None:
    """Its newest head is one of the running office's."""
    clock = FrozenClock()
    with civicflow.open(f"sqlite:///{tmp_path}/town.db", clock=clock, plugins=Plugins()) as office:
        resident = office.act_as("resident-1")
        office.register.load(Path(__file__).parents[3] / "examples" / "registers" / "shangjie.yaml")
        for number in range(5):
            office.tickets.order(f"lamp {number}", unit="410106001005", by=resident)
            office.seal()
        office.backup(tmp_path / "copy.db")
        office.tickets.order("one more", unit="410106001005", by=resident)
        office.seal()
        with civicflow.open(f"sqlite:///{tmp_path}/copy.db", clock=clock, plugins=Plugins()) as copy:
            assert copy.ledger.verify().ok
            assert _heads(tmp_path / "copy.db") == _heads(tmp_path / "town.db")[:5]
            assert copy.tickets.order("goes on", unit="410106001005", by=copy.act_as("resident-1")).state == "ordered"


def _heads(path: Path) -> tuple[NewHead, ...]:
    storage = _opened(path)
    heads = storage.heads()
    storage.close()
    return heads


def test_nothing_is_overwritten(storage: SqliteStorage, folder: Path) -> None:
    """Not a file, nor a copy of a moment ago; and nothing is left beside it."""
    (folder / "copy.db").write_bytes(b"a letter")
    with pytest.raises(InvalidInput, match="overwrites nothing"):
        storage.backup(folder / "copy.db")
    assert (folder / "copy.db").read_bytes() == b"a letter"
    assert len(list(folder.iterdir())) == 1


@pytest.mark.parametrize("links", [True, False])
def test_of_two_copies_of_one_name_one_is_kept(
    storage: SqliteStorage, folder: Path, monkeypatch: pytest.MonkeyPatch, *, links: bool
) -> None:
    """Also when the name was free at first, and where the disk knows no links."""
    begin = copying._copy

    def slow(cursor: sqlite3.Cursor, part: Path, path: Path) -> None:
        begin(cursor, part, path)
        path.write_bytes(b"somebody was faster")

    monkeypatch.setattr(copying, "_copy", slow)
    if not links:
        monkeypatch.setattr(os, "link", _no_links)
    with pytest.raises(InvalidInput, match="exists already"):
        storage.backup(folder / "copy.db")
    assert [file.name for file in folder.iterdir()] == ["copy.db"]


def _no_links(*_: object) -> None:
    raise PermissionError("links are not supported here")


def test_a_disk_without_links_takes_copies_too(
    storage: SqliteStorage, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By another name for the same file."""
    monkeypatch.setattr(os, "link", _no_links)
    put(storage, "T-1")
    storage.backup(str(folder / "copy.db"))
    assert [file.name for file in folder.iterdir()] == ["copy.db"]
    copy = _opened(folder / "copy.db")
    assert everything(copy) == everything(storage)
    copy.close()


def test_only_its_owner_reads_a_copy(storage: SqliteStorage, folder: Path) -> None:
    """It holds what the public must not see."""
    storage.backup(folder / "copy.db")
    assert stat.S_IMODE((folder / "copy.db").stat().st_mode) == 0o600


def _missing(folder: Path) -> Path:
    return folder / "missing" / "copy.db"


def _file_for_folder(folder: Path) -> Path:
    (folder / "file").touch()
    return folder / "file" / "copy.db"


@pytest.mark.parametrize("place", [_missing, _file_for_folder])
def test_a_folder_that_is_none_is_named(storage: SqliteStorage, folder: Path, place: Callable[[Path], Path]) -> None:
    """It is not made behind anybody's back."""
    with pytest.raises(StorageError, match=r"copy\.db: the copy cannot be written"):
        storage.backup(place(folder))


def test_a_copy_that_fails_leaves_nothing(
    storage: SqliteStorage, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where the disk becomes full; the storage goes on."""
    for number in range(50):
        put(storage, f"T-{number}", content=bytes(5000))  # type: ignore[arg-type]
    connect = sqlite3.connect

    def small(path: Path, **settings: Any) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(path, **settings)
        connection.execute("PRAGMA max_page_count = 20")
        return connection

    monkeypatch.setattr(sqlite3, "connect", small)
    with pytest.raises(StorageError, match=r"copying to .*copy\.db: the disk is full"):
        storage.backup(folder / "copy.db")
    monkeypatch.undo()
    assert list(folder.iterdir()) == []
    assert put(storage, "T-1", 1) == 51


def test_a_closed_storage_copies_nothing(storage: SqliteStorage, folder: Path) -> None:
    """It says so."""
    storage.close()
    with pytest.raises(StorageError, match="closed"):
        storage.backup(folder / "copy.db")
    assert list(folder.iterdir()) == []


def test_an_office_without_copies_says_what_to_do(tmp_path: Path) -> None:
    """Where its storage has none of its own."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    for office in (civicflow.open("memory://"), civicflow.open(connection=connection)):
        with office, pytest.raises(StorageError, match=r"pg_dump.*by the host"):
            office.backup(tmp_path / "copy.db")
    connection.close()

"""A copy of the file while everybody works on, by SQLite's online backup.

The source is read in one transaction, so that writers neither wait nor make the copy begin anew.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
from pathlib import Path
from typing import Final

from civicflow.errors import InvalidInput, StorageError
from civicflow.plugins.storage.sqlite.faults import explained
from civicflow.plugins.storage.sqlite.pool import Pool

_PAGES: Final = 1024
"""Pages (4 MiB) at a time; between them an interrupt is heard."""


def backup(pool: Pool, path: Path) -> None:
    """Copy into a file beside the new one, which becomes the new one when it is whole."""
    pool.check_open()
    if path.exists():
        raise _taken(path)
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
        os.close(handle)
        part = Path(name)
        try:
            pool.read(_copy, part, path)
            _keep(part, path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise StorageError(f"{path}: the copy cannot be written ({error.strerror or error}); name another") from error


def _copy(cursor: sqlite3.Cursor, part: Path, path: Path) -> None:
    target = sqlite3.connect(part, isolation_level=None)
    try:
        target.execute("PRAGMA journal_mode = OFF")  # nobody reads what is not whole
        target.execute("PRAGMA synchronous = OFF")  # one wait for the disk, at the end
        cursor.execute("BEGIN")
        cursor.execute("SELECT 1 FROM sqlite_schema").fetchall()  # the moment of which the copy is
        cursor.connection.backup(target, pages=_PAGES)
        cursor.execute("COMMIT")
    except sqlite3.Error as error:
        raise explained(error, f"copying to {path}") or error from error
    finally:
        target.close()


def _keep(part: Path, path: Path) -> None:
    """Give the copy its name once it is on the disk; a link fails where the name was taken meanwhile."""
    with part.open("rb+") as copy:
        os.fsync(copy.fileno())
    try:
        os.link(part, path)
    except FileExistsError:
        raise _taken(path) from None
    except OSError:  # a file system without links
        if path.exists():
            raise _taken(path) from None
        part.rename(path)
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Let the name outlive a power cut, where folders can be opened."""
    if hasattr(os, "O_DIRECTORY"):
        opened = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)


def _taken(path: Path) -> InvalidInput:
    return InvalidInput(f"{path} exists already, and a copy overwrites nothing; name a new file")

"""What SQLite's errors mean to whoever runs the office."""

from __future__ import annotations

import sqlite3
from typing import Final

from civicflow.errors import CivicflowError, InvalidInput, StorageError


class Unreadable(StorageError):
    """A text in the file is no Unicode any more."""


_MEANING: Final = {
    sqlite3.SQLITE_FULL: "the disk is full; make room, nothing was half written",
    sqlite3.SQLITE_CORRUPT: "the file is damaged; restore a backup, or copy what is left with .recover",
    sqlite3.SQLITE_NOTADB: "the file is no SQLite database; check the path",
    sqlite3.SQLITE_READONLY: "the file may not be written; check its permissions and those of its folder",
    sqlite3.SQLITE_CANTOPEN: "the file cannot be opened; does its folder exist, and may it be written?",
    sqlite3.SQLITE_IOERR: "the disk does not answer; look at the system's log",
    sqlite3.SQLITE_CONSTRAINT: "the tables contradict each other; verify the ledger",
}
_BUSY: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL})


def explained(error: BaseException, path: str) -> CivicflowError | None:
    """Our error for one of SQLite's, or None where it is not SQLite's."""
    if isinstance(error, (UnicodeEncodeError, OverflowError)):
        return InvalidInput(f"a text holds a lone surrogate or an integer has more than 64 bits: {error}")
    if not isinstance(error, sqlite3.Error):
        return None
    code = getattr(error, "sqlite_errorcode", None)  # the Python module's own errors have none
    if code is None:
        kind = Unreadable if "decode to UTF-8" in str(error) else StorageError
        return kind(f"{path}: {error}")
    if code & 0xFF in _BUSY:
        return StorageError(f"{path}: another process holds the file for longer than the timeout", retryable=True)
    return StorageError(f"{path}: {_MEANING.get(code & 0xFF, 'SQLite refused')} ({error})")

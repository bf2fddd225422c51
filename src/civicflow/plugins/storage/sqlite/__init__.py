"""``sqlite:///file``: the built-in durable storage, for one machine with any number of processes and threads.

``sqlite:///town.db`` is a path relative to the working folder, ``sqlite:////srv/town.db`` an absolute one. Settings
follow the path: ``?synchronous=normal`` (``full`` is the default, ``off`` is for what may be lost) and ``&timeout=30``
(seconds to wait for another writer).

The file is in WAL mode, every writing transaction is ``BEGIN IMMEDIATE``, and tables may be read by anyone: texts are
texts, instants are microseconds since 1970 UTC, and the bytes that are hashed lie as they were committed.
"""

from __future__ import annotations

import sqlite3
from pathlib import Path

from civicflow.errors import StorageError
from civicflow.plugins.storage.sqlite.address import Address
from civicflow.plugins.storage.sqlite.store import HostedStorage, SqliteStorage

__all__ = ["HostedStorage", "SqliteStorage", "hosted", "open_existing", "open_storage"]


def open_storage(url: str) -> SqliteStorage:
    """Open the file that a URL names, and create or migrate it where that is due.

    Raises:
        InvalidInput: the URL is malformed.
        StorageError: the file cannot be opened, is no database, or was written by a newer civicflow.
    """
    return SqliteStorage(Address.of(url))


def open_existing(url: str) -> SqliteStorage:
    """Open the file that a URL names as it is: nothing is made or migrated.

    Raises:
        InvalidInput: the URL is malformed.
        StorageError: there is no such file, it cannot be opened, or it holds no office.
    """
    address = Address.of(url)
    if not Path(address.path).is_file():
        raise StorageError(f"there is no file {address.path!r}; name another, or open an office there first")
    return SqliteStorage(address, as_it_is=True)


def hosted(connection: sqlite3.Connection) -> HostedStorage:
    """A storage in the host's transaction: a row of the host and a step of a case are committed together, by the host.

    Each commit is a savepoint, so an error (a `Conflict`, say) leaves the host's transaction as it was before. Begin
    the transaction with ``BEGIN IMMEDIATE`` if it reads before it writes, or SQLite may refuse the write because another
    was faster. The tables are created or migrated in the transaction, too, where that is due.

    Args:
        connection: sqlite3's; it is never committed, rolled back or closed here, and its settings stay as they are.

    Raises:
        StorageError: the file holds tables of a newer civicflow, or cannot be written.
    """
    return HostedStorage(connection)

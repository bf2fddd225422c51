"""``postgresql://user@host/database?schema=name``: a server, for any number of machines. ``postgres://`` is the same.

Needs ``pip install 'civicflow[postgresql]'`` (psycopg 3) and PostgreSQL 15 or newer, with a database in UTF-8. Settings of
ours follow the path, the others are libpq's:

- ``schema=civicflow``: the schema of the tables; several places may share one database. It is created when it is missing.
- ``connections=8``: how many may be open at once; further calls take turns.
- ``timeout=30``: seconds to wait for one's turn.

Texts are texts, instants microseconds since 1970 UTC, and the bytes that are hashed lie as they were committed, so the
tables may be read by anyone. The feed has no gap for a reader; its positions may have some (a commit that failed half
way), so a missing position proves nothing here. Heads of the log tree prove what the numbers do not. A transaction that
writes anywhere on the server holds the feed back until it ends: end those that were forgotten.

What was erased leaves the tables at once, the server's files when vacuum has passed, and its write-ahead log and backups
when those are discarded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from civicflow.plugins.storage.postgresql.address import Address
from civicflow.plugins.storage.postgresql.store import HostedStorage, PostgresStorage

if TYPE_CHECKING:
    import psycopg

__all__ = ["HostedStorage", "PostgresStorage", "hosted", "open_existing", "open_storage"]


def open_storage(url: str) -> PostgresStorage:
    """Open the schema that a URL names, and create or migrate its tables where that is due.

    Raises:
        InvalidInput: the URL is malformed.
        StorageError: the server cannot be reached, refuses, or holds tables of a newer civicflow.
    """
    return PostgresStorage(Address.of(url))


def open_existing(url: str) -> PostgresStorage:
    """Open the schema that a URL names as it is: nothing is made or migrated.

    Raises:
        InvalidInput: the URL is malformed.
        StorageError: the server cannot be reached or refuses, or the schema holds no office.
    """
    return PostgresStorage(Address.of(url), as_it_is=True)


def hosted(connection: psycopg.Connection[Any], *, schema: str = "civicflow") -> HostedStorage:
    """A storage in the host's transaction: a row of the host and a step of a case are committed together, by the host.

    Each commit is a savepoint, so an error (a `Conflict`, say) leaves the host's transaction as it was before. Entries
    enter the feed when the host commits. The tables are created or migrated in the transaction, too, where that is due;
    opening the URL once beforehand saves other connections from waiting for it.

    Args:
        connection: psycopg's; it is never committed, rolled back or closed here.
        schema: the schema of the tables.

    Raises:
        InvalidInput: the schema's name is malformed.
        StorageError: the schema holds tables of a newer civicflow.
    """
    return HostedStorage(connection, schema)

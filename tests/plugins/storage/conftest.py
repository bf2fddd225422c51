"""A real PostgreSQL server for the session."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, Final

import pytest

from postgresql_server import MISSING, Server, binaries, running

if TYPE_CHECKING:
    from civicflow.plugins.storage.postgresql import PostgresStorage

_ON_CI: Final = os.environ.get("CI") == "true"
_SETTINGS: Final = (
    "max_connections=80",
    "autovacuum=off",  # the feed waits for whatever writes on the server; what is tested here is what we write
    "fsync=off",  # a crash of the machine is not tested here, one of the server is
    "shared_buffers=32MB",
    "lc_messages=C",
    "max_prepared_transactions=4",
)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One server for all tests of a session."""
    found = binaries()
    if found is None:
        if _ON_CI:
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    with running(found, _SETTINGS) as server:
        yield server


@pytest.fixture
def place(server: Server) -> str:
    """A schema never used before."""
    return server.url()


@pytest.fixture
def storage(place: str) -> Iterator[PostgresStorage]:
    """An open storage in it."""
    from civicflow.plugins.storage.postgresql import open_storage

    storage = open_storage(place)
    yield storage
    storage.close()


@pytest.fixture
def connect(server: Server) -> Iterator[Callable[..., Any]]:
    """Open connections of somebody else, closed at the end."""
    import psycopg

    opened: list[Any] = []

    def connect(**settings: Any) -> Any:
        opened.append(psycopg.connect(server.conninfo, **settings))
        return opened[-1]

    yield connect
    for connection in opened:
        connection.close()

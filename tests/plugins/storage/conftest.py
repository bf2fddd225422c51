"""A real PostgreSQL server for the session."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Final

import pytest

from postgresql_server import MISSING, Server, binaries, running

_ON_CI: Final = os.environ.get("CI") == "true"
_SETTINGS: Final = (
    "max_connections=80",
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

"""Real servers, and a store on SQLite and on PostgreSQL."""

from __future__ import annotations

import hashlib
import json
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from postgresql_server import MISSING, Server, binaries, running

if TYPE_CHECKING:
    from fastapi import FastAPI

REGISTER: Final = Path(__file__).resolve().parents[3] / "examples" / "registers" / "shangjie.yaml"
COMMUNITY: Final = "410106001005"
SECRETARY: Final = {"Authorization": "Bearer secretary", "Acting-As": f"secretary@{COMMUNITY}"}
OFFICER: Final = {"Authorization": "Bearer officer", "Acting-As": "officer@urban-management"}
RESIDENT: Final = {"Authorization": "Bearer resident"}
NEIGHBOUR: Final = {"Authorization": "Bearer neighbour"}
_PERSONS: Final = {
    "secretary": "secretary-1",
    "officer": "officer-8",
    "resident": "resident-1",
    "neighbour": "resident-2",
}


def sessions(folder: Path) -> Path:
    """A file of tokens, as the application reads it."""
    path = folder / "sessions.json"
    path.write_text(json.dumps({hashlib.sha256(t.encode()).hexdigest(): person for t, person in _PERSONS.items()}))
    return path


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """One PostgreSQL for all tests of a session; it loses in a crash what these tests do not look at."""
    found = binaries()
    if found is None:
        if os.environ.get("CI") == "true":
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    with running(found, ("fsync=off", "max_connections=80")) as opened:
        yield opened


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of a store that was never opened."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/town.db?synchronous=off"
    postgresql: Server = request.getfixturevalue("server")
    return postgresql.url()


@contextmanager
def _serving(app: FastAPI) -> Iterator[str]:
    import uvicorn

    listener = socket.create_server(("127.0.0.1", 0))
    settings: dict[str, Any] = {"http": "h11", "ws": "none", "loop": "asyncio", "lifespan": "on", "log_config": None}
    web = uvicorn.Server(uvicorn.Config(app, **settings))
    thread = threading.Thread(target=web.run, args=([listener],))
    thread.start()
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        web.should_exit = True
        thread.join()
        listener.close()


Serving = Callable[["FastAPI"], AbstractContextManager[str]]


@pytest.fixture(scope="session")
def serving() -> Serving:
    """Runs an application on a real server in a thread, and gives its address."""
    return _serving

"""A disk that is really full: whoever writes is told so, nothing acknowledged is lost, and with room they go on.

The disk is a small file system in memory, which only root may mount. What a plain user can see of it, SQLite at a limit of
pages, is tested with that storage.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

import attrs
import psycopg
import pytest
from tests.durability.errands import opened, reckon, trails, write
from tests.durability.processes import Crew, Rations, Trail

from civicflow import StorageError

if TYPE_CHECKING:
    from postgresql_server import Server

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root mounts a small disk"),
]

T = TypeVar("T")

_WRITERS: Final = 3
_COMMANDS: Final = 600
"""More than there is room for at first, and fewer than there is room for then."""


@attrs.frozen
class Disk:
    """A small file system in memory, mounted on a folder."""

    folder: Path

    def mount(self, size: str) -> None:
        """Mount it, empty."""
        self._run("mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs")

    def resize(self, size: str) -> None:
        """Make room."""
        self._run("mount", "-o", f"remount,size={size}")

    def unmount(self) -> None:
        """Let it go, with all that is on it."""
        self._run("umount")

    def _run(self, *command: str) -> None:
        done = subprocess.run([*command, str(self.folder)], capture_output=True, text=True, check=False)
        if done.returncode:
            pytest.skip(f"this machine mounts no small disk: {done.stderr.strip()}")


@pytest.fixture
def disk() -> Iterator[Disk]:
    """A disk that is large enough for the tables and not for much more."""
    disk = Disk(Path(tempfile.mkdtemp(prefix="civicflow-")))  # the server's user must reach it
    disk.folder.chmod(0o755)
    try:
        disk.mount("1m")
        yield disk
        disk.unmount()
    finally:
        disk.folder.rmdir()


@pytest.fixture(params=["sqlite", "postgresql"])
def cramped(request: pytest.FixtureRequest, disk: Disk) -> Iterator[str]:
    """The URL of a place on the small disk: an SQLite file with its log, or the tables and indexes of a schema."""
    if request.param == "sqlite":
        yield f"sqlite:///{disk.folder}/town.db"
        return
    server: Server = request.getfixturevalue("server")
    space, url = disk.folder / "space", server.url("cramped", options="-cdefault_tablespace%3Dcramped")
    space.mkdir()
    shutil.chown(space, "nobody", "nogroup")
    with psycopg.connect(server.conninfo, autocommit=True) as admin:
        admin.execute(f"CREATE TABLESPACE cramped LOCATION '{space}'")
        yield url
        admin.execute("DROP SCHEMA cramped CASCADE")
        admin.execute("DROP TABLESPACE cramped")


def test_a_full_disk_is_said_and_with_room_all_go_on(cramped: str, disk: Disk, tmp_path: Path) -> None:
    """Three processes write until nothing fits; the ledger can be read and verified then, and nothing was half written."""
    acknowledged, carried = trails(tmp_path)
    full = Trail(tmp_path / "full")
    opened(cramped, load=True).office.close()
    with Crew() as crew:
        rations, room = crew.rations(), crew.rations()
        for number in range(_WRITERS):
            crew.start(write, cramped, acknowledged, rations, f"w{number}", partial(_when_there_is_room, full, room))
        reader = opened(cramped)
        rations.give(_COMMANDS)
        rations.end()
        crew.wait(full, _WRITERS)
        done = len(acknowledged.lines())
        found = reader.office.ledger.verify()
        assert found.ok, str(found)
        assert done <= found.entries
        reader.office.close()
        disk.resize("64m")
        room.give(_WRITERS)
        room.end()
        crew.done()
    assert done < len(acknowledged.lines()) == _COMMANDS
    figures = reckon(cramped, acknowledged, carried, kills=0)
    assert (figures.lost, figures.doubled, figures.repeated) == (0, 0, 0)
    for trail in (acknowledged, carried, full):
        trail.close()


def _when_there_is_room(full: Trail, room: Rations, call: Callable[[], T]) -> T:
    """Make a call; where the disk is full, say so, wait for room, and make it again."""
    while True:
        try:
            return call()
        except StorageError as error:
            if "the disk is full" not in str(error) or error.retryable:
                raise
            full.leave("full")
            if not room.take():
                raise

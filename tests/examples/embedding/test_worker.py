"""The worker in Huey: two beside each other, and one that is killed with a notice in its hands."""

from __future__ import annotations

import fcntl
import importlib
import os
import re
import signal
import subprocess
import sys
import termios
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from typing import IO, Final

import attrs
import pytest
from tests.conftest import Pigeons
from tests.examples.embedding.conftest import COMMUNITY, REGISTER

import civicflow
from civicflow import Office, Plugins
from civicflow.testing import FrozenClock, sequential_ids

pytestmark = pytest.mark.skipif(not hasattr(fcntl, "F_SETPIPE_SZ"), reason="a pipe's size is set on Linux only")

_ORDERED: Final = datetime(2026, 1, 5, 1, tzinfo=UTC)
_TICKETS: Final = 24
_LINE: Final = re.compile(r"\[([\w-]+)\] (\S+): ")
"""What the console says of a notice: its topic and its case."""

_SMALL: Final = 4096
"""So many bytes a pipe holds; the notices of the tickets are more."""


def _open(url: str, clock: FrozenClock, pigeons: Pigeons) -> Office:
    return civicflow.open(url, clock=clock, ids=sequential_ids(), notify=[pigeons], plugins=Plugins())


def _ordered(office: Office) -> None:
    """Tickets that nobody dispatched, long ago."""
    office.register.load(REGISTER)
    resident = office.act_as("resident-1")
    for number in range(_TICKETS):
        office.tickets.order(f"Lamp {number}", unit=COMMUNITY, by=resident, key=f"order-{number}")


def _steps(office: Office) -> dict[str, list[str]]:
    cases = office.find(flow="four-part-ticket", limit=1000).cases
    return {case.title: [entry.step for entry in office.ledger.entries(case)] for case in cases}


def _undisturbed(now: datetime) -> tuple[dict[str, list[str]], Counter[tuple[str, str]]]:
    """The steps of each ticket, and how often each notice is sent, where nothing ever happens to anybody."""
    clock, pigeons = FrozenClock(_ORDERED), Pigeons("console")
    with _open("memory://", clock, pigeons) as office:
        _ordered(office)
        clock.set(now)
        office.tick()
        while office.relay().claimed:
            pass
        return _steps(office), Counter((notice.topic, notice.case) for notice in pigeons.carried)


@attrs.frozen
class _Queue:
    """The worker's queue, as an application rings it."""

    file: Path
    worker: ModuleType

    def ring(self, task: str, times: int = 1) -> None:
        """Put a task into it so many times."""
        for _ in range(times):
            self.worker.huey.enqueue(getattr(self.worker, task).s())

    def is_empty(self) -> bool:
        """Whether every task was taken out."""
        return len(self.worker.huey) == 0


Start = Callable[[IO[bytes] | int], "subprocess.Popen[bytes]"]


@pytest.fixture(scope="module")
def queue(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Queue]:
    """A queue of these tests' own; each of them leaves it empty."""
    file = tmp_path_factory.mktemp("worker") / "queue.db"
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("WORKER_QUEUE", str(file))
        environment.delitem(sys.modules, "embedding.worker", raising=False)  # a page may have imported it before
        worker = importlib.import_module("embedding.worker")
        yield _Queue(file, worker)
        worker.huey.storage.close()
        del sys.modules["embedding.worker"]


@pytest.fixture
def start(place: str, queue: _Queue, tmp_path: Path) -> Iterator[Start]:
    """Starts a worker on the store, whose notices go where it is told; whatever still runs is ended after the test."""
    environment = {
        **os.environ,
        "PYTHONPATH": str(REGISTER.parents[1]),
        "WORKER_STORE": place,
        "WORKER_NOTIFY": "console://stdout",
        "WORKER_QUEUE": str(queue.file),
    }
    command = [sys.executable, "-m", "huey.bin.huey_consumer", "embedding.worker.huey", "--no-periodic"]
    running: list[subprocess.Popen[bytes]] = []
    with (tmp_path / "log").open("ab") as log:

        def begin(notices: IO[bytes] | int) -> subprocess.Popen[bytes]:
            running.append(subprocess.Popen(command, env=environment, stdout=notices, stderr=log))
            return running[-1]

        yield begin
        for process in running:
            process.kill()
            process.wait()


def _until(happened: Callable[[], bool]) -> None:
    for _ in range(6000):
        if happened():
            return
        time.sleep(0.02)
    raise AssertionError("it did not happen")


def _waiting(pipe: int) -> int:
    """How many bytes lie in a pipe."""
    return int.from_bytes(fcntl.ioctl(pipe, termios.FIONREAD, bytes(4)), sys.byteorder)


def test_a_killed_worker_leaves_nothing_undone_and_two_do_nothing_twice(
    place: str, queue: _Queue, start: Start, tmp_path: Path
) -> None:
    """Each limit passes once, each notice is sent, and only what was in the hands of the killed one may come again."""
    now = datetime.now(UTC)  # noqa: TID251 - the workers have the system's clock
    steps, notices = _undisturbed(now)
    with _open(place, FrozenClock(_ORDERED), Pigeons("console")) as office:
        _ordered(office)

    # Nobody reads what the first worker sends, so it stands still in the middle of a notice.
    reading, writing = os.pipe()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, _SMALL)
    first = start(writing)
    os.close(writing)
    queue.ring("keep_time")
    _until(lambda: _waiting(reading) > _SMALL - 500)
    first.send_signal(signal.SIGKILL)
    first.wait()
    with os.fdopen(reading, "rb") as pipe:
        before = pipe.read().decode().splitlines()
    assert 0 < len(before) < notices.total()

    # Two others, at once.
    sent = list(before)
    logs = [tmp_path / "second", tmp_path / "third"]
    workers = []
    for path in logs:
        with path.open("wb") as out:
            workers.append(start(out))
    queue.ring("keep_time", 4)
    queue.ring("relay", 4)
    _until(queue.is_empty)
    for worker in workers:
        worker.send_signal(signal.SIGINT)  # Huey ends what it has begun
        assert worker.wait() == 0
    for path in logs:
        sent += path.read_text().splitlines()

    # What the killed one had is lent again when its lease is over.
    pigeons = Pigeons("console")
    with _open(place, FrozenClock(now + timedelta(minutes=20)), pigeons) as office:
        while office.relay().claimed:
            pass
        assert _steps(office) == steps
        assert office.ledger.verify().ok
    told = Counter(_LINE.findall("\n".join(sent))) + Counter((n.topic, n.case) for n in pigeons.carried)
    assert set(told) == set(notices)
    again = told - notices
    assert again.total() <= 1, again
    assert set(again) <= set(_LINE.findall("\n".join(before)))

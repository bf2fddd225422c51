"""Several at once: threads with one storage, and processes with one place."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable
from multiprocessing.queues import SimpleQueue

from civicflow.errors import Conflict
from civicflow.plugins.storage.contract import Batch, Done, Storage
from civicflow.testing.storage.base import StorageSuite
from civicflow.testing.storage.builders import NOON, child, message, put, write
from civicflow.testing.storage.together import forking, together

_THREADS = 6
_PROCESSES = 3
_ROUNDS = 15


class WorkerSuite(StorageSuite):
    """Whoever runs beside whom, each commit is one whole."""

    concern = "threads and processes"

    def test_of_many_racers_for_one_version_one_wins(self) -> None:
        """Creating and advancing alike; the losers are told what is there now."""
        with self.storage() as storage:
            for version in range(_ROUNDS):
                results = together([lambda v=version: _won(storage, v)] * _THREADS)  # type: ignore[misc]
                assert sorted(results, key=str) == [version + 1] * (_THREADS - 1) + ["won"]
            assert [entry.version for entry in storage.feed()] == list(range(1, _ROUNDS + 1))

    def test_a_reader_never_sees_half_a_commit(self) -> None:
        """Two matters that are always written together are always read at the same version."""
        with self.storage() as storage:
            done = threading.Event()

            def writing() -> None:
                for version in range(_ROUNDS * 4):
                    storage.commit(
                        Batch(
                            writes=(
                                write("T-1", version),
                                write("T-2", version, child(f"T-2/c@{version + 1}", version + 1)),
                            )
                        )
                    )
                done.set()

            def reading() -> None:
                while not done.is_set():
                    cases = storage.load(["T-1", "T-2"]).cases
                    versions = {case.version for case in cases.values()}
                    assert len(versions) <= 1
                    assert len(cases) in {0, 2}

            together([writing, reading, reading])

    def test_a_reader_of_the_feed_misses_nothing(self) -> None:
        """Going on from the last position it saw, while several write."""
        with self.storage() as storage:
            seen: list[tuple[str, int]] = []
            ended = threading.Semaphore(0)

            def writer(name: str) -> Callable[[], None]:
                def run() -> None:
                    try:
                        for version in range(_ROUNDS):
                            put(storage, name, version)
                    finally:
                        ended.release()

                return run

            def reading() -> None:
                position, running = 0, _THREADS
                while running or storage.feed(after=position, limit=1):
                    running -= ended.acquire(blocking=False)
                    for entry in storage.feed(after=position, limit=7):
                        assert entry.position > position
                        position = entry.position
                        seen.append((entry.matter, entry.version))

            together([*(writer(f"T-{number}") for number in range(_THREADS)), reading])
            for number in range(_THREADS):
                assert [version for matter, version in seen if matter == f"T-{number}"] == list(range(1, _ROUNDS + 1))

    def test_no_row_is_lent_to_two_workers(self) -> None:
        """Each message is delivered by exactly one, and in its lane's order."""
        with self.storage() as storage:
            lanes = [f"T-{number}" for number in range(4)]
            rows = [message(f"{lane} {number}", case=lane) for number in range(8) for lane in lanes]
            storage.commit(Batch(messages=tuple(rows)))
            delivered: list[str] = []

            def working(name: str) -> Callable[[], None]:
                def run() -> None:
                    while claims := storage.claim(worker=name, now=NOON, lease=10**9, limit=2):
                        for claim in claims:
                            delivered.append(claim.message.dedupe)
                            storage.settle(claim, Done(), now=NOON)

                return run

            # A worker may find every lane lent and stop; the last one to settle goes on with what became free.
            while len(delivered) < len(rows):
                together([working(f"w{number}") for number in range(3)])
            assert len(delivered) == len(set(delivered))
            for lane in lanes:
                assert [name for name in delivered if name.startswith(lane)] == [
                    f"{lane} {number}" for number in range(8)
                ]

    def test_processes_share_a_place(self) -> None:
        """Each race for a version has one winner, and the feed holds every commit."""
        place = self.fresh()
        storage = self.open_storage(place)
        try:
            self.need(storage, "multi_process")
            context = forking()
            won: SimpleQueue[int] = context.SimpleQueue()
            # One child goes on with the handle that it inherits, the others open their own.
            children = [context.Process(target=self._racing, args=(place, won)) for _ in range(_PROCESSES - 1)]
            children.append(context.Process(target=_race, args=(storage, won)))
            for process in children:
                process.start()
            for process in children:
                process.join()
            assert [process.exitcode for process in children] == [0] * _PROCESSES
            assert sum(won.get() for _ in children) == _ROUNDS
            assert [entry.version for entry in storage.history("T-1")] == list(range(1, _ROUNDS + 1))
            positions = [entry.position for entry in storage.feed()]
            assert positions == sorted(set(positions))
            assert len(positions) == _ROUNDS * (1 + _PROCESSES)
        finally:
            storage.close()

    def test_a_writer_that_is_killed_leaves_only_whole_commits(self) -> None:
        """Everything it was told to be done is there, and nothing is there by half."""
        place = self.fresh()
        storage = self.open_storage(place)
        try:
            self.need(storage, "durable")
            self.need(storage, "multi_process")
            context = forking()
            for _ in range(3):
                before = len(storage.history("T-1"))
                done: SimpleQueue[int] = context.SimpleQueue()
                writer = context.Process(target=self._writing, args=(place, before, done))
                writer.start()
                last = [done.get() for _ in range(_ROUNDS)][-1]
                writer.kill()
                writer.join()
                version = storage.load(["T-1"]).cases["T-1"].version
                assert last <= version == len(storage.history("T-1"))
                assert storage.load(["T-2"]).cases["T-2"].version == version
                assert len(storage.waiting(limit=10**6)) == version
        finally:
            storage.close()

    def _writing(self, place: str, version: int, done: SimpleQueue[int]) -> None:
        """Write until somebody kills us."""
        storage = self.open_storage(place)
        while True:
            row = message(f"m {version}", case=f"T-1 {version}")
            storage.commit(Batch(writes=(write("T-1", version), write("T-2", version)), messages=(row,)))
            version += 1
            done.put(version)

    def _racing(self, place: str, won: SimpleQueue[int]) -> None:
        storage = self.open_storage(place)
        try:
            _race(storage, won)
        finally:
            storage.close()


def _won(storage: Storage, version: int) -> object:
    try:
        put(storage, "T-1", version)
    except Conflict as conflict:
        return conflict.actual
    return "won"


def _race(storage: Storage, won: SimpleQueue[int]) -> None:
    """Race for each version of one matter, and write one of one's own."""
    name = f"P-{multiprocessing.current_process().pid}"
    wins = 0
    for version in range(_ROUNDS):
        put(storage, name, version)
        wins += _won(storage, version) == "won"
    won.put(wins)

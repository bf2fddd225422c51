"""Openings: several that open one place at once, and handles that end while others go on."""

from __future__ import annotations

import threading
from functools import partial
from multiprocessing.queues import SimpleQueue
from typing import Final

from civicflow.errors import StorageError
from civicflow.plugins.storage.contract import Query, Storage
from civicflow.testing.storage.base import StorageSuite
from civicflow.testing.storage.builders import everything, put
from civicflow.testing.storage.together import forking, together

_OPENERS: Final = 4
_ROUNDS: Final = 3


class OpeningSuite(StorageSuite):
    """A place is one, whoever opens it and whenever."""

    concern = "opening, forking, closing"

    def test_an_empty_place_is_opened_by_many_at_once(self) -> None:
        """Each finds it ready, and all have the same schema; nobody's first commit is lost."""
        for _ in range(_ROUNDS):
            place = self.fresh()
            keeping: list[Storage] = []

            def opening(number: int, place: str = place, keeping: list[Storage] = keeping) -> int:
                storage = self.open_storage(place)
                keeping.append(storage)
                put(storage, f"T-{number}")
                storage.migrate()
                return storage.schema_version()

            try:
                versions = together([partial(opening, number) for number in range(_OPENERS)])
                assert len(set(versions)) == 1
                assert len(keeping[0].feed()) == _OPENERS
            finally:
                for storage in keeping:
                    storage.close()

    def test_an_empty_place_is_opened_by_processes_at_once(self) -> None:
        """Each migrates, one after the other or one for all."""
        with self.storage() as storage:
            self.need(storage, "multi_process")
        context = forking()
        for _ in range(_ROUNDS):
            place = self.fresh()
            gate = context.Barrier(_OPENERS)
            children = [context.Process(target=self._opening, args=(place, gate, n)) for n in range(_OPENERS)]
            for process in children:
                process.start()
            for process in children:
                process.join()
            assert [process.exitcode for process in children] == [0] * _OPENERS
            with self.opened(place) as storage:
                assert {entry.matter for entry in storage.feed()} == {f"T-{n}" for n in range(_OPENERS)}

    def _opening(self, place: str, gate: threading.Barrier, number: int) -> None:
        gate.wait()
        with self.opened(place) as storage:
            put(storage, f"T-{number}")

    def test_migrating_disturbs_nobody_who_works(self) -> None:
        """A new release opens the place while the others go on."""
        place = self.fresh()

        def writing() -> None:
            with self.opened(place) as storage:
                for version in range(20):
                    put(storage, "T-1", version)

        def migrating() -> None:
            for _ in range(5):
                with self.opened(place) as storage:
                    storage.migrate()

        with self.opened(place) as storage:
            together([writing, migrating, migrating])
            assert [entry.version for entry in storage.history("T-1")] == list(range(1, 21))

    def test_closing_one_handle_leaves_the_others(self) -> None:
        """They read and write as before."""
        place = self.fresh()
        with self.opened(place) as storage:
            with self.opened(place) as other:
                put(other, "T-1")
            put(storage, "T-1", 1)
            assert len(storage.feed()) == 2

    def test_a_handle_closed_at_work_ends_it_or_says_so(self) -> None:
        """Whoever is in the middle of a call gets its answer, or a StorageError; afterwards everybody gets that."""
        for _ in range(_ROUNDS):
            storage = self.open_storage(self.fresh())
            put(storage, "T-1")

            def working(storage: Storage = storage) -> str:
                while True:
                    try:
                        assert len(storage.feed()) == 1
                    except StorageError as error:
                        return str(error)

            answers = together([working, working, storage.close])
            assert all("close" in str(answer) for answer in answers[:2])

    def test_a_forked_process_leaves_its_parents_handle_alone(self) -> None:
        """It may use what it inherited, and close it."""
        with self.storage() as storage:
            self.need(storage, "multi_process")
            put(storage, "T-1")
            context = forking()
            told: SimpleQueue[int] = context.SimpleQueue()
            child = context.Process(target=_use_and_close, args=(storage, told))
            child.start()
            seen = told.get()
            child.join()
            assert (child.exitcode, seen) == (0, 2)
            put(storage, "T-1", 2)
            assert [entry.version for entry in storage.history("T-1")] == [1, 2, 3]

    def test_a_cursor_is_good_for_every_handle(self) -> None:
        """It carries its place in the order, not a connection's; a web server may turn the page on another machine."""
        place = self.fresh()
        with self.opened(place) as storage, self.opened(place) as other:
            for number in range(4):
                put(storage, f"T-{number}", unit=f"U-{number // 2}")
            query = Query(order=("-unit",), limit=2)
            cursor = storage.find(query).next
            second = Query(order=("-unit",), limit=2, after=cursor)
            assert [case.case for case in other.find(second).items] == ["T-0", "T-1"]
            durable = "durable" in storage.capabilities
            before = everything(storage)
        if durable:
            with self.opened(place) as again:
                assert everything(again) == before
                assert [case.case for case in again.find(second).items] == ["T-0", "T-1"]


def _use_and_close(storage: Storage, told: SimpleQueue[int]) -> None:
    put(storage, "T-1", 1)
    told.put(len(storage.history("T-1")))
    storage.close()

"""Series: numbers that count on, whoever draws and whatever ends in between."""

from __future__ import annotations

from contextlib import ExitStack
from functools import partial
from multiprocessing.queues import SimpleQueue
from typing import Final

import pytest

from civicflow.errors import Conflict, InvalidInput
from civicflow.plugins.storage.contract import Storage
from civicflow.testing.storage.base import StorageSuite
from civicflow.testing.storage.builders import everything, put
from civicflow.testing.storage.together import forking, together

_DRAWS: Final = 20
_DRAWERS: Final = 4


class SeriesSuite(StorageSuite):
    """A number is given once."""

    concern = "series"

    def test_each_series_counts_from_one(self) -> None:
        """By itself, whatever is drawn from the others."""
        with self.storage() as storage:
            assert [storage.draw("tickets") for _ in range(3)] == [1, 2, 3]
            assert [storage.draw("proposals") for _ in range(2)] == [1, 2]
            assert storage.draw("tickets") == 4

    def test_names_of_series_that_look_alike_are_different(self) -> None:
        """As texts are everywhere in the contract."""
        with self.storage() as storage:
            names = ["tickets", "Tickets", "tickets ", " tickets", "t\u00edckets", "ti\u0301ckets", "工单", "a'b", "%"]
            assert [storage.draw(name) for name in names] == [1] * len(names)

    @pytest.mark.parametrize("name", ["", "tick\0ets", "\ud800"])
    def test_a_name_that_no_series_can_have_is_refused(self, name: str) -> None:
        """It is the caller's fault."""
        with self.storage() as storage, pytest.raises(InvalidInput):
            storage.draw(name)

    def test_drawing_and_committing_leave_each_other_alone(self) -> None:
        """A number is no entry, and a commit that fails gives none back."""
        with self.storage() as storage:
            put(storage, "T-1")
            before = everything(storage)
            assert storage.draw("tickets") == 1
            assert everything(storage) == before
            with pytest.raises(Conflict):
                put(storage, "T-1")
            assert storage.draw("tickets") == 2

    def test_no_number_is_given_to_two_at_once(self) -> None:
        """Through one handle or several; where nothing was taken back there is no gap either."""
        place = self.fresh()
        with ExitStack() as stack:
            handles = [stack.enter_context(self.opened(place)) for _ in range(_DRAWERS)]
            drawn = together([partial(_drawing, handle) for handle in (*handles, handles[0])])
            numbers = sorted(number for some in drawn for number in some)  # type: ignore[attr-defined]
            assert numbers == list(range(1, _DRAWS * (_DRAWERS + 1) + 1))

    def test_no_number_is_given_to_two_processes(self) -> None:
        """Each has its own handle."""
        place = self.fresh()
        with self.opened(place) as storage:
            self.need(storage, "multi_process")
            context = forking()
            told: SimpleQueue[list[int]] = context.SimpleQueue()
            children = [context.Process(target=self._drawing, args=(place, told)) for _ in range(_DRAWERS)]
            for process in children:
                process.start()
            numbers = [*_drawing(storage), *(number for _ in children for number in told.get())]
            for process in children:
                process.join()
            assert sorted(numbers) == list(range(1, _DRAWS * (_DRAWERS + 1) + 1))

    def _drawing(self, place: str, told: SimpleQueue[list[int]]) -> None:
        with self.opened(place) as storage:
            told.put(_drawing(storage))

    def test_a_series_goes_on_after_reopening(self) -> None:
        """A number outlives its handle."""
        place = self.fresh()
        for number in range(1, 4):
            with self.opened(place) as storage:
                self.need(storage, "durable")
                assert storage.draw("tickets") == number


def _drawing(storage: Storage) -> list[int]:
    return [storage.draw("tickets") for _ in range(_DRAWS)]

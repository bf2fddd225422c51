"""Series that give a number twice."""

from __future__ import annotations

import time

from tests.testing.planted.sound import PAUSE, Sound, caught

from civicflow.plugins.storage.memory.rows import Rows


@caught("test_no_number_is_given_to_two_at_once")
class DrawnTwiceAtOnce(Sound):
    """The last number of a series is looked up first and counted on afterwards."""

    def draw(self, series: str) -> int:
        last = self.rows.series.get(series, 0)
        time.sleep(PAUSE)
        super().draw(series)
        return last + 1


@caught("test_a_series_goes_on_after_reopening")
class ForgetsSeries(Sound):
    """Series are counted in the process: opened again, each begins anew."""

    def __init__(self, rows: Rows) -> None:
        super().__init__(rows)
        rows.series.clear()


@caught("test_each_series_counts_from_one")
class OneSeriesForAll(Sound):
    """All series share one counter, as a sequence of a server does."""

    def draw(self, series: str) -> int:
        return super().draw("all" if series else series)


@caught("test_names_of_series_that_look_alike_are_different")
class FoldsNames(Sound):
    """Names of series are compared without regard to case and spaces."""

    def draw(self, series: str) -> int:
        return super().draw(series.strip().casefold())

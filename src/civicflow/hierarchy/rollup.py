"""Roll-ups: how much lies in each area together with everything below it.

Areas stand in pre-order (`civicflow.hierarchy.ground`), so whatever lies in a subtree lies on one stretch of places, and the sum over
it is a difference of two running sums. All roll-ups of all areas cost one pass over what is counted and one over the areas.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import accumulate

from civicflow.errors import NotFound
from civicflow.hierarchy.chart import Chart
from civicflow.ids import UnitId


class Totals(Mapping[UnitId, int]):
    """How many of the things counted lie in each area's subtree, by the area's id, in pre-order.

    Attributes:
        elsewhere: the units that stand nowhere on the chart, with how many were counted there; they are in no total.
    """

    __slots__ = ("_chart", "_running", "elsewhere")

    def __init__(self, chart: Chart, own: Iterable[int], elsewhere: Mapping[str, int]) -> None:
        self._chart = chart
        self._running = array("q", accumulate(own, initial=0))
        self.elsewhere = elsewhere

    def __getitem__(self, area: str) -> int:
        place = self._chart.ground.find(area)
        if place < 0:
            raise NotFound(f"there is no area with the id {area!r} on {self._chart.on}; ask for one of the chart's")
        return self._running[place + self._chart.ground.size[place]] - self._running[place]

    def __iter__(self) -> Iterator[UnitId]:
        return iter(self._chart.ground.ids(0, len(self)))

    def __len__(self) -> int:
        return len(self._chart.ground)

    @property
    def by_place(self) -> list[int]:
        """All totals, by the places of `civicflow.hierarchy.ground`."""
        running = self._running
        return [running[place + size] - running[place] for place, size in enumerate(self._chart.ground.size)]


def roll_up(chart: Chart, units: Iterable[str]) -> Totals:
    """How many lie in each area and below it.

    >>> from datetime import date
    >>> from civicflow.hierarchy.units import Area
    >>> day = date(2026, 1, 1)
    >>> city = Area(id=UnitId("C"), code="1", name="市", level="city", since=day)
    >>> road = Area(id=UnitId("R"), code="101", name="街", level="district", parent=city.id, since=day)
    >>> totals = roll_up(Chart(day, [city, road]), ["R", "R", "C", "gone"])
    >>> totals["C"], totals["R"], totals.elsewhere
    (3, 2, {'gone': 1})

    Args:
        chart: the map by which is counted.
        units: for each thing counted the id of the unit that it belongs to; what belongs to a body counts in the area in
            which the body stands.
    """
    ground, elsewhere = chart.ground, {}
    own = array("q", bytes(8 * len(ground)))
    for unit, count in Counter(units).items():
        place = ground.find(unit)
        if place < 0 and unit in chart and (area := chart.area_of(unit)) is not None:
            place = ground.find(area)
        if place < 0:
            elsewhere[unit] = count
        else:
            own[place] += count
    return Totals(chart, own, elsewhere)

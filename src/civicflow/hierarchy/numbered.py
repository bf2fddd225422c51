"""Units as numbers, for millions of matters at once: rolled up, and brought through re-drawings, by numpy.

`civicflow.hierarchy.rollup` and `civicflow.hierarchy.attribution` say what is meant; here is the same for a column of matters that
was turned into numbers once. It needs ``pip install "civicflow[arrays]"``; nothing else in the library does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from typing import Literal, TypeAlias

from civicflow.errors import CivicflowError, InvalidInput, NotFound
from civicflow.hierarchy.chart import Chart
from civicflow.hierarchy.register import Register
from civicflow.hierarchy.succession import Succession
from civicflow.hierarchy.units import Area, Body
from civicflow.ids import UnitId

try:
    import numpy as np
except ImportError:
    msg = "units as numbers need numpy, which is not installed; run pip install 'civicflow[arrays]'"
    raise CivicflowError(msg) from None

Numbers: TypeAlias = np.ndarray[tuple[int], np.dtype[np.int32]]
"""A number for each matter, or for each unit."""

Sums: TypeAlias = np.ndarray[tuple[int], np.dtype[np.int64]]
"""A total for each unit."""

Known: TypeAlias = np.ndarray[tuple[int], np.dtype[np.bool_]]
"""Yes or no for each unit."""

_WAYS = 16
"""So many ways from one day to another are kept: enough for years of matters on one map."""

NOBODY = -1
"""Stands for a unit where nobody knows which."""


class Numbered:
    """The areas and bodies of a register, each with a number from 0 that is good for this register.

    Raises:
        CivicflowError: when this module is imported, if numpy is not installed.
    """

    def __init__(self, register: Register) -> None:
        self._register = register
        self._packed = register.rows.packed
        over = register.rows.laid
        loose = [id for id, rows in over.items() if rows and isinstance(rows[0], (Area, Body))]
        start = 0 if self._packed is None else len(self._packed)
        find = None if self._packed is None else self._packed.ids.find
        # What lies over a packed area keeps its number.
        fresh = [id for id in loose if find is None or find(id) < 0]
        self._loose = {id: start + n for n, id in enumerate(fresh)}
        self._names = fresh
        self._ways: dict[tuple[date, date, str], tuple[Known, Numbers]] = {}
        self._days: dict[str, list[tuple[date, Numbers, Numbers]]] = {}

    def __len__(self) -> int:
        return len(self._names) + (0 if self._packed is None else len(self._packed))

    def number(self, unit: str) -> int:
        """The number of a unit.

        Raises:
            NotFound: the register has no such unit on any day.
        """
        known = self._loose.get(unit)
        if known is None:
            known = -1 if self._packed is None else self._packed.ids.find(unit)
        if known < 0:
            msg = f"the register has no unit with the id {unit!r} on any day; a code becomes an id through a chart's resolve()"
            raise NotFound(msg)
        return known

    def numbers(self, units: Iterable[str]) -> Numbers:
        """The numbers of a column of units, one for each matter.

        Raises:
            NotFound: the register has no such unit on any day.
        """
        return np.fromiter(map(self.number, units), dtype=np.int32)

    def unit(self, number: int) -> UnitId:
        """The unit of a number."""
        start = 0 if self._packed is None else len(self._packed)
        if number < start and self._packed is not None:
            return UnitId(self._packed.ids[number])
        return UnitId(self._names[number - start])

    def totals(self, numbers: Numbers, chart: Chart) -> Sums:
        """How many matters lie in each area and below it, by the places of the chart's `civicflow.hierarchy.ground`.

        A last one counts those whose unit stands nowhere on the chart, or is `NOBODY`; they are in no other total.

        Args:
            numbers: a number for each matter.
            chart: a chart of this register.
        """
        places, many = self._places(chart), len(chart.ground)
        own = np.bincount(places[numbers], minlength=many + 1)
        running = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(own)))
        size = np.frombuffer(chart.ground.size, dtype=np.uint32)
        begin = np.arange(many)
        below = running[begin + size] - running[begin]
        return np.append(below, own[many])

    def _places(self, chart: Chart) -> Numbers:
        """By number the place of the area in which a unit stands; one after the last place where it stands nowhere."""
        many = len(chart.ground)
        places = np.full(len(self) + 1, many, dtype=np.int32)  # the last is that of NOBODY
        if self._packed is not None:
            packed = np.frombuffer(chart.ground.packed_places(), dtype=np.uint32).astype(np.int32)
            places[: len(packed)] = np.where(packed > 0, packed - 1, many)
        for id, rows in self._register.rows.laid.items():
            if not rows or not isinstance(rows[0], (Area, Body)):
                continue
            area = chart.area_of(id) if id in chart else None
            places[self.number(id)] = many if area is None else chart.ground.find(area)
        return places

    def attributed(
        self, numbers: Numbers, *, raised: date, on: date, policy: Literal["primary", "ask"] = "primary"
    ) -> Numbers:
        """Which unit each matter belongs to on a later day's map, as `civicflow.hierarchy.attribution` says it one by one.

        Args:
            numbers: a number for each matter.
            raised: the day on which all of them were raised.
            on: the day of the map, not before.
            policy: how one of several successors is chosen.

        Returns:
            A number for each matter, `NOBODY` where nobody knows.

        Raises:
            InvalidInput: a unit did not exist when its matter was raised, or the map is an earlier one.
        """
        if on < raised:
            msg = f"many matters at once are brought forwards only; they were raised on {raised}, the map is of {on}"
            raise InvalidInput(msg)
        born, came = self._led(raised, on, policy)
        unborn = numbers[~born[numbers]]
        if len(unborn):
            unit = self.unit(int(unborn[0]))
            msg = f"{unit!r} and {len(unborn) - 1} more did not exist on {raised}, when the matters were raised"
            raise InvalidInput(msg)
        return came[numbers]

    def _led(self, raised: date, on: date, policy: Literal["primary", "ask"]) -> tuple[Known, Numbers]:
        """By number whether a unit was when matters were raised, and where those of it belong; the last ones are kept."""
        key = (raised, on, policy)
        if key not in self._ways:
            if len(self._ways) >= _WAYS:
                self._ways.clear()
            # The last of each is that of NOBODY, whose number leads there.
            born, way = (
                np.append(self._alive(raised), np.True_),
                np.append(self._way(raised, on, policy), np.int32(NOBODY)),
            )
            self._ways[key] = (born, way)
        return self._ways[key]

    def _way(self, raised: date, on: date, policy: Literal["primary", "ask"]) -> Numbers:
        came = np.arange(-1, len(self), dtype=np.int32)  # shifted by one, so that NOBODY stays NOBODY
        for day, originals, results in self._acts(policy):
            if raised < day <= on:
                step = np.arange(-1, len(self), dtype=np.int32)
                step[originals + 1] = results
                came = step[came + 1]
        alive = np.concatenate((np.zeros(1, dtype=np.bool_), self._alive(on)))
        return np.where(alive[came + 1], came, np.int32(NOBODY))[1:]

    def _alive(self, on: date) -> Known:
        """By number whether a unit is on a day."""
        alive = np.zeros(len(self), dtype=np.bool_)
        loose, packed = self._register.rows.on(on)
        if self._packed is not None:
            owner = np.frombuffer(self._packed.owner, dtype=np.uint32)
            alive[owner[np.asarray(packed, dtype=np.int64)]] = True
        for row in loose:
            if isinstance(row, (Area, Body)):
                alive[self.number(row.id)] = True
        return alive

    def _acts(self, policy: Literal["primary", "ask"]) -> list[tuple[date, Numbers, Numbers]]:
        """Day by day the units that were re-drawn, and who came after each."""
        if policy in self._days:
            return self._days[policy]
        of: defaultdict[date, dict[int, int]] = defaultdict(dict)
        for change in self._register.redrawn:
            after: defaultdict[UnitId, list[Succession]] = defaultdict(list)
            for one in change.successions:
                after[one.original].append(one)
            for unit, found in after.items():
                primary = [one for one in found if one.primary] if policy == "primary" else []
                chosen = found[0] if len(found) == 1 else primary[0] if primary else None
                # A later recorded act of the day about the same unit holds.
                of[change.on][self.number(unit)] = NOBODY if chosen is None else self.number(chosen.result)
        self._days[policy] = [
            (day, np.fromiter(steps, dtype=np.int32), np.fromiter(steps.values(), dtype=np.int32))
            for day, steps in sorted(of.items())
        ]
        return self._days[policy]

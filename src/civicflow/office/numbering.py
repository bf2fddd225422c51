"""Numbering: a new case draws its number once its first step is lawful, so that a refusal leaves no gap."""

from __future__ import annotations

import attrs

from civicflow.plugins.storage.contract import Storage
from civicflow.workflows.engine.decide import Accepted, Act, Birth, begin
from civicflow.workflows.engine.situation import World
from civicflow.workflows.numbers import Numbers


class Numbering:
    """The numbers of one command: drawn once, however often it is decided.

    A number that was drawn for a commit that failed in the end is a gap. Nobody else is given it.
    """

    def __init__(self, numbers: Numbers, storage: Storage) -> None:
        self._numbers, self._storage = numbers, storage
        self._drawn: dict[str, int] = {}

    def begin(self, birth: Birth, act: Act, decided: Accepted, world: World) -> Accepted:
        """The same first step with a number in its entry; mass children and flows that opt out have none."""
        if birth.parent is not None or not world.flows.latest(birth.flow).flow.numbered:
            return decided
        again = begin(world, attrs.evolve(birth, number=self._number(birth, world)), act)
        assert isinstance(again, Accepted), "a number refuses nothing"
        return again

    def _number(self, birth: Birth, world: World) -> str:
        code = self._numbers.code(birth.unit, world.chart)
        year = world.calendar.local_date(world.recorded).year
        series = self._numbers.series(code, year)
        if series not in self._drawn:
            self._drawn[series] = self._storage.draw(series)
        return self._numbers.spell(code=code, year=year, number=self._drawn[series])

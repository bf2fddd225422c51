"""Numbering: a new matter draws its number once its first step is lawful, so that a refusal leaves no gap."""

from __future__ import annotations

from collections.abc import Iterator

import attrs

from civicflow.ids import CaseId
from civicflow.office.loading import Loaded
from civicflow.plugins.storage.contract import Storage
from civicflow.workflows.engine.decide import Accepted
from civicflow.workflows.engine.flows import Flows
from civicflow.workflows.engine.records import Case
from civicflow.workflows.engine.situation import World
from civicflow.workflows.numbers import Numbers


class Numbering:
    """The numbers of one command: each drawn once, however often it is decided.

    A number that was drawn for a commit that failed in the end is a gap. Nobody else is given it.
    """

    def __init__(self, numbers: Numbers, storage: Storage) -> None:
        self._numbers, self._storage = numbers, storage
        self._drawn: dict[CaseId, tuple[str, int]] = {}

    def numbered(self, decided: object, loaded: Loaded) -> Loaded | None:
        """What was loaded, with a number for each matter that the decision begins; None where it begins none.

        Mass children and flows that opt out have no number.
        """
        if not isinstance(decided, Accepted):
            return None
        born = {root.id: root for root in _begun(decided, loaded.world.flows)}
        if born.keys() <= loaded.world.numbers.keys():
            return None
        numbers = {case: self._number(root, loaded.world) for case, root in born.items()}
        return attrs.evolve(loaded, world=attrs.evolve(loaded.world, numbers=numbers))

    def _number(self, root: Case, world: World) -> str:
        code = self._numbers.code(root.unit, world.chart)
        year = world.calendar.local_date(world.recorded).year
        series = self._numbers.series(code, year)
        if self._drawn.get(root.id, ("", 0))[0] != series:
            self._drawn[root.id] = (series, self._storage.draw(series))
        return self._numbers.spell(code=code, year=year, number=self._drawn[root.id][1])


def _begun(decided: Accepted, flows: Flows) -> Iterator[Case]:
    """The roots that a decision begins and that are numbered."""
    for move in decided.moves:
        root = move.cases[0]
        if not move.expected and not root.brood and flows.rules(root.flow).flow.numbered:
            yield root

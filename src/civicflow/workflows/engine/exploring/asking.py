"""Asking the engine as an office does: what a decision wants to read is read from the situation, and it is asked again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, TypeVar

import attrs

from civicflow.calendars import WorkingCalendar
from civicflow.hierarchy.chart import Chart
from civicflow.ids import CaseId, MatterId, matter_of
from civicflow.refusals import Refusal
from civicflow.workflows.engine.decide import Accepted, Act, Birth, begin, decide
from civicflow.workflows.engine.exploring.situations import Standing
from civicflow.workflows.engine.flows import Flows
from civicflow.workflows.engine.matters import Brood, Linked
from civicflow.workflows.engine.possible import asked
from civicflow.workflows.engine.records import Case, Matter
from civicflow.workflows.engine.ring import NotYet, ring
from civicflow.workflows.engine.situation import Wanted, World

_SALT: Final = bytes(16)
Answer = TypeVar("Answer")


@attrs.frozen
class Asking:
    """The engine with what does not change in an exploration.

    Attributes:
        flows: in use.
        chart: of the town.
        calendar: in which limits are counted.
    """

    flows: Flows
    chart: Chart
    calendar: WorkingCalendar

    def begin(self, standing: Standing, birth: Birth, act: Act) -> Accepted | Refusal:
        """The first step of a case."""
        return self._with_reads(standing, lambda world: begin(world, birth, act))

    def decide(self, standing: Standing, case: CaseId, act: Act) -> Accepted | Refusal:
        """A step of a case."""
        matter = standing.matters[matter_of(case)]
        return self._with_reads(standing, lambda world: decide(world, matter, case, act))

    def ring(self, standing: Standing, case: CaseId) -> Accepted | Refusal | NotYet:
        """The clock of a case."""
        return self._with_reads(standing, lambda world: ring(world, standing.matters[matter_of(case)], case))

    def asked(self, standing: Standing, case: Case) -> tuple[str, ...]:
        """Who is asked to act on a case."""
        return asked(self._world(standing, {}), [case])[case.id]

    def _world(self, standing: Standing, reads: dict[str, tuple[Matter, ...]]) -> World:
        return World(
            flows=self.flows,
            chart=self.chart,
            register=1,
            calendar=self.calendar,
            recorded=standing.at,
            salt=_SALT,
            reads=reads,
        )

    def _with_reads(self, standing: Standing, ask: Callable[[World], Answer]) -> Answer:
        reads: dict[str, tuple[Matter, ...]] = {}
        while True:
            try:
                return ask(self._world(standing, reads))
            except Wanted as wanted:
                before = len(reads)
                for one, case, data in wanted.reads:
                    reads[one.name] = _read(standing, one, case, data)
                if len(reads) == before:
                    raise


def _read(standing: Standing, one: Any, case: Case, data: Any) -> tuple[Matter, ...]:
    if isinstance(one, Linked):
        ids = (MatterId(i) for i in one.ids(case, data))
        return tuple(standing.matters[i] for i in ids if i in standing.matters)
    if isinstance(one, Brood):
        return tuple(m for _, m in sorted(standing.matters.items()) if m.root.brood == one.of(case))
    return ()

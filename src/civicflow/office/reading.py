"""Reading rights over one storage: the rule is `civicflow.hierarchy.reading`'s, the parties are the store's."""

from __future__ import annotations

from civicflow.catalogue import CATALOGUE
from civicflow.errors import Refused
from civicflow.hierarchy.authority import Actor
from civicflow.hierarchy.reading import may_read, reach, readers
from civicflow.ids import CaseId, matter_of
from civicflow.office.surroundings import Surroundings
from civicflow.plugins.storage.contract import Storage
from civicflow.refusals import Reason, Refusal

READ = "read"
"""What is refused, as a step is."""


class Readers:
    """Who may read what, as of today."""

    __slots__ = ("_around", "_storage")

    def __init__(self, storage: Storage, around: Surroundings) -> None:
        self._storage, self._around = storage, around

    def reach(self, actor: Actor) -> tuple[str, ...]:
        """The parties whose matters an actor may read."""
        return reach(actor, self._around.chart())

    def may(self, actor: Actor, case: CaseId) -> bool:
        """Whether an actor may read a case's matter."""
        return may_read(actor, self._storage.parties(matter_of(case)), self._around.chart())

    def check(self, actor: Actor | None, case: CaseId, step: str = READ) -> None:
        """Let through who may read a case's matter; None is the host, who vouches.

        Raises:
            Refused: they may not.
        """
        if actor is None:
            return
        parties, chart = self._storage.parties(matter_of(case)), self._around.chart()
        if not may_read(actor, parties, chart):
            reason = Reason(rule="reading", text=CATALOGUE["refusal.reading"])
            raise Refused(Refusal(case=case, step=step, reasons=(reason,), needed=readers(parties, chart)))

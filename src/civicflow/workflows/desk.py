"""What a façade needs of the office: to begin a case, to take a step, to look things up.

The façades of tickets and councils are thin: each method names a step and builds what it is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol

from civicflow.hierarchy.authority import Actor
from civicflow.hierarchy.chart import Chart
from civicflow.ids import CaseId, PersonId, UnitId
from civicflow.workflows.engine.records import Case
from civicflow.workflows.routing import Routing

CaseRef = Case | str
"""A case or its id; a command means the case as it is now, not as it was when it was loaded."""


class Desk(Protocol):
    """The office as the façades see it."""

    def begin(
        self,
        flow: str,
        step: str,
        data: Any,
        *,
        by: Actor,
        unit: UnitId | str | None,
        key: str = "",
        happened: datetime | None = None,
        requester: PersonId | str | None = None,
        anchors: Mapping[str, UnitId] | None = None,
        parent: CaseRef | None = None,
        brood: str = "",
        child: str = "",
    ) -> Case:
        """Take the first step of a new case; see `Office.begin`."""
        ...

    def take(
        self,
        case: CaseRef,
        step: str,
        data: Any = None,
        *,
        by: Actor,
        key: str = "",
        why: str = "",
        seen: int | None = None,
        happened: datetime | None = None,
        command: str = "",
    ) -> Case:
        """Take a step of a case; see `Office.take`."""
        ...

    def case(self, case: CaseRef) -> Case:
        """The case as it is now."""
        ...

    def shares(self, case: CaseRef, *, body: UnitId | None = None) -> tuple[Case, ...]:
        """The children of a matter, all of them or those of one body, in the order in which they were opened."""
        ...

    def unit(self, code: str) -> UnitId:
        """A unit by its code, alias or id, as of today."""
        ...

    def chart(self) -> Chart:
        """The organisation as of today."""
        ...

    def now(self) -> datetime:
        """This instant, by the clock of the place."""
        ...

    def routing(self) -> Routing:
        """The rules by which matters are handed to bodies."""
        ...

    def new_id(self, kind: str) -> CaseId:
        """A fresh id for a case."""
        ...

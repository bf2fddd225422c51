"""What a façade needs of the office: to begin a case, to take a step, to look things up.

The façades of tickets and councils are thin: each method names a step and builds what it is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

import attrs

from civicflow.catalogue import CATALOGUE
from civicflow.errors import Refused
from civicflow.hierarchy.authority import Actor
from civicflow.hierarchy.chart import Chart
from civicflow.ids import CaseId, PersonId, UnitId
from civicflow.refusals import Reason, Refusal
from civicflow.workflows.engine.flows import Flows
from civicflow.workflows.engine.records import Case
from civicflow.workflows.places import Place
from civicflow.workflows.routing import Routing

if TYPE_CHECKING:
    from civicflow.workflows.services.catalogue import Catalogue

CaseRef = Case | str
"""A case or its id; a command means the case as it is now, not as it was when it was loaded."""


class Desk(Protocol):
    """The office as the façades see it."""

    @property
    def flows(self) -> Flows:
        """The flows in use."""
        ...

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

    def service_catalogue(self) -> Catalogue:
        """The services of the place, and who is competent for each."""
        ...

    def new_id(self, kind: str) -> CaseId:
        """A fresh id for a case."""
        ...


def located(desk: Desk, place: Place | None) -> Place | None:
    """A place whose unit, given by code or alias, is the unit's id."""
    return place if place is None or place.unit is None else attrs.evolve(place, unit=desk.unit(place.unit))


def officer_meant(desk: Desk, post: str, body: UnitId, officer: str) -> PersonId:
    """Who is meant to be responsible at a body: whoever is named, else its one holder of the post.

    Args:
        desk: the office.
        post: the post, for instance ``officer``.
        body: the body.
        officer: who is named, or empty.

    Returns:
        The person; an empty id where nobody is named and the body has none or several, which the step refuses.
    """
    holders = desk.chart().holders(post, body)
    return PersonId(officer) if officer else holders[0] if len(holders) == 1 else PersonId("")


def share_meant(desk: Desk, matter: CaseRef, step: str, by: Actor, slots: tuple[str, ...]) -> CaseRef:
    """The share that a command means: the one given, else the newest of the actor's body, the open ones first.

    Args:
        desk: the office.
        matter: the share, or its matter.
        step: what is to be done with it.
        by: who acts.
        slots: what counts as a share.

    Raises:
        Refused: if the body has none.
    """
    given = matter if isinstance(matter, str) else matter.id
    if "/" in given:
        return given
    found = desk.shares(given, body=by.unit) if by.unit is not None else ()
    shares = [share for share in found if share.slot in slots]
    if not shares:
        reason = Reason(rule="share", text=CATALOGUE["refusal.share"])
        raise Refused(Refusal(case=given, step=step, reasons=(reason,)))
    still_open = [share for share in shares if not share.outcome]
    return (still_open or shares)[-1]

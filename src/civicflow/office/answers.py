"""What an office answers beside cases."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import attrs

from civicflow.ids import CaseId

if TYPE_CHECKING:
    from civicflow.ledger.heads import Head
    from civicflow.plugins.publish.publishing import Publication
    from civicflow.workflows.engine.records import Case


@attrs.frozen(kw_only=True)
class Sealed:
    """What a seal did.

    Attributes:
        head: the newest head of the log tree; without new entries the one that stood.
        publications: how far each publisher is, and what failed; a publisher that failed undoes nothing, and is given the
            same heads again at the next seal.
    """

    head: Head
    publications: tuple[Publication, ...] = ()

    @property
    def unpublished(self) -> tuple[Publication, ...]:
        """The publications that failed."""
        return tuple(publication for publication in self.publications if publication.error)


@attrs.frozen
class Ticked:
    """What a tick did.

    Attributes:
        rung: how many cases had a time limit that passed.
        early: how many were asked too early and are asked again later.
        lost: how many somebody else answered first.
        failed: cases whose question failed, with why; they stay due, and the others were asked all the same.
        unpublished: publishers that failed to take the newest head; see `Sealed.unpublished`.
    """

    rung: int
    early: int
    lost: int
    failed: tuple[tuple[CaseId, str], ...] = ()
    unpublished: tuple[Publication, ...] = ()


@attrs.frozen
class Found:
    """A page of cases.

    Attributes:
        cases: as they are now.
        next: the cursor of the next page, empty on the last.
    """

    cases: tuple[Case, ...]
    next: str


@attrs.frozen
class Waiting:
    """A case that waits for somebody.

    Attributes:
        case: as it is now; a ticket, or the share of one.
        until: the instant on which its clock acts by itself, in the zone of the place; None where none runs.
    """

    case: Case
    until: datetime | None


@attrs.frozen
class Inbox:
    """A page of what waits for somebody.

    Attributes:
        waiting: the most urgent first; what no clock drives comes last.
        next: the cursor of the next page, empty on the last.
    """

    waiting: tuple[Waiting, ...]
    next: str

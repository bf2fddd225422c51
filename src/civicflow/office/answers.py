"""What an office answers beside cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from civicflow.ids import CaseId

if TYPE_CHECKING:
    from civicflow.workflows.engine.records import Case


@attrs.frozen
class Ticked:
    """What a tick did.

    Attributes:
        rung: how many cases had a time limit that passed.
        early: how many were asked too early and are asked again later.
        lost: how many somebody else answered first.
        failed: cases whose question failed, with why; they stay due, and the others were asked all the same.
    """

    rung: int
    early: int
    lost: int
    failed: tuple[tuple[CaseId, str], ...] = ()


@attrs.frozen
class Found:
    """A page of cases.

    Attributes:
        cases: as they are now.
        next: the cursor of the next page, empty on the last.
    """

    cases: tuple[Case, ...]
    next: str

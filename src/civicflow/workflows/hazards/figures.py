"""What became of the hazards of a place: how many stand, how many works removed, and for whom."""

from __future__ import annotations

from collections.abc import Iterable

import attrs

from civicflow.workflows.engine.records import Case
from civicflow.workflows.hazards.hazard import HAZARD


@attrs.frozen(kw_only=True)
class Standing:
    """Hazards, counted.

    Attributes:
        points: how many were registered.
        removed: how many of them works removed.
        households: for how many households they were removed.
        people: for how many people.
    """

    points: int = 0
    removed: int = 0
    households: int = 0
    people: int = 0


def standing(cases: Iterable[Case]) -> Standing:
    """Count hazards; cases of other flows are left out.

    Args:
        cases: as `office.find` gives them.
    """
    hazards = [case for case in cases if case.flow_name == HAZARD.name]
    removed = [case for case in hazards if case.outcome == "removed"]
    return Standing(
        points=len(hazards),
        removed=len(removed),
        households=sum(case.data["households"] for case in removed),
        people=sum(case.data["people"] for case in removed),
    )

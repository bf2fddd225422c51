"""What a matter needs that holds a coordination meeting: to open it, and to open the shares of its plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import attrs

from civicflow.calendars import time_limit
from civicflow.errors import InvalidInput
from civicflow.ids import UnitId
from civicflow.workflows.engine.children import Opening, Spawn, opening, whole
from civicflow.workflows.engine.flow import Guard, Join, Named
from civicflow.workflows.engine.joins import All, Every
from civicflow.workflows.engine.situation import Situation

SLOT: Final = "meeting"
"""The slot of the meetings; a flow that holds them says ``slots={SLOT: MEETING.name, …}``."""


@attrs.frozen
class Coordinate:
    """Why a matter needs a coordination meeting.

    Attributes:
        reason: public.
    """

    reason: str


def _by_the_unit(_: Situation) -> list[Opening]:
    """One meeting, which the matter's unit convenes."""
    return [Opening(SLOT)]


def _convener(situation: Situation) -> UnitId:
    """Whoever called, or the unit between them and the matter's own; the matter's own where it called itself."""
    chart, unit, convener = situation.world.chart, situation.case.unit, situation.case.anchors["caller"]
    while convener != unit and (above := chart.above(convener)) not in (None, unit):
        convener = UnitId(str(above))
    return convener


def _by_whoever_called(situation: Situation) -> list[Opening]:
    """One meeting, which whoever called convenes, so that the matter's unit coordinates."""
    return [Opening(SLOT, unit=_convener(situation))]


CONVENED_BY_THE_UNIT: Final = Spawn(SLOT, Named("meeting-by-the-unit", _by_the_unit), "called")
"""Opens the meeting of a ticket: its community convenes, the subdistrict coordinates."""

CONVENED_BY_THE_CALLER: Final = Spawn(SLOT, Named("meeting-by-whoever-called", _by_whoever_called), "called")
"""Opens the meeting of a whistle, which is the subdistrict's already: whoever called convenes."""

HAS_COORDINATOR: Final = Guard(
    "has-coordinator",
    lambda s: s.above is not None or s.case.anchors.get("caller", s.case.unit) != s.case.unit,
    "there is no unit above that would coordinate | 上面没有可以协调的单位",
)
"""What a matter needs to be put to a meeting."""


def joins(adopt: str, give_up: str) -> tuple[Join, Join]:
    """What the state that waits for the meeting is moved by.

    Args:
        adopt: the step that a plan brings about.
        give_up: the step that the end of a meeting without one brings about.
    """
    return Join((SLOT,), All("planned"), adopt), Join((SLOT,), Every(), give_up)


def plan_of(situation: Situation) -> Mapping[str, Any]:
    """The plan of the newest meeting of the matter.

    Raises:
        InvalidInput: if no meeting of it came to one.
    """
    met = [case for case in whole(situation) if case.slot == SLOT and case.outcome == "planned"]
    if not met:
        msg = f"no meeting of {situation.case.id} came to a plan; minute one first"
        raise InvalidInput(msg)
    plan: Mapping[str, Any] = max(met, key=lambda case: case.version).data["plan"]
    return plan


def shares_of(situation: Situation, *, leading: bool | None = None) -> list[Opening]:
    """A child for each share of the plan: its body, its task, and the time that it promised.

    Args:
        situation: the step that adopts the plan.
        leading: only those that lead, or only those that assist; None for both.
    """
    plan = plan_of(situation)
    made = []
    for share in plan["shares"]:
        leads = plan["lead"] in (None, share["body"])
        if leading in (None, leads):
            within = None if share["within"] is None else time_limit(share["within"])
            data = {"task": share["task"]} if share["task"] else {}
            made.append(attrs.evolve(opening(situation, UnitId(share["body"])), data=data, within=within))
    return made

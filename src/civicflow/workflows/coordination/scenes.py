"""The scenes in which the coordination meeting is explored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from civicflow.ids import PersonId, UnitId
from civicflow.workflows.coordination.meeting import Adjourn, Fell, Invite, Minute, Option, Task, Why
from civicflow.workflows.engine.exploring.scene import Scene

_A, _B = UnitId("office-a"), UnitId("office-b")
_RAISED_BY: Final = PersonId("requester")
_MONDAY, _LATER, _PAST = date(2026, 3, 2), date(2026, 3, 20), date(2026, 2, 27)
INVITED: Final = Invite(on=_MONDAY, bodies=(_A,), delegates=(PersonId("resident"),))
_BOTH_RAISERS: Final = (_RAISED_BY, PersonId("secretary@low"))
"""Whoever raises a ticket in the town, and whoever calls there."""

PLANNED: Final = Minute(option="x", shares=(Task(_A, "lines"),), bodies=(_A,), people=_BOTH_RAISERS)
_FELL: Final = Minute(
    option="x", shares=(Task(_A),), bodies=(_A,), people=(_RAISED_BY,), fell=(Fell("y", "too dear"),), lead=_A
)

MEETINGS: Final[Mapping[str, tuple[Scene, ...]]] = {
    "coordination-meeting": (
        Scene(
            name="options | 方案",
            data={
                "invite": (INVITED,),
                "put-option": (Option("x"), Option("y")),
                "minute": (
                    PLANNED,
                    _FELL,
                    Minute(option="x", shares=(Task(_B),), bodies=(_A, _B), people=(_RAISED_BY,), lead=_A),
                ),
                "adjourn": (),
                "end-without": (Why("no agreement"),),
            },
            by_rule=("drop",),
            most_depth=6,
        ),
        Scene(
            name="sittings | 会议",
            data={
                "invite": (
                    INVITED,
                    Invite(on=_LATER, bodies=(_A,)),
                    Invite(on=_PAST, bodies=(_A,)),
                    Invite(on=_LATER, bodies=()),
                ),
                "put-option": (Option("x"),),
                "minute": (PLANNED, Minute(option="x", shares=(Task(_A),), bodies=(_A,))),
                "adjourn": (Adjourn(reason="costs", people=(_RAISED_BY,)), Adjourn(reason="costs")),
                "end-without": (),
            },
        ),
    ),
}

NO_MEETING: Final[Mapping[str, tuple[Any, ...]]] = {"coordinate": ()}
"""For scenes of a matter that are about something else."""

A_MEETING: Final[Mapping[str, tuple[Any, ...]]] = {
    "invite": (INVITED,),
    "waive": (),
    "put-option": (Option("x"),),
    "minute": (PLANNED,),
    "adjourn": (),
    "end-without": (Why("no agreement"),),
}
"""For scenes of a matter that are about its meeting."""

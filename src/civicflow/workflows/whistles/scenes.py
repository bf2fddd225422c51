"""The scenes in which the whistle flows are explored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from civicflow.calendars import TimeLimit
from civicflow.ids import UnitId
from civicflow.workflows.coordination.plan import Coordinate
from civicflow.workflows.coordination.scenes import A_MEETING, NO_MEETING
from civicflow.workflows.engine.exploring.scene import Scene
from civicflow.workflows.evaluating import Evaluate
from civicflow.workflows.whistles.report_in import Complete, Log, Rating, Why
from civicflow.workflows.whistles.whistle import Call, Whistle, WhistleAtOnce

_A, _B = UnitId("office-a"), UnitId("office-b")
_RATINGS: Final = (Rating(5, "at once"), Rating(3, "late"))
_REPORTS: Final[Mapping[str, tuple[Any, ...]]] = {
    **NO_MEETING,
    "rate": _RATINGS,
    "rate-above": _RATINGS,
    "go-on-without": (Why("nobody came"),),
    "release": (Why("by mistake"),),
    "complete": (Complete("swept"),),
}
_ONE_REPORT: Final[Mapping[str, tuple[Any, ...]]] = {
    **_REPORTS,
    "rate": _RATINGS[1:],
    "rate-above": (),
    "log": (),
}
_WHISTLE: Final = Whistle(to=(_A,))
_EVALUATIONS: Final = (Evaluate(resolved=True, satisfied=5), Evaluate(resolved=False))

WHISTLES: Final[Mapping[str, tuple[Scene, ...]]] = {
    "report-in": (
        Scene(data=_REPORTS, by_rule=("drop",)),
        Scene(
            name="nobody in the department | 部门无人", vacant=("officer@office-a",), data=_REPORTS, by_rule=("drop",)
        ),
    ),
    "whistle": (
        Scene(
            name="a call | 呼叫",
            data={
                **_ONE_REPORT,
                "call": (Call(title="a lane"),),
                "whistle": (_WHISTLE, Whistle(to=())),
                "whistle-at-once": (),
                "whistle-for-more": (),
                "evaluate": (*_EVALUATIONS, Evaluate(resolved=True, satisfied=6)),
            },
            most_children=1,
        ),
        Scene(
            name="an emergency | 应急",
            data={
                **_ONE_REPORT,
                "call": (Call(title="a flood", kind="emergency"),),
                "whistle": (Whistle(to=(_A,), within=TimeLimit(1, "hours")),),
                "whistle-at-once": (WhistleAtOnce(title="a flood", kind="emergency", to=(_A,)),),
                "whistle-for-more": (),
                "evaluate": _EVALUATIONS[:1],
            },
            most_children=1,
        ),
        Scene(
            name="more for an emergency | 应急加哨",
            data={
                **NO_MEETING,
                "call": (Call(title="a flood", kind="emergency"),),
                "whistle": (_WHISTLE,),
                "whistle-at-once": (),
                "whistle-for-more": (Whistle(to=(_B,)),),
            },
            most_depth=4,
        ),
        Scene(
            name="the top calls | 顶层呼叫",
            unit="top",
            data={
                **_ONE_REPORT,
                "call": (Call(title="a lane"),),
                "whistle-at-once": (WhistleAtOnce(title="a lane", to=(_A,)), WhistleAtOnce(title="a lane", to=())),
                "whistle-for-more": (),
                "evaluate": _EVALUATIONS,
                "log": (Log("begun"),),
            },
            most_children=1,
        ),
        Scene(
            name="joint enforcement | 联合执法",
            data={
                **NO_MEETING,
                "call": (Call(title="a market", kind="enforcement"),),
                "whistle": (_WHISTLE,),
                "whistle-at-once": (
                    WhistleAtOnce(title="a market", kind="enforcement", to=(_A,)),
                    WhistleAtOnce(title="a market", kind="enforcement", to=(_A, _B)),
                    WhistleAtOnce(title="a market", to=(_A,)),
                ),
                "whistle-for-more": (_WHISTLE, Whistle(to=(_B,)), Whistle(to=())),
                "rate": _RATINGS[1:],
                "rate-above": (),
                "complete": (Complete(),),
                "evaluate": _EVALUATIONS[:1],
                **dict.fromkeys(("log", "go-on-without", "release", "hand-up", "withdraw"), ()),
            },
        ),
        Scene(
            name="a coordination meeting | 协调会",
            data={
                **_ONE_REPORT,
                **A_MEETING,
                "call": (Call(title="lines"), Call(title="a flood", kind="emergency")),
                "coordinate": (Coordinate("three providers"),),
                "evaluate": _EVALUATIONS[1:],
                **dict.fromkeys(("whistle", "whistle-at-once", "whistle-for-more", "hand-up", "release"), ()),
            },
            most_children=1,
        ),
    ),
}

"""The scenes in which problem lists, duties and their supervision are explored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from civicflow.calendars import TimeLimit
from civicflow.ids import UnitId
from civicflow.workflows.accountability import Refer
from civicflow.workflows.duties.duty import Assign, Problem, Report, SendBack, Stage
from civicflow.workflows.duties.problem_list import OpenList
from civicflow.workflows.duties.supervision import Finding, Order, Supervise
from civicflow.workflows.duties.topic import PutUp
from civicflow.workflows.engine.exploring.scene import Incident, Scene

_A, _B, _SUPERVISOR = UnitId("office-a"), UnitId("office-b"), UnitId("supervisor")
_JUNE, _JULY, _DECEMBER = date(2026, 6, 30), date(2026, 7, 31), date(2026, 12, 31)
_LIST: Final = OpenList(title="l", within=TimeLimit(30, "days"), size=1)
_OPENED: Final = Incident(case="list", flow="problem-list", step="open", by="secretary@low", data=_LIST)
_DUTY: Final[Mapping[str, tuple[Any, ...]]] = {
    "list": (Problem(title="lamps"),),
    "assign": (
        Assign(to=_A, until=_DECEMBER, stages=[Stage(until=_JUNE, places=["v1", "v2"])]),
        Assign(to=_SUPERVISOR, until=_DECEMBER),
        Assign(to=_A, until=_JUNE, stages=[Stage(until=_JULY)]),
        Assign(to=_A, until=_DECEMBER, stages=[Stage(until=_JULY), Stage(until=_JUNE)]),
        Assign(to=_A, until=_DECEMBER, stages=[Stage(until=_JUNE, places=["v"]), Stage(until=_JULY, places=["v"])]),
    ),
    "report": (Report(["v1"]), Report(["v1", "v2"]), Report(["v9"])),
    "send-back": (SendBack("dark", date(2027, 3, 31)),),
}
_ASSIGNED: Final = (
    Incident(case="duty", flow="duty", step="list", by="secretary@low", data=Problem(title="lamps")),
    Incident(case="duty", step="assign", by="secretary@low", data=Assign(to=_A, until=_DECEMBER)),
)

DUTIES: Final[Mapping[str, tuple[Scene, ...]]] = {
    "topic": (
        Scene(
            name="a list that is open | 点题中",
            data={"put-up": (PutUp(subject="lamps"), PutUp(subject=" "))},
            prelude=(_OPENED,),
            parent=("list", "topic"),
            by_rule=("list", "leave-out"),
        ),
    ),
    "problem-list": (
        Scene(
            data={"open": (_LIST,), "put-up": (PutUp(subject="lamps"), PutUp(subject="roads"))},
            vacant=("secretary@middle", "secretary@top", "officer@office-a", "officer@office-b", "officer@supervisor"),
            most_depth=7,
        ),
    ),
    "duty-stage": (Scene(opened={"title": "t", "until": _JUNE, "places": ["v1", "v2"]}, data=_DUTY),),
    "duty": (Scene(data=_DUTY, by_rule=("list",), most_children=1),),
    "rectification": (Scene(opened={"title": "t", "until": _JUNE}, data={**_DUTY, "report": ({"note": "n"},)}),),
    "supervision": (
        Scene(
            data={
                **_DUTY,
                "begin": (
                    Supervise(title="w", of="duty", way="open-visit"),
                    Supervise(title="w", of="duty", way="undercover-visit"),
                    Supervise(title="w", of="duty", way="spot-check", among=["v1", "v2"], draws=1, seed="s"),
                    Supervise(title="w", of="duty", way="spot-check", among=["v1", "v2"], draws=3, seed="s"),
                    Supervise(title="w", of="duty", way="open-visit", seed="s"),
                    Supervise(way="open-visit", title="w", of="nowhere"),
                ),
                "record": (Finding(sound=False, found="dark"),),
                "order": (Order("light it", _JUNE),),
                "refer": (Refer(to=_B, ground="shirked"), Refer(to=_A, ground="shirked")),
                "rectification.report": ({"note": "n"},),
            },
            prelude=_ASSIGNED,
            most_children=1,
            most_depth=4,
        ),
    ),
}

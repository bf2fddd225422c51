"""The scenes in which the ticket flows are explored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import attrs

from civicflow.calendars import TimeLimit
from civicflow.ids import PersonId, UnitId
from civicflow.workflows.coordination.meeting import Invite, Minute, Task
from civicflow.workflows.coordination.plan import Coordinate
from civicflow.workflows.coordination.scenes import A_MEETING, NO_MEETING
from civicflow.workflows.engine.exploring.scene import Incident, Scene
from civicflow.workflows.engine.exploring.town import DAWN
from civicflow.workflows.evaluating import Evaluate
from civicflow.workflows.excluding import Exclude
from civicflow.workflows.funds.scenes import FUND_OPENED
from civicflow.workflows.tickets.parts import Answer, Dispatch, HoldBack, Merge, Order, Record

_A, _B = UnitId("office-a"), UnitId("office-b")
_TWO_DAYS: Final = TimeLimit(2, "days")
_EVALUATIONS: Final = (
    Evaluate(resolved=True, satisfied=5),
    Evaluate(resolved=False),
    Evaluate(resolved=True, satisfied=6),
)
_NOBODY: Final = (Dispatch(to=()), Dispatch(to=(_A,), lead=_B))

_TICKET: Final[Mapping[str, tuple[Any, ...]]] = {
    "order": (Order(title="a lamp"),),
    "record": (Record(title="a lamp", origin="hotline 7", promise=_TWO_DAYS),),
    "evaluate": _EVALUATIONS,
    "hold": (HoldBack(within=_TWO_DAYS, reason="winter"),),
    "merge": (Merge("twin"), Merge("main"), Merge("fund")),
    **dict.fromkeys(("exclude", "include"), ()),
    **NO_MEETING,
}
_TWIN: Final = Incident(case="twin", flow="four-part-ticket", step="order", by="requester", data=Order(title="a lamp"))

TICKETS: Final[Mapping[str, tuple[Scene, ...]]] = {
    "share": (
        Scene(by_rule=("drop",)),
        Scene(name="nobody in the office | 承办单位无人", vacant=("officer@office-a",), by_rule=("drop",)),
    ),
    "four-part-ticket": (
        Scene(
            name="one body | 一个单位",
            data={**_TICKET, "dispatch": (Dispatch(to=(_A,), within=_TWO_DAYS), *_NOBODY), "merge": ()},
            most_children=1,
        ),
        Scene(
            name="two bodies | 两个单位",
            data={
                **_TICKET,
                "dispatch": (Dispatch(to=(_A,)), Dispatch(to=(_A, _B), lead=_A)),
                "evaluate": _EVALUATIONS[:2],
                "ask-extension": (),
                "hold": (),
                "merge": (),
            },
        ),
        Scene(
            name="a twin | 重复工单",
            data={**_TICKET, "dispatch": (Dispatch(to=(_A,)),), "hold": (), "ask-extension": (), "share.decline": ()},
            prelude=(_TWIN, FUND_OPENED),
            incidents=(
                Incident(case="twin", step="merge", by="secretary@low", data=Merge("main")),
                Incident(case="twin", step="answer", by="secretary@low", data=Answer("done")),
                Incident(case="twin", step="withdraw", by="requester"),
            ),
            most_children=1,
        ),
        Scene(
            name="duplicates | 多件重复工单",
            data={
                **_TICKET,
                "record": (),
                "dispatch": (Dispatch(to=(_A,)),),
                "evaluate": (),
                "merge": (Merge("other"),),
                **dict.fromkeys(("take-up", "accept", "complete"), ()),
            },
            prelude=(_TWIN, attrs.evolve(_TWIN, case="other"), attrs.evolve(_TWIN, case="above", unit="top")),
            incidents=(
                Incident(case="twin", step="merge", by="secretary@low", data=Merge("main")),
                Incident(case="above", step="merge", by="secretary@top", data=Merge("main")),
            ),
            most_children=1,
        ),
        Scene(
            name="left out of figures | 剔除",
            data={
                **_TICKET,
                "exclude": (Exclude("out-of-scope"), Exclude(" ")),
                "include": (None,),
                "dispatch": (Dispatch(to=(_A,)),),
                "evaluate": _EVALUATIONS[1:2],
                **dict.fromkeys(("record", "take-up", "merge", "ask-extension", "withdraw"), ()),
            },
            most_children=1,
        ),
        Scene(
            name="no secretary | 书记空缺",
            data={**_TICKET, "dispatch": (Dispatch(to=(_A,)),), "merge": ()},
            vacant=("secretary@low",),
            most_children=1,
        ),
        Scene(
            name="a coordination meeting | 协调会",
            data={
                **_TICKET,
                **A_MEETING,
                "coordinate": (Coordinate("three providers"),),
                "invite": (Invite(on=DAWN.date(), bodies=(_A, _B)),),
                "minute": (
                    Minute(
                        option="x",
                        shares=(Task(_A), Task(_B)),
                        lead=_A,
                        bodies=(_A, _B),
                        people=(PersonId("requester"),),
                    ),
                ),
                "evaluate": _EVALUATIONS[:2],
                **dict.fromkeys(("record", "dispatch", "take-up", "hold", "merge", "ask-extension", "withdraw"), ()),
            },
            most_children=1,
            most_depth=9,
        ),
        Scene(
            name="a meeting after a return | 退单后协调",
            data={
                **_TICKET,
                **A_MEETING,
                "coordinate": (Coordinate("three providers"),),
                "dispatch": (Dispatch(to=(_A,)),),
                **dict.fromkeys(("record", "take-up", "hold", "merge", "ask-extension", "share.accept"), ()),
                **dict.fromkeys(("evaluate", "answer", "end-without"), ()),
            },
            prelude=(_TWIN,),
            incidents=(Incident(case="twin", step="merge", by="secretary@low", data=Merge("main")),),
            most_children=1,
            most_depth=9,
        ),
    ),
}

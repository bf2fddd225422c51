"""The scenes in which the shipped flows are explored: what may be given with their steps, and what stands beside."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import attrs

from civicflow.calendars import TimeLimit
from civicflow.ids import UnitId
from civicflow.money import Money
from civicflow.workflows.councils.funds import Deposit, OpenFund, Reserve
from civicflow.workflows.councils.proposal import Propose, Source
from civicflow.workflows.engine.exploring.scene import Incident, Scene
from civicflow.workflows.registering import Load
from civicflow.workflows.tickets.parts import Answer, Dispatch, Evaluate, HoldBack, Merge, Order, Record

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
}
_TWIN: Final = Incident(case="twin", flow="four-part-ticket", step="order", by="requester", data=Order(title="a lamp"))
_FUND: Final = Incident(
    case="fund", flow="fund", step="open", by="secretary@low", data=OpenFund(title="Fund", source="budget")
)
_PAID_IN: Final = Incident(case="fund", step="deposit", by="secretary@low", data=Deposit(Money(1)))
_PROPOSAL: Final[Mapping[str, tuple[Any, ...]]] = {
    "propose": (
        Propose(title="a gate", budget=Money(1), sources=(Source("fund", Money(1)),)),
        Propose(title="a gate", budget=Money(2), sources=(Source("fund", Money(1)),)),
        Propose(title="a gate", budget=Money(1), sources=(Source("none", Money(1)),)),
    ),
    "presentation.present": (None,),
}
_VOTING: Final = (
    _FUND,
    Incident(case="asked", flow="council-proposal", step="propose", by="delegate@group", data=_PROPOSAL["propose"][0]),
    Incident(case="asked", step="group.open", by="delegate@group"),
)

SCENES: Final[Mapping[str, tuple[Scene, ...]]] = {
    "register": (
        Scene(
            data={name: (Load(register="r", source="r", changes=()),) for name in ("begin", "load", "redraw")},
            by_rule=("load", "redraw"),
        ),
    ),
    "share": (
        Scene(by_rule=("drop",)),
        Scene(name="nobody in the office | 承办单位无人", vacant=("officer@office-a",), by_rule=("drop",)),
    ),
    "objection": (
        Scene(by_rule=("drop",)),
        Scene(name="no secretary | 书记空缺", vacant=("secretary@low",), by_rule=("drop",)),
    ),
    "fund": (
        Scene(
            data={
                "open": (OpenFund(title="Fund", source="budget"),),
                "deposit": (Deposit(Money(1)), Deposit(Money(1, "EUR"))),
                "reserve": (Reserve(Money(1), "P"), Reserve(Money(5), "P"), Reserve(Money(1, "EUR"), "P")),
            },
            by_rule=("reserve",),
            most_depth=5,
        ),
    ),
    "ballot": (Scene(name="a vote of the group | 小组表决", prelude=_VOTING, parent=("asked", "ballot")),),
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
            prelude=(_TWIN, _FUND),
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
            name="no secretary | 书记空缺",
            data={**_TICKET, "dispatch": (Dispatch(to=(_A,)),), "merge": ()},
            vacant=("secretary@low",),
            most_children=1,
        ),
    ),
    "council-proposal": (
        Scene(name="the money is there | 资金已到", data=_PROPOSAL, prelude=(_FUND, _PAID_IN), most_children=1),
        Scene(
            name="the money comes late | 资金后到",
            data={**_PROPOSAL, "notice.object": ()},
            prelude=(_FUND,),
            incidents=(_PAID_IN,),
        ),
    ),
}
"""By the flow's name."""

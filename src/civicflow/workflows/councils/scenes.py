"""The scenes in which the flows of councils are explored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from civicflow.money import Money
from civicflow.workflows.councils.proposal import Propose, Source
from civicflow.workflows.engine.exploring.scene import Incident, Scene
from civicflow.workflows.funds.scenes import FUND_OPENED, PAID_IN

_PROPOSAL: Final[Mapping[str, tuple[Any, ...]]] = {
    "propose": (
        Propose(title="a gate", budget=Money(1), sources=(Source("fund", Money(1)),)),
        Propose(title="a gate", budget=Money(2), sources=(Source("fund", Money(1)),)),
        Propose(title="a gate", budget=Money(1), sources=(Source("none", Money(1)),)),
    ),
    "presentation.present": (None,),
}
_VOTING: Final = (
    FUND_OPENED,
    Incident(case="asked", flow="council-proposal", step="propose", by="delegate@group", data=_PROPOSAL["propose"][0]),
    Incident(case="asked", step="group.open", by="delegate@group"),
)


COUNCILS: Final[Mapping[str, tuple[Scene, ...]]] = {
    "objection": (
        Scene(by_rule=("drop",)),
        Scene(name="no secretary | 书记空缺", vacant=("secretary@low",), by_rule=("drop",)),
    ),
    "ballot": (
        Scene(name="a vote of the group | 小组表决", prelude=_VOTING, parent=("asked", "ballot"), child=""),
        Scene(name="in another's name | 冒名", prelude=_VOTING, parent=("asked", "ballot")),
    ),
    "council-proposal": (
        Scene(name="the money is there | 资金已到", data=_PROPOSAL, prelude=(FUND_OPENED, PAID_IN), most_children=1),
        Scene(
            name="the money comes late | 资金后到",
            data={**_PROPOSAL, "notice.object": ()},
            prelude=(FUND_OPENED,),
            incidents=(PAID_IN,),
        ),
    ),
}

"""The scenes in which the flows of councils are explored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from civicflow.money import Money
from civicflow.workflows.councils.proposal import Propose, Source
from civicflow.workflows.engine.exploring.scene import Incident, Scene
from civicflow.workflows.funds.scenes import FUND_OPENED, PAID_IN
from civicflow.workflows.voting.scenes import CAST, ONE, RECUSED, RESOLVING

_PROPOSAL: Final[Mapping[str, tuple[Any, ...]]] = {
    "propose": (
        Propose(title="a gate", budget=Money(1), sources=(Source("fund", Money(1)),)),
        Propose(title="a gate", budget=Money(2), sources=(Source("fund", Money(1)),)),
        Propose(title="a gate", budget=Money(1), sources=(Source("none", Money(1)),)),
    ),
    "presentation.present": (None,),
}
VOTING: Final = (
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
        Scene(name="a vote of the group | 小组表决", prelude=VOTING, data=CAST, parent=("asked", "ballot"), child=""),
        Scene(name="in another's name | 冒名", prelude=VOTING, data=CAST, parent=("asked", "ballot")),
        Scene(
            name="a second one | 第二张票",
            prelude=VOTING,
            data=CAST,
            parent=("asked", "ballot"),
            child="delegate@group~2",
        ),
        Scene(name="a proxy | 受托投票", prelude=RESOLVING, data=CAST, parent=("asked", "ballot"), child=ONE),
        Scene(name="a recusal | 回避", prelude=RECUSED, data=CAST, parent=("asked", "ballot"), child=ONE),
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

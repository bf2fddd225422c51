"""The scenes in which calls, applications, sheets and grants are explored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import attrs

from civicflow.ids import CaseId, PersonId
from civicflow.money import Money
from civicflow.workflows.engine.exploring.scene import Incident, Scene
from civicflow.workflows.funds.fund import Deposit, GiveBack, Reserve
from civicflow.workflows.funds.scenes import FUND_OPENED
from civicflow.workflows.granting.application import Apply, Ask, Chosen, Supply
from civicflow.workflows.granting.call import Announce, Cancel, Recuse
from civicflow.workflows.granting.grant import Award, Postpone, ReportMilestone, StopGrant, Why
from civicflow.workflows.granting.greedy import Greedy
from civicflow.workflows.granting.milestones import Milestone
from civicflow.workflows.granting.sheet import CastSheet
from civicflow.workflows.granting.ties import Ties

_FRIDAY, _LATER, _PAST = date(2026, 3, 6), date(2026, 3, 20), date(2026, 2, 27)
_FUND: Final = CaseId("fund")
_FUNDED: Final = (FUND_OPENED, Incident(case="fund", step="deposit", by="secretary@low", data=Deposit(Money(2))))
_RESERVED: Final = (*_FUNDED, Incident(case="fund", step="reserve", by="rule", data=Reserve(Money(2), "P")))

_CALL: Final = Announce(
    title="a call",
    pot=Money(2),
    fund=_FUND,
    closes=_FRIDAY,
    rule=Greedy("points", "skip", Ties("applied")),
    judging="2 days",
)
_PANEL: Final = attrs.evolve(_CALL, panel=(PersonId("resident"),), points=5)
_GATE: Final = Apply(title="a gate", group="gate", milestones=(Milestone("gate", Money(1), _LATER),))
_DEAR: Final = attrs.evolve(_GATE, milestones=(Milestone("gate", Money(3), _LATER),))
_EUROS: Final = attrs.evolve(_GATE, milestones=(Milestone("gate", Money(1, "EUR"), _LATER),))
_CLOSE: Final = attrs.evolve(_GATE, title="a lane", related=(PersonId("resident"),))

_APPLIED: Final = Incident(
    case="gate", flow="grant-application", step="apply", by="requester", brood="application", data=_GATE
)
_ADMITTED: Final = Incident(case="gate", step="admit", by="secretary@low")
_TURNED_DOWN: Final = Incident(case="gate", step="turn-down", by="secretary@low", data=Ask("late"))
_VOTED: Final = Incident(
    case="vote", flow="sheet", step="cast", by="resident", brood="sheet", data=CastSheet({"gate": 1})
)


def _judged(call: Announce, *applications: tuple[str, str, Apply]) -> tuple[Incident, ...]:
    """A call ``asked`` in which judging has begun."""
    asked = Incident(case="asked", flow="call", step="announce", by="secretary@low", data=call)
    applied: list[Incident] = []
    for case, by, data in applications:
        applied += [
            attrs.evolve(_APPLIED, case=case, by=by, parent="asked", data=data),
            attrs.evolve(_ADMITTED, case=case),
        ]
    closed = Incident(case="asked", step="close", by="clock")
    return (*_FUNDED, asked, *applied, closed, Incident(case="asked", step="begin-judging", by="secretary@low"))


_FUND_CLOSED: Final = (
    Incident(case="fund", step="give-back", by="secretary@low", data=GiveBack(amount=Money(1), reason="saved")),
    Incident(case="fund", step="close", by="secretary@low"),
)
_TOLD: Final = Chosen(reason="r", call=CaseId("P"), fund=_FUND)
_CALLS: Final[Mapping[str, tuple[Any, ...]]] = {
    "announce": (_CALL,),
    "cancel": (Cancel("no more"),),
    **dict.fromkeys(("recuse", "apply", "cast"), ()),  # what incidents bring
}
_GRANTS: Final[Mapping[str, tuple[Any, ...]]] = {
    "award": (
        Award(
            title="a gate",
            group="gate",
            call=CaseId("P"),
            fund=_FUND,
            milestones=(Milestone("plan", Money(1), _FRIDAY), Milestone("gate", Money(1), _LATER)),
        ),
    ),
    "report": (ReportMilestone(text="done", evidence=("photo",), participants=3),),
    "stop": (
        StopGrant("no more"),
        StopGrant("no more", Money(1)),
        StopGrant("no more", Money(3)),
        StopGrant("no more", Money(1, "EUR")),
    ),
    **dict.fromkeys(("send-back", "put-off"), (Postpone(_LATER, "rain"), Postpone(_PAST, "rain"))),
    "give-up": (Why("no more"),),
    "write-off": (Why("it is gone"),),
}

GRANTING: Final[Mapping[str, tuple[Scene, ...]]] = {
    "call": (
        Scene(
            name="residents vote | 居民投票",
            data=_CALLS,
            prelude=_FUNDED,
            living=2,
            incidents=(_APPLIED, _ADMITTED, _VOTED),
        ),
        Scene(
            name="none takes part | 无人参评",
            data={
                **_CALLS,
                "announce": (
                    _CALL,
                    attrs.evolve(_CALL, pot=Money(3)),
                    attrs.evolve(_CALL, pot=Money(1, "EUR")),
                    attrs.evolve(_CALL, fund=CaseId("none")),
                    attrs.evolve(_CALL, closes=_PAST),
                ),
            },
            prelude=_FUNDED,
            living=2,
            incidents=(_APPLIED, _TURNED_DOWN),
        ),
        Scene(
            name="a panel | 评审组",
            data={
                **_CALLS,
                "announce": (_PANEL,),
                "recuse": (
                    Recuse(PersonId("resident"), CaseId("gate")),
                    Recuse(PersonId("requester"), CaseId("gate")),
                ),
                "cancel": (),
            },
            prelude=_FUNDED,
            living=2,
            incidents=(_APPLIED, _ADMITTED, _VOTED),
        ),
    ),
    "grant-application": (
        Scene(
            name="applied | 已申请",
            data={
                "apply": (_GATE, _DEAR, _EUROS),
                **dict.fromkeys(("ask-for-papers", "turn-down", "call-off"), (Ask("missing"),)),
                "supply": (Supply("here"),),
                **dict.fromkeys(("grant", "reject"), (_TOLD,)),
            },
            prelude=(
                *_FUNDED,
                Incident(case="asked", flow="call", step="announce", by="secretary@low", data=_CALL),
            ),
            parent=("asked", "application"),
            child="",
            by_rule=("grant", "reject", "call-off"),
        ),
        Scene(
            name="in another's name | 冒名",
            data={"apply": (_GATE,)},
            prelude=(
                *_FUNDED,
                Incident(case="asked", flow="call", step="announce", by="secretary@low", data=_CALL),
            ),
            parent=("asked", "application"),
            most_depth=1,
        ),
    ),
    "sheet": (
        Scene(
            name="residents vote | 居民投票",
            data={"cast": tuple(map(CastSheet, ({"gate": 1}, {"gate": 2}, {"moon": 1}, {})))},
            prelude=_judged(_CALL, ("gate", "requester", _GATE)),
            parent=("asked", "sheet"),
            child="",
        ),
        Scene(
            name="a panel | 评审组",
            data={"cast": tuple(map(CastSheet, ({"gate": 5}, {"gate": 5, "lane": 5}, {"lane": 5}, {})))},
            prelude=_judged(_PANEL, ("gate", "requester", _GATE), ("lane", "secretary@low", _CLOSE)),
            parent=("asked", "sheet"),
            child="",
        ),
        Scene(
            name="in another's name | 冒名",
            data={"cast": (CastSheet({"gate": 1}),)},
            prelude=_judged(_CALL, ("gate", "requester", _GATE)),
            parent=("asked", "sheet"),
        ),
    ),
    "grant": (
        Scene(
            name="two milestones | 两个节点",
            data=_GRANTS,
            prelude=_RESERVED,
            requester="requester",
            incidents=_FUND_CLOSED,
        ),
    ),
}

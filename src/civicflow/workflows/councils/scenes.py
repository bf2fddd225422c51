"""The scenes in which the flows of councils are explored. The proposal is explored in stretches, a scene each."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import attrs

from civicflow.calendars import time_limit
from civicflow.money import Money
from civicflow.workflows.councils.proposal import Annul
from civicflow.workflows.engine.exploring.scene import Incident, Scene
from civicflow.workflows.engine.exploring.town import DAWN
from civicflow.workflows.proposing import Amend, Propose, Source
from civicflow.workflows.suspending import Resume, Suspend
from civicflow.workflows.voting.ballots import CastVote
from civicflow.workflows.voting.scenes import CAST, ONE, RECUSED, RESOLVING
from civicflow.workflows.works.decision import Execute
from civicflow.workflows.works.scenes import DECISION, FUND, WORKS, taken_away

GATE: Final = Propose(title="a gate", budget=Money(110), sources=(Source("fund", Money(110)),))
"""The text of the work order's scenes, so that their stretches are the proposal's, too."""
MAJOR: Final = attrs.evolve(GATE, title="own rules", kinds=("own-rules",))
_WRONG: Final = (
    Propose(title="a gate", budget=Money(111), sources=(Source("fund", Money(110)),)),
    Propose(title="a gate", budget=Money(110), sources=(Source("none", Money(110)),)),
)
_AMEND: Final = tuple(
    Amend(reason="wider", **{field.name: getattr(text, field.name) for field in attrs.fields(Propose)})
    for text in (GATE, MAJOR, *_WRONG)
)
_SUSPENDED: Final = {
    "suspend": (Suspend(inquiry="i", within=time_limit("30 days"), reason="r"),),
    "resume": (Resume("i"),),
}


def by(step: str, who: str, data: Any = None) -> Incident:
    """A step of the explored proposal."""
    return Incident(case="main", step=step, by=who, data=data)


def voted(stage: str, post: str, *, opener: str) -> tuple[Incident, ...]:
    """A vote that is carried."""
    ballots = (
        Incident(case="main", flow="ballot", step="cast", by=f"{post}{of}", data=CastVote("yes"), brood="ballot")
        for of in ("", "#2")
    )
    return (by(f"{stage}.open", opener), *ballots, by(f"{stage}.close", opener), by(f"{stage}.count", "clock"))


DRAFTED: Final = (Incident(case="main", flow="council-proposal", step="propose", by="delegate@group#2", data=GATE),)
ENDORSED: Final = (*DRAFTED, by("draft.endorse", "delegate@group"))
SETTLED: Final = (*ENDORSED, by("draft.hand-in", "delegate@group#2"), by("deliberation.settle", "delegate@group"))
POSTED: Final = (*SETTLED, *voted("group", "delegate@group", opener="delegate@group"))
CLEARED: Final = (*POSTED, by("notice.end", "clock"))
PRESENTED: Final = (
    *CLEARED,
    by("presentation.submit", "delegate@group"),
    by("presentation.admit", "chair@council"),
    by("presentation.present", "delegate@group"),
)
CARRIED: Final = (*PRESENTED, *voted("council", "delegate@council", opener="chair@council"))


def stretch(name: str, way: tuple[Incident, ...], *, depth: int, **more: Any) -> Scene:
    """A stretch of the proposal's flow, from where the way ends."""
    more.setdefault("prelude", FUND)
    more.setdefault("by_rule", ("suspend", "resume"))
    more["data"] = {"draft.amend": _AMEND, "deliberation.amend": _AMEND, **_SUSPENDED, **more.get("data", {})}
    return Scene(name=name, way=way, most_children=1, most_depth=depth, **more)


VOTING: Final = (
    FUND[0],
    *(attrs.evolve(one, case="asked") for one in (*SETTLED, by("group.open", "delegate@group"))),
)

ANNUL: Final = Annul(reason="no quorum", ground="art. 9")
ANNULLED: Final = by("annul", "secretary@middle", ANNUL)
WOUND_UP: Final = {"winding-up.settle": (Execute(DECISION), Execute("another"))}
A_WEEK_BEFORE: Final = DAWN - timedelta(days=7)
"""While the notice hangs a week goes by; then it is the day on which the work order's scenes begin."""

EXECUTED: Final = tuple(
    attrs.evolve(
        scene,
        way=(*CARRIED, *scene.way[1:]),
        begins=A_WEEK_BEFORE,
        data={**scene.data, "annul": (ANNUL,) if "hangs" in scene.name.en else (), "winding-up.settle": ()},
    )
    for scene in WORKS["work-order"]
    if scene.way
)
"""The stretches of the work order, as those of a proposal that was carried."""

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
        Scene(
            name="drafted and deliberated | 起草与讨论",
            data={"propose": (GATE, *_WRONG), "draft.amend": _AMEND},
            prelude=FUND,
            most_depth=5,
        ),
        stretch("endorsed | 已附议", ENDORSED, depth=5),
        stretch(
            "a major matter | 重大事项",
            (attrs.evolve(DRAFTED[0], data=MAJOR), *ENDORSED[1:], by("draft.hand-in", "delegate@group#2")),
            depth=5,
        ),
        stretch("the group votes | 小组表决", SETTLED, depth=6),
        stretch("on public notice | 公示", POSTED, depth=5),
        stretch("before the council | 提交议事会", CLEARED, depth=5),
        stretch("the council votes | 议事会表决", PRESENTED, depth=6),
        stretch("the money comes late | 资金后到", CARRIED, depth=4, prelude=FUND[:1], incidents=FUND[1:]),
        stretch("annulled | 撤销", (*CARRIED, ANNULLED), depth=3, data=WOUND_UP),
        *(
            attrs.evolve(
                scene,
                name="annulled when it was built | 建成后撤销",
                way=(*scene.way, ANNULLED),
                data=WOUND_UP,
                incidents=taken_away(9),
            )
            for scene in EXECUTED
            if "acceptance" in scene.name.en
        ),
        *EXECUTED,
    ),
}

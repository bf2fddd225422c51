"""The scenes in which needs and the projects that they become are explored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import attrs

from civicflow.ids import UnitId
from civicflow.money import Money
from civicflow.workflows.engine.exploring.scene import Incident, Scene
from civicflow.workflows.funds.scenes import FUND_OPENED
from civicflow.workflows.needs.need import Enlist, Reply, Voice
from civicflow.workflows.needs.parts import HandOut, Part, TakeUp
from civicflow.workflows.needs.project import AddNeeds, ListProject, Release
from civicflow.workflows.needs.visit import Visit
from civicflow.workflows.tickets.share import Decline

_A: Final = UnitId("office-a")
_WHAT: Final = (Reply("a lamp"),)
_VISITED: Final = Incident(case="visited", flow="visit", step="enter", by="secretary@low", data=Visit(title="a visit"))
_HEARD: Final = Incident(case="heard", flow="need", step="voice", by="requester", data=Voice(title="a lamp"))
_OTHER: Final = attrs.evolve(_HEARD, case="other")
_ABOVE: Final = attrs.evolve(_HEARD, case="above", unit="top")

_LAMPS: Final = Part(name="lamps", quantity=3)

_PROJECT: Final[Mapping[str, tuple[Any, ...]]] = {
    "list": (ListProject(title="lamps", needs=("heard",)),),
    "add": (AddNeeds(("other",)),),
    "release": (Release("heard", "another"),),
    "take-up": (TakeUp(),),
    "dispatch": (HandOut(to=_A),),
    **dict.fromkeys(("report", "decline", "dissolve"), _WHAT),
    "share.decline": (Decline("not ours"),),
    **dict.fromkeys(("share.ask-extension", "share.extend", "share.refuse-extension"), ()),
}

NEEDS: Final[Mapping[str, tuple[Scene, ...]]] = {
    "visit": (Scene(),),
    "need": (
        Scene(
            data={
                **dict.fromkeys(
                    ("voice", "collect"),
                    (Voice(title="a lamp", visit="visited"), Voice(title="a lamp", visit="fund")),
                ),
                "enlist": (Enlist("list"),),
                **dict.fromkeys(("answer", "release", "meet", "decline"), _WHAT),
            },
            prelude=(_VISITED, FUND_OPENED),
            by_rule=("enlist", "release", "meet", "decline"),
        ),
    ),
    "listed-project": (
        Scene(
            name="the whole | 整体",
            data={
                **_PROJECT,
                **dict.fromkeys(("add", "release"), ()),
                "take-up": (TakeUp(), TakeUp(quantity=1), TakeUp(part="whole", quantity=2)),
                "dispatch": (HandOut(to=_A), HandOut(to=_A, quantity=1), HandOut(to=_A, part="whole", quantity=2)),
            },
            prelude=(_HEARD,),
            most_children=1,
        ),
        Scene(
            name="three of them | 三件",
            data={
                **_PROJECT,
                "list": (ListProject(title="lamps", needs=("heard",), parts=(_LAMPS,)),),
                "take-up": tuple(TakeUp(part="lamps", quantity=n) for n in (1, 2)),
                "dispatch": (HandOut(to=_A, part="lamps", quantity=1),),
                **dict.fromkeys(("add", "release", "decline", "dissolve", "share.accept", "order"), ()),
            },
            prelude=(_HEARD,),
            most_children=3,
        ),
        Scene(
            name="an amount | 一笔款项",
            data={
                **_PROJECT,
                "list": (ListProject(title="lamps", needs=("heard",), parts=(Part(name="sum", amount=Money(2)),)),),
                "take-up": (
                    TakeUp(part="sum", amount=Money(2)),
                    TakeUp(part="sum", amount=Money(3)),
                    TakeUp(part="sum", amount=Money(1, "EUR")),
                    TakeUp(part="sum", quantity=1),
                    TakeUp(part="sand"),
                ),
                **dict.fromkeys(("add", "release", "decline", "dissolve", "report", "dispatch", "order"), ()),
            },
            prelude=(_HEARD,),
            most_children=1,
        ),
        Scene(
            name="needs | 诉求",
            data={
                **_PROJECT,
                "list": tuple(
                    ListProject(title="lamps", needs=needs)
                    for needs in (("heard",), ("heard", "heard"), ("above",), (), ("none",))
                ),
                "release": (Release("heard", "another"), Release("other", "another")),
                **dict.fromkeys(("dispatch", "order"), ()),
            },
            prelude=(_HEARD, _OTHER, _ABOVE),
            incidents=(
                Incident(case="heard", step="withdraw", by="requester"),
                Incident(case="other", step="answer", by="secretary@low", data=Reply("done")),
            ),
            most_children=1,
        ),
    ),
}

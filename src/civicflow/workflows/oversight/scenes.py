"""The scenes in which an inquiry is explored: it is about a proposal, and about a ticket of the asker's own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import attrs

from civicflow.calendars import time_limit
from civicflow.ids import UnitId
from civicflow.workflows.councils.scenes import DRAFTED
from civicflow.workflows.engine.exploring.scene import Incident, Scene
from civicflow.workflows.oversight.inquiry import Ask, Stop
from civicflow.workflows.tickets.parts import Order
from civicflow.workflows.works.scenes import FUND

_ANSWERER: Final = UnitId("office-a")
_PRELUDE: Final = (
    FUND[0],
    *(attrs.evolve(one, case="gate") for one in DRAFTED),
    Incident(case="own", flow="four-part-ticket", step="order", by="supervisor@board", data=Order(title="a lamp")),
)
_WITHDRAWN: Final = Incident(case="gate", step="withdraw", by="delegate@group#2", data={"reason": "r"})
_DATA: Final[Mapping[str, tuple[Any, ...]]] = {
    "ask": tuple(Ask(title="why", of=of, to=_ANSWERER, question="why") for of in ("gate", "own", "none")),
    "suspend": tuple(Stop(reason="r", within=time_limit(within)) for within in ("30 days", "3 days")),
}
_ASKED: Final = Incident(case="main", flow="inquiry", step="ask", by="supervisor@board", data=_DATA["ask"][0])
_SUSPENDED: Final = (
    _ASKED,
    Incident(case="main", step="suspend", by="integrity-monitor@low", data=_DATA["suspend"][0]),
)

OVERSIGHT: Final[Mapping[str, tuple[Scene, ...]]] = {
    "inquiry": (
        Scene(name="asked | 质询", data=_DATA, prelude=_PRELUDE, most_depth=5),
        Scene(
            name="the proposal ends meanwhile | 议案已办结",
            data=_DATA,
            prelude=_PRELUDE,
            way=(_ASKED,),
            incidents=(_WITHDRAWN,),
            most_depth=4,
        ),
        Scene(name="suspended | 中止", data=_DATA, prelude=_PRELUDE, way=_SUSPENDED, most_depth=5),
        Scene(
            name="suspended by another one | 已被另案中止",
            data=_DATA,
            prelude=(*_PRELUDE, *(attrs.evolve(one, case="other") for one in _SUSPENDED)),
            most_depth=3,
        ),
        Scene(name="on the highest level | 最高层级", data=_DATA, prelude=_PRELUDE, unit="top", most_depth=4),
    ),
}

"""The scenes in which councils and their sittings are explored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from civicflow.calendars import Recurrence
from civicflow.ids import PersonId, UnitId
from civicflow.workflows.councils.agenda import Item
from civicflow.workflows.councils.composition import Seat
from civicflow.workflows.councils.council import Dissolve, Instrument, Lay, On, PutDown, SetUpCouncil
from civicflow.workflows.councils.informal import BringUp, OpenInformal
from civicflow.workflows.councils.sitting import Cancel, Convene, Deal, Present
from civicflow.workflows.engine.exploring.scene import Incident, Scene

_TENTH: Final = Recurrence(rule="FREQ=MONTHLY;BYMONTHDAY=10", first=date(2026, 1, 1))
_THRICE: Final = Recurrence(rule="FREQ=DAILY;COUNT=3", first=date(2026, 1, 1))
_MONDAY, _FRIDAY, _PAST = date(2026, 3, 2), date(2026, 3, 6), date(2026, 2, 27)
_RULES, _COVENANT = Instrument("rules", date(2026, 1, 1)), Instrument("covenant", date(2026, 1, 1))
_LATER: Final = Instrument("rules to come", date(2026, 5, 1))
_ALL: Final[dict[str, Any]] = {"rules": _RULES, "venue": "hall", "covenant": _COVENANT}
_TWO: Final = ("committees", "supervisory-committee", "legal-adviser", "partners", "delegates")
_SEATS: Final = tuple(Seat(kind, PersonId("resident")) for kind in _TWO if kind != "delegates")
_RESIDENT: Final = PersonId("resident")
_DELEGATES: Final = (PersonId("delegate@council"), PersonId("delegate@council#2"))


def _set_up(name: str, **has: Any) -> Incident:
    data = SetUpCouncil(title=name, every=_TENTH, kinds=_TWO, **has)
    return Incident(case=name, flow="council", step="set-up", by="secretary@low", data=data)


_COUNCIL: Final = _set_up("council", **_ALL)
_BARE: Final = _set_up("bare")
_POINT: Final = Incident(case="council", step="put-down", by="secretary@low", data=PutDown([Item("a gate", "council")]))


def _convene(council: str = "council", on: date = _FRIDAY, **more: Any) -> Convene:
    return Convene(**{"council": council, "on": on, "seats": _SEATS, "items": ("a lamp",), **more})


def _begun(on: date = _MONDAY, **more: Any) -> Incident:
    data = _convene(on=on, urgent="it leaks", **more)
    return Incident(case="main", flow="sitting", step="convene", by="secretary@low", data=data)


_OPENED: Final = Incident(case="main", step="open", by="secretary@low", data=Present((*_DELEGATES, _RESIDENT)))
_CLOSED: Final = (
    Incident(case="main", step="deal", by="secretary@low", data=Deal(no=1, outcome="resolved", text="x")),
    Incident(case="main", step="close", by="secretary@low"),
)

SITTINGS: Final[Mapping[str, tuple[Scene, ...]]] = {
    "council": (
        Scene(
            data={
                "set-up": (
                    SetUpCouncil(title="c", every=_TENTH),
                    SetUpCouncil(title="c", every=_TENTH, kinds=("nobody",)),
                    SetUpCouncil(title="c", every=_THRICE),
                    SetUpCouncil(title="c", every=_TENTH, rules=Instrument("r", date(2026, 1, 1), "nowhere")),
                ),
                "lay-down": (
                    Lay(venue="hall"),
                    Lay(),
                    Lay(kinds=("delegates", "delegates")),
                    Lay(every=_THRICE),
                    Lay(covenant=Instrument("c", date(2026, 1, 1), "nowhere")),
                ),
                "put-down": (PutDown(["a gate"]), PutDown([])),
                "convene": (On(_FRIDAY),),
                "sit": (On(date(2026, 3, 10)),),
                "rise": (PutDown(["a lamp"]), PutDown([])),
                "dissolve": (Dissolve("merged"),),
            },
            by_rule=("convene", "sit", "rise"),
            most_depth=5,
        ),
    ),
    "sitting": (
        Scene(
            name="convening | 召集",
            data={
                "convene": (
                    _convene(departments=(UnitId("office-a"),)),
                    _convene("bare"),
                    _convene("nowhere"),
                    _convene(on=_MONDAY),
                    _convene(on=_MONDAY, urgent="it leaks"),
                    _convene(on=_PAST, urgent="it leaks"),
                    _convene(seats=_SEATS[1:]),
                    _convene(items=()),
                    _convene(documents=("nowhere",)),
                ),
                "open": (),
                "adjourn": (),
                "cancel": (Cancel("flooded"),),
            },
            prelude=(_COUNCIL, _BARE),
        ),
        Scene(
            name="rules to come | 规则尚未施行",
            data={"convene": (_convene("later"), _convene("lacking"), _convene("covenant"))},
            prelude=(
                _set_up("later", **{**_ALL, "rules": _LATER}),
                _set_up("covenant", **{**_ALL, "covenant": _LATER}),
                Incident(
                    case="lacking",
                    flow="council",
                    step="set-up",
                    by="secretary@low",
                    data=SetUpCouncil(title="c", every=_TENTH, kinds=_TWO[1:], **_ALL),
                ),
            ),
            most_depth=2,
        ),
        Scene(
            name="two at a time | 同时两场",
            data={"convene": (_convene(),)},
            prelude=(
                _COUNCIL,
                Incident(case="other", flow="sitting", step="convene", by="secretary@low", data=_convene()),
            ),
            most_depth=1,
        ),
        Scene(
            name="its day | 会议当日",
            data={
                "open": (Present((*_DELEGATES, _RESIDENT)), Present((_RESIDENT,)), Present(_DELEGATES)),
                "adjourn": (Present((*_DELEGATES, _RESIDENT)), Present((_RESIDENT,)), Present(_DELEGATES)),
                "cancel": (Cancel("flooded"),),
                "deal": (),
                "close": (),
            },
            prelude=(_COUNCIL,),
            way=(_begun(),),
        ),
        Scene(
            name="points | 议题",
            data={
                "deal": (
                    Deal(no=1, outcome="resolved", text="x"),
                    Deal(no=1, outcome="vote"),
                    Deal(no=2, outcome="ticket", category="lamps"),
                    Deal(no=2, outcome="postponed"),
                    Deal(no=2, outcome="vote"),
                    Deal(no=2, outcome="dropped"),
                    Deal(no=3, outcome="postponed"),
                ),
            },
            prelude=(_COUNCIL, _POINT),
            way=(_begun(), _OPENED),
        ),
        Scene(name="minutes | 会议记录", prelude=(_COUNCIL,), way=(_begun(), _OPENED, *_CLOSED)),
    ),
    "informal-sitting": (
        Scene(
            data={
                "open": (
                    OpenInformal(title="t", form="yard-meeting", council="council"),
                    OpenInformal(title="t", form="yard-meeting", council="nowhere"),
                ),
                "bring-up": (
                    BringUp(title="a lamp", becomes="ticket", raised_by=_RESIDENT),
                    BringUp(title="a gate", becomes="agenda"),
                ),
            },
            prelude=(_COUNCIL,),
            most_depth=4,
        ),
        Scene(
            name="its council is dissolved | 议事会已撤销",
            data={
                "open": (OpenInformal(title="t", form="weekend", council="council"),),
                "bring-up": (
                    BringUp(title="a lamp", becomes="ticket"),
                    BringUp(title="a gate", becomes="agenda"),
                ),
            },
            prelude=(_COUNCIL,),
            incidents=(Incident(case="council", step="dissolve", by="secretary@middle", data=Dissolve("merged")),),
            most_depth=4,
        ),
    ),
}

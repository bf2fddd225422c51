"""The scenes in which the mediation of a dispute is explored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from civicflow.ids import PersonId, UnitId
from civicflow.workflows.engine.exploring.scene import Scene
from civicflow.workflows.evaluating import Evaluate
from civicflow.workflows.mediation.parts import Agree, Apply, HandUp, Refer, Seat, Session, TakeOn, Visit

_A, _B = UnitId("office-a"), UnitId("office-b")
_OF_A, _OF_B = PersonId("mediator@office-a"), PersonId("mediator@office-b")
_AWAY: Final = tuple(Seat(post, excused="on duty") for post in ("director", "police-officer", "grid-leader"))
_MET: Final = Session(seats=(*_AWAY, Seat("mediator", _A)))
_ORAL, _SIGNED = Agree(form="oral", terms="x"), Agree(terms="x", signatures=("one", "other"))

_DISPUTE: Final[Mapping[str, tuple[Any, ...]]] = {
    "apply": (Apply(title="noise"),),
    "take-on": (TakeOn(body=_A, officer=_OF_A),),
    "meet": (_MET,),
    "agree": (_ORAL,),
    "visit": (Visit(kept=True), Visit(kept=False)),
    "evaluate": (Evaluate(resolved=True, satisfied=5), Evaluate(resolved=False)),
    "hand-up": (HandUp("large"),),
    "refer": (Refer(to="court", reason="not agreed"),),
}

MEDIATION: Final[Mapping[str, tuple[Scene, ...]]] = {
    "dispute": (
        Scene(
            name="one level | 不上报",
            data={
                **_DISPUTE,
                "take-on": (TakeOn(body=_A, officer=_OF_A), TakeOn(body=_A, officer=_OF_B)),
                "meet": (
                    _MET,
                    Session(seats=_AWAY),
                    Session(seats=(*_AWAY, Seat("mediator", excused="ill"))),
                    Session(seats=(*_AWAY, Seat("mediator", _B))),
                    Session(seats=(*_AWAY[:2], Seat("grid-leader"), Seat("mediator", _A))),
                ),
                "agree": (_ORAL, _SIGNED, Agree(terms="x", signatures=("one", "one")), Agree(form="oral")),
                "evaluate": (*_DISPUTE["evaluate"], Evaluate(resolved=True, satisfied=6)),
                "hand-up": (),
                "refer": (*_DISPUTE["refer"], Refer(to="court", reason=" ")),
            },
        ),
        Scene(
            name="handed up | 上报",
            data={
                **_DISPUTE,
                "take-on": (TakeOn(body=_A, officer=_OF_A), TakeOn(body=_A, officer=_OF_A, large=True)),
                "agree": (),
                "hand-up": (HandUp("large"), HandUp(" ")),
            },
        ),
        Scene(
            name="tracked | 跟踪化解",
            data={**_DISPUTE, "take-on": (TakeOn(body=_A, officer=_OF_A, way="tracked"),), "hand-up": ()},
        ),
        Scene(
            name="at the door | 上门",
            data={
                **_DISPUTE,
                "take-on": (TakeOn(body=_A, officer=_OF_A, way="door"),),
                "meet": (_MET, Session(seats=_MET.seats, venue="door")),
                "hand-up": (),
            },
        ),
        Scene(
            name="two mediators | 换人包案",
            data={
                **_DISPUTE,
                "take-on": (TakeOn(body=_A, officer=_OF_A), TakeOn(body=_A, officer=PersonId(f"{_OF_A}#2"))),
                "visit": _DISPUTE["visit"][:1],
            },
            shared=("mediator@office-a",),
        ),
        Scene(
            name="in the middle | 中级起调",
            data={
                **_DISPUTE,
                "apply": (Apply(title="noise"), Apply(title="noise", across="two yards")),
                "take-on": (TakeOn(body=_A, officer=_OF_A, large=True), TakeOn(body=_B, officer=_OF_B)),
                "agree": (),
            },
            unit="middle",
        ),
        Scene(name="no secretary | 书记空缺", data={**_DISPUTE, "hand-up": ()}, vacant=("secretary@low",)),
    ),
}

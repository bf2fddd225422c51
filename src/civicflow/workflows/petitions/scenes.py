"""The scenes in which a petition is explored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from civicflow.calendars import TimeLimit
from civicflow.ids import PersonId, UnitId
from civicflow.workflows.engine.exploring.scene import Incident, Scene
from civicflow.workflows.evaluating import Evaluate
from civicflow.workflows.petitions.parts import (
    Accept,
    Answer,
    Ask,
    Call,
    Decline,
    HandOver,
    Instruct,
    Lodge,
    Opinion,
    Prolong,
    ReturnVisit,
)

_A, _B = UnitId("office-a"), UnitId("office-b")
_OF_A, _OF_B = PersonId("officer@office-a"), PersonId("officer@office-b")
_MINE: Final = Accept(body=_A, officer=_OF_A)
_LODGED: Final = Lodge(title="pay", channel="hotline")

_PETITION: Final[Mapping[str, tuple[Any, ...]]] = {
    "lodge": (_LODGED,),
    "accept": (_MINE,),
    "decline": (),
    "hand-over": (),
    "instruct": (Instruct("soon"),),
    "call": (),
    "extend": (),
    "answer": (Answer(text="paid", solved=True),),
    "evaluate": (Evaluate(resolved=True, satisfied=5),),
    "return-visit": (ReturnVisit(settled=True, satisfied=5),),
    "request-review": (),
    "request-re-examination": (),
    "review": (),
    "re-examine": (),
}


def _earlier(case: str, unit: str) -> tuple[Incident, ...]:
    """An earlier petition that is handled at a unit."""
    lodged = Incident(case=case, flow="petition", step="lodge", by="resident", data=_LODGED, unit=unit)
    by = f"secretary@{unit}"
    return lodged, Incident(case=case, step="accept", by=by, data=_MINE)


PETITIONS: Final[Mapping[str, tuple[Scene, ...]]] = {
    "petition": (
        Scene(
            name="settled | 化解",
            data={
                **_PETITION,
                "lodge": (
                    _LODGED,
                    Lodge(title="pay", petitioners=9, representatives=6),
                    Lodge(title="pay", anonymous=True, names=("Li",)),
                    Lodge(title="pay", origin=_B),
                ),
                "accept": (_MINE, Accept(body=_A, officer=_OF_B), Accept(body=_A, officer=_OF_A, urgent=True)),
                "decline": (Decline(reason="a court has it", instead="court"), Decline(reason=" ", instead="court")),
                "evaluate": (
                    Evaluate(resolved=True, satisfied=5),
                    Evaluate(resolved=False, satisfied=1),
                    Evaluate(resolved=True, satisfied=6),
                ),
                "return-visit": (
                    ReturnVisit(settled=True, satisfied=5),
                    ReturnVisit(settled=False),
                    ReturnVisit(settled=True, satisfied=0),
                ),
            },
        ),
        Scene(
            name="in other hands, extended | 更换包案人、延期",
            data={
                **_PETITION,
                "hand-over": (HandOver(body=_A, officer=PersonId(f"{_OF_A}#2")), HandOver(body=_A, officer=_OF_B)),
                "call": (Call(),),
                "extend": (
                    Prolong(within=TimeLimit(30, "days"), reason="far away"),
                    Prolong(within=TimeLimit(31, "days"), reason="far away"),
                    Prolong(within=TimeLimit(3, "workdays"), reason="far away"),
                    Prolong(within=TimeLimit(3, "days"), reason=" "),
                ),
            },
            shared=("officer@office-a",),
        ),
        Scene(
            name="review | 复查复核",
            data={
                **_PETITION,
                "request-review": (Ask("too little"),),
                "request-re-examination": (Ask("too little"),),
                "review": (Opinion(upheld=True, text="right"), Opinion(upheld=False, text="wrong")),
                "re-examine": (Opinion(upheld=True, text="right"), Opinion(upheld=False, text="wrong")),
            },
        ),
        Scene(
            name="repeated, a level skipped | 重复、越级",
            data={
                **_PETITION,
                "lodge": (_LODGED, Lodge(title="pay", channel="hotline", origin=UnitId("low"))),
                "accept": (
                    _MINE,
                    Accept(body=_A, officer=_OF_A, previous=("asked",)),
                    Accept(body=_A, officer=_OF_A, previous=("asked", "asked")),
                    Accept(body=_A, officer=_OF_A, previous=("main",)),
                    Accept(body=_A, officer=_OF_A, previous=("nobody",)),
                ),
                "answer": (),
            },
            prelude=_earlier("asked", "low"),
            incidents=(
                Incident(case="asked", step="answer", by="officer@office-a", data=Answer(text="x", solved=True)),
            ),
            unit="middle",
        ),
        Scene(
            name="nobody in the office | 无人",
            data=_PETITION,
            vacant=("officer@office-a", "secretary@low", "clerk@low"),
        ),
    ),
}

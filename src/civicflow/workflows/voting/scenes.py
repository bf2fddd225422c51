"""The scenes in which secret ballots, resolutions and choices are explored; open ballots are in those of councils."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from civicflow.workflows.engine.exploring.scene import Incident, Scene
from civicflow.workflows.voting.ballots import CastVote, Seal
from civicflow.workflows.voting.choice import Call
from civicflow.workflows.voting.resolution import Put
from civicflow.workflows.voting.rolls import Entrust, Recuse, RecuseSelf
from civicflow.workflows.voting.tallies import Tally
from civicflow.workflows.voting.ties import Decide, Draw

ONE, _OTHER = "delegate@council", "delegate@council#2"
_PUT: Final = Put(title="a rule")
RESOLVING: Final = (
    Incident(case="asked", flow="resolution", step="put", by="secretary@low", data=_PUT),
    Incident(case="asked", step="vote.open", by="secretary@low"),
    Incident(case="asked", step="vote.entrust", by=ONE, data=Entrust(to=_OTHER, choice="no", authority="a letter")),
)
RECUSED: Final = (
    RESOLVING[0],
    Incident(case="asked", step="vote.recuse", by=ONE, data=RecuseSelf("a cousin")),
    RESOLVING[1],
)
CAST: Final = {"cast": (CastVote("yes"), CastVote("no")), "record": (CastVote("yes"),)}
_BALLOTS: Final[Mapping[str, tuple[Any, ...]]] = {
    "cast": (CastVote("yes"), CastVote("no")),
    "record": (),
}
_RECUSING: Final[Mapping[str, tuple[Any, ...]]] = {
    "vote.recuse": (RecuseSelf("a cousin"), RecuseSelf(" ")),
    "vote.recuse-other": (Recuse(_OTHER, "a cousin"), Recuse(_OTHER, " ")),
}
_ENTRUSTING: Final[Mapping[str, tuple[Any, ...]]] = {
    "vote.entrust": (
        Entrust(to=_OTHER, choice="yes", authority="a letter"),
        Entrust(to=_OTHER, choice="", authority=" "),
    ),
}
_QUESTION: Final[Mapping[str, tuple[Any, ...]]] = {
    **_BALLOTS,
    "put": (_PUT,),
    "vote.recuse": (),
    "vote.recuse-other": (),
    "vote.entrust": (),
    "vote.decide": (Decide("yes"), Decide("no"), Decide("abstain")),
}

_VOTERS: Final = ("resident", "secretary@low", "secretary@low#2", "teller@low")
_FEW: Final = Call(title="a name", options=("oak", "elm"), voters=_VOTERS[:2])
_CALLED: Final = Call(title="a name", options=("oak", "elm", "ash"), voters=_VOTERS)
_CHOOSING: Final = (
    Incident(case="asked", flow="choice", step="call", by="secretary@low", data=_CALLED),
    Incident(case="asked", step="vote.recuse", by="teller@low", data=RecuseSelf("a cousin")),
    Incident(case="asked", step="vote.open", by="secretary@low"),
)
_SEALED: Final = {"seal": (Seal(choice="oak"), Seal(choice="yew"))}
_EVEN: Final = Tally({"oak": 1, "elm": 1})
_SHORT: Final = Tally({"oak": 2, "elm": 1, "ash": 1})
_EMPTY: Final = Tally({})
_TOLD: Final = (Tally({"oak": 1}), _EVEN, _SHORT, Tally({"invalid": 1}), Tally({"yew": 1}))
_CHOICE: Final[Mapping[str, tuple[Any, ...]]] = {
    "call": (_FEW, Call(title="a", options=("a",), voters=(), standing="b")),
    "seal": (Seal(choice="oak"),),
    "vote.recuse": (),
    "vote.recuse-other": (),
    "vote.tell": _TOLD,
    "vote.confirm": _TOLD,
    "vote.draw": (Draw(seed="1", source="a die"), Draw(seed="", source="")),
}

VOTES: Final[Mapping[str, tuple[Scene, ...]]] = {
    "secret-ballot": (
        Scene(name="a choice | 选择", prelude=_CHOOSING, data=_SEALED, parent=("asked", "ballot"), child=""),
        Scene(
            name="in another's name | 冒名",
            prelude=_CHOOSING,
            data=_SEALED,
            parent=("asked", "ballot"),
            child="resident",
        ),
        Scene(
            name="a second one | 第二张票",
            prelude=_CHOOSING,
            data=_SEALED,
            parent=("asked", "ballot"),
            child="resident~2",
        ),
        Scene(name="a stranger | 非在册人", prelude=_CHOOSING, data=_SEALED, parent=("asked", "ballot")),
        Scene(name="a recusal | 回避", prelude=_CHOOSING, data=_SEALED, parent=("asked", "ballot"), child="teller@low"),
    ),
    "resolution": (
        Scene(data=_QUESTION),
        Scene(
            name="recusals and proxies | 回避与委托",
            data={**_QUESTION, **_RECUSING, **_ENTRUSTING, "cast": (CastVote("yes"),)},
            most_depth=4,
        ),
    ),
    "choice": (
        Scene(data=_CHOICE, shared=("secretary@low",)),
        Scene(name="a recusal | 回避", data={**_CHOICE, **_RECUSING}, most_depth=3),
        Scene(
            name="a run-off | 第二轮",
            data={**_CHOICE, "seal": (), "vote.tell": (_SHORT, _EMPTY), "vote.confirm": (_SHORT, _EMPTY)},
            shared=("secretary@low",),
            way=(
                Incident(case="main", flow="choice", step="call", by="secretary@low", data=_CALLED),
                Incident(case="main", step="vote.open", by="secretary@low"),
                *(
                    Incident(
                        case="main",
                        flow="secret-ballot",
                        step="seal",
                        by=voter,
                        brood="ballot",
                        data=Seal(choice="oak"),
                    )
                    for voter in _VOTERS
                ),
                Incident(case="main", step="vote.close", by="secretary@low"),
                Incident(case="main", step="vote.count", by="clock"),
            ),
        ),
    ),
}

"""The scenes in which three-party decisions are explored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import attrs

from civicflow.money import Money
from civicflow.workflows.assemblies.three_party import Amend, Bring
from civicflow.workflows.documents.document import Draft
from civicflow.workflows.documents.versions import digest_of
from civicflow.workflows.engine.exploring.scene import Incident, Scene

_RULES: Final = {"parking": "one space a flat"}
_DRAFTED: Final = Incident(
    case="handbook",
    flow="document",
    step="draft",
    by="secretary@low",
    data=Draft(title="Handbook", kind="handbook", rules=_RULES),
)
_ELSEWHERE: Final = attrs.evolve(_DRAFTED, case="elsewhere", by="secretary@middle", unit="middle")
_ABOUT: Final = Bring(title="t", document="handbook", document_text=digest_of(_RULES))

ASSEMBLIES: Final[Mapping[str, tuple[Scene, ...]]] = {
    "three-party-decision": (
        Scene(
            name="before the parties are asked | 征询之前",
            prelude=(_DRAFTED,),
            data={
                "bring": (Bring(title="t", kinds=("charges",)), Bring(title="t", budget=Money(1))),
                "table.amend": (Amend(title="u", budget=Money(50_000)), Amend(title="u")),
                **dict.fromkeys(
                    (f"voices.{does}-{party}" for does in ("agree", "decline") for party in ("committee", "partner")),
                    (),
                ),
            },
            most_depth=4,
        ),
        Scene(
            name="the voices | 各方表态",
            prelude=(_DRAFTED, _ELSEWHERE),
            data={
                "bring": (
                    _ABOUT,
                    Bring(title="t", document="handbook", document_text="ab"),
                    Bring(title="t", document="elsewhere", document_text=digest_of(_RULES)),
                    Bring(title="t", document="none", document_text=digest_of(_RULES)),
                ),
                "table.amend": (),
            },
            most_depth=6,
        ),
        Scene(
            name="a committee that never reviews | 逾期未审议",
            prelude=(_DRAFTED,),
            way=(
                Incident(
                    case="main",
                    flow="three-party-decision",
                    step="bring",
                    by="chair@committee",
                    data=Bring(title="t", kinds=("charges",)),
                ),
                Incident(case="main", step="table.refer", by="chair@committee"),
                Incident(case="main", step="review.remind", by="clock"),
                Incident(case="main", step="review.escalate", by="clock"),
                Incident(case="main", step="review.remind", by="clock"),
            ),
            data={"table.amend": ()},
            most_depth=2,
        ),
    ),
}

"""The scenes in which requests for services are explored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

import attrs

from civicflow.calendars import TimeLimit
from civicflow.ids import UnitId
from civicflow.money import Money
from civicflow.workflows.engine.exploring.scene import Scene
from civicflow.workflows.evaluating import Evaluate
from civicflow.workflows.services.request import (
    Apply,
    AskForDocuments,
    Grant,
    HandOver,
    Refuse,
    Reroute,
    Supply,
)

_A, _B = UnitId("office-a"), UnitId("office-b")
_LICENCE: Final = Apply(
    title="licence", service="licence", desk=_A, within=TimeLimit(2, "days"), last_day=None, missing=("id",)
)
_STEPS: Final[Mapping[str, tuple[Any, ...]]] = {
    "apply": (_LICENCE, attrs.evolve(_LICENCE, missing=())),
    "ask-for-documents": (AskForDocuments(("id",)), AskForDocuments(())),
    "supply": (Supply(("id",)), Supply(("photo",))),
    "grant": (Grant("a licence"),),
    "refuse": (Refuse(ground="Article 1", reason="not met", remedy="reconsideration within 60 days"),),
    "hand-over": (HandOver(), HandOver(Money(5))),
    "evaluate": (Evaluate(resolved=True, satisfied=5), Evaluate(resolved=False, satisfied=6)),
    "reroute": (Reroute(desk=_B, because="delegated", last_day=None), Reroute(desk=_A, because="back", last_day=None)),
}

SERVICES: Final[Mapping[str, tuple[Scene, ...]]] = {
    "service-request": (
        Scene(name="free of charge | 免费", data=_STEPS),
        Scene(
            name="a fee, and a delegation that ends | 收费且下放到期",
            data={
                **_STEPS,
                "apply": (attrs.evolve(_LICENCE, missing=(), fee=Money(5), last_day=date(2026, 3, 6)),),
                **dict.fromkeys(("ask-for-documents", "withdraw"), ()),
            },
        ),
    ),
}

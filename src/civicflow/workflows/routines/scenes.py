"""The scenes in which standing duties are explored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from civicflow.calendars import Recurrence
from civicflow.ledger.canonical import plain
from civicflow.workflows.engine.exploring.scene import Scene
from civicflow.workflows.funds.scenes import FUND_OPENED
from civicflow.workflows.routines.occasion import Held
from civicflow.workflows.routines.routine import Move, SetUp

_MONDAYS: Final = Recurrence(rule="FREQ=WEEKLY;BYDAY=MO", first=date(2026, 1, 1))
_THRICE: Final = Recurrence(rule="FREQ=DAILY;COUNT=3", first=date(2026, 1, 1))


def _occasion(category: str) -> dict[str, object]:
    return {"title": "t", "category": category, "every": plain(_MONDAYS)}


ROUTINES: Final[Mapping[str, tuple[Scene, ...]]] = {
    "occasion": (
        Scene(name="an inspection | 巡查", opened=_occasion("inspection"), by_rule=("drop",)),
        Scene(
            name="a sitting | 接访",
            opened=_occasion("sitting"),
            data={"hold": (Held(people=3, matters=1, found="x"),)},
            by_rule=("drop",),
        ),
    ),
    "routine": (
        Scene(
            data={
                "begin": (
                    SetUp(title="t", category="inspection/slope", every=_MONDAYS),
                    SetUp(title="t", category="party", every=_MONDAYS),
                    SetUp(title="t", category="drill", every=_THRICE),
                    SetUp(title="t", category="drill", every=_MONDAYS, of=["nowhere"]),
                    SetUp(title="t", category="drill", every=_MONDAYS, of=["fund"]),
                ),
                "move": (Move(Recurrence(rule="FREQ=MONTHLY", first=date(2026, 1, 10))), Move(_THRICE), Move(_MONDAYS)),
            },
            prelude=(FUND_OPENED,),
            by_rule=("end", "move"),
            most_depth=7,
        ),
    ),
}

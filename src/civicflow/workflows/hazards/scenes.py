"""The scenes in which standing hazards are explored."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from civicflow.calendars import Recurrence
from civicflow.ids import PersonId, UnitId
from civicflow.workflows.accountability import Refer
from civicflow.workflows.engine.exploring.scene import Scene
from civicflow.workflows.hazards.evacuation import Confirm, Count
from civicflow.workflows.hazards.hazard import Accept, Register, Renew, ScheduleDuty, SendBack, Works

_MONDAYS: Final = Recurrence(rule="FREQ=WEEKLY;BYDAY=MO", first=date(2026, 1, 1))
_MONITOR: Final = PersonId("monitor@bearer")
_COUNTS: Final = (Count(100, 5200), Count(100, 300))

_GIVEN: Final[Mapping[str, tuple[Any, ...]]] = {
    "register": (
        Register(title="s", plan="p", monitor=_MONITOR, every=_MONDAYS),
        Register(title="s", monitor=_MONITOR, every=_MONDAYS),
        Register(title="s", plan="p", monitor=PersonId("resident"), every=_MONDAYS),
        Register(title="s", plan="p", monitor=_MONITOR, every=_MONDAYS, households=1, people=99),
    ),
    "renew": (
        Renew(plan="q", monitor=_MONITOR),
        Renew(plan="", monitor=_MONITOR),
        Renew(plan="q", monitor=PersonId("resident")),
    ),
    "schedule": (
        ScheduleDuty("drill", _MONDAYS),
        ScheduleDuty("party", _MONDAYS),
        ScheduleDuty("drill", Recurrence(rule="FREQ=DAILY;COUNT=3", first=date(2026, 1, 1))),
    ),
    "refer": (
        Refer(to=UnitId("office-b"), ground="two inspections missed"),
        Refer(to=UnitId("bearer"), ground="it judges itself"),
    ),
    "plan-works": (Works("a wall", date(2026, 12, 31)),),
    "send-back": (SendBack("too low", date(2027, 3, 31)),),
    "accept": (Accept(households=97, people=351), Accept(households=1, people=99)),
    "count": _COUNTS,
    "confirm": (Confirm("a boarding school"), Confirm(" ")),
}
_NO_CHILDREN: Final = dict.fromkeys(("evacuate", "refer"), ())

HAZARDS: Final[Mapping[str, tuple[Scene, ...]]] = {
    "evacuation": (Scene(data=_GIVEN),),
    "accountability": (Scene(),),
    "hazard": (
        Scene(name="works | 治理", data={**_GIVEN, **_NO_CHILDREN}, most_depth=7),
        Scene(
            name="people | 撤离与问责",
            data={**_GIVEN, "schedule": (), "renew": (), "count": _COUNTS[:1], "register": _GIVEN["register"][:1]},
            most_children=1,
            most_depth=5,
        ),
    ),
}

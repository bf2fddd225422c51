"""`office.hazards`: standing hazards in words. Each method is one step of the tables in `hazard` and beside it."""

from __future__ import annotations

from datetime import date

from civicflow.calendars import Recurrence
from civicflow.hierarchy.authority import Actor
from civicflow.ids import PersonId
from civicflow.workflows.accountability import Decide, Dismiss, Refer
from civicflow.workflows.desk import CaseRef, Desk
from civicflow.workflows.engine.records import Case
from civicflow.workflows.hazards.evacuation import Confirm, Count
from civicflow.workflows.hazards.hazard import HAZARD, Accept, Register, Renew, ScheduleDuty, SendBack, Works
from civicflow.workflows.places import Place


class Hazards:
    """Standing hazards and what becomes of them.

    Every command may raise `Refused`; each takes ``key=``, which makes a retried command act once.
    """

    __slots__ = ("_desk",)

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def register(
        self,
        title: str,
        *,
        plan: str,
        monitor: str,
        every: Recurrence,
        bearer: str,
        unit: str,
        by: Actor,
        category: str = "",
        households: int = 0,
        people: int = 0,
        reason: str = "",
        place: Place | None = None,
        key: str = "",
    ) -> Case:
        """Register a hazard; its inspections begin as a standing duty of the bearer.

        Args:
            title: the public headline.
            plan: what is done when it moves, public.
            monitor: who watches it: somebody who is monitor of the bearer today.
            every: on which days it is inspected, without an end.
            bearer: the body or area that answers for it, by code, alias or id.
            unit: the area whose matter it is.
            by: the secretary of the unit, or of the level above.
            category: of your own, for instance ``landslide``.
            households: how many households it threatens.
            people: how many people of them.
            reason: why the two are true, where they do not look so.
            place: where it is.
            key: makes a retried command the same one.
        """
        data = Register(
            title=title,
            plan=plan,
            monitor=PersonId(monitor) if monitor else None,
            every=every,
            category=category,
            households=households,
            people=people,
            reason=reason,
            place=place,
        )
        anchors = {"bearer": self._desk.unit(bearer)}
        return self._desk.begin(HAZARD.name, "register", data, by=by, unit=unit, anchors=anchors, key=key)

    def duties(self, hazard: CaseRef) -> tuple[Case, ...]:
        """Its standing duties, the inspections first; `office.routines` has their occasions."""
        return tuple(map(self._desk.case, self._desk.case(hazard).links.get("duties", ())))

    def renew(self, hazard: CaseRef, *, plan: str, monitor: str, by: Actor, key: str = "") -> Case:
        """Renew its plan and its monitor."""
        return self._desk.take(hazard, "renew", Renew(plan=plan, monitor=PersonId(monitor)), by=by, key=key)

    def schedule(self, hazard: CaseRef, category: str, every: Recurrence, *, by: Actor, key: str = "") -> Case:
        """Schedule another standing duty at it: drills, trainings."""
        return self._desk.take(hazard, "schedule", ScheduleDuty(category, every), by=by, key=key)

    def evacuate(self, hazard: CaseRef, *, by: Actor, key: str = "") -> Case:
        """Order an evacuation; returns the hazard, whose `evacuations` hold it."""
        return self._desk.take(hazard, "evacuate", by=by, key=key)

    def evacuations(self, hazard: CaseRef) -> tuple[Case, ...]:
        """Its evacuations, in the order in which they were ordered."""
        return self._in("evacuations", hazard)

    def count(self, evacuation: CaseRef, *, households: int, people: int, by: Actor, key: str = "") -> Case:
        """Call the roll, or correct a doubted count; what cannot well be true is doubted, and ``data["doubt"]`` says why."""
        return self._desk.take(evacuation, "count", Count(households, people), by=by, key=key)

    def confirm(self, evacuation: CaseRef, reason: str, *, by: Actor, key: str = "") -> Case:
        """Confirm a doubted count with a reason."""
        return self._desk.take(evacuation, "confirm", Confirm(reason), by=by, key=key)

    def bring_home(self, evacuation: CaseRef, *, by: Actor, key: str = "") -> Case:
        """End an evacuation: everybody is home."""
        return self._desk.take(evacuation, "bring-home", by=by, key=key)

    def refer(self, hazard: CaseRef, *, to: str, ground: str, by: Actor, person: str = "", key: str = "") -> Case:
        """Refer who failed or shirked to a body of the discipline line; returns the hazard, whose `accounts` hold it."""
        data = Refer(to=self._desk.unit(to), ground=ground, person=person)
        return self._desk.take(hazard, "refer", data, by=by, key=key)

    def accounts(self, hazard: CaseRef) -> tuple[Case, ...]:
        """What was referred to the discipline line, in order."""
        return self._in("accountability", hazard)

    def decide(self, account: CaseRef, measure: str, *, by: Actor, key: str = "") -> Case:
        """Hold somebody to account, with a measure."""
        return self._desk.take(account, "decide", Decide(measure), by=by, key=key)

    def dismiss(self, account: CaseRef, reason: str, *, by: Actor, key: str = "") -> Case:
        """Hold nobody to account, with a reason."""
        return self._desk.take(account, "dismiss", Dismiss(reason), by=by, key=key)

    def plan_works(self, hazard: CaseRef, works: str, *, until: date, by: Actor, key: str = "") -> Case:
        """Plan works that are to remove the hazard by the end of a day."""
        return self._desk.take(hazard, "plan-works", Works(works, until), by=by, key=key)

    def finish_works(self, hazard: CaseRef, *, by: Actor, key: str = "") -> Case:
        """Report that the works are finished."""
        return self._desk.take(hazard, "finish-works", by=by, key=key)

    def accept(
        self, hazard: CaseRef, *, households: int, people: int, by: Actor, reason: str = "", key: str = ""
    ) -> Case:
        """Accept the works: the hazard is removed for so many, closed, and its standing duties end."""
        data = Accept(households=households, people=people, reason=reason)
        return self._desk.take(hazard, "accept", data, by=by, key=key)

    def send_back(self, hazard: CaseRef, reason: str, *, until: date, by: Actor, key: str = "") -> Case:
        """Send the works back, with the day by whose end they are to be finished."""
        return self._desk.take(hazard, "send-back", SendBack(reason, until), by=by, key=key)

    def _in(self, slot: str, hazard: CaseRef) -> tuple[Case, ...]:
        return tuple(share for share in self._desk.shares(hazard) if share.slot == slot)

"""`office.routines`: standing duties in words. Each method is one step of the tables in `routine` and `occasion`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from civicflow.calendars import Recurrence
from civicflow.hierarchy.authority import Actor
from civicflow.workflows.desk import CaseRef, Desk
from civicflow.workflows.engine.records import Case
from civicflow.workflows.routines.occasion import Held
from civicflow.workflows.routines.routine import ROUTINE, End, Move, SetUp


class Routines:
    """Standing duties and their occasions.

    Every command may raise `Refused`; each takes ``key=``, which makes a retried command act once.
    """

    __slots__ = ("_desk",)

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def begin(
        self,
        title: str,
        *,
        category: str,
        every: Recurrence,
        bearer: str,
        unit: str,
        by: Actor,
        of: Iterable[CaseRef] = (),
        key: str = "",
    ) -> Case:
        """Set up a standing duty; its first occasion is the first day after today.

        Args:
            title: the public headline.
            category: what recurs: ``sitting``, ``inspection``, ``drill``, ``training`` or ``visit``, with levels of your
                own after a ``/``.
            every: on which days, without an end.
            bearer: whose duty it is: a body or an area, by code, alias or id.
            unit: the area whose matter it is.
            by: the secretary of the unit, or of the level above.
            of: the matters that it belongs to.
            key: makes a retried command the same one.
        """
        ids = tuple(one.id if isinstance(one, Case) else one for one in of)
        data = SetUp(title=title, category=category, every=every, of=ids)
        anchors = {"bearer": self._desk.unit(bearer)}
        return self._desk.begin(ROUTINE.name, "begin", data, by=by, unit=unit, anchors=anchors, key=key)

    def occasions(self, routine: CaseRef) -> tuple[Case, ...]:
        """The occasions of a duty, in the order in which they were opened."""
        return self._desk.shares(routine)

    def hold(
        self,
        case: CaseRef,
        *,
        by: Actor,
        people: int = 0,
        matters: int = 0,
        found: str = "",
        present: str = "",
        happened: datetime | None = None,
        key: str = "",
    ) -> Case:
        """Record that an occasion was held.

        Args:
            case: the occasion; or the duty, then the earliest of its occasions that is open, else its last.
            by: whoever bears the duty.
            people: how many took part or came.
            matters: how many things were found, raised or received.
            found: what was found or done, public.
            present: private: who took part, by name.
            happened: when it was held; None is now.
            key: makes a retried command act once.
        """
        data = Held(people=people, matters=matters, found=found, present=present)
        return self._desk.take(self._occasion(case), "hold", data, by=by, happened=happened, key=key, command="hold")

    def move(self, routine: CaseRef, every: Recurrence, *, by: Actor, key: str = "") -> Case:
        """Move a duty to other days; the occasion ahead is dropped, and one by the new days opened."""
        return self._desk.take(routine, "move", Move(every), by=by, key=key)

    def end(self, routine: CaseRef, reason: str, *, by: Actor, key: str = "") -> Case:
        """End a duty with a reason; what is open of it is no longer needed."""
        return self._desk.take(routine, "end", End(reason), by=by, key=key)

    def _occasion(self, case: CaseRef) -> CaseRef:
        now = self._desk.case(case)
        if now.flow_name != ROUTINE.name:
            return now
        every = self.occasions(now)
        return next((one for one in every if not one.outcome), every[-1])

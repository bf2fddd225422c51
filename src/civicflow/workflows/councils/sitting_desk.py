"""`office.sittings`: councils and their sittings in words. Each method is one step of `council`, `sitting` or `informal`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from civicflow.calendars import Recurrence, TimeLimit
from civicflow.errors import NotFound
from civicflow.hierarchy.authority import Actor
from civicflow.ids import PersonId
from civicflow.workflows.councils.agenda import Item, items
from civicflow.workflows.councils.composition import KINDS, Seat
from civicflow.workflows.councils.council import COUNCIL, Dissolve, Instrument, Lay, PutDown, SetUpCouncil
from civicflow.workflows.councils.informal import INFORMAL_SITTING, BringUp, OpenInformal
from civicflow.workflows.councils.sitting import Cancel, Convene, Deal, Present
from civicflow.workflows.desk import CaseRef, Desk
from civicflow.workflows.engine.records import Case

ItemLike = Item | str
"""A point, or its headline alone."""


class Sittings:
    """Councils, their sittings and their informal ones.

    Every command may raise `Refused`; each takes ``key=``, which makes a retried command act once.
    """

    __slots__ = ("_desk",)

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def set_up(
        self,
        title: str,
        *,
        council: str,
        unit: str,
        every: Recurrence,
        by: Actor,
        kinds: Iterable[str] = tuple(KINDS),
        notice: TimeLimit | str = "3 days",
        rules: Instrument | None = None,
        venue: str | None = None,
        covenant: Instrument | None = None,
        key: str = "",
    ) -> Case:
        """Set up a council.

        Args:
            title: what it is called, public.
            council: its body, by code, alias or id; holders of the post ``delegate`` there are its delegates.
            unit: the area whose secretary leads its sittings.
            every: its fixed days, without an end.
            by: the secretary of the area, or of the level above.
            kinds: which of the standing kinds exist there; one left out is excused where the composition allows it.
            notice: how long before a sitting it is convened.
            rules: its rules of procedure.
            venue: where it sits, in words.
            covenant: the residents' covenant.
            key: makes a retried command the same one.
        """
        data = SetUpCouncil(
            title=title,
            every=every,
            kinds=kinds,
            notice=notice,
            rules=rules,
            venue=venue,
            covenant=covenant,
        )
        anchors = {"council": self._desk.unit(council)}
        return self._desk.begin(COUNCIL.name, "set-up", data, by=by, unit=unit, anchors=anchors, key=key)

    def lay_down(
        self,
        council: CaseRef,
        *,
        by: Actor,
        rules: Instrument | None = None,
        venue: str | None = None,
        covenant: Instrument | None = None,
        kinds: Iterable[str] | None = None,
        every: Recurrence | None = None,
        notice: TimeLimit | str | None = None,
        key: str = "",
    ) -> Case:
        """Say what a council has from now on; what is left out stays as it is."""
        data = Lay(rules=rules, venue=venue, covenant=covenant, kinds=kinds, every=every, notice=notice)
        return self._desk.take(council, "lay-down", data, by=by, key=key)

    def put_down(self, council: CaseRef, *points: ItemLike, by: Actor, key: str = "") -> Case:
        """Put points down for the next sitting; by the secretary or a delegate."""
        return self._desk.take(council, "put-down", PutDown(items(points)), by=by, key=key)

    def dissolve(self, council: CaseRef, reason: str, *, by: Actor, key: str = "") -> Case:
        """Dissolve a council; by the secretary one level up, when it does not sit and no point waits."""
        return self._desk.take(council, "dissolve", Dissolve(reason), by=by, key=key)

    def convene(
        self,
        council: CaseRef,
        *,
        by: Actor,
        seats: Mapping[str, PersonId | str | Iterable[PersonId | str]],
        on: date | None = None,
        points: Iterable[ItemLike] = (),
        affected: Iterable[PersonId | str] = (),
        departments: Iterable[str] = (),
        urgent: str = "",
        time: str = "",
        where: str = "",
        key: str = "",
    ) -> Case:
        """Convene a sitting; returns it.

        Args:
            council: the council's case.
            by: the branch secretary, or the chair.
            seats: by each standing kind that exists there, who stands for it; the delegates are left out.
            on: its day; the council's next fixed day, as it is rolled, where left out.
            points: beside those that wait at the council.
            affected: those affected, who are invited.
            departments: the departments that are invited, by code, alias or id.
            urgent: why it is later than the council's notice asks.
            time: the hour, in words.
            where: the room; the council's venue where left out.
            key: makes a retried command the same one.
        """
        now = self._desk.case(council)
        instruments = (now.data.get("rules") or {}, now.data.get("covenant") or {})
        data = Convene(
            council=now.id,
            on=self.next_day(now) if on is None else on,
            seats=[Seat(kind, PersonId(person)) for kind, people in seats.items() for person in _several(people)],
            affected=[PersonId(person) for person in affected],
            departments=[self._desk.unit(body) for body in departments],
            items=items(points),
            documents=[one["document"] for one in instruments if one.get("document")],
            urgent=urgent,
            time=time,
            where=where,
        )
        return self._desk.begin("sitting", "convene", data, by=by, unit=now.unit, anchors=now.anchors, key=key)

    def next_day(self, council: CaseRef) -> date:
        """The next fixed day of a council, as it is rolled; today, if that is one.

        Raises:
            NotFound: if it is dissolved.
        """
        now = self._desk.case(council)
        if now.due is None:
            msg = f"council {now.id} is {now.state}, and has no fixed day any more"
            raise NotFound(msg)
        return now.due.astimezone(self._desk.now().tzinfo).date()

    def open(self, sitting: CaseRef, present: Iterable[PersonId | str], *, by: Actor, key: str = "") -> Case:
        """Open a sitting on its day; by the branch secretary, who need not be named among those present."""
        return self._desk.take(sitting, "open", Present(_people(present)), by=by, key=key)

    def adjourn(self, sitting: CaseRef, present: Iterable[PersonId | str], *, by: Actor, key: str = "") -> Case:
        """Adjourn for want of quorum or of a kind; its points wait for the next sitting."""
        return self._desk.take(sitting, "adjourn", Present(_people(present)), by=by, key=key)

    def cancel(self, sitting: CaseRef, reason: str, *, by: Actor, key: str = "") -> Case:
        """Call a sitting off before it opens; its points wait for the next one."""
        return self._desk.take(sitting, "cancel", Cancel(reason), by=by, key=key)

    def deal(
        self, sitting: CaseRef, no: int, outcome: str, *, by: Actor, text: str = "", category: str = "", key: str = ""
    ) -> Case:
        """Say what becomes of a point.

        Args:
            sitting: the sitting, which is open.
            no: the point's number on the agenda, from 1.
            outcome: ``resolved``, ``vote``, ``ticket``, ``postponed`` or ``dropped``.
            by: the branch secretary.
            text: the resolution, or why.
            category: of the ticket that it becomes.
            key: makes a retried command act once.
        """
        data = Deal(no=no, outcome=outcome, text=text, category=category)
        return self._desk.take(sitting, "deal", data, by=by, key=key)

    def close(self, sitting: CaseRef, *, by: Actor, key: str = "") -> Case:
        """Close a sitting whose points all have an outcome."""
        return self._desk.take(sitting, "close", by=by, key=key)

    def confirm(self, sitting: CaseRef, *, by: Actor, key: str = "") -> Case:
        """Confirm the minutes; by a delegate, or the chair, who was there."""
        return self._desk.take(sitting, "confirm", by=by, key=key)

    def open_informal(
        self, title: str, *, council: CaseRef, form: str, by: Actor, where: str = "", key: str = ""
    ) -> Case:
        """Open an informal sitting.

        Args:
            title: the public headline.
            council: the case of the council that takes what does not become a ticket.
            form: ``stool-talk``, ``yard-meeting``, ``weekend`` or ``wedding-and-funeral``.
            by: the secretary of the area, or a delegate of the council.
            where: in words.
            key: makes a retried command the same one.
        """
        now = self._desk.case(council)
        data = OpenInformal(title=title, form=form, council=now.id, where=where)
        return self._desk.begin(INFORMAL_SITTING.name, "open", data, by=by, unit=now.unit, anchors=now.anchors, key=key)

    def bring_up(
        self,
        sitting: CaseRef,
        title: str,
        *,
        becomes: str,
        by: Actor,
        category: str = "",
        raised_by: PersonId | str | None = None,
        key: str = "",
    ) -> Case:
        """Enter what is raised at an informal sitting; it becomes a ``ticket``, or a point of the next ``agenda``, at once."""
        who = None if raised_by is None else PersonId(raised_by)
        data = BringUp(title=title, becomes=becomes, category=category, raised_by=who)
        return self._desk.take(sitting, "bring-up", data, by=by, key=key)

    def close_informal(self, sitting: CaseRef, *, by: Actor, key: str = "") -> Case:
        """Close an informal sitting."""
        return self._desk.take(sitting, "close", by=by, key=key, command="close-informal")

    def tickets(self, sitting: CaseRef) -> tuple[Case, ...]:
        """The tickets that points or matters of a sitting became, in order."""
        return tuple(self._desk.case(one) for one in self._desk.case(sitting).links.get("tickets", ()))


def _people(people: Iterable[PersonId | str]) -> tuple[PersonId, ...]:
    return tuple(PersonId(person) for person in people)


def _several(people: Any) -> tuple[str, ...]:
    return (people,) if isinstance(people, str) else tuple(people)

"""`office.coordination`: coordination meetings in words. Each method is one step of the table in `meeting`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from civicflow.calendars import TimeLimit
from civicflow.errors import InvalidInput, NotFound
from civicflow.hierarchy.authority import Actor
from civicflow.ids import PersonId, UnitId
from civicflow.workflows.coordination.meeting import Adjourn, Fell, Invite, Minute, Option, Task, Why
from civicflow.workflows.coordination.plan import SLOT, Coordinate
from civicflow.workflows.desk import CaseRef, Desk
from civicflow.workflows.engine.records import Case


class Coordination:
    """Meetings of a ticket or a whistle, and their plans.

    Every command takes the meeting, or the matter that it is about and means its newest meeting. Each may raise `Refused`; each
    takes ``key=``, which makes a retried command act once, and returns the meeting.
    """

    __slots__ = ("_desk",)

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def coordinate(self, matter: CaseRef, reason: str, *, by: Actor, key: str = "") -> Case:
        """Put a matter to a coordination meeting (提请协调会); returns the matter, which waits for it.

        Args:
            matter: the ticket or the whistle.
            reason: why it takes a meeting, public.
            by: whoever may dispatch the ticket, or whistle.
            key: makes a retried command act once.
        """
        return self._desk.take(matter, "coordinate", Coordinate(reason), by=by, key=key)

    def meeting(self, matter: CaseRef) -> Case:
        """The newest meeting of a matter; the meeting itself, if one is given.

        Raises:
            NotFound: there is none; put the matter to one first.
        """
        given = self._desk.case(matter)
        if given.slot == SLOT:
            return given
        met = [case for case in self._desk.shares(given) if case.slot == SLOT]
        if not met:
            msg = f"{given.id} has no coordination meeting; `coordinate` puts it to one"
            raise NotFound(msg)
        return max(met, key=lambda case: (not case.outcome, case.opened, case.id))

    def invite(
        self,
        matter: CaseRef,
        *,
        on: date,
        bodies: Sequence[str],
        by: Actor,
        delegates: Sequence[str] = (),
        time: str = "",
        where: str = "",
        key: str = "",
    ) -> Case:
        """Invite to a sitting (召集会议); whoever raised the matter is invited beside those named.

        Args:
            matter: the meeting, or the matter.
            on: the day.
            bodies: the providers, by code, alias or id.
            by: the secretary of the unit that convenes, or of the one that coordinates.
            delegates: the residents' delegates, by their pseudonymous ids.
            time: the hour, in words.
            where: the room, in words.
            key: makes a retried invitation act once.
        """
        data = Invite(
            on=on,
            bodies=tuple(map(self._desk.unit, bodies)),
            delegates=tuple(map(PersonId, delegates)),
            time=time,
            where=where,
        )
        return self._desk.take(self.meeting(matter), "invite", data, by=by, key=key)

    def waive(self, matter: CaseRef, *, by: Actor, key: str = "") -> Case:
        """Let the sitting go ahead without oneself: only whoever raised the matter may say so."""
        return self._desk.take(self.meeting(matter), "waive", by=by, key=key)

    def put_option(self, matter: CaseRef, name: str, text: str = "", *, by: Actor, key: str = "") -> Case:
        """Put an option on the table (提出方案): whoever was invited may, before the sitting or at it."""
        return self._desk.take(self.meeting(matter), "put-option", Option(name, text), by=by, key=key)

    def minute(
        self,
        matter: CaseRef,
        option: str,
        *,
        shares: Mapping[str, str],
        by: Actor,
        within: Mapping[str, TimeLimit | str] | None = None,
        fell: Mapping[str, str] | None = None,
        because: str = "",
        bodies: Sequence[str] = (),
        people: Sequence[str] = (),
        lead: str | None = None,
        key: str = "",
    ) -> Case:
        """Minute the plan (会议纪要): one of the options; the matter goes on with its shares in the same commit.

        Args:
            matter: the meeting, or the matter.
            option: the name of the option that is the plan.
            shares: what each provider does of it, by the provider's code, alias or id.
            by: the secretary of the unit that coordinates.
            within: the time that a provider promises, counted from now, by the same names.
            fell: the other options by name, each with the reason why it fell.
            because: why this one, public.
            bodies: the providers that were there; those that take a share where left out.
            people: the residents who were there, whoever raised the matter among them.
            lead: the provider that leads; without one all lead jointly.
            key: makes a retried command act once.
        """
        unit = self._desk.unit
        promised = {unit(body): limit for body, limit in (within or {}).items()}
        tasks = tuple(Task(unit(body), task, promised.pop(unit(body), None)) for body, task in shares.items())
        if promised:
            msg = f"only a provider with a share promises a time; got one for {', '.join(sorted(promised))}"
            raise InvalidInput(msg)
        there: Sequence[UnitId] = tuple(map(unit, bodies)) or tuple(task.body for task in tasks)
        data = Minute(
            option=option,
            because=because,
            fell=tuple(Fell(name, reason) for name, reason in (fell or {}).items()),
            shares=tasks,
            bodies=there,
            people=tuple(map(PersonId, people)),
            lead=None if lead is None else unit(lead),
        )
        return self._desk.take(self.meeting(matter), "minute", data, by=by, key=key)

    def adjourn(
        self,
        matter: CaseRef,
        reason: str,
        *,
        by: Actor,
        bodies: Sequence[str] = (),
        people: Sequence[str] = (),
        key: str = "",
    ) -> Case:
        """Adjourn a sitting that came to no plan (择期再议): who was there, and what is still open."""
        data = Adjourn(reason=reason, bodies=tuple(map(self._desk.unit, bodies)), people=tuple(map(PersonId, people)))
        return self._desk.take(self.meeting(matter), "adjourn", data, by=by, key=key)

    def end_without(self, matter: CaseRef, reason: str, *, by: Actor, key: str = "") -> Case:
        """End the coordination without a plan (终止协调); the matter goes back to whoever put it there."""
        return self._desk.take(self.meeting(matter), "end-without", Why(reason), by=by, key=key)

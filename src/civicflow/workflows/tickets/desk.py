"""`office.tickets`: the four-part ticket in words. Each method is one step of the table in `four_part`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from civicflow.calendars import TimeLimit
from civicflow.errors import InvalidInput, Refused
from civicflow.hierarchy.authority import Actor
from civicflow.ids import UnitId
from civicflow.refusals import Reason, Refusal
from civicflow.workflows.desk import CaseRef, Desk, located, share_meant
from civicflow.workflows.engine.records import Case
from civicflow.workflows.evaluating import Evaluate
from civicflow.workflows.excluding import Exclude
from civicflow.workflows.places import Place
from civicflow.workflows.routing import Circumstances, Routed
from civicflow.workflows.tickets.four_part import FOUR_PART_TICKET
from civicflow.workflows.tickets.parts import (
    Answer,
    Dispatch,
    HoldBack,
    Merge,
    Order,
    Record,
    Settle,
)
from civicflow.workflows.tickets.share import AskExtension, Complete, Decline, Extension

_SHARES: Final = ("lead", "assist")


class Tickets:
    """Orders and what becomes of them.

    Every command takes the ticket or its id and means the ticket as it is now. Each may raise `Refused`; each takes
    ``key=``, which makes a retried command act once, and returns the case that it moved.
    """

    __slots__ = ("_desk",)

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def order(
        self,
        title: str,
        *,
        unit: str,
        by: Actor,
        category: str = "",
        channel: str = "",
        place: Place | None = None,
        details: str = "",
        contact: str = "",
        requester: str | None = None,
        key: str = "",
    ) -> Case:
        """Raise a need at a unit (点单).

        Args:
            title: the public headline.
            unit: the area whose branch dispatches, by code, alias or id.
            by: whoever orders.
            category: in your own vocabulary, levels apart by ``/``, for instance ``roads/lamps``.
            channel: how it came in, for instance ``hotline``.
            place: where the matter is, public; what leads to somebody's home belongs into ``contact``.
            details: what else the office needs to know; private.
            contact: how to reach whoever orders; private.
            requester: the pseudonymous person for whom ``by`` orders, as a clerk does at the telephone; an empty id for somebody
                who gives no name, who then cannot be asked how it was. ``by`` where left out.
            key: makes a retried order the same ticket.
        """
        where = located(self._desk, place)
        data = Order(title=title, category=category, channel=channel, place=where, details=details, contact=contact)
        return self._desk.begin(FOUR_PART_TICKET.name, "order", data, by=by, unit=unit, requester=requester, key=key)

    def dispatch(
        self,
        ticket: CaseRef,
        *,
        by: Actor,
        to: Sequence[str] | None = None,
        lead: str | None = None,
        within: TimeLimit | str | None = None,
        note: str = "",
        because: str = "",
        key: str = "",
        seen: int | None = None,
    ) -> Case:
        """Hand the ticket to one or more bodies (下单), to those that the routing names where none are given.

        Args:
            ticket: the ticket or its id.
            by: the secretary of the ticket's unit.
            to: the bodies, by code, alias or id; those of `route`, with its lead, its time and its reason, where left out.
            lead: the body among them that leads; without one all lead jointly.
            within: the time promised, counted from now.
            note: read by the bodies.
            because: why these bodies, public; kept with the dispatch.
            key: makes a retried dispatch act once.
            seen: the version that the form showed; a ticket that has moved on since is a `Conflict`.
        """
        if to is None and lead is not None:
            msg = f"a lead is one of the bodies given; got {lead!r} without `to`"
            raise InvalidInput(msg)
        if to is None:
            routed = self.route(ticket)
            if not routed:
                reason = Reason(rule="routing", text=routed.why)
                raise Refused(Refusal(case=self._desk.case(ticket).id, step="dispatch", reasons=(reason,)))
            bodies, chosen, promised = routed.to, routed.lead, within or routed.within
            rule, told = routed.rule, because or str(routed.why)
        else:
            bodies, promised, rule, told = tuple(map(self._desk.unit, to)), within, "", because
            chosen = None if lead is None else self._desk.unit(lead)
        data = Dispatch(to=bodies, lead=chosen, within=promised, note=note, rule=rule, because=told)
        return self._desk.take(ticket, "dispatch", data, by=by, key=key, seen=seen)

    def route(self, ticket: CaseRef) -> Routed:
        """Where the rules would hand the ticket now, and why; nothing is changed. It says no more than `Routing.route`.

        Raises:
            NotFound: there is no such ticket, or its unit is no more.
        """
        case = self._desk.case(ticket)
        given = Circumstances(
            area=self._area_of(case),
            at=self._desk.now(),
            category=str(case.data.get("category", "")),
            channel=str(case.data.get("channel", "")),
        )
        return self._desk.routing().route(given, self._desk.chart())

    def take_up(self, ticket: CaseRef, *, by: Actor, key: str = "") -> Case:
        """Take an order of one's own accord, for the body in whose post the actor acts (认领)."""
        return self._desk.take(ticket, "take-up", by=by, key=key)

    def accept(self, ticket: CaseRef, *, by: Actor, key: str = "") -> Case:
        """Accept a share (接单): the one given, or the one that the actor's body has in the ticket given."""
        return self._desk.take(share_meant(self._desk, ticket, "accept", by, _SHARES), "accept", by=by, key=key)

    def decline(self, ticket: CaseRef, reason: str, *, by: Actor, key: str = "") -> Case:
        """Return a share with a reason (退单); it goes back to the dispatcher."""
        return self._desk.take(
            share_meant(self._desk, ticket, "decline", by, _SHARES), "decline", Decline(reason), by=by, key=key
        )

    def complete(self, ticket: CaseRef, *, by: Actor, note: str = "", key: str = "") -> Case:
        """Complete a share; when all leading shares are completed, the ticket is handled."""
        return self._desk.take(
            share_meant(self._desk, ticket, "complete", by, _SHARES), "complete", Complete(note), by=by, key=key
        )

    def ask_extension(self, ticket: CaseRef, reason: str, *, within: TimeLimit | str, by: Actor, key: str = "") -> Case:
        """Ask for more time for a share (申请延期), before its time has passed, and once.

        Args:
            ticket: the share, or the ticket in which the actor's body has one.
            reason: why it takes longer; read by the dispatcher.
            within: how much longer, counted from when its time would have passed.
            by: an officer of the body.
            key: makes a retried request act once.
        """
        data = AskExtension(within, reason)
        return self._desk.take(
            share_meant(self._desk, ticket, "ask-extension", by, _SHARES), "ask-extension", data, by=by, key=key
        )

    def extend(self, share: CaseRef, *, within: TimeLimit | str, by: Actor, key: str = "") -> Case:
        """Grant the extension that was asked for (同意延期); what was promised moves with it.

        Args:
            share: the share.
            within: how much longer, counted from when its time would have passed.
            by: the secretary of the ticket's unit.
            key: makes a retried grant act once.
        """
        return self._desk.take(share, "extend", Extension(within), by=by, key=key)

    def refuse_extension(self, share: CaseRef, *, by: Actor, why: str = "", key: str = "") -> Case:
        """Refuse the extension that was asked for (不同意延期); its time goes on where it stood still."""
        return self._desk.take(share, "refuse-extension", by=by, why=why, key=key)

    def answer(self, ticket: CaseRef, text: str, *, by: Actor, key: str = "") -> Case:
        """Tell whoever ordered what was done; duplicates that were merged into the ticket get the same answer."""
        return self._desk.take(ticket, "answer", Answer(text), by=by, key=key)

    def evaluate(
        self,
        ticket: CaseRef,
        *,
        resolved: bool,
        by: Actor,
        satisfied: int | None = None,
        comment: str = "",
        key: str = "",
    ) -> Case:
        """Say whether it is resolved and whether one is satisfied (评单): two different answers.

        Args:
            ticket: the ticket or its id.
            resolved: False re-opens it once; after that it goes one level up.
            by: whoever ordered.
            satisfied: 1 (not at all) to 5 (fully), or nothing.
            comment: private.
            key: makes a retried evaluation act once.
        """
        data = Evaluate(resolved=resolved, satisfied=satisfied, comment=comment)
        return self._desk.take(ticket, "evaluate", data, by=by, key=key)

    def withdraw(self, ticket: CaseRef, *, by: Actor, why: str = "", key: str = "") -> Case:
        """Take one's order back (撤回); shares still open are no longer needed."""
        return self._desk.take(ticket, "withdraw", by=by, why=why, key=key)

    def merge(self, duplicate: CaseRef, *, into: CaseRef, by: Actor, key: str = "") -> Case:
        """Merge a duplicate into its master (并单); both get one answer, each is evaluated by whoever ordered it."""
        return self._desk.take(duplicate, "merge", Merge(self._desk.case(into).id), by=by, key=key)

    def exclude(self, ticket: CaseRef, reason: str, *, by: Actor, note: str = "", key: str = "") -> Case:
        """Let figures leave it out (剔除), openly: out of scope, nobody to be reached.

        Args:
            ticket: the ticket or its id, while it is open.
            reason: a symbol: ``out-of-scope``, ``unreachable``, or one of your own; figures leave out what they are asked to.
            by: the secretary one level up.
            note: the reason in words, public.
            key: makes a retried command act once.
        """
        return self._desk.take(ticket, "exclude", Exclude(reason, note), by=by, key=key)

    def include(self, ticket: CaseRef, *, by: Actor, why: str = "", key: str = "") -> Case:
        """Let figures count it again (恢复统计)."""
        return self._desk.take(ticket, "include", by=by, why=why, key=key)

    def hold(self, ticket: CaseRef, reason: str, *, within: TimeLimit | str, by: Actor, key: str = "") -> Case:
        """Put on hold what cannot be solved now (挂账), for everybody to see, at the longest for ``within``."""
        return self._desk.take(ticket, "hold", HoldBack(within=within, reason=reason), by=by, key=key)

    def resume(self, ticket: CaseRef, *, by: Actor, key: str = "") -> Case:
        """End a hold before its time."""
        return self._desk.take(ticket, "resume", by=by, key=key)

    def record(
        self,
        title: str,
        *,
        unit: str,
        by: Actor,
        origin: str,
        opened: datetime,
        promise: datetime | None = None,
        requester: str | None = None,
        category: str = "",
        place: Place | None = None,
        details: str = "",
        key: str = "",
    ) -> Case:
        """Enter a matter that another system handles, with its own times; nothing is invented to fit.

        Args:
            title: the public headline.
            unit: the area whose matter it is.
            by: the secretary or clerk who records it.
            origin: where it is handled and under which number.
            opened: when it was raised there.
            promise: by when it was promised there, or None where nothing was.
            requester: the pseudonymous person who raised it, or None where nobody is known.
            category: in your own vocabulary.
            place: where the matter is, public.
            details: what was written there; private.
            key: makes a repeated import change nothing.
        """
        where = located(self._desk, place)
        data = Record(title=title, origin=origin, promise=promise, category=category, place=where, details=details)
        # Whoever records it did not raise it: where nobody is known, nobody is entered.
        return self._desk.begin(
            FOUR_PART_TICKET.name, "record", data, by=by, unit=unit, requester=requester or "", happened=opened, key=key
        )

    def settle(
        self, ticket: CaseRef, result: str, *, closed: datetime, by: Actor, details: str = "", key: str = ""
    ) -> Case:
        """Enter how a recorded matter ended elsewhere, and when.

        Args:
            ticket: the ticket or its id.
            result: in the other system's own words, public.
            closed: when it ended there.
            by: the secretary or clerk who records it.
            details: what else was written there; private.
            key: makes a repeated import change nothing.
        """
        return self._desk.take(ticket, "settle", Settle(result, details=details), by=by, happened=closed, key=key)

    def _area_of(self, case: Case) -> UnitId:
        if case.unit is None:
            msg = f"{case.id} is no unit's matter; it cannot be routed"
            raise InvalidInput(msg)
        return case.unit

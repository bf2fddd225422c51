"""`office.needs`: needs, projects and taking up in words. Each method is one step of a table, or a question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final

import attrs

from civicflow.calendars import TimeLimit, check_aware
from civicflow.errors import NotFound
from civicflow.hierarchy.authority import Actor
from civicflow.hierarchy.sites import CIRCLE
from civicflow.ids import UnitId
from civicflow.money import Money
from civicflow.texts import Text
from civicflow.workflows.desk import CaseRef, Desk, located, share_meant
from civicflow.workflows.engine.records import Case
from civicflow.workflows.likeness import Record, Suggestion, What, suggest
from civicflow.workflows.needs.contacts import Contacts, contacts_of, without_contact
from civicflow.workflows.needs.need import NEED, Reply, Voice
from civicflow.workflows.needs.parts import HandOut, Part, TakeUp, left
from civicflow.workflows.needs.project import LISTED_PROJECT, AddNeeds, ListProject, Release
from civicflow.workflows.needs.visit import VISIT, Visit
from civicflow.workflows.places import Place
from civicflow.workflows.tickets.share import Complete, Decline


@attrs.frozen(kw_only=True)
class Outcome:
    """What became of a need so far, for whoever raised it.

    Attributes:
        need: the need as it is now.
        project: the project that it follows, or last followed, or None.
        takers: the bodies that are at the project or have done their share, in the order in which they came.
        text: what the answer or report says; empty while there is none.
        says: where the need stands, as a resident reads it; while it follows a project, where that stands.
    """

    need: Case
    project: Case | None
    takers: tuple[UnitId, ...]
    text: str
    says: Text


_PARTS: Final = ("part",)


class Needs:
    """Needs and what becomes of them.

    Every command takes the case or its id and means the case as it is now. Each may raise `Refused`; each takes ``key=``,
    which makes a retried command act once, and returns the case that it moved.
    """

    __slots__ = ("_desk",)

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    # -- contacts ----------------------------------------------------------------------------------------------------

    def contacts(self, area: str, *, at: datetime | None = None, minutes: int = CIRCLE) -> Contacts:
        """To whom the residents of an area can turn; false where to nobody.

        Args:
            area: by code, alias or id.
            at: an aware instant at which a contact point must be open; any counts where left out.
            minutes: how far one is ready to walk.

        Raises:
            NotFound: there is no such area.
        """
        return contacts_of(self._desk.chart(), self._desk.unit(area), at=self._here(at), minutes=minutes)

    def without_contact(
        self, level: str, *, under: str | None = None, at: datetime | None = None, minutes: int = CIRCLE
    ) -> tuple[UnitId, ...]:
        """The areas of a level whose residents can turn to nobody, by code.

        Args:
            level: the name of the level.
            under: only those in this area, by code, alias or id.
            at: an aware instant at which a contact point must be open; any counts where left out.
            minutes: how far one is ready to walk.
        """
        inside = None if under is None else self._desk.unit(under)
        return without_contact(self._desk.chart(), level, under=inside, at=self._here(at), minutes=minutes)

    def _here(self, at: datetime | None) -> datetime | None:
        """An instant by the clock of the place, whose hours are told by it."""
        return None if at is None else check_aware(at).astimezone(self._desk.now().tzinfo)

    # -- needs -------------------------------------------------------------------------------------------------------

    def visit(self, title: str, *, unit: str, by: Actor, households: int = 1, note: str = "", key: str = "") -> Case:
        """Enter a visit from door to door (走访).

        Args:
            title: the public headline.
            unit: the area that was visited, by code, alias or id.
            by: its contact, secretary or clerk, or one of the area above.
            households: how many were reached, one or more.
            note: private.
            key: makes a retried command enter it once.
        """
        data = Visit(title=title, households=households, note=note)
        return self._desk.begin(VISIT.name, "enter", data, by=by, unit=unit, key=key)

    def voice(
        self,
        title: str,
        *,
        unit: str,
        by: Actor,
        category: str = "",
        channel: str = "",
        about: str = "",
        site: str = "",
        place: Place | None = None,
        details: str = "",
        contact: str = "",
        key: str = "",
    ) -> Case:
        """Voice a need of one's own (反映诉求).

        Args:
            title: the public headline.
            unit: the area whose need it is, by code, alias or id.
            by: whoever voices it.
            category: in your own vocabulary, levels apart by ``/``: what makes needs alike.
            channel: how it came in, for instance ``contact-point``.
            about: an exact key of what it is about, ``KIND:VALUE``, for instance ``lamp:410106-17``; needs that share one are alike.
            site: the contact point, by code or id; empty where it was none.
            place: where the matter is, public; what leads to somebody's home belongs into ``contact``.
            details: what else one needs to know; private.
            contact: how to reach whoever voices it; private.
            key: makes a retried command voice it once.
        """
        data = Voice(
            title=title,
            category=category,
            channel=channel,
            about=about,
            site=self._site(site),
            place=located(self._desk, place),
            details=details,
            contact=contact,
        )
        return self._desk.begin(NEED.name, "voice", data, by=by, unit=unit, key=key)

    def collect(
        self,
        title: str,
        *,
        unit: str,
        of: str,
        by: Actor,
        visit: CaseRef = "",
        category: str = "",
        channel: str = "",
        about: str = "",
        site: str = "",
        place: Place | None = None,
        details: str = "",
        contact: str = "",
        key: str = "",
    ) -> Case:
        """Enter a need for whoever told it (收集诉求); it is theirs, and they are told what becomes of it.

        Args:
            title: the public headline.
            unit: the area whose need it is, by code, alias or id.
            of: the pseudonymous id of whoever told it; empty where they did not say who they are.
            by: a contact, the secretary or a clerk of the area, or of the one above.
            visit: the visit on which it was heard, or its id.
            category: in your own vocabulary, levels apart by ``/``: what makes needs alike.
            channel: how it came in; ``visit`` where there was one and nothing is said.
            about: an exact key of what it is about, ``KIND:VALUE``, for instance ``lamp:410106-17``; needs that share one are alike.
            site: the contact point, by code or id; empty where it was none.
            place: where the matter is, public.
            details: what else one needs to know; private.
            contact: how to reach whoever told it; private.
            key: makes a retried command enter it once.
        """
        heard = visit if isinstance(visit, str) else visit.id
        data = Voice(
            title=title,
            category=category,
            channel=channel or ("visit" if heard else ""),
            about=about,
            site=self._site(site),
            visit=heard,
            place=located(self._desk, place),
            details=details,
            contact=contact,
        )
        return self._desk.begin(NEED.name, "collect", data, by=by, unit=unit, requester=of, key=key)

    def answer(self, need: CaseRef, text: str, *, by: Actor, key: str = "") -> Case:
        """Answer a need by itself (答复)."""
        return self._desk.take(need, "answer", Reply(text), by=by, key=key)

    def withdraw(self, need: CaseRef, *, by: Actor, why: str = "", key: str = "") -> Case:
        """Take one's own need back (撤回)."""
        return self._desk.take(need, "withdraw", by=by, why=why, key=key)

    def outcome(self, need: CaseRef) -> Outcome:
        """What became of a need so far, with the project that it follows and who took that up.

        You vouch for whoever is shown it.

        Raises:
            NotFound: there is no such need.
        """
        case = self._desk.case(need)
        if case.flow_name != NEED.name:
            msg = f"{case.id} is a {case.flow_name}, no need; give the id of a need"
            raise NotFound(msg)
        followed = case.links.get("project", ())
        project = self._desk.case(followed[-1]) if followed else None
        shares = () if project is None else self._desk.shares(project)
        at_it = [share.body for share in shares if share.outcome in ("", "completed") and share.state != "offered"]
        stands = project if project is not None and case.state == "listed" else case
        return Outcome(
            need=case,
            project=project,
            takers=tuple(dict.fromkeys(body for body in at_it if body is not None)),
            text=str(case.data.get("text", "")),
            says=self._desk.flows.rules(stands.flow).states[stands.state].text,
        )

    def suggest(self, needs: Iterable[Case], *, rejected: Iterable[tuple[str, str]] = ()) -> tuple[Suggestion, ...]:
        """Which needs may be like ones, the likest first, each with its reasons; a person decides what becomes one project.

        Those that say the same exact key in ``about`` come first; the rest is judged by title, category and place (see
        `civicflow.workflows.likeness`). Whoever raised them does not matter. `civicflow.workflows.likeness.suggesting.groups` brings the pairs
        together that somebody confirmed.

        Args:
            needs: for instance those that `Office.find` gives for ``flow="need", open=True`` under an area.
            rejected: pairs of ids of which somebody said that they are not alike.
        """
        return suggest(map(_compared, needs), rejected=rejected)

    # -- projects ----------------------------------------------------------------------------------------------------

    def list_project(
        self,
        title: str,
        *,
        needs: Iterable[CaseRef],
        unit: str,
        by: Actor,
        category: str = "",
        purpose: str = "",
        parts: Iterable[Part] = (),
        key: str = "",
    ) -> Case:
        """Put a project on the list, of like needs (列入项目清单); each of them follows it from then on.

        Args:
            title: the public headline.
            needs: the needs or their ids, one or more, of the area or below.
            unit: the area whose project it is, by code, alias or id.
            by: its secretary or a clerk.
            category: in your own vocabulary.
            purpose: what is to be done, public.
            parts: what can be taken up; the whole as one where left out.
            key: makes a retried command list it once.
        """
        ids = tuple(map(_id, needs))
        data = ListProject(title=title, needs=ids, category=category, purpose=purpose, parts=tuple(parts))
        return self._desk.begin(LISTED_PROJECT.name, "list", data, by=by, unit=unit, key=key)

    def add(self, project: CaseRef, needs: Iterable[CaseRef], *, by: Actor, key: str = "") -> Case:
        """Add like needs to a project (归并). Give many at once: each command writes down all that the project has."""
        return self._desk.take(project, "add", AddNeeds(tuple(map(_id, needs))), by=by, key=key)

    def release(self, project: CaseRef, need: CaseRef, reason: str, *, by: Actor, key: str = "") -> Case:
        """Release a need that is none of the project's after all; it waits again."""
        return self._desk.take(project, "release", Release(_id(need), reason), by=by, key=key)

    def left(self, project: CaseRef) -> Mapping[str, Decimal]:
        """What of a project is left to be taken up, by part, in pieces or in its currency."""
        return left(self._desk.case(project), self._desk.shares(project))

    def take_up(
        self,
        project: CaseRef,
        *,
        by: Actor,
        part: str = "",
        quantity: int | None = None,
        amount: Money | None = None,
        within: TimeLimit | str | None = None,
        key: str = "",
    ) -> Case:
        """Take up a project, a part of it, or so much of one, for the body in whose post the actor acts (认领).

        Args:
            project: the project or its id.
            by: an officer of the body.
            part: the part; everything that is left of all parts where left out.
            quantity: how many of it; all that are left where left out.
            amount: how much money of it; all that is left where left out.
            within: by when the body promises to have done it, counted from now.
            key: makes a retried command take it up once.
        """
        data = TakeUp(part=part, quantity=quantity, amount=amount, within=within)
        return self._desk.take(project, "take-up", data, by=by, key=key)

    def dispatch(
        self,
        project: CaseRef,
        *,
        to: str,
        by: Actor,
        part: str = "",
        quantity: int | None = None,
        amount: Money | None = None,
        within: TimeLimit | str | None = None,
        because: str = "",
        key: str = "",
    ) -> Case:
        """Hand to a body what nobody took up (派单); it accepts or returns its share.

        Args:
            project: the project or its id.
            to: the body, by code, alias or id.
            by: the secretary of the project's unit.
            part: the part; everything that is left of all parts where left out.
            quantity: how many of it; all that are left where left out.
            amount: how much money of it; all that is left where left out.
            within: the time promised, counted from now.
            because: why this body, public.
            key: makes a retried command act once.
        """
        body = self._desk.unit(to)
        data = HandOut(to=body, part=part, quantity=quantity, amount=amount, within=within, because=because)
        return self._desk.take(project, "dispatch", data, by=by, key=key)

    def order(self, project: CaseRef, *, by: Actor, key: str = "") -> Case:
        """Order a project as one four-part ticket (转点单), whose id is then in its links under ``order``.

        The secretary who ordered evaluates the ticket; when that has ended, the project is reported or declined.
        """
        return self._desk.take(project, "order", by=by, key=key)

    def accept(self, project: CaseRef, *, by: Actor, key: str = "") -> Case:
        """Accept a share that was handed out (接单): the one given, or the one that the actor's body has in the project."""
        return self._desk.take(share_meant(self._desk, project, "accept", by, _PARTS), "accept", by=by, key=key)

    def give_back(self, project: CaseRef, reason: str, *, by: Actor, key: str = "") -> Case:
        """Return a share with a reason (退单), before it is accepted or once it is under supervision; all may take it up again."""
        return self._desk.take(
            share_meant(self._desk, project, "decline", by, _PARTS), "decline", Decline(reason), by=by, key=key
        )

    def complete(self, project: CaseRef, *, by: Actor, note: str = "", key: str = "") -> Case:
        """Complete a share (办结); when everything was taken up and is completed, the project is done."""
        return self._desk.take(
            share_meant(self._desk, project, "complete", by, _PARTS), "complete", Complete(note), by=by, key=key
        )

    def report(self, project: CaseRef, text: str, *, by: Actor, key: str = "") -> Case:
        """Report what came of a project (反馈); whoever raised one of its needs is told."""
        return self._desk.take(project, "report", Reply(text), by=by, key=key)

    def decline(self, project: CaseRef, text: str, *, by: Actor, key: str = "") -> Case:
        """Decline a project with the reason (不予实施); whoever raised one of its needs is told."""
        return self._desk.take(project, "decline", Reply(text), by=by, key=key)

    def dissolve(self, project: CaseRef, text: str, *, by: Actor, key: str = "") -> Case:
        """Take a project off the list that was a mistake (撤销); its needs wait again."""
        return self._desk.take(project, "dissolve", Reply(text), by=by, key=key)

    # -- parts of them -----------------------------------------------------------------------------------------------

    def _site(self, site: str) -> str:
        return self._desk.chart().site(site).id if site else ""


def _compared(need: Case) -> Record:
    """A need as it is compared with others."""
    data = need.data
    place = data.get("place") or {}
    keys = (data["about"],) if data.get("about") else ()
    return Record(
        id=need.id,
        what=What(title=need.title, category=data.get("category", ""), place=place.get("unit") or "", keys=keys),
    )


def _id(case: CaseRef) -> str:
    return case if isinstance(case, str) else case.id

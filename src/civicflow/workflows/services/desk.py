"""`office.services`: the catalogue and its requests in words. Each command is one step of the table in `request`, or a question."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

import attrs

from civicflow.errors import NotFound, Refused
from civicflow.hierarchy.authority import Actor
from civicflow.ids import CaseId
from civicflow.money import Money
from civicflow.refusals import Reason, Refusal
from civicflow.texts import Catalogue as Sentences
from civicflow.texts import listing
from civicflow.workflows.desk import CaseRef, Desk
from civicflow.workflows.engine.records import Case
from civicflow.workflows.evaluating import Evaluate
from civicflow.workflows.services.catalogue import Catalogue, Competent, Document, Service
from civicflow.workflows.services.request import (
    SERVICE_REQUEST,
    Apply,
    AskForDocuments,
    Grant,
    HandOver,
    Refuse,
    Reroute,
    Supply,
)

SENTENCES = Sentences(
    {
        "channel": "one applies for it by {channels} | 该事项的申请渠道为{channels}",
        "documents": "missing are {documents} | 缺少{documents}",
    }
)


@attrs.frozen(kw_only=True)
class Rerouted:
    """What became of open requests when the catalogue or the day had changed.

    Attributes:
        moved: those that another body is competent for now.
        left: those that stay, since what their service is or who is competent cannot be told; with the reason.
    """

    moved: tuple[Case, ...]
    left: tuple[tuple[Case, str], ...]


class Services:
    """The one-stop desk.

    Every command takes the request or its id and means the request as it is now. Each may raise `Refused`; each takes
    ``key=``, which makes a retried command act once, and returns the case that it moved.
    """

    __slots__ = ("_desk",)

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    # -- the catalogue -----------------------------------------------------------------------------------------------

    @property
    def catalogue(self) -> Catalogue:
        """The services of the place; empty where the office was opened with none."""
        return self._desk.service_catalogue()

    def competent(self, service: str, *, area: str, on: date | None = None) -> Competent:
        """Who is competent for a service, and why.

        Args:
            service: its symbol.
            area: where the applicant lives, by code, alias or id.
            on: the day; today where left out. The organisation is today's.

        Raises:
            NotFound: there is no such service or area, or its owner is not in the register.
        """
        day = self._desk.now().date() if on is None else on
        return self.catalogue.competent(service, self._desk.unit(area), self._desk.chart(), day)

    def at(self, desk: str, *, area: str) -> tuple[Service, ...]:
        """What a desk is competent for today, seen from an area, in the order of the catalogue.

        Args:
            desk: a body, by code, alias or id.
            area: where the applicant lives, by code, alias or id.
        """
        unit, chart = self._desk.unit, self._desk.chart()
        return self.catalogue.at(unit(desk), unit(area), chart, self._desk.now().date())

    def missing(self, service: str, documents: Iterable[str] = ()) -> tuple[Document, ...]:
        """Every document that would be missing, before one applies.

        Args:
            service: its symbol.
            documents: the symbols of what is there.

        Raises:
            NotFound: there is no such service.
            InvalidInput: a document is given that it does not ask for.
        """
        return self.catalogue[service].missing(documents)

    # -- requests ----------------------------------------------------------------------------------------------------

    def apply(
        self,
        service: str,
        *,
        area: str,
        by: Actor,
        of: str | None = None,
        documents: Iterable[str] = (),
        incomplete: bool = True,
        channel: str = "",
        details: str = "",
        contact: str = "",
        key: str = "",
    ) -> Case:
        """Apply for a service (申请); it goes to whoever is competent today.

        Args:
            service: its symbol.
            area: where the applicant lives, by code, alias or id.
            by: the applicant, or whoever enters it for them.
            of: the pseudonymous id of the applicant, where somebody enters it for them.
            documents: the symbols of what is handed in.
            incomplete: what is missing may come later; False refuses the application, with everything that is missing.
            channel: how one applies, for instance ``desk``.
            details: what the desk needs to know; private.
            contact: how to reach the applicant; private.
            key: makes a retried application the same request.

        Raises:
            NotFound: there is no such service or area, or its owner is not in the register.
            InvalidInput: a document is given that it does not ask for.
            Refused: it is not applied for that way, or documents are missing and may not come later.
        """
        offered, there = self.catalogue[service], tuple(documents)
        missing = offered.missing(there)
        if offered.channels and channel not in offered.channels:
            raise _refused("channel", channels=", ".join(offered.channels))
        if missing and not incomplete:
            raise _refused("documents", documents=listing(document.text for document in missing))
        competent = self.competent(service, area=area)
        data = Apply(
            title=str(offered.text),
            service=service,
            desk=competent.body,
            because=str(competent.why),
            category=offered.kind,
            within=offered.within,
            fee=offered.fee,
            last_day=competent.last_day,
            provider=self._desk.unit(offered.provider) if offered.provider else None,
            channel=channel,
            documents=there,
            missing=tuple(document.name for document in missing),
            details=details,
            contact=contact,
        )
        anchors = {"owner": competent.owner}
        return self._desk.begin(
            SERVICE_REQUEST.name, "apply", data, by=by, unit=area, requester=of, anchors=anchors, key=key
        )

    def ask_for_documents(self, request: CaseRef, missing: Iterable[str], *, by: Actor, key: str = "") -> Case:
        """Tell the applicant, once and all at once, what is missing or wrong (一次性告知)."""
        return self._desk.take(request, "ask-for-documents", AskForDocuments(tuple(missing)), by=by, key=key)

    def supply(self, request: CaseRef, documents: Iterable[str], *, by: Actor, key: str = "") -> Case:
        """Hand in what was missing (补正); complete, the request is received anew."""
        return self._desk.take(request, "supply", Supply(tuple(documents)), by=by, key=key)

    def accept(self, request: CaseRef, *, by: Actor, key: str = "") -> Case:
        """Accept a request (受理); the promised time runs from now."""
        return self._desk.take(request, "accept", by=by, key=key)

    def grant(self, request: CaseRef, *, by: Actor, result: str = "", key: str = "") -> Case:
        """Decide in the applicant's favour (准予); the result is ready to be picked up."""
        return self._desk.take(request, "grant", Grant(result), by=by, key=key)

    def refuse(self, request: CaseRef, *, ground: str, reason: str, remedy: str, by: Actor, key: str = "") -> Case:
        """Refuse a request (不予办理), in writing.

        Args:
            request: the request or its id.
            ground: the provision.
            reason: why it applies here.
            remedy: where one may object, and until when.
            by: an officer of the competent body.
            key: makes a retried command act once.
        """
        return self._desk.take(request, "refuse", Refuse(ground=ground, reason=reason, remedy=remedy), by=by, key=key)

    def hand_over(
        self, request: CaseRef, *, by: Actor, paid: Money | None = None, how: str = "pick-up", key: str = ""
    ) -> Case:
        """Hand over what was granted (送达), against the fee where there is one."""
        return self._desk.take(request, "hand-over", HandOver(paid, how), by=by, key=key)

    def evaluate(
        self,
        request: CaseRef,
        *,
        resolved: bool,
        by: Actor,
        satisfied: int | None = None,
        comment: str = "",
        key: str = "",
    ) -> Case:
        """Say whether one has what one came for, and whether one is satisfied (评价).

        Args:
            request: the request or its id.
            resolved: whether one has what one came for.
            by: whoever applied.
            satisfied: 1 (not at all) to 5 (fully), or nothing.
            comment: private.
            key: makes a retried evaluation act once.
        """
        data = Evaluate(resolved=resolved, satisfied=satisfied, comment=comment)
        return self._desk.take(request, "evaluate", data, by=by, key=key)

    def withdraw(self, request: CaseRef, *, by: Actor, why: str = "", key: str = "") -> Case:
        """Take one's request back (撤回)."""
        return self._desk.take(request, "withdraw", by=by, why=why, key=key)

    def reroute(self, requests: Iterable[Case], *, by: Actor) -> Rerouted:
        """Hand open requests to whoever is competent by the catalogue of today; each has an entry that says why.

        Their times run on, and where they were stays in the ledger. What is ready to be picked up stays where it is.

        Args:
            requests: for instance those that `Office.find` gives for ``flow="service-request", open=True``.
            by: an officer of the owner, or the secretary of the area.

        Raises:
            Refused: the actor may not, for one of them; those before it were handed on.
        """
        moved: list[Case] = []
        left: list[tuple[Case, str]] = []
        for request in requests:
            if request.outcome or request.state in ("ready", "served") or request.unit is None:
                continue
            try:
                competent = self.competent(str(request.data["service"]), area=request.unit)
            except NotFound as error:
                left.append((request, str(error)))
                continue
            if competent.body != request.body:
                data = Reroute(desk=competent.body, because=str(competent.why), last_day=competent.last_day)
                moved.append(self._desk.take(request, "reroute", data, by=by))
        return Rerouted(moved=tuple(moved), left=tuple(left))


def _refused(rule: str, **gaps: object) -> Refused:
    reason = Reason(rule=rule, text=SENTENCES.say(rule, **gaps))
    return Refused(Refusal(case=CaseId(""), step="apply", reasons=(reason,)))

"""`office.mediation`: the mediation of disputes in words. Each method is one step of the table in `dispute`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from civicflow.hierarchy.authority import Actor
from civicflow.hierarchy.chart import Chart
from civicflow.ids import UnitId
from civicflow.workflows.desk import CaseRef, Desk, officer_meant
from civicflow.workflows.engine.records import Case
from civicflow.workflows.evaluating import Evaluate
from civicflow.workflows.mediation.dispute import DISPUTE, MEDIATOR
from civicflow.workflows.mediation.parts import (
    FOUR,
    Agree,
    Apply,
    Form,
    HandUp,
    Refer,
    Seat,
    Session,
    TakeOn,
    Venue,
    Visit,
    Way,
    Where,
)


class Mediation:
    """Disputes and what becomes of them.

    Every command takes the dispute or its id and means it as it is now. Each may raise `Refused`; each takes ``key=``, which
    makes a retried command act once, and returns the case that it moved.
    """

    __slots__ = ("_desk",)

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def apply(
        self,
        title: str,
        *,
        unit: str,
        by: Actor,
        category: str = "",
        parties: int = 2,
        across: str = "",
        names: Iterable[str] = (),
        details: str = "",
        contact: str = "",
        requester: str | None = None,
        key: str = "",
    ) -> Case:
        """Apply for mediation (申请调解) in the compound, or in the community where the dispute spans several.

        Args:
            title: the public headline; names nobody.
            unit: the area in which the dispute begins, by code, alias or id.
            by: a party, or whoever reports the dispute.
            category: in your own vocabulary, for instance ``neighbours/noise``.
            parties: how many parties there are.
            across: why it cannot begin in one compound; empty where it can.
            names: who the parties are; private.
            details: what it is about; private.
            contact: how to reach them; private.
            requester: the party for whom somebody else reports it.
            key: makes a retried application the same dispute.
        """
        data = Apply(
            title=title,
            category=category,
            parties=parties,
            across=across,
            names=tuple(names),
            details=details,
            contact=contact,
        )
        return self._desk.begin(DISPUTE.name, "apply", data, by=by, unit=unit, requester=requester, key=key)

    def take_on(
        self,
        dispute: CaseRef,
        *,
        by: Actor,
        body: str = "",
        officer: str = "",
        way: Way = "case-officer",
        large: bool = False,
        key: str = "",
    ) -> Case:
        """Make one mediator responsible (受理、包案); again, to hand the dispute to another one.

        Args:
            dispute: the dispute or its id.
            by: the secretary of its unit.
            body: the body of the mediator, by code, alias or id; the nearest with one, from the unit upwards, where left out.
            officer: the mediator, where the body has several; else its one.
            way: ``door``, ``case-officer`` or ``tracked``.
            large: whether it belongs in the community.
            key: makes a retried command act once.
        """
        chart = self._desk.chart()
        at = self._desk.unit(body) if body else self._nearest(chart, dispute, MEDIATOR.post) or UnitId("")
        person = officer_meant(self._desk, MEDIATOR.post, at, officer)
        return self._desk.take(
            dispute, "take-on", TakeOn(body=at, officer=person, way=way, large=large), by=by, key=key
        )

    def seats(self, dispute: CaseRef, *, excused: Mapping[str, str] | None = None) -> tuple[Seat, ...]:
        """The four by the register of today: each post where it is held nearest, from the dispute's unit upwards.

        Args:
            dispute: the dispute or its id.
            excused: why somebody is not there, by post; a post that nobody holds needs a reason, too.
        """
        chart, reasons = self._desk.chart(), dict(excused or {})
        found = {post: None if post in reasons else self._nearest(chart, dispute, post) for post in FOUR}
        return tuple(Seat(post, unit, reasons.get(post, "")) for post, unit in found.items())

    def meet(
        self,
        dispute: CaseRef,
        *,
        by: Actor,
        venue: Venue = "office",
        excused: Mapping[str, str] | None = None,
        volunteers: int = 0,
        notes: str = "",
        helpers: Iterable[str] = (),
        key: str = "",
    ) -> Case:
        """Hold a session of the four, and of whoever helps (4+A); who was there stands in its entry.

        Args:
            dispute: the dispute or its id.
            by: the mediator responsible.
            venue: ``door`` or ``office``.
            excused: why one of the four was not there, by post; see `seats`.
            volunteers: how many others helped.
            notes: what was said, and by whom; private.
            helpers: who the others were; private.
            key: makes a retried command act once.
        """
        seats = self.seats(dispute, excused=excused)
        data = Session(seats=seats, venue=venue, volunteers=volunteers, notes=notes, helpers=tuple(helpers))
        return self._desk.take(dispute, "meet", data, by=by, key=key)

    def agree(
        self,
        dispute: CaseRef,
        *,
        by: Actor,
        form: Form = "written",
        terms: str = "",
        document: str = "",
        signatures: Iterable[str] = (),
        key: str = "",
    ) -> Case:
        """Record the agreement of the parties, or a new version of it.

        Args:
            dispute: the dispute or its id.
            by: the mediator responsible.
            form: ``written``, signed by each party, or ``oral``.
            terms: what was agreed; private.
            document: the name of the attachment that is the agreement, where there is one; see `Office.attach`.
            signatures: who signed; private.
            key: makes a retried command act once.
        """
        data = Agree(form=form, terms=terms, document=document, signatures=tuple(signatures))
        return self._desk.take(dispute, "agree", data, by=by, key=key)

    def visit(self, dispute: CaseRef, *, kept: bool, by: Actor, notes: str = "", key: str = "") -> Case:
        """Visit after the agreement (回访) and say whether it is kept; if not, it is mediated again."""
        return self._desk.take(dispute, "visit", Visit(kept=kept, notes=notes), by=by, key=key)

    def hand_up(self, dispute: CaseRef, reason: str, *, by: Actor, key: str = "") -> Case:
        """Hand the dispute one level up, never further, where it is taken on anew."""
        return self._desk.take(dispute, "hand-up", HandUp(reason), by=by, key=key)

    def refer(self, dispute: CaseRef, reason: str, *, to: Where, by: Actor, key: str = "") -> Case:
        """End it without an agreement, and refer the parties to ``court``, ``arbitration`` or ``administration``."""
        return self._desk.take(dispute, "refer", Refer(to=to, reason=reason), by=by, key=key)

    def evaluate(
        self,
        dispute: CaseRef,
        *,
        resolved: bool,
        by: Actor,
        satisfied: int | None = None,
        comment: str = "",
        key: str = "",
    ) -> Case:
        """Say whether it is resolved and how satisfied one is, 1 to 5; unresolved, it is mediated again."""
        data = Evaluate(resolved=resolved, satisfied=satisfied, comment=comment)
        return self._desk.take(dispute, "evaluate", data, by=by, key=key)

    def withdraw(self, dispute: CaseRef, *, by: Actor, why: str = "", key: str = "") -> Case:
        """Take the dispute back (撤回)."""
        return self._desk.take(dispute, "withdraw", by=by, why=why, key=key)

    def _nearest(self, chart: Chart, dispute: CaseRef, post: str) -> UnitId | None:
        """The unit nearest to the dispute, from its own upwards, in which a post is held."""
        here = self._desk.case(dispute).unit
        line = () if here is None else (here, *chart.ancestors(here))
        held = (body.id for area in line for body in chart.bodies(area) if chart.holders(post, body.id))
        return next(held, None)

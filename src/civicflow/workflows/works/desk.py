"""`office.works`: works in words, from the quotes to the account. Each method is one step of a stage.

They take the case of any flow in which the stages of works stand, a work order or a proposal that goes on to be built, whatever the
stages are called there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from civicflow.errors import NotFound
from civicflow.hierarchy.authority import Actor
from civicflow.ids import PersonId
from civicflow.money import Money
from civicflow.workflows.desk import CaseRef, Desk
from civicflow.workflows.engine.records import Case
from civicflow.workflows.evaluating import Evaluate
from civicflow.workflows.notice import AnswerObjection, Object
from civicflow.workflows.proposing import Source
from civicflow.workflows.works.building import Defects, Milestone, Plan, PutOff, Report, Vary
from civicflow.workflows.works.commissioning import Commission
from civicflow.workflows.works.comparing import Criterion, Points, seal_quote
from civicflow.workflows.works.decision import Execute
from civicflow.workflows.works.inspecting import Inspect
from civicflow.workflows.works.quoting import (
    CONFLICT_OF_INTEREST,
    Award,
    Call,
    ExcludeBidder,
    GoOn,
    HandIn,
    IncludeBidder,
    Open,
)
from civicflow.workflows.works.roles import GiveUp
from civicflow.workflows.works.work_order import GROUP, WORK_ORDER


class Works:
    """Works and what becomes of them.

    Every command takes the case or its id and means it as it is now. Each may raise `Refused`; each takes ``key=``,
    which makes a retried command act once.
    """

    __slots__ = ("_desk",)

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def begin(
        self,
        title: str,
        *,
        group: str,
        unit: str,
        budget: Money,
        sources: Sequence[Source],
        by: Actor,
        purpose: str = "",
        kinds: Iterable[str] = (),
        matter: CaseRef | None = None,
        requester: str | None = None,
        key: str = "",
    ) -> Case:
        """Begin a work order, with its money.

        Args:
            title: the public headline.
            group: the body that asked for the work, whose delegates witness and inspect, by code, alias or id.
            unit: the area whose matter it is.
            budget: what it may cost.
            sources: where every yuan of it comes from.
            by: the secretary of the unit.
            purpose: what is to be done, public.
            kinds: what kind of matter it is, as in `civicflow.workflows.proposing`.
            matter: the case that decided it, for which the money is reserved, and whose decision the order then is; None where the
                money is to be reserved now.
            requester: who asked for it and is told of each change; whoever begins it where left out.
            key: makes a retried command the same one.
        """
        decided = None if matter is None else self._desk.case(matter)
        data = Commission(
            title=title,
            budget=budget,
            sources=sources,
            purpose=purpose,
            kinds=tuple(kinds),
            matter="" if decided is None else decided.id,
            decided="" if decided is None else str(decided.data.get("decision", "")),
        )
        anchors = {GROUP: self._desk.unit(group)}
        return self._desk.begin(
            WORK_ORDER.name, "commission", data, by=by, unit=unit, anchors=anchors, requester=requester, key=key
        )

    # -- quotes and award ------------------------------------------------------------------------------------------------

    def call(
        self,
        work: CaseRef,
        *,
        closing: date,
        by: Actor,
        wanted: str = "",
        price: int = 100,
        criteria: Iterable[Criterion] = (),
        invited: Iterable[str] = (),
        key: str = "",
    ) -> Case:
        """Call for quotes until the end of a day; again, if there were too few.

        Args:
            work: the case.
            closing: the last day, three working days later or more.
            by: the secretary.
            wanted: what is to be built, public.
            price: how many points the price gives at most.
            criteria: what else gives points; none where the lowest price is best.
            invited: bodies that are asked to quote, by code, alias or id; any other may, too.
            key: makes a retried command act once.
        """
        bodies = tuple(map(self._desk.unit, invited))
        data = Call(closing=closing, wanted=wanted, price=price, criteria=criteria, invited=bodies)
        return self._take(work, "call", data, by=by, key=key)

    def quote(
        self,
        work: CaseRef,
        amount: Money | None = None,
        *,
        secret: str = "",
        by: Actor,
        bidder: str = "",
        sealed: str = "",
        key: str = "",
    ) -> Case:
        """Hand in a sealed quote; once, and it is not changed.

        Args:
            work: the case.
            amount: what is asked for. It is sealed here and goes no further; None for one that was sealed elsewhere, or for an
                envelope of paper.
            secret: with which the amount is sealed, and with which it is opened later. Keep it.
            by: an officer of the body that quotes, or the secretary for somebody who quotes in writing.
            bidder: for whom the secretary hands it in: a body, or a name.
            sealed: the digest that the bidder made, in place of amount and secret.
            key: makes a retried command act once.
        """
        meant = self._bidder(bidder)
        if amount is not None:
            sealed = seal_quote(meant or str(by.unit), amount, secret)
        return self._take(work, "quote", HandIn(bidder=meant, sealed=sealed), by=by, key=key)

    def open_quote(
        self,
        work: CaseRef,
        amount: Money,
        *,
        by: Actor,
        secret: str = "",
        bidder: str = "",
        witness: str = "",
        terms: str = "",
        key: str = "",
    ) -> Case:
        """Open a quote after the closing day: with the secret that sealed it, or an envelope beside a witness.

        Args:
            work: the case.
            amount: what is asked for.
            by: an officer of the body that quoted, or the secretary.
            secret: with which it was sealed; empty for an envelope of paper.
            bidder: whose quote the secretary opens.
            witness: a delegate who saw the envelope opened.
            terms: what else is offered, public.
            key: makes a retried command act once.
        """
        seen = PersonId(witness) if witness else None
        data = Open(bidder=self._bidder(bidder), amount=amount, secret=secret, witness=seen, terms=terms)
        return self._take(work, "open", data, by=by, key=key)

    def go_on(self, work: CaseRef, reason: str, *, by: Actor, key: str = "") -> Case:
        """Go on with fewer quotes than there should be, with a public reason."""
        return self._take(work, "go-on", GoOn(reason), by=by, key=key)

    def exclude_bidder(
        self, work: CaseRef, bidder: str, *, by: Actor, note: str, reason: str = CONFLICT_OF_INTEREST, key: str = ""
    ) -> Case:
        """Leave a bidder out, by the level above: ``reason`` is a symbol, ``note`` says it in words."""
        data = ExcludeBidder(bidder=self._bidder(bidder), excluded=reason, note=note)
        return self._take(work, "exclude", data, by=by, key=key)

    def include_bidder(self, work: CaseRef, bidder: str, *, by: Actor, note: str = "", key: str = "") -> Case:
        """Take an exclusion back, by the level above."""
        return self._take(work, "include", IncludeBidder(bidder=self._bidder(bidder), note=note), by=by, key=key)

    def award(
        self, work: CaseRef, bidder: str, *, by: Actor, reason: str = "", points: Iterable[Points] = (), key: str = ""
    ) -> Case:
        """Award the work: to the best quote, or to another one with a public reason.

        Args:
            work: the case.
            bidder: whose quote is taken.
            by: the secretary.
            reason: why this one, where it is not the best.
            points: what each quote gets for each criterion of the call.
            key: makes a retried command act once.
        """
        given = tuple(Points(self._bidder(one.bidder), one.criterion, one.points) for one in points)
        data = Award(bidder=self._bidder(bidder), reason=reason, points=given, decision=self._decision(work))
        return self._take(work, "award", data, by=by, key=key)

    def ask_for_more(self, work: CaseRef, *, by: Actor, key: str = "") -> Case:
        """Send the question back for more money: every quote is above the budget."""
        return self._take(work, "ask-for-more", by=by, key=key)

    def give_up(self, work: CaseRef, reason: str, *, by: Actor, key: str = "") -> Case:
        """Take no quote, with a public reason."""
        return self._take(work, "give-up", GiveUp(reason), by=by, key=key)

    def object(self, work: CaseRef, text: str, *, by: Actor, key: str = "") -> Case:
        """Object to an award on public notice; returns the case, whose shares hold the objection."""
        return self._take(work, "object", Object(text), by=by, key=key)

    def answer_objection(
        self, objection: CaseRef, text: str, *, by: Actor, uphold: bool = False, key: str = ""
    ) -> Case:
        """Answer an objection, or uphold it: then the award does not stand."""
        return self._desk.take(objection, "uphold" if uphold else "answer", AnswerObjection(text), by=by, key=key)

    # -- building ----------------------------------------------------------------------------------------------------------

    def plan(
        self,
        work: CaseRef,
        milestones: Iterable[Milestone],
        *,
        by: Actor,
        retained: Money | None = None,
        key: str = "",
    ) -> Case:
        """Agree with the contractor on milestones, which with what is retained are the award, to the fen.

        Args:
            work: the case.
            milestones: in order; `civicflow.workflows.works.building.shared_out` makes them of shares.
            by: the secretary.
            retained: what is paid only when the whole has been accepted, 3 in a hundred of the award at most.
            key: makes a retried command act once.
        """
        data = Plan(milestones=milestones, retained=retained, decision=self._decision(work))
        return self._take(work, "plan", data, by=by, key=key)

    def report(self, work: CaseRef, done: str, *, evidence: Iterable[str], by: Actor, key: str = "") -> Case:
        """Report the milestone in work as done, with evidence; by the contractor, or the secretary on paper."""
        return self._take(work, "report", Report(done, tuple(evidence)), by=by, key=key)

    def pass_milestone(self, work: CaseRef, *, by: Actor, key: str = "") -> Case:
        """Pass a milestone that was reported, so that it is paid."""
        return self._take(work, "pass", by=by, key=key)

    def send_milestone_back(
        self, work: CaseRef, defects: Iterable[str], *, until: date, by: Actor, key: str = ""
    ) -> Case:
        """Send a milestone back with its defects, and the day by which they are mended."""
        return self._take(work, "send-back", Defects(tuple(defects), until), by=by, key=key)

    def pay(self, work: CaseRef, *, by: Actor, key: str = "") -> Case:
        """Pay the milestone that was passed, of each source in proportion."""
        return self._take(work, "pay", Execute(self._decision(work)), by=by, key=key)

    def put_off(self, work: CaseRef, *, until: date, reason: str, by: Actor, key: str = "") -> Case:
        """Put the milestone in work off to another day, with a reason."""
        return self._take(work, "put-off", PutOff(until, reason), by=by, key=key)

    def vary(self, work: CaseRef, milestone: str, amount: Money, *, reason: str, by: Actor, key: str = "") -> Case:
        """Change the amount of a milestone that is not reported yet, by a delegate, with a reason and within the budget."""
        return self._take(work, "vary", Vary(milestone, amount, reason), by=by, key=key)

    def end_contract(self, work: CaseRef, reason: str, *, by: Actor, key: str = "") -> Case:
        """End the contract, with a reason; what was paid stays paid."""
        return self._take(work, "end", GiveUp(reason), by=by, key=key)

    # -- acceptance, account, evaluation -----------------------------------------------------------------------------------

    def inspect(self, work: CaseRef, *, by: Actor, defects: Iterable[str] = (), key: str = "") -> Case:
        """Inspect the whole and sign: as a delegate or a resident, with the defects that were found."""
        return self._take(work, "inspect", Inspect(tuple(defects)), by=by, key=key)

    def mend(self, work: CaseRef, done: str, *, evidence: Iterable[str], by: Actor, key: str = "") -> Case:
        """Report the defects mended, with evidence; the whole is inspected anew."""
        return self._take(work, "mend", Report(done, tuple(evidence)), by=by, key=key)

    def reject(self, work: CaseRef, reason: str, *, by: Actor, key: str = "") -> Case:
        """Refuse the whole for good after a second inspection, with a reason; by a delegate."""
        return self._take(work, "reject", GiveUp(reason), by=by, key=key)

    def settle(self, work: CaseRef, *, by: Actor, key: str = "") -> Case:
        """Settle the account: what was retained is paid, what was saved goes back; ``data["account"]`` has it all."""
        return self._take(work, "settle", Execute(self._decision(work)), by=by, key=key)

    def evaluate(
        self,
        work: CaseRef,
        *,
        resolved: bool,
        satisfied: int | None = None,
        comment: str = "",
        by: Actor,
        key: str = "",
    ) -> Case:
        """Evaluate what was built, once."""
        return self._take(
            work, "evaluate", Evaluate(resolved=resolved, satisfied=satisfied, comment=comment), by=by, key=key
        )

    # -- how ---------------------------------------------------------------------------------------------------------------

    def _take(self, work: CaseRef, step: str, data: Any = None, *, by: Actor, key: str) -> Case:
        """A step of the stage in which the case stands; elsewhere the step of another stage, which is refused."""
        now = self._desk.case(work)
        stage = now.state.partition(".")[0]
        names = [one.name for one in self._desk.flows.rules(now.flow).flow.steps if one.name.endswith(f".{step}")]
        meant = f"{stage}.{step}"
        # A key stands for the step, in whatever stage it was taken: repeated later it must not mean another one.
        return self._desk.take(
            now, meant if meant in names or not names else names[0], data, by=by, key=key, command=step
        )

    def _decision(self, work: CaseRef) -> str:
        return str(self._desk.case(work).data.get("decision", ""))

    def _bidder(self, bidder: str) -> str:
        """A body's id where one is called so, else the name as it is."""
        try:
            return str(self._desk.unit(bidder)) if bidder else ""
        except NotFound:
            return bidder

"""`office.councils`: proposals and votes in words. Each method is one step of the table in `proposal`."""

from __future__ import annotations

from collections.abc import Sequence

import attrs

from civicflow.errors import InvalidInput
from civicflow.hierarchy.authority import Actor
from civicflow.ids import UnitId
from civicflow.money import Money
from civicflow.workflows.councils.presentation import Present, TurnDown
from civicflow.workflows.councils.prior_review import SendBack
from civicflow.workflows.councils.proposal import COUNCIL_PROPOSAL, Annul, Withdraw
from civicflow.workflows.desk import CaseRef, Desk
from civicflow.workflows.engine.records import Case
from civicflow.workflows.notice import AnswerObjection, Object
from civicflow.workflows.proposing import Amend, Propose, Source, text_of
from civicflow.workflows.voting.ballots import BALLOT, CastVote, Choice


class Councils:
    """Proposals and what becomes of them.

    Every command takes the proposal or its id and means it as it is now. Each may raise `Refused`; each takes ``key=``,
    which makes a retried command act once.
    """

    __slots__ = ("_desk",)

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    # -- the text ----------------------------------------------------------------------------------------------------

    def propose(
        self,
        title: str,
        *,
        group: str,
        council: str,
        unit: str,
        budget: Money,
        sources: Sequence[Source],
        by: Actor,
        purpose: str = "",
        kinds: Sequence[str] = (),
        branch: str = "",
        board: str = "",
        flow: str = COUNCIL_PROPOSAL.name,
        key: str = "",
    ) -> Case:
        """Draft a proposal for a residents' group council.

        Args:
            title: the public headline.
            group: the group council, by code, alias or id.
            council: the community council that decides, by code, alias or id.
            unit: the community whose matter it is.
            budget: what it costs.
            sources: where every yuan of it comes from.
            by: a delegate of the group council.
            purpose: what is to be done, public.
            kinds: what kinds of major matter it is, in the words of the place's list; none for an ordinary one.
            branch: the Party organisation that reviews major matters first; left out, the unit's only one.
            board: the supervisory board that follows the whole course; left out, the unit's only one.
            flow: a proposal flow of your own, composed of the same stages.
            key: makes a retried proposal the same one.

        Raises:
            InvalidInput: the unit has no branch or board, or several, and none was named.
        """
        area = self._desk.unit(unit)
        anchors = {
            "group": self._desk.unit(group),
            "council": self._desk.unit(council),
            "branch": self._only(branch, area, "party-organisation", "branch"),
            "board": self._only(board, area, "supervisory-board", "board"),
        }
        data = Propose(title=title, budget=budget, sources=sources, purpose=purpose, kinds=kinds)
        return self._desk.begin(flow, "propose", data, by=by, unit=area, anchors=anchors, key=key)

    def amend(
        self,
        proposal: CaseRef,
        reason: str,
        *,
        by: Actor,
        title: str | None = None,
        budget: Money | None = None,
        sources: Sequence[Source] | None = None,
        purpose: str | None = None,
        kinds: Sequence[str] | None = None,
        key: str = "",
    ) -> Case:
        """Make another version of the text, by its author while it is a draft, by any member while it is deliberated.

        Args:
            proposal: the proposal.
            reason: why, public.
            by: who amends.
            title: if it changes; so with what follows.
            budget: what it costs.
            sources: where every yuan of it comes from.
            purpose: what is to be done.
            kinds: what kinds of major matter it is.
            key: makes a retried command the same one.

        Raises:
            Conflict: somebody else acted on it in the same moment; read what it says now, and amend that.
        """
        now = self._desk.case(proposal)
        given = {"title": title, "budget": budget, "sources": sources, "purpose": purpose, "kinds": kinds}
        whole = attrs.asdict(text_of(now), recurse=False)
        data = Amend(reason=reason, **whole | {name: value for name, value in given.items() if value is not None})
        step = self._in(now, "amend")
        return self._desk.take(proposal, step, data, by=by, seen=now.version, key=key, command="amend")

    def endorse(self, proposal: CaseRef, *, by: Actor, key: str = "") -> Case:
        """Endorse a draft, as a member other than its author."""
        return self._desk.take(proposal, "draft.endorse", by=by, key=key)

    def hand_in(self, proposal: CaseRef, *, by: Actor, key: str = "") -> Case:
        """Hand a draft in that enough others have endorsed; a major one goes to prior review."""
        return self._desk.take(proposal, "draft.hand-in", by=by, key=key)

    def settle(self, proposal: CaseRef, *, by: Actor, key: str = "") -> Case:
        """Settle the text, which is voted on as it stands."""
        return self._desk.take(proposal, "deliberation.settle", by=by, key=key)

    def refer(self, proposal: CaseRef, *, by: Actor, key: str = "") -> Case:
        """Send a text that has become a major matter to prior review."""
        return self._desk.take(proposal, "deliberation.refer", by=by, key=key)

    def review(self, proposal: CaseRef, *, by: Actor, key: str = "") -> Case:
        """Pass a major text in prior review, for the branch committee."""
        return self._desk.take(proposal, "review.pass", by=by, key=key)

    def return_from_review(self, proposal: CaseRef, reason: str, *, by: Actor, key: str = "") -> Case:
        """Return a major text to its author, for the branch committee."""
        return self._desk.take(proposal, "review.return", SendBack(reason), by=by, key=key)

    def withdraw(self, proposal: CaseRef, reason: str, *, by: Actor, key: str = "") -> Case:
        """Take a proposal back before it is voted on, or between two votes."""
        return self._desk.take(proposal, "withdraw", Withdraw(reason), by=by, key=key)

    def annul(self, proposal: CaseRef, reason: str, ground: str, *, by: Actor, key: str = "") -> Case:
        """Annul a decision that was against the law, by the secretary one level up; what was not paid goes back."""
        return self._desk.take(proposal, "annul", Annul(reason=reason, ground=ground), by=by, key=key)

    # -- votes -------------------------------------------------------------------------------------------------------

    def open_vote(self, proposal: CaseRef, *, by: Actor, key: str = "") -> Case:
        """Open the vote that the proposal waits for; the roll is frozen now."""
        return self._in_vote(proposal, "open", by=by, key=key)

    def vote(self, proposal: CaseRef, choice: Choice, *, by: Actor, key: str = "") -> Case:
        """Vote, once, in the vote that is open; returns the ballot."""
        now = self._desk.case(proposal)
        return self._desk.begin(
            BALLOT.name,
            "cast",
            CastVote(choice),
            by=by,
            unit=now.unit,
            anchors=now.anchors,
            parent=now.id,
            brood="ballot",
            child=by.person or "",
            key=key,
        )

    def close_vote(self, proposal: CaseRef, *, by: Actor, key: str = "") -> Case:
        """Close the vote before its time; it is counted at once."""
        return self._in_vote(proposal, "close", by=by, key=key)

    # -- public notice -----------------------------------------------------------------------------------------------

    def object(self, proposal: CaseRef, text: str, *, by: Actor, key: str = "") -> Case:
        """Object to a resolution on public notice; returns the proposal, whose shares hold the objection."""
        return self._desk.take(proposal, "notice.object", Object(text), by=by, key=key)

    def objections(self, proposal: CaseRef) -> tuple[Case, ...]:
        """The objections to a proposal, in the order in which they were raised."""
        return tuple(share for share in self._desk.shares(proposal) if share.slot == "objection")

    def answer_objection(
        self, objection: CaseRef, text: str, *, by: Actor, uphold: bool = False, key: str = ""
    ) -> Case:
        """Answer an objection, or uphold it, which sends the resolution back."""
        return self._desk.take(objection, "uphold" if uphold else "answer", AnswerObjection(text), by=by, key=key)

    # -- before the council ------------------------------------------------------------------------------------------

    def submit(self, proposal: CaseRef, *, by: Actor, key: str = "") -> Case:
        """Submit the group's resolution to the council."""
        return self._desk.take(proposal, "presentation.submit", by=by, key=key)

    def admit(self, proposal: CaseRef, *, by: Actor, key: str = "") -> Case:
        """Admit what was submitted, as the council's chair."""
        return self._desk.take(proposal, "presentation.admit", by=by, key=key)

    def send_back(self, proposal: CaseRef, reason: str, *, by: Actor, key: str = "") -> Case:
        """Return what was submitted to its author, who drafts it anew."""
        return self._desk.take(proposal, "presentation.return", TurnDown(reason), by=by, key=key)

    def reject(self, proposal: CaseRef, reason: str, *, by: Actor, key: str = "") -> Case:
        """Reject what is not for the council to decide."""
        return self._desk.take(proposal, "presentation.reject", TurnDown(reason), by=by, key=key)

    def present(self, proposal: CaseRef, *, by: Actor, opinions: str = "", own_funds: str = "", key: str = "") -> Case:
        """Present the proposal to the community council ("roadshow")."""
        return self._desk.take(proposal, "presentation.present", Present(opinions, own_funds), by=by, key=key)

    def reserve(self, proposal: CaseRef, *, by: Actor, key: str = "") -> Case:
        """Try again to reserve the money of a proposal that waits for it."""
        return self._desk.take(proposal, "funding.reserve", by=by, key=key)

    # -- helpers -----------------------------------------------------------------------------------------------------

    def _only(self, named: str, area: UnitId, kind: str, role: str) -> UnitId:
        """The body that is named, or the only one of a kind in an area."""
        if named:
            return self._desk.unit(named)
        found = [body.id for body in self._desk.chart().bodies(area, kind)]
        if len(found) != 1:
            msg = f"{self._desk.chart().code(area)} has {len(found)} bodies of kind {kind}; name one by {role}="
            raise InvalidInput(msg)
        return found[0]

    def _in_vote(self, proposal: CaseRef, step: str, *, by: Actor, key: str) -> Case:
        """A step of the vote that the proposal stands before or in; elsewhere the council's own, which is refused."""
        now = self._desk.case(proposal)
        stage = "group" if self._stage(now) == "group" else "council"
        # A key stands for "open the vote", whichever vote that was: repeated later it must not mean the next one.
        return self._desk.take(now, f"{stage}.{step}", by=by, key=key, command=f"{step}-vote")

    def _in(self, proposal: Case, step: str) -> str:
        """A step of drafting while it is a draft, else of deliberation."""
        return f"{'draft' if self._stage(proposal) == 'draft' else 'deliberation'}.{step}"

    @staticmethod
    def _stage(proposal: Case) -> str:
        return proposal.state.partition(".")[0]

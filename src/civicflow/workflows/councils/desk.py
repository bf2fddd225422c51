"""`office.councils`: proposals and votes in words. Each method is one step of the table in `proposal`."""

from __future__ import annotations

from collections.abc import Sequence

from civicflow.hierarchy.authority import Actor
from civicflow.money import Money
from civicflow.workflows.councils.notice import AnswerObjection, Object
from civicflow.workflows.councils.proposal import COUNCIL_PROPOSAL, Present, Propose, Source
from civicflow.workflows.desk import CaseRef, Desk
from civicflow.workflows.engine.records import Case
from civicflow.workflows.voting.ballots import BALLOT, CastVote, Choice


class Councils:
    """Proposals and what becomes of them.

    Every command takes the proposal or its id and means it as it is now. Each may raise `Refused`; each takes ``key=``,
    which makes a retried command act once.
    """

    __slots__ = ("_desk",)

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

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
        key: str = "",
    ) -> Case:
        """Put a proposal to a residents' group council.

        Args:
            title: the public headline.
            group: the group council, by code, alias or id.
            council: the community council that decides, by code, alias or id.
            unit: the community whose matter it is.
            budget: what it costs.
            sources: where every yuan of it comes from.
            by: a delegate of the group council.
            purpose: what is to be done, public.
            key: makes a retried proposal the same one.
        """
        anchors = {"group": self._desk.unit(group), "council": self._desk.unit(council)}
        data = Propose(title=title, budget=budget, sources=sources, purpose=purpose)
        return self._desk.begin(COUNCIL_PROPOSAL.name, "propose", data, by=by, unit=unit, anchors=anchors, key=key)

    def open_vote(self, proposal: CaseRef, *, by: Actor, key: str = "") -> Case:
        """Open the vote that the proposal waits for; the roll is frozen now."""
        return self._in_stage(proposal, "open", by=by, key=key)

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
        return self._in_stage(proposal, "close", by=by, key=key)

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

    def present(self, proposal: CaseRef, *, by: Actor, opinions: str = "", key: str = "") -> Case:
        """Present the proposal to the community council ("roadshow")."""
        return self._desk.take(proposal, "presentation.present", Present(opinions), by=by, key=key)

    def reserve(self, proposal: CaseRef, *, by: Actor, key: str = "") -> Case:
        """Try again to reserve the money of a proposal that waits for it."""
        return self._desk.take(proposal, "funding.reserve", by=by, key=key)

    def _in_stage(self, proposal: CaseRef, step: str, *, by: Actor, key: str) -> Case:
        """A step of the vote that the proposal stands before or in; elsewhere the council's own, which is refused."""
        now = self._desk.case(proposal)
        stage = "group" if self._stage(now) == "group" else "council"
        # A key stands for "open the vote", whichever vote that was: repeated later it must not mean the next one.
        return self._desk.take(now, f"{stage}.{step}", by=by, key=key, command=f"{step}-vote")

    @staticmethod
    def _stage(proposal: Case) -> str:
        return proposal.state.partition(".")[0]

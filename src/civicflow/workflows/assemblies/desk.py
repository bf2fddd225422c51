"""`office.assemblies`: decisions of a compound in words. Each method is one step of the table `THREE_PARTY`."""

from __future__ import annotations

from collections.abc import Sequence

from civicflow.hierarchy.authority import Actor
from civicflow.money import Money
from civicflow.workflows.assemblies.three_party import THREE_PARTY, Amend, Bring
from civicflow.workflows.assemblies.voices import Decline
from civicflow.workflows.councils.prior_review import SendBack
from civicflow.workflows.desk import CaseRef, Desk
from civicflow.workflows.engine.records import Case


class Assemblies:
    """Three-party decisions.

    Every command may raise `Refused`; each takes ``key=``, which makes a retried command act once.
    """

    __slots__ = ("_desk",)

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def bring(
        self,
        title: str,
        *,
        unit: str,
        branch: str,
        committee: str,
        partner: str,
        by: Actor,
        purpose: str = "",
        kinds: Sequence[str] = (),
        budget: Money | None = None,
        document: CaseRef = "",
        after_days: int = 1,
        key: str = "",
    ) -> Case:
        """Bring a matter.

        Args:
            title: the public headline.
            unit: the compound, by code, alias or id.
            branch: the body that is its branch; its secretary speaks for it.
            committee: the owners' or self-management committee; its chair speaks for it.
            partner: the property company, for which its manager speaks, or the body of the residents, for which a delegate does.
            by: who speaks for one of the three.
            purpose: what is to be done, public.
            kinds: what kind of matter it is, in the place's own list of major matters.
            budget: what it costs; left out, nothing.
            document: a document of the compound whose drafted text the decision adopts.
            after_days: how many days after the decision that version is in force.
            key: makes a retried command act once.
        """
        unit_of = self._desk.unit
        text = self._desk.case(document).data["text"] if document else ""
        data = Bring(
            title=title,
            purpose=purpose,
            kinds=kinds,
            budget=budget or Money(0),
            document=document if isinstance(document, str) else document.id,
            document_text=text,
            after_days=after_days,
        )
        anchors = {"branch": unit_of(branch), "committee": unit_of(committee), "partner": unit_of(partner)}
        return self._desk.begin(THREE_PARTY.name, "bring", data, by=by, unit=unit, anchors=anchors, key=key)

    def amend(
        self,
        matter: CaseRef,
        title: str,
        *,
        by: Actor,
        purpose: str = "",
        kinds: Sequence[str] = (),
        budget: Money | None = None,
        key: str = "",
    ) -> Case:
        """Put it in other words, whole, before the parties are asked; what is major is reviewed anew."""
        data = Amend(title=title, purpose=purpose, kinds=kinds, budget=budget or Money(0))
        return self._desk.take(matter, "table.amend", data, by=by, key=key)

    def refer(self, matter: CaseRef, *, by: Actor, key: str = "") -> Case:
        """Send a major matter to prior review by the branch committee."""
        return self._desk.take(matter, "table.refer", by=by, key=key)

    def review(self, matter: CaseRef, *, by: Actor, returned: str = "", key: str = "") -> Case:
        """Pass it in prior review, or return it with a reason; for the branch's secretary."""
        if returned:
            return self._desk.take(matter, "review.return", SendBack(returned), by=by, key=key)
        return self._desk.take(matter, "review.pass", by=by, key=key)

    def ask(self, matter: CaseRef, *, by: Actor, key: str = "") -> Case:
        """Put it to the three parties."""
        return self._desk.take(matter, "table.ask", by=by, key=key)

    def agree(self, matter: CaseRef, party: str, *, by: Actor, key: str = "") -> Case:
        """A party agrees: ``branch``, ``committee`` or ``partner``."""
        return self._desk.take(matter, f"voices.agree-{party}", by=by, key=key)

    def decline(self, matter: CaseRef, party: str, reason: str, *, by: Actor, key: str = "") -> Case:
        """A party is against it, with a reason."""
        return self._desk.take(matter, f"voices.decline-{party}", Decline(reason), by=by, key=key)

    def withdraw(self, matter: CaseRef, *, by: Actor, key: str = "") -> Case:
        """Whoever brought it takes it back."""
        return self._desk.take(matter, "withdraw", by=by, key=key)

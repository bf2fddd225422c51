"""`office.votes`: votes in words, wherever a case stands in one. Each method is one step of the stage in `vote`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol

from civicflow.hierarchy.authority import Actor
from civicflow.workflows.desk import CaseRef, Desk
from civicflow.workflows.engine.matters import Brood
from civicflow.workflows.engine.records import Case
from civicflow.workflows.voting.ballots import BALLOT, SEALED, SECRET_BALLOT, CastVote, Seal, nth
from civicflow.workflows.voting.choice import CHOICE, Call
from civicflow.workflows.voting.resolution import RESOLUTION, Put
from civicflow.workflows.voting.rolls import Entrust, OpenVote, Recuse, RecuseSelf
from civicflow.workflows.voting.tallies import Tally
from civicflow.workflows.voting.ties import Decide, Draw

if TYPE_CHECKING:
    from civicflow.office.answers import Found
    from civicflow.office.ledger_desk import LedgerDesk


class Urn(Desk, Protocol):
    """What votes need of the office beside: its lists, its ledger, and erasing."""

    @property
    def ledger(self) -> LedgerDesk:
        """What happened, and the private parts beside it."""
        ...

    def find(self, *, brood: str, limit: int = 100, after: str = "") -> Found:
        """The mass children of a round, a page at a time."""
        ...

    def erase(self, case: CaseRef, *, by: Actor, why: str, key: str = "") -> int:
        """Erase the private parts of a matter."""
        ...


class Votes:
    """Votes of whatever flow has one, resolutions and choices.

    Every command takes the case that is voted on, or its id, and means it as it is now. Each may raise `Refused`; each takes
    ``key=``, which makes a retried command act once.
    """

    __slots__ = ("_desk",)

    def __init__(self, desk: Urn) -> None:
        self._desk = desk

    def put(
        self, title: str, *, council: str, unit: str, by: Actor, purpose: str = "", flow: str = "", key: str = ""
    ) -> Case:
        """Put a question to the delegates of a body, by itself.

        Args:
            title: the question, public.
            council: the body, by code, alias or id.
            unit: the area whose matter it is.
            by: its chair, or the secretary of the unit.
            purpose: what it is about, public.
            flow: a flow made with `resolving`; `RESOLUTION` where left out.
            key: makes a retried command the same one.
        """
        data, anchors = Put(title=title, purpose=purpose), {"council": self._desk.unit(council)}
        return self._desk.begin(flow or RESOLUTION.name, "put", data, by=by, unit=unit, anchors=anchors, key=key)

    def call_choice(
        self,
        title: str,
        options: Iterable[str],
        *,
        voters: Iterable[str],
        unit: str,
        by: Actor,
        standing: str = "",
        purpose: str = "",
        flow: str = "",
        key: str = "",
    ) -> Case:
        """Put a choice among several options to residents.

        Args:
            title: the public headline.
            options: two or more, in the order in which they are shown.
            voters: who may choose, by their ids.
            unit: the area whose matter it is.
            by: its secretary.
            standing: the option that holds now, or empty.
            purpose: what it is about, public.
            flow: a flow made with `choosing`; `CHOICE` where left out.
            key: makes a retried command the same one.
        """
        data = Call(title=title, options=tuple(options), voters=tuple(voters), standing=standing, purpose=purpose)
        return self._desk.begin(flow or CHOICE.name, "call", data, by=by, unit=unit, key=key)

    def recuse(self, case: CaseRef, reason: str, *, by: Actor, person: str = "", key: str = "") -> Case:
        """Recuse oneself before the vote opens, or, as who opens it, somebody else (``person``)."""
        if person and person != by.person:
            return self._step(case, "recuse-other", Recuse(person, reason), by=by, key=key)
        return self._step(case, "recuse", RecuseSelf(reason), by=by, key=key)

    def open(self, case: CaseRef, *, by: Actor, sitting: CaseRef = "", key: str = "") -> Case:
        """Open the vote; the roll is frozen now. ``sitting`` where the vote is taken at one."""
        named = sitting if isinstance(sitting, str) else sitting.id
        return self._step(case, "open", OpenVote(named) if named else None, by=by, key=key)

    def entrust(
        self, case: CaseRef, to: str, *, by: Actor, choice: str = "", authority: str = "", key: str = ""
    ) -> Case:
        """Give somebody a proxy: their id, how they vote where the authority binds, and the authority's words or number."""
        return self._step(case, "entrust", Entrust(to=to, choice=choice, authority=authority), by=by, key=key)

    def cast(self, case: CaseRef, choice: str, *, by: Actor, voter: str = "", number: int = 1, key: str = "") -> Case:
        """Vote: openly or in secret, as the vote is; returns the ballot.

        Args:
            case: what is voted on.
            choice: ``yes``, ``no``, ``abstain``, or an option.
            by: who votes.
            voter: for whom, with their proxy; for oneself where left out.
            number: the how many-th ballot of that voter, where the rule allows several.
            key: makes a retried command the same one.

        Raises:
            InvalidInput: for a choice that an open vote does not know.
        """
        now = self._desk.case(case)
        child = nth(voter or by.person or "", number)
        if self._is_secret(now):
            return self._ballot(now, "seal", Seal(choice=choice), child, by=by, key=key)
        return self._ballot(now, "cast", CastVote(choice), child, by=by, key=key)  # type: ignore[arg-type]  # it is checked

    def record(self, case: CaseRef, voter: str, choice: str = "", *, by: Actor, key: str = "") -> Case:
        """As a teller, enter a paper: what a signed one says; in a secret vote only who was given one (no ``choice``)."""
        now = self._desk.case(case)
        if self._is_secret(now):
            return self._ballot(now, "mark", None, voter, by=by, key=key)
        return self._ballot(now, "record", CastVote(choice), voter, by=by, key=key)  # type: ignore[arg-type]  # it is checked

    def close(self, case: CaseRef, *, by: Actor, key: str = "") -> Case:
        """Close the vote before its time, as far as its rule lets whoever opened it; an open one is counted at once."""
        now = self._desk.case(case)
        steps = {step.name for step in self._desk.flows.rules(now.flow).flow.steps}
        early = self._named(now, "close-early")
        return self._step(now, "close-early" if early in steps else "close", None, by=by, key=key, command="close")

    def unseal(self, case: CaseRef) -> Tally:
        """Count what the sealed ballots of the vote that was closed say; a teller's own count, papers not among them.

        Whoever can read private parts can read each ballot as well: give it to tellers only, and `shred` afterwards.
        """
        votes: Counter[str] = Counter()
        for ballot in self._sealed(self._desk.case(case)):
            (entry,) = self._desk.ledger.entries(ballot)[:1]
            votes[str(self._desk.ledger.private(entry)["choice"])] += 1
        return Tally(votes)

    def tell(self, case: CaseRef, votes: Mapping[str, int] | Tally, *, by: Actor, key: str = "") -> Case:
        """As a teller, say how many ballots of a secret vote say what; as the second teller, confirm it."""
        now = self._desk.case(case)
        tally = votes if isinstance(votes, Tally) else Tally(votes)
        step = "confirm" if now.state.endswith("confirming") else "tell"
        return self._step(now, step, tally, by=by, key=key, command="tell")

    def decide(self, case: CaseRef, choice: str, *, by: Actor, key: str = "") -> Case:
        """As the chair, break a tie."""
        return self._step(case, "decide", Decide(choice), by=by, key=key)

    def draw(self, case: CaseRef, *, seed: str, source: str, by: Actor, key: str = "") -> Case:
        """Break a tie by a lot, from a seed whose source was said beforehand."""
        return self._step(case, "draw", Draw(seed, source), by=by, key=key)

    def shred(self, case: CaseRef, *, by: Actor, why: str) -> int:
        """Erase what the sealed ballots say, of the vote that was told last; returns how many were erased."""
        return sum(self._desk.erase(ballot, by=by, why=why) for ballot in self._sealed(self._desk.case(case)))

    def _sealed(self, now: Case) -> Iterator[Case]:
        """The sealed ballots of the round that was closed last."""
        after = ""
        while True:
            found = self._desk.find(brood=Brood("ballots", back=1).of(now), limit=1000, after=after)
            yield from (ballot for ballot in found.cases if ballot.data["choice"] == SEALED)
            if not found.next:
                return
            after = found.next

    def _is_secret(self, now: Case) -> bool:
        broods = self._desk.flows.rules(now.flow).flow.broods
        return broods.get("ballot") == SECRET_BALLOT.name

    def _ballot(self, now: Case, step: str, data: Any, child: str, *, by: Actor, key: str) -> Case:
        flow = SECRET_BALLOT if self._is_secret(now) else BALLOT
        taken = self._desk.flows.rules(now.flow).states[now.state].broods
        brood = taken[0] if taken else "ballot"
        return self._desk.begin(
            flow.name,
            step,
            data,
            by=by,
            unit=now.unit,
            anchors=now.anchors,
            parent=now.id,
            brood=brood,
            child=child,
            key=key,
        )

    def _step(self, case: CaseRef, step: str, data: Any, *, by: Actor, key: str, command: str = "") -> Case:
        """A step of the vote that the case is in."""
        now = self._desk.case(case)
        # A key stands for "open the vote", whichever vote that was: repeated later it must not mean the next one.
        return self._desk.take(now, self._named(now, step), data, by=by, key=key, command=f"{command or step}-vote")

    def _named(self, now: Case, step: str) -> str:
        """The step of the stage that the case is in; of one that it is not in, which is refused, where it is in none."""
        stage, point, _ = now.state.partition(".")
        if point:
            return f"{stage}.{step}"
        steps = (one.name for one in self._desk.flows.rules(now.flow).flow.steps)
        return next((name for name in steps if name.endswith(f".{step}")), step)

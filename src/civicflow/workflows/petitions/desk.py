"""`office.petitions`: petitions in words. Each method is one step of the table in `petition`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from civicflow.calendars import TimeLimit, time_limit
from civicflow.hierarchy.authority import Actor
from civicflow.ids import CaseId, PersonId, UnitId
from civicflow.ledger.entries import Entry
from civicflow.workflows.desk import CaseRef, Desk, officer_meant
from civicflow.workflows.engine.records import Case
from civicflow.workflows.evaluating import Evaluate
from civicflow.workflows.likeness import Index, Record, Suggestion
from civicflow.workflows.petitions.parts import (
    Accept,
    Answer,
    Ask,
    Call,
    Channel,
    Decline,
    HandOver,
    Instruct,
    Lodge,
    Opinion,
    Prolong,
    ReturnVisit,
    Way,
)
from civicflow.workflows.petitions.petition import MOST_REPRESENTATIVES, OWNER, PETITION
from civicflow.workflows.petitions.recognising import WINDOW, record_of


class Page(Protocol):
    """A page of cases."""

    @property
    def cases(self) -> tuple[Case, ...]:
        """The cases of the page."""
        ...

    @property
    def next(self) -> str:
        """The cursor of the next page; empty on the last."""
        ...


class Books(Protocol):
    """The ledger as far as earlier petitions are read in it."""

    def entries(self, case: CaseRef) -> tuple[Entry, ...]:
        """Every entry of a case's matter, in order."""
        ...

    def private(self, entry: Entry) -> Mapping[str, object]:
        """The private part of an entry."""
        ...


class ReadingDesk(Desk, Protocol):
    """The office, in which earlier petitions are read, too."""

    @property
    def ledger(self) -> Books:
        """The entries."""
        ...

    def find(self, *, flow: str, opened_from: datetime | None = None, limit: int = 100, after: str = "") -> Page:
        """Cases by their facts, a page at a time."""
        ...


class Petitions:
    """Petitions and what becomes of them.

    Every command takes the petition or its id and means it as it is now. Each may raise `Refused`; each takes ``key=``, which
    makes a retried command act once, and returns the case that it moved.
    """

    __slots__ = ("_desk",)

    def __init__(self, desk: ReadingDesk) -> None:
        self._desk = desk

    def lodge(
        self,
        title: str,
        *,
        unit: str,
        commission: str,
        by: Actor,
        category: str = "",
        channel: Channel = "reception",
        origin: str = "",
        petitioners: int = 1,
        representatives: int | None = None,
        anonymous: bool = False,
        names: Iterable[str] = (),
        phone: str = "",
        door: str = "",
        details: str = "",
        requester: str | None = None,
        key: str = "",
    ) -> Case:
        """Lodge a petition (提出信访事项).

        Args:
            title: the public headline; names nobody.
            unit: where it is lodged: an area, by code, alias or id.
            commission: the body that follows all petitions, by code, alias or id.
            by: whoever petitions, or whoever takes it down.
            category: in your own vocabulary, for instance ``land/compensation``.
            channel: how it came in.
            origin: the area whose matter it is, where that is one below; else left out.
            petitioners: how many people petition.
            representatives: how many of them came; all of them, five at most, where left out.
            anonymous: whether nobody is known.
            names: who petitions, as they wrote it, aliases of the first one behind it; private.
            phone: how to reach them; private.
            door: where they live; private.
            details: what it is about; private.
            requester: the petitioner for whom somebody else takes it down.
            key: makes a retried command the same petition.
        """
        data = Lodge(
            title=title,
            category=category,
            channel=channel,
            origin=self._desk.unit(origin) if origin else None,
            petitioners=petitioners,
            representatives=min(petitioners, MOST_REPRESENTATIVES) if representatives is None else representatives,
            anonymous=anonymous,
            names=tuple(names),
            phone=phone,
            door=door,
            details=details,
        )
        return self._desk.begin(
            PETITION.name,
            "lodge",
            data,
            by=by,
            unit=unit,
            anchors={"commission": self._desk.unit(commission)},
            requester="" if anonymous else requester,
            key=key,
        )

    def likes(self, petition: CaseRef) -> tuple[Suggestion, ...]:
        """Earlier petitions of the year before that may be of the same people on the same matter, the likest first, each with its reasons.

        Somebody looks at them and names in `accept` those that are the same. It reads the private part of each petition of that year;
        the reasons name no telephone and no door, and you vouch for whoever is shown the petitions themselves.
        """
        case = self._desk.case(petition)
        return Index(self._earlier(case)).like(self._record(case))

    def accept(
        self,
        petition: CaseRef,
        *,
        body: str,
        by: Actor,
        officer: str = "",
        urgent: bool = False,
        previous: Sequence[CaseRef] | None = None,
        key: str = "",
    ) -> Case:
        """Accept a petition (受理) and make one officer responsible (包案); repeats and skipped levels are recognised and counted.

        Args:
            petition: the petition or its id.
            body: the body whose officer takes it, by code, alias or id.
            by: a clerk or the secretary of its unit.
            officer: the officer, where the body has several; else its one.
            urgent: whether it is urgent and hard for whoever petitions.
            previous: the earlier petitions that were confirmed among `likes`; those with exact keys alone where left out.
            key: makes a retried command act once.
        """
        if previous is None:
            given = petition if isinstance(petition, str) else petition.id
            exact = (one.pair for one in self.likes(petition) if one.likeness.is_exact)
            earlier = tuple(CaseId(one if other == given else other) for one, other in exact)
        else:
            earlier = tuple(CaseId(one if isinstance(one, str) else one.id) for one in previous)
        at, person = self._officer(body, officer)
        data = Accept(body=at, officer=person, urgent=urgent, previous=earlier)
        return self._desk.take(petition, "accept", data, by=by, key=key)

    def decline(self, petition: CaseRef, reason: str, *, instead: str, by: Actor, key: str = "") -> Case:
        """Do not accept it (不予受理), and say where the petitioner may turn."""
        return self._desk.take(petition, "decline", Decline(reason=reason, instead=instead), by=by, key=key)

    def hand_over(self, petition: CaseRef, *, body: str, by: Actor, officer: str = "", key: str = "") -> Case:
        """Make another officer responsible."""
        at, person = self._officer(body, officer)
        return self._desk.take(petition, "hand-over", HandOver(body=at, officer=person), by=by, key=key)

    def call(self, petition: CaseRef, *, by: Actor, way: Way = "scheduled", notes: str = "", key: str = "") -> Case:
        """Visit the petitioner, scheduled (约访) or with the case in hand (带案下访)."""
        return self._desk.take(petition, "call", Call(way=way, notes=notes), by=by, key=key)

    def extend(self, petition: CaseRef, reason: str, *, within: TimeLimit | str, by: Actor, key: str = "") -> Case:
        """Grant more time, once, counted from when the time would have passed; the petitioner learns why."""
        data = Prolong(within=time_limit(within), reason=reason)
        return self._desk.take(petition, "extend", data, by=by, key=key)

    def answer(self, petition: CaseRef, text: str, *, solved: bool, by: Actor, key: str = "") -> Case:
        """Give the written opinion (处理意见), and say whether what was asked for was done."""
        return self._desk.take(petition, "answer", Answer(text=text, solved=solved), by=by, key=key)

    def evaluate(
        self,
        petition: CaseRef,
        *,
        resolved: bool,
        by: Actor,
        satisfied: int | None = None,
        comment: str = "",
        key: str = "",
    ) -> Case:
        """Say whether it is resolved and how satisfied one is, 1 to 5; resolved, it only waits for the return visit."""
        data = Evaluate(resolved=resolved, satisfied=satisfied, comment=comment)
        return self._desk.take(petition, "evaluate", data, by=by, key=key)

    def instruct(self, petition: CaseRef, text: str, *, by: Actor, key: str = "") -> Case:
        """Tell those responsible what the commission expects (督办意见)."""
        return self._desk.take(petition, "instruct", Instruct(text), by=by, key=key)

    def request_review(self, petition: CaseRef, reason: str = "", *, by: Actor, key: str = "") -> Case:
        """Ask the level above to review the opinion (申请复查)."""
        return self._desk.take(petition, "request-review", Ask(reason), by=by, key=key)

    def review(self, petition: CaseRef, text: str, *, upheld: bool, by: Actor, key: str = "") -> Case:
        """Say whether the opinion stands (复查); if not, the petition is handled again."""
        return self._desk.take(petition, "review", Opinion(upheld=upheld, text=text), by=by, key=key)

    def request_re_examination(self, petition: CaseRef, reason: str = "", *, by: Actor, key: str = "") -> Case:
        """Ask the level above that one, for the last time (申请复核)."""
        return self._desk.take(petition, "request-re-examination", Ask(reason), by=by, key=key)

    def re_examine(self, petition: CaseRef, text: str, *, upheld: bool, by: Actor, key: str = "") -> Case:
        """Say whether the review stands (复核), which closes the matter; if not, it is handled again."""
        return self._desk.take(petition, "re-examine", Opinion(upheld=upheld, text=text), by=by, key=key)

    def return_visit(
        self,
        petition: CaseRef,
        *,
        settled: bool,
        by: Actor,
        satisfied: int | None = None,
        notes: str = "",
        key: str = "",
    ) -> Case:
        """Visit after settlement (回访); found not settled, it is handled again."""
        data = ReturnVisit(settled=settled, satisfied=satisfied, notes=notes)
        return self._desk.take(petition, "return-visit", data, by=by, key=key)

    def withdraw(self, petition: CaseRef, *, by: Actor, why: str = "", key: str = "") -> Case:
        """Take the petition back (撤回)."""
        return self._desk.take(petition, "withdraw", by=by, why=why, key=key)

    def _officer(self, body: str, officer: str) -> tuple[UnitId, PersonId]:
        at = self._desk.unit(body)
        return at, officer_meant(self._desk, OWNER.post, at, officer)

    def _earlier(self, case: Case) -> Iterator[Record]:
        """The petitions of the year before, as they are compared."""
        opened = case.opened or self._desk.now()
        after = ""
        while True:
            page = self._desk.find(flow=PETITION.name, opened_from=opened - WINDOW, limit=1000, after=after)
            for one in page.cases:
                if one.id != case.id and one.opened is not None and one.opened <= opened:
                    yield self._record(one)
            if not page.next:
                return
            after = page.next

    def _record(self, case: Case) -> Record:
        first = self._desk.ledger.entries(case)[0]
        return record_of(case, self._desk.ledger.private(first))

"""`office.ledger`: what happened, the figures computed from it, and the proof that nobody changed it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Any, Literal, TypedDict, Unpack

import attrs

from civicflow.calendars import check_aware, to_micros
from civicflow.errors import InvalidInput
from civicflow.hierarchy.authority import Actor
from civicflow.hierarchy.chart import Chart
from civicflow.hierarchy.lines import line as line_of
from civicflow.hierarchy.scheme import near
from civicflow.ids import CaseId, UnitId, matter_of
from civicflow.ledger.canonical import decode
from civicflow.ledger.entries import Entry, read
from civicflow.ledger.facts import CaseFacts
from civicflow.ledger.figures import Over, Rates, grouped, rates
from civicflow.ledger.heads import Head
from civicflow.ledger.leagues import Measure, Ranked, league
from civicflow.ledger.signing import Signer, Verifier
from civicflow.ledger.verification import Verification, verify
from civicflow.office.attachments import Files
from civicflow.office.codec import facts_of
from civicflow.office.mapping import Remapping
from civicflow.office.proving import last_head, replay
from civicflow.office.reading import Readers
from civicflow.office.surroundings import Surroundings
from civicflow.plugins.storage.contract import Filter, Query, Storage
from civicflow.plugins.storage.evidence import StoredEvidence
from civicflow.workflows.desk import CaseRef
from civicflow.workflows.engine.amending import as_recorded as original
from civicflow.workflows.engine.apply import apply_matter
from civicflow.workflows.engine.records import Case
from civicflow.workflows.tickets.four_part import FOUR_PART_TICKET

By = Literal["unit", "body", "category", "state"]


class Counting(TypedDict, total=False):
    """Which cases figures count, and how. Everything may be left out.

    Attributes:
        under: a unit by code, alias or id, with everything below it; everywhere where left out.
        line: a department with its line; see `LedgerDesk.facts`. A ticket that several of its bodies had a share in counts once.
        flow: the name of a flow, ``four-part-ticket`` where left out; ``share`` gives the departments' own.
        at: as of this instant; now where left out.
        opened_from: only cases raised at or after this instant.
        opened_before: only cases raised before this instant.
        as_recorded: what was entered first, without corrections.
        on: by the map of this day; see `LedgerDesk.facts`.
        exclude: the reasons for which cases are left out of every figure, for instance
            ``("duplicate", "out-of-scope", "unreachable")``; nothing is, unless you say so. The answer says how many.
        over: of whom resolved and satisfied are a share: of those who ``said``, or of all ``handled`` ones, whose silence then
            counts as no.
    """

    under: str | None
    line: str | None
    flow: str
    at: datetime | None
    opened_from: datetime | None
    opened_before: datetime | None
    as_recorded: bool
    on: date | None
    exclude: Collection[str]
    over: Over


class LedgerDesk:
    """Entries, figures and proofs."""

    __slots__ = ("_around", "_files", "_readers", "_signer", "_storage")

    def __init__(
        self, storage: Storage, around: Surroundings, readers: Readers, signer: Signer | None, files: Files
    ) -> None:
        self._storage, self._around, self._readers = storage, around, readers
        self._signer, self._files = signer, files

    # -- what happened -----------------------------------------------------------------------------------------------

    def entries(self, case: CaseRef, by: Actor | None = None) -> tuple[Entry, ...]:
        """Every entry of a case's matter, in order; of one share alone, if a share is given.

        Args:
            case: the case or its id.
            by: who looks; only if they may read it. Without it you vouch for whoever is shown it.

        Raises:
            Refused: if they may not read it.
        """
        given = case if isinstance(case, str) else case.id
        matter = matter_of(CaseId(given))
        self._readers.check(by, CaseId(given))
        entries = tuple(read(row.body) for row in self._storage.history(matter))
        return entries if given == matter else tuple(entry for entry in entries if entry.case == given)

    def feed(self, *, after: int = 0) -> Iterator[tuple[int, Entry]]:
        """Every entry of the office in the order of the commits, with its position, going on after one."""
        while rows := self._storage.feed(after=after):
            for row in rows:
                yield row.position, read(row.body)
            after = rows[-1].position

    def private(self, entry: Entry, by: Actor | None = None) -> Mapping[str, object]:
        """The private part of an entry: empty where there is none or where it was erased.

        Args:
            entry: an entry as `entries` gives it.
            by: who looks; as for `entries`.

        Raises:
            Refused: if they may not read its matter.
        """
        self._readers.check(by, entry.case)
        part = self._storage.private(matter_of(entry.case), entry.version)
        return decode(part.body) if part is not None else {}

    # -- proof -------------------------------------------------------------------------------------------------------

    def verify(self, *, published: Iterable[Head] = (), verifier: Verifier | None = None) -> Verification:
        """Whether everything still is as it was recorded, and how far back that is sealed. Damage never raises.

        Every entry, private part, head and record is read, and the bytes of attachments if the office was opened with
        their blob store. Heads that were published and kept elsewhere prove the past against whoever may write to the
        store.

        Args:
            published: heads as they were published; see `civicflow.plugins.publish.file.read_heads`.
            verifier: checks signatures, for instance `civicflow.ledger.signing.ed25519_verifier`; the office's signer
                where left out. Without either they are not looked at.
        """
        return verify(
            StoredEvidence(self._storage),
            replay=replay,
            verifier=self._signer if verifier is None else verifier,
            published=published,
            digest_of=self._files.digest_of if self._files.there else None,
        )

    def head(self) -> Head | None:
        """The newest head of the log tree, None before the first seal."""
        return last_head(self._storage)

    # -- figures -----------------------------------------------------------------------------------------------------

    def facts(
        self,
        *,
        under: str | None = None,
        line: str | None = None,
        flow: str | None = None,
        as_recorded: bool = False,
        on: date | None = None,
    ) -> Iterator[CaseFacts]:
        """The row of facts of every case, of those under a unit, of a line, or of one flow; each case once.

        Args:
            under: a unit by code, alias or id, as of the day of the map; its whole subtree then.
            line: a department or another body by code, alias or id: what it, a body below it or a station of it had to act
                on (`civicflow.hierarchy.lines`), and the matters in which one of them had a share. With ``under`` the cell in
                which the two cross.
            flow: the name of a flow.
            as_recorded: what was entered first, without corrections; every entry is read again for it.
            on: the day of the map: each case then stands under the unit that it belongs to on that map, under none where
                nobody knows. Where left out, cases stand where they are, and units are those of today.
        """
        chart = self._around.chart() if on is None else self._around.register().chart(on)
        within = None if under is None else _under(chart, under)
        remap = _as_it_is if on is None else Remapping(self._around.register(), self._around.calendar, on).of
        bodies = None if line is None else line_of(chart, chart.resolve(line))
        shared = set() if bodies is None else self._matters(bodies, remap)
        rows = self._as_recorded(flow) if as_recorded else self._rows(flow)
        return (
            facts
            for case, facts in ((case, remap(row)) for case, row in rows)
            if (within is None or facts.unit in within or facts.body in within)
            and (bodies is None or facts.body in bodies or case in shared)
        )

    def _matters(self, bodies: Collection[str], remap: Callable[[CaseFacts], CaseFacts]) -> set[str]:
        """The matters in which some bodies had a share."""
        return {matter_of(case) for case, facts in self._rows(None) if remap(facts).body in bodies}

    def _as_recorded(self, flow: str | None) -> Iterator[tuple[CaseId, CaseFacts]]:
        cases: dict[CaseId, Case] = {}
        for _, entry in self.feed():
            apply_matter(cases, attrs.evolve(entry, delta=original(entry)))
        return ((case.id, facts_of(case)) for case in cases.values() if flow in (None, case.flow_name))

    def _rows(self, flow: str | None) -> Iterator[tuple[CaseId, CaseFacts]]:
        where = () if flow is None else (Filter("flow", "eq", flow),)
        after = ""
        while True:
            page = self._storage.find(Query(where=where, limit=1000, after=after))
            yield from ((CaseId(stored.case), CaseFacts.from_row(stored.facts)) for stored in page.items)
            if not page.next:
                return
            after = page.next

    def rates(self, **which: Unpack[Counting]) -> Rates:
        """On time, resolved, satisfied, settled, open, overdue: of a flow's cases, with their denominators.

        Args:
            which: which cases are counted, and how; see `Counting`.
        """
        return rates(self._counted(which), self._at(which.get("at")), **_how(which))

    def rates_by(
        self, by: By, *, level: str | tuple[str, ...] = (), **which: Unpack[Counting]
    ) -> Mapping[str | None, Rates]:
        """The figures of `rates` for each unit, body, category or state; None is the group without one.

        Args:
            by: what makes a group.
            level: with ``by="unit"``, the level of the units that make a group: each counts with everything below it. Several
                where they stand side by side, as ``("subdistrict", "town")``.
            which: which cases are counted, and how; see `Counting`.

        Raises:
            InvalidInput: if a level is given for anything but units, or no scheme has it.
        """
        key = self._key(by, level, which.get("on"))
        return grouped(self._counted(which), key, self._at(which.get("at")), **_how(which))

    def league(
        self,
        measure: Measure,
        by: By = "unit",
        *,
        level: str | tuple[str, ...] = (),
        least: int = 1,
        **which: Unpack[Counting],
    ) -> tuple[Ranked, ...]:
        """A league table (排名): by territory, by department (``by="body", flow="share"``), by category.

        Args:
            measure: the rate that puts them in order.
            by: what makes a group.
            level: the level of the units; see `rates_by`.
            least: how many cases a rate has to count for a rank; groups with fewer stand at the end, without one.
            which: which cases are counted, and how; see `Counting`. With ``on`` by the map of that day.

        Raises:
            InvalidInput: as for `rates_by`, or if ``least`` is less than 1.
        """
        return league(self.rates_by(by, level=level, **which), measure, least=least)

    def _counted(self, which: Counting) -> Iterator[CaseFacts]:
        found = self.facts(
            under=which.get("under"),
            line=which.get("line"),
            flow=which.get("flow", FOUR_PART_TICKET.name),
            as_recorded=which.get("as_recorded", False),
            on=which.get("on"),
        )
        return self._period(found, which.get("opened_from"), which.get("opened_before"))

    def _key(self, by: By, level: str | tuple[str, ...], on: date | None) -> Callable[[CaseFacts], str | None]:
        """What tells the group of a case."""
        if not level:
            return lambda facts: getattr(facts, by)
        if by != "unit":
            msg = f"a level is one of units; group by unit, or leave the level out (by={by!r}, level={level!r})"
            raise InvalidInput(msg)
        chart = self._around.chart() if on is None else self._around.register().chart(on)
        levels = (level,) if isinstance(level, str) else level
        for one in levels:
            if one not in chart.levels:
                msg = f"no scheme here has the level {one!r}{near(one, chart.levels)}"
                raise InvalidInput(msg)
        return lambda facts: _at_level(chart, facts.unit, levels)

    def _at(self, at: datetime | None) -> int:
        return to_micros(self._around.now() if at is None else check_aware(at))

    @staticmethod
    def _period(
        cases: Iterator[CaseFacts], opened_from: datetime | None, opened_before: datetime | None
    ) -> Iterator[CaseFacts]:
        low = None if opened_from is None else to_micros(check_aware(opened_from))
        high = None if opened_before is None else to_micros(check_aware(opened_before))
        for facts in cases:
            opened = facts.opened
            if opened is not None and (low is None or opened >= low) and (high is None or opened < high):
                yield facts


def _how(which: Counting) -> dict[str, Any]:
    """How `rates` and `grouped` count."""
    return {name: which[name] for name in ("exclude", "over") if name in which}


def _under(chart: Chart, unit: str) -> frozenset[str]:
    return frozenset(chart.under(chart.resolve(unit)))


def _at_level(chart: Chart, unit: str | None, levels: tuple[str, ...]) -> str | None:
    """The unit of one of these levels to which a unit belongs; None where there is none, as for a district among subdistricts."""
    if unit is None or unit not in chart:
        return None
    line = (UnitId(unit), *chart.ancestors(UnitId(unit)))
    return next((one for one in line if chart.area_of(one) == one and chart.area(one).level in levels), None)


def _as_it_is(facts: CaseFacts) -> CaseFacts:
    return facts

"""Work lists: what there is, where it stands, with whom it is, and since when it is overdue.

The problem list, the needs list and the duty list are such lists, each of its flow.
"""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction

import attrs

from civicflow.calendars import from_micros, to_micros, zone_named
from civicflow.hierarchy.authority import Actor, actors_at
from civicflow.hierarchy.chart import Chart
from civicflow.ledger.figures import is_overdue, lateness
from civicflow.office.codec import case_of, facts_of
from civicflow.office.listing import Asked
from civicflow.office.reading import Readers
from civicflow.office.surroundings import Surroundings
from civicflow.plugins.storage.contract import Await, Storage, StoredCase
from civicflow.texts import Text
from civicflow.workflows.engine.records import Case


@attrs.frozen(kw_only=True)
class With:
    """Somebody with whom a matter is.

    Attributes:
        case: the case in which they are asked: the matter itself, or one of its shares.
        address: ``post:NAME@UNIT`` or ``person:ID``.
        people: who that is today; nobody where the post is vacant.
        until: the instant by which they are to act, in the zone of the place; None where no clock runs.
    """

    case: str
    address: str
    people: tuple[Actor, ...]
    until: datetime | None


@attrs.frozen(kw_only=True)
class Listed:
    """A matter on a work list.

    Attributes:
        case: as it is now.
        state: where it stands, as a clerk reads it.
        withs: with whom it is; empty where it waits for nobody.
        overdue_since: the instant promised, in the zone of the place, where it has passed; None where it has not.
        lateness: how many times over the time promised has run, see `civicflow.ledger.figures.lateness`; None where nothing
            was promised.
    """

    case: Case
    state: Text
    withs: tuple[With, ...]
    overdue_since: datetime | None
    lateness: Fraction | None


@attrs.frozen
class Worklist:
    """A page of a work list.

    Attributes:
        items: the matters, in order.
        next: the cursor of the next page, empty on the last.
    """

    items: tuple[Listed, ...]
    next: str


class Worklists:
    """The work lists of an office."""

    __slots__ = ("_around", "_readers", "_storage")

    def __init__(self, storage: Storage, around: Surroundings, readers: Readers) -> None:
        self._storage, self._around, self._readers = storage, around, readers

    def page(self, asked: Asked, by: Actor | None, *, limit: int, after: str) -> Worklist:
        """See `civicflow.office.office.Office.worklist`."""
        chart = self._around.chart()
        parties = None if by is None else self._readers.reach(by)
        found = self._storage.find(asked.query(chart, parties, limit=limit, after=after))
        now = to_micros(self._around.now())
        return Worklist(tuple([self._listed(stored, chart, now) for stored in found.items]), found.next)

    def _listed(self, stored: StoredCase, chart: Chart, now: int) -> Listed:
        case = case_of(stored)
        facts = facts_of(case)
        rows = self._storage.asked(matter=case.matter) if case.is_root else self._storage.asked(case=case.id)
        late = is_overdue(facts, now)
        return Listed(
            case=case,
            state=self._around.flows.rules(case.flow).states[case.state].text,
            withs=tuple([self._with(row, chart) for row in rows]),
            overdue_since=self._local(facts.promise) if late else None,
            lateness=lateness(facts, now),
        )

    def _with(self, row: Await, chart: Chart) -> With:
        return With(
            case=row.case, address=row.address, people=actors_at(row.address, chart), until=self._local(row.until)
        )

    def _local(self, at: int | None) -> datetime | None:
        return None if at is None else from_micros(at).astimezone(zone_named(self._around.calendar.zone))

"""Lists: what there is and may be read, what waits for somebody, and what waits for nobody any more.

Each is a page of one query; nothing is loaded that is not shown.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from civicflow.calendars import from_micros, zone_named
from civicflow.errors import UnsupportedQuery
from civicflow.hierarchy.authority import Actor, actors_at, addresses_of
from civicflow.ids import CaseId
from civicflow.office.answers import Found, Inbox, Waiting
from civicflow.office.codec import case_of
from civicflow.office.listing import Asked
from civicflow.office.reading import Readers
from civicflow.office.surroundings import Surroundings
from civicflow.plugins.storage.contract import Filter, Page, Query, Storage, StoredCase
from civicflow.workflows.engine.flows import Flows
from civicflow.workflows.engine.records import Case

_TIMED: Final = Filter("due", "range", (None, None))
_UNTIMED: Final = Filter("due", "eq", None)
_REST: Final = "."
"""In front of the cursors of what no clock drives; no cursor of a storage begins so."""


class Lists:
    """Lists over one storage."""

    __slots__ = ("_around", "_readers", "_storage")

    def __init__(self, storage: Storage, around: Surroundings, readers: Readers) -> None:
        self._storage, self._around, self._readers = storage, around, readers

    def find(self, asked: Asked, by: Actor | None, *, limit: int, after: str) -> Found:
        """See `Office.find`."""
        parties = None if by is None else self._readers.reach(by)
        page = self._storage.find(asked.query(self._around.chart(), parties, limit=limit, after=after))
        return Found(tuple([case_of(stored) for stored in page.items]), page.next)

    # -- what waits for somebody -------------------------------------------------------------------------------------

    def inbox(self, actor: Actor, flow: str, *, limit: int, after: str) -> Inbox:
        """See `Office.inbox`. Two lists, one after the other: what a clock drives, by its deadline, and the rest."""
        _check(limit)
        addresses = self._addresses(actor)
        timed, more = Page(()), after.removeprefix(_REST)
        if not after.startswith(_REST):
            timed = self._waiting(addresses, flow, _TIMED, ("due",), limit, after)
            if timed.next:
                return self._inbox(timed.items, timed.next)
            more = ""
        left = limit - len(timed.items)
        rest = self._waiting(addresses, flow, _UNTIMED, ("opened",), left or 1, more)
        if not left:
            return self._inbox(timed.items, _REST if rest.items else "")
        return self._inbox((*timed.items, *rest.items), rest.next and _REST + rest.next)

    def _waiting(
        self, addresses: tuple[str, ...], flow: str, which: Filter, order: tuple[str, ...], limit: int, after: str
    ) -> Page:
        where = (which, Filter("flow", "eq", flow)) if flow else (which,)
        return self._storage.find(Query(where=where, asked=addresses, order=order, limit=limit, after=after))

    def _inbox(self, items: tuple[StoredCase, ...], following: str) -> Inbox:
        return Inbox(tuple([Waiting(case_of(stored), self._until(stored.due)) for stored in items]), following)

    def _addresses(self, actor: Actor) -> tuple[str, ...]:
        if actor.person is None:
            return ()
        chart = self._around.chart()
        addresses = addresses_of(actor.person, chart)
        if actor.post is None:
            return addresses
        units = {actor.unit, None if actor.unit is None or actor.unit not in chart else chart.area_of(actor.unit)}
        return tuple(a for a in addresses if a in {f"post:{actor.post}@{unit}" for unit in units})

    def _until(self, due: int | None) -> datetime | None:
        zone = zone_named(self._around.calendar.zone)
        return None if due is None else from_micros(due).astimezone(zone)

    # -- who is waited for -------------------------------------------------------------------------------------------

    def asked(self, case: CaseId, step: str) -> tuple[Actor, ...]:
        """See `Office.asked`."""
        rows = self._storage.asked(case=case) if "/" in case else self._storage.asked(matter=case)
        if step:
            stored = self._storage.load(tuple(dict.fromkeys(row.case for row in rows))).cases
            rows = tuple(row for row in rows if self._leads(stored[row.case], step))
        chart = self._around.chart()
        return tuple(dict.fromkeys(actor for row in rows for actor in actors_at(row.address, chart)))

    def _leads(self, stored: StoredCase, step: str) -> bool:
        case = case_of(stored)
        return step in self._around.flows.rules(case.flow).plans[case.state]

    # -- what waits for nobody ---------------------------------------------------------------------------------------

    def stuck(self, *, limit: int, after: str) -> Found:
        """See `Office.stuck`. The store knows what is open and has no deadline; whether it may be so, its flow knows."""
        _check(limit)
        found: list[Case] = []
        where = (Filter("closed", "eq", None), _UNTIMED)
        while len(found) < limit:
            page = self._storage.find(Query(where=where, limit=limit - len(found), after=after))
            cases = map(case_of, page.items)
            found += [case for case in cases if is_stuck(case, self._around.flows)]
            after = page.next
            if not after:
                break
        return Found(tuple(found), after)


def is_stuck(case: Case, flows: Flows) -> bool:
    """Whether an open case without a deadline waits for nothing that will come.

    Raises:
        NotFound: its rules are not in use here.
    """
    state = flows.rules(case.flow).states[case.state]
    return not (case.outcome or state.standing or state.follows or state.joins)


def _check(limit: int) -> None:
    if limit < 1:
        raise UnsupportedQuery(f"a page holds at least one case; got a limit of {limit}")

"""Lists: what waits for somebody, and what waits for nobody any more."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import attrs

from civicflow.calendars import from_micros, zone_named
from civicflow.hierarchy.authority import Actor, addresses_of
from civicflow.office.codec import case_of
from civicflow.office.surroundings import Surroundings
from civicflow.plugins.storage.contract import Filter, Query, Storage
from civicflow.workflows.engine.records import Case

_PAGE = 1000


@attrs.frozen
class Waiting:
    """A case that waits for somebody.

    Attributes:
        case: as it is now; a ticket, or the share of one.
        until: the instant on which its clock acts by itself, in the zone of the place; None where none runs.
    """

    case: Case
    until: datetime | None


class Lists:
    """Lists over one storage."""

    __slots__ = ("_around", "_storage")

    def __init__(self, storage: Storage, around: Surroundings) -> None:
        self._storage, self._around = storage, around

    def inbox(self, actor: Actor) -> tuple[Waiting, ...]:
        """See `Office.inbox`."""
        (found,) = self._storage.load((), [Query(asked=self._addresses(actor))]).found
        waiting = [Waiting(case_of(stored), self._until(stored.due)) for stored in found]
        return tuple(sorted(waiting, key=lambda w: (w.until is None, w.until or w.case.opened, w.case.id)))

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

    def stuck(self) -> tuple[Case, ...]:
        """See `Office.stuck`."""
        return tuple(case for case in self._open() if self._is_stuck(case))

    def _open(self) -> Iterator[Case]:
        after = ""
        while True:
            page = self._storage.find(Query(where=(Filter("closed", "eq", None),), limit=_PAGE, after=after))
            yield from (case_of(stored) for stored in page.items if stored.due is None)
            if not page.next:
                return
            after = page.next

    def _is_stuck(self, case: Case) -> bool:
        state = self._around.flows.rules(case.flow).states[case.state]
        return not (case.outcome or state.standing or state.follows or state.joins)

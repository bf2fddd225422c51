"""All open cases that keep some conditions, however many there are."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import attrs

from civicflow.office.codec import case_of
from civicflow.plugins.storage.contract import Filter, Query, Storage
from civicflow.workflows.engine.records import Case

_PAGE: Final = 1000
_OPEN: Final = Filter("closed", "eq", None)


def open_cases(storage: Storage, *where: Filter, parties: tuple[str, ...] | None = None) -> Iterator[Case]:
    """Open cases, read a page at a time: one that nobody moves meanwhile comes exactly once.

    Args:
        storage: where they are.
        where: conditions that all hold.
        parties: only matters that concern one of these addresses; all where left out.
    """
    query = Query(where=(_OPEN, *where), parties=parties, limit=_PAGE)
    while True:
        page = storage.find(query)
        yield from map(case_of, page.items)
        if not page.next:
            return
        query = attrs.evolve(query, after=page.next)

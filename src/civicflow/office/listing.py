"""What somebody asks a list for, as a query of the store. Everything that is wrong with it is said at once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import attrs

from civicflow.calendars import to_micros
from civicflow.errors import Fault, InvalidInput, UnsupportedQuery
from civicflow.hierarchy.chart import Chart
from civicflow.plugins.storage.contract import Filter, Query, Scalar
from civicflow.plugins.storage.queries import COLUMNS
from civicflow.workflows.places import Box

Wanted = Scalar | tuple[Scalar, ...]
"""What a field must be: a value, None for nothing, or a tuple of which it is one."""


@attrs.frozen(kw_only=True)
class Asked:
    """What somebody asks a list for; see `civicflow.office.office.Office.find`."""

    under: str | None = None
    open: bool | None = None
    opened_from: datetime | None = None
    opened_before: datetime | None = None
    due_before: datetime | None = None
    promised_before: datetime | None = None
    prefix: Mapping[str, str] = attrs.field(factory=dict)
    box: Box | None = None
    order: tuple[str, ...] = ()
    equal: Mapping[str, Wanted] = attrs.field(factory=dict)

    def query(self, chart: Chart, parties: tuple[str, ...] | None, *, limit: int, after: str) -> Query:
        """The query that finds it.

        Args:
            chart: the organisation of today, for `under`.
            parties: whose matters the reader may see; None for all.
            limit: how many at most.
            after: the cursor of the page before.

        Raises:
            UnsupportedQuery: a field is unknown, or a value is not of its field's type.
            InvalidInput: an instant without a zone.
            NotFound: no unit is called what `under` says.
        """
        self._check()
        return Query(
            where=(*self._facts(), *self._times(), *self._within_box()),
            within=None if self.under is None else tuple(sorted(chart.under(chart.resolve(self.under)))),
            parties=parties,
            order=self.order,
            limit=limit,
            after=after,
        )

    def _check(self) -> None:
        named = [*self.equal, *self.prefix, *(name.removeprefix("-") for name in self.order)]
        unknown = list(dict.fromkeys(name for name in named if name not in COLUMNS))
        if unknown:
            msg = f"no list has the fields {', '.join(map(repr, unknown))}; there are {', '.join(COLUMNS)}"
            raise UnsupportedQuery(msg)
        faults = [
            Fault(path=name, reason="an instant has a zone; pass an aware datetime", value=str(at))
            for name in _INSTANTS
            if (at := getattr(self, name)) is not None and at.utcoffset() is None
        ]
        if faults:
            raise InvalidInput("the list cannot be asked for", faults)

    def _facts(self) -> list[Filter]:
        equal = [Filter(name, "in" if isinstance(v, tuple) else "eq", v) for name, v in self.equal.items()]
        return equal + [Filter(name, "prefix", text) for name, text in self.prefix.items()]

    def _within_box(self) -> list[Filter]:
        if self.box is None:
            return []
        (south, west), (north, east) = self.box.southwest.e7, self.box.northeast.e7
        return [Filter("latitude", "range", (south, north + 1)), Filter("longitude", "range", (west, east + 1))]

    def _times(self) -> list[Filter]:
        found = []
        if self.open is not None:
            found.append(Filter("closed", "eq", None) if self.open else Filter("closed", "range", (None, None)))
        if self.opened_from is not None or self.opened_before is not None:
            found.append(Filter("opened", "range", (_micros(self.opened_from), _micros(self.opened_before))))
        if self.due_before is not None:
            found.append(Filter("due", "range", (None, _micros(self.due_before))))
        if self.promised_before is not None:
            found.append(Filter("promise", "range", (None, _micros(self.promised_before))))
        return found


_INSTANTS: Final = ("opened_from", "opened_before", "due_before", "promised_before")


def _micros(at: datetime | None) -> int | None:
    return None if at is None else to_micros(at)

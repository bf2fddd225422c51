"""All rows of a register by id, as an immutable mapping that stays small and quick however many areas there are.

What little there is lies in a dict. Beyond some thousand areas their histories are packed into columns, over which later
changes are laid; when these have grown, everything is packed again.
"""

from __future__ import annotations

from collections.abc import ItemsView, Iterable, Iterator, Mapping, ValuesView
from datetime import date
from typing import Final

from civicflow.hierarchy.packing import PackedAreas, may_be_packed
from civicflow.hierarchy.units import Area, Row, holds_on

_SHARE: Final = 64
"""What is laid over is packed, too, when it is so small a part of the packed ones or more; objects are large."""

PACKED_FROM: Final = 8_192
"""Fewer areas are not worth packing."""


class Histories(Mapping[str, tuple[Row, ...]]):
    """The rows of each id, ordered by since and never overlapping.

    Attributes:
        laid: what lies over the packed areas; an empty history takes an area away.
        packed: the packed areas, if there are any.
    """

    __slots__ = ("_gone", "laid", "packed")

    def __init__(self, laid: Mapping[str, tuple[Row, ...]] | None = None, packed: PackedAreas | None = None) -> None:
        self.laid: Mapping[str, tuple[Row, ...]] = laid if laid is not None else {}
        self.packed = packed
        # How many of the packed areas do not count, because something is laid over them.
        self._gone = 0 if packed is None else sum(packed.ids.find(id) >= 0 for id in self.laid)

    def of(self, id: str) -> tuple[Row, ...]:
        """The rows of an id; none where it is unknown."""
        rows = self.laid.get(id)
        if rows is None and self.packed is not None and (number := self.packed.ids.find(id)) >= 0:
            return self.packed.history(number)
        return rows or ()

    def __getitem__(self, id: str) -> tuple[Row, ...]:
        rows = self.of(id)
        if not rows:
            raise KeyError(id)
        return rows

    def __contains__(self, id: object) -> bool:
        if not isinstance(id, str):
            return False
        rows = self.laid.get(id)
        return bool(rows) if rows is not None else self.packed is not None and self.packed.ids.find(id) >= 0

    def __len__(self) -> int:
        kept = 0 if self.packed is None else len(self.packed) - self._gone
        return kept + sum(map(bool, self.laid.values()))

    def __iter__(self) -> Iterator[str]:
        if self.packed is not None:
            yield from (id for id in self.packed.ids if id not in self.laid)
        yield from (id for id, rows in self.laid.items() if rows)

    def __reversed__(self) -> Iterator[str]:
        return reversed(list(self))

    def items(self) -> _Items:
        """The ids with their rows."""
        return _Items(self)

    def values(self) -> _Rows:
        """The rows of every id."""
        return _Rows(self)

    def with_laid(self, changed: Mapping[str, tuple[Row, ...]]) -> Histories:
        """The same with other histories for some ids; an empty one takes the id away."""
        if self.packed is not None:
            return Histories({**self.laid, **changed}, self.packed)
        if not self.laid and all(changed.values()):
            return Histories(changed)
        laid = dict(self.laid)
        for id, rows in changed.items():
            if rows:
                laid[id] = rows
            else:
                laid.pop(id, None)
        return Histories(laid)

    def settled(self, least: int = PACKED_FROM) -> Histories:
        """The same, packed where that is worth it: where so much is laid over, or a good part of what is packed."""
        known = 0 if self.packed is None else len(self.packed)
        if len(self.laid) < max(least, known // _SHARE):
            return self
        rest = {id: rows for id, rows in self.laid.items() if rows and not may_be_packed(rows)}
        if sum(map(bool, self.laid.values())) - len(rest) < least:
            return self
        return Histories(rest, PackedAreas(lambda: _packable(self, rest)))

    def on(self, day: date) -> tuple[list[Row], list[int]]:
        """What is in force on a day: the rows that lie loose, and the numbers of the packed ones."""
        loose = [row for history in self.laid.values() for row in history if holds_on(row, day)]
        packed = [] if self.packed is None else self.packed.on(day)
        if self.packed is not None and self._gone:
            over = {number for id in self.laid if (number := self.packed.ids.find(id)) >= 0}
            packed = [row for row in packed if self.packed.owner[row] not in over]
        return loose, packed

    def days(self) -> set[date]:
        """Every day on which something begins or ends, and perhaps some on which what was laid over did."""
        days = {row.since for rows in self.laid.values() for row in rows}
        days.update(row.until for rows in self.laid.values() for row in rows if row.until is not None)
        return days if self.packed is None else days.union(self.packed.days())

    def areas_below(self, ids: Iterable[str]) -> Iterator[str]:
        """The packed areas over which nothing lies and which hang under one of these on some day."""
        if self.packed is not None:
            found = (self.packed.ids[number] for number in sorted(self.packed.below(ids)))
            yield from (id for id in found if id not in self.laid)

    def areas_bearing(self, codes: Iterable[str]) -> Iterator[tuple[str, tuple[Area, ...]]]:
        """The packed areas over which nothing lies and which bear one of these codes on some day."""
        if self.packed is not None:
            for number in sorted(self.packed.bearing(codes)):
                id = self.packed.ids[number]
                if id not in self.laid:
                    yield id, self.packed.history(number)


class _Items(ItemsView[str, tuple[Row, ...]]):
    _mapping: Histories

    def __iter__(self) -> Iterator[tuple[str, tuple[Row, ...]]]:
        packed, laid = self._mapping.packed, self._mapping.laid
        if packed is not None:
            yield from ((id, packed.history(n)) for n, id in enumerate(packed.ids) if id not in laid)
        yield from ((id, rows) for id, rows in laid.items() if rows)


class _Rows(ValuesView[tuple[Row, ...]]):
    _mapping: Histories

    def __iter__(self) -> Iterator[tuple[Row, ...]]:
        return (rows for _, rows in self._mapping.items())


def _packable(histories: Histories, rest: Mapping[str, object]) -> Iterator[tuple[str, tuple[Area, ...]]]:
    """All histories but those that are left as they are."""
    for id, rows in histories.items():
        if id not in rest:
            yield id, rows  # type: ignore[misc]  # they are areas, all of them

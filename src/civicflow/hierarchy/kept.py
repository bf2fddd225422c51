"""What one register file keeps in a register: who bears which code, and what of it a later edition of the file still names."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from civicflow.hierarchy.histories import Histories
from civicflow.hierarchy.packing import PackedAreas
from civicflow.hierarchy.units import Affiliation, Appointment, Area, Body, Post, Row, Site

Key = tuple[object, ...]
"""What a file knows a record by: a unit or a site by its code, a post by its body and name, a holder by post and person."""

_SEVERAL: Final = 2**32 - 1


def key_of(row: Row) -> Key:
    """What a file knows a record by."""
    if isinstance(row, (Area, Body, Site)):
        return type(row), row.code
    if isinstance(row, Post):
        return Post, row.unit, row.name
    if isinstance(row, Affiliation):
        return Affiliation, row.kind, row.source, row.person, row.target
    return Appointment, row.post, row.person


class Kept:
    """The records that a register keeps under the name of one file."""

    def __init__(self, rows: Histories, register: str) -> None:
        self._all = rows
        self._loose = {id: history for id, history in rows.laid.items() if history and history[-1].register == register}
        self._by_key: defaultdict[Key, list[Row]] = defaultdict(list)
        for history in self._loose.values():
            for row in history:
                self._by_key[key_of(row)].append(row)
        self._named: set[str] = set()
        self._packed = None if rows.packed is None else _PackedKept(rows, rows.packed, register)

    def __bool__(self) -> bool:
        return bool(self._loose) or bool(self._packed)

    def __contains__(self, id: str) -> bool:
        return id in self._loose or (self._packed is not None and self._packed.has(id))

    def of(self, id: str) -> tuple[Row, ...]:
        """The rows of an id, none where this file does not keep it."""
        return self._loose.get(id) or (self._all.of(id) if id in self else ())

    def bearers(self, key: Key) -> list[Row]:
        """The rows that are known by a key, by their beginning."""
        found = self._by_key.get(key, ())
        if self._packed is not None and key[0] is Area and isinstance(key[1], str):
            found = [*found, *self._packed.bearing(key[1])]
        return sorted(found, key=lambda row: row.since) if len(found) > 1 else list(found)

    def name(self, id: str) -> None:
        """The file still names a record."""
        if id in self._loose:
            self._named.add(id)
        elif self._packed is not None:
            self._packed.name(id)

    def unnamed(self) -> Iterator[str]:
        """What the file names no more, what came last first."""
        yield from (id for id in reversed(self._loose) if id not in self._named)
        if self._packed is not None:
            yield from self._packed.unnamed()


class _PackedKept:
    """The packed areas among them, by number."""

    def __init__(self, rows: Histories, packed: PackedAreas, register: str) -> None:
        self._packed = packed
        self._open = packed.kept_by(register)  # by number, whether it is kept and not yet named
        for id in rows.laid:
            if (number := packed.ids.find(id)) >= 0:
                self._open[number] = False
        self._mine = bytes(self._open)
        self._bearer = array("I", bytes(4 * len(packed.codes)))
        self._several: dict[int, list[int]] = {}
        for number, code in zip(packed.owner, packed.code, strict=True):
            if self._mine[number]:
                known = self._bearer[code]
                if not known:
                    self._bearer[code] = number + 1
                elif known != number + 1:
                    several = self._several.setdefault(code, [known - 1])
                    self._bearer[code] = _SEVERAL
                    if number not in several:
                        several.append(number)

    def __bool__(self) -> bool:
        return any(self._mine)

    def has(self, id: str) -> bool:
        number = self._packed.ids.find(id)
        return number >= 0 and bool(self._mine[number])

    def bearing(self, code: str) -> Iterator[Row]:
        at = self._packed.codes.find(code)
        known = self._bearer[at] if at >= 0 else 0
        for number in self._several[at] if known == _SEVERAL else range(known - 1, known) if known else ():
            yield from (row for row in self._packed.history(number) if row.code == code)

    def name(self, id: str) -> None:
        self._open[self._packed.ids.find(id)] = False

    def unnamed(self) -> Iterator[str]:
        return (self._packed.ids[n] for n in range(len(self._open) - 1, -1, -1) if self._open[n])

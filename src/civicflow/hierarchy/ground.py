"""The areas of one day in pre-order, which makes every subtree one stretch of places.

Each area has a **place**, a number from 0: after it come all areas that lie below it, siblings by their codes. With its
`size`, the areas of a subtree are the places from its own to its own plus its size, and a sum over a subtree is a difference
of two running sums (Celko's nested sets, held in arrays).
"""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from civicflow.hierarchy.packing import PackedAreas
from civicflow.hierarchy.units import Area
from civicflow.ids import UnitId

_MADE: Final = 4_096
"""How many records of packed areas are kept once they were made."""


class Ground:
    """The territory of one day.

    Attributes:
        size: by place, how many areas its subtree has, itself included.
        up: by place, the place of the area above; -1 where there is none.
        tops: the places of the areas that hang under none, by code.
    """

    __slots__ = ("_bearer", "_loose", "_made", "_member", "_packed", "_place", "_places", "_rows", "_several", "size",
                 "tops", "up")  # fmt: skip

    def __init__(self, loose: Sequence[Area], packed: PackedAreas | None = None, rows: Sequence[int] = ()) -> None:
        self._loose, self._packed, self._rows = loose, packed, array("I", rows)
        self._made: dict[int, Area] = {}
        codes = self._codes()
        ordered = sorted(range(len(codes)), key=codes.__getitem__)
        self._untie(ordered, codes)
        above = self._above()
        member = _pre_order(ordered, above)
        self._member = array("I", member)
        place = array("I", bytes(4 * len(member)))
        for at, one in enumerate(member):
            place[one] = at
        self.up = array("i", [place[up] if (up := above[one]) >= 0 else -1 for one in member])
        self.size = _sizes(self.up)
        self.tops = tuple(place[one] for one in ordered if above[one] == _TOP)
        self._index(codes, ordered, place)

    def __len__(self) -> int:
        return len(self.size)

    # --- how it is made ---------------------------------------------------------------------------------------------

    def _codes(self) -> list[str]:
        """By member the code; first the packed rows, then the loose ones."""
        loose = [area.code for area in self._loose]
        if self._packed is None:
            return loose
        known, code = list(self._packed.codes), self._packed.code
        return [known[code[row]] for row in self._rows] + loose

    def _untie(self, ordered: list[int], codes: Sequence[str]) -> None:
        """Members of one code stand in the order of their ids, and are remembered as several."""
        self._several: dict[str, tuple[int, ...]] = {}
        at = 0
        while at < len(ordered) - 1:
            end, code = at + 1, codes[ordered[at]]
            while end < len(ordered) and codes[ordered[end]] == code:
                end += 1
            if end - at > 1:
                ordered[at:end] = sorted(ordered[at:end], key=self._id_of)
                self._several[code] = tuple(ordered[at:end])
            at = end

    def _id_of(self, member: int) -> UnitId:
        if member >= len(self._rows):
            return self._loose[member - len(self._rows)].id
        assert self._packed is not None
        return UnitId(self._packed.ids[self._packed.owner[self._rows[member]]])

    def _above(self) -> list[int]:
        """By member the member above, `_TOP` or `_LOST`."""
        start = len(self._rows)
        members = {area.id: start + i for i, area in enumerate(self._loose)}
        above: list[int] = []
        if self._packed is not None:
            packed, of_id = self._packed, array("I", bytes(4 * len(self._packed)))
            for member, row in enumerate(self._rows, 1):
                of_id[packed.owner[row]] = member
            known = [_TOP]
            for id in packed.parents:
                at = members.get(UnitId(id))
                number = packed.ids.find(id) if at is None else -1
                known.append(at if at is not None else of_id[number] - 1 if number >= 0 and of_id[number] else _LOST)
            parent = packed.parent
            above = [known[parent[row]] for row in self._rows]
            find = packed.ids.find
            for area in self._loose:
                if area.parent is not None and area.parent not in members and (number := find(area.parent)) >= 0:
                    members[area.parent] = of_id[number] - 1 if of_id[number] else _LOST
        above += [_TOP if area.parent is None else members.get(area.parent, _LOST) for area in self._loose]
        return above

    def _index(self, codes: Sequence[str], ordered: Sequence[int], place: Sequence[int]) -> None:
        """Where an id, and where a code is found."""
        start = len(self._rows)
        self._places = {area.id: place[start + i] for i, area in enumerate(self._loose)}
        self._place, self._bearer = array("I"), array("I")
        self._several = {code: tuple(place[one] for one in members) for code, members in self._several.items()}
        for i, area in enumerate(self._loose):
            if area.code not in self._several:
                self._several[area.code] = (place[start + i],)
        if self._packed is not None:
            owner, code = self._packed.owner, self._packed.code
            self._place = array("I", bytes(4 * len(self._packed)))
            self._bearer = array("I", bytes(4 * len(self._packed.codes)))
            for member, row in enumerate(self._rows):
                self._place[owner[row]] = self._bearer[code[row]] = place[member] + 1

    # --- what it answers --------------------------------------------------------------------------------------------

    def find(self, id: str) -> int:
        """The place of an area, -1 where there is none."""
        place = self._places.get(UnitId(id))
        if place is not None:
            return place
        number = -1 if self._packed is None else self._packed.ids.find(id)
        return self._place[number] - 1 if number >= 0 else -1

    def bearers(self, code: str) -> tuple[int, ...]:
        """The places of the areas that bear a code."""
        found = self._several.get(code)
        if found is not None:
            return found
        number = -1 if self._packed is None else self._packed.codes.find(code)
        return (self._bearer[number] - 1,) if number >= 0 and self._bearer[number] else ()

    def id(self, place: int) -> UnitId:
        """The id of the area at a place."""
        return self._id_of(self._member[place])

    def ids(self, begin: int, end: int) -> list[UnitId]:
        """The ids of the areas from one place to before another."""
        start, rows, loose, packed = len(self._rows), self._rows, self._loose, self._packed
        members = self._member[begin:end]
        if packed is None:
            return [loose[member].id for member in members]
        ids, owner = packed.ids, packed.owner
        if not loose:
            return ids.several([owner[rows[member]] for member in members])  # type: ignore[return-value]  # ids are strings
        return [UnitId(ids[owner[rows[member]]]) if member < start else loose[member - start].id for member in members]

    def area(self, place: int) -> Area:
        """The record of the area at a place."""
        member = self._member[place]
        if member >= len(self._rows):
            return self._loose[member - len(self._rows)]
        made = self._made.get(place)
        if made is None:
            assert self._packed is not None
            if len(self._made) >= _MADE:
                self._made = {}
            made = self._made[place] = self._packed.row(self._rows[member])
        return made

    def packed_places(self) -> array[int]:
        """By the number of a packed area its place, from 1; 0 where it is not there, or something is laid over it."""
        return self._place

    def aliased(self) -> list[int]:
        """The places of the packed areas that have other spellings."""
        if self._packed is None or not (rests := self._packed.aliased):
            return []
        start, rest = len(self._rows), self._packed.rest
        return [at for at, one in enumerate(self._member) if one < start and rest[self._rows[one]] in rests]

    def areas(self) -> Iterator[Area]:
        """The records of all areas, by place."""
        return map(self.area, range(len(self)))

    def children(self, place: int) -> Iterator[int]:
        """The places of the areas directly under one, by code."""
        end, at = place + self.size[place], place + 1
        while at < end:
            yield at
            at += self.size[at]


_TOP, _LOST = -1, -2
"""Hangs under none; hangs under something that is not there."""


def _pre_order(ordered: Sequence[int], above: Sequence[int]) -> list[int]:
    """The members, each followed by all that lie below it, siblings in the order given."""
    below: defaultdict[int, list[int]] = defaultdict(list)
    for one in ordered:
        below[above[one]].append(one)
    found: list[int] = []
    stack = [*reversed(below.pop(_LOST, [])), *reversed(below.pop(_TOP, []))]
    while stack:
        one = stack.pop()
        found.append(one)
        inside = below.pop(one, None)
        if inside is not None:
            inside.reverse()
            stack += inside
    return found + [one for inside in below.values() for one in inside]  # only what stands under itself is left


def _sizes(up: Sequence[int]) -> array[int]:
    size = array("I", [1]) * len(up)
    for place in range(len(up) - 1, -1, -1):
        above = up[place]
        if 0 <= above < place:
            size[above] += size[place]
    return size

"""Areas in columns: the histories of very many areas in some hundred bytes each.

A province has fifty thousand areas, the whole of China two thirds of a million, and their records as objects take half a
kilobyte each, most of it overhead. Here distinct texts stand one after the other in one text, everything else is a number in an
array, and a record is made when somebody asks for it. Nothing is ever changed.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import accumulate
from operator import attrgetter
from typing import Final

import attrs

from civicflow.drafts import maker
from civicflow.hierarchy.units import Area
from civicflow.ids import UnitId
from civicflow.texts import Text

_APART: Final = "\0"
"""Stands between the two languages of a name."""

_FIELDS: Final = tuple(field.name for field in attrs.fields(Area))
_ID, _CODE, _NAME, _PARENT, _SINCE, _UNTIL = map(_FIELDS.index, ("id", "code", "name", "parent", "since", "until"))
_ALIASES, _REGISTER = map(_FIELDS.index, ("aliases", "register"))
_REST: Final = tuple(name for name in _FIELDS if name not in ("id", "code", "name", "parent", "since", "until"))

_rest_of: Final = attrgetter(*_REST)

_area: Final = maker(Area)


class Strings:
    """Distinct strings by number, kept as one text, and found by an open table of their hashes.

    >>> codes = Strings(["410106", "410106001"])
    >>> codes[1], codes.find("410106"), codes.find("41")
    ('410106001', 0, -1)
    """

    __slots__ = ("_ends", "_slots", "_text")

    def __init__(self, strings: Sequence[str]) -> None:
        joined = "".join(strings)
        self._text: str | bytes = joined
        lengths: Iterable[int] = map(len, strings)
        if not joined.isascii():  # one character beyond would widen all of them
            self._text = joined.encode("utf-8", "surrogatepass")
            lengths = (len(string.encode("utf-8", "surrogatepass")) for string in strings)
        del joined
        self._ends = array("I", accumulate(lengths, initial=0))
        self._slots = array("I")

    def __len__(self) -> int:
        return len(self._ends) - 1

    def __getitem__(self, number: int) -> str:
        piece = self._text[self._ends[number] : self._ends[number + 1]]
        return piece if isinstance(piece, str) else piece.decode("utf-8", "surrogatepass")

    def __iter__(self) -> Iterator[str]:
        return map(self.__getitem__, range(len(self)))

    def several(self, numbers: Iterable[int]) -> list[str]:
        """The strings of these numbers."""
        text, ends = self._text, self._ends
        if isinstance(text, str):
            return [text[ends[number] : ends[number + 1]] for number in numbers]
        return list(map(self.__getitem__, numbers))

    def find(self, string: str) -> int:
        """The number of a string, -1 where it is not there."""
        text, ends = self._text, self._ends
        wanted = string if isinstance(text, str) else string.encode("utf-8", "surrogatepass")
        slots = self._slots or self._hashed()
        mask = len(slots) - 1
        at = hash(string) & mask
        while number := slots[at]:
            if text[ends[number - 1] : ends[number]] == wanted:
                return number - 1
            at = (at + 1) & mask
        return -1

    def _hashed(self) -> array[int]:
        """The table, made when first asked; hashes differ from process to process, so it is never stored."""
        size = 1 << max(3, (len(self) * 3 // 2).bit_length())
        slots, mask = array("I", bytes(4 * size)), size - 1
        for number, string in enumerate(self, 1):
            at = hash(string) & mask
            while slots[at]:
                at = (at + 1) & mask
            slots[at] = number
        self._slots = slots
        return slots

    def __getstate__(self) -> tuple[str | bytes, array[int]]:
        return self._text, self._ends

    def __setstate__(self, state: tuple[str | bytes, array[int]]) -> None:
        self._text, self._ends = state
        self._slots = array("I")


def narrow(numbers: Sequence[int], most: int) -> array[int]:
    """Numbers from 0 to ``most`` in the narrowest array that holds them."""
    return array("B" if most < 1 << 8 else "H" if most < 1 << 16 else "I", numbers)


class PackedAreas:
    """The histories of many areas.

    Attributes:
        ids: the ids by number.
        first: by the number of an id its first row; one more at the end.
        owner: by row the number of its id.
        codes: the distinct codes.
        code: by row the number of its code.
        parents: the distinct ids of parents.
        parent: by row the number of its parent, from 1; 0 at the top.
        rest: by row the number of what else it says: level, aliases, register.
        aliased: the numbers of those that have aliases.
    """

    __slots__ = ("_days", "_name", "_names", "_rests", "_since", "_until", "aliased", "code", "codes", "first",
                 "ids", "owner", "parent", "parents", "rest")  # fmt: skip

    def __init__(self, histories: Callable[[], Iterable[tuple[str, Sequence[Area]]]]) -> None:
        """Of histories that can be gone through twice: what is large is packed before the next large thing is put together."""
        self._identify(histories())
        self._describe(histories())

    def _identify(self, histories: Iterable[tuple[str, Sequence[Area]]]) -> None:
        """Ids and codes."""
        ids: list[str] = []
        first, owner, code = array("I"), array("I"), array("I")
        codes: dict[str, int] = {}
        for id, rows in histories:
            first.append(len(owner))
            for row in rows:
                owner.append(len(ids))
                code.append(codes.setdefault(row.code, len(codes)))
            ids.append(id)
        first.append(len(owner))
        self.codes, self.code = _packed(codes), code
        self.ids, self.first, self.owner = Strings(ids), first, owner

    def _describe(self, histories: Iterable[tuple[str, Sequence[Area]]]) -> None:
        """All else."""
        name, parent, since, until, rest = array("I"), array("I"), array("I"), array("I"), array("I")
        names: dict[str, int] = {}
        parents: dict[str | None, int] = {None: 0}
        days: dict[date | None, int] = {None: 0}
        rests: dict[tuple[object, ...], int] = {}
        for row in (row for _, rows in histories for row in rows):
            name.append(names.setdefault(_spelt(row.name), len(names)))
            parent.append(parents.setdefault(row.parent, len(parents)))
            since.append(days.setdefault(row.since, len(days)))
            until.append(days.setdefault(row.until, len(days)))
            rest.append(rests.setdefault(_rest_of(row), len(rests)))
        self._names, self._name = _packed(names), name
        self.parents, self.parent = Strings([id for id in parents if id is not None]), parent
        self._days = list(days)
        self._since, self._until = narrow(since, len(days)), narrow(until, len(days))
        self._rests, self.rest = [_template(values) for values in rests], narrow(rest, len(rests))
        self.aliased = frozenset(n for n, values in enumerate(self._rests) if values[_ALIASES])

    def __len__(self) -> int:
        """How many areas."""
        return len(self.ids)

    def history(self, number: int) -> tuple[Area, ...]:
        """The rows of the id of that number."""
        id = UnitId(self.ids[number])
        return tuple([self._row(id, row) for row in range(self.first[number], self.first[number + 1])])

    def row(self, row: int) -> Area:
        """The row of that number."""
        return self._row(UnitId(self.ids[self.owner[row]]), row)

    def _row(self, id: UnitId, row: int) -> Area:
        values = self._rests[self.rest[row]].copy()
        values[_ID] = id
        values[_CODE] = self.codes[self.code[row]]
        values[_NAME] = _text(self._names[self._name[row]])
        above = self.parent[row]
        values[_PARENT] = UnitId(self.parents[above - 1]) if above else None
        values[_SINCE] = self._days[self._since[row]]
        values[_UNTIL] = self._days[self._until[row]]
        return _area(*values)

    def on(self, day: date) -> list[int]:
        """The rows in force on a day."""
        begun = [since is not None and since <= day for since in self._days]
        going = [until is None or day < until for until in self._days]
        spans = zip(self._since, self._until, strict=True)
        return [row for row, (since, until) in enumerate(spans) if begun[since] and going[until]]

    def days(self) -> Iterator[date]:
        """Every day on which a row begins or ends."""
        return (day for day in self._days if day is not None)

    def below(self, ids: Iterable[str]) -> set[int]:
        """The numbers of the areas that hang under one of these on some day."""
        wanted = {self.parents.find(id) + 1 for id in ids} - {0}
        return self._owners(self.parent, wanted)

    def bearing(self, codes: Iterable[str]) -> set[int]:
        """The numbers of the areas that bear one of these codes on some day."""
        wanted = {self.codes.find(code) for code in codes} - {-1}
        return self._owners(self.code, wanted)

    def _owners(self, column: array[int], wanted: set[int]) -> set[int]:
        if not wanted:
            return set()
        return {self.owner[row] for row, value in enumerate(column) if value in wanted}

    def kept_by(self, register: str) -> bytearray:
        """By number, whether a register keeps the area by its last row."""
        mine = [rest[_REGISTER] == register for rest in self._rests]
        return bytearray(mine[self.rest[end - 1]] for end in self.first[1:])


def _packed(numbered: dict[str, int]) -> Strings:
    """The strings in the order of their numbers, which nobody needs any more."""
    strings = list(numbered)
    numbered.clear()
    return Strings(strings)


def may_be_packed(rows: Sequence[object]) -> bool:
    """Whether a history is one of areas, with names that the columns can hold, and nothing by which others look for it."""
    return all(
        type(row) is Area and not row.identifiers and _APART not in row.name.en and _APART not in row.name.zh
        for row in rows
    )


def _spelt(name: Text) -> str:
    return name.zh if name.en == name.zh else f"{name.en}{_APART}{name.zh}"


def _text(spelt: str) -> Text:
    en, apart, zh = spelt.partition(_APART)
    return Text(en, zh if apart else en)


def _template(rest: Sequence[object]) -> list[object]:
    """The values of all fields, in which those that have columns of their own are still to be filled in."""
    values: list[object] = [None] * len(_FIELDS)
    for field, value in zip(_REST, rest, strict=True):
        values[_FIELDS.index(field)] = value
    return values

"""The rows of a table, as columns: a listed area is made when somebody looks at it.

Two thirds of a million rows as objects take 200 megabytes for the time of a load; as columns half of that.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final, overload

from civicflow.drafts import maker
from civicflow.hierarchy.document import ListedArea
from civicflow.hierarchy.scheme import LevelScheme
from civicflow.hierarchy.units import as_name
from civicflow.texts import Text

_listed = maker(ListedArea)

_NAMELESS: Final = Text.same("")


class ListedRows(Sequence[ListedArea]):
    """Areas as a table lists them, one row each.

    Attributes:
        codes: their codes.
        parents: the codes of their parents; None at the top.
        sinces: from when they hold; None where the row does not say it.
    """

    __slots__ = ("_levels", "_lines", "_names", "codes", "parents", "sinces")

    def __init__(self) -> None:
        self.codes: list[str] = []
        self._names: list[str] = []
        self._levels: list[str] = []
        self.parents: list[str | None] = []
        self.sinces: list[date | None] = []
        self._lines = array("I")

    def add(self, code: str, name: str, level: str, parent: str | None, since: date | None, line: int) -> None:
        """One more row; the name as `civicflow.hierarchy.units.as_name` reads it."""
        self.codes.append(code)
        self._names.append(name)
        self._levels.append(level)
        self.parents.append(parent)
        self.sinces.append(since)
        self._lines.append(line)

    def __len__(self) -> int:
        return len(self.codes)

    @overload
    def __getitem__(self, at: int) -> ListedArea: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[ListedArea]: ...
    def __getitem__(self, at: int | slice) -> ListedArea | Sequence[ListedArea]:
        if isinstance(at, slice):
            return tuple(self[n] for n in range(*at.indices(len(self))))
        name = as_name(self._names[at])
        return _listed(
            self.codes[at], name, self._levels[at], self.parents[at], self.sinces[at], None, (), (), self._lines[at]
        )

    def unnamed(self) -> Iterator[ListedArea]:
        """The areas without their names, for whoever looks at codes and days alone."""
        return (
            _listed(code, _NAMELESS, "", None, since, None, (), (), line)
            for code, since, line in zip(self.codes, self.sinces, self._lines, strict=True)
        )

    def __iter__(self) -> Iterator[ListedArea]:
        return map(self.__getitem__, range(len(self)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(ListedArea.__eq__, self, other))

    __hash__ = None  # type: ignore[assignment]  # it is equal to a tuple, and has not its hash

    def hung(self) -> None:
        """Put each area without a parent under the longest code that its own code begins with."""
        known = {code: code for code in self.codes}
        for n, code in enumerate(self.codes):
            if self.parents[n] is None:
                shorter = (code[:end] for end in range(len(code) - 1, 0, -1))
                self.parents[n] = next((known[start] for start in shorter if start in known), None)

    def are_sound(self, scheme: LevelScheme) -> bool:
        """Whether there is no fault: codes once each, parents that are there, levels that may hang under theirs.

        Nothing stands under itself then, since levels do not either.
        """
        allowed = {(one.name, over) for one in scheme.levels for over in one.under}
        tops = {one.name for one in scheme.levels if one.top or not one.under}
        level_of = dict(zip(self.codes, self._levels, strict=True))
        if len(level_of) != len(self):
            return False
        seen: set[tuple[str, str | None]] = set()
        for pair in zip(self._levels, self.parents, strict=True):
            if pair not in seen:
                level, parent = pair
                if level not in tops if parent is None else (level, level_of.get(parent, "")) not in allowed:
                    return False
                seen.add(pair)
        return True

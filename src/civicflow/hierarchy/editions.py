"""An edition of a map: the areas of one place as somebody published them, or as a register says them on one day.

It knows areas by code, as lists do. Which unit of one edition comes after which of another it does not say; that is
proposed by `civicflow.hierarchy.proposing`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from types import MappingProxyType

import attrs

from civicflow.errors import Fault, InvalidInput
from civicflow.hierarchy.chart import Chart
from civicflow.hierarchy.document import Document, ListedArea
from civicflow.hierarchy.units import Area


def _by_code(areas: Iterable[ListedArea] | Mapping[str, ListedArea]) -> Mapping[str, ListedArea]:
    found = areas.values() if isinstance(areas, Mapping) else areas
    return MappingProxyType(
        {
            area.code: ListedArea(code=area.code, name=area.name, level=area.level, parent=area.parent)
            for area in sorted(found, key=lambda area: area.code)
        }
    )


@attrs.frozen
class Edition:
    """The areas of one map. Two editions are equal when they list the same codes, names, levels and parents.

    Attributes:
        areas: the areas by code, sorted by it. A parent that is not among them is kept elsewhere.
    """

    areas: Mapping[str, ListedArea] = attrs.field(converter=_by_code)
    _below: Mapping[str | None, tuple[str, ...]] = attrs.field(init=False, eq=False, repr=False)
    _levels: tuple[tuple[str, ...], ...] = attrs.field(init=False, eq=False, repr=False)
    _depths: Mapping[str, int] = attrs.field(init=False, eq=False, repr=False)

    @_below.default
    def _children(self) -> Mapping[str | None, tuple[str, ...]]:
        below: defaultdict[str | None, list[str]] = defaultdict(list)
        for code, area in self.areas.items():
            below[area.parent].append(code)
        return {parent: tuple(codes) for parent, codes in below.items()}

    @_levels.default
    def _from_the_top(self) -> tuple[tuple[str, ...], ...]:
        level = [code for code, area in self.areas.items() if area.parent not in self.areas]
        found = []
        while level:
            found.append(tuple(sorted(level)))
            level = [child for code in level for child in self._below.get(code, ())]
        return tuple(found)

    @_depths.default
    def _by_depth(self) -> Mapping[str, int]:
        return {code: depth for depth, level in enumerate(self._levels) for code in level}

    @classmethod
    def of(cls, source: Edition | Chart | Document, keeper: str = "") -> Edition:
        """The edition that a register file or a chart holds.

        Args:
            source: a document from `civicflow.hierarchy.importing.read`, a chart, or an edition.
            keeper: of a chart, only the areas that the register file of this name keeps; all where left out.

        Raises:
            InvalidInput: a code stands for two areas, or areas stand under themselves.
        """
        if isinstance(source, Edition):
            return source
        found = list(_charted(source, keeper)) if isinstance(source, Chart) else list(source.areas)
        codes = [area.code for area in found]
        twice = sorted({code for code in codes if codes.count(code) > 1}) if len(set(codes)) < len(codes) else []
        if twice:
            msg = "in one edition a code stands for one area; name the register whose areas are meant"
            raise InvalidInput(msg, tuple(Fault(reason="it stands for several", value=code) for code in twice))
        edition = cls(found)
        looped = [code for code in edition.areas if code not in edition._depths]
        if looped:
            msg = f"these stand under themselves: {', '.join(looped)}; give one of them another parent"
            raise InvalidInput(msg)
        return edition

    def below(self, code: str) -> tuple[str, ...]:
        """The codes of the areas directly under one."""
        return self._below.get(code, ())

    def depth(self, code: str) -> int:
        """How many areas of this edition stand above one."""
        return self._depths[code]

    def at(self, depth: int) -> tuple[str, ...]:
        """The codes of the areas that have so many above them, sorted."""
        return self._levels[depth] if depth < len(self._levels) else ()

    @property
    def depths(self) -> range:
        """How deep the map goes, from its top down."""
        return range(len(self._levels))


def _charted(chart: Chart, keeper: str) -> Iterable[ListedArea]:
    for id in chart.units:
        unit = chart.unit(id)
        if isinstance(unit, Area) and (not keeper or unit.register == keeper):
            parent = None if unit.parent is None else chart.code(unit.parent)
            yield ListedArea(code=unit.code, name=unit.name, level=unit.level, parent=parent)

"""The whole history of who is who: areas, bodies, posts and appointments, as one immutable value.

Each record has an opaque id and a row for every stretch of time in which its facts were the same. Changes are the only
way on: `Register.diff` finds them in a file, `Register.apply` makes the next register of them, and replaying all changes
from the beginning gives the same register again. `Register.chart` is the register as of one day.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING

import attrs

from civicflow.errors import Fault, InvalidInput
from civicflow.hierarchy.changes import Change
from civicflow.hierarchy.chart import Chart
from civicflow.hierarchy.compatibility import clashing
from civicflow.hierarchy.histories import Histories
from civicflow.hierarchy.integrity import Broken, broken, misplaced
from civicflow.hierarchy.kinds import BodyKind
from civicflow.hierarchy.scheme import LevelScheme
from civicflow.hierarchy.ties import loose
from civicflow.hierarchy.units import Area, Row, cut, holds_on, overlay
from civicflow.ids import IdSource

if TYPE_CHECKING:
    from civicflow.hierarchy.document import Document

_CHARTS = 32
"""How many charts a register keeps: enough for the days an office looks at, little enough to forget."""


@attrs.frozen(kw_only=True)
class Register:
    """All that was, is and is planned.

    Attributes:
        version: the number of the ledger entry that brought the last change; 0 is the empty register.
        rows: the rows of each id, ordered by since, never overlapping; neighbours never say the same.
        schemes: the scheme of levels of each register file.
        kinds: the kinds of bodies that files added to the known ones.
        redrawn: the acts that say who comes after whom, in the order in which they were recorded.
    """

    version: int = 0
    rows: Histories = attrs.field(factory=Histories)
    schemes: Mapping[str, LevelScheme] = attrs.field(factory=lambda: MappingProxyType({}))
    kinds: Mapping[str, BodyKind] = attrs.field(factory=lambda: MappingProxyType({}))
    redrawn: tuple[Change, ...] = ()
    _days: list[date] = attrs.field(init=False, eq=False, repr=False, factory=list)
    _charts: dict[date, Chart] = attrs.field(init=False, eq=False, repr=False, factory=dict)
    _trial: list[tuple[tuple[Change, ...], Register, list[Broken]]] = attrs.field(
        init=False, eq=False, repr=False, factory=list
    )
    _after: dict[str, list[Change]] = attrs.field(init=False, eq=False, repr=False, factory=dict)
    _before: dict[str, list[Change]] = attrs.field(init=False, eq=False, repr=False, factory=dict)

    def __repr__(self) -> str:
        return f"<Register version {self.version}: {len(self.rows)} records>"

    def apply(self, changes: Iterable[Change], version: int) -> Register:
        """The next register, in which the changes hold.

        Each row of a change replaces what the register said of that record from the row's ``since`` until its ``until``;
        each ended id says nothing from the change's day. A later change prevails over an earlier one.

        Args:
            changes: what becomes otherwise; all of them or none.
            version: the number of the ledger entry that holds them, greater than this register's.

        Raises:
            InvalidInput: if the version does not go on, or the result would break a rule of
                `civicflow.hierarchy.integrity`, `ties <civicflow.hierarchy.ties>` or
                `compatibility <civicflow.hierarchy.compatibility>`; with every fault.
        """
        if version <= self.version:
            msg = f"versions go up: this register is at {self.version}, the changes come with {version}"
            raise InvalidInput(msg)
        said = tuple(changes)
        after, found = self._tried(said)
        found = found or list(misplaced(after.rows, after.schemes, _put(said)))
        self._trial.clear()
        faults = tuple(Fault(reason=b.reason, value=b.value, path=b.id, rule=b.rule, text=b.text) for b in found)
        if faults:
            msg = "the changes do not fit the register; nothing was changed"
            raise InvalidInput(msg, faults)
        return attrs.evolve(after, version=version, rows=after.rows.settled())

    def broken_by(self, changes: tuple[Change, ...]) -> list[Broken]:
        """Every rule that these changes would break; see `apply`, which does not look again at the same changes."""
        return self._tried(changes)[1]

    def _tried(self, changes: tuple[Change, ...]) -> tuple[Register, list[Broken]]:
        """What the last changes asked about lead to, and what they break."""
        known = next((trial for trial in self._trial[:1] if trial[0] is changes), None)
        if known is None:
            changed: dict[str, tuple[Row, ...]] = {}
            after = self.overlaid(changes, self.version + 1, changed)
            known = (changes, after, after.broken_after(self, changed))
            self._trial[:] = [known]
        return known[1], known[2]

    def broken_after(self, before: Register, touched: Mapping[str, object]) -> list[Broken]:
        """Every rule that is broken since some records are otherwise than in a register that was sound."""
        found = list(broken(self.rows, touched, before.rows))
        rows = (row for id in touched for history in (self.rows.of(id), before.rows.of(id)) for row in history)
        if found or (self.schemes == before.schemes and all(isinstance(row, Area) for row in rows)):
            return found  # areas alone touch neither who is tied nor who holds what
        return [*loose(self.rows), *clashing(self.rows, self.schemes)]

    def overlaid(
        self, changes: Iterable[Change], version: int, changed: dict[str, tuple[Row, ...]] | None = None
    ) -> Register:
        """What `apply` returns, without asking whether it is sound; ``changed`` takes up the rows of what is otherwise."""
        rows = {} if changed is None else changed
        before = self.rows.of
        schemes, kinds, redrawn = dict(self.schemes), dict(self.kinds), list(self.redrawn)
        for change in changes:
            for row in change.rows:
                known = rows[row.id] if row.id in rows else before(row.id)
                rows[row.id] = overlay(known, row) if known else (row,)
            for id in change.ends:
                known = rows[id] if id in rows else before(id)
                rows[id] = cut(known, change.on, None)
            if change.scheme is not None:
                schemes[change.register] = change.scheme
            if change.kinds:
                kinds.update((kind.name, kind) for kind in change.kinds)
            if change.successions:
                redrawn.append(change)
        return Register(
            version=version,
            rows=self.rows.with_laid(rows),
            schemes=MappingProxyType(schemes),
            kinds=MappingProxyType(kinds),
            redrawn=tuple(redrawn),
        )

    def came_after(self, unit: str) -> Sequence[Change]:
        """The acts that say who comes after a unit, in the order in which they were recorded."""
        self._index()
        return self._after.get(unit, ())

    def came_before(self, unit: str) -> Sequence[Change]:
        """The acts that say of whom a unit came, itself left out, in the order in which they were recorded."""
        self._index()
        return self._before.get(unit, ())

    def _index(self) -> None:
        if self._after or not self.redrawn:
            return
        before: defaultdict[str, list[Change]] = defaultdict(list)
        after: defaultdict[str, list[Change]] = defaultdict(list)
        for change in self.redrawn:
            for unit in change.originals:
                after[unit].append(change)
            for unit in dict.fromkeys(one.result for one in change.successions if one.result != one.original):
                before[unit].append(change)
        self._before.update(before)
        self._after.update(after)

    def row(self, id: str, on: date) -> Row | None:
        """What a record is on a day; None where it is not."""
        return next((row for row in self.rows.of(id) if holds_on(row, on)), None)

    def diff(self, document: Document, on: date, ids: IdSource) -> tuple[Change, ...]:
        """What must change so that the register says from ``on`` what the document says.

        Only records kept by the document's own register name are compared: see `civicflow.hierarchy.loading` for the
        dates. The same document again gives ``()``.

        Raises:
            InvalidInput: if the document has faults or does not fit the rest of the register; with every fault.
        """
        from civicflow.hierarchy.loading import differences

        return differences(self, document, on, ids)

    def chart(self, on: date) -> Chart:
        """The register as of one day. Days between two changes share one build; the last ones asked for are kept."""
        found = self._charts.get(on)
        if found is not None:
            return found
        if not self._days:
            self._days.extend(sorted(self.rows.days()))
        index = bisect_right(self._days, on)
        begin = self._days[index - 1] if index else date.min
        built = self._charts.get(begin)
        if built is None:
            loose, picked = self.rows.on(begin)
            built = Chart(
                begin,
                loose,
                version=self.version,
                schemes=self.schemes,
                kinds=self.kinds,
                packed=self.rows.packed,
                picked=picked,
            )
            self._keep(begin, built)
        chart = built.dated(on)
        self._keep(on, chart)
        return chart

    def _keep(self, day: date, chart: Chart) -> None:
        if len(self._charts) >= _CHARTS:
            for old in list(self._charts)[: _CHARTS // 2]:
                self._charts.pop(old, None)
        self._charts[day] = chart


def _put(changes: Iterable[Change]) -> list[str]:
    return [row.id for change in changes for row in change.rows]

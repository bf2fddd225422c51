"""From what was proposed to what is done: the acts of the proposals that somebody accepts.

Rules
-----
- What is accepted is what is trusted more than a bar, or what somebody has picked by hand; nothing else is touched. A unit
  whose fate was not accepted stays as it is, under whoever came after the one above it.
- Each act is made of the register as the acts before it leave it, from the top of the tree down, so that all of them can be
  applied in one commit.
- What rests on something that was not accepted (its parent, the code of a unit that keeps it) is left, with the reason. Propose
  again from the register as it is then, and the rest is proposed again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import date
from fractions import Fraction
from typing import Any, Final

import attrs

from civicflow.errors import InvalidInput
from civicflow.hierarchy import acts
from civicflow.hierarchy.acts import New, Result, Surviving
from civicflow.hierarchy.changes import Change
from civicflow.hierarchy.chart import Chart
from civicflow.hierarchy.document import ListedArea
from civicflow.hierarchy.integrity import links
from civicflow.hierarchy.proposing import Kind, ProposedChange
from civicflow.hierarchy.register import Register
from civicflow.hierarchy.units import Area, Body
from civicflow.ids import IdSource, UnitId
from civicflow.texts import Catalogue, Text

TRUSTED: Final = Fraction(8, 10)
"""What is trusted more than this is accepted where nobody says otherwise."""

_GOING_ON: Final[tuple[Kind, ...]] = ("convert", "transfer", "rename", "recode", "respell")
"""One unit before and after, the same all the while."""

_SENTENCES: Final = Catalogue(
    {
        "missing": "{code} is not in the register on {on} | {on}的名录中没有{code}",
        "parent": "it would be under {code}, about which nothing is accepted yet | 其上级{code}尚未确认",
        "into": "it would go into {code}, about which nothing is accepted yet | 其归入的{code}尚未确认",
        "code": "{unit} still bears the code {code} | 代码{code}仍由{unit}使用",
        "hanging": "units that still hang under it: {count} | 其下仍有{count}个单位",
    }
)


@attrs.frozen(kw_only=True)
class Left:
    """A proposal that cannot be done as things are.

    Attributes:
        proposal: the proposal.
        reason: what is in its way.
    """

    proposal: ProposedChange
    reason: Text


@attrs.frozen(kw_only=True)
class Acceptance:
    """The acts of what was accepted.

    Attributes:
        changes: the acts in their order, for `Register.apply` or `RegisterDesk.apply`.
        left: what was accepted and cannot be done, each with the reason.
    """

    changes: tuple[Change, ...]
    left: tuple[Left, ...] = ()


def accepted(
    proposals: Iterable[ProposedChange],
    register: Register,
    *,
    on: date,
    ids: IdSource,
    above: Fraction = TRUSTED,
    basis: str = "",
) -> Acceptance:
    """The acts of the proposals that are trusted more than a bar. Nothing is changed by making them.

    Args:
        proposals: what `propose_changes` returned for the register's chart of the day, all of it, or the part that somebody
            picked.
        register: the register as it is.
        on: the first day on which the acts hold.
        ids: makes the ids of new units.
        above: the bar, from 0 to 1; 0 accepts all that is given.
        basis: the document that orders it, as clerks cite it.

    Raises:
        InvalidInput: the bar is not between 0 and 1.
    """
    if not 0 <= above <= 1:
        msg = f"a bar is a share from 0 to 1, such as Fraction(8, 10); got {above}"
        raise InvalidInput(msg)
    return _Accepting(tuple(dict.fromkeys(proposals)), register, on, ids, above, basis).acceptance()


@attrs.frozen
class _Doing:
    """What will be done, as far as one can see: the proposals, and the codes that are given up by them."""

    proposals: frozenset[int]
    freed: frozenset[str]


class _Accepting:
    """Makes the acts one by one."""

    def __init__(
        self,
        proposals: tuple[ProposedChange, ...],
        register: Register,
        on: date,
        ids: IdSource,
        above: Fraction,
        basis: str,
    ) -> None:
        self.register, self.on, self.ids, self.basis = register, on, ids, basis
        self.chart = register.chart(on)
        keeper = proposals[0].keeper if proposals else ""
        self.units = _bearers(self.chart, keeper)
        self.hanging = _hanging(register, on)
        self.keeper = keeper or next((self.chart.area(unit).register for unit in self.units.values()), "")
        self.makers = {area.code: one for one in proposals for area in one.made}
        self.chosen = [one for one in proposals if one.confidence > above]
        self.places: dict[str, UnitId] = {}
        self.left: dict[int, Left] = {}
        self.changes: list[Change] = []

    def acceptance(self) -> Acceptance:
        self._leave_what_rests_on_others()
        waiting = self._doable("establish", "merge", "split", *_GOING_ON)
        while waiting:
            ready = [one for one in waiting if self._is_ready(one)]
            waiting = [one for one in waiting if not self._is_ready(one)]
            assert ready, "what rests on nothing that is left rests on what is done, and maps have no loops"
            for one in ready:
                self._do(one)
        self._dissolve(self._doable("dissolve"))
        left = tuple(self.left[id(one)] for one in self.chosen if id(one) in self.left)
        return Acceptance(changes=tuple(self.changes), left=left)

    def _doable(self, *kinds: Kind) -> list[ProposedChange]:
        return [one for one in self.chosen if one.kind in kinds and id(one) not in self.left]

    # -- what can be done -------------------------------------------------------------------------------------------

    def _leave_what_rests_on_others(self) -> None:
        before = -1
        while len(self.left) > before:
            before = len(self.left)
            doing = [one for one in self.chosen if id(one) not in self.left]
            world = _Doing(frozenset(map(id, doing)), frozenset(code for one in doing for code in _freed(one)))
            leaving = [one for one in doing if one.kind != "split" or not one.survives]
            away = {self.units.get(area.code) for one in leaving for area in one.originals}
            for one in doing:
                reason = self._in_the_way(one, world, away)
                if reason is not None:
                    self.left[id(one)] = Left(proposal=one, reason=reason)

    def _in_the_way(self, one: ProposedChange, doing: _Doing, away: Collection[str | None]) -> Text | None:
        for original in one.originals:
            if original.code not in self.units:
                return _SENTENCES.say("missing", code=original.code, on=self.on)
        if one.kind == "dissolve":
            hanging = self.hanging[self.units[one.originals[0].code]] - set(away)
            return _SENTENCES.say("hanging", count=len(hanging)) if hanging else None
        if one.kind == "merge" and one.survives and not self._is_known(one.results[0].code, one, doing):
            return _SENTENCES.say("into", code=one.results[0].code)
        kept = {one.originals[0].code} if one.kind in _GOING_ON else set()
        for area in one.made:
            if area.parent is not None and not self._is_known(area.parent, one, doing):
                return _SENTENCES.say("parent", code=area.parent)
            bearer = self.units.get(area.code)
            if bearer is not None and area.code not in doing.freed | kept:
                return _SENTENCES.say("code", code=area.code, unit=self.chart.name(bearer))
        return None

    def _is_known(self, code: str, one: ProposedChange, doing: _Doing) -> bool:
        """Whether there will be a unit that the later edition calls so."""
        maker = self.makers.get(code)
        if maker is not None:
            return id(maker) in doing.proposals
        return code in self.units and code not in doing.freed and code not in one.rests_on

    def _is_ready(self, one: ProposedChange) -> bool:
        needed = [area.parent for area in one.made if area.parent is not None]
        surviving = [area.code for area in one.results[:1] if one.kind == "merge" and one.survives]
        return all(self._place(code) is not None for code in (*needed, *surviving))

    def _place(self, code: str) -> UnitId | None:
        """The unit that the later edition calls so, as soon as there is one."""
        return self.places.get(code) if code in self.makers else self.units.get(code)

    # -- doing it ---------------------------------------------------------------------------------------------------

    def _do(self, one: ProposedChange) -> None:
        if one.kind == "establish":
            self._establish(one.results[0])
        elif one.kind == "merge":
            self._merge(one)
        elif one.kind == "split":
            self._split(one)
        else:
            self._go_on(one)

    def _establish(self, area: ListedArea) -> None:
        row = Area(
            id=UnitId(self.ids("unit")),
            code=area.code,
            name=area.name,
            level=area.level,
            parent=self._above(area),
            since=self.on,
            register=self.keeper,
        )
        self._put(acts.establish(self.register, [row], on=self.on, basis=self.basis))
        self.places[area.code] = row.id

    def _merge(self, one: ProposedChange) -> None:
        units = [self.units[area.code] for area in one.originals]
        surviving = self._place(one.results[0].code) if one.survives else None
        into = self._result(one.results[0], surviving, primary=True)
        self._redraw(acts.merge(self.register, units, into, on=self.on, ids=self.ids, basis=self.basis), one.results)

    def _split(self, one: ProposedChange) -> None:
        unit = self.units[one.originals[0].code]
        main, *others = one.results
        into = [self._result(main, unit if one.survives else None, primary=True), *map(self._result, others)]
        self._redraw(acts.split(self.register, unit, into, on=self.on, ids=self.ids, basis=self.basis), one.results)

    def _go_on(self, one: ProposedChange) -> None:
        """Another level, parent, name or code, for a unit that stays itself."""
        unit, (area,) = self.units[one.originals[0].code], one.results
        row = self.register.row(unit, self.on)
        wanted: Mapping[str, Any] = {
            "level": area.level,
            "parent": self._above(area),
            "name": area.name,
            "code": area.code,
        }
        facts = {fact: value for fact, value in wanted.items() if getattr(row, fact) != value}
        self.places[area.code] = unit
        if "level" in facts:
            self._put(acts.convert(self.register, unit, on=self.on, basis=self.basis, **facts))
            return
        make: Mapping[str, Callable[..., Change]] = {
            "parent": acts.transfer,
            "name": acts.rename,
            "code": acts.recode,
        }
        for fact, value in facts.items():
            self._put(make[fact](self.register, unit, value, on=self.on, basis=self.basis))

    def _dissolve(self, ending: Iterable[ProposedChange]) -> None:
        units = [self.units[one.originals[0].code] for one in ending]
        for unit in sorted(units, key=lambda unit: len(self.chart.ancestors(unit)), reverse=True):  # from the bottom up
            self._put(acts.dissolve(self.register, unit, on=self.on, basis=self.basis))

    def _result(self, area: ListedArea, surviving: UnitId | None = None, *, primary: bool = False) -> Result:
        if surviving is not None:
            return Surviving(unit=surviving, primary=primary)
        return New(code=area.code, name=area.name, level=area.level, parent=self._above(area), primary=primary)

    def _above(self, area: ListedArea) -> UnitId | None:
        return None if area.parent is None else self._place(area.parent)

    def _redraw(self, change: Change, results: Iterable[ListedArea]) -> None:
        born = {row.code: row for row in change.rows if isinstance(row, Area) and row.id not in self.register.rows}
        self._put(change)
        for area in results:
            if area.code in born:
                row = born[area.code]
                self.places[area.code] = row.id
                if (
                    area.parent is None and row.parent is not None
                ):  # a new unit hangs where the original does; not at the top
                    self._put(acts.transfer(self.register, row.id, None, on=self.on, basis=self.basis))

    def _put(self, change: Change) -> None:
        self.changes.append(change)
        self.register = self.register.overlaid([change], self.register.version + 1)


def _freed(one: ProposedChange) -> Iterator[str]:
    """The codes that units give up by this proposal."""
    for original in one.originals:
        ends = one.kind in {"merge", "dissolve"} or (one.kind == "split" and not one.survives)
        if ends or (one.kind != "split" and one.results[0].code != original.code):
            yield original.code


def _hanging(register: Register, on: date) -> Mapping[str, set[str]]:
    """What hangs under each unit or is attached to it, on a day or later."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for unit, history in register.rows.items():
        for row in history:
            if isinstance(row, (Area, Body)) and (row.until is None or row.until > on):
                for _, above, _ in links(row):
                    found[above].add(unit)
    return found


def _bearers(chart: Chart, keeper: str) -> dict[str, UnitId]:
    """Who bears which code on the day; of the register file that is meant first."""
    areas = [unit for unit in map(chart.unit, sorted(chart.units)) if isinstance(unit, Area)]
    found = {area.code: area.id for area in areas if keeper and area.register != keeper}
    return found | {area.code: area.id for area in areas if not keeper or area.register == keeper}

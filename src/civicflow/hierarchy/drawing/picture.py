"""What is drawn of a tree: its units in their order, and what became of each between two days.

Rules
-----
- Areas stand under areas, and the bodies that are attached to an area under it, before the areas; by code.
- Between two days a unit is **new**, **gone**, **moved** (it hangs elsewhere), or **changed** (another code, name, level). What is
  gone is shown under the nearest unit above it that is drawn, or else under whom it came to; what is new says of whom it came.
- What did not change is left out unless the whole is asked for, but for what stands above something that did.
- Posts are counted and persons never named: a picture is passed on.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Final, Literal

import attrs

from civicflow.errors import InvalidInput
from civicflow.hierarchy.changes import Change
from civicflow.hierarchy.chart import Chart
from civicflow.hierarchy.register import Register
from civicflow.hierarchy.succession import Succession
from civicflow.hierarchy.units import Area, Body
from civicflow.ids import UnitId
from civicflow.texts import Catalogue, Text, listing

Mark = Literal["", "new", "gone", "moved", "changed"]
"""What became of a unit; empty where nothing did."""

_SENTENCES: Final = Catalogue(
    {
        "tree": "The organisation on {on} | {on}组织图",
        "change": "What became otherwise from {since} to {on} | {since}至{on}的变化",
        "code": "was {was} | 原代码{was}",
        "name": "was called {was} | 原名{was}",
        "level": "was a {was} | 原为{was}",
        "parent": "was under {was} | 原属{was}",
        "top": "stood at the top | 原无上级",
        "came-of": "came of {units} | 由{units}而来",
        "came-to": "came to {units} | 归入{units}",
        "part-to": "a part came to {units} | 部分划归{units}",
        "more": "and {count} more | 另有{count}个",
        "unchanged": "and {count} more, unchanged | 另有{count}个未变",
        "post": "{title} {held}/{seats} | {title}{held}/{seats}",
    }
)


@attrs.frozen(kw_only=True)
class Twig:
    """One unit in a picture.

    Attributes:
        unit: its id.
        above: the unit under which it is drawn; None at the top.
        depth: how many units are drawn above it.
        code: its code.
        name: its name.
        kind: its level, or what kind of body it is.
        is_body: whether it is a body.
        posts: of a body its posts, each with how many seats are held.
        mark: what became of it.
        notes: what was otherwise, of whom it came, to whom it came.
        hidden: how many units under it are left out.
    """

    unit: UnitId
    above: UnitId | None
    depth: int
    code: str
    name: Text
    kind: Text
    is_body: bool = False
    posts: tuple[Text, ...] = ()
    mark: Mark = ""
    notes: tuple[Text, ...] = ()
    hidden: int = 0


@attrs.frozen(kw_only=True)
class Picture:
    """What is drawn.

    Attributes:
        title: what it shows, and of when.
        twigs: the units, each before those under it.
        passages: from which drawn unit to which other one something came.
        is_change: whether it shows what became otherwise between two days.
    """

    title: Text
    twigs: tuple[Twig, ...]
    passages: tuple[tuple[UnitId, UnitId], ...] = ()

    is_change: bool = False

    def more(self, twig: Twig) -> Text:
        """How many units under one are left out, in words."""
        return _SENTENCES.say("unchanged" if self.is_change else "more", count=twig.hidden)


def tree_of(chart: Chart, root: str | None = None, *, depth: int | None = None, bodies: bool = True) -> Picture:
    """The tree of one day.

    Args:
        chart: the organisation on the day.
        root: the unit with which it begins, by id, code or alias; every tree where left out.
        depth: how many levels below the first are shown; all where left out.
        bodies: whether the bodies that are attached to areas are shown, with their posts.

    Raises:
        NotFound: there is no such unit on the day.
        InvalidInput: the depth is less than 0.
    """
    if depth is not None and depth < 0:
        msg = f"a picture shows 0 levels below its first or more; got {depth}"
        raise InvalidInput(msg)
    starts = chart.roots if root is None else (chart.resolve(root),)
    twigs: list[Twig] = []
    stack: list[tuple[UnitId, UnitId | None, int]] = [(unit, None, 0) for unit in reversed(starts)]
    while stack:
        unit, above, deep = stack.pop()
        inside = _inside(chart, unit, first=above is None, bodies=bodies)
        cut = depth is not None and deep >= depth
        hidden = _counted(chart, unit, bodies=bodies) if cut and inside else 0
        twigs.append(_twig(chart, unit, above, deep, hidden=hidden))
        if not cut:
            stack.extend((below, unit, deep + 1) for below in reversed(inside))
    return Picture(title=_SENTENCES.say("tree", on=chart.on), twigs=tuple(twigs))


def change_of(
    register: Register,
    since: date,
    on: date,
    root: str | None = None,
    *,
    whole: bool = False,
    bodies: bool = True,
) -> Picture:
    """What became otherwise between two days.

    Args:
        register: the history; one on which acts that are planned were laid (`Register.overlaid`) shows what they would do.
        since: the earlier day.
        on: the later one.
        root: the unit with which it begins, by id, code or alias on the later day; every tree where left out.
        whole: whether what did not change is shown, too.
        bodies: whether the bodies that are attached to areas are shown.

    Raises:
        NotFound: there is no such unit on the later day.
        InvalidInput: the later day does not come after the earlier one.
    """
    if since >= on:
        msg = f"a change is shown from an earlier day to a later one; got {since} and {on}"
        raise InvalidInput(msg)
    return _Change(register, register.chart(since), register.chart(on)).picture(root, whole=whole, bodies=bodies)


@attrs.frozen
class _Change:
    """Two days side by side."""

    register: Register
    before: Chart
    after: Chart

    def picture(self, root: str | None, *, whole: bool, bodies: bool) -> Picture:
        drawn = [self._marked(twig) for twig in tree_of(self.after, root, bodies=bodies).twigs]
        gone = self._gone({twig.unit for twig in drawn}, everywhere=root is None, bodies=bodies)
        twigs = list(_with_gone(drawn, gone))
        kept = twigs if whole else list(_pruned(twigs))
        shown = {twig.unit for twig in kept}
        passages = [
            (one.original, one.result)
            for one in self._between(self.register.redrawn)
            if one.original != one.result and {one.original, one.result} <= shown
        ]
        title = _SENTENCES.say("change", since=self.before.on, on=self.after.on)
        return Picture(title=title, twigs=tuple(kept), passages=tuple(dict.fromkeys(passages)), is_change=True)

    def _marked(self, twig: Twig) -> Twig:
        notes = list(self._passed(twig.unit))
        if twig.unit not in self.before:
            return attrs.evolve(twig, mark="new", notes=tuple(notes))
        moved = list(self._moved(twig.unit))
        otherwise = list(self._otherwise(twig))
        mark: Mark = "moved" if moved else "changed" if otherwise or notes else ""
        return attrs.evolve(twig, mark=mark, notes=(*moved, *otherwise, *notes))

    def _moved(self, unit: UnitId) -> Iterator[Text]:
        was, now = _over(self.before, unit), _over(self.after, unit)
        if was != now:
            yield _SENTENCES["top"] if was is None else _SENTENCES.say("parent", was=self.before.name(was))

    def _otherwise(self, twig: Twig) -> Iterator[Text]:
        code, name, kind = self.before.code(twig.unit), self.before.name(twig.unit), _kind(self.before, twig.unit)
        if code != twig.code:
            yield _SENTENCES.say("code", was=code)
        if name != twig.name:
            yield _SENTENCES.say("name", was=name)
        if kind != twig.kind:
            yield _SENTENCES.say("level", was=kind)

    def _passed(self, unit: UnitId) -> Iterator[Text]:
        """Of whom a unit came in these days, and to whom it or a part of it came."""
        came = self._between(self.register.came_before(unit))
        went = self._between(self.register.came_after(unit))
        origins = [one.original for one in came if one.result == unit != one.original]
        results = [one.result for one in went if one.original == unit != one.result]
        if origins:
            yield _SENTENCES.say("came-of", units=self._named(origins))
        if results:
            yield _SENTENCES.say("part-to" if unit in self.after else "came-to", units=self._named(results))

    def _between(self, acts: Iterable[Change]) -> list[Succession]:
        return [one for act in acts if self.before.on < act.on <= self.after.on for one in act.successions]

    def _named(self, units: Iterable[UnitId]) -> Text:
        return listing(
            (self.after if unit in self.after else self.before).name(unit)
            for unit in dict.fromkeys(units)
            if unit in self.after or unit in self.before
        )

    def _gone(self, drawn: set[UnitId], *, everywhere: bool, bodies: bool) -> Mapping[UnitId | None, tuple[Twig, ...]]:
        """What is gone, by the unit under which it is drawn; at the top where there is none, if all trees are drawn."""
        found: defaultdict[UnitId | None, list[Twig]] = defaultdict(list)
        for unit in sorted(self.before.units - self.after.units, key=self.before.code):
            if not bodies and isinstance(self.before.unit(unit), Body):
                continue
            around = (*self._line(unit), *(one.result for one in self._between(self.register.came_after(unit))))
            over = next((above for above in around if above in drawn), None)
            if over is not None or everywhere:
                twig = _twig(self.before, unit, over, 0)
                found[over].append(attrs.evolve(twig, mark="gone", notes=tuple(self._passed(unit))))
        return {over: tuple(twigs) for over, twigs in found.items()}

    def _line(self, unit: UnitId) -> Iterator[UnitId]:
        above = _over(self.before, unit)
        while above is not None:
            yield above
            above = _over(self.before, above)


def _with_gone(twigs: Iterable[Twig], gone: Mapping[UnitId | None, tuple[Twig, ...]]) -> Iterator[Twig]:
    """The units with those that are gone, right after the one that each is drawn under."""
    yield from gone.get(None, ())
    for twig in twigs:
        yield twig
        yield from (attrs.evolve(one, depth=twig.depth + 1) for one in gone.get(twig.unit, ()))


def _pruned(twigs: list[Twig]) -> Iterator[Twig]:
    """What has a mark, and what stands above it; the rest is counted."""
    over = {twig.unit: twig.above for twig in twigs}
    needed: set[UnitId | None] = set()
    for twig in twigs:
        unit: UnitId | None = twig.unit if twig.mark else None
        while unit is not None and unit not in needed:
            needed.add(unit)
            unit = over[unit]
    hidden: defaultdict[UnitId | None, int] = defaultdict(int)
    for twig in reversed(twigs):
        if twig.unit not in needed:
            hidden[twig.above] += 1 + hidden.pop(twig.unit, 0)
    yield from (attrs.evolve(twig, hidden=hidden[twig.unit]) for twig in twigs if twig.unit in needed)


def _inside(chart: Chart, unit: UnitId, *, first: bool, bodies: bool) -> tuple[UnitId, ...]:
    """What is drawn under a unit: under an area its bodies and areas; under a body with which a picture begins, its bodies."""
    if isinstance(chart.unit(unit), Area):
        attached = tuple(body.id for body in chart.bodies(unit)) if bodies else ()
        return (*attached, *chart.children(unit))
    return chart.children(unit) if first else ()


def _counted(chart: Chart, unit: UnitId, *, bodies: bool) -> int:
    """How many units would be drawn under one."""
    return sum(bodies or isinstance(chart.unit(one), Area) for one in chart.under(unit)) - 1


def _over(chart: Chart, unit: UnitId) -> UnitId | None:
    """The area that a unit is drawn under."""
    found = chart.unit(unit)
    return found.parent if isinstance(found, Area) else chart.area_of(unit)


def _kind(chart: Chart, unit: UnitId) -> Text:
    found = chart.unit(unit)
    if isinstance(found, Body):
        return chart.kind(unit).text
    level = chart.level(unit)
    return Text.same(found.level) if level is None else level.text


def _twig(chart: Chart, unit: UnitId, above: UnitId | None, depth: int, *, hidden: int = 0) -> Twig:
    is_body = isinstance(chart.unit(unit), Body)
    return Twig(
        unit=unit,
        above=above,
        depth=depth,
        code=chart.code(unit),
        name=chart.name(unit),
        kind=_kind(chart, unit),
        is_body=is_body,
        posts=tuple(
            _SENTENCES.say("post", title=post.title, held=len(chart.holders(post.name, unit)), seats=post.seats)
            for post in (chart.posts(unit) if is_body else ())
        ),
        hidden=hidden,
    )

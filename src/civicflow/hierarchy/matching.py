"""Which unit of one edition of a map is which of another, or came to which, judged from the two lists alone.

Rules
-----
Levels are settled from the top of the tree down, so that where a unit's parent went is known before the unit is judged.

1. Who keeps code and stem is who they were.
2. **Namesakes.** Of two units with one stem, those come first that are where the parent went, then those near, where the
   parent's parent went, then any on the map; and each time those of one level first. A name that several bear on either side
   decides nothing. An area with others below it is also judged by where these went (rule 3).
3. **What is below.** An area goes where most of what is below it went and is found again by its name. One that is
   found in no name but has most of a new area goes on in it under another name; several that come to one new area,
   or to one that was there, were merged; one that goes on in several new ones was split, and so is one that goes on but has given
   all that a new one has.
4. **Names that tell.** A new name that is composed of those of several units that are gone is a merger of them; names that are a
   part of one are its parts; the market and the village of one name are united in the community of that name.
5. A code that goes on under another name, when neither name is found elsewhere, is a renaming in place: more surely where one
   name is a shorter form of the other; less surely where others around it are gone, because a merger may keep the code of one.
6. A longer or shorter form of a name, where the parent went, is a guess.

A confidence is a judgement put in figures so that it can be sorted and cut, no frequency; see `CONFIDENCE`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Final

import attrs

from civicflow.hierarchy.document import ListedArea
from civicflow.hierarchy.editions import Edition
from civicflow.hierarchy.naming import composed, contains, is_part, is_seat, stem
from civicflow.texts import Catalogue, Text

CONFIDENCE: Final[Mapping[str, Fraction]] = MappingProxyType(
    {
        name: Fraction(percent, 100)
        for name, percent in {
            "same": 99,
            "along": 98,
            "along.level": 94,
            "near": 92,
            "near.level": 86,
            "far": 75,
            "far.level": 65,
            "homonym": 70,
            "short": 70,
            "composed": 88,
            "mixed": 70,
            "mixed.near": 60,
            "parts": 85,
            "seat": 75,
            "in-place": 88,
            "alike": 92,
            "crowded": 70,
            "longer": 65,
            "new": 90,
            "unexplained": 50,
            "gone": 40,
        }.items()
    }
)
"""How far each rule is trusted, 0 to 1."""

_SENTENCES: Final = Catalogue(
    {
        "same": "the code and the name are the same but for its ending or spelling | 代码与名称主体均相同",
        "name": "the name is the same | 名称相同",
        "stem": "the name is the same but for its ending or spelling | 名称主体相同，仅后缀或写法不同",
        "along": "it is where what it belonged to went | 随其原上级一同归入",
        "near": "nobody else around bears that name | 周边无同名单位",
        "far": "nobody else on the map bears that name, but it is far from where it was | 全图无同名单位，但已远离原处",
        "homonym": "others around bear that name, too; they are accounted for | 周边另有同名单位，均已有归属",
        "short": "the name is one character long and tells little | 名称仅一字，依据不足",
        "below": "of what was below {of}, {hits} are found again there, {strays} elsewhere, {lost} nowhere"
        " | {of}原下辖单位中，{hits}个见于该处，{strays}个见于他处，{lost}个未再出现",
        "before": "{to} was there before and goes on | {to}原已存在并延续",
        "several": "{count} units came to {to}, which is new | {count}个单位归入新设的{to}",
        "elsewhere": "most of what is below {to}, which is new, was elsewhere before | 新设的{to}下辖单位多来自他处",
        "parts": "{count} new units have parts of it | 其各部分分属{count}个新单位",
        "composed": "{to} is composed of the names of {of} | “{to}”由{of}的名称合成",
        "part": "their names are {of} with a mark of its part | 名称为“{of}”加方位或序号",
        "seat": "the market and the village of one name are one community | 同名的场镇与村合为一个社区",
        "in-place": "the code goes on, and neither name is found elsewhere | 代码延续，新旧名称均未见于他处",
        "crowded": "units around it are gone that may have come to it, too | 周边另有去向不明的单位，可能一并归入",
        "longer": "one name is a shorter form of the other | 一名为另一名的简称",
        "new": "it is new, and nobody is gone from around it who could have become it | 系新出现，周边无去向不明的单位",
        "unexplained": "it is new, and nothing tells of whom it came | 系新出现，来源不明",
        "gone": "it is gone, and nothing tells to whom it came | 已不存在，去向不明",
    }
)


@attrs.frozen(kw_only=True)
class Heir:
    """That one unit goes on as, or in, another one.

    Attributes:
        before: its code in the earlier edition.
        after: the code of the other one in the later edition.
        confidence: how sure that is, 0 to 1.
        reasons: why, in sentences.
    """

    before: str
    after: str
    confidence: Fraction
    reasons: tuple[Text, ...]


@attrs.frozen(kw_only=True)
class Parts:
    """That one unit was split.

    Attributes:
        before: its code in the earlier edition.
        after: the codes of its parts in the later one; the first is the main one.
        confidence: how sure that is, 0 to 1.
        reasons: why, in sentences.
    """

    before: str
    after: tuple[str, ...]
    confidence: Fraction
    reasons: tuple[Text, ...]


def said(name: str, **gaps: object) -> Text:
    """A reason in words."""
    return _SENTENCES.say(name, **gaps)


def trusted(name: str) -> Fraction:
    """How far a rule is trusted."""
    return CONFIDENCE[name]


class Matching:
    """Two editions side by side.

    Attributes:
        before: the earlier edition.
        after: the later one.
        heirs: who goes on as whom, one for one, by the earlier code.
        origins: the same back, by the later code.
        mergers: who came to a unit together with others, by the later code.
        splits: who was split, by the earlier code.
    """

    def __init__(self, before: Edition, after: Edition) -> None:
        self.before, self.after = before, after
        self.heirs: dict[str, Heir] = {}
        self.origins: dict[str, str] = {}
        self.mergers: dict[str, list[Heir]] = {}
        self.splits: dict[str, Parts] = {}
        self._came: dict[str, str] = {}
        self._made: dict[str, str] = {}
        self._stems = {id(area): stem(area.name) for edition in (before, after) for area in edition.areas.values()}
        self._bearers = Counter(map(self._neighbourhood, before.areas.values()))
        self._keep()
        self._echo: dict[str, str] = {}
        self._echoed: dict[str, str] = {}
        for depth in self.before.depths:
            self._hear(depth + 1)
            self._settle(depth)

    # -- what is known ----------------------------------------------------------------------------------------------

    def came_to(self, code: str | None) -> tuple[str | None, ...]:
        """Where a unit of the earlier edition is in the later one, its main successor first; empty where nobody knows."""
        if code is None or code not in self.before.areas:
            return (code,)
        if code in self.splits:
            return self.splits[code].after
        if code in self.heirs:
            return (self.heirs[code].after,)
        return (self._came[code],) if code in self._came else ()

    def gone(self, depth: int) -> list[str]:
        """The units of the earlier edition of which nobody knows yet where they went."""
        known = (self.heirs, self.splits, self._came)
        return [u for u in self.before.at(depth) if not any(u in found for found in known)]

    def fresh(self, depth: int) -> list[str]:
        """The units of the later edition of which nobody knows yet whence they came."""
        return [v for v in self.after.at(depth) if not self.goes_on(v) and v not in self.mergers]

    def goes_on(self, code: str) -> bool:
        """Whether a later unit is an earlier one that goes on, or a part of it, so that others can come to it."""
        return code in self.origins or code in self._made

    # -- step by step -----------------------------------------------------------------------------------------------

    def _keep(self) -> None:
        for code, area in self.before.areas.items():
            other = self.after.areas.get(code)
            if other is not None and self._stem(other) == self._stem(area):
                self._pair(code, code, trusted("same"), said("same"))

    def _hear(self, depth: int) -> None:
        """Who is found again near by name alone: what tells where an area went before its parts are judged."""
        old = {u for u in self.before.at(depth) if u not in self.heirs}
        new = {v for v in self.after.at(depth) if v not in self.origins}
        found = [(u, u) for u in self.before.at(depth) if u in self.heirs]
        for leveled in (True, False):
            pairs = self._namesakes(old, new, up=2, leveled=leveled)
            old.difference_update(u for u, _ in pairs)
            new.difference_update(v for _, v in pairs)
            found += pairs
        self._echo = dict(found)
        self._echoed = {v: u for u, v in found}

    def _settle(self, depth: int) -> None:
        self._same_names(depth)
        self._split_by_what_is_below(depth)
        self._moved_by_what_is_below(depth)
        self._composed(depth)
        self._parts(depth)
        self._in_place(depth)
        self._longer(depth)
        self._seats(depth)

    # -- names ------------------------------------------------------------------------------------------------------

    def _same_names(self, depth: int) -> None:
        for rule, up in (("along", 1), ("near", 2), ("far", 0)):
            for leveled in (True, False):
                for u, v in self._namesakes(self.gone(depth), self.fresh(depth), up=up, leveled=leveled):
                    self._namesake(u, v, rule, leveled=leveled)

    def _namesakes(self, old: Iterable[str], new: Iterable[str], *, up: int, leveled: bool) -> list[tuple[str, str]]:
        """The pairs of one stem, and of one level if asked, that nobody else has where what stands so far above went."""
        return _unique(
            {u: (self._name(self.before.areas[u], leveled=leveled), self._home(u, up)) for u in old},
            {v: (self._name(self.after.areas[v], leveled=leveled), self._region(v, up)) for v in new},
        )

    def _name(self, area: ListedArea, *, leveled: bool) -> tuple[str, str]:
        return self._stem(area), area.level if leveled else ""

    def _neighbourhood(self, area: ListedArea) -> tuple[str, str | None]:
        """A stem, and what stands two levels above who bears it."""
        return self._stem(area), _above(self.before, area.code, 2)

    def _home(self, u: str, up: int = 1) -> object:
        """Where what stands so far above a unit went: the main part, if it was split; equal to nothing, if nobody knows."""
        if not up:
            return ()
        to = self.came_to(_above(self.before, u, up))
        return (to[0],) if to else object()

    def _region(self, v: str, up: int = 1) -> object:
        """What stands so far above a later unit; the main part of what was split, if it is a part."""
        if not up:
            return ()
        above = _above(self.after, v, up)
        return (self._made.get(above, above) if above is not None else None,)

    def _around(self, fresh: Iterable[str], up: int = 1) -> Mapping[object, list[str]]:
        """Later units, by what stands so far above them."""
        return _bearers({v: self._region(v, up) for v in fresh})

    def _namesake(self, u: str, v: str, rule: str, *, leveled: bool) -> None:
        one, other = self.before.areas[u], self.after.areas[v]
        reasons = [said("name" if one.name == other.name else "stem"), said(rule)]
        confidence = trusted(rule if leveled else f"{rule}.level")
        hits, strays, lost = self._below(u, v)
        if hits or strays:
            reasons.append(self._told(u, hits, strays, lost))
            confidence = weighed(hits, strays, lost, named=True)
        elif rule != "along" and self._bearers[self._neighbourhood(one)] > 1:
            reasons[-1] = said("homonym")
            confidence = min(confidence, trusted("homonym"))
        if len(self._stem(one)) == 1 and rule != "along":
            reasons.append(said("short"))
            confidence = min(confidence, trusted("short"))
        self._pair(u, v, confidence, *reasons)

    # -- what is below ----------------------------------------------------------------------------------------------

    def _below(self, u: str, v: str) -> tuple[int, int, int]:
        """Of what is below a unit: how many are found again under another one, elsewhere, and nowhere."""
        went = self._went(u)
        return went[v], went.total() - went[v], len(self.before.below(u)) - went.total()

    def _told(self, u: str, hits: int, strays: int, lost: int) -> Text:
        return said("below", of=self.before.areas[u].name, hits=hits, strays=strays, lost=lost)

    def _went(self, u: str) -> Counter[str]:
        """How many of what is below a unit are found again under which of its own depth."""
        above = (self.after.areas[self._echo[child]].parent for child in self.before.below(u) if child in self._echo)
        return Counter(to for to in above if to is not None)

    def _from(self, v: str) -> Counter[str]:
        """How many of what is below a later unit were under which before."""
        above = (
            self.before.areas[self._echoed[child]].parent for child in self.after.below(v) if child in self._echoed
        )
        return Counter(of for of in above if of is not None)

    def _split_by_what_is_below(self, depth: int) -> None:
        mostly: defaultdict[str, list[str]] = defaultdict(list)
        for v in self.fresh(depth):
            came = self._from(v)
            of = max(sorted(came), key=lambda u: came[u], default=None)
            if of is not None and 2 * came[of] > came.total() and self.before.depth(of) == depth:
                mostly[of].append(v)
        for u, new in sorted(mostly.items()):
            parts = self._parts_of(u, new)
            if len(parts) > 1:
                went = self._went(u)
                hits = sum(went[v] for v in parts)
                told = hits, went.total() - hits, len(self.before.below(u)) - went.total()
                self._divide(u, parts, weighed(*told), said("parts", count=len(parts)), self._told(u, *told))

    def _parts_of(self, u: str, new: list[str]) -> tuple[str, ...]:
        """What a unit was split into, if more than one: the main part first, of new ones where most went."""
        if u in self.heirs:
            of_it_alone = [v for v in new if set(self._from(v)) == {u}]
            return (self.heirs[u].after, *of_it_alone)
        went, name = self._went(u), self._stem(self.before.areas[u])
        return tuple(sorted(new, key=lambda v: (-went[v], self._stem(self.after.areas[v]) != name, v)))

    def _moved_by_what_is_below(self, depth: int) -> None:
        coming: defaultdict[str, list[str]] = defaultdict(list)
        for u in self.gone(depth):
            went = self._went(u)
            to = max(sorted(went), key=lambda v: went[v], default=None)
            if to is not None and 2 * went[to] > went.total():
                coming[to].append(u)
        for v, members in sorted(coming.items()):
            self._came_together(v, members)

    def _came_together(self, v: str, members: list[str]) -> None:
        came = self._from(v)
        if not self.goes_on(v) and len(members) == 1 and 2 * came[members[0]] > came.total():
            self._pair(members[0], v, *self._by_below(members[0], v))
            return
        name = self.after.areas[v].name
        origin = self.origins.get(v)
        new = origin != v and v not in self._made
        if origin is not None and new:
            members = sorted([origin, *members])
            self._part(origin)
        how = "before" if not new else "several" if len(members) > 1 else "elsewhere"
        reason = said(how, count=len(members), to=name)
        for u in members:
            confidence, *reasons = self._by_below(u, v)
            self._come(u, v, confidence, *reasons, reason)

    def _by_below(self, u: str, v: str) -> tuple[Fraction, *tuple[Text, ...]]:
        hits, strays, lost = self._below(u, v)
        named = self._stem(self.before.areas[u]) == self._stem(self.after.areas[v])
        reasons = (said("stem"),) if named else ()
        return weighed(hits, strays, lost, named=named), *reasons, self._told(u, hits, strays, lost)

    # -- names that tell --------------------------------------------------------------------------------------------

    def _composed(self, depth: int) -> None:
        for up in (1, 2):
            around = _bearers({u: self._home(u, up) for u in self.gone(depth)})
            for v in self.fresh(depth):
                near = [u for u in around.get(self._region(v, up), ()) if u not in self._came]
                found = composed(self._stem(self.after.areas[v]), [self._stem(self.before.areas[u]) for u in near])
                members = [near[i] for i in found[0]] if found is not None else []
                if found is None or (up > 1 and len({self.before.areas[u].parent for u in members}) > 1):
                    continue
                rule = ("composed" if found[1] > 1 else "mixed") if up == 1 else "mixed.near"
                names = " + ".join(self.before.areas[u].name.zh for u in members)
                told = said("composed", to=self.after.areas[v].name, of=names)
                for u in members:
                    self._come(u, v, trusted(rule), told, *([said("along")] if up == 1 else []))

    def _parts(self, depth: int) -> None:
        around = self._around(self.fresh(depth))
        for u in self.gone(depth):
            of = self._stem(self.before.areas[u])
            near = (v for v in around.get(self._home(u), ()) if v not in self._made)
            parts = [v for v in near if is_part(self._stem(self.after.areas[v]), of)]
            if len(parts) > 1:
                told = said("parts", count=len(parts)), said("part", of=self.before.areas[u].name)
                self._divide(u, tuple(parts), trusted("parts"), *told)

    def _in_place(self, depth: int) -> None:
        fresh, gone = set(self.fresh(depth)), self.gone(depth)
        above = Counter(self._home(u) for u in gone)
        for u in gone:
            if u in fresh and not self._went(u) and not self._from(u):
                old, new = self._stem(self.before.areas[u]), self._stem(self.after.areas[u])
                if contains(old, new):
                    self._pair(u, u, trusted("alike"), said("in-place"), said("longer"))
                elif above[self._home(u)] <= 1:
                    self._pair(u, u, trusted("in-place"), said("in-place"))
                else:
                    self._pair(u, u, trusted("crowded"), said("in-place"), said("crowded"))

    def _longer(self, depth: int) -> None:
        around = self._around(self.fresh(depth))
        pairs = [
            (u, v)
            for u in self.gone(depth)
            for v in around.get(self._home(u), ())
            if contains(self._stem(self.before.areas[u]), self._stem(self.after.areas[v]))
        ]
        olds, news = Counter(u for u, _ in pairs), Counter(v for _, v in pairs)
        for u, v in pairs:
            if olds[u] == 1 == news[v]:
                self._pair(u, v, trusted("longer"), said("longer"), said("along"))

    def _seats(self, depth: int) -> None:
        """A market that is gone beside a village of its name that became a community."""
        turned = [
            (origin, v)
            for v in self.after.at(depth)
            if (origin := self.origins.get(v)) is not None
            and origin != v
            and origin not in self.splits
            and self.before.areas[origin].level != self.after.areas[v].level
        ]
        beside = _bearers({u: (self.before.areas[u].parent, self._stem(self.before.areas[u])) for u, _ in turned})
        for u in self.gone(depth):
            market = self.before.areas[u]
            for origin in beside.get((market.parent, self._stem(market)[:-1]), ()):
                heir = self.heirs.get(origin)
                if heir is None or not is_seat(self._stem(market), self._stem(self.before.areas[origin])):
                    continue
                if self.after.areas[heir.after].level == market.level:
                    self._part(origin)
                    for member in (u, origin):
                        self._come(member, heir.after, trusted("seat"), said("seat"), said("along"))
                    break

    # -- noting it --------------------------------------------------------------------------------------------------

    def _stem(self, area: ListedArea) -> str:
        return self._stems[id(area)]

    def _pair(self, u: str, v: str, confidence: Fraction, *reasons: Text) -> None:
        self.heirs[u] = Heir(before=u, after=v, confidence=confidence, reasons=reasons)
        self.origins[v] = u

    def _divide(self, u: str, parts: tuple[str, ...], confidence: Fraction, *reasons: Text) -> None:
        self.splits[u] = Parts(before=u, after=parts, confidence=confidence, reasons=reasons)
        self._made.update(dict.fromkeys(parts, parts[0]))

    def _part(self, u: str) -> None:
        del self.origins[self.heirs.pop(u).after]

    def _come(self, u: str, v: str, confidence: Fraction, *reasons: Text) -> None:
        heir = Heir(before=u, after=v, confidence=confidence, reasons=reasons)
        self.mergers.setdefault(v, []).append(heir)
        self._came[u] = v


def weighed(hits: int, strays: int, lost: int, *, named: bool = False) -> Fraction:
    """How sure it is that an area went where some of what was below it went.

    Each that is found there speaks for it, each that is found elsewhere against it, each that is not found again a tenth against
    it. To begin with one speaks for it and a quarter against it; a name that stays the same speaks for it like four.

    >>> weighed(3, 0, 5), weighed(2, 2, 0)
    (Fraction(16, 19), Fraction(4, 7))
    """
    speaks = Fraction(1 + hits + (4 if named else 0))
    return speaks / (speaks + strays + Fraction(lost, 10) + Fraction(1, 4))


def _above(edition: Edition, code: str, up: int) -> str | None:
    """What stands so many levels above a unit; None above the top."""
    above: str | None = code
    for _ in range(up):
        above = edition.areas[above].parent if above is not None and above in edition.areas else None
    return above


def _unique(before: Mapping[str, object], after: Mapping[str, object]) -> list[tuple[str, str]]:
    """The pairs that agree in something which nobody else on either side has."""
    old, new = _bearers(before), _bearers(after)
    return sorted((us[0], new[key][0]) for key, us in old.items() if len(us) == 1 == len(new.get(key, ())))


def _bearers(keys: Mapping[str, object]) -> dict[object, list[str]]:
    found: defaultdict[object, list[str]] = defaultdict(list)
    for code, key in keys.items():
        found[key].append(code)
    return found

"""Attribution: which unit a matter of then belongs to on another day's map, and through which acts.

Rules
-----
- By the map of the day on which it was raised, a matter belongs to the unit that it was raised for.
- On a later map it belongs to whoever came after that unit, act by act, each on its own day. Of two acts of one day about
  one unit the later recorded one holds.
- Where a unit came to several, a policy decides: the **primary** successor; the one in which the matter's **place** lies now;
  each by its **share**; or nobody, and somebody is to be **asked**.
- On an earlier map it belongs to the unit that it came from; where several became one, only its place can tell.
- A task force that stood down hands its matters back to the organisation from which it was formed
  (`civicflow.hierarchy.mobilising`); on a map from before it was formed they are that one's, too.
- It is never guessed silently: what no rule decides is `Unresolved`, with the candidates and the way that led there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Final, Literal, get_args

import attrs

from civicflow.errors import InvalidInput
from civicflow.hierarchy.changes import ACTS, Act, Change
from civicflow.hierarchy.register import Register
from civicflow.hierarchy.succession import Succession
from civicflow.hierarchy.units import Area, Body
from civicflow.ids import UnitId
from civicflow.texts import Catalogue, Text

Policy = Literal["primary", "by_place", "by_share", "ask"]
"""How one of several successors is chosen."""

POLICIES: Final[tuple[Policy, ...]] = get_args(Policy)

_SENTENCES: Final = Catalogue(
    {
        "step": "{on}: {act} of {original}, to {result} | {on}：{original}{act}，归{result}",
        "step.share": "{on}: {act} of {original}, to {result} ({share}) | {on}：{original}{act}，归{result}（{share}）",
        "ended": "{unit} ended on {on}, and no act says who came after it | {unit}于{on}终止，未记载承继单位",
        "several": "{unit} came to several on {on} and nothing decides which | {unit}于{on}分归多个单位，无法确定归属",
        "unplaced": "{unit} came to several on {on}, and the matter's place is not known or lies in none of them"
        " | {unit}于{on}分归多个单位，事项地点未知或不在其中",
        "unequal": "{unit} came to several on {on}, and nobody knows in which shares | {unit}于{on}分归多个单位，份额不明",
        "unborn": "{unit} came of several on {on}, and the matter's place does not tell from which"
        " | {unit}于{on}由多个单位合成，事项地点不能说明来源",
        "unknown": "{unit} did not exist on {on} | {unit}在{on}不存在",
    }
)


@attrs.frozen(kw_only=True)
class Passage:
    """One step of the way: an act that brought a matter from one unit to another.

    Attributes:
        on: the day of the act.
        act: what kind of act it was.
        original: the unit before.
        result: the unit after.
        share: how much of the original went there, if anybody knows.
        basis: the document that ordered it.
        backwards: whether the way leads to an earlier map.
    """

    on: date
    act: Act
    original: UnitId
    result: UnitId
    share: Fraction | None = None
    basis: str = ""
    backwards: bool = False


@attrs.frozen(kw_only=True)
class Attributed:
    """Where a matter belongs.

    Attributes:
        unit: the unit on the map that was asked for.
        share: how much of it, 1 unless it was divided by shares.
        way: the acts that led there, in their order; empty where nothing was re-drawn.
    """

    unit: UnitId
    share: Fraction = Fraction(1)
    way: tuple[Passage, ...] = ()


@attrs.frozen(kw_only=True)
class Unresolved:
    """Nobody can say where a matter belongs, and why.

    Attributes:
        unit: the last unit that is known.
        on: the day from which it is not known.
        reason: what is missing.
        candidates: the units among which it lies; empty where there are none.
        way: the acts that led to the last unit.
    """

    unit: UnitId
    on: date
    reason: Text
    candidates: tuple[UnitId, ...] = ()
    way: tuple[Passage, ...] = ()


Answer = tuple[Attributed, ...] | Unresolved
"""One unit, or several by their shares (which sum to 1); or that nobody knows."""


def attribute(
    register: Register, unit: UnitId, *, raised: date, on: date, policy: Policy = "primary", place: UnitId | None = None
) -> Answer:
    """Which unit a matter belongs to on a day's map.

    Args:
        register: the whole history.
        unit: the unit for which it was raised.
        raised: the day on which it was raised.
        on: the day of the map.
        policy: how one of several successors is chosen.
        place: a unit within which the matter lies, for instance its community; for ``by_place``.

    Raises:
        InvalidInput: the unit did not exist when the matter was raised, or there is no such policy.
    """
    if policy not in POLICIES:
        msg = f"a policy is one of {', '.join(POLICIES)}; got {policy!r}"
        raise InvalidInput(msg)
    if register.row(unit, raised) is None:
        msg = f"{unit!r} did not exist on {raised}, when the matter was raised"
        raise InvalidInput(msg)
    tracing = _Tracing(register, raised, on, policy, place)
    return tracing.forwards(unit, raised, ()) if on >= raised else tracing.backwards(unit, raised, ())


@attrs.frozen
class _Tracing:
    """One matter on its way."""

    register: Register
    raised: date
    on: date
    policy: Policy
    place: UnitId | None

    def forwards(self, unit: UnitId, since: date, way: tuple[Passage, ...]) -> Answer:
        """Where a matter of a unit goes from a day on."""
        act = _next(self.register, unit, since, self.on)
        if act is None:
            return self._arrived(unit, since, way)
        found = [one for one in act.successions if one.original == unit]
        chosen = self._chosen(unit, act, found)
        if isinstance(chosen, Text):
            candidates = tuple(one.result for one in found)
            return Unresolved(unit=unit, on=act.on, reason=chosen, candidates=candidates, way=way)
        answers: list[Attributed] = []
        for one, share in chosen:
            passage = _passage(act, one)
            went = self.forwards(one.result, act.on, way if one.result == unit else (*way, passage))
            if isinstance(went, Unresolved):
                return went
            answers += [attrs.evolve(answer, share=answer.share * share) for answer in went]
        return _together(answers)

    def _arrived(self, unit: UnitId, since: date, way: tuple[Passage, ...]) -> Answer:
        if self.register.row(unit, self.on) is not None:
            return (Attributed(unit=unit, way=way),)
        ends = (row.until for row in self.register.rows.get(unit, ()) if row.until is not None and row.until <= self.on)
        ended = max(ends, default=since)
        before = ended - timedelta(days=1)
        standing = _formed_from(self.register, unit, before, way)
        if standing is not None:
            passage = Passage(on=ended, act="stand-down", original=unit, result=standing)
            return self.forwards(standing, before, (*way, passage))
        reason = _SENTENCES.say("ended", unit=_named(self.register, unit, ended), on=ended)
        return Unresolved(unit=unit, on=ended, reason=reason, way=way)

    def _chosen(
        self, unit: UnitId, act: Change, found: Sequence[Succession]
    ) -> Sequence[tuple[Succession, Fraction]] | Text:
        """The successors that the policy takes, each with its share; or why it takes none."""
        whole = Fraction(1)
        if len(found) == 1:
            return [(found[0], whole)]
        gaps = {"unit": _named(self.register, unit, act.on), "on": act.on}
        if self.policy == "by_share":
            shares = [(one, one.share) for one in found if one.share is not None]
            return shares if len(shares) == len(found) else _SENTENCES.say("unequal", **gaps)
        if self.policy == "by_place":
            within = self._within(act.on)
            there = [one for one in found if one.result in within]
            return [(there[0], whole)] if len(there) == 1 else _SENTENCES.say("unplaced", **gaps)
        primary = [one for one in found if one.primary] if self.policy == "primary" else []
        return [(primary[0], whole)] if primary else _SENTENCES.say("several", **gaps)

    def _within(self, day: date) -> frozenset[UnitId]:
        """The units in which the matter's place lies on a day."""
        if self.place is None:
            return frozenset()
        where = self.place
        if self.register.row(where, self.raised) is not None and day >= self.raised:
            moved = attribute(self.register, where, raised=self.raised, on=day)
            if isinstance(moved, Unresolved):
                return frozenset()
            where = moved[0].unit
        found = set()
        row = self.register.row(where, day)
        while isinstance(row, Area):
            found.add(row.id)
            row = None if row.parent is None else self.register.row(row.parent, day)
        return frozenset(found)

    def backwards(self, unit: UnitId, until: date, way: tuple[Passage, ...]) -> Answer:
        """Where a matter of a unit came from, on an earlier map."""
        if self.register.row(unit, self.on) is not None:
            return (Attributed(unit=unit, way=way),)
        act = _last(self.register, unit, until, self.on)
        if act is None:
            born = min((row.since for row in self.register.rows.get(unit, ())), default=until)
            standing = _formed_from(self.register, unit, born, way)
            if standing is not None:
                passage = Passage(on=born, act="mobilise", original=standing, result=unit, backwards=True)
                return self.backwards(standing, born, (*way, passage))
            reason = _SENTENCES.say("unknown", unit=_named(self.register, unit, until), on=self.on)
            return Unresolved(unit=unit, on=self.on, reason=reason, way=way)
        found = [one for one in act.successions if one.result == unit and one.original != unit]
        if len(found) > 1:
            before = date.fromordinal(act.on.toordinal() - 1)
            within = self._within(before) if self.policy == "by_place" else frozenset()
            there = [one for one in found if one.original in within]
            if len(there) != 1:
                reason = _SENTENCES.say("unborn", unit=_named(self.register, unit, act.on), on=act.on)
                candidates = tuple(one.original for one in found)
                return Unresolved(unit=unit, on=act.on, reason=reason, candidates=candidates, way=way)
            found = there
        passage = attrs.evolve(_passage(act, found[0]), backwards=True)
        return self.backwards(found[0].original, act.on, (*way, passage))


def _next(register: Register, unit: UnitId, since: date, on: date) -> Change | None:
    """The first act after a day and through another that says who comes after a unit."""
    acts = [act for act in register.came_after(unit) if since < act.on <= on]
    first = min((act.on for act in acts), default=None)
    return next((act for act in reversed(acts) if act.on == first), None)


def _last(register: Register, unit: UnitId, until: date, on: date) -> Change | None:
    """The last act through a day and after another by which a unit came of others."""
    acts = [act for act in register.came_before(unit) if on < act.on <= until]
    last = max((act.on for act in acts), default=None)
    return next((act for act in reversed(acts) if act.on == last), None)


def _formed_from(register: Register, unit: UnitId, on: date, way: Sequence[Passage]) -> UnitId | None:
    """The organisation from which a task force was formed, as of a day; None where the way has led there before."""
    if not any(isinstance(row, Body) for row in register.rows.get(unit, ())):
        return None
    ties = register.chart(on).ties_of(unit, "formed-from")
    passed = {end for passage in way for end in (passage.original, passage.result)}
    return next((tie.target for tie in ties if tie.target not in passed), None)


def _passage(act: Change, one: Succession) -> Passage:
    return Passage(on=act.on, act=act.act, original=one.original, result=one.result, share=one.share, basis=act.basis)


def _together(answers: Sequence[Attributed]) -> tuple[Attributed, ...]:
    """Several ways that end in one unit are one answer."""
    by_unit: dict[UnitId, Attributed] = {}
    for answer in answers:
        known = by_unit.get(answer.unit)
        by_unit[answer.unit] = answer if known is None else attrs.evolve(known, share=known.share + answer.share)
    return tuple(by_unit.values())


def _named(register: Register, unit: UnitId, on: date) -> Text:
    """A unit by the name that it bore last through a day."""
    rows = [row for row in register.rows.get(unit, ()) if row.since <= on]
    name = getattr(rows[-1], "name", None) if rows else None
    return name if isinstance(name, Text) else Text.same(unit)


def told(register: Register, way: Sequence[Passage]) -> tuple[Text, ...]:
    """The way in words, a sentence for each act."""
    return tuple(_told(register, passage) for passage in way)


def _told(register: Register, passage: Passage) -> Text:
    before = date.fromordinal(passage.on.toordinal() - 1)
    gaps: Mapping[str, object] = {
        "on": passage.on,
        "act": ACTS[passage.act],
        "original": _named(register, passage.original, before),
        "result": _named(register, passage.result, passage.on),
        "share": passage.share,
    }
    return _SENTENCES.say("step" if passage.share in (None, 1) else "step.share", **gaps)

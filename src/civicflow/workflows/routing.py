"""To whom a matter is handed, by ordered rules, and why (派单规则).

Rules
-----
- The first rule that fits decides, in the order in which they stand. What a rule does not ask for may be anything.
- A body is named by its code or by its kind: the nearest one of that kind, in the matter's own area, else one level up, and so on.
  A rule whose bodies are not there does not fit, and that is told.
- Where no rule fits, nothing is guessed: the dispatcher of the matter's unit decides, or hands it one level up.
- A rule proposes; a person hands on. What was handed on by a rule keeps which one, and its reason.
- Whoever took the matter first stays responsible for its answer (首接负责): a ticket keeps its unit, whoever is asked to act.

Source: the categories of the 12345 hotlines, each with its responsible department, and the rule that an unclear matter goes to the
district; that the first rule decides, and that a rule says why, are ours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from typing import Final

import attrs

from civicflow.calendars import TimeLimit, time_limit
from civicflow.errors import Fault, InvalidInput
from civicflow.hierarchy.chart import Chart
from civicflow.hierarchy.hours import Hours
from civicflow.ids import UnitId
from civicflow.texts import Catalogue, Text, bilingual, listing

SENTENCES: Final = Catalogue(
    {
        "category": "it is for {wanted}, not for “{given}” | 适用类别为{wanted}，而非“{given}”",
        "no-category": "it is for {wanted}, and no category was given | 适用类别为{wanted}，事项未填类别",
        "area": "it is for {wanted} | 适用区域为{wanted}",
        "channel": "it is for what comes by {wanted} | 适用来源为{wanted}",
        "hours": "it holds {wanted} | 适用时间为{wanted}",
        "days": "it holds from {since} until {until} | 有效期自{since}至{until}",
        "always": "ever | 长期",
        "body": "there is no {wanted} | 没有{wanted}",
        "up": "{why}; {body} is the nearest, in {area} | {why}；最近的是{area}的{body}",
        "none": "no rule fits; the dispatcher decides, or hands it one level up | 没有适用的规则，由派单人决定或上交一级",
        "no-code": "there is no body of this code | 没有此代码的单位",
        "no-area": "there is no area of this code | 没有此代码的区域",
        "no-kind": "no body of this kind is in the register | 名录中没有此类单位",
        "hidden": "it is never reached: {other} asks for no more and stands before it | 永远不会用到：排在前面的{other}条件更宽",
    }
)


@attrs.frozen
class Target:
    """A body that a rule names.

    Attributes:
        code: its code; empty where it is named by its kind.
        kind: its kind.
    """

    code: str = ""
    kind: str = ""

    @classmethod
    def of(cls, written: str | Target) -> Target:
        """A target as people write it.

        >>> Target.of("lighting-office"), Target.of("kind police-station")
        (Target(code='lighting-office', kind=''), Target(code='', kind='police-station'))
        """
        if isinstance(written, Target):
            return written
        word, _, rest = written.strip().partition(" ")
        return cls(kind=rest.strip()) if word == "kind" and rest.strip() else cls(code=written.strip())

    def __str__(self) -> str:
        return self.code or f"kind {self.kind}"

    def found(self, area: UnitId, chart: Chart) -> UnitId | None:
        """The body, seen from an area; None where there is none."""
        if self.kind:
            places = (area, *chart.ancestors(area))
            return next((body.id for place in places for body in chart.bodies(place, self.kind)), None)
        return next((body.id for body in chart.bodies_in() if self.code in (body.code, *body.aliases)), None)


def _targets(given: Iterable[str | Target]) -> tuple[Target, ...]:
    return tuple(map(Target.of, (given,) if isinstance(given, str | Target) else given))


def _target(given: str | Target | None) -> Target | None:
    return None if given is None else Target.of(given)


def _words(given: Iterable[str]) -> tuple[str, ...]:
    return (given,) if isinstance(given, str) else tuple(given)


@attrs.frozen(kw_only=True)
class Circumstances:
    """What a rule may ask for.

    Attributes:
        area: where the matter is.
        at: when it is handed on, aware, by the clock of the place.
        category: in the integrator's own vocabulary, levels apart by ``/``, for instance ``roads/lamps``.
        channel: how it came in, for instance ``hotline``.
    """

    area: UnitId
    at: datetime
    category: str = ""
    channel: str = ""


@attrs.frozen(kw_only=True)
class Rule:
    """One rule.

    Attributes:
        name: its symbol.
        why: the reason that a clerk and a resident read.
        to: the bodies.
        lead: the one of them that leads; None where all lead jointly.
        categories: for which it is, each with what stands under it; empty for all.
        areas: in which it holds, by code, each with what lies in it; empty for all.
        channels: for what came how; empty for all.
        hours: at which hours of the week it holds, as schema.org writes them; empty for all.
        since: the first day on which it holds; None for ever before.
        until: the first day on which it no longer holds; None is open.
        within: the time promised; None where nothing is.
    """

    name: str
    why: Text = attrs.field(converter=bilingual)
    to: tuple[Target, ...] = attrs.field(converter=_targets)
    lead: Target | None = attrs.field(default=None, converter=_target)
    categories: tuple[str, ...] = attrs.field(default=(), converter=_words)
    areas: tuple[str, ...] = attrs.field(default=(), converter=_words)
    channels: tuple[str, ...] = attrs.field(default=(), converter=_words)
    hours: Hours | None = None
    since: date | None = None
    until: date | None = None
    within: TimeLimit | None = attrs.field(default=None, converter=attrs.converters.optional(time_limit))

    def __attrs_post_init__(self) -> None:
        if not self.to or len(set(self.to)) < len(self.to):
            msg = f"a rule names one body or more, each once; {self.name!r} names {', '.join(map(str, self.to)) or 'none'}"
            raise InvalidInput(msg)
        if self.lead is not None and self.lead not in self.to:
            msg = f"the lead is one of the bodies of a rule; {self.name!r} has {self.lead} beside {', '.join(map(str, self.to))}"
            raise InvalidInput(msg)
        if self.since and self.until and self.until <= self.since:
            msg = f"until is the first day on which a rule no longer holds, after {self.since}; {self.name!r} has {self.until}"
            raise InvalidInput(msg)

    def objection(self, given: Circumstances, chart: Chart) -> Text | None:
        """Why the rule does not fit; None where it does."""
        if self.categories and not any(_is_under(given.category, one) for one in self.categories):
            told = {"wanted": ", ".join(self.categories), "given": given.category}
            return SENTENCES.say("category" if given.category else "no-category", **told)
        if self.areas and not any(_lies_in(given.area, code, chart) for code in self.areas):
            return SENTENCES.say("area", wanted=", ".join(self.areas))
        if self.channels and given.channel not in self.channels:
            return SENTENCES.say("channel", wanted=", ".join(self.channels))
        if self.hours is not None and not self.hours.is_open(given.at):
            return SENTENCES.say("hours", wanted=self.hours)
        day = given.at.date()
        if (self.since is not None and day < self.since) or (self.until is not None and day >= self.until):
            ever = SENTENCES["always"]
            return SENTENCES.say("days", since=self.since or ever, until=self.until or ever)
        absent = [str(target) for target in self.to if target.found(given.area, chart) is None]
        return SENTENCES.say("body", wanted=", ".join(absent)) if absent else None

    def hides(self, later: Rule) -> bool:
        """Whether whatever fits a later rule fits this one, where this one's bodies are there."""
        return (
            (not self.categories or (bool(later.categories) and all(self._covers(one) for one in later.categories)))
            and (not self.areas or (bool(later.areas) and set(later.areas) <= set(self.areas)))
            and (not self.channels or (bool(later.channels) and set(later.channels) <= set(self.channels)))
            and self.hours in (None, later.hours)
            and (self.since is None or (later.since is not None and later.since >= self.since))
            and (self.until is None or (later.until is not None and later.until <= self.until))
        )

    def _covers(self, category: str) -> bool:
        return any(_is_under(category, one) for one in self.categories)


@attrs.frozen(kw_only=True)
class Routed:
    """Where a matter goes, and why.

    Attributes:
        to: the bodies; none where no rule fits.
        lead: the one that leads; None where all lead jointly.
        within: the time promised; None where nothing is.
        rule: the symbol of the rule that decided; empty where none did.
        why: the reason.
        passed: the rules before it, by symbol, each with why it did not fit.
    """

    to: tuple[UnitId, ...] = ()
    lead: UnitId | None = None
    within: TimeLimit | None = None
    rule: str = ""
    why: Text
    passed: Mapping[str, Text] = attrs.field(factory=dict)

    def __bool__(self) -> bool:
        return bool(self.to)


def _rules(given: Iterable[Rule]) -> tuple[Rule, ...]:
    return tuple(given)


@attrs.frozen
class Routing:
    """Rules in their order.

    Attributes:
        rules: the first that fits decides.
    """

    rules: tuple[Rule, ...] = attrs.field(default=(), converter=_rules)

    def __attrs_post_init__(self) -> None:
        twice = [name for name, n in Counter(rule.name for rule in self.rules).items() if n > 1]
        if twice:
            msg = f"each rule has a symbol of its own; {', '.join(twice)} stands twice"
            raise InvalidInput(msg)

    def route(self, given: Circumstances, chart: Chart) -> Routed:
        """Where a matter goes.

        Args:
            given: what is known of it.
            chart: the organisation of that day.

        Raises:
            NotFound: there is no such area on that day.
            InvalidInput: the instant has no zone.
        """
        chart.area(given.area)
        passed: dict[str, Text] = {}
        for rule in self.rules:
            objection = rule.objection(given, chart)
            if objection is None:
                found = {target: target.found(given.area, chart) for target in rule.to}
                bodies = {target: body for target, body in found.items() if body is not None}
                return Routed(
                    to=tuple(dict.fromkeys(bodies.values())),
                    lead=bodies[rule.lead] if rule.lead is not None else None,
                    within=rule.within,
                    rule=rule.name,
                    why=_reason(rule, bodies, given.area, chart),
                    passed=passed,
                )
            passed[rule.name] = objection
        return Routed(why=SENTENCES["none"], passed=passed)

    def faults(self, chart: Chart) -> Iterator[Fault]:
        """What of the rules means nothing on a chart, and which of them are never reached."""
        kinds, known = {body.kind for body in chart.bodies_in()}, set(chart.units)
        codes = {chart.code(unit) for unit in known} | {alias for u in known for alias in chart.unit(u).aliases}
        for number, rule in enumerate(self.rules):
            for target in rule.to:
                if target.kind and target.kind not in kinds:
                    yield _fault(rule, "to", "no-kind", target.kind)
                elif target.code and target.found(UnitId(""), chart) is None:
                    yield _fault(rule, "to", "no-code", target.code)
            yield from (_fault(rule, "areas", "no-area", code) for code in rule.areas if code not in codes)
            sure = (one for one in self.rules[:number] if all(t.code and t.found(UnitId(""), chart) for t in one.to))
            before = next((one for one in sure if one.hides(rule)), None)
            if before is not None:
                yield _fault(rule, "", "hidden", other=before.name)


def _fault(rule: Rule, field: str, word: str, value: str = "", **gaps: object) -> Fault:
    text = SENTENCES.say(word, **gaps)
    return Fault(reason=text.en, text=text, value=value, path=f"{rule.name}.{field}".rstrip("."), rule=word)


def _reason(rule: Rule, bodies: Mapping[Target, UnitId], area: UnitId, chart: Chart) -> Text:
    """The rule's own reason, and where a body was found further up."""
    afar = [body for target, body in bodies.items() if target.kind and chart.area_of(body) != area]
    if not afar:
        return rule.why
    areas = [found for body in afar if (found := chart.area_of(body)) is not None]
    told = {"body": listing(map(chart.name, afar)), "area": listing(chart.name(one) for one in dict.fromkeys(areas))}
    return SENTENCES.say("up", why=rule.why, **told)


def _is_under(category: str, wanted: str) -> bool:
    return category == wanted or category.startswith(f"{wanted}/")


def _lies_in(area: UnitId, code: str, chart: Chart) -> bool:
    return any(code in (chart.code(one), *chart.unit(one).aliases) for one in (area, *chart.ancestors(area)))

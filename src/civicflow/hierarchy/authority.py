"""Who may do something: decided by post and unit, by the chart of the moment.

A flow names **who** relative to a case: its requester, the holder of a post at the unit that the case names (an
*anchor*), anyone, the clock. `may` answers whether an actor is among them, and a no says which post would have been
needed. `addressees` says who is asked to act, as addresses that stay valid when the post changes hands.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

import attrs

from civicflow.errors import InvalidInput
from civicflow.hierarchy.chart import Chart
from civicflow.ids import PersonId, UnitId
from civicflow.texts import Catalogue, Text

ActorKind = Literal["person", "clock", "join", "rule"]
"""A person; the clock when a limit passes; a join when shares are complete; a rule that acts by itself."""

Anchors: TypeAlias = Mapping[str, str | None]
"""What a case names: ``unit`` and its like are units' ids, ``requester`` is a person's."""

SENTENCES = Catalogue(
    {
        "authority.holder": "the {post} of {unit} | {unit}{post}",
        "authority.vacant": "the {post} of {unit} (vacant) | {unit}{post}（空缺）",
        "authority.unset": "the {post} of the {anchor}, which is not named yet | {anchor}{post}（尚未确定）",
        "authority.requester": "whoever raised it | 提出人",
        "authority.anyone": "anyone | 任何人",
        "authority.clock": "the clock | 时钟（到期自动）",
        "authority.join": "the system, once the shares are complete | 系统（各承办环节齐备后自动）",
        "authority.rule": "the system, by rule | 系统（按规则自动）",
    }
)

_ANCHORS: Mapping[str, Text] = MappingProxyType(
    {
        name: Text.of(text)
        for name, text in {
            "unit": "unit in charge | 承办单位",
            "above": "unit above | 上级单位",
            "scope": "area concerned | 所涉辖区",
            "assignee": "assigned unit | 承办单位",
            "dispatcher": "dispatching unit | 派单单位",
            "supervisor": "supervising unit | 督办单位",
            "bearer": "duty-bearer | 责任单位",
            "council": "council | 议事会",
        }.items()
    }
)

_PERSON, _POST = "person:", "post:"


@attrs.frozen
class Actor:
    """Who acts, and in which capacity (操作主体).

    Attributes:
        person: the pseudonymous id; None for the clock, a join and a rule.
        post: the post in which they act; None for a resident.
        unit: the body of that post, or the area it is attached to.
        kind: what acts.
    """

    person: PersonId | None
    post: str | None = None
    unit: UnitId | None = None
    kind: ActorKind = "person"

    def __attrs_post_init__(self) -> None:
        if (self.kind == "person") == (self.person is None):
            msg = f"an actor of kind 'person' names a person, and no other does; got {self.kind!r} with {self.person!r}"
            raise InvalidInput(msg)
        if self.post is not None and self.unit is None:
            msg = f"whoever acts in a post says of which unit; got the post {self.post!r} alone"
            raise InvalidInput(msg)

    def to_builtins(self) -> dict[str, str]:
        """The actor as JSON-safe values, without what is empty."""
        values = {"person": self.person, "post": self.post, "unit": self.unit}
        data: dict[str, str] = {name: value for name, value in values.items() if value is not None}
        return data if self.kind == "person" else {**data, "kind": self.kind}

    @classmethod
    def from_builtins(cls, data: Mapping[str, Any]) -> Actor:
        """The actor that `to_builtins` wrote."""
        return cls(data.get("person"), data.get("post"), data.get("unit"), data.get("kind", "person"))


CLOCK = Actor(None, kind="clock")
"""Acts when a time limit has passed."""

JOIN = Actor(None, kind="join")
"""Acts when the shares of a case are complete."""

RULE = Actor(None, kind="rule")
"""Acts where a rule decides alone."""


@attrs.frozen
class Requester:
    """The person who raised the case: the anchor ``requester``."""

    def allows(self, actor: Actor, anchors: Anchors, chart: Chart) -> bool:
        """Whether the actor is that person."""
        return actor.person is not None and anchors.get("requester") == actor.person

    def needed(self, anchors: Anchors, chart: Chart) -> tuple[Text, ...]:
        """How a refusal calls them."""
        return (SENTENCES["authority.requester"],)

    def addresses(self, anchors: Anchors, chart: Chart) -> tuple[str, ...]:
        """Where they are asked."""
        person = anchors.get("requester")
        return (f"{_PERSON}{person}",) if person is not None else ()


@attrs.frozen
class Holder:
    """Whoever holds a post at a unit that the case names.

    Attributes:
        post: the name of the post.
        at: the name of the anchor that is the unit: a body, or an area (then in any body attached to it).
    """

    post: str
    at: str = "unit"

    def allows(self, actor: Actor, anchors: Anchors, chart: Chart) -> bool:
        """Whether the actor acts in this post, at this unit, and truly holds it on that day."""
        unit = anchors.get(self.at)
        if unit is None or actor.post != self.post or actor.person is None or actor.unit is None:
            return False
        if not chart.holds(actor.person, self.post, unit):
            return False
        if actor.unit == unit:
            return True
        if actor.unit not in chart:
            return False
        if chart.area_of(unit) == unit:  # an area was meant; a body attached to it was claimed
            return chart.area_of(actor.unit) == unit and chart.holds(actor.person, self.post, actor.unit)
        return chart.area_of(unit) == actor.unit

    def needed(self, anchors: Anchors, chart: Chart) -> tuple[Text, ...]:
        """The post and the unit as a refusal calls them."""
        unit = anchors.get(self.at)
        if unit is None:
            post, anchor = chart.title("", self.post), _ANCHORS.get(self.at) or Text.same(self.at)
            return (SENTENCES.say("authority.unset", post=post, anchor=anchor),)
        name = chart.name(unit) if unit in chart else Text.same(unit)
        sentence = "authority.holder" if chart.holders(self.post, unit) else "authority.vacant"
        return (SENTENCES.say(sentence, post=chart.title(unit, self.post), unit=name),)

    def addresses(self, anchors: Anchors, chart: Chart) -> tuple[str, ...]:
        """The post's address; a unit that does not exist on that day is asked nothing."""
        unit = anchors.get(self.at)
        return (f"{_POST}{self.post}@{unit}",) if unit is not None and unit in chart else ()


@attrs.frozen
class Anyone:
    """Any person."""

    def allows(self, actor: Actor, anchors: Anchors, chart: Chart) -> bool:
        """Whether the actor is a person."""
        return actor.kind == "person"

    def needed(self, anchors: Anchors, chart: Chart) -> tuple[Text, ...]:
        """How a refusal calls them."""
        return (SENTENCES["authority.anyone"],)

    def addresses(self, anchors: Anchors, chart: Chart) -> tuple[str, ...]:
        """Nobody in particular is asked."""
        return ()


@attrs.frozen
class _Itself:
    """A step that the system takes by itself."""

    kind: ActorKind

    def allows(self, actor: Actor, anchors: Anchors, chart: Chart) -> bool:
        """Whether the actor is of that kind."""
        return actor.kind == self.kind

    def needed(self, anchors: Anchors, chart: Chart) -> tuple[Text, ...]:
        """How a refusal calls it."""
        return (SENTENCES[f"authority.{self.kind}"],)

    def addresses(self, anchors: Anchors, chart: Chart) -> tuple[str, ...]:
        """Nobody is asked: it happens."""
        return ()


@attrs.frozen
class Clock(_Itself):
    """The clock, when a time limit has passed."""

    kind: ActorKind = attrs.field(default="clock", init=False)


@attrs.frozen
class Join(_Itself):
    """A join, when the shares of a case are complete."""

    kind: ActorKind = attrs.field(default="join", init=False)


@attrs.frozen
class Rule(_Itself):
    """A rule that decides alone."""

    kind: ActorKind = attrs.field(default="rule", init=False)


@attrs.frozen(init=False)
class AnyOf:
    """Any of several.

    >>> AnyOf(Requester(), Holder("secretary")).whos[1].post
    'secretary'
    """

    whos: tuple[Who, ...]

    def __init__(self, *whos: Who) -> None:
        if not whos:
            msg = "AnyOf names at least one; for nobody at all leave the step out"
            raise InvalidInput(msg)
        self.__attrs_init__(whos)

    def allows(self, actor: Actor, anchors: Anchors, chart: Chart) -> bool:
        """Whether one of them allows the actor."""
        return any(who.allows(actor, anchors, chart) for who in self.whos)

    def needed(self, anchors: Anchors, chart: Chart) -> tuple[Text, ...]:
        """All of them, each once."""
        return tuple(dict.fromkeys(text for who in self.whos for text in who.needed(anchors, chart)))

    def addresses(self, anchors: Anchors, chart: Chart) -> tuple[str, ...]:
        """Where all of them are asked, each once; but for posts that do not exist there, unless none does."""
        found = tuple(dict.fromkeys(address for who in self.whos for address in who.addresses(anchors, chart)))
        return found if len(found) < 2 else tuple(one for one in found if _exists(one, chart)) or found


Who: TypeAlias = Requester | Holder | Anyone | AnyOf | Clock | Join | Rule
"""Who may take a step, relative to its case."""

REQUESTER, ANYONE = Requester(), Anyone()
BY_CLOCK, BY_JOIN, BY_RULE = Clock(), Join(), Rule()


def may(actor: Actor, who: Who, anchors: Anchors, chart: Chart) -> tuple[Text, ...]:
    """``()`` if the actor may, else the posts that would have been needed, as a clerk reads them.

    A person who acts in a post is believed only what the chart says: they hold that post at the unit that the case
    names, and claim it there (the body itself, or the area that the body is attached to).
    """
    return () if who.allows(actor, anchors, chart) else who.needed(anchors, chart)


def for_people(who: Who) -> bool:
    """Whether some person may ever be among them, and not the system alone.

    >>> for_people(AnyOf(BY_CLOCK, REQUESTER)), for_people(BY_CLOCK)
    (True, False)
    """
    return any(map(for_people, who.whos)) if isinstance(who, AnyOf) else not isinstance(who, _Itself)


def addressees(who: Who, anchors: Anchors, chart: Chart) -> tuple[str, ...]:
    """Who is asked to act, as addresses ``person:ID`` or ``post:NAME@UNIT``; the system and anyone have none."""
    return who.addresses(anchors, chart)


def _exists(address: str, chart: Chart) -> bool:
    """Whether there is such a post, held or vacant; a person is always there."""
    post, _, unit = address.removeprefix(_POST).partition("@")
    return address.startswith(_PERSON) or chart.seats(unit, post) > 0


def actors_at(address: str, chart: Chart) -> tuple[Actor, ...]:
    """Whom an address reaches on that day: the person, or everybody who holds the post, sorted.

    Raises:
        InvalidInput: if it is no address.
    """
    if address.startswith(_PERSON) and len(address) > len(_PERSON):
        return (Actor(PersonId(address.removeprefix(_PERSON))),)
    post, mark, unit = address.removeprefix(_POST).partition("@")
    if not address.startswith(_POST) or not (post and mark and unit):
        msg = f"an address is person:ID or post:NAME@UNIT; got {address!r}"
        raise InvalidInput(msg)
    return tuple(Actor(person, post, UnitId(unit)) for person in chart.holders(post, unit))


def addresses_of(person: str, chart: Chart) -> tuple[str, ...]:
    """Every address that reaches a person on that day: the other direction of `actors_at`, for an inbox."""
    found = [f"{_PERSON}{person}"]
    for _, post in chart.appointments(person):
        area = chart.area_of(post.unit)
        found.extend(f"{_POST}{post.name}@{unit}" for unit in (post.unit, area) if unit is not None)
    return tuple(dict.fromkeys(found))

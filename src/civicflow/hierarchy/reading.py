"""Who may read a matter: by what it concerns, by post, by the chart of today (查阅权限).

A matter concerns its **parties**: whoever raised it, and every unit that has or once had a part in it: the area whose matter
it is, the body of a share, whatever else its flow names (its council, say). Who once took part stays a party, so that a
community goes on reading a ticket that has climbed above it.

The rule, ours and a default, since no norm says it for all places:

1. Whoever raised a matter reads it.
2. Whoever holds a post in a body reads what concerns that body, and the bodies below it in its own line.
3. Where that body **answers for its area** (`civicflow.hierarchy.kinds.BodyKind`: a Party organisation, a residents' committee),
   they read what concerns that area and every area and body in its subtree: their own community's matters, and those of all
   communities below. The supervisor above reads what stands below; a neighbour does not.

Somebody who acts in a post looks with that post alone, and only while they hold it. Somebody who acts without one looks with
everything: as whoever raised matters, and in each post they hold today.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from civicflow.hierarchy.authority import SENTENCES, Actor
from civicflow.hierarchy.chart import Chart
from civicflow.ids import PersonId, UnitId
from civicflow.texts import Catalogue, Text

_PERSON, _UNIT = "person:", "unit:"

_READERS = Catalogue({"reading.post": "a post of {unit}, or above it | {unit}及其上级的任职人员"})


def person_party(person: str) -> str:
    """A person as a party.

    >>> person_party("resident-1")
    'person:resident-1'
    """
    return f"{_PERSON}{person}"


def unit_party(unit: str) -> str:
    """A unit as a party.

    >>> unit_party("A-1")
    'unit:A-1'
    """
    return f"{_UNIT}{unit}"


def reach(actor: Actor, chart: Chart) -> tuple[str, ...]:
    """The parties whose matters an actor may read on the chart's day, sorted.

    Args:
        actor: who looks. In a post: what that post may read, nothing if they do not hold it. Without one: what concerns the
            person, in whatever post they hold. The clock, a join and a rule read nothing.
        chart: the organisation as of the day.
    """
    if actor.person is None:
        return ()
    parties = [person_party(actor.person)] if actor.post is None else []
    for body in _bodies(actor, actor.person, chart):
        parties += map(unit_party, read_from(body, chart))
    return tuple(sorted(set(parties)))


def _bodies(actor: Actor, person: PersonId, chart: Chart) -> set[UnitId]:
    """The bodies in which an actor looks: those where the person holds a post today, and claims it."""
    held = [post for _, post in chart.appointments(person)]
    if actor.post is not None:
        held = [p for p in held if p.name == actor.post and actor.unit in (p.unit, chart.area_of(p.unit))]
    return {post.unit for post in held}


def read_from(body: str, chart: Chart) -> frozenset[UnitId]:
    """The units whose matters are read from a body: those below it, and where it answers for its area, all that it has."""
    area = chart.area_of(body) if chart.kind(body).answers else None
    return chart.under(body) if area is None else chart.under(body) | chart.under(area)


def may_read(actor: Actor, parties: Collection[str], chart: Chart) -> bool:
    """Whether an actor may read a matter with these parties, on the chart's day."""
    return not set(parties).isdisjoint(reach(actor, chart))


def readers(parties: Iterable[str], chart: Chart) -> tuple[Text, ...]:
    """Who may read a matter with these parties, as a refusal names them; persons are not named, nor units that are no more."""
    named: dict[Text, None] = {}
    for party in sorted(parties):
        if party.startswith(_PERSON):
            named[SENTENCES["authority.requester"]] = None
        elif (unit := party.removeprefix(_UNIT)) in chart:
            named[_READERS.say("reading.post", unit=chart.name(unit))] = None
    return tuple(named)

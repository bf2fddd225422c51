"""Who sits where on whose behalf: joint conferences, cross-appointments both ways, and who has reported in.

- A **joint conference** (联席会议) has organisations as members; each sends delegates, who hold its posts on behalf of it.
- **Cross-appointment both ways** (双向进入、交叉任职): of two bodies, someone of each holds a post in the other, as among a
  branch, an owners' committee and a property company.
- **Double report-in** (双报到): an organisation reports in at the community of its seat, a Party member at that of their home.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations

import attrs

from civicflow.hierarchy.chart import Chart
from civicflow.hierarchy.units import Appointment
from civicflow.ids import PersonId, UnitId


def delegates(chart: Chart, conference: str) -> Mapping[UnitId, tuple[PersonId, ...]]:
    """The member organisations of a joint conference by code, each with its delegates; ``()`` where it has sent none.

    Args:
        chart: the organisation as of the day.
        conference: the id of the conference.
    """
    sent: dict[UnitId, list[PersonId]] = {}
    for post in chart.posts(conference):
        for one in chart.appointed(post.id):
            if one.on_behalf_of is not None:
                sent.setdefault(one.on_behalf_of, []).append(one.person)
    members = [tie.source for tie in chart.ties_to(conference, "member-of") if tie.source is not None]
    return {member: tuple(sorted(set(sent.get(member, ())))) for member in sorted(members, key=chart.code)}


@attrs.frozen(kw_only=True)
class Crossing:
    """Two bodies of which persons of each sit in the other.

    Attributes:
        one: the id of a body.
        other: the id of another one.
        into_one: the appointments in `one` of persons who come from `other`.
        into_other: those in `other` of persons who come from `one`.
    """

    one: UnitId
    other: UnitId
    into_one: tuple[Appointment, ...]
    into_other: tuple[Appointment, ...]

    @property
    def both_ways(self) -> bool:
        """Whether it goes both ways, as the rule wants it."""
        return bool(self.into_one and self.into_other)


def crossings(chart: Chart, area: str) -> tuple[Crossing, ...]:
    """The pairs of bodies of an area between which persons are cross-appointed, one way or both, by code.

    Whoever is cross-appointed comes from the body that sent them; where none is said, from those in which they hold a post
    otherwise.

    Args:
        chart: the organisation as of the day.
        area: the id of the area; bodies attached to it itself are looked at.
    """
    into: dict[tuple[UnitId, UnitId], list[Appointment]] = {}
    bodies = [body.id for body in chart.bodies(area)]
    for body in bodies:
        for post in chart.posts(body):
            for one in chart.appointed(post.id):
                for home in _homes(chart, one, body) if one.kind == "cross-appointed" else ():
                    into.setdefault((home, body), []).append(one)
    pairs = ((one, other) for one, other in combinations(bodies, 2) if {(one, other), (other, one)} & into.keys())
    return tuple(
        Crossing(
            one=one,
            other=other,
            into_one=tuple(into.get((other, one), ())),
            into_other=tuple(into.get((one, other), ())),
        )
        for one, other in pairs
    )


def _homes(chart: Chart, appointment: Appointment, body: UnitId) -> set[UnitId]:
    if appointment.on_behalf_of is not None:
        return {appointment.on_behalf_of}
    held = chart.appointments(appointment.person)
    return {post.unit for one, post in held if one.kind != "cross-appointed" and post.unit != body}


@attrs.frozen(kw_only=True)
class ReportedIn:
    """Who has reported in at an area (报到).

    Attributes:
        bodies: the organisations, by code.
        persons: the Party members, by pseudonymous id.
    """

    bodies: tuple[UnitId, ...]
    persons: tuple[PersonId, ...]


def reported_in(chart: Chart, area: str) -> ReportedIn:
    """The organisations and persons that have reported in at an area itself on the chart's day."""
    ties = chart.ties_to(area, "reports-in")
    bodies = [tie.source for tie in ties if tie.source is not None]
    persons = [tie.person for tie in ties if tie.person is not None]
    return ReportedIn(bodies=tuple(sorted(bodies, key=chart.code)), persons=tuple(sorted(persons)))

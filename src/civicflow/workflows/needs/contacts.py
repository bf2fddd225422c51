"""To whom residents can turn, and where nobody is (联络点、联络员).

Rules
-----
- An area has a contact where somebody holds the post of contact in a body of that area, or where a contact point is within reach.
- At a given instant only those contact points count that are open then; a contact in person is there at any hour.

Source: Chengdu, Hemei community, over 80,000 residents, who had nobody to talk to in a power cut; then every branch had a point at which
needs are collected. What is within reach is a matter of minutes on foot (see `civicflow.hierarchy.sites`).
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import attrs

from civicflow.hierarchy.chart import Chart
from civicflow.hierarchy.sites import CIRCLE, Offer, Walk, out_of_reach, within_reach
from civicflow.ids import PersonId, UnitId

POST: Final = "contact"
"""The post of whoever residents of an area can turn to."""

POINT: Final = "contact-point"
"""The kind of site at which needs are collected."""


@attrs.frozen
class Contacts:
    """To whom the residents of an area can turn; false where to nobody.

    Attributes:
        area: the area.
        people: who holds the post of contact there.
        points: the contact points within reach, the nearest first.
    """

    area: UnitId
    people: tuple[PersonId, ...]
    points: tuple[Walk, ...]

    def __bool__(self) -> bool:
        return bool(self.people or self.points)


def contacts_of(chart: Chart, area: UnitId, *, at: datetime | None = None, minutes: int = CIRCLE) -> Contacts:
    """To whom the residents of an area can turn.

    Args:
        chart: the organisation as of the day.
        area: the id of the area.
        at: an aware instant at which a point must be open; any point counts where left out.
        minutes: how far one is ready to walk.

    Raises:
        NotFound: there is no such area on that day.
        InvalidInput: the instant has no zone.
    """
    chart.area(area)
    points = within_reach(chart, area, Offer(kind=POINT, open_at=at), minutes)
    return Contacts(area, tuple(chart.holders(POST, area)), points)


def without_contact(
    chart: Chart, level: str, *, under: UnitId | None = None, at: datetime | None = None, minutes: int = CIRCLE
) -> tuple[UnitId, ...]:
    """The areas of a level whose residents can turn to nobody, by code.

    Args:
        chart: the organisation as of the day.
        level: the name of the level.
        under: the id of an area; only those in it. Everywhere where left out.
        at: an aware instant at which a point must be open; any point counts where left out.
        minutes: how far one is ready to walk.
    """
    far = out_of_reach(chart, level, Offer(kind=POINT, open_at=at), minutes, under)
    return tuple(area for area in far if not chart.holders(POST, area))

"""The network of places: what is offered where and when, and who has none within reach (邻里中心—社区空间—院落空间).

Rules
-----
- A site serves the areas that it lists, each with the minutes that one walks; what is listed for an area holds for all below it
  that list nothing nearer. A site that lists none serves its own area, the whole of it.
- An area in which a site stands, itself or in some area below, has it at its door: 0 minutes.
- What is in reach is a matter of minutes on foot. Fifteen are the usual measure (十五分钟生活圈: GB 50180-2018 reckons a walk of
  800 to 1,000 metres).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final

import attrs

from civicflow.errors import InvalidInput
from civicflow.hierarchy.chart import Chart
from civicflow.hierarchy.hours import Hours
from civicflow.hierarchy.units import Area, Site
from civicflow.ids import UnitId

CIRCLE: Final = 15
"""Minutes on foot: the 15-minute circle."""


def _aware(_: object, __: object, value: datetime | None) -> None:
    if value is not None and value.utcoffset() is None:
        msg = f"an instant has a zone; got {value.isoformat()}"
        raise InvalidInput(msg)


@attrs.frozen(kw_only=True)
class Offer:
    """What somebody looks for. What is left out may be anything.

    Attributes:
        kind: the kind of site.
        service: what it offers.
        open_at: an aware instant in the place's own zone at which it is open; one whose hours are not said is never surely open.

    Raises:
        InvalidInput: `open_at` has no zone.
    """

    kind: str = ""
    service: str = ""
    open_at: datetime | None = attrs.field(default=None, validator=_aware)

    def meets(self, site: Site) -> bool:
        """Whether a site is one."""
        return (
            (not self.kind or site.kind == self.kind)
            and (not self.service or self.service in site.services)
            and (self.open_at is None or Hours.of(site.hours).is_open(self.open_at))
        )


@attrs.frozen
class Walk:
    """A site as an area reaches it.

    Attributes:
        site: the site.
        minutes: on foot.
    """

    site: Site
    minutes: int


def minutes_to(chart: Chart, site: Site, area: str) -> int | None:
    """How many minutes one walks from an area to a site; None where it does not serve that area.

    Args:
        chart: the organisation as of the day.
        site: a site of that day.
        area: the id of the area.
    """
    if area == site.area or area in chart.ancestors(site.area):
        return 0
    listed: dict[str, int] = dict(site.walk)
    if not listed:
        return 0 if site.area in chart.ancestors(area) else None
    return next((listed[one] for one in (area, *chart.ancestors(area)) if one in listed), None)


def within_reach(chart: Chart, area: str, offer: Offer, minutes: int = CIRCLE) -> tuple[Walk, ...]:
    """What somebody looks for and reaches from an area, the nearest first, then by code.

    Args:
        chart: the organisation as of the day.
        area: the id of the area.
        offer: what is looked for.
        minutes: how many one is ready to walk.
    """
    found = [
        Walk(site, walk)
        for site in chart.sites
        if offer.meets(site) and (walk := minutes_to(chart, site, area)) is not None and walk <= minutes
    ]
    return tuple(sorted(found, key=lambda one: (one.minutes, one.site.code, one.site.id)))


def out_of_reach(
    chart: Chart, level: str, offer: Offer, minutes: int = CIRCLE, under: str | None = None
) -> tuple[UnitId, ...]:
    """The areas of a level that reach nothing of what is looked for, by code.

    Args:
        chart: the organisation as of the day.
        level: the name of the level.
        offer: what is looked for.
        minutes: how many one is ready to walk.
        under: the id of an area; only those in it. Everywhere where left out.
    """
    sites = [site for site in chart.sites if offer.meets(site)]
    return tuple(
        area.id
        for area in sorted(_areas(chart, level, under), key=lambda area: (area.code, area.id))
        if not any((walk := minutes_to(chart, site, area.id)) is not None and walk <= minutes for site in sites)
    )


def network(chart: Chart, site: str) -> tuple[Site, ...]:
    """A site and those that belong to it, from the centre down to the compounds' spaces: each after the one above, by code.

    Args:
        chart: the organisation as of the day.
        site: the id or code of the site.

    Raises:
        NotFound: if there is none.
    """
    start = chart.site(site)
    below = [one for one in chart.sites if one.parent == start.id]
    return (start, *(inner for one in below for inner in network(chart, one.id)))


def _areas(chart: Chart, level: str, under: str | None) -> Iterator[Area]:
    for id in chart.units if under is None else chart.under(under):
        unit = chart.unit(id)
        if isinstance(unit, Area) and unit.level == level:
            yield unit

"""Lines and blocks (条块): departments that run across the territory, their arms in it, and who coordinates them.

Two axes cross. The **block** (块) is an area with everything in it: `Chart.under`. The **line** (条) is a department with the
bodies below it in its own line and its **stations** (派驻机构), wherever they are. A station is a unit of the area in which it
stands (W3C ORG: ``unitOf``) and has to do with a department in one of two ways: the department *leads* it (垂直管理), or merely
*guides* it in its business (业务指导) while the area's government runs it.

A matter that touches many departments belongs to nobody (九龙治水) unless a **lead committee** coordinates them: it guides,
pools resources, pushes and supervises delivery. Each level may have one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, Literal

import attrs

from civicflow.hierarchy.chart import Chart
from civicflow.hierarchy.units import Body
from civicflow.ids import UnitId

Relation = Literal["leads", "guides"]
"""How a department has to do with a station."""

RELATIONS: Final[tuple[Relation, ...]] = ("leads", "guides")
COORDINATES: Final = "coordinates"


@attrs.frozen(kw_only=True)
class Station:
    """A department's arm in an area.

    Attributes:
        body: its id.
        unit_of: the area of which it is a unit: the block.
        department: the department to whose line it belongs.
        relation: whether the department leads or merely guides it.
    """

    body: UnitId
    unit_of: UnitId | None
    department: UnitId
    relation: Relation


def stations(chart: Chart, department: str) -> tuple[Station, ...]:
    """The bodies that a department leads or guides, by code.

    Args:
        chart: the organisation as of the day.
        department: the id of the department.
    """
    ties = [(tie.target, relation) for relation in RELATIONS for tie in chart.ties_of(department, relation)]
    return tuple(
        Station(body=body, unit_of=chart.area_of(body), department=UnitId(department), relation=relation)
        for body, relation in sorted(ties, key=lambda tie: (chart.code(tie[0]), tie[1]))
    )


def lines_of(chart: Chart, station: str) -> tuple[Station, ...]:
    """To which departments' lines a body belongs: the one that leads it first, then those that guide it, by code."""
    found = []
    for relation in RELATIONS:
        sources = [tie.source for tie in chart.ties_to(station, relation) if tie.source is not None]
        found += [(source, relation) for source in sorted(sources, key=chart.code)]
    where = chart.area_of(station)
    return tuple(
        Station(body=UnitId(station), unit_of=where, department=source, relation=relation) for source, relation in found
    )


def line(chart: Chart, body: str, relations: Iterable[Relation] = RELATIONS) -> frozenset[UnitId]:
    """A body with all that belongs to its line: the bodies below it, its stations, and theirs; each once.

    Args:
        chart: the organisation as of the day.
        body: the id of a department, a committee, a Party organisation.
        relations: ``("leads",)`` leaves out what it merely guides.
    """
    wanted = tuple(relations)
    found: set[UnitId] = set()
    todo = [chart.body(body).id]
    while todo:
        unit = todo.pop()
        if unit not in found:
            found.add(unit)
            todo += chart.children(unit)
            todo += [tie.target for relation in wanted for tie in chart.ties_of(unit, relation)]
    return frozenset(found)


def coordinated(chart: Chart, committee: str) -> frozenset[UnitId]:
    """The bodies that a lead committee coordinates: those named, with their whole lines."""
    named = [tie.target for tie in chart.ties_of(committee, COORDINATES)]
    return frozenset(unit for body in named for unit in line(chart, body))


def coordinators(chart: Chart, bodies: Iterable[str]) -> tuple[UnitId, ...]:
    """The committees that coordinate every one of some bodies, the nearest to the ground first; ``()`` means: nobody.

    Args:
        chart: the organisation as of the day.
        bodies: the ids of the departments or stations that a matter touches.
    """
    wanted = frozenset(bodies)
    found = [
        committee
        for committee in dict.fromkeys(committee for body in wanted for committee in _reaching(chart, body))
        if wanted <= coordinated(chart, committee)
    ]
    return tuple(sorted(found, key=lambda committee: (-_depth(chart, committee), chart.code(committee))))


def _reaching(chart: Chart, body: str) -> Iterator[UnitId]:
    """The committees that coordinate a body, or one of whose line it is."""
    todo, seen = [body], set()
    while todo:
        unit = todo.pop()
        if unit in seen:
            continue
        seen.add(unit)
        yield from (tie.source for tie in chart.ties_to(unit, COORDINATES) if tie.source is not None)
        above = [tie.source for relation in RELATIONS for tie in chart.ties_to(unit, relation)]
        todo += [one for one in (*above, chart.parent(unit)) if one is not None]


def _depth(chart: Chart, body: str) -> int:
    area = chart.area_of(body)
    return -1 if area is None else len(chart.ancestors(area))


def uncoordinated(chart: Chart, area: str, kind: str = "department") -> tuple[UnitId, ...]:
    """The bodies of a kind that are attached to an area itself and that no committee coordinates, by code.

    Args:
        chart: the organisation as of the day.
        area: the id of the area.
        kind: the name of a kind of body.
    """
    bodies: tuple[Body, ...] = chart.bodies(area, kind)
    return tuple(body.id for body in bodies if not coordinators(chart, [body.id]))

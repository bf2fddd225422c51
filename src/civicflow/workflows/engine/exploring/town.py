"""The small town of exploration: three levels, two departments, and somebody in every post that the flows name.

The areas are ``top``, ``middle`` and ``low``; the case begins at ``low``, so that it may climb twice. Every area has a
Party organisation with the posts that flows ask for at the case's unit or above. Bodies that act are ``office-a`` and
``office-b``. A unit that a flow names by an anchor of its own is a body called like the anchor, with three seats in each
post, of which one is vacant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Final

import attrs

from civicflow.hierarchy.authority import Actor, AnyOf, Holder, Who
from civicflow.hierarchy.chart import Chart
from civicflow.hierarchy.units import Appointment, Area, Body, Post, Row
from civicflow.ids import PersonId, PostId, UnitId
from civicflow.workflows.engine.checks.names import ANCHORS
from civicflow.workflows.engine.checks.paths import effects
from civicflow.workflows.engine.flow import Flow
from civicflow.workflows.engine.telling import Tell

DAWN: Final = datetime(2026, 3, 2, 1, tzinfo=UTC)
"""The instant on which every story begins: a Monday, nine o'clock in Beijing."""

_SINCE: Final = date(2020, 1, 1)
LEVELS: Final = ("top", "middle", "low")
OFFICES: Final = (UnitId("office-a"), UnitId("office-b"))
UNIT: Final = UnitId("low")
REQUESTER: Final = Actor(PersonId("requester"))
OTHER: Final = Actor(PersonId("resident"))


def holders_in(flows: Iterable[Flow]) -> set[tuple[str, str]]:
    """Every (post, anchor) that flows name, in who may take a step or who is told."""
    found: set[tuple[str, str]] = set()
    for step in (step for flow in flows for step in flow.steps):
        for who in (step.by, *(effect.who for effect in effects(step) if isinstance(effect, Tell))):
            found.update((one.post, one.at) for one in alternatives(who) if isinstance(one, Holder))
    return found


def alternatives(who: Who) -> Iterator[Who]:
    """Each of several who may."""
    if isinstance(who, AnyOf):
        for one in who.whos:
            yield from alternatives(one)
    else:
        yield who


@attrs.frozen(kw_only=True)
class Town:
    """The town of some flows.

    Attributes:
        rows: areas, bodies, posts and appointments.
        chart: who is who, as the rows say.
        actors: everybody who may act, by what the town calls them.
        anchors: the units that cases name, by anchor.
    """

    rows: tuple[Row, ...]
    chart: Chart
    actors: Mapping[str, Actor]
    anchors: Mapping[str, UnitId]

    @classmethod
    def of(
        cls,
        flows: Iterable[Flow],
        vacant: Iterable[str] = (),
        shared: Iterable[str] = (),
    ) -> Town:
        """The town in which every post that the flows name is held, but for those said to be vacant.

        Args:
            flows: those that have a part in it.
            vacant: posts that nobody holds, as ``POST@UNIT``.
            shared: posts that two hold, as ``POST@UNIT``.
        """
        known = tuple(flows)
        rows: list[Row] = []
        actors = {"requester": REQUESTER, "resident": OTHER}
        named = sorted({anchor for flow in known for anchor in flow.anchors})
        above: UnitId | None = None
        for level in LEVELS:
            area = UnitId(level)
            name = {"top": "top | 上级", "middle": "middle | 中级", "low": "low | 基层"}[level]
            rows.append(Area(id=area, code=level, name=name, level=level, parent=above, since=_SINCE))
            rows.append(_body(f"party-{level}", "party-organisation", area))
            above = area
        rows += [_body(office, "department", UnitId("middle")) for office in OFFICES]
        rows += [_body(anchor, "council", UNIT) for anchor in named]
        bodies = {"unit": LEVELS, "above": LEVELS, "body": OFFICES, "actor": OFFICES}
        empty, twice = frozenset(vacant), frozenset(shared)
        for post, at in sorted(holders_in(known)):
            for unit in bodies.get(at, (at,) if at in named else ()):
                body = UnitId(f"party-{unit}" if unit in LEVELS else unit)
                seats = 3 if at in named or f"{post}@{unit}" in twice else 1
                _fill(rows, actors, post, UnitId(unit), body, seats, vacant=f"{post}@{unit}" in empty)
        anchors = {anchor: UnitId(anchor) for anchor in named if anchor not in ANCHORS}
        return cls(rows=tuple(rows), chart=Chart(DAWN.date(), rows, version=1), actors=actors, anchors=anchors)


def _body(code: str, kind: str, area: UnitId) -> Body:
    return Body(id=UnitId(code), code=code, name=code, kind=kind, area=area, since=_SINCE)


def _fill(
    rows: list[Row], actors: dict[str, Actor], post: str, unit: UnitId, body: UnitId, seats: int, *, vacant: bool
) -> None:
    """A post at a body, and who holds it; of several seats one is left vacant."""
    seat = PostId(f"{post}@{body}")
    if any(isinstance(row, Post) and row.id == seat for row in rows):
        return
    rows.append(Post(id=seat, name=post, unit=body, title=post, seats=seats, since=_SINCE))
    for number in range(0 if vacant else max(1, seats - 1)):
        name = f"{post}@{unit}" + (f"#{number + 1}" if number else "")
        person = PersonId(name)
        rows.append(Appointment(id=f"holder:{name}", person=person, post=seat, since=_SINCE))
        actors[name] = Actor(person, post, body)

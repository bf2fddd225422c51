"""Social organisations as partners (三社、五社联动): found, kept on file, incubated, registered, linked to areas.

Rules
-----
- An organisation is **found** by being in the register. One that meets the conditions is **registered** by the civil affairs department
  of a county or above; one of a community that does not meet them yet is **kept on file** by the subdistrict or township (opinions
  of the Ministry of Civil Affairs on community social organisations, 民发〔2017〕191号). A certificate is the tie's reference.
- What ties say holds from a day until another, so an organisation that is struck off is no longer registered, and was.
- **Incubation** is a stretch of time under a hub or a station, at whatever stage; **introduction** (引进) says who brought in an
  organisation that had been founded elsewhere.
- It is linked to areas by serving them, to work by the shares of cases that it accepts as any other body does.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Final, Literal

import attrs

from civicflow.hierarchy.chart import Chart
from civicflow.hierarchy.register import Register
from civicflow.hierarchy.units import Affiliation, Body
from civicflow.ids import UnitId

Stage = Literal["found", "filed", "registered"]
"""How far an organisation is: there; on file with a subdistrict or township; registered."""

KINDS: Final = ("social-organisation", "volunteer-team")


@attrs.frozen(kw_only=True)
class SocialOrganisation:
    """A social organisation on a day.

    Attributes:
        body: its id.
        kind: the name of its kind of body.
        stage: how far it is.
        reference: the number of its certificate or filing; empty where there is none.
        incubating: the body that incubates it on that day, or None.
        incubated: whether an incubation has ended by that day.
        introduced: whether somebody has brought it in by that day.
        serves: the areas that it serves, by code.
    """

    body: UnitId
    kind: str
    stage: Stage
    reference: str = ""
    incubating: UnitId | None = None
    incubated: bool = False
    introduced: bool = False
    serves: tuple[UnitId, ...] = ()


def social_organisations(
    register: Register, chart: Chart, under: str | None = None, kinds: Collection[str] = KINDS
) -> tuple[SocialOrganisation, ...]:
    """The social organisations of a day, by code.

    Args:
        register: the whole history, for what has ended.
        chart: the register as of the day.
        under: the id of an area; those that stand in it or serve it or something below. Everywhere where left out.
        kinds: the names of the kinds of bodies that count.
    """
    past = _past(register, chart)
    within = None if under is None else chart.under(under)
    found = (_standing(chart, body, past) for body in chart.bodies_in() if body.kind in kinds)
    return tuple(one for one in found if within is None or one.body in within or not within.isdisjoint(one.serves))


def _past(register: Register, chart: Chart) -> set[tuple[str, UnitId]]:
    """The kinds of ties that had led to each body and had ended by the chart's day."""
    return {
        (row.kind, row.target)
        for rows in register.rows.laid.values()
        for row in rows
        if isinstance(row, Affiliation) and row.until is not None and row.until <= chart.on
    }


def _standing(chart: Chart, body: Body, past: Collection[tuple[str, UnitId]]) -> SocialOrganisation:
    registered, filed = chart.ties_to(body.id, "registers"), chart.ties_to(body.id, "files")
    incubates, introduces = chart.ties_to(body.id, "incubates"), chart.ties_to(body.id, "introduces")
    papers = (*registered, *filed)
    stage: Stage = "registered" if registered else "filed" if filed else "found"
    return SocialOrganisation(
        body=body.id,
        kind=body.kind,
        stage=stage,
        reference=papers[0].reference if papers else "",
        incubating=incubates[0].source if incubates else None,
        incubated=("incubates", body.id) in past,
        introduced=bool(introduces) or ("introduces", body.id) in past,
        serves=tuple(sorted((tie.target for tie in chart.ties_of(body.id, "serves")), key=chart.code)),
    )

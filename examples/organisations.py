"""Organisations as they are: who sits where, what is missing, and what a rule forbids, from registers of real places.

Each function loads its registers into the office it is given and works out its figures from them. What of the registers
is real and what is synthetic stands at the top of each file.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path

import attrs

from civicflow import InvalidInput, Office
from civicflow.errors import Fault
from civicflow.hierarchy.appointing import appoint, relieve
from civicflow.hierarchy.memberships import Crossing, crossings, delegates
from civicflow.hierarchy.units import Area
from civicflow.hierarchy.vacancies import Vacancy
from civicflow.ids import IdSource

REGISTERS = Path(__file__).parent / "registers"
SANWAN = "410106001005"


def load(office: Office, *names: str) -> None:
    """Load registers of this folder by name, in order."""
    for name in names:
        office.register.load(REGISTERS / f"{name}.yaml")


@attrs.frozen(kw_only=True)
class JointAreas:
    """Shangjie with its joint areas.

    Attributes:
        areas: how many areas there are of each level.
        delegates: by code of the partner organisation, how many delegates it has in the joint conference.
        missing: what is missing once Sanwan Street's mediator is relieved.
    """

    areas: Mapping[str, int]
    delegates: Mapping[str, int]
    missing: tuple[Vacancy, ...]


def shangjie(office: Office, *, on: date) -> JointAreas:
    """Every community has its adviser and its mediator; then one mediator is relieved, and is missed.

    Args:
        office: an office without a register.
        on: the day of the relief.
    """
    load(office, "shangjie", "shangjie-joint-areas")
    chart = office.chart()
    levels = Counter(unit.level for unit in map(chart.unit, chart.units) if isinstance(unit, Area))
    sent = delegates(chart, office.unit("conference-410106"))
    committee = office.unit(f"committee-{SANWAN}")
    (mediator,) = chart.holders("mediator", committee)
    office.register.apply(relieve(office.register.history, mediator, "mediator", committee, on=on, basis="a move"))
    return JointAreas(
        areas=levels,
        delegates={chart.code(body): len(persons) for body, persons in sent.items()},
        missing=office.register.vacancies(on=on),
    )


@attrs.frozen(kw_only=True)
class ThreeBodies:
    """Rhine Waterside's branch, owners' committee and property company.

    Attributes:
        crossings: which of them are cross-appointed, by the codes of the two, and whether both ways.
        refused: why the owners' director cannot manage the company for the time being.
    """

    crossings: Mapping[tuple[str, str], bool]
    refused: tuple[Fault, ...]


def rhine_waterside(office: Office, *, on: date, ids: IdSource) -> ThreeBodies:
    """Three bodies that are cross-appointed both ways, and an appointment that the scheme forbids."""
    load(office, "rhine-waterside")
    chart, register = office.chart(), office.register
    (director,) = chart.holders("director", office.unit("rw-owners"))
    wrong = appoint(register.history, director, "manager", office.unit("rw-property"), on=on, ids=ids, kind="acting")
    refused: tuple[Fault, ...] = ()
    try:
        register.apply(wrong)
    except InvalidInput as error:
        refused = error.faults
    found: tuple[Crossing, ...] = crossings(chart, office.unit("rhine-waterside"))
    return ThreeBodies(
        crossings={(chart.code(one.one), chart.code(one.other)): one.both_ways for one in found}, refused=refused
    )

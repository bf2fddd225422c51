"""The records of a register: areas, bodies, posts, appointments, affiliations and sites, each for some time.

A record is one row of a history. Its `id` is the identity and never changes; code, name, parent, level and kind are
facts with dates, because codes are re-used and names change. Dates are half-open: a row holds on ``since`` and no
longer on ``until``; ``until=None`` is open.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from operator import attrgetter
from typing import Any, Literal, TypeAlias, TypeVar

import attrs

from civicflow.errors import InvalidInput
from civicflow.hierarchy.hours import Hours
from civicflow.hierarchy.identifiers import Identifier, as_identifiers
from civicflow.ids import PersonId, PostId, UnitId
from civicflow.texts import Text

AppointmentKind = Literal["substantive", "acting", "concurrent", "cross-appointed"]
"""How a person holds a post: in full, for the time being (代理), beside another organisation's (兼职), across (交叉任职)."""

APPOINTMENT_KINDS: tuple[AppointmentKind, ...] = ("substantive", "acting", "concurrent", "cross-appointed")


def as_name(name: Text | str) -> Text:
    """A name in two languages; a plain string is a proper name that both languages write alike.

    >>> as_name("济源路街道").en
    '济源路街道'
    >>> as_name("Red Cross | 红十字会").zh
    '红十字会'
    """
    if isinstance(name, Text):
        return name
    return Text.of(name) if "|" in name else Text.same(name)


def _day(_: object, attribute: attrs.Attribute[Any], value: object) -> None:
    # A datetime is a date to isinstance, and would compare with none.
    if type(value) is not date:
        msg = f"{attribute.name} is a date such as date(2020, 1, 1); got {value!r}"
        raise InvalidInput(msg)


def _end(row: Row, attribute: attrs.Attribute[Any], value: date | None) -> None:
    if value is None:
        return
    _day(row, attribute, value)
    if value <= row.since:
        msg = f"until is the first day on which it no longer holds, after since {row.since}; got {value}"
        raise InvalidInput(msg)


def _one_source(row: Affiliation, _: attrs.Attribute[Any], value: object) -> None:
    if (row.source is None) == (value is None):
        msg = (
            f"an affiliation is a unit's (source) or a person's (person), one of the two; got {row.source!r}, {value!r}"
        )
        raise InvalidInput(msg)


def _hours(_: object, __: object, value: tuple[str, ...]) -> None:
    Hours.of(value)


def _minutes(_: object, __: object, value: tuple[tuple[UnitId, int], ...]) -> None:
    for area, minutes in value:
        if minutes < 0:
            msg = f"a walk is a number of minutes from 0; got {minutes} for {area}"
            raise InvalidInput(msg)


def _seats(_: object, __: object, value: int) -> None:
    if value < 1:
        msg = f"a post has at least one seat; got {value}"
        raise InvalidInput(msg)


@attrs.frozen(kw_only=True, weakref_slot=False)
class Area:
    """A territory, a node of the tree (辖区).

    Attributes:
        id: opaque, for ever the same.
        code: what files and people call it, for instance a statistical code of twelve digits.
        name: its name; real places have one in Chinese, and an English one is optional.
        level: a level of the scheme its register uses.
        parent: the area above, or None at the top.
        since: the first day on which this row holds.
        until: the first day on which it no longer holds; None is open.
        aliases: other spellings by which it is found.
        identifiers: what other schemes of codes call it.
        register: the name of the register file that keeps it.
    """

    id: UnitId
    code: str
    name: Text = attrs.field(converter=as_name)
    level: str
    parent: UnitId | None = None
    since: date = attrs.field(validator=_day)
    until: date | None = attrs.field(default=None, validator=_end)
    aliases: tuple[str, ...] = ()
    identifiers: tuple[Identifier, ...] = attrs.field(default=(), converter=as_identifiers)
    register: str = ""


@attrs.frozen(kw_only=True, weakref_slot=False)
class Body:
    """An organisation attached to an area: a Party organisation, a council, a department, a company (机构、组织).

    Attributes:
        id: opaque, for ever the same.
        code: what files and people call it.
        name: its name.
        kind: the name of a `civicflow.hierarchy.kinds.BodyKind`.
        area: the area it is attached to; None where it follows the body above.
        parent: the body above in its own line, or None.
        since: the first day on which this row holds.
        until: the first day on which it no longer holds; None is open.
        aliases: other spellings by which it is found.
        identifiers: what other schemes of codes call it.
        register: the name of the register file that keeps it.
    """

    id: UnitId
    code: str
    name: Text = attrs.field(converter=as_name)
    kind: str
    area: UnitId | None = None
    parent: UnitId | None = None
    since: date = attrs.field(validator=_day)
    until: date | None = attrs.field(default=None, validator=_end)
    aliases: tuple[str, ...] = ()
    identifiers: tuple[Identifier, ...] = attrs.field(default=(), converter=as_identifiers)
    register: str = ""


@attrs.frozen(kw_only=True, weakref_slot=False)
class Post:
    """A seat, or several alike, in a body; it exists while it is vacant (岗位).

    Attributes:
        id: opaque, for ever the same.
        name: the symbol that flows use, for instance ``secretary``.
        unit: the body it belongs to.
        title: what clerks and residents read.
        seats: how many may hold it at once, at least 1.
        since: the first day on which this row holds.
        until: the first day on which it no longer holds; None is open.
        register: the name of the register file that keeps it.
    """

    id: PostId
    name: str
    unit: UnitId
    title: Text = attrs.field(converter=as_name)
    seats: int = attrs.field(default=1, validator=_seats)
    since: date = attrs.field(validator=_day)
    until: date | None = attrs.field(default=None, validator=_end)
    register: str = ""


@attrs.frozen(kw_only=True, weakref_slot=False)
class Appointment:
    """A person in a post (任职).

    Attributes:
        id: opaque, for ever the same.
        person: a pseudonymous id.
        post: the post held.
        kind: how it is held.
        on_behalf_of: the body that sent them (Popolo: on_behalf_of): whose delegate they are, or where a concurrent or
            cross-appointed holder comes from; None where nobody sent them.
        since: the first day on which it is held.
        until: the first day on which it no longer is; None is open.
        register: the name of the register file that keeps it.
    """

    id: str
    person: PersonId
    post: PostId
    kind: AppointmentKind = attrs.field(default="substantive", validator=attrs.validators.in_(APPOINTMENT_KINDS))
    on_behalf_of: UnitId | None = None
    since: date = attrs.field(validator=_day)
    until: date | None = attrs.field(default=None, validator=_end)
    register: str = ""


@attrs.frozen(kw_only=True, weakref_slot=False)
class Affiliation:
    """A tie of a unit or a person to a unit that it is no part of (FHIR: OrganizationAffiliation; W3C ORG: linkedTo).

    It reads as a sentence: *source* (or *person*) *kind* *target*, as in "the civil affairs bureau guides the station".

    Attributes:
        id: opaque, for ever the same.
        kind: the name of a `civicflow.hierarchy.affiliations.AffiliationKind`.
        source: the unit whose tie it is; None where it is a person's.
        person: the pseudonymous id of the person whose tie it is; None where it is a unit's.
        target: the unit to which it leads.
        reference: the agreement, certificate or filing by its number; empty where there is none.
        since: the first day on which it holds.
        until: the first day on which it no longer holds; None is open.
        register: the name of the register file that keeps it.
    """

    id: str
    kind: str
    source: UnitId | None = None
    person: PersonId | None = attrs.field(default=None, validator=_one_source)
    target: UnitId
    reference: str = ""
    since: date = attrs.field(validator=_day)
    until: date | None = attrs.field(default=None, validator=_end)
    register: str = ""


@attrs.frozen(kw_only=True, weakref_slot=False)
class Site:
    """A place where residents find services: a centre, a space, a reading room, a contact point (阵地; W3C ORG: Site).

    Attributes:
        id: opaque, for ever the same.
        code: what files and people call it; a code names one area, body or site.
        name: its name.
        kind: the name of a kind in `civicflow.hierarchy.kinds.SITE_KINDS`, or of one that the register file explains.
        area: the area in which it stands.
        run_by: the body that runs it, or None.
        parent: the site above in the network (a community's space under the neighbourhood centre), or None.
        services: what is offered there, by the integrator's own symbols.
        hours: when it is open, as `civicflow.hierarchy.hours` reads it; empty where nothing is said.
        walk: how many minutes one walks there from other areas; empty where it serves just its own area, the whole of it.
        since: the first day on which this row holds.
        until: the first day on which it no longer holds; None is open.
        register: the name of the register file that keeps it.
    """

    id: str
    code: str
    name: Text = attrs.field(converter=as_name)
    kind: str
    area: UnitId
    run_by: UnitId | None = None
    parent: str | None = None
    services: tuple[str, ...] = ()
    hours: tuple[str, ...] = attrs.field(default=(), validator=_hours)
    walk: tuple[tuple[UnitId, int], ...] = attrs.field(default=(), validator=_minutes)
    since: date = attrs.field(validator=_day)
    until: date | None = attrs.field(default=None, validator=_end)
    register: str = ""


Row: TypeAlias = Area | Body | Post | Appointment | Affiliation | Site
"""One dated record of a register."""

R = TypeVar("R", Area, Body, Post, Appointment, Affiliation, Site)

_FACTS = {
    cls: attrgetter(*(field.name for field in attrs.fields(cls) if field.name not in ("since", "until")))
    for cls in (Area, Body, Post, Appointment, Affiliation, Site)
}


def holds_on(row: Row, day: date) -> bool:
    """Whether the row is in force on that day."""
    return row.since <= day and (row.until is None or day < row.until)


def overlapping(one: Row, other: Row) -> bool:
    """Whether there is a day on which both rows are in force."""
    return (one.until is None or other.since < one.until) and (other.until is None or one.since < other.until)


def same_facts(one: Row, other: Row) -> bool:
    """Whether two rows of one record say the same, whatever their dates."""
    return type(one) is type(other) and _FACTS[type(one)](one) == _FACTS[type(one)](other)


def cut(rows: Iterable[Row], since: date, until: date | None) -> tuple[Row, ...]:
    """The rows of one record without the portion from ``since`` until ``until``."""
    kept: list[Row] = []
    for row in rows:
        if row.since < since:
            kept.append(row if row.until is not None and row.until <= since else attrs.evolve(row, until=since))
        if until is not None and (row.until is None or row.until > until):
            kept.append(row if row.since >= until else attrs.evolve(row, since=until))
    return tuple(kept)


def overlay(rows: Iterable[Row], new: Row) -> tuple[Row, ...]:
    """The rows of one record with ``new`` put over its own portion of time; neighbours that say the same are joined.

    This is SQL:2011's update FOR PORTION OF: nothing outside ``new.since`` … ``new.until`` changes.
    """
    ordered = sorted((*cut(rows, new.since, new.until), new), key=lambda row: row.since)
    joined: list[Row] = [ordered[0]]
    for row in ordered[1:]:
        last = joined[-1]
        if last.until == row.since and same_facts(last, row):
            joined[-1] = attrs.evolve(last, until=row.until)
        else:
            joined.append(row)
    return tuple(joined)

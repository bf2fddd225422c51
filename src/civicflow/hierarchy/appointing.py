"""Acts about persons and ties: appoint and relieve, affiliate and part (任、免、联、离).

Like those of `civicflow.hierarchy.acts` each makes a `Change` of the register as it is, which `Register.apply` takes or
refuses with every fault: too many holders, incompatible posts, a delegate of no member.
"""

from __future__ import annotations

from datetime import date
from typing import get_args

from civicflow.errors import InvalidInput
from civicflow.hierarchy.changes import Change, made_of
from civicflow.hierarchy.register import Register
from civicflow.hierarchy.units import Affiliation, Appointment, AppointmentKind, Area, Body, Post, holds_on
from civicflow.ids import IdSource, PersonId, PostId, UnitId


@made_of
def appoint(
    register: Register,
    person: str,
    post: str,
    unit: str,
    *,
    on: date,
    ids: IdSource,
    kind: AppointmentKind = "substantive",
    on_behalf_of: str | None = None,
    until: date | None = None,
    basis: str = "",
) -> Change:
    """Appoint a person to a post (任).

    Args:
        register: the register as it is.
        person: the pseudonymous id.
        post: the name of the post.
        unit: the id of its body.
        on: the first day on which they hold it.
        ids: makes the appointment's id.
        kind: in full, acting, concurrent or cross-appointed.
        on_behalf_of: the id of the body that sends them.
        until: the first day on which they no longer hold it; None is open.
        basis: the document that orders it.

    Raises:
        InvalidInput: there is no such post on that day, or no such kind; the message names those there are.
    """
    if kind not in get_args(AppointmentKind):
        msg = f"a post is held in one of these ways: {', '.join(get_args(AppointmentKind))}; got {kind!r}"
        raise InvalidInput(msg)
    seat = _post(register, post, unit, on)
    row = Appointment(
        id=ids("appointment"),
        person=PersonId(person),
        post=PostId(seat.id),
        kind=kind,
        on_behalf_of=None if on_behalf_of is None else UnitId(on_behalf_of),
        since=on,
        until=until,
        register=seat.register,
    )
    return Change(act="appoint", on=on, register=seat.register, rows=(row,), basis=basis)


@made_of
def relieve(register: Register, person: str, post: str, unit: str, *, on: date, basis: str = "") -> Change:
    """Relieve a person of a post (免): from that day on they hold it no more, in whatever way they held it.

    Raises:
        InvalidInput: they do not hold it on that day or later.
    """
    seat = _post(register, post, unit, on)
    found = [
        id
        for id, rows in register.rows.laid.items()
        for row in rows
        if isinstance(row, Appointment) and (row.person, row.post) == (person, seat.id) and _lasts(row.until, on)
    ]
    if not found:
        msg = f"{person} does not hold {post} of {unit} on {on} or later; chart(on).holders() says who does"
        raise InvalidInput(msg)
    return Change(act="relieve", on=on, register=seat.register, ends=tuple(dict.fromkeys(found)), basis=basis)


@made_of
def affiliate(
    register: Register,
    kind: str,
    target: str,
    *,
    source: str | None = None,
    person: str | None = None,
    on: date,
    ids: IdSource,
    reference: str = "",
    until: date | None = None,
    basis: str = "",
) -> Change:
    """Tie a unit or a person to a unit; see `civicflow.hierarchy.affiliations` for the kinds.

    Args:
        register: the register as it is.
        kind: the name of the kind.
        target: the id of the unit to which it leads.
        source: the id of the unit whose tie it is, or
        person: the pseudonymous id of the person whose tie it is.
        on: the first day on which it holds.
        ids: makes its id.
        reference: the agreement, certificate or filing by its number.
        until: the first day on which it no longer holds; None is open.
        basis: the document that orders it.

    Raises:
        InvalidInput: the target does not exist on that day, or not one of source and person is given.
    """
    owner = register.row(source or target, on)
    if owner is None:
        msg = f"there is no unit with the id {source or target!r} on {on}; a code becomes an id through chart(on).resolve()"
        raise InvalidInput(msg)
    row = Affiliation(
        id=ids("affiliation"),
        kind=kind,
        source=None if source is None else UnitId(source),
        person=None if person is None else PersonId(person),
        target=UnitId(target),
        reference=reference,
        since=on,
        until=until,
        register=owner.register,
    )
    return Change(act="affiliate", on=on, register=owner.register, rows=(row,), basis=basis)


@made_of
def part(
    register: Register,
    kind: str,
    target: str,
    *,
    source: str | None = None,
    person: str | None = None,
    on: date,
    basis: str = "",
) -> Change:
    """End a tie (离): from that day on it holds no more.

    Raises:
        InvalidInput: there is none on that day or later.
    """
    wanted = (kind, source, person, target)
    found = [
        rows[-1]
        for rows in register.rows.laid.values()
        for row in rows
        if isinstance(row, Affiliation)
        and (row.kind, row.source, row.person, row.target) == wanted
        and _lasts(row.until, on)
    ]
    if not found:
        msg = f"{source or person} has no tie {kind!r} to {target} on {on} or later; chart(on).ties_of() says which it has"
        raise InvalidInput(msg)
    ends = tuple(dict.fromkeys(row.id for row in found))
    return Change(act="part", on=on, register=found[0].register, ends=ends, basis=basis)


def tenures(register: Register, post: str, unit: str) -> tuple[Appointment, ...]:
    """Everybody who held a post, holds it or is to hold it, each from when until when, in the order of their beginnings.

    A register that was asked for as it was known at an instant gives what was known then.

    Args:
        register: the register.
        post: the name of the post.
        unit: the id of its body, or of an area: then in any body that is or was attached to it itself.
    """
    bodies = {unit} | {
        row.id for rows in register.rows.laid.values() for row in rows if isinstance(row, Body) and row.area == unit
    }
    posts = {
        row.id
        for rows in register.rows.laid.values()
        for row in rows
        if isinstance(row, Post) and row.name == post and row.unit in bodies
    }
    found = [
        row
        for rows in register.rows.laid.values()
        for row in rows
        if isinstance(row, Appointment) and row.post in posts
    ]
    return tuple(sorted(found, key=lambda row: (row.since, row.person, row.id)))


def _lasts(until: date | None, on: date) -> bool:
    return until is None or until > on


def _post(register: Register, name: str, unit: str, on: date) -> Post:
    there = [
        row
        for rows in register.rows.laid.values()
        for row in rows
        if isinstance(row, Post) and row.unit == unit and holds_on(row, on)
    ]
    found = next((row for row in there if row.name == name), None)
    if found is None:
        kind = "an area, whose bodies have posts" if isinstance(register.row(unit, on), Area) else "a body"
        known = ", ".join(sorted(row.name for row in there)) or "none"
        msg = f"{unit} has no post {name!r} on {on}; it is {kind}, with these posts: {known}"
        raise InvalidInput(msg)
    return found

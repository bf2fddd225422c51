"""Acts that re-draw the register, in words: establish, convert, split, merge, adjust, rename, recode, transfer, dissolve.

Each function makes a `Change` of the register as it is; nothing is changed by making one. `Register.apply` takes it, all of
it or nothing, and says what does not fit.

Rules
-----
- History stays: what was so before the day of an act is never touched, what was planned for later is carried along.
- A unit that is split or merged ends on that day, unless the caller names it among the results: whether a merge goes into a
  new unit or into a surviving one is said, never guessed.
- A split has two results or more. Nothing goes to a unit that stands under the one it comes from.
- What hangs under a unit that ends (areas) or is attached to it (bodies, with their posts and holders) goes to its primary
  successor, or where the caller sends it. Nothing is left hanging, and nothing is dissolved on the way.
- So do its affiliations, and whom it sent: a delegate of a bureau that is merged goes on as the new one's. What would then be
  said twice, or of a unit with itself, ends; and so does all of it where there is no primary successor.
- A site goes where its area goes; whoever comes after a body runs its sites, and from whatever comes after an area one walks there as before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Any

import attrs

from civicflow.errors import Fault, InvalidInput
from civicflow.hierarchy.changes import Act, Change, made_of
from civicflow.hierarchy.register import Register
from civicflow.hierarchy.succession import Succession
from civicflow.hierarchy.units import Affiliation, Appointment, Area, Body, Post, Row, Site, as_name, overlapping
from civicflow.ids import IdSource, UnitId
from civicflow.texts import Text


@attrs.frozen(kw_only=True)
class New:
    """A unit that an act brings about, like the one it comes from but for what is said here.

    Attributes:
        code: what files and people call it.
        name: its name.
        level: of an area; the original's where left out.
        parent: the area above; the original's where left out.
        share: how much of the original goes there; None where nobody knows.
        primary: whether it is the primary successor.
    """

    code: str
    name: Text = attrs.field(converter=as_name)
    level: str = ""
    parent: UnitId | None = None
    share: Fraction | None = None
    primary: bool = False


@attrs.frozen(kw_only=True)
class Surviving:
    """A unit that was there before and goes on: the original itself, or another one that takes it in.

    Attributes:
        unit: its id.
        share: how much of the original it is or takes; None where nobody knows.
        primary: whether it is the primary successor.
    """

    unit: UnitId
    share: Fraction | None = None
    primary: bool = False


Result = New | Surviving


@made_of
def establish(register: Register, rows: Iterable[Row], *, on: date, basis: str = "") -> Change:
    """Bring about units, posts or appointments that were not there (建).

    Raises:
        InvalidInput: one of them is there already, or begins on another day.
    """
    new = tuple(rows)
    known = [row.id for row in new if register.row(row.id, on) is not None]
    if known:
        msg = f"{', '.join(known)} exists on {on} already; convert or adjust it instead"
        raise InvalidInput(msg)
    act: Act = "appoint" if new and all(isinstance(row, Appointment) for row in new) else "establish"
    return Change(act=act, on=on, register=new[0].register if new else "", rows=new, basis=basis)


@made_of
def convert(register: Register, unit: UnitId, *, on: date, basis: str = "", **facts: Any) -> Change:
    """Make of a unit another kind of thing (改): a village becomes a community, and is the same unit all the same.

    Args:
        register: the register as it is.
        unit: the unit.
        on: the first day on which it is so.
        basis: the document that orders it.
        facts: what becomes otherwise, by the names of the row's fields: ``level``, ``kind``, ``name``, ``code`` …
    """
    return _otherwise("convert", register, unit, on, basis, facts)


@made_of
def rename(register: Register, unit: UnitId, name: Text | str, *, on: date, basis: str = "") -> Change:
    """Give a unit another name (更名)."""
    return _otherwise("rename", register, unit, on, basis, {"name": as_name(name)})


@made_of
def recode(register: Register, unit: UnitId, code: str, *, on: date, scheme: str = "", basis: str = "") -> Change:
    """Give a unit another code (换码). Codes are used again: who bears one depends on the day.

    Args:
        register: the register as it is.
        unit: the unit.
        code: the new code; empty takes away the one of another scheme.
        on: the first day on which it bears it.
        scheme: whose code it is; the register's own where left out.
        basis: the document that orders it.
    """
    if not scheme:
        return _otherwise("recode", register, unit, on, basis, {"code": code})
    row = _known(register, unit, on)
    rows = (one for one in _from(register, unit, on) if isinstance(one, (Area, Body)))
    said = {scheme: code} if code else {}
    again = (attrs.evolve(one, identifiers={**_without(one, scheme), **said}) for one in rows)
    return Change(act="recode", on=on, register=row.register, rows=tuple(again), basis=basis)


def _without(row: Area | Body, scheme: str) -> dict[str, str]:
    return {one.scheme: one.value for one in row.identifiers if one.scheme != scheme}


@made_of
def transfer(register: Register, unit: UnitId, to: UnitId | None, *, on: date, basis: str = "") -> Change:
    """Put an area or a body under another one (划转); everything below it goes along.

    Raises:
        InvalidInput: the other one is the unit itself or stands below it.
    """
    if to is not None:
        _refuse_below(register, to, {unit}, on)
    return _otherwise("transfer", register, unit, on, basis, {"parent": to})


@made_of
def dissolve(
    register: Register, unit: UnitId, *, on: date, into: UnitId | None = None, basis: str = "", **sent: UnitId
) -> Change:
    """End a unit (撤), with its posts and their holders; what hangs under it goes to its successor.

    Args:
        register: the register as it is.
        unit: the unit.
        on: the first day on which it is no more.
        into: who takes it in; None where nobody does, and then nothing may hang under it.
        basis: the document that orders it.
        sent: by id of what hangs under it, where else it goes.

    Raises:
        InvalidInput: something hangs under it and nobody takes it in.
    """
    if into is not None:
        return merge(
            register, (unit,), Surviving(unit=into, primary=True), on=on, basis=basis, sent=sent, act="dissolve"
        )
    left = [row.id for row in _under(register, unit, on) if row.id not in sent]
    if left:
        msg = (
            f"{', '.join(left)} would be left under {unit}, which ends on {on}; say `into` whom, or send each somewhere"
        )
        raise InvalidInput(msg)
    row = _known(register, unit, on)
    moved = tuple(row for id, to in sent.items() for row in _sent(register, id, to, {unit}, on))
    moved = _relinked(register, moved, (unit,), None, on)
    return Change(
        act="dissolve", on=on, register=row.register, rows=moved, ends=tuple(_ending(register, unit, on)), basis=basis
    )


@made_of
def split(
    register: Register,
    unit: UnitId,
    into: Sequence[Result],
    *,
    on: date,
    ids: IdSource,
    basis: str = "",
    sent: Mapping[str, UnitId | str] | None = None,
) -> Change:
    """Divide a unit (分) into two or more, of which it may itself be one.

    Args:
        register: the register as it is.
        unit: the unit.
        into: what it becomes; two results or more.
        on: the first day on which it is so.
        ids: makes the ids of new units.
        basis: the document that orders it.
        sent: where what hangs under it goes, by its id: the id of a surviving result, or the code of a new one; to the
            primary result where left out.

    Raises:
        InvalidInput: it has fewer than two results, one stands below it, a child is sent elsewhere, or nobody is primary
            and something has to go somewhere; every fault at once.
    """
    if len(into) < 2:
        msg = f"a split has two results or more; got {len(into)} for {unit}. To end a unit in another one, merge it"
        raise InvalidInput(msg)
    return _redraw("split", register, (unit,), into, on=on, ids=ids, basis=basis, sent=sent or {})


@made_of
def merge(
    register: Register,
    units: Sequence[UnitId],
    into: Result,
    *,
    on: date,
    ids: IdSource | None = None,
    basis: str = "",
    sent: Mapping[str, UnitId | str] | None = None,
    act: Act = "merge",
) -> Change:
    """Unite units (合) in a new one, or in one that survives; the caller says which.

    Args:
        register: the register as it is.
        units: the units that become one; a surviving one may be among them or not.
        into: the unit that they become.
        on: the first day on which it is so.
        ids: makes the id of a new unit.
        basis: the document that orders it.
        sent: where what hangs under them goes instead, by its id.
        act: as what it is recorded.
    """
    whole = attrs.evolve(into, share=Fraction(1), primary=True)
    return _redraw(act, register, tuple(units), (whole,), on=on, ids=ids, basis=basis, sent=sent or {})


@made_of
def adjust(
    register: Register,
    unit: UnitId,
    to: UnitId,
    *,
    on: date,
    share: Fraction | None = None,
    children: Iterable[UnitId] = (),
    basis: str = "",
) -> Change:
    """Give a part of a unit to another one (调): both go on, and what is named goes over.

    Args:
        register: the register as it is.
        unit: which gives.
        to: which takes.
        on: the first day on which it is so.
        share: how much of the giving unit goes over; None where nobody knows.
        children: the areas and bodies that go over.
        basis: the document that orders it.
    """
    kept = None if share is None else 1 - share
    given: dict[str, UnitId | str] = dict.fromkeys(children, to)
    into = (Surviving(unit=unit, share=kept, primary=True), Surviving(unit=to, share=share))
    return _redraw("adjust", register, (unit,), into, on=on, ids=None, basis=basis, sent=given)


@made_of
def correct(register: Register, rows: Iterable[Row] = (), *, never: Iterable[str] = (), basis: str = "") -> Change:
    """Say what was so all along (更正): rows that replace what the register said, and records that never were valid.

    What ceased was valid until then; what never was valid is taken out of every chart, and only what was known before the
    correction still shows it (``known_at``).

    Args:
        register: the register as it is.
        rows: what is right, each for its own time.
        never: the ids of records that never were valid; a body's posts and their holders go with it.
        basis: how it is known.
    """
    right, wrong = tuple(rows), tuple(never)
    begins = [row.since for row in right] + [register.rows[id][0].since for id in wrong if id in register.rows]
    unknown = [id for id in wrong if id not in register.rows]
    if unknown or not begins:
        msg = f"nothing to correct: {', '.join(unknown) or 'give rows or ids'} is not in the register"
        raise InvalidInput(msg)
    kept, on = right[0].register if right else register.rows[wrong[0]][0].register, min(begins)
    ends = dict.fromkeys(one for id in wrong for one in _ending(register, UnitId(id), on))
    return Change(act="correct", on=on, register=kept, rows=right, ends=tuple(ends), basis=basis)


# -- how it is done ----------------------------------------------------------------------------------------------------


def _otherwise(act: Act, register: Register, unit: UnitId, on: date, basis: str, facts: Mapping[str, Any]) -> Change:
    """A change of some facts of one unit from a day on, in all that is known of it from then."""
    row = _known(register, unit, on)
    fields = {field.name for field in attrs.fields(type(row))} - {"id", "since", "until", "register"}
    unknown = sorted(set(facts) - fields)
    if unknown or not facts:
        msg = f"{unit} has no fact {', '.join(unknown) or '(none given)'}; it has {', '.join(sorted(fields))}"
        raise InvalidInput(msg)
    rows = tuple(attrs.evolve(row, **facts) for row in _from(register, unit, on))
    return Change(act=act, on=on, register=row.register, rows=rows, basis=basis)


def _redraw(
    act: Act,
    register: Register,
    units: tuple[UnitId, ...],
    into: Sequence[Result],
    *,
    on: date,
    ids: IdSource | None,
    basis: str,
    sent: Mapping[str, UnitId | str],
) -> Change:
    originals = [_known(register, unit, on) for unit in units]
    surviving = [result.unit for result in into if isinstance(result, Surviving)]
    for unit in surviving:
        _known(register, unit, on)
        _refuse_below(register, unit, set(units) - {unit}, on)
    made = {result.code: _new(result, originals[0], on, ids) for result in into if isinstance(result, New)}
    results = [(result, made[result.code].id if isinstance(result, New) else result.unit) for result in into]
    primary = next((id for result, id in results if result.primary), None)
    places: dict[str, UnitId] = {code: row.id for code, row in made.items()} | {unit: unit for unit in surviving}
    ending = [unit for unit in units if unit not in surviving]
    ends = list(dict.fromkeys(id for unit in ending for id in _ending(register, unit, on)))
    moved = _moved(register, ending, primary, sent, places, on)
    handed = list(_handed(register, ending, primary, ends, on))
    return Change(
        act=act,
        on=on,
        register=originals[0].register,
        rows=(*made.values(), *_relinked(register, moved, ending, primary, on), *handed),
        ends=tuple(id for id in ends if id not in {row.id for row in handed}),
        basis=basis,
        successions=tuple(
            Succession(original=unit, result=id, share=result.share, primary=result.primary)
            for unit in units
            for result, id in results
        ),
    )


def _moved(
    register: Register,
    ending: Sequence[UnitId],
    primary: UnitId | None,
    sent: Mapping[str, UnitId | str],
    places: Mapping[str, UnitId],
    on: date,
) -> tuple[Row, ...]:
    """What hangs under units that end, where it goes; and what is sent on purpose."""
    faults: list[Fault] = []
    rows: list[Row] = []
    for id in dict.fromkeys((*(row.id for unit in ending for row in _under(register, unit, on)), *sent)):
        to = sent.get(id)
        target = primary if to is None else places.get(to)
        if target is None:
            known = ", ".join(places)
            reason = "nobody is the primary successor; say where it goes" if to is None else f"it can go to {known}"
            faults.append(Fault(reason=reason, value=str(to or ""), path=id))
        else:
            rows += _sent(register, id, target, set(ending), on)
    if faults:
        msg = "not everything that hangs under what ends has a place"
        raise InvalidInput(msg, faults)
    return tuple(rows)


def _sent(register: Register, id: str, to: UnitId, ending: set[UnitId], on: date) -> Iterator[Row]:
    """A record under its new unit, in all that is known of it from a day on."""
    for row in _from(register, id, on):
        if isinstance(row, Area) or (isinstance(row, (Body, Site)) and row.parent in ending):
            yield attrs.evolve(row, parent=to)
        elif isinstance(row, (Body, Site)):
            yield attrs.evolve(row, area=to)


def _new(result: New, like: Row, on: date, ids: IdSource | None) -> Area:
    if not isinstance(like, Area):
        msg = f"only areas are divided into new ones; establish the bodies that come after {like.id}, then merge into them"
        raise InvalidInput(msg)
    if ids is None:
        msg = f"a new unit {result.code!r} needs an id; give `ids`"
        raise InvalidInput(msg)
    return Area(
        id=UnitId(ids("unit")),
        code=result.code,
        name=result.name,
        level=result.level or like.level,
        parent=result.parent or like.parent,
        since=on,
        register=like.register,
    )


def _under(register: Register, unit: UnitId, on: date) -> Iterator[Row]:
    """What hangs under a unit or is attached to it, on a day or from some later one."""
    near = (*register.rows.laid.values(), *map(register.rows.of, register.rows.areas_below((unit,))))
    for history in near:
        if any(_lasts(row, on) and unit in _above(row) for row in history):
            yield history[-1]


def _above(row: Row) -> tuple[UnitId | None, ...]:
    if isinstance(row, Area):
        return (row.parent,)
    return (row.area, UnitId(row.parent) if row.parent else None) if isinstance(row, (Body, Site)) else ()


def _ending(register: Register, unit: UnitId, on: date) -> Iterator[str]:
    """A unit with its posts, their holders, whom it sent elsewhere, and its affiliations."""
    yield unit
    posts = [
        id
        for id, rows in register.rows.laid.items()
        if any(isinstance(row, Post) and row.unit == unit and _lasts(row, on) for row in rows)
    ]
    yield from posts
    for id, rows in register.rows.laid.items():
        if any(_lasts(row, on) and _rests_on(row, unit, posts) for row in rows):
            yield id


def _rests_on(row: Row, unit: UnitId, posts: Sequence[str]) -> bool:
    if isinstance(row, Appointment):
        return row.post in posts or row.on_behalf_of == unit
    return isinstance(row, Affiliation) and unit in (row.source, row.target)


def _relinked(
    register: Register, moved: Sequence[Row], ending: Sequence[UnitId], heir: UnitId | None, on: date
) -> tuple[Row, ...]:
    """What goes elsewhere, and the sites that a unit runs or that are walked to from it, as its heir's."""
    going: dict[str, list[Row]] = {}
    for row in moved:
        going.setdefault(row.id, []).append(row)
    for id, rows in register.rows.laid.items():
        if any(isinstance(row, Site) and _lasts(row, on) for row in rows):
            known = going.get(id) or list(_from(register, id, on))
            new = [_served(row, ending, heir) for row in known if isinstance(row, Site)]
            if id in going or new != known:
                going[id] = [*new]
    return tuple(row for rows in going.values() for row in rows)


def _served(site: Site, ending: Sequence[UnitId], heir: UnitId | None) -> Site:
    """A site whose body and whose walks from areas that end are its heir's; without an heir they are left out."""
    walk: dict[UnitId, int] = {}
    for area, minutes in site.walk:
        now = heir if area in ending else area
        if now is not None:
            walk[now] = min(minutes, walk.get(now, minutes))
    return attrs.evolve(site, run_by=heir if site.run_by in ending else site.run_by, walk=tuple(walk.items()))


def _handed(
    register: Register, ending: Sequence[UnitId], heir: UnitId | None, ends: Sequence[str], on: date
) -> Iterator[Row]:
    """Affiliations and delegates of units that end, as their heir's; what would be said twice is left to end."""
    if heir is None:
        return
    said = [row for rows in register.rows.laid.values() for row in rows if isinstance(row, Affiliation)]
    for id in ends:
        rows = _from(register, id, on)
        heirs = [_of_heir(row, ending, heir) for row in rows]
        ties = [row for row in heirs if isinstance(row, Affiliation)]
        if any(tie.source == tie.target or any(_same_tie(tie, other) for other in said) for tie in ties):
            continue
        if ties or any(isinstance(row, Appointment) and row.post not in ends for row in rows):
            said += ties
            yield from heirs


def _of_heir(row: Row, ending: Sequence[UnitId], heir: UnitId) -> Row:
    if isinstance(row, Affiliation):
        source = heir if row.source in ending else row.source
        return attrs.evolve(row, source=source, target=heir if row.target in ending else row.target)
    return attrs.evolve(row, on_behalf_of=heir) if isinstance(row, Appointment) else row


def _same_tie(one: Affiliation, other: Affiliation) -> bool:
    """Whether two affiliations say the same on some day."""
    ends = [(tie.kind, tie.source, tie.person, tie.target) for tie in (one, other)]
    return one.id != other.id and ends[0] == ends[1] and overlapping(one, other)


def _lasts(row: Row, on: date) -> bool:
    return row.until is None or row.until > on


def _known(register: Register, unit: str, on: date) -> Row:
    row = register.row(unit, on)
    if row is None:
        msg = f"there is no unit with the id {unit!r} on {on}; a code becomes an id through chart(on).resolve()"
        raise InvalidInput(msg)
    return row


def _from(register: Register, id: str, on: date) -> tuple[Row, ...]:
    """What a record is from a day on, and what was planned of it for later."""
    rows = (row for row in register.rows.get(id, ()) if _lasts(row, on))
    found = tuple(attrs.evolve(row, since=max(row.since, on)) for row in rows)
    if not found:
        _known(register, id, on)
    return found


def _refuse_below(register: Register, unit: UnitId, above: set[UnitId], on: date) -> None:
    """A unit must not stand below any of some others."""
    row: Row | None = register.row(unit, on)
    while isinstance(row, (Area, Body)):
        if row.id in above:
            msg = f"{unit} stands below {row.id}; nothing goes to a unit that is under the one it comes from"
            raise InvalidInput(msg)
        row = None if row.parent is None else register.row(row.parent, on)

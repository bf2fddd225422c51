"""What must hold of every register, on every day of its history.

1. A thing stands in, under or at something that exists on each of its days.
2. Nothing stands under itself.
3. Within one register file a code means one thing at a time; so does an identifier within its scheme.
4. A post has no more holders than seats on any day. Who holds it for the time being (acting) takes no seat.
5. An area hangs under one of a level that the scheme of its register allows.

What affiliations must keep to stands in `civicflow.hierarchy.ties`, which posts nobody holds at once in
`civicflow.hierarchy.compatibility`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import chain
from typing import Final, NamedTuple, TypeVar

from civicflow.hierarchy.affiliations import tie
from civicflow.hierarchy.histories import Histories
from civicflow.hierarchy.identifiers import Identifier
from civicflow.hierarchy.scheme import LevelScheme, near
from civicflow.hierarchy.units import Affiliation, Appointment, Area, Body, Post, Row, Site, holds_on, overlapping
from civicflow.texts import Catalogue, Text

_SENTENCES: Final = Catalogue(
    {
        "seats": "on {on} {holders} hold {post} of {unit}, which has {seats}; relieve someone first, or add seats"
        " | {on}{unit}{post}有{holders}人任职，只设{seats}；须先免去其一或增设席位",
    }
)

C = TypeVar("C", bound=Area | Body | Site)


class Broken(NamedTuple):
    """A record that breaks a rule: its id, what is wrong (in both languages where it has been written so), the value."""

    id: str
    reason: str
    value: str
    rule: str = ""
    text: Text | None = None


def broken(rows: Histories, touched: Mapping[str, object], before: Histories) -> Iterator[Broken]:
    """Every record that breaks one of the rules at the top of this module; consequences are left out.

    Args:
        rows: the history.
        touched: the ids whose rows are not those of ``before``.
        before: a history that keeps all rules: what was not touched, and rests on nothing that was, is not looked at again.
    """
    yield from _dangling(rows, _resting(rows, touched, before))
    yield from _loops(rows, touched)
    yield from _codes(rows, touched)
    yield from _identifiers(rows, touched)
    yield from _seats(rows, touched)


def _resting(rows: Histories, touched: Mapping[str, object], before: Histories) -> Iterator[str]:
    """What was touched, then what rests on a record that was there before and may have lost days."""
    yield from touched
    changed = {id for id in touched if before.of(id)}
    if changed:
        for id, history in rows.laid.items():
            if id not in touched and any(target in changed for row in history for _, target, _ in links(row)):
                yield id
        yield from (id for id in rows.areas_below(changed) if id not in touched)


def misplaced(rows: Histories, schemes: Mapping[str, LevelScheme], ids: Iterable[str]) -> Iterator[Broken]:
    """The areas among some records that hang where the scheme of their register does not allow it."""
    fine: set[tuple[str, str, str | None]] = set()  # siblings of one level hang alike
    for id in dict.fromkeys(ids):
        for row in rows.of(id):
            if not isinstance(row, Area) or (row.register, row.level, row.parent) in fine:
                continue
            scheme = schemes.get(row.register)
            found = [] if scheme is None else list(_level(rows, scheme, row))
            yield from found
            if not found and row.until is None and (row.parent is None or len(rows.of(row.parent)) == 1):
                fine.add((row.register, row.level, row.parent))


def _level(rows: Histories, scheme: LevelScheme, row: Area) -> Iterator[Broken]:
    if row.level not in scheme.names:
        yield Broken(
            row.id, f"the scheme {scheme.name!r} has no level so called{near(row.level, scheme.names)}", row.level
        )
        return
    above = (None,) if row.parent is None else rows.of(row.parent)
    for parent in above:
        if parent is None or (
            isinstance(parent, Area) and overlapping(parent, row) and parent.register == row.register
        ):
            level = None if parent is None else parent.level
            if not scheme.may_hang(row.level, level):
                where = "stand at the top" if level is None else f"hang under a {level}"
                yield Broken(row.id, f"in the scheme {scheme.name!r} a {row.level} does not {where}", row.level)
                return


Kinds = tuple[type[Row], ...]
"""What a record may be."""

_AREA: Kinds = (Area,)
_BODY: Kinds = (Body,)
_UNIT: Kinds = (Area, Body)


def links(row: Row) -> Iterator[tuple[str, str, Kinds]]:
    """What a row rests on: the relation in words, the id, and what it must be."""
    for relation, target, kinds in _named(row):
        if target is not None:
            yield relation, target, kinds


def _named(row: Row) -> tuple[tuple[str, str | None, Kinds], ...]:
    match row:
        case Area():
            return (("hangs under the area", row.parent, _AREA),)
        case Body():
            return (("is attached to the area", row.area, _AREA), ("stands under the body", row.parent, _BODY))
        case Post():
            return (("belongs to the body", row.unit, _BODY),)
        case Appointment():
            return (("is for the post", row.post, (Post,)), ("is on behalf of the body", row.on_behalf_of, _BODY))
        case Affiliation():
            return (("leads to the unit", row.target, _UNIT), ("comes from the unit", row.source, _UNIT))
        case Site():
            walks = (("is walked to from the area", area, _AREA) for area, _ in row.walk)
            run_by, above = ("is run by the body", row.run_by, _BODY), ("belongs to the site", row.parent, (Site,))
            return (("stands in the area", row.area, _AREA), run_by, above, *walks)


def called(row: Row) -> str:
    """How a message calls a row."""
    if isinstance(row, (Area, Body, Site)):
        return f"{row.code} {row.name.zh}"
    if isinstance(row, Affiliation):
        return tie(row)
    return f"{row.name} of {row.unit}" if isinstance(row, Post) else f"{row.person} in {row.post}"


def _dangling(rows: Histories, ids: Iterable[str]) -> Iterator[Broken]:
    known: dict[str, tuple[Row, ...]] = {}  # siblings rest on the same record
    for id in ids:
        for row in rows.of(id):
            for relation, target, kind in links(row):
                history = known.get(target)
                if history is None:
                    history = known[target] = rows.of(target)
                gap = first_gap(history, kind, row.since, row.until)
                if gap is not None:
                    name = called(history[-1]) if history else target
                    what = f"{called(row)} (register {row.register!r}) {relation} {name}, which does not exist on {gap}"
                    yield Broken(id, f"{what}; give it another from that day, or end it first", target)
                    break


def first_gap(history: Iterable[Row], kinds: Kinds, since: date, until: date | None) -> date | None:
    """The first day between ``since`` and ``until`` on which there is no row of those kinds; None where there is none.

    Args:
        history: rows, ordered by since.
        kinds: what a row must be to count.
        since: the first day.
        until: the first day that is not asked about; None is for ever.
    """
    day = since
    for row in history:
        if isinstance(row, kinds) and row.since <= day:
            if row.until is None:
                return None
            day = max(day, row.until)
    return None if until is not None and day >= until else day


def _above(row: Row) -> str | None:
    return row.parent if isinstance(row, (Area, Body, Site)) else None


def _loops(rows: Histories, touched: Iterable[str]) -> Iterator[Broken]:
    """Cycles of the parent lines. Most registers have none even when all days are laid upon each other: ask that first."""
    sound: set[str] = set()
    hung = {parent for history in rows.laid.values() for row in history if (parent := _above(row)) is not None}
    for id in touched:
        # Most areas have nothing below them, not even themselves.
        if id in sound or (id not in hung and (rows.packed is None or rows.packed.parents.find(id) < 0)):
            continue
        if all(parent in sound for parent in _parents(rows, id)):
            sound.add(id)
            continue
        for suspect in dict.fromkeys(_suspects(rows, id, sound)):
            for row in rows.of(suspect):
                if _comes_back(rows, row, suspect, row.since, row.until, frozenset()):
                    yield Broken(suspect, f"{called(row)} stands under itself; give it another parent", suspect)
                    break


def _suspects(rows: Histories, start: str, sound: set[str]) -> Iterator[str]:
    """Walk up from ``start`` through the parents of all days; yields the ids met twice on the way."""
    stack: list[tuple[str, Iterator[str]]] = [(start, _parents(rows, start))]
    way = {start}
    while stack:
        id, parents = stack[-1]
        above = next((parent for parent in parents if parent not in sound), None)
        if above is None:
            stack.pop()
            way.discard(id)
            sound.add(id)
        elif above in way:
            yield above
        else:
            way.add(above)
            stack.append((above, _parents(rows, above)))


def _parents(rows: Histories, id: str) -> Iterator[str]:
    for row in rows.of(id):
        above = _above(row)
        if above is not None:
            yield above


def _comes_back(rows: Histories, row: Row, goal: str, since: date, until: date | None, passed: frozenset[str]) -> bool:
    """Whether the parent line of ``row`` meets ``goal`` again on some day between ``since`` and ``until``."""
    above = _above(row)
    if above is None or above in passed:
        return False
    for parent in rows.of(above):
        start = max(since, parent.since)
        ends = [end for end in (until, parent.until) if end is not None]
        end = min(ends) if ends else None
        if end is not None and start >= end:
            continue
        if above == goal or _comes_back(rows, parent, goal, start, end, passed | {above}):
            return True
    return False


def _shared(rows: Histories, touched: Mapping[str, object]) -> set[str]:
    """The codes that something touched bears and something else, too; most codes have one bearer."""
    borne: set[str] = set()
    shared: set[str] = set()
    for id in touched:
        own = {row.code for row in _coded(rows.of(id))}
        shared |= own & borne
        borne |= own
    others = chain(rows.laid.items(), rows.areas_bearing(borne))
    shared.update(
        row.code for id, history in others if id not in touched for row in _coded(history) if row.code in borne
    )
    return shared


def _codes(rows: Histories, touched: Mapping[str, object]) -> Iterator[Broken]:
    """Rivals for a code that something touched bears."""
    shared = _shared(rows, touched)
    bearers: defaultdict[tuple[str, str], list[Area | Body | Site]] = defaultdict(list)
    everything = chain(rows.laid.items(), rows.areas_bearing(shared)) if shared else ()
    for row in (row for _, history in everything for row in _coded(history)):
        if row.code in shared:
            bearers[row.register, row.code].append(row)
    for (register, code), found in bearers.items():
        for row, rival in _rivals(found, touched):
            reason = f"in register {register!r} the code is {_until(rival)}"
            yield Broken(row.id, f"{reason}; begin after that, or take another code", code)


def _identifiers(rows: Histories, touched: Mapping[str, object]) -> Iterator[Broken]:
    """Rivals for an identifier that something touched bears; no packed area bears one."""
    wanted = {one for id in touched for row in _units(rows.of(id)) for one in row.identifiers}
    bearers: defaultdict[Identifier, list[Area | Body]] = defaultdict(list)
    for row in (row for history in rows.laid.values() for row in _units(history)) if wanted else ():
        for one in wanted.intersection(row.identifiers):
            bearers[one].append(row)
    for (scheme, value), found in bearers.items():
        for row, rival in _rivals(found, touched):
            reason = f"in the scheme {scheme!r} the value is {_until(rival)}"
            yield Broken(row.id, f"{reason}; begin after that, or give it another", value)


def _rivals(found: list[C], touched: Mapping[str, object]) -> Iterator[tuple[C, C]]:
    """Of those that bear the same, each that does so while another one does, with that other one."""
    if len(found) == 1:
        return
    found.sort(key=lambda row: (row.since, row.id in touched))  # of two of one day the new one is to blame
    for i, row in enumerate(found):
        rival = next((other for other in found[:i] if other.id != row.id and overlapping(other, row)), None)
        if rival is not None:
            yield row, rival


def _until(rival: Area | Body | Site) -> str:
    return f"{f'until {rival.until}' if rival.until else 'still'} borne by {rival.id} {rival.name.zh}"


def _units(history: Iterable[Row]) -> Iterator[Area | Body]:
    return (row for row in history if isinstance(row, (Area, Body)))


def _coded(history: Iterable[Row]) -> Iterator[Area | Body | Site]:
    return (row for row in history if isinstance(row, (Area, Body, Site)))


def _seats(rows: Histories, touched: Iterable[str]) -> Iterator[Broken]:
    """Posts with too many holders, among those that something touched is or is for."""
    changed = [row for id in touched for row in rows.of(id) if isinstance(row, (Post, Appointment))]
    posts = {row.id if isinstance(row, Post) else row.post for row in changed}
    holders: defaultdict[str, list[Appointment]] = defaultdict(list)
    for row in (row for history in rows.laid.values() for row in history) if posts else ():
        if isinstance(row, Appointment) and row.kind != "acting" and row.post in posts:
            holders[row.post].append(row)
    for id, appointments in holders.items():
        days = sorted({row.since for row in (*appointments, *rows.of(id))})
        for post in rows.of(id):
            for day in days:
                at = [appointment for appointment in appointments if holds_on(appointment, day)]
                if isinstance(post, Post) and holds_on(post, day) and len(at) > post.seats:
                    yield _crowded(rows, post, len(at), day)
                    break


def _crowded(rows: Histories, post: Post, holders: int, day: date) -> Broken:
    seats = Text(f"{post.seats} seat{'s' if post.seats > 1 else ''}", f"{post.seats}席")
    unit = next((row.name for row in reversed(rows.of(post.unit)) if isinstance(row, Body)), Text.same(post.unit))
    text = _SENTENCES.say("seats", on=day, holders=holders, post=post.title, unit=unit, seats=seats)
    return Broken(post.id, text.en, str(holders), "seats", text)

"""Loading a file is a difference: what must change so that the register says what the document says.

Only records kept under the document's own register name are compared; other files' records are never touched.

**From when.** The document speaks from the *day* of loading; a document whose ``since`` is still to come speaks from
that day on. What is new begins on its own ``since``; without one it begins on its owner's (a post with its body, a
holder with their post; an affiliation
stands alone), at last on the document's ``since`` the first time this register is loaded, and on the *day*
every later time. What is missing ends on the *day*.

**The same thing.** Whoever bears the code on the day (for a thing of the past, on its last day; for one to come, on its
first) is the thing; where nobody does, whoever is planned to bear it next, brought forward. A code that comes back after
its bearer ended names a new thing.

**What became otherwise** does so on the *day*, or on the record's own ``since`` where that is later than the row it
replaces: a ``since`` that was there before is the day of founding and re-dates nothing. What was planned for later and is
not in the document any more is dropped. Where a record's facts agree, a ``since`` before its first row carries the first
row back, and one within its history carries the present row back to that day; a row is never shortened at its beginning,
because that would be a correction, which a file cannot order.

**How many changes.** Each record has a change of its own; of more than a thousand that begin, or become otherwise, one after the
other on one day, a single change tells.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import attrs

from civicflow.drafts import draft_of
from civicflow.errors import Fault, InvalidInput
from civicflow.hierarchy.changes import Act, Change
from civicflow.hierarchy.checking import at
from civicflow.hierarchy.columns import ListedRows
from civicflow.hierarchy.document import (
    Document,
    Listed,
    ListedAffiliation,
    ListedArea,
    ListedBody,
    ListedHolder,
    ListedPost,
    ListedSite,
    place_of,
)
from civicflow.hierarchy.integrity import Broken
from civicflow.hierarchy.kept import Kept
from civicflow.hierarchy.units import Affiliation, Appointment, Area, Body, Post, R, Row, Site, holds_on, same_facts
from civicflow.ids import IdSource, PersonId, PostId, UnitId

if TYPE_CHECKING:
    from civicflow.hierarchy.register import Register

_DAY = timedelta(days=1)

_OpenArea: Final = draft_of(Area)

_MANY = 1_000
"""Of more records that begin or become otherwise by one act on one day a single change tells."""

_BEGINS: Mapping[type[Row], Act] = MappingProxyType(
    {
        Area: "establish",
        Body: "establish",
        Post: "establish",
        Appointment: "appoint",
        Affiliation: "affiliate",
        Site: "establish",
    }
)
_ENDS: Mapping[type[Row], Act] = MappingProxyType(
    {
        Area: "dissolve",
        Body: "dissolve",
        Post: "dissolve",
        Appointment: "relieve",
        Affiliation: "part",
        Site: "dissolve",
    }
)


def differences(register: Register, document: Document, on: date, ids: IdSource) -> tuple[Change, ...]:
    """The changes that make ``register`` say what ``document`` says from ``on``; see the rules above.

    Raises:
        InvalidInput: if the document has faults of its own, names what no register has, or does not fit the rest.
    """
    if not document.judged:
        document.check()
    return _Loading(register, document, on, ids).changes()


def _codes(areas: Iterable[ListedArea]) -> Iterable[ListedArea]:
    """The areas, of which codes and days are looked at and nothing else."""
    return areas.unnamed() if isinstance(areas, ListedRows) else areas


def _open_area(**fields: object) -> Area:
    """An area of fields that were looked over when they were read; see `civicflow.drafts`."""
    made = _OpenArea(**fields)
    made.__class__ = Area
    return made  # type: ignore[no-any-return]  # it is one now


@attrs.frozen
class _Owner:
    """What a listed record belongs to: from when it brings its own along, whether it is new, and when it ends."""

    since: date
    new: bool
    until: date | None = None


class _Loading:
    def __init__(self, register: Register, document: Document, on: date, ids: IdSource) -> None:
        self.register, self.document, self.ids = register, document, ids
        self.day = max(on, document.since or on)
        self.own = Kept(register.rows, document.register)
        self.fresh = not self.own
        founding = (document.since or self.day) if self.fresh else self.day
        self.top = _Owner(founding, new=True)
        self.owners: dict[_Owner, _Owner] = {}
        self.places: dict[str, Listed] = {}
        self.faults: list[Fault] = []
        self.out: list[Change] = []
        self.alike: list[Row] = []
        self.act: Act = "establish"
        self.units: dict[str, UnitId] = {}
        self.sites: dict[str, str] = {}

    def changes(self) -> tuple[Change, ...]:
        self._adopt()
        self._elsewhere()
        starts: dict[str, _Owner] = {}  # of those that do not begin as most of them do
        usual: _Owner | None = None
        everything: Iterator[ListedArea | ListedBody] = chain(_codes(self.document.areas), self.document.bodies)
        for listed in everything:
            key = (Area if isinstance(listed, ListedArea) else Body, listed.code)
            id, start = self._identify(listed, key, self.top, "unit")
            self.units[listed.code] = UnitId(id)
            usual = usual or start
            if start is not usual:
                starts[listed.code] = start
        for area in self.document.areas:
            self._settle(self._area(area, starts.get(area.code, usual or self.top)), area)
        for body in self.document.bodies:
            start = starts.get(body.code, usual or self.top)
            self._settle(self._body(body, start), body)
            for post in body.posts:
                self._post(post, self.units[body.code], start)
        for tie in self.document.affiliations:
            self._affiliation(tie)
        for site in self.document.sites:
            self.sites[site.code], starts[site.code] = self._identify(site, (Site, site.code), self.top, "site")
        for site in self.document.sites:
            self._settle(self._site(site, starts[site.code]), site)
        for id in self.own.unnamed() if not self.document.partial else ():
            self._end(id, self.day)
        self._flush()
        changes = tuple(self.out)
        self._fits(changes)
        return changes

    # --- who is who --------------------------------------------------------------------------------------------

    def _adopt(self) -> None:
        """The scheme and the own kinds of bodies, where they are new or otherwise."""
        scheme, name = self.document.scheme, self.document.register
        kinds = tuple(kind for kind in self.document.kinds if self.register.kinds.get(kind.name) != kind)
        changed = self.register.schemes.get(name) != scheme
        if changed or kinds:
            adopted = scheme if changed else None
            self.out.append(Change(act="adopt", on=self.top.since, register=name, scheme=adopted, kinds=kinds))

    def _elsewhere(self) -> None:
        for code in self.document.elsewhere:
            found = {
                row.id
                for id, rows in self.register.rows.items()
                if id not in self.own
                for row in rows
                if isinstance(row, (Area, Body, Site)) and row.code == code and holds_on(row, self.day)
            }
            if len(found) == 1:
                id = found.pop()
                if isinstance(self.register.rows[id][-1], Site):
                    self.sites[code] = id
                else:
                    self.units[code] = UnitId(id)
                continue
            reason = "several registers have it; give each a code of its own" if found else "no other register has it"
            place = self.document.places.get("elsewhere")
            self.faults.append(
                Fault(
                    reason=f"{reason} (on {self.day})",
                    value=code,
                    source=self.document.source,
                    line=place.line if place else 0,
                    column=place.column if place else 0,
                    path="elsewhere",
                )
            )

    def _identify(self, listed: Listed, key: tuple[object, ...], owner: _Owner, what: str) -> tuple[str, _Owner]:
        """The id of a listed record, known or new, and what it is to the records that belong to it."""
        until = listed.until or owner.until
        if until is None and self.fresh and owner is self.top and isinstance(listed, (ListedArea, ListedBody)):
            begun = _Owner(listed.since or owner.since, new=True)  # everything is new, as on a first load
            return self.ids(what), self.owners.setdefault(begun, begun)
        bearers = self.own.bearers(key)
        bearer, in_force = self._bearer(bearers, self._moment(listed.since, until), until) if bearers else (None, False)
        since = listed.since or (owner.since if owner.new else self.day)
        if bearer is not None and in_force:
            since = bearer.since
        elif until is not None and until <= since:
            reason = f"until is the first day on which it no longer holds, after its beginning on {since}"
            self.faults.append(at(self.document.source, place_of(listed, "until"), reason, until))
            until = None
        id = bearer.id if bearer is not None else self.ids(what)
        if bearer is not None:
            self.own.name(id)
        if not isinstance(listed, (ListedArea, ListedBody)):
            self.places[id] = listed
        owner = _Owner(since, not in_force, until)
        return id, self.owners.setdefault(owner, owner)

    def _bearer(self, rows: list[Row], moment: date, until: date | None) -> tuple[Row | None, bool]:
        """Who bears a code at that moment, or is the next to bear it; and whether they bear it already."""
        for row in rows:
            if holds_on(row, moment):
                return row, True
        later = (row for row in rows if row.since > moment and (until is None or row.since < until))
        return next(later, None), False

    def _moment(self, since: date | None, until: date | None) -> date:
        """The day on which a listed record is looked for."""
        now = max(self.day, since or self.day)
        return now if until is None else min(now, until - _DAY)

    # --- what the document wants -------------------------------------------------------------------------------

    def _area(self, listed: ListedArea, span: _Owner) -> Area:
        # What is not open is looked over once more.
        new_area = _open_area if span.until is None else Area
        return new_area(
            id=self.units[listed.code],
            code=listed.code,
            name=listed.name,
            level=listed.level,
            parent=self._unit(listed.parent),
            aliases=listed.aliases,
            identifiers=listed.identifiers,
            since=span.since,
            until=span.until,
            register=self.document.register,
        )

    def _body(self, listed: ListedBody, span: _Owner) -> Body:
        return Body(
            id=self.units[listed.code],
            code=listed.code,
            name=listed.name,
            kind=listed.kind,
            area=self._unit(listed.area),
            parent=self._unit(listed.parent),
            aliases=listed.aliases,
            identifiers=listed.identifiers,
            since=span.since,
            until=span.until,
            register=self.document.register,
        )

    def _post(self, listed: ListedPost, body: UnitId, owner: _Owner) -> None:
        id, span = self._identify(listed, (Post, body, listed.name), owner, "post")
        post = Post(
            id=PostId(id),
            name=listed.name,
            unit=body,
            title=listed.title,
            seats=listed.seats,
            since=span.since,
            until=span.until,
            register=self.document.register,
        )
        self._settle(post, listed)
        for holder in listed.holders:
            self._holder(holder, post.id, span)

    def _holder(self, listed: ListedHolder, post: PostId, owner: _Owner) -> None:
        id, span = self._identify(listed, (Appointment, post, listed.person), owner, "appointment")
        appointment = Appointment(
            id=id,
            person=PersonId(listed.person),
            post=post,
            kind=listed.kind,
            on_behalf_of=self._unit(listed.on_behalf_of),
            since=span.since,
            until=span.until,
            register=self.document.register,
        )
        self._settle(appointment, listed)

    def _affiliation(self, listed: ListedAffiliation) -> None:
        source, target = self._unit(listed.source), self.units.get(listed.target, UnitId(listed.target))
        key = (Affiliation, listed.kind, source, listed.person, target)
        id, span = self._identify(listed, key, self.top, "affiliation")
        affiliation = Affiliation(
            id=id,
            kind=listed.kind,
            source=source,
            person=None if listed.person is None else PersonId(listed.person),
            target=target,
            reference=listed.reference,
            since=span.since,
            until=span.until,
            register=self.document.register,
        )
        self._settle(affiliation, listed)

    def _site(self, listed: ListedSite, span: _Owner) -> Site:
        return Site(
            id=self.sites[listed.code],
            code=listed.code,
            name=listed.name,
            kind=listed.kind,
            area=self.units.get(listed.area, UnitId(listed.area)),
            run_by=self._unit(listed.run_by),
            parent=None if listed.parent is None else self.sites.get(listed.parent, listed.parent),
            services=listed.services,
            hours=listed.hours,
            walk=tuple((self.units.get(code, UnitId(code)), minutes) for code, minutes in listed.walk),
            since=span.since,
            until=span.until,
            register=self.document.register,
        )

    def _unit(self, code: str | None) -> UnitId | None:
        # A code that could not be found elsewhere was reported; the id stands in until the error is raised.
        return None if code is None else self.units.get(code, UnitId(code))

    # --- from what is to what shall be -------------------------------------------------------------------------

    def _settle(self, want: R, listed: Listed) -> None:
        rows = self.own.of(want.id)
        if not rows:
            self._put(_BEGINS[type(want)], want)
            return
        for row in self._moves(rows, want, listed.since):
            self._put("adjust", row)
        last = rows[-1].until
        if want.until is not None and (last is None or last > want.until):
            self._end(want.id, want.until)

    def _moves(self, rows: tuple[Row, ...], want: Row, stated: date | None) -> Iterator[Row]:
        """The rows to be laid over a known record; see "what became otherwise" above."""
        moment = self._moment(stated, want.until)
        first, now = rows[0], next((row for row in rows if holds_on(row, moment)), None)
        if now is None:  # it was to begin later, and is brought forward
            yield want
            return
        if not same_facts(now, want):
            if stated is not None and (stated > self.day or stated > now.since):
                start = stated
            else:
                start = now.since if moment < self.day else self.day
            yield attrs.evolve(want, since=start)
        elif now.until is not None and (want.until is None or now.until < want.until):
            yield attrs.evolve(want, since=moment)
        elif stated is not None and first.since < stated < now.since:
            yield attrs.evolve(want, since=stated)
        if stated is not None and stated < first.since:
            yield attrs.evolve(first, since=stated, until=first.since)

    def _put(self, act: Act, row: Row) -> None:
        if self.alike and (act != self.act or row.since != self.alike[0].since):
            self._flush()
        self.act = act
        self.alike.append(row)

    def _flush(self) -> None:
        """What was put one after the other by one act on one day: a change each, or where they are very many one change."""
        rows, self.alike = self.alike, []
        for some in [tuple(rows)] if len(rows) > _MANY else [(row,) for row in rows]:
            self.out.append(Change(act=self.act, on=some[0].since, register=self.document.register, rows=some))

    def _end(self, id: str, day: date) -> None:
        self._flush()
        last = self.own.of(id)[-1]
        if last.until is None or last.until > day:
            self.out.append(Change(act=_ENDS[type(last)], on=day, register=self.document.register, ends=(id,)))

    # --- does it fit -------------------------------------------------------------------------------------------

    def _fits(self, changes: tuple[Change, ...]) -> None:
        if not self.document.elsewhere:
            self.units.clear()  # of very many areas it is large, and nobody asks any more
        found = self.register.broken_by(changes) if changes and not self.faults else []
        if found:
            self._locate(found, changes)
        for one in found:
            self._fault(one)
        for listed in self.document.areas if self.document.elsewhere and not self.faults else ():
            self._level(listed)
        if self.faults:
            source = self.document.source or self.document.register
            msg = f"{source} does not fit the register; nothing was loaded"
            raise InvalidInput(msg, self.faults)

    def _locate(self, found: Iterable[Broken], changes: Iterable[Change]) -> None:
        """Where the units stand in the file that break a rule."""
        everything: Iterator[ListedArea | ListedBody] = chain(self.document.areas, self.document.bodies)
        listed = {one.code: one for one in everything}
        codes: dict[str, str] = {
            row.id: row.code for change in changes for row in change.rows if isinstance(row, (Area, Body))
        }
        for id in {one.id for one in found} - self.places.keys():
            known = next((row.code for row in reversed(self.own.of(id)) if isinstance(row, (Area, Body))), "")
            one = listed.get(codes.get(id, known))
            if one is not None:
                self.places[id] = one

    def _fault(self, found: Broken) -> None:
        listed, source = self.places.get(found.id), self.document.source
        if listed is None:
            fault = Fault(reason=found.reason, value=found.value, source=source, path=found.id)
        else:
            fault = at(source, place_of(listed), found.reason, found.value)
        self.faults.append(attrs.evolve(fault, rule=found.rule, text=found.text))

    def _level(self, listed: ListedArea) -> None:
        """The level of a parent that another register keeps; those of this file were checked when it was read."""
        if listed.parent is None or listed.parent not in self.document.elsewhere:
            return
        level = next(
            row.level
            for row in self.register.rows[self.units[listed.parent]]
            if isinstance(row, Area) and holds_on(row, self.day)
        )
        if not self.document.scheme.may_hang(listed.level, level):
            reason = f"in the scheme {self.document.scheme.name!r} a {listed.level} does not hang under a {level}"
            self.faults.append(at(self.document.source, place_of(listed, "parent"), reason, listed.parent))

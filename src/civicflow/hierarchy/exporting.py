"""Writing a register file: what a register keeps under one name, as of a day, for `civicflow.hierarchy.importing` to read again.

A document is written line by line, so that a file of any size is never in memory as a text. YAML is written up to the size to which
it is read. A table brings areas only, and no former or later names: what it cannot say is refused, not left out in silence.
"""

from __future__ import annotations

import csv
import io
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from itertools import chain
from typing import Any

from civicflow.errors import InvalidInput
from civicflow.hierarchy.document import (
    Document,
    ListedAffiliation,
    ListedArea,
    ListedBody,
    ListedHolder,
    ListedPost,
    ListedSite,
)
from civicflow.hierarchy.importing import Format
from civicflow.hierarchy.presets import PRESETS
from civicflow.hierarchy.register import Register
from civicflow.hierarchy.scheme import LevelScheme
from civicflow.hierarchy.units import Affiliation, Appointment, Area, Body, Post, Site
from civicflow.markup import YAML_BOUNDS
from civicflow.texts import Text

_COLUMNS = ("code", "name", "level", "parent", "since")


def document_of(register: Register, name: str, on: date) -> Document:
    """What a register keeps under the name of a file on a day: loaded again from that day, it changes nothing.

    Args:
        register: the whole history.
        name: the name of the register file, as its ``register:`` says it.
        on: the day.

    Raises:
        InvalidInput: the register keeps nothing under that name.
    """
    if name not in register.schemes:
        known = ", ".join(register.schemes) or "none"
        msg = f"nothing was loaded under the name {name!r}; there is {known}"
        raise InvalidInput(msg)
    return _Listing(register, name, on).document()


class _Listing:
    """Turns the rows in force on a day back into what a file lists."""

    def __init__(self, register: Register, name: str, on: date) -> None:
        self.register, self.name, self.chart = register, name, register.chart(on)
        loose, _ = register.rows.on(on)
        self.own = [row for row in loose if row.register == name]
        self.posts: defaultdict[str, list[Post]] = defaultdict(list)
        self.held: defaultdict[str, list[Appointment]] = defaultdict(list)
        for row in self.own:
            if isinstance(row, Post):
                self.posts[row.unit].append(row)
            elif isinstance(row, Appointment):
                self.held[row.post].append(row)
        self.elsewhere: dict[str, None] = {}

    def document(self) -> Document:
        areas = tuple(self._area(area) for area in self.chart.ground.areas() if area.register == self.name)
        bodies = tuple(self._body(row) for row in self.own if isinstance(row, Body))
        ties = tuple(self._tie(row) for row in self.own if isinstance(row, Affiliation))
        sites = tuple(self._site(row) for row in self.own if isinstance(row, Site))
        kinds = self.register.kinds
        used = dict.fromkeys([*(body.kind for body in bodies), *(site.kind for site in sites)])
        return Document(
            register=self.name,
            scheme=self.register.schemes[self.name],
            areas=areas,
            bodies=bodies,
            affiliations=ties,
            sites=sites,
            kinds=tuple(kinds[kind] for kind in used if kind in kinds),
            elsewhere=tuple(self.elsewhere),
            source=self.name,
        )

    def _code(self, unit: str | None) -> str | None:
        """The code of a unit; one that another file keeps is built upon."""
        if unit is None:
            return None
        found = self.chart.unit(unit)
        if found.register != self.name:
            self.elsewhere[found.code] = None
        return found.code

    def _area(self, area: Area) -> ListedArea:
        return ListedArea(
            code=area.code,
            name=area.name,
            level=area.level,
            parent=self._code(area.parent),
            since=area.since,
            until=area.until,
            aliases=area.aliases,
            identifiers=area.identifiers,
        )

    def _body(self, body: Body) -> ListedBody:
        return ListedBody(
            code=body.code,
            name=body.name,
            kind=body.kind,
            area=self._code(body.area),
            parent=self._code(body.parent),
            since=body.since,
            until=body.until,
            aliases=body.aliases,
            identifiers=body.identifiers,
            posts=tuple(map(self._post, self.posts[body.id])),
        )

    def _post(self, post: Post) -> ListedPost:
        holders = tuple(
            ListedHolder(
                person=held.person,
                kind=held.kind,
                on_behalf_of=self._code(held.on_behalf_of),
                since=held.since,
                until=held.until,
            )
            for held in self.held[post.id]
        )
        return ListedPost(
            name=post.name, title=post.title, seats=post.seats, holders=holders, since=post.since, until=post.until
        )

    def _tie(self, tie: Affiliation) -> ListedAffiliation:
        target = self._code(tie.target)
        assert target is not None
        return ListedAffiliation(
            kind=tie.kind,
            target=target,
            source=self._code(tie.source),
            person=tie.person,
            reference=tie.reference,
            since=tie.since,
            until=tie.until,
        )

    def _site(self, site: Site) -> ListedSite:
        area = self._code(site.area)
        assert area is not None
        return ListedSite(
            code=site.code,
            name=site.name,
            kind=site.kind,
            area=area,
            run_by=self._code(site.run_by),
            parent=self._above(site.parent),
            services=site.services,
            hours=site.hours,
            walk=tuple((str(self._code(unit)), minutes) for unit, minutes in site.walk),
            since=site.since,
            until=site.until,
        )

    def _above(self, site: str | None) -> str | None:
        """The code of a site; one that another file keeps is built upon."""
        if site is None:
            return None
        found = self.chart.site(site)
        if found.register != self.name:
            self.elsewhere[found.code] = None
        return found.code


def write(document: Document, format: Format) -> Iterator[str]:
    """The lines of a file that says what a document says.

    >>> from civicflow.hierarchy.presets import GENERIC
    >>> city = ListedArea(code="1", name="Lakeside | 湖滨市", level="city")
    >>> print("".join(write(Document(register="lake", scheme=GENERIC, areas=(city,)), "csv")), end="")
    code,name,level,parent,since
    1,Lakeside | 湖滨市,city,,

    Args:
        document: what is to be said.
        format: how it is written. A table needs to be told its register and its scheme when it is read again.

    Raises:
        InvalidInput: a table cannot say it, or as YAML it would be too large to be read again.
    """
    if format == "csv":
        return _table(document)
    parts = _parts(document)
    return _json(parts) if format == "json" else _bounded(_yaml(parts))


def _table(document: Document) -> Iterator[str]:
    beyond = len(document.bodies) + len(document.affiliations) + len(document.sites) + len(document.elsewhere)
    beyond += sum(bool(area.until or area.aliases) for area in document.areas)
    if beyond or document.since:
        msg = f"a table brings areas only, each from a day on; {beyond} records say more: write JSON, or leave them out"
        raise InvalidInput(msg)
    schemes = sorted({identifier.scheme for area in document.areas for identifier in area.identifiers})
    return _lines(
        (*_COLUMNS, *(f"identifier:{scheme}" for scheme in schemes)), (_row(area, schemes) for area in document.areas)
    )


def _row(area: ListedArea, schemes: Iterable[str]) -> tuple[str, ...]:
    codes = dict(area.identifiers)
    named = (area.code, _named(area.name), area.level, area.parent or "", _day(area.since) or "")
    return (*named, *(codes.get(scheme, "") for scheme in schemes))


def _lines(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    for row in chain((head,), rows):
        writer.writerow(row)
        yield out.getvalue()
        out.seek(0)
        out.truncate()


def _parts(document: Document) -> Iterator[tuple[str, Any]]:
    """The keys of a file with their values; of the long lists, what makes them."""
    yield "register", document.register
    yield "scheme", _scheme(document.scheme)
    if document.since is not None:
        yield "since", _day(document.since)
    if document.kinds:
        yield "kinds", {kind.name: {"text": str(kind.text), "answers": kind.answers} for kind in document.kinds}
    if document.elsewhere:
        yield "elsewhere", list(document.elsewhere)
    yield (
        "areas",
        (_record(area, ("code", "name", "level", "parent", "aliases", "identifiers")) for area in document.areas),
    )
    yield "bodies", map(_body, document.bodies)
    fields = ("kind", "source", "person", "target", "reference")
    yield "affiliations", (_record(tie, fields) for tie in document.affiliations)
    yield "sites", map(_site, document.sites)


def _scheme(scheme: LevelScheme) -> str | dict[str, Any]:
    """A preset by its name; any other written out."""
    if PRESETS.get(scheme.name) == scheme:
        return scheme.name
    levels = {
        one.name: {"text": str(one.text), "under": list(one.under), **({"top": True} if one.top else {})}
        for one in scheme.levels
    }
    requires: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for rule in scheme.requires:
        requires[rule.level].append(
            {field: value for field, value in rule.to_builtins().items() if field != "level" and value}
        )
    incompatible = [{**rule.to_builtins(), "why": str(rule.why)} for rule in scheme.incompatible]
    rules = {"requires": dict(requires), "incompatible": incompatible}
    return {"name": scheme.name, "levels": levels, **{field: value for field, value in rules.items() if value}}


def _record(
    listed: ListedArea | ListedBody | ListedHolder | ListedAffiliation | ListedSite, fields: Iterable[str]
) -> dict[str, Any]:
    """A record without what is empty."""
    data: dict[str, Any] = {}
    for field in (*fields, "since", "until"):
        value = getattr(listed, field)
        if isinstance(value, Text):
            value = _named(value)
        elif isinstance(value, date):
            value = _day(value)
        elif field == "identifiers":
            value = dict(value)
        if value not in (None, "", (), {}):
            data[field] = list(value) if isinstance(value, tuple) else value
    return data


def _body(body: ListedBody) -> dict[str, Any]:
    data = _record(body, ("code", "name", "kind", "area", "parent", "aliases", "identifiers"))
    if body.posts:
        data["posts"] = {post.name: _post(post) for post in body.posts}
    return data


def _site(site: ListedSite) -> dict[str, Any]:
    data = _record(site, ("code", "name", "kind", "area", "run_by", "parent", "services", "hours"))
    if site.walk:
        data["walk"] = dict(site.walk)
    return data


def _post(post: ListedPost) -> dict[str, Any]:
    holders = [_record(holder, ("person", "kind", "on_behalf_of")) for holder in post.holders]
    spans: Mapping[str, date | None] = {"since": post.since, "until": post.until}
    dated = {field: _day(day) for field, day in spans.items() if day is not None}
    return {"title": _named(post.title), "seats": post.seats, **({"holders": holders} if holders else {}), **dated}


def _named(name: Text) -> str:
    """A name as `civicflow.hierarchy.units.as_name` reads it."""
    return name.zh if name.en == name.zh and "|" not in name.zh else str(name)


def _day(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _json(parts: Iterable[tuple[str, Any]]) -> Iterator[str]:
    before = "{\n"
    for key, value in parts:
        yield f"{before}{_word(key)}: "
        before = ",\n"
        if isinstance(value, (str, dict, list)):
            yield _word(value)
        else:
            between = "[\n"
            for record in value:
                yield f"{between}{_word(record)}"
                between = ",\n"
            yield "[]" if between == "[\n" else "]"
    yield "\n}\n"


def _yaml(parts: Iterable[tuple[str, Any]]) -> Iterator[str]:
    """YAML 1.2 takes JSON as it is: a key a line, a record a line."""
    for key, value in parts:
        if isinstance(value, (str, dict, list)):
            yield f"{key}: {_word(value)}\n"
        else:
            begun = False
            for record in value:
                yield f"- {_word(record)}\n" if begun else f"{key}:\n- {_word(record)}\n"
                begun = True


def _word(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _bounded(lines: Iterable[str]) -> Iterator[str]:
    """The lines, all of them made first, if they are not more than is read again."""
    kept, size = [], 0
    for line in lines:
        size += len(line.encode())
        if size > YAML_BOUNDS.size:
            limit = f"{YAML_BOUNDS.size:,}"
            msg = f"YAML is read up to {limit} bytes, because PyYAML takes a minute or more for 100,000 records; write JSON or CSV"
            raise InvalidInput(msg)
        kept.append(line)
    return iter(kept)

"""What a register file must keep to, as far as the file alone can show it.

1. A code names one thing. 2. Every parent, area and kind that is named exists, in the file or declared as kept
elsewhere. 3. A level hangs only under the levels of its scheme. 4. Nothing stands under itself. 5. An end comes after
its beginning. 6. A post is named once in its body, and has no more holders than seats on any day. 7. An affiliation is of
a known kind and joins two ends that exist, once at a time. 8. A site is of a known kind and stands in an area that exists.

Each fault is reported once: what follows from a fault already reported is counted under it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date
from typing import TypeVar

import attrs

from civicflow.errors import Fault, InvalidInput
from civicflow.hierarchy.affiliations import AFFILIATIONS
from civicflow.hierarchy.columns import ListedRows
from civicflow.hierarchy.consequences import Judged, Missing, Owner, Unread, weighed
from civicflow.hierarchy.document import (
    Document,
    Listed,
    ListedAffiliation,
    ListedArea,
    ListedBody,
    ListedHolder,
    ListedPost,
    ListedSite,
    Place,
    place_of,
)
from civicflow.hierarchy.kinds import KINDS, SITE_KINDS
from civicflow.hierarchy.scheme import near

L = TypeVar("L", ListedArea, ListedBody)
Dated = ListedHolder | ListedAffiliation


_FEW = 5_000
"""Up to so many codes are all compared with one that is not found; of more, those that begin alike."""


def faults_of(document: Document) -> Iterator[Fault]:
    """Every fault of a document, in its own order."""
    yield from judged(_closely(document), Unread()).faults


def _closely(document: Document) -> Document:
    """The document with records that keep their identity, by which they are told to be at fault."""
    if isinstance(document.areas, ListedRows):
        return attrs.evolve(document, areas=tuple(document.areas))
    return document


def judged(document: Document, unread: Unread) -> Judged:
    """Every fault of what was read and of what could not be, each with the number of records that rest on it."""
    check = _Check(document, unread)
    found = list(check.faults())
    return weighed(document, unread, found, check.culprits, check.missing)


class _Check:
    def __init__(self, document: Document, unread: Unread) -> None:
        self.document = document
        self.silent = {*unread.codes, *document.elsewhere}
        self.culprits: dict[int, Fault] = {}  # by the identity of the record: a code may stand twice
        self.missing: dict[tuple[str, str], Missing] = {}
        self.hints: dict[str, str] = {}
        self.owner: Owner
        self.sorted: list[str] = []
        self.areas = _first(document.areas)
        self.bodies = _first(document.bodies)
        self.sites = {site.code: site for site in document.sites}
        self.levels = set(document.scheme.names)
        self.kinds = {*KINDS, *(kind.name for kind in document.kinds)}
        self.site_kinds = {*SITE_KINDS, *(kind.name for kind in document.kinds)}
        self.allowed: set[tuple[str, str | None]] = {
            (one.name, over) for one in document.scheme.levels for over in one.under
        }
        self.allowed.update((one.name, None) for one in document.scheme.levels if one.top or not one.under)

    def faults(self) -> Iterator[Fault]:
        yield from self._twice()
        looped = self._loops()
        yield from dict.fromkeys(looped.values())
        for area in self.document.areas:
            if area.code in looped:
                self.culprits.setdefault(id(area), looped[area.code])
            elif self._is_sound(area):
                continue
            yield from self._blamed(area, self._area(area, in_loop=area.code in looped))
        for body in self.document.bodies:
            if body.code in looped:
                self.culprits.setdefault(id(body), looped[body.code])
            yield from self._blamed(body, self._body(body))
        seen: defaultdict[tuple[str | None, ...], list[ListedAffiliation]] = defaultdict(list)
        for tie in self.document.affiliations:
            yield from self._blamed(tie, self._affiliation(tie, seen[tie.kind, tie.source, tie.person, tie.target]))

        for site in self.document.sites:
            yield from self._blamed(site, self._site(site))

    def _site(self, site: ListedSite) -> Iterator[Fault]:
        yield from self._span(site)
        if site.kind not in self.site_kinds:
            hint = near(site.kind, self.site_kinds) or "; explain an own kind under `kinds:`"
            yield self._fault(site, "kind", f"there is no such kind of site{hint}", site.kind)
        yield from self._named(site, "area", site.area, "area", self.areas)
        yield from self._named(site, "run_by", site.run_by, "body", self.bodies)
        for code, _ in site.walk:
            yield from self._named(site, "walk", code, "area", self.areas)
        if site.parent is not None and site.parent not in self.sites and site.parent not in self.silent:
            hint = (
                near(site.parent, self.sites) or "; list it, or name it under `elsewhere:` if another register keeps it"
            )
            yield self._fault(site, "parent", f"there is no such site{hint}", site.parent)

    def _is_sound(self, area: ListedArea) -> bool:
        """Whether an area is one of the many with which nothing is wrong; the others are looked at closely."""
        if area.until is not None:
            return False
        if area.parent is None:
            return (area.level, None) in self.allowed
        above = self.areas.get(area.parent)
        return above is not None and (area.level, above.level) in self.allowed

    def _blamed(self, listed: Owner, faults: Iterable[Fault]) -> Iterator[Fault]:
        """The faults of a record; while they are looked for it is the owner of what is missing."""
        self.owner = listed
        for fault in faults:
            self.culprits.setdefault(id(listed), fault)
            yield fault

    def _affiliation(self, tie: ListedAffiliation, alike: list[ListedAffiliation]) -> Iterator[Fault]:
        start = self.document.since or date.min
        yield from self._span(tie)
        if tie.kind not in AFFILIATIONS:
            hint = near(tie.kind, AFFILIATIONS) or f"; there are {', '.join(AFFILIATIONS)}"
            yield self._fault(tie, "kind", f"there is no such kind of affiliation{hint}", tie.kind)
        for field, code in (("source", tie.source), ("target", tie.target)):
            yield from self._unit(tie, field, code)
        if any(_meet(other, tie, start) for other in alike):
            yield self._fault(tie, "", "this affiliation stands above already; say it once", tie.kind)
        alike.append(tie)

    def _unit(self, listed: Listed, field: str, code: str | None) -> Iterator[Fault]:
        if code is None or code in self.areas or code in self.bodies or code in self.silent:
            return
        hint = self._hint(code, (*self.areas, *self.bodies))
        hint = hint or "; list it, or name it under `elsewhere:` if another register keeps it"
        yield self._fault(listed, field, f"there is no such area or body{hint}", code)

    def _fault(self, listed: Listed, field: str, reason: str, value: object = "") -> Fault:
        return at(self.document.source, place_of(listed, field), reason, value)

    def _twice(self) -> Iterator[Fault]:
        document = self.document
        everything: tuple[ListedArea | ListedBody | ListedSite, ...] = (*document.bodies, *document.sites)
        codes = self.areas.keys() | self.bodies.keys() | self.sites.keys()
        if len(codes) == len(document.areas) + len(everything):
            return
        first: dict[str, ListedArea | ListedBody | ListedSite] = {}
        everything = (*document.areas, *everything)
        for listed in everything:
            known = first.setdefault(listed.code, listed)
            if known is not listed:
                place = place_of(known, "code")
                where = f"on line {place.line}" if place.line else f"for {known.name.zh}"
                fault = self._fault(listed, "code", f"the code stands {where} already; give one another", listed.code)
                yield from self._blamed(listed, (fault,))

    def _loops(self) -> dict[str, Fault]:
        """The fault of each cycle, under the codes that are in it."""
        found: dict[str, Fault] = {}
        lines: tuple[dict[str, ListedArea] | dict[str, ListedBody], ...] = (self.areas, self.bodies)
        for listed in lines:
            sound: set[str] = set()
            parents = {one.parent for one in listed.values()}
            for code in listed:
                if code not in parents:  # under which nothing hangs, not even itself
                    continue
                way: list[str] = []
                above: str | None = code
                while above is not None and above in listed and above not in sound and above not in way:
                    way.append(above)
                    above = listed[above].parent
                if above in way:
                    loop = way[way.index(above) :]
                    value = " under ".join([*loop, loop[0]])
                    reason = "this stands under itself; give one of them another parent"
                    fault = self._fault(listed[loop[0]], "parent", reason, value)
                    found.update(dict.fromkeys(loop, fault))
                sound.update(way)
        return found

    def _area(self, area: ListedArea, *, in_loop: bool) -> Iterator[Fault]:
        yield from self._span(area)
        scheme = self.document.scheme
        if area.level not in self.levels:
            hint = self._hint(area.level, self.levels) or f"; it has {', '.join(scheme.names)}"
            reason = f"the scheme {scheme.name!r} has no such level{hint}"
            yield self._fault(area, "level", reason, area.level)
        yield from self._named(area, "parent", area.parent, "area", self.areas)
        if in_loop or area.level not in self.levels:
            return
        above = self.areas.get(area.parent) if area.parent is not None else None
        if area.parent is None:
            if not scheme.may_hang(area.level, None):
                over = " or ".join(scheme.level(area.level).under)
                yield self._fault(area, "level", f"this level needs a parent, a {over}", area.level)
        elif above is not None and above.level in self.levels and not scheme.may_hang(area.level, above.level):
            over = " or ".join(scheme.level(area.level).under) or "nothing"
            reason = f"in the scheme {scheme.name!r} a {area.level} hangs under {over}, not under a {above.level}"
            yield self._fault(area, "parent", reason, area.parent)

    def _body(self, body: ListedBody) -> Iterator[Fault]:
        yield from self._span(body)
        if body.kind not in self.kinds:
            hint = near(body.kind, self.kinds) or "; explain an own kind under `kinds:`"
            yield self._fault(body, "kind", f"there is no such kind of body{hint}", body.kind)
        yield from self._named(body, "area", body.area, "area", self.areas)
        yield from self._named(body, "parent", body.parent, "body", self.bodies)
        if body.area is None and body.parent is None:
            yield self._fault(body, "code", "a body needs an area, or a parent body whose area it shares", body.code)
        names: set[str] = set()
        for post in body.posts:
            if post.name in names:
                yield self._fault(post, "", "the body has this post already; give it more seats instead", post.name)
            names.add(post.name)
            yield from self._post(body, post)

    def _post(self, body: ListedBody, post: ListedPost) -> Iterator[Fault]:
        yield from self._span(post)
        for holder in post.holders:
            yield from self._span(holder)
            yield from self._named(holder, "on_behalf_of", holder.on_behalf_of, "body", self.bodies)
        start = post.since or body.since or self.document.since or date.min
        seen: list[ListedHolder] = []
        taking = [holder for holder in post.holders if holder.kind != "acting"]
        for holder in post.holders:
            if any(other.person == holder.person and _meet(other, holder, start) for other in seen):
                reason = f"this person holds {post.name} already; name everyone once at a time"
                yield self._fault(holder, "person", reason, holder.person)
            seen.append(holder)
        for holder in taking:
            day = holder.since or start
            at_once = [other for other in taking if _covers(other, day, start)]
            if len(at_once) > post.seats:
                reason = f"{len(at_once)} hold this post at once, which has {_seats(post.seats)}; add seats or an end"
                yield self._fault(post, "holders", reason, post.name)
                break

    def _span(self, listed: Listed) -> Iterator[Fault]:
        since = listed.since or self.document.since
        if listed.until is not None and since is not None and listed.until <= since:
            reason = f"until is the first day on which it no longer holds, after since {since}"
            yield self._fault(listed, "until", reason, listed.until)

    def _named(
        self,
        listed: Listed,
        field: str,
        code: str | None,
        what: str,
        known: dict[str, ListedArea] | dict[str, ListedBody],
    ) -> Iterator[Fault]:
        if code is None or code in known or code in self.silent:
            return
        other = self.bodies if what == "area" else self.areas
        if code in other:
            reason = "this is a body, not an area" if what == "area" else "this is an area, not a body"
        else:
            if (what, code) in self.missing:  # the first that names it is reported
                self.missing[what, code].others.append(self.owner)
                return
            hint = self._hint(code, known) or "; list it, or name it under `elsewhere:` if another register keeps it"
            reason = f"there is no such {what}{hint}"
        fault = self._fault(listed, field, reason, code)
        if code not in other:
            self.missing[what, code] = Missing(fault, self.owner)
        yield fault

    def _hint(self, word: str, words: Collection[str]) -> str:
        """`near`, once for each word, and among those that begin alike where there are very many."""
        if word not in self.hints:
            self.hints[word] = near(word, self._alike(word, words) if len(words) > _FEW else words)
        return self.hints[word]

    def _alike(self, word: str, words: Collection[str]) -> list[str]:
        if len(self.sorted) != len(words):
            self.sorted = sorted(words)
        begin = bisect_left(self.sorted, word[: len(word) * 2 // 3])
        end = bisect_left(self.sorted, word[: len(word) * 2 // 3] + "\U0010ffff")
        middle = bisect_left(self.sorted, word)
        return self.sorted[max(begin, middle - _FEW // 2) : min(end, middle + _FEW // 2)]


def at(source: str, place: Place, reason: str, value: object = "") -> Fault:
    """A fault at a place of a file."""
    return Fault(reason=reason, value=str(value), source=source, line=place.line, column=place.column, path=place.path)


def in_order(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Faults in the order of their file."""
    return tuple(sorted(faults, key=lambda fault: (fault.line, fault.column)))


def finished(document: Document, unread: Unread, on_fault: Callable[[Fault], object] | None = None) -> Document:
    """The document, if there is no fault; with ``on_fault`` the sound part of it, and each fault is told.

    Raises:
        InvalidInput: with every fault, in the order of the file.
    """
    rows = document.areas
    if isinstance(rows, ListedRows) and not unread.faults and rows.are_sound(document.scheme):
        return _sound(document)
    document = _closely(document)
    verdict = judged(document, unread)
    ordered = in_order(verdict.faults)
    if not ordered:
        return _sound(document)
    if on_fault is None:
        raise InvalidInput(f"{document.source} is not a sound register; nothing was loaded", ordered)
    for fault in ordered:
        on_fault(fault)
    return verdict.sound(document)


def _sound(document: Document) -> Document:
    object.__setattr__(document, "_judged", True)  # it is frozen, and has just been made
    return document


def _first(listed: Iterable[L]) -> dict[str, L]:
    known: dict[str, L] = {}
    for item in listed:
        known.setdefault(item.code, item)
    return known


def _covers(holder: Dated, day: date, start: date) -> bool:
    return (holder.since or start) <= day and (holder.until is None or day < holder.until)


def _meet(one: Dated, other: Dated, start: date) -> bool:
    return _covers(one, other.since or start, start) or _covers(other, one.since or start, start)


def _seats(n: int) -> str:
    return "one seat" if n == 1 else f"{n} seats"

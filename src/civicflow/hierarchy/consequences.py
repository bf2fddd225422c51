"""What follows from the faults of a file: counted under the fault that it follows from, and reported no other time.

1. What hangs under a record at fault, or stands in it, cannot stand either.
2. Several records that name the same missing thing have one fault, which is that it is missing.
3. Where a record without a code is the only one that the missing thing can be, it is what is at fault.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

import attrs

from civicflow.errors import Fault
from civicflow.hierarchy.document import Document, ListedAffiliation, ListedArea, ListedBody, ListedSite
from civicflow.hierarchy.scheme import LevelScheme

Owner = ListedArea | ListedBody | ListedAffiliation | ListedSite
"""A record that stands or falls as a whole: a body with its posts and their holders."""


@attrs.define
class Unread:
    """Of the records that could not be read what is known of them.

    Attributes:
        faults: what is wrong with them, and with the file as a whole.
        codes: their codes, each with the fault.
        nameless: areas without a code: the fault, their level and their parent.
    """

    faults: list[Fault] = attrs.field(factory=list)
    codes: dict[str, Fault] = attrs.field(factory=dict)
    nameless: list[tuple[Fault, str, str | None]] = attrs.field(factory=list)


@attrs.define
class Missing:
    """Something that is named and is not there: the fault, the first that names it, and the others."""

    fault: Fault
    first: Owner
    others: list[Owner] = attrs.field(factory=list)


@attrs.frozen
class Judged:
    """The faults of a document, and the identities of the records that cannot stand."""

    faults: tuple[Fault, ...]
    fallen: frozenset[int]

    def sound(self, document: Document) -> Document:
        """The document without the records that cannot stand."""
        areas = tuple(area for area in document.areas if id(area) not in self.fallen)
        bodies = tuple(body for body in document.bodies if id(body) not in self.fallen)
        ties = tuple(tie for tie in document.affiliations if id(tie) not in self.fallen)
        sites = tuple(site for site in document.sites if id(site) not in self.fallen)
        return attrs.evolve(document, areas=areas, bodies=bodies, affiliations=ties, sites=sites, partial=True)


def weighed(
    document: Document,
    unread: Unread,
    found: Iterable[Fault],
    culprits: Mapping[int, Fault],
    missing: Mapping[tuple[str, str], Missing],
) -> Judged:
    """The faults, each with its consequences counted.

    Args:
        document: what was read.
        unread: what was not.
        found: the faults of the document, by `civicflow.hierarchy.checking`.
        culprits: the records at fault by identity, each with its first fault.
        missing: what is named and not there, by what it should be and its code.
    """
    faults = [*unread.faults, *found]
    if not faults:
        return Judged((), frozenset())
    at_fault, counts = dict(culprits), Counter[int]()
    for (what, code), one in missing.items():
        root = _nameless(document.scheme, unread, code, one) if what == "area" else None
        if root is not None:
            faults = [fault for fault in faults if fault is not one.fault]
        counted = {id(listed) for listed in (one.first, *one.others)} - ({id(one.first)} if root is None else set())
        for owner in counted:
            known = at_fault.get(owner)
            if known is None or known is one.fault:  # at fault for nothing else
                at_fault[owner] = root or one.fault
                counts[id(root or one.fault)] += 1
    while fresh := list(_resting(document, unread, at_fault)):  # again: what falls may be what others rest on
        for listed, fault in fresh:
            counts[id(fault)] += 1
            at_fault[id(listed)] = fault
    told = tuple(attrs.evolve(f, consequences=counts[id(f)]) if counts[id(f)] else f for f in faults)
    return Judged(told, frozenset(at_fault))


def _nameless(scheme: LevelScheme, unread: Unread, code: str, one: Missing) -> Fault | None:
    """The fault of the only area without a code that a missing one can be, going by levels and by how codes begin."""
    levels = {listed.level for listed in (one.first, *one.others) if isinstance(listed, ListedArea)}
    fitting = [
        fault
        for fault, over, parent in unread.nameless
        if levels & {level.name for level in scheme.levels if over in level.under} and code.startswith(parent or "")
    ]
    return fitting[0] if len(fitting) == 1 else None


def _resting(document: Document, unread: Unread, at_fault: Mapping[int, Fault]) -> Iterator[tuple[Owner, Fault]]:
    """The records that are not at fault themselves and rest on one that is, with its fault."""
    areas = _Line(document.areas, unread.codes, at_fault)
    bodies = _Line(document.bodies, unread.codes, at_fault, areas)
    for area in document.areas:
        fault = areas.fault(area.parent)
        if fault is not None and id(area) not in at_fault:
            yield area, fault
    for body in document.bodies:
        senders = [holder.on_behalf_of for post in body.posts for holder in post.holders]
        fault = areas.fault(body.area) or next(filter(None, map(bodies.fault, (body.parent, *senders))), None)
        if fault is not None and id(body) not in at_fault:
            yield body, fault
    for tie in document.affiliations:
        ends = (line.fault(code) for code in (tie.source, tie.target) for line in (areas, bodies))
        fault = next((end for end in ends if end is not None), None)
        if fault is not None and id(tie) not in at_fault:
            yield tie, fault
    above = {**unread.codes, **{site.code: at_fault.get(id(site)) for site in document.sites}}
    for site in document.sites:
        reached = (areas.fault(code) for code in (site.area, *(code for code, _ in site.walk)))
        fault = next(filter(None, (*reached, bodies.fault(site.run_by), above.get(site.parent or ""))), None)
        if fault is not None and id(site) not in at_fault:
            yield site, fault


class _Line:
    """The records of one line by their codes; what is above them is looked up once."""

    def __init__(
        self,
        listed: Sequence[ListedArea | ListedBody],
        unread: Mapping[str, Fault],
        at_fault: Mapping[int, Fault],
        ground: _Line | None = None,
    ) -> None:
        self.listed: dict[str, ListedArea | ListedBody] = {}
        for one in listed:
            self.listed.setdefault(one.code, one)
        self.known: dict[str, Fault | None] = dict(unread)
        self.at_fault, self.ground = at_fault, ground

    def fault(self, code: str | None) -> Fault | None:
        """The fault of the record of that code, or of the nearest above it that has one."""
        way: list[str] = []
        while code is not None and code not in self.known:
            one = self.listed.get(code)
            found = None if one is None else self._own(one)
            if one is None or found is not None:
                self.known[code] = found
            else:
                way.append(code)
                code = one.parent
        found = None if code is None else self.known[code]
        self.known.update(dict.fromkeys(way, found))
        return found

    def _own(self, one: ListedArea | ListedBody) -> Fault | None:
        """The fault of a record itself, or of the area that a body stands in."""
        if id(one) in self.at_fault or self.ground is None or not isinstance(one, ListedBody):
            return self.at_fault.get(id(one))
        return self.ground.fault(one.area)

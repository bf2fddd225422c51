"""A register file once it is read: what it lists, with the place of everything, before it is compared with a register.

Records are listed by code, as people write them; ids come into being when a document is compared with a register.
`Document.faults` checks what the file alone can show.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date

import attrs

from civicflow.errors import Fault, InvalidInput
from civicflow.hierarchy.identifiers import Identifier, as_identifiers
from civicflow.hierarchy.kinds import BodyKind
from civicflow.hierarchy.scheme import LevelScheme
from civicflow.hierarchy.units import AppointmentKind, as_name
from civicflow.texts import Text


def as_day(text: str) -> date | None:
    """The day that is written as 2020-01-31, or None.

    >>> as_day("2020-01-31"), as_day("20200131")
    (datetime.date(2020, 1, 31), None)
    """
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if day.isoformat() == text else None  # ISO 8601 has more spellings; a file keeps to one


@attrs.frozen
class Place:
    """Where something stands in its file.

    Attributes:
        line: counted from 1; 0 where the document was made in Python.
        column: counted from 1; 0 for CSV, where `path` is the name of the column.
        path: the place inside the structure, for instance ``areas[3].parent``.
    """

    line: int = 0
    column: int = 0
    path: str = ""


NOWHERE = Place()


@attrs.frozen(kw_only=True, weakref_slot=False)
class ListedArea:
    """An area as a file lists it. `places` holds the place of each field that was written, by name; of a table the line."""

    code: str
    name: Text = attrs.field(converter=as_name)
    level: str
    parent: str | None = None
    since: date | None = None
    until: date | None = None
    aliases: tuple[str, ...] = ()
    identifiers: tuple[Identifier, ...] = attrs.field(default=(), converter=as_identifiers)
    places: dict[str, Place] | int = attrs.field(factory=dict, eq=False, repr=False)


@attrs.frozen(kw_only=True)
class ListedHolder:
    """A person in a post as a file lists them."""

    person: str
    kind: AppointmentKind = "substantive"
    on_behalf_of: str | None = None
    since: date | None = None
    until: date | None = None
    places: dict[str, Place] = attrs.field(factory=dict, eq=False, repr=False)


@attrs.frozen(kw_only=True)
class ListedPost:
    """A post of a body as a file lists it."""

    name: str
    title: Text = attrs.field(converter=as_name)
    seats: int = 1
    holders: tuple[ListedHolder, ...] = ()
    since: date | None = None
    until: date | None = None
    places: dict[str, Place] = attrs.field(factory=dict, eq=False, repr=False)


@attrs.frozen(kw_only=True)
class ListedBody:
    """A body as a file lists it, with its posts."""

    code: str
    name: Text = attrs.field(converter=as_name)
    kind: str
    area: str | None = None
    parent: str | None = None
    since: date | None = None
    until: date | None = None
    aliases: tuple[str, ...] = ()
    identifiers: tuple[Identifier, ...] = attrs.field(default=(), converter=as_identifiers)
    posts: tuple[ListedPost, ...] = ()
    places: dict[str, Place] = attrs.field(factory=dict, eq=False, repr=False)


@attrs.frozen(kw_only=True)
class ListedAffiliation:
    """A tie as a file lists it: the codes of its ends, or a person in the place of the first."""

    kind: str
    target: str
    source: str | None = None
    person: str | None = None
    reference: str = ""
    since: date | None = None
    until: date | None = None
    places: dict[str, Place] = attrs.field(factory=dict, eq=False, repr=False)


@attrs.frozen(kw_only=True)
class ListedSite:
    """A site as a file lists it: the codes of its area, of whoever runs it and of the site above; minutes by code of area."""

    code: str
    name: Text = attrs.field(converter=as_name)
    kind: str
    area: str
    run_by: str | None = None
    parent: str | None = None
    services: tuple[str, ...] = ()
    hours: tuple[str, ...] = ()
    walk: tuple[tuple[str, int], ...] = ()
    since: date | None = None
    until: date | None = None
    places: dict[str, Place] = attrs.field(factory=dict, eq=False, repr=False)


Listed = ListedArea | ListedBody | ListedPost | ListedHolder | ListedAffiliation | ListedSite


def place_of(listed: Listed, field: str = "") -> Place:
    """Where a field of a listed record stands, or the record itself where the field was not written."""
    places = listed.places
    if isinstance(places, int):
        return Place(places, 0, field)
    return places.get(field) or places.get("") or NOWHERE


@attrs.frozen(kw_only=True)
class Document:
    """One register file.

    Attributes:
        register: the name under which its records are kept, and compared when it is loaded again.
        scheme: the levels of its areas.
        since: from when its records hold, on its first load, unless they say otherwise themselves.
        areas: the areas, in any order.
        bodies: the bodies with their posts and holders.
        affiliations: the ties between units, and of persons to units.
        sites: the places where residents find services.
        kinds: kinds of bodies beyond the known ones.
        elsewhere: codes of units and sites that other registers keep and this one builds upon.
        source: the name of the file, for messages.
        places: where the document's own fields stand.
        partial: whether what was at fault was left out; what is missing does then not end when it is loaded.
    """

    register: str
    scheme: LevelScheme
    since: date | None = None
    areas: Sequence[ListedArea] = ()
    bodies: tuple[ListedBody, ...] = ()
    affiliations: tuple[ListedAffiliation, ...] = ()
    sites: tuple[ListedSite, ...] = ()
    kinds: tuple[BodyKind, ...] = ()
    elsewhere: tuple[str, ...] = ()
    source: str = ""
    places: dict[str, Place] = attrs.field(factory=dict, eq=False, repr=False)
    partial: bool = False
    _judged: bool = attrs.field(init=False, default=False, eq=False, repr=False)

    @property
    def judged(self) -> bool:
        """Whether it was found sound when it was read, and is still what was read."""
        return self._judged

    def faults(self) -> Iterator[Fault]:
        """Everything in the document that cannot be: see `civicflow.hierarchy.checking`."""
        from civicflow.hierarchy.checking import faults_of

        return faults_of(self)

    def check(self) -> None:
        """Nothing, if the document is sound.

        Raises:
            InvalidInput: with every fault.
        """
        faults = tuple(self.faults())
        if faults:
            msg = f"{self.source or self.register} is not a sound register; nothing was loaded"
            raise InvalidInput(msg, faults)

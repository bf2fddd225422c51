"""The register as of one day: an immutable chart that answers questions (组织图).

Two lines run upwards. The **territory**: an area's parent, and for a body the area it is attached to. The **body's
own line**: the body above it (a community's Party organisation under its subdistrict's). Which one a question follows is said
with each method. A body without an area stands where the body above it stands.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from difflib import get_close_matches
from types import MappingProxyType

from civicflow.errors import InvalidInput, NotFound
from civicflow.hierarchy.ground import Ground
from civicflow.hierarchy.identifiers import Identifier
from civicflow.hierarchy.kinds import KINDS, TITLES, BodyKind
from civicflow.hierarchy.packing import PackedAreas
from civicflow.hierarchy.scheme import Level, LevelScheme
from civicflow.hierarchy.units import Affiliation, Appointment, Area, Body, Post, Row, Site
from civicflow.ids import PersonId, UnitId
from civicflow.texts import Language, Text

_NEAR_POOL = 5_000
"""Above this many spellings only those that begin alike are compared: difflib is slow."""

_SHOWN = 3
"""Up to so many holders an outline names; beyond it counts."""


class Chart:
    """Who is who on one day. Made by `Register.chart`; answers come from tables, so asking is cheap.

    Attributes:
        on: the day.
        version: the version of the register it was made from.
    """

    __slots__ = (
        "_appointments", "_attached", "_below", "_bodies", "_filled", "_ground", "_held", "_holders", "_identified",
        "_kinds", "_offices", "_posts", "_schemes", "_sites", "_spelt", "_ties", "_under", "on", "version",
    )  # fmt: skip

    def __init__(
        self,
        on: date,
        rows: Iterable[Row],
        *,
        version: int = 0,
        schemes: Mapping[str, LevelScheme] | None = None,
        kinds: Mapping[str, BodyKind] | None = None,
        packed: PackedAreas | None = None,
        picked: Sequence[int] = (),
    ) -> None:
        """Of the rows in force on a day, and of those of a register's packed areas that are."""
        self.on, self.version = on, version
        self._schemes: Mapping[str, LevelScheme] = schemes or MappingProxyType({})
        self._kinds: Mapping[str, BodyKind] = kinds or MappingProxyType({})
        areas: dict[str, Area] = {}
        self._bodies: dict[str, Body] = {}
        self._posts: dict[str, Post] = {}
        self._appointments: dict[str, list[Appointment]] = {}
        self._under: dict[str, frozenset[UnitId]] = {}
        self._sites: dict[str, Site] = {}
        by_post: defaultdict[str, list[Appointment]] = defaultdict(list)
        ties: defaultdict[str, list[Affiliation]] = defaultdict(list)
        for row in rows:
            if isinstance(row, Area):
                areas[row.id] = row
            elif isinstance(row, Body):
                self._bodies[row.id] = row
            elif isinstance(row, Post):
                self._posts[row.id] = row
            elif isinstance(row, Site):
                self._sites[row.id] = row
            elif isinstance(row, Affiliation):
                for end in (row.source or row.person, row.target):
                    ties[end or ""].append(row)
            else:
                by_post[row.post].append(row)
                self._appointments.setdefault(row.person, []).append(row)
        self._ground = Ground(tuple(areas.values()), packed, picked)
        self._index_units(areas.values())
        self._index_posts(by_post)
        self._filled = {id: tuple(sorted(found, key=_by_person)) for id, found in by_post.items()}
        self._ties = {end: tuple(sorted(found, key=_by_ends)) for end, found in ties.items()}

    def _index_units(self, areas: Iterable[Area]) -> None:
        below: defaultdict[str, list[Body]] = defaultdict(list)
        attached: defaultdict[str, list[Body]] = defaultdict(list)
        spelt: defaultdict[str, set[UnitId]] = defaultdict(set)
        aliases: defaultdict[str, set[UnitId]] = defaultdict(set)
        identified: defaultdict[Identifier, set[UnitId]] = defaultdict(set)
        packed: Iterable[Area] = (self._ground.area(place) for place in self._ground.aliased())
        units: tuple[Area | Body, ...] = (*areas, *packed, *self._bodies.values())
        for unit in units:
            for alias in unit.aliases:
                aliases[alias].add(unit.id)
            for identifier in unit.identifiers:
                identified[identifier].add(unit.id)
        for body in self._bodies.values():
            spelt[body.code].add(body.id)
            if body.parent is not None:
                below[body.parent].append(body)
            area = self._stands_in(body)
            if area is not None:
                attached[area].append(body)
        for code, bearers in spelt.items():
            bearers.update(map(self._ground.id, self._ground.bearers(code)))
        for alias, found in aliases.items():
            if not self._ground.bearers(alias):
                spelt.setdefault(alias, found)  # a code is never shadowed by somebody's alias
        self._below = {id: tuple(u.id for u in sorted(units, key=_by_code)) for id, units in below.items()}
        self._attached = {id: tuple(sorted(bodies, key=_by_code)) for id, bodies in attached.items()}
        self._spelt = {spelling: tuple(sorted(found)) for spelling, found in spelt.items()}
        self._identified = {one: tuple(sorted(found)) for one, found in identified.items()}

    def _index_posts(self, by_post: Mapping[str, list[Appointment]]) -> None:
        offices: defaultdict[str, list[Post]] = defaultdict(list)
        holders: defaultdict[tuple[str, str], set[PersonId]] = defaultdict(set)
        for post in sorted(self._posts.values(), key=lambda post: (post.name, post.id)):
            body = self._bodies.get(post.unit)
            area = self._stands_in(body) if body else None
            for unit in (post.unit, area):
                if unit is not None:
                    offices[unit].append(post)
                    holders[post.name, unit].update(appointment.person for appointment in by_post.get(post.id, ()))
        self._offices = {unit: tuple(posts) for unit, posts in offices.items()}
        self._holders = {key: tuple(sorted(persons)) for key, persons in holders.items()}
        self._held = frozenset((person, *key) for key, persons in self._holders.items() for person in persons)

    def _everything(self) -> Iterator[Area | Body]:
        yield from self._ground.areas()
        yield from self._bodies.values()

    def _stands_in(self, body: Body | None) -> UnitId | None:
        while body is not None and body.area is None:
            body = self._bodies.get(body.parent) if body.parent is not None else None
        return body.area if body is not None else None

    def dated(self, on: date) -> Chart:
        """The same chart for another day on which nothing is otherwise."""
        other = copy.copy(self)
        other.on = on
        return other

    def __repr__(self) -> str:
        return f"<Chart on {self.on}: {len(self._ground)} areas, {len(self._bodies)} bodies>"

    def __contains__(self, unit: object) -> bool:
        return unit in self._bodies or (isinstance(unit, str) and self._ground.find(unit) >= 0)

    # --- units -------------------------------------------------------------------------------------------------

    def resolve(self, code_or_alias: str) -> UnitId:
        """The unit that somebody calls by its code or by an alias; an id is itself, and a code goes before an alias.

        Raises:
            NotFound: if nothing is called so on that day; the message names what comes near.
            InvalidInput: if several are; the message names them.
        """
        if code_or_alias in self:
            return UnitId(code_or_alias)
        found = self._spelt.get(code_or_alias) or tuple(map(self._ground.id, self._ground.bearers(code_or_alias)))
        if len(found) == 1:
            return found[0]
        if found:
            msg = f"{code_or_alias!r} means several units on {self.on}: {self._named(found)}; say which by its id"
            raise InvalidInput(msg)
        near = self._near(code_or_alias)
        hint = f"did you mean {near}?" if near else "load it into the register first"
        msg = f"there is no unit {code_or_alias!r} on {self.on}; {hint}"
        raise NotFound(msg)

    def identified(self, scheme: str, value: str) -> UnitId:
        """The unit that another scheme calls so, for instance ``identified("nbs", "511102")``.

        Raises:
            NotFound: if nothing is called so on that day; the message names the values or schemes that come near.
        """
        found = self._identified.get(Identifier(scheme, value))
        if found is not None:
            return found[0]
        of_scheme = [one.value for one in self._identified if one.scheme == scheme]
        near = get_close_matches(value, of_scheme[:_NEAR_POOL]) if of_scheme else []
        hint = f"did you mean {' or '.join(near)}?" if near else "load it into the register first"
        if not of_scheme:
            there = sorted({one.scheme for one in self._identified})
            hint = (
                f"the schemes of that day are {', '.join(there)}" if there else "no unit has an identifier on that day"
            )
        msg = f"{scheme} calls no unit {value!r} on {self.on}; {hint}"
        raise NotFound(msg)

    def _near(self, word: str) -> str:
        alike = word[:4] if len(self._ground) + len(self._bodies) > _NEAR_POOL // 2 else ""
        pool: dict[str, tuple[UnitId, ...]] = {}
        for spelling, ids in self._spellings():
            if spelling.startswith(alike) and len(pool) < _NEAR_POOL:
                pool.setdefault(spelling, ids)
        near = dict.fromkeys(id for spelling in get_close_matches(word, list(pool)) for id in pool[spelling])
        return " or ".join(f"{self.code(id)} ({self.name(id).zh})" for id in near)

    def _spellings(self) -> Iterator[tuple[str, tuple[UnitId, ...]]]:
        """Every code and alias, then every name, with the units that are called so."""
        yield from self._spelt.items()
        for unit in self._everything():
            yield unit.code, (unit.id,)
        for unit in self._everything():
            yield from ((name, (unit.id,)) for name in {unit.name.en, unit.name.zh})

    def _named(self, ids: Iterable[UnitId]) -> str:
        return ", ".join(f"{id} ({self.name(id).zh}, {self.unit(id).register})" for id in ids)

    def area(self, id: str) -> Area:
        """The area of that id.

        Raises:
            NotFound: if there is none on that day.
        """
        place = self._ground.find(id)
        if place < 0:
            raise self._missing("area", id)
        return self._ground.area(place)

    def body(self, id: str) -> Body:
        """The body of that id.

        Raises:
            NotFound: if there is none on that day.
        """
        try:
            return self._bodies[id]
        except KeyError:
            raise self._missing("body", id) from None

    def unit(self, id: str) -> Area | Body:
        """The area or body of that id.

        Raises:
            NotFound: if there is none on that day.
        """
        place = self._ground.find(id)
        unit = self._ground.area(place) if place >= 0 else self._bodies.get(id)
        if unit is None:
            raise self._missing("unit", id)
        return unit

    def _missing(self, what: str, id: str) -> NotFound:
        return NotFound(f"there is no {what} with the id {id!r} on {self.on}; a code becomes an id through resolve()")

    def name(self, id: str) -> Text:
        """The name of a unit on that day."""
        return self.unit(id).name

    def code(self, id: str) -> str:
        """The code of a unit on that day."""
        return self.unit(id).code

    @property
    def schemes(self) -> tuple[LevelScheme, ...]:
        """The schemes of the register files, by the name of the file."""
        return tuple(self._schemes[register] for register in sorted(self._schemes))

    def scheme(self, id: str) -> LevelScheme | None:
        """The scheme of the file that keeps a unit, or None where that came without one."""
        return self._schemes.get(self.unit(id).register)

    def level(self, area: str) -> Level | None:
        """The level of an area, or None where its register came without a scheme."""
        row = self.area(area)
        scheme = self._schemes.get(row.register)
        return scheme.level(row.level) if scheme is not None else None

    @property
    def levels(self) -> frozenset[str]:
        """The names of all levels that the schemes here have; empty where every register came without one."""
        return frozenset(name for scheme in self._schemes.values() for name in scheme.names)

    def kind(self, body: str) -> BodyKind:
        """The kind of a body; one that no file explained is called by its name."""
        return self.kind_named(self.body(body).kind)

    def kind_named(self, name: str) -> BodyKind:
        """The kind of that name, as the files here or the known ones explain it."""
        return self._kinds.get(name) or KINDS.get(name) or BodyKind(name, Text.same(name))

    # --- the tree ----------------------------------------------------------------------------------------------

    @property
    def units(self) -> frozenset[UnitId]:
        """Every area and body of that day."""
        return frozenset((*self._ground.ids(0, len(self._ground)), *map(UnitId, self._bodies)))

    @property
    def roots(self) -> tuple[UnitId, ...]:
        """The areas that hang under none, by code."""
        return tuple(map(self._ground.id, self._ground.tops))

    def parent(self, id: str) -> UnitId | None:
        """An area's parent area, a body's parent body; None at the top of either line."""
        return self.unit(id).parent

    def area_of(self, id: str) -> UnitId | None:
        """The area in which a unit is: an area itself, a body's area; None for a body that stands in none."""
        unit = self.unit(id)
        return unit.id if isinstance(unit, Area) else self._stands_in(unit)

    def above(self, id: str) -> UnitId | None:
        """Where a matter climbs to: an area's parent area; a body's parent body, else the parent of the body's area."""
        unit = self.unit(id)
        if unit.parent is not None or isinstance(unit, Area):
            return unit.parent
        area = self._stands_in(unit)
        return self.area(area).parent if area is not None else None

    def ancestors(self, id: str) -> tuple[UnitId, ...]:
        """All that contain the unit, nearest first: of a body the bodies above it, then its area and those above."""
        found: list[UnitId] = []
        place = self._ground.find(id)
        if place < 0:
            body = self.body(id)
            area = self._stands_in(body)
            while body.parent is not None:
                found.append(body.parent)
                body = self.body(body.parent)
            if area is not None:
                found.append(area)
                place = self._ground.find(area)
        while place >= 0:
            place = self._ground.up[place]
            if place >= 0:
                found.append(self._ground.id(place))
        return tuple(found)

    def children(self, id: str) -> tuple[UnitId, ...]:
        """The areas directly under an area, or the bodies directly under a body, by code."""
        place = self._ground.find(id)
        if place >= 0:
            return tuple(map(self._ground.id, self._ground.children(place)))
        self.body(id)
        return self._below.get(id, ())

    def under(self, id: str) -> frozenset[UnitId]:
        """The unit and all that it contains: an area's subtree with every body in it; the bodies under a body."""
        found = self._under.get(id)
        if found is None:
            place = self._ground.find(id)
            inside = self._under_body(id) if place < 0 else self._under_area(place)
            found = self._under[id] = frozenset(inside)
        return found

    def _under_area(self, place: int) -> list[UnitId]:
        end = place + self._ground.size[place]
        inside = self._ground.ids(place, end)
        if len(self._attached) < len(inside):
            there = [area for area in self._attached if place <= self._ground.find(area) < end]
        else:
            there = [area for area in inside if area in self._attached]
        return inside + [body.id for area in there for body in self._attached[area]]

    def _under_body(self, id: str) -> list[UnitId]:
        inside = [self.unit(id).id]
        for body in inside:  # grows while it is walked
            inside += self._below.get(body, ())
        return inside

    # --- areas by place ----------------------------------------------------------------------------------------

    @property
    def ground(self) -> Ground:
        """The areas by their places in pre-order; see `civicflow.hierarchy.ground`."""
        return self._ground

    def bodies(self, area: str, kind: str | None = None) -> tuple[Body, ...]:
        """The bodies attached to an area itself, by code; of one kind if asked."""
        self.area(area)
        return tuple(body for body in self._attached.get(area, ()) if kind is None or body.kind == kind)

    def bodies_in(self, unit: str | None = None) -> tuple[Body, ...]:
        """The bodies that a unit contains, itself where it is one, by code; all of the day where None is given."""
        inside = self._bodies.values() if unit is None else map(self._bodies.get, self.under(unit))
        return tuple(sorted((body for body in inside if body is not None), key=_by_code))

    # --- posts and persons -------------------------------------------------------------------------------------

    def post(self, id: str) -> Post:
        """The post of that id.

        Raises:
            NotFound: if there is none on that day.
        """
        try:
            return self._posts[id]
        except KeyError:
            raise self._missing("post", id) from None

    def posts(self, unit: str) -> tuple[Post, ...]:
        """The posts of a body, or of all bodies attached to an area, by name."""
        return self._offices.get(unit, ())

    def seats(self, unit: str, post: str) -> int:
        """How many seats that post has there, filled or vacant; at an area the sum over its bodies."""
        return sum(found.seats for found in self.posts(unit) if found.name == post)

    def title(self, unit: str, post: str) -> Text:
        """What clerks call that post there; a post that does not exist there is called as elsewhere."""
        own = (found.title for found in self.posts(unit) if found.name == post)
        return next(own, TITLES.get(post) or Text.same(post))

    def holders(self, post: str, unit: str) -> tuple[PersonId, ...]:
        """Who holds a post of a body, sorted; at an area: who holds it in any body attached to it."""
        return self._holders.get((post, unit), ())

    def holds(self, person: str, post: str, unit: str) -> bool:
        """Whether a person holds a post of a body, or of any body attached to an area."""
        return (person, post, unit) in self._held

    def appointments(self, person: str) -> tuple[tuple[Appointment, Post], ...]:
        """What a person is appointed to on that day, with the posts, by post name."""
        pairs = [(found, self._posts[found.post]) for found in self._appointments.get(person, ())]
        return tuple(sorted(pairs, key=lambda pair: (pair[1].name, pair[1].unit, pair[0].id)))

    def appointed(self, post: str) -> tuple[Appointment, ...]:
        """Who is appointed to a post, each with how they hold it, by person.

        Args:
            post: the id of the post.
        """
        return self._filled.get(post, ())

    # --- affiliations ------------------------------------------------------------------------------------------

    def ties_of(self, source: str, kind: str | None = None) -> tuple[Affiliation, ...]:
        """The affiliations that a unit or a person has, of one kind if asked, ordered by kind and target."""
        return self._joined(source, kind, lambda tie: source in (tie.source, tie.person))

    def ties_to(self, target: str, kind: str | None = None) -> tuple[Affiliation, ...]:
        """The affiliations that lead to a unit, of one kind if asked, ordered by kind and source."""
        return self._joined(target, kind, lambda tie: tie.target == target)

    def _joined(self, end: str, kind: str | None, wanted: Callable[[Affiliation], bool]) -> tuple[Affiliation, ...]:
        return tuple(tie for tie in self._ties.get(end, ()) if kind in (None, tie.kind) and wanted(tie))

    # --- sites -------------------------------------------------------------------------------------------------

    @property
    def sites(self) -> tuple[Site, ...]:
        """The places where residents find services, by code; `civicflow.hierarchy.sites` says who reaches them."""
        return tuple(sorted(self._sites.values(), key=lambda site: (site.code, site.id)))

    def site(self, code_or_id: str) -> Site:
        """The site of that code or id.

        Raises:
            NotFound: if there is none on that day, or several bear the code in different files.
        """
        found = self._sites.get(code_or_id)
        named = [found] if found is not None else [site for site in self._sites.values() if site.code == code_or_id]
        if len(named) == 1:
            return named[0]
        what = "several sites are" if named else "there is no site"
        msg = f"{what} {code_or_id!r} on {self.on}; `sites` lists them all with their ids"
        raise NotFound(msg)

    # --- a picture ---------------------------------------------------------------------------------------------

    def outline(self, root: str | None = None, language: Language = "zh") -> str:
        """The tree as indented text: areas, their bodies after a dot, their posts with who holds them.

        Args:
            root: the area or body to begin at; None shows every tree.
            language: in which names are shown.
        """
        lines: list[str] = []
        starts = self.roots if root is None else (self.unit(root).id,)
        stack: list[tuple[UnitId, int]] = [(id, 0) for id in reversed(starts)]
        while stack:
            id, depth = stack.pop()
            if id in self._bodies:
                lines.append("  " * depth + self._body_line(self._bodies[id], language))
                continue
            area = self.area(id)
            lines.append("  " * depth + f"{area.name.say(language)} ({area.code}, {area.level})")
            inside = [*(body.id for body in self._attached.get(id, ())), *self.children(id)]
            stack.extend((unit, depth + 1) for unit in reversed(inside))
        return "\n".join(lines)

    def _body_line(self, body: Body, language: Language) -> str:
        parts = []
        for post in self._offices.get(body.id, ()):
            persons = self._holders[post.name, body.id]
            shown = ", ".join(persons) if 0 < len(persons) <= _SHOWN else f"{len(persons)}/{post.seats}"
            parts.append(f"{post.title.say(language)} {shown}")
        return f"· {body.name.say(language)} ({body.code})" + (f": {'; '.join(parts)}" if parts else "")


def _by_code(unit: Area | Body) -> tuple[str, str]:
    return unit.code, unit.id


def _by_person(appointment: Appointment) -> tuple[str, str]:
    return appointment.person, appointment.id


def _by_ends(tie: Affiliation) -> tuple[str, str, str, str]:
    return tie.kind, tie.source or tie.person or "", tie.target, tie.id

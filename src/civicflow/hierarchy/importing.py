"""Reading a register file: YAML or JSON for everything, CSV for many areas.

The text comes from the caller; nothing is opened here. **All** faults of a file are found and raised together, each with
file, line, column, value and reason, and a file with a fault gives nothing.

YAML and JSON have the keys `register`, `scheme` (a preset's name, or levels written out, with what they require and which
posts are incompatible), `since`, `areas`, `bodies`, `affiliations`, `sites`, `kinds` (own kinds of bodies and sites: a text, or `text` with
`answers`) and `elsewhere` (codes that other registers keep). CSV has the columns `code`, `name`, `level`, `parent` and
optionally `since`.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from typing import Any, Literal, TypeVar

from civicflow.errors import CivicflowError, Fault, InvalidInput
from civicflow.hierarchy.checking import at, finished, in_order
from civicflow.hierarchy.consequences import Unread
from civicflow.hierarchy.document import (
    Document,
    ListedAffiliation,
    ListedArea,
    ListedBody,
    ListedHolder,
    ListedPost,
    ListedSite,
    Place,
    as_day,
)
from civicflow.hierarchy.hours import Hours
from civicflow.hierarchy.kinds import TITLES, BodyKind
from civicflow.hierarchy.presets import GENERIC, PRESETS, preset
from civicflow.hierarchy.rules import WITHIN, Incompatible, PostPattern, Requirement, Within
from civicflow.hierarchy.scheme import Level, LevelScheme, near
from civicflow.hierarchy.tables import read_table
from civicflow.hierarchy.units import APPOINTMENT_KINDS, AppointmentKind, as_name
from civicflow.markup import AnyNode, Listing, Record, Scalar, parse_json, parse_yaml
from civicflow.texts import Text

Format = Literal["yaml", "json", "csv"]
"""``csv`` brings areas only."""

T = TypeVar("T")

_SPAN = ("since", "until")
_FIELDS: Mapping[str, tuple[str, ...]] = {
    "register": ("register", "scheme", "since", "kinds", "elsewhere", "areas", "bodies", "affiliations", "sites"),
    "scheme": ("name", "like", "levels", "requires", "incompatible"),
    "requirement": ("body", "post", "site", "unless"),
    "incompatible": ("posts", "why", "within", "since"),
    "level": ("text", "under", "top"),
    "kind": ("text", "answers"),
    "area": ("code", "name", "level", "parent", "aliases", "identifiers", *_SPAN),
    "body": ("code", "name", "kind", "area", "parent", "aliases", "identifiers", "posts", *_SPAN),
    "post": ("title", "seats", "holders", *_SPAN),
    "holder": ("person", "kind", "on_behalf_of", *_SPAN),
    "site": ("code", "name", "kind", "area", "run_by", "parent", "services", "hours", "walk", *_SPAN),
    "affiliation": ("source", "person", "kind", "target", "reference", *_SPAN),
}
_TRUTH = {"true": True, "false": False}


def read(
    text: str | Iterable[str],
    *,
    source: str,
    format: Format,
    register: str = "",
    scheme: LevelScheme | str | None = None,
    since: date | None = None,
    parents_by_prefix: bool = False,
    endings: Mapping[str, str] | None = None,
    progress: Callable[[int], object] | None = None,
    on_fault: Callable[[Fault], object] | None = None,
) -> Document:
    """The document that a text says.

    Args:
        text: the whole file, decoded from UTF-8, or its lines one after the other, as a file opened with ``newline=""``
            gives them: a table is then never in memory as a text. A byte order mark at the beginning is passed over.
        source: the name of the file, for messages.
        format: how it is written.
        register: for CSV, the name under which the areas are kept.
        scheme: for CSV, the levels or the name of a preset.
        since: for CSV, from when the areas hold unless a row says otherwise.
        parents_by_prefix: for CSV, an area without a ``parent`` hangs under the longest code that its own begins with
            (statistical codes of China are written so).
        endings: for CSV, the level that the end of a name tells, for instance
            `civicflow.hierarchy.naming.ENDINGS`; the longest that fits counts, for areas whose row gives no ``level``. A
            column ``kind``, the source's own word for it, is then passed over.
        progress: for CSV, told every some thousand rows, and at the end, how many were read.
        on_fault: told every fault. Where it is given, what is at fault and what rests on it is left out and the rest is
            read; where it is not, a file with a fault gives nothing. What a file calls itself by, its levels or its
            columns cannot be left out.

    Raises:
        InvalidInput: if the text is not a sound register, with every fault, each with the number of its consequences.
        CivicflowError: if YAML is to be read and PyYAML is missing.
    """
    if format == "csv":
        if not register or scheme is None:
            msg = f"{source}: a CSV file names neither its register nor its levels; give register= and scheme="
            raise InvalidInput(msg)
        levels = preset(scheme) if isinstance(scheme, str) else scheme
        lines = _unmarked(io.StringIO(text, newline="") if isinstance(text, str) else text)
        return read_table(
            lines,
            source,
            register,
            levels,
            since,
            by_prefix=parents_by_prefix,
            progress=progress,
            on_fault=on_fault,
            endings=endings or {},
        )
    if register or scheme is not None or since is not None or parents_by_prefix or endings:
        given = "register=, scheme=, since=, parents_by_prefix= and endings="
        msg = f"{source}: {given} are for CSV; {format} says them in the file"
        raise InvalidInput(msg)
    whole = "".join(_unmarked([text] if isinstance(text, str) else text))
    node = parse_yaml(whole, source) if format == "yaml" else parse_json(whole, source)
    return _Reader(source, on_fault).read(node)


def _unmarked(lines: Iterable[str]) -> Iterator[str]:
    """The same without the byte order mark."""
    rest = iter(lines)
    yield next(rest, "").removeprefix("\ufeff")
    yield from rest


class _Reader:
    """Turns nodes into listed records, noting every fault and going on."""

    def __init__(self, source: str, on_fault: Callable[[Fault], object] | None = None) -> None:
        self.source, self.on_fault = source, on_fault
        self.unread = Unread()
        self.found = self.unread.faults

    def read(self, node: AnyNode) -> Document:
        top = self._record(node, "register", "")
        register = self._required(top, "register", "", self._text)
        scheme = self._scheme(top, register or "")
        since = self._optional(top, "since", "", self._day)
        kinds = self._kinds(top)
        elsewhere = self._optional(top, "elsewhere", "", self._texts) or ()
        areas = tuple(area for area in self._each(top, "areas", self._area) if area is not None)
        bodies = tuple(body for body in self._each(top, "bodies", self._body) if body is not None)
        ties = tuple(tie for tie in self._each(top, "affiliations", self._affiliation) if tie is not None)
        sites = tuple(site for site in self._each(top, "sites", self._site) if site is not None)
        # Without its head a file cannot be judged as a whole; an empty one stands in, and the fault is noted.
        document = Document(
            register=register or "",
            scheme=scheme or GENERIC,
            since=since,
            areas=areas,
            bodies=bodies,
            affiliations=ties,
            sites=sites,
            kinds=kinds,
            elsewhere=elsewhere,
            source=self.source,
            places={key.text: _place(key, key.text) for key, _ in top.values()},
        )
        if scheme is None:
            raise InvalidInput(f"{self.source} is not a sound register; nothing was loaded", in_order(self.found))
        return finished(document, self.unread, self.on_fault if register else None)

    # --- the parts of a file -----------------------------------------------------------------------------------

    def _scheme(self, top: Pairs, register: str) -> LevelScheme | None:
        if "scheme" not in top:
            self._note(Scalar("", 1, 1), "scheme", f"the scheme is missing; name a preset, one of {', '.join(PRESETS)}")
            return None
        node = top["scheme"][1]
        if isinstance(node, Scalar):
            return self._guarded(node, "scheme", lambda: preset(node.text))
        pairs = self._record(node, "scheme", "scheme")
        before = len(self.found)
        name = self._optional(pairs, "name", "scheme", self._text) or register
        levels = self._levels(node, pairs)
        requires = tuple(self._requirements(pairs))
        incompatible = tuple(rule for rule in self._each(pairs, "incompatible", self._incompatible, "scheme.") if rule)
        if len(self.found) > before:
            return None
        return self._guarded(node, "scheme", lambda: LevelScheme(name, levels, requires, incompatible))

    def _levels(self, node: AnyNode, pairs: Pairs) -> tuple[Level, ...]:
        """The levels of a scheme: written out, or those of a preset."""
        like, listed = pairs.get("like"), pairs.get("levels")
        if like is not None and listed is None:
            name = self._text(like[1], "scheme.like")
            known = None if name is None else self._guarded(like[1], "scheme.like", lambda: preset(name))
            return () if known is None else known.levels
        if listed is None:
            reason = "the levels are missing; write them out: city: {text: City | 市}, or say which preset it is `like`"
            self._note(node, "scheme.levels", reason)
            return ()
        if like is not None:
            self._note(like[1], "scheme.like", "the levels are written out; leave out one of `like` and `levels`")
        levels = [
            self._level(key, value, f"scheme.levels.{key.text}")
            for key, value in self._open(listed[1], "scheme.levels")
        ]
        return tuple(level for level in levels if level is not None)

    def _requirements(self, pairs: Pairs) -> Iterator[Requirement]:
        """What each area of a level must have, listed under the level's name."""
        if "requires" not in pairs:
            return
        for key, node in self._open(pairs["requires"][1], "scheme.requires"):
            path = f"scheme.requires.{key.text}"
            if not isinstance(node, Listing):
                self._note(node, path, f"a list was expected, not {_called(node)}")
                continue
            for i, item in enumerate(node.items):
                rule = self._requirement(key.text, item, f"{path}[{i}]")
                if rule is not None:
                    yield rule

    def _requirement(self, level: str, node: AnyNode, path: str) -> Requirement | None:
        pairs = self._record(node, "requirement", path)
        body = self._optional(pairs, "body", path, self._texts) or ()
        post, site, unless = (
            self._optional(pairs, field, path, self._text) or "" for field in ("post", "site", "unless")
        )
        return self._guarded(
            node, path, lambda: Requirement(level=level, body=body, post=post, site=site, unless=unless)
        )

    def _incompatible(self, node: AnyNode, path: str) -> Incompatible | None:
        pairs, before = self._record(node, "incompatible", path), len(self.found)
        posts = self._required(pairs, "posts", path, self._patterns, node)
        why = self._required(pairs, "why", path, self._bilingual, node)
        within: Within = self._optional(pairs, "within", path, self._within) or "area"
        since = self._optional(pairs, "since", path, self._day)
        if posts is None or why is None or len(self.found) > before:
            return None
        return self._guarded(node, path, lambda: Incompatible(posts=posts, why=why, within=within, since=since))

    def _patterns(self, node: AnyNode, path: str) -> tuple[PostPattern, ...] | None:
        texts = self._texts(node, path)
        return None if texts is None else self._guarded(node, path, lambda: tuple(map(PostPattern.of, texts)))

    def _within(self, node: AnyNode, path: str) -> Within | None:
        text = self._text(node, path)
        if text in WITHIN:
            return text
        if text is not None:
            self._note(node, path, f"posts are compared within one of {', '.join(WITHIN)}", text)
        return None

    def _affiliation(self, node: AnyNode, path: str) -> ListedAffiliation | None:
        pairs, before = self._record(node, "affiliation", path), len(self.found)
        kind = self._required(pairs, "kind", path, self._text, node)
        target = self._required(pairs, "target", path, self._text, node)
        source, person, reference = (
            self._optional(pairs, field, path, self._text) for field in ("source", "person", "reference")
        )
        since, until = (self._optional(pairs, field, path, self._day) for field in _SPAN)
        if len(self.found) == before and (source is None) == (person is None):
            self._note(node, path, "an affiliation is a unit's (`source`) or a person's (`person`), one of the two")
        if kind is None or target is None or len(self.found) > before:
            return None
        return ListedAffiliation(
            kind=kind,
            source=source,
            person=person,
            target=target,
            reference=reference or "",
            since=since,
            until=until,
            places=_places(node, pairs, path),
        )

    def _site(self, node: AnyNode, path: str) -> ListedSite | None:
        pairs, before = self._record(node, "site", path), len(self.found)
        code, kind, area = (self._required(pairs, field, path, self._text, node) for field in ("code", "kind", "area"))
        name = self._required(pairs, "name", path, self._name, node)
        run_by, parent = (self._optional(pairs, field, path, self._text) for field in ("run_by", "parent"))
        services = self._optional(pairs, "services", path, self._texts) or ()
        hours = self._optional(pairs, "hours", path, self._hours) or ()
        walk = tuple(self._walk(pairs["walk"][1], f"{path}.walk")) if "walk" in pairs else ()
        since, until = (self._optional(pairs, field, path, self._day) for field in _SPAN)
        if code is None or kind is None or area is None or name is None or len(self.found) > before:
            self._spoilt(code, before)
            return None
        return ListedSite(
            code=code,
            name=name,
            kind=kind,
            area=area,
            run_by=run_by,
            parent=parent,
            services=services,
            hours=hours,
            walk=walk,
            since=since,
            until=until,
            places=_places(node, pairs, path),
        )

    def _hours(self, node: AnyNode, path: str) -> tuple[str, ...] | None:
        lines = self._texts(node, path)
        return None if lines is None else self._guarded(node, path, lambda: Hours.of(lines).written)

    def _walk(self, node: AnyNode, path: str) -> Iterator[tuple[str, int]]:
        for key, value in self._open(node, path):
            minutes = self._text(value, f"{path}.{key.text}")
            if minutes is not None and minutes.isascii() and minutes.isdecimal() and len(minutes) < 4:
                yield key.text, int(minutes)
            elif minutes is not None:
                self._note(value, f"{path}.{key.text}", "minutes on foot were expected, a whole number from 0", minutes)

    def _level(self, key: Scalar, node: AnyNode, path: str) -> Level | None:
        if isinstance(node, Scalar):
            text = self._bilingual(node, path)
            return Level(key.text, text) if text is not None else None
        pairs = self._record(node, "level", path)
        text = self._required(pairs, "text", path, self._bilingual, node)
        under = self._optional(pairs, "under", path, self._texts) or ()
        top = self._optional(pairs, "top", path, self._truth) or False
        return Level(key.text, text, under, top) if text is not None else None

    def _kinds(self, top: Pairs) -> tuple[BodyKind, ...]:
        kinds = []
        if "kinds" in top:
            for key, node in self._open(top["kinds"][1], "kinds"):
                kinds.append(self._kind(key, node, f"kinds.{key.text}"))
        return tuple(kinds)

    def _kind(self, key: Scalar, node: AnyNode, path: str) -> BodyKind:
        """A kind that is at fault is known all the same: bodies of that kind are not to blame."""
        answers = False
        if isinstance(node, Scalar):
            text = self._bilingual(node, path)
        else:
            pairs = self._record(node, "kind", path)
            text = self._required(pairs, "text", path, self._bilingual, node)
            answers = self._optional(pairs, "answers", path, self._truth) or False
        return BodyKind(key.text, text or Text.same(key.text), answers)

    def _area(self, node: AnyNode, path: str) -> ListedArea | None:
        pairs, before = self._record(node, "area", path), len(self.found)
        code = self._required(pairs, "code", path, self._text, node)
        name = self._required(pairs, "name", path, self._name, node)
        level = self._required(pairs, "level", path, self._text, node)
        parent = self._optional(pairs, "parent", path, self._text)
        rest = self._common(pairs, path)
        if code is None or name is None or level is None or len(self.found) > before:
            self._spoilt(code, before)
            if code is None and level is not None:
                self.unread.nameless.append((self.found[before], level, parent))
            return None
        places = _places(node, pairs, path)
        return ListedArea(code=code, name=name, level=level, parent=parent, places=places, **rest)

    def _body(self, node: AnyNode, path: str) -> ListedBody | None:
        pairs, before = self._record(node, "body", path), len(self.found)
        code = self._required(pairs, "code", path, self._text, node)
        name = self._required(pairs, "name", path, self._name, node)
        kind = self._required(pairs, "kind", path, self._text, node)
        area = self._optional(pairs, "area", path, self._text)
        parent = self._optional(pairs, "parent", path, self._text)
        rest = self._common(pairs, path)
        posts = []
        if "posts" in pairs:
            for key, value in self._open(pairs["posts"][1], f"{path}.posts"):
                post = self._post(key, value, f"{path}.posts.{key.text}")
                if post is not None:
                    posts.append(post)
        if code is None or name is None or kind is None or len(self.found) > before:
            self._spoilt(code, before)
            return None
        places = _places(node, pairs, path)
        return ListedBody(
            code=code, name=name, kind=kind, area=area, parent=parent, posts=tuple(posts), places=places, **rest
        )

    def _post(self, key: Scalar, node: AnyNode, path: str) -> ListedPost | None:
        before = len(self.found)
        if "@" in key.text:
            self._note(key, path, "the name of a post has no '@'", key.text)
        places = {"": _place(key, path)}
        title = TITLES.get(key.text) or Text.same(key.text)
        if not isinstance(node, Record):
            holders = self._holders(node, path)
            if len(self.found) > before:
                return None
            seats = max(1, len(holders))
            return ListedPost(name=key.text, title=title, seats=seats, holders=holders, places=places)
        pairs = self._record(node, "post", path)
        title = self._optional(pairs, "title", path, self._name) or title
        holders = self._holders(pairs["holders"][1], f"{path}.holders") if "holders" in pairs else ()
        seats = self._optional(pairs, "seats", path, self._count) or max(1, len(holders))
        since, until = (self._optional(pairs, field, path, self._day) for field in _SPAN)
        if len(self.found) > before:
            return None
        places.update((field, place) for field, place in _places(node, pairs, path).items() if field)
        return ListedPost(
            name=key.text, title=title, seats=seats, holders=holders, since=since, until=until, places=places
        )

    def _holders(self, node: AnyNode, path: str) -> tuple[ListedHolder, ...]:
        if isinstance(node, Scalar) and node.null:
            return ()
        if isinstance(node, Listing):
            listed = [self._holder(item, f"{path}[{i}]") for i, item in enumerate(node.items)]
        else:
            listed = [self._holder(node, path)]
        return tuple(holder for holder in listed if holder is not None)

    def _holder(self, node: AnyNode, path: str) -> ListedHolder | None:
        if not isinstance(node, Record):
            person = self._text(node, path)
            return ListedHolder(person=person, places={"": _place(node, path)}) if person is not None else None
        pairs, before = self._record(node, "holder", path), len(self.found)
        person = self._required(pairs, "person", path, self._text, node)
        kind: AppointmentKind = self._optional(pairs, "kind", path, self._appointment) or "substantive"
        sent_by = self._optional(pairs, "on_behalf_of", path, self._text)
        since, until = (self._optional(pairs, field, path, self._day) for field in _SPAN)
        if person is None or len(self.found) > before:
            return None
        places = _places(node, pairs, path)
        return ListedHolder(person=person, kind=kind, on_behalf_of=sent_by, since=since, until=until, places=places)

    def _common(self, pairs: Pairs, path: str) -> dict[str, Any]:
        return {
            "aliases": self._optional(pairs, "aliases", path, self._texts) or (),
            "identifiers": self._optional(pairs, "identifiers", path, self._identifiers) or (),
            "since": self._optional(pairs, "since", path, self._day),
            "until": self._optional(pairs, "until", path, self._day),
        }

    def _spoilt(self, code: str | None, before: int) -> None:
        """A record cannot be read, because of the first of the faults noted since."""
        if code is not None:
            self.unread.codes.setdefault(code, self.found[before])

    # --- single values -----------------------------------------------------------------------------------------

    def _text(self, node: AnyNode, path: str) -> str | None:
        if isinstance(node, Scalar) and not node.null and node.text.strip():
            return node.text.strip()
        self._note(node, path, f"a text was expected, not {_called(node)}")
        return None

    def _texts(self, node: AnyNode, path: str) -> tuple[str, ...] | None:
        if isinstance(node, Scalar):
            text = self._text(node, path)
            return (text,) if text is not None else None
        if isinstance(node, Listing):
            texts = [self._text(item, f"{path}[{i}]") for i, item in enumerate(node.items)]
            return tuple(text for text in texts if text is not None)
        self._note(node, path, f"a list of texts was expected, not {_called(node)}")
        return None

    def _identifiers(self, node: AnyNode, path: str) -> dict[str, str]:
        said = {key.text.strip(): self._text(value, f"{path}.{key.text}") for key, value in self._open(node, path)}
        if "" in said:
            self._note(node, path, "a scheme has a name, as in {nbs: '511102'}")
        return {scheme: value for scheme, value in said.items() if scheme and value is not None}

    def _name(self, node: AnyNode, path: str) -> Text | None:
        text = self._text(node, path)
        return self._guarded(node, path, lambda: as_name(text)) if text is not None else None

    def _bilingual(self, node: AnyNode, path: str) -> Text | None:
        text = self._text(node, path)
        return self._guarded(node, path, lambda: Text.of(text)) if text is not None else None

    def _day(self, node: AnyNode, path: str) -> date | None:
        text = self._text(node, path)
        if text is None:
            return None
        day = as_day(text)
        if day is None:
            self._note(node, path, "a day is written as in 2020-01-31", text)
        return day

    def _count(self, node: AnyNode, path: str) -> int | None:
        text = self._text(node, path)
        if text is None or (text.isascii() and text.isdecimal() and 0 < int(text) < 10**6):
            return int(text) if text is not None else None
        self._note(node, path, "a whole number from 1 was expected", text)
        return None

    def _truth(self, node: AnyNode, path: str) -> bool | None:
        text = self._text(node, path)
        if text is not None and text not in _TRUTH:
            self._note(node, path, "true or false was expected", text)
        return _TRUTH.get(text or "")

    def _appointment(self, node: AnyNode, path: str) -> AppointmentKind | None:
        text = self._text(node, path)
        if text in APPOINTMENT_KINDS:
            return text
        if text is not None:
            hint = near(text, APPOINTMENT_KINDS) or f"; there are {', '.join(APPOINTMENT_KINDS)}"
            self._note(node, path, f"there is no such kind of appointment{hint}", text)
        return None

    # --- structure ---------------------------------------------------------------------------------------------

    def _open(self, node: AnyNode, path: str) -> Iterator[tuple[Scalar, AnyNode]]:
        """The pairs of a record with keys of the author's own."""
        if isinstance(node, Scalar) and node.null:
            return
        if not isinstance(node, Record):
            self._note(node, path, f"names with values were expected, not {_called(node)}")
            return
        first: dict[str, Scalar] = {}
        for key, value in node.pairs:
            known = first.setdefault(key.text, key)
            if known is key:
                yield key, value
            else:
                self._note(key, f"{path}.{key.text}", f"this stands on line {known.line} already", key.text)

    def _record(self, node: AnyNode, what: str, path: str) -> Pairs:
        """The pairs of a record by key; unknown keys are noted."""
        pairs: Pairs = {}
        for key, value in self._open(node, path):
            if key.text in _FIELDS[what]:
                pairs[key.text] = (key, value)
            else:
                hint = near(key.text, _FIELDS[what]) or f"; there are {', '.join(_FIELDS[what])}"
                self._note(key, _joined(path, key.text), f"there is no such key here{hint}", key.text)
        return pairs

    def _each(self, top: Pairs, field: str, read: Callable[[AnyNode, str], T], within: str = "") -> list[T]:
        path = f"{within}{field}"
        node = top[field][1] if field in top else None
        if node is None or (isinstance(node, Scalar) and node.null):
            return []
        if not isinstance(node, Listing):
            self._note(node, path, f"a list was expected, not {_called(node)}")
            return []
        return [read(item, f"{path}[{i}]") for i, item in enumerate(node.items)]

    def _optional(self, pairs: Pairs, field: str, path: str, read: Callable[[AnyNode, str], T | None]) -> T | None:
        if field not in pairs:
            return None
        node = pairs[field][1]
        return None if isinstance(node, Scalar) and node.null else read(node, _joined(path, field))

    def _required(
        self,
        pairs: Pairs,
        field: str,
        path: str,
        read: Callable[[AnyNode, str], T | None],
        owner: AnyNode | None = None,
    ) -> T | None:
        if field in pairs:
            return read(pairs[field][1], _joined(path, field))
        # A record that is no record was reported already.
        if owner is None or isinstance(owner, Record):
            self._note(owner or Scalar("", 1, 1), _joined(path, field), f"the {field} is missing")
        return None

    def _guarded(self, node: AnyNode, path: str, make: Callable[[], T]) -> T | None:
        try:
            return make()
        except InvalidInput as error:
            inner = error.faults
            for fault in inner:
                self._note(node, f"{path}.{fault.path}", fault.reason, fault.value)
            if not inner:
                self._note(node, path, str(error))
        except CivicflowError as error:
            self._note(node, path, str(error))
        return None

    def _note(self, node: AnyNode, path: str, reason: str, value: str = "") -> None:
        self.found.append(at(self.source, _place(node, path), reason, value))


Pairs = dict[str, tuple[Scalar, AnyNode]]


def _joined(path: str, field: str) -> str:
    return f"{path}.{field}" if path else field


def _place(node: AnyNode, path: str) -> Place:
    return Place(node.line, node.column, path)


def _places(node: AnyNode, pairs: Pairs, path: str) -> dict[str, Place]:
    places = {field: _place(value, f"{path}.{field}") for field, (_, value) in pairs.items()}
    return {"": _place(node, path), **places}


def _called(node: AnyNode) -> str:
    if isinstance(node, Scalar):
        return "nothing" if node.null or not node.text.strip() else "a single value"
    return "a list" if isinstance(node, Listing) else "names with values"

"""Which levels a place has, and which may hang under which: data, never code.

Places differ. One runs through district, subdistrict, community, compound and building; another skips some of them or
puts a joint area in between. A `LevelScheme` names the levels of one place; a level that several others may carry
(``under``) says so, and that is also how a level is skipped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

import attrs

from civicflow.errors import Fault, InvalidInput, NotFound
from civicflow.hierarchy.rules import Incompatible, Requirement
from civicflow.texts import Text


def near(word: str, words: Iterable[str]) -> str:
    """A hint for a misspelt word: ``; did you mean 'district'?``, or nothing when no word comes near.

    >>> near("distrct", ["city", "district"])
    "; did you mean 'district'?"
    """
    found = get_close_matches(word, list(words), n=1)
    return f"; did you mean {found[0]!r}?" if found else ""


def _bilingual(text: Text | str) -> Text:
    return Text.of(text)


@attrs.frozen
class Level:
    """One level of a place, for instance subdistrict (街道).

    Attributes:
        name: the symbol that files and code use.
        text: what clerks and residents read.
        under: the levels it may hang under; empty where it stands at the top.
        top: whether it may stand at the top although ``under`` is not empty (the levels above it are optional).
    """

    name: str
    text: Text = attrs.field(converter=_bilingual)
    under: tuple[str, ...] = ()
    top: bool = False


@attrs.frozen
class LevelScheme:
    """The levels of one place.

    >>> scheme = LevelScheme("town", (Level("town", "Town | 镇"), Level("village", "Village | 村", ("town",))))
    >>> scheme.may_hang("village", "town"), scheme.may_hang("village", None)
    (True, False)

    Attributes:
        name: the name of the scheme.
        levels: the levels, in any order.
        requires: what each area of a level must have; see `civicflow.hierarchy.rules`.
        incompatible: the posts that nobody holds at once.

    Raises:
        InvalidInput: with every fault of the scheme: an unknown level in ``under`` or in a requirement, a cycle, a
            duplicate, no top.
    """

    name: str
    levels: tuple[Level, ...]
    requires: tuple[Requirement, ...] = ()
    incompatible: tuple[Incompatible, ...] = ()

    def __attrs_post_init__(self) -> None:
        faults = (*scheme_faults(self.levels), *_unknown(self.levels, self.requires))
        if faults:
            msg = f"the level scheme {self.name!r} is not sound"
            raise InvalidInput(msg, faults)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the levels, in the order in which they were given."""
        return tuple(level.name for level in self.levels)

    def level(self, name: str) -> Level:
        """The level of that name.

        Raises:
            NotFound: if the scheme has no such level.
        """
        for level in self.levels:
            if level.name == name:
                return level
        msg = f"the scheme {self.name!r} has no level {name!r}{near(name, self.names)}; it has {', '.join(self.names)}"
        raise NotFound(msg)

    def may_hang(self, child: str, parent: str | None) -> bool:
        """Whether an area of level ``child`` may hang under one of level ``parent``; None means: at the top.

        Raises:
            NotFound: if the scheme has no level ``child``.
        """
        level = self.level(child)
        if parent is None:
            return level.top or not level.under
        return parent in level.under

    def to_builtins(self) -> dict[str, Any]:
        """The scheme as JSON-safe values."""
        return {
            "name": self.name,
            "levels": [
                {
                    "name": level.name,
                    "text": [level.text.en, level.text.zh],
                    **({"under": list(level.under)} if level.under else {}),
                    **({"top": True} if level.top else {}),
                }
                for level in self.levels
            ],
            **({"requires": [rule.to_builtins() for rule in self.requires]} if self.requires else {}),
            **({"incompatible": [rule.to_builtins() for rule in self.incompatible]} if self.incompatible else {}),
        }

    @classmethod
    def from_builtins(cls, data: Mapping[str, Any]) -> LevelScheme:
        """The scheme that `to_builtins` wrote."""
        return cls(
            data["name"],
            tuple(
                Level(level["name"], Text(*level["text"]), tuple(level.get("under", ())), level.get("top", False))
                for level in data["levels"]
            ),
            tuple(map(Requirement.from_builtins, data.get("requires", ()))),
            tuple(map(Incompatible.from_builtins, data.get("incompatible", ()))),
        )


def scheme_faults(levels: Iterable[Level]) -> Iterable[Fault]:
    """Every fault of a set of levels; `Fault.path` says where."""
    levels = tuple(levels)
    first: dict[str, int] = {}
    for i, level in enumerate(levels):
        if level.name in first:
            reason = f"the level stands twice; it is levels[{first[level.name]}] already"
            yield Fault(reason=reason, value=level.name, path=f"levels[{i}].name")
        first.setdefault(level.name, i)
    for i, level in enumerate(levels):
        for j, above in enumerate(level.under):
            if above not in first:
                reason = f"the scheme has no such level{near(above, first)}"
                yield Fault(reason=reason, value=above, path=f"levels[{i}].under[{j}]")
    loop = _loop({level.name: level.under for level in levels})
    if loop:
        reason = "a level hangs under itself; take one of these out of `under`"
        yield Fault(reason=reason, value=" under ".join(loop), path=f"levels[{first[loop[0]]}].under")
    elif not any(level.top or not level.under for level in levels):
        yield Fault(reason="no level may stand at the top; give one an empty `under`", path="levels")


def _unknown(levels: Iterable[Level], requires: Iterable[Requirement]) -> Iterable[Fault]:
    names = [level.name for level in levels]
    for i, rule in enumerate(requires):
        if rule.level not in names:
            reason = f"the scheme has no such level{near(rule.level, names)}"
            yield Fault(reason=reason, value=rule.level, path=f"requires[{i}].level")


def _loop(under: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """A cycle in ``under``, first name repeated at the end, or nothing."""
    sound: set[str] = set()

    def walk(name: str, path: tuple[str, ...]) -> tuple[str, ...]:
        if name in path:
            return (*path[path.index(name) :], name)
        if name not in sound:
            for above in under.get(name, ()):
                found = walk(above, (*path, name))
                if found:
                    return found
            sound.add(name)
        return ()

    for name in under:
        found = walk(name, ())
        if found:
            return found
    return ()

"""What is compared, and what comes of it: who, what, records, how like two are, and what is suggested."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction

import attrs

from civicflow.hierarchy.naming import spelled
from civicflow.texts import Text


def _keys(keys: Iterable[str]) -> frozenset[str]:
    return frozenset(key for key in (exact_key(key) for key in keys) if key)


def exact_key(key: str) -> str:
    """A key ``KIND:VALUE`` as it is compared; empty where it has no value. A ``phone`` is its digits, without China's prefix.

    >>> exact_key("phone:+86 139-0000 1234"), exact_key("phone: 　"), exact_key("person:P-1")
    ('phone:13900001234', '', 'person:P-1')
    """
    kind, _, value = key.partition(":")
    if kind == "phone":
        digits = "".join(letter for letter in spelled(value) if letter.isdecimal())
        value = re.sub(r"^(?:0086|86)(?=1\d{10}$)", "", digits)
    return f"{kind}:{value.strip()}" if value.strip() else ""


def _names(names: str | Iterable[str]) -> tuple[str, ...]:
    return tuple(name for name in ((names,) if isinstance(names, str) else names) if name.strip())


@attrs.frozen(kw_only=True)
class Who:
    """Who raised something, as it was written.

    Attributes:
        names: the name and its aliases, for instance ``("张伟", "Zhang Wei")``.
        keys: exact ones, ``KIND:VALUE``, for instance ``phone:13900001234``.
        door: where they live, in words; it supports a name, and decides nothing by itself, since families share it.
    """

    names: tuple[str, ...] = attrs.field(default=(), converter=_names)
    keys: frozenset[str] = attrs.field(default=frozenset(), converter=_keys)
    door: str = ""


@attrs.frozen(kw_only=True)
class What:
    """What something is about.

    Attributes:
        title: in somebody's own words.
        category: levels apart by ``/``, for instance ``roads/lamps``; empty where unknown.
        place: the code of the unit or place; empty where unknown.
        keys: exact ones, ``KIND:VALUE``, for instance a file number that both cite.
    """

    title: str = ""
    category: str = ""
    place: str = ""
    keys: frozenset[str] = attrs.field(default=frozenset(), converter=_keys)


@attrs.frozen(kw_only=True)
class Record:
    """Something that may have been recorded before.

    Attributes:
        id: its own.
        who: who raised it; None where that does not matter, or nobody is known.
        what: what it is about; None where that does not matter.
        pool: only records of one pool are compared, for instance those of one community.
    """

    id: str
    who: Who | None = None
    what: What | None = None
    pool: str = ""


@attrs.frozen
class Likeness:
    """How like two records are.

    Attributes:
        score: 0 (nothing speaks for it) to 1 (they share an exact key), exact.
        reasons: what speaks for it and against it, in sentences.
    """

    score: Fraction
    reasons: tuple[Text, ...] = ()

    @property
    def is_exact(self) -> bool:
        """Whether nothing is left to be judged."""
        return self.score == 1


@attrs.frozen(kw_only=True)
class Suggestion:
    """That two records may speak of the same.

    Attributes:
        one, other: their ids, the lesser first.
        likeness: how like they are, and why.
    """

    one: str
    other: str
    likeness: Likeness

    @property
    def pair(self) -> tuple[str, str]:
        """Both ids."""
        return self.one, self.other

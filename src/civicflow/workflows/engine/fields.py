"""How the data class of a step marks its fields: what is private, what is public on purpose, what may be left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import attrs

from civicflow.ids import UnitId

_PRIVATE = "civicflow.private"
_PUBLIC = "civicflow.public"


def private(*, default: Any = attrs.NOTHING, converter: Callable[[Any], Any] | None = None) -> Any:
    """A field of a step's data that the public must not see: it is kept beside the entry and can be erased."""
    return attrs.field(default=default, converter=converter, metadata={_PRIVATE: True}, kw_only=True)


def public(*, default: Any = attrs.NOTHING) -> Any:
    """A field of a step's data that is public although its name suggests a person: an office's address, say."""
    return attrs.field(default=default, metadata={_PUBLIC: True}, kw_only=True)


def texts(given: str | Iterable[str]) -> tuple[str, ...]:
    """A converter: several texts, in order; a text alone is one of them, an empty one is none.

    >>> texts("a"), texts(""), texts(["a", "b"])
    (('a',), (), ('a', 'b'))
    """
    if isinstance(given, str):
        return (given,) if given else ()
    return tuple(given)


def distinct(given: Iterable[str]) -> tuple[str, ...]:
    """A converter: several texts, each once, in their own order.

    >>> distinct(["b", "a", "b"])
    ('a', 'b')
    """
    return tuple(sorted(set(given)))


def unit_ids(given: Iterable[UnitId]) -> tuple[UnitId, ...]:
    """A converter: several units, in order."""
    return tuple(given)


def is_private(field: attrs.Attribute[Any]) -> bool:
    """Whether a field was declared `private`."""
    return bool(field.metadata.get(_PRIVATE))


def said_public(field: attrs.Attribute[Any]) -> bool:
    """Whether a field was declared `public`."""
    return bool(field.metadata.get(_PUBLIC))

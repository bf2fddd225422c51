"""Drafts: how frozen records are made quickly.

A frozen attrs class pays a guarded assignment for each field whenever one is made (1.5 µs for an entry), and keyword
arguments cost as much again. A draft is an unfrozen class of the same layout, filled by position, which then becomes the
record itself by taking on its class (0.3 µs). It is for the few records that every step makes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import attrs

R = TypeVar("R")


def draft_of(cls: type[Any]) -> type[Any]:
    """The unfrozen twin of a frozen class, which must be slotted, have no weak references, and convert nothing."""
    fields = attrs.fields(cls)
    # Filled by position, so that only what follows the last mandatory field may be left out.
    needed = max((place for place, field in enumerate(fields) if field.default is attrs.NOTHING), default=-1)
    return attrs.make_class(
        f"{cls.__name__}Draft",
        {
            f.name: attrs.field(default=attrs.NOTHING if place <= needed else f.default)
            for place, f in enumerate(fields)
        },
        slots=True,
        weakref_slot=False,
        eq=False,
        repr=False,
    )


def maker(cls: type[R]) -> Callable[..., R]:
    """A function that makes such records of their fields' values, in the order in which the class declares them.

    >>> @attrs.frozen(kw_only=True, weakref_slot=False)
    ... class Point:
    ...     x: int
    ...     y: int = 0
    >>> point = maker(Point)
    >>> point(1, 2), point(3) == Point(x=3)
    (Point(x=1, y=2), True)
    """
    draft = draft_of(cls)

    def make(*values: object) -> R:
        made = draft(*values)
        made.__class__ = cls
        return made  # type: ignore[no-any-return]  # it is one now

    return make

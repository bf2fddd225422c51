"""Copies of what can change; what cannot is shared."""

from __future__ import annotations

import copy
from collections import deque
from typing import Any, TypeVar, cast

T = TypeVar("T")


class Mutable:
    """An object whose attributes are copied with it."""

    __slots__ = ()


def copied(value: T, seen: dict[int, Any]) -> T:
    """A copy of a container down to what never changes; what was one thing in two places is one thing in the copy.

    Args:
        value: containers of `Mutable` objects and of values that never change.
        seen: the copies that were made so far, by the identity of their originals.
    """
    if not isinstance(value, (dict, list, set, deque, Mutable)):
        return value
    if id(value) not in seen:
        seen[id(value)] = _copied(value, seen)
    return cast("T", seen[id(value)])


def _copied(value: Any, seen: dict[int, Any]) -> Any:
    if isinstance(value, dict):
        return {key: copied(item, seen) for key, item in value.items()}
    if isinstance(value, Mutable):
        return _copied_object(value, seen)
    return type(value)(copied(item, seen) for item in value)


def _copied_object(value: Mutable, seen: dict[int, Any]) -> Mutable:
    twin = copy.copy(value)
    names = getattr(value, "__slots__", ()) or vars(value)
    for name in names:
        if name != "__weakref__":
            setattr(twin, name, copied(getattr(value, name), seen))
    return twin

"""What a field of a step's data may hold: attrs validators that say fact, value and remedy."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from civicflow.errors import InvalidInput

Validator = Callable[[Any, "attrs.Attribute[Any]", Any], None]


def one_of(*known: str) -> Validator:
    """A field that holds one of these words.

    Raises:
        InvalidInput: the validator, for any other value.
    """

    def check(_: Any, attribute: attrs.Attribute[Any], value: Any) -> None:
        if value not in known:
            msg = f"{attribute.name} is one of {', '.join(map(repr, known))}; got {value!r}"
            raise InvalidInput(msg)

    return check


def at_least(least: int) -> Validator:
    """A field that holds a whole number, from this one on.

    Raises:
        InvalidInput: the validator, for any other value.
    """

    def check(_: Any, attribute: attrs.Attribute[Any], value: Any) -> None:
        if type(value) is not int or value < least:
            msg = f"{attribute.name} is a whole number from {least} on; got {value!r}"
            raise InvalidInput(msg)

    return check


def said(_: Any, attribute: attrs.Attribute[Any], value: str) -> None:
    """A field that holds words: a reason that is empty is none.

    Raises:
        InvalidInput: if it is empty or blank.
    """
    if not value.strip():
        msg = f"{attribute.name} is read by those whom it concerns; got an empty text"
        raise InvalidInput(msg)

"""Canonical bytes: what is stored is what is hashed.

One value has one spelling: JSON with sorted ASCII keys (the order of RFC 8785), UTF-8, no blanks; instants in UTC with
``Z`` and six digits of a second's fraction where there is one; decimals and fractions as texts. Floats have no place
here, nor integers from 2⁵³ on, which JavaScript would round.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from functools import singledispatch
from typing import Any

import attrs
import msgspec

from civicflow.errors import Fault, InvalidInput

_ENCODER = msgspec.json.Encoder(order="sorted")
_DECODER = msgspec.json.Decoder()
_SAFE = 2**53

Plain = Any
"""None, bool, int, str, or lists and dicts of them: what JSON can hold without loss."""


def encode(value: Plain) -> bytes:
    """The canonical bytes of builtins that `plain` has passed, or that the engine made itself.

    >>> encode({"b": 1, "a": None})
    b'{"a":null,"b":1}'

    Raises:
        InvalidInput: if a text holds a lone surrogate.
    """
    try:
        return _ENCODER.encode(value)
    except UnicodeEncodeError as error:
        msg = f"a text holds a lone surrogate, which is no character: {error.object[error.start]!r}"
        raise InvalidInput(msg) from error


def decode(body: bytes) -> Plain:
    """Builtins from canonical bytes.

    Raises:
        InvalidInput: if the bytes are no JSON.
    """
    try:
        return _DECODER.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        msg = f"these bytes are no canonical JSON: {error}"
        raise InvalidInput(msg) from error


def plain(value: object, *, path: str = "data") -> Plain:
    """Turn typed values into builtins that keep their meaning.

    >>> from fractions import Fraction
    >>> plain({"share": Fraction(2, 3), "sum": Decimal("18000.00")})
    {'share': '2/3', 'sum': '18000.00'}

    Raises:
        InvalidInput: for floats, integers from 2⁵³ on, naive times, NUL characters, keys that are not ASCII, and types
            that have no plain form; every fault of the value at once.
    """
    if _is_plain(value):
        return value
    faults: list[Fault] = []
    result = _plain(value, path, faults)
    if faults:
        msg = "this value cannot be entered in a ledger"
        raise InvalidInput(msg, faults)
    return result


def _is_plain(value: object) -> bool:
    """Whether a value is a builtin that stays as it is, as most that people give are; told without a dispatch."""
    kind = type(value)
    if kind is str:
        return "\0" not in value  # type: ignore[operator]  # it is a text
    return kind is bool or value is None or (kind is int and -_SAFE < value < _SAFE)  # type: ignore[operator]  # it is an int


@singledispatch
def _plain(value: object, path: str, faults: list[Fault]) -> Plain:
    cls = type(value)
    if attrs.has(cls):
        return {
            field.name: _plain(getattr(value, field.name), f"{path}.{field.name}", faults)
            for field in attrs.fields(cls)
        }
    return _wrong(faults, path, value, f"a {cls.__name__} has no exact plain form; use text, int or Decimal")


@_plain.register(type(None))
@_plain.register(bool)
def _as_it_is(value: bool | None, path: str, faults: list[Fault]) -> Plain:  # noqa: ARG001, FBT001 - all forms are called alike
    return value


@_plain.register
def _integer(value: int, path: str, faults: list[Fault]) -> Plain:
    if -_SAFE < value < _SAFE:
        return int(value)
    return _wrong(faults, path, value, "write integers from 2⁵³ on as text")


@_plain.register
def _string(value: str, path: str, faults: list[Fault]) -> Plain:
    if "\0" in value:
        return _wrong(faults, path, value, "a text holds no NUL character")
    return str(value)


@_plain.register
def _member(value: Enum, path: str, faults: list[Fault]) -> Plain:
    return _plain(value.value, path, faults)


@_plain.register
def _day(value: date, path: str, faults: list[Fault]) -> Plain:  # noqa: ARG001 - all forms are called alike
    return value.isoformat()


@_plain.register
def _instant(value: datetime, path: str, faults: list[Fault]) -> Plain:
    if value.tzinfo is None:
        return _wrong(faults, path, value, "an instant needs a time zone")
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


@_plain.register
def _decimal(value: Decimal, path: str, faults: list[Fault]) -> Plain:
    if value.is_finite():
        return str(value)
    return _wrong(faults, path, value, "a decimal is a finite number")


@_plain.register
def _fraction(value: Fraction, path: str, faults: list[Fault]) -> Plain:  # noqa: ARG001 - all forms are called alike
    return f"{value.numerator}/{value.denominator}"


@_plain.register
def _mapping(value: Mapping, path: str, faults: list[Fault]) -> Plain:  # type: ignore[type-arg]  # dispatches on the class
    return {_key(key, path, faults): _plain(item, f"{path}.{key}", faults) for key, item in value.items()}


@_plain.register(list)
@_plain.register(tuple)
def _sequence(value: Sequence[object], path: str, faults: list[Fault]) -> Plain:
    return [_plain(item, f"{path}[{i}]", faults) for i, item in enumerate(value)]


@_plain.register
def _set(value: AbstractSet, path: str, faults: list[Fault]) -> Plain:  # type: ignore[type-arg]  # dispatches on the class
    return sorted(_plain(item, f"{path}{{}}", faults) for item in value)


def _key(key: object, path: str, faults: list[Fault]) -> str:
    if isinstance(key, str) and key.isascii():
        return key
    _wrong(faults, path, key, "a key is ASCII text")
    return ""


def _wrong(faults: list[Fault], path: str, value: object, reason: str) -> None:
    faults.append(Fault(reason=reason, value=repr(value)[:80], path=path))

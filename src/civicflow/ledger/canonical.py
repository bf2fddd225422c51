"""Canonical bytes: what is stored is what is hashed.

One value has one spelling: JSON with sorted ASCII keys (the order of RFC 8785), UTF-8, no blanks; instants in UTC with
``Z``; decimals and fractions as texts. Floats have no place here, nor integers from 2⁵³ on, which JavaScript would
round.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from fractions import Fraction
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
    """
    return _ENCODER.encode(value)


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
    faults: list[Fault] = []
    result = _plain(value, path, faults)
    if faults:
        msg = "this value cannot be entered in a ledger"
        raise InvalidInput(msg, faults)
    return result


def _plain(value: object, path: str, faults: list[Fault]) -> Plain:
    match value:
        case None | bool():
            return value
        case Enum():
            return _plain(value.value, path, faults)
        case int():
            return int(value) if -_SAFE < value < _SAFE else _wrong(faults, path, value, "write integers from 2⁵³ on as text")
        case str():
            return str(value) if "\0" not in value else _wrong(faults, path, value, "a text holds no NUL character")
        case datetime():
            return _instant(value, path, faults)
        case date():
            return value.isoformat()
        case Decimal() if value.is_finite():
            return str(value)
        case Fraction():
            return f"{value.numerator}/{value.denominator}"
        case Mapping():
            return {_key(key, path, faults): _plain(item, f"{path}.{key}", faults) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item, f"{path}[{i}]", faults) for i, item in enumerate(value)]
        case Set():
            return sorted(_plain(item, f"{path}{{}}", faults) for item in value)
    if attrs.has(type(value)):
        return {
            field.name: _plain(getattr(value, field.name), f"{path}.{field.name}", faults)
            for field in attrs.fields(type(value))
        }
    return _wrong(faults, path, value, f"a {type(value).__name__} has no exact plain form; use text, int or Decimal")


def _instant(value: datetime, path: str, faults: list[Fault]) -> Plain:
    if value.tzinfo is None:
        return _wrong(faults, path, value, "an instant needs a time zone")
    return value.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def _key(key: object, path: str, faults: list[Fault]) -> str:
    if isinstance(key, str) and key.isascii():
        return key
    _wrong(faults, path, key, "a key is ASCII text")
    return ""


def _wrong(faults: list[Fault], path: str, value: object, reason: str) -> None:
    faults.append(Fault(reason=reason, value=repr(value)[:80], path=path))

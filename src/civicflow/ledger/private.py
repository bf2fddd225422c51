"""Private parts: what the public must not see, beside the entry that holds only its digest.

Erasing deletes salt and body and is an entry itself, whose step is ``erase`` and whose delta names what was erased.
Without its salt, the digest that stays in the entry tells nothing about a guessable body.
"""

# ruff: noqa: D102  the fields are those of Entry

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any, Final, Protocol

import attrs

ERASE: Final = "erase"
"""The step of an entry that erased private parts."""

ERASED: Final = "erased"
"""Where such an entry's delta lists them, each as ``[matter, version]``."""


@attrs.frozen
class PrivatePart:
    """Salt and body of a private part.

    Attributes:
        salt: random bytes, at least 16.
        body: canonical bytes of the private fields.
    """

    salt: bytes
    body: bytes

    @property
    def digest(self) -> str:
        """What the entry holds."""
        return digest(self.salt, self.body)


class Erasing(Protocol):
    """As much of an entry as is needed to tell what it erased."""

    @property
    def step(self) -> str: ...
    @property
    def delta(self) -> Mapping[str, Any]: ...


def digest(salt: bytes, body: bytes) -> str:
    """SHA-256 (hex) over salt and body: what the entry holds."""
    return hashlib.sha256(salt + body).hexdigest()


def erasure(parts: Iterable[tuple[str, int]]) -> dict[str, Any]:
    """The delta of an entry that erases the private parts of these (matter, version).

    >>> erasure([("T-1", 4)])
    {'erased': [['T-1', 4]]}
    """
    return {ERASED: [[matter, version] for matter, version in parts]}


def erased_by(entry: Erasing) -> tuple[tuple[str, int], ...]:
    """The (matter, version) of the private parts that an entry erased; none for any other step."""
    if entry.step != ERASE:
        return ()
    return tuple((matter, version) for matter, version in entry.delta.get(ERASED, ()))

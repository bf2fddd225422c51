"""Who asks: the login that your application has already. Here a file of tokens stands for it.

civicflow vouches for nobody. The application makes sure that a request comes from a person; whether this person holds
the post in which they act is asked by the office, at every step.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from civicflow import Actor, InvalidInput, Office


class Sessions:
    """Whose token it is.

    Args:
        persons: the person of each token's SHA-256, in hexadecimal digits: whoever reads the file cannot sign in with it.
    """

    def __init__(self, persons: Mapping[str, str]) -> None:
        self._persons = dict(persons)

    @classmethod
    def load(cls, path: str | Path) -> Sessions:
        """The sessions of a file of JSON, ``{"SHA-256 of a token": "person"}``."""
        return cls(json.loads(Path(path).read_text(encoding="utf-8")))

    def person(self, authorization: str) -> str | None:
        """The person of ``Authorization: Bearer TOKEN`` (RFC 6750), or None."""
        scheme, _, token = authorization.partition(" ")
        return self._persons.get(digest(token.strip())) if scheme.lower() == "bearer" else None


def digest(token: str) -> str:
    """What is kept of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def acting_as(office: Office, person: str, capacity: str) -> Actor:
    """A person in the capacity that the request's ``Acting-As`` names: ``POST@UNIT``, or nothing for a resident.

    Raises:
        InvalidInput: it names no post, or no unit.
        NotFound: no unit is called that.
    """
    if not capacity:
        return office.act_as(person)
    post, at, unit = capacity.partition("@")
    if not (post and at and unit):
        msg = f"Acting-As is POST@UNIT, for instance secretary@410106001005; got {capacity!r}"
        raise InvalidInput(msg)
    return office.act_as(person, post=post, unit=unit)

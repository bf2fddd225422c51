"""Ids: a type for each kind of thing, and the spelling of a case's path.

A matter is a root case with its shares. A child's id spells its path and carries the version of the entry that opened
it, ``T-7f3a/health@2``: a second dispatch to the same body opens another child and never overwrites the first.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Final, NewType

from civicflow.errors import InvalidInput

_APART: Final = frozenset("/@#:")

CaseId = NewType("CaseId", str)
"""Anything that runs through a flow: a ticket, a proposal, or one share of either."""

MatterId = NewType("MatterId", str)
"""A root case together with its shares: the unit of consistency."""

UnitId = NewType("UnitId", str)
"""An area or a body. Opaque: codes and names change, the id does not."""

PersonId = NewType("PersonId", str)
"""A pseudonymous person. Names and addresses stand in private parts, never in an id."""

PostId = NewType("PostId", str)
"""A seat in a body, which exists while it is vacant."""

IdSource = Callable[[str], str]
"""Makes a new id, given what it is for (``ticket``, ``proposal``, ``unit`` …)."""

NewBytes = Callable[[int], bytes]
"""A source of random bytes, for instance `secrets.token_bytes`."""


def matter_of(case: CaseId) -> MatterId:
    """The matter that a case belongs to.

    >>> matter_of(CaseId("T-7f3a/health@2"))
    'T-7f3a'
    """
    return MatterId(case.partition("/")[0])


def parent_of(case: CaseId) -> CaseId | None:
    """The case that opened this one, or None for a root.

    >>> parent_of(CaseId("T-7f3a/health@2"))
    'T-7f3a'
    """
    parent, slash, _ = case.rpartition("/")
    return CaseId(parent) if slash else None


def child_id(parent: CaseId, key: str, version: int) -> CaseId:
    """The id of a child that the parent's entry number ``version`` opened.

    >>> child_id(CaseId("T-7f3a"), "health", 2)
    'T-7f3a/health@2'

    Raises:
        InvalidInput: if the key is empty or holds a character that paths are made of.
    """
    return CaseId(f"{parent}/{path_safe(key)}@{version}")


def raised_id(flow: str, by: CaseId, version: int, number: int) -> CaseId:
    """The id of a matter that an entry of another one begins; a decision that is made anew makes the same.

    >>> raised_id("four-part-ticket", CaseId("R-7f3a"), 2, 0)
    'F-9b20f2d54512ce7d'

    Args:
        flow: the name of its flow.
        by: the case whose entry begins it.
        version: the number of that entry.
        number: which of those that this entry begins.
    """
    return CaseId(f"{flow[:1].upper()}-{hashlib.sha256(f'{by}@{version}#{number}'.encode()).hexdigest()[:16]}")


def path_safe(key: str) -> str:
    """The key itself, if it can stand in a path.

    Raises:
        InvalidInput: if it is empty or holds ``/``, ``@``, ``#`` or ``:``.
    """
    if not key or not _APART.isdisjoint(key):
        msg = f"a key in a path is not empty and holds none of {' '.join(sorted(_APART))}; got {key!r}"
        raise InvalidInput(msg)
    return key


def random_ids(new_bytes: NewBytes) -> IdSource:
    """Ids of a letter and sixteen hexadecimal digits, ``T-9c1f…``, drawn from ``new_bytes``."""

    def new(kind: str) -> str:
        return f"{kind[:1].upper()}-{new_bytes(8).hex()}"

    return new

"""Names by which sessions meet: advisory locks and a channel, for each schema of a database its own."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Literal

Lock = Literal["migrate", "draw", "wait"]
"""``migrate``: one brings the tables up to date. ``draw``: one draws positions. ``wait``: somebody waits for commits."""


@lru_cache(maxsize=64)
def number(lock: Lock, schema: str) -> int:
    """The number of an advisory lock, 64 bits with a sign.

    >>> number("draw", "north") != number("draw", "south")
    True
    """
    return int.from_bytes(hashlib.sha256(f"civicflow {lock} {schema}".encode()).digest()[:8], signed=True)


@lru_cache(maxsize=64)
def channel(schema: str) -> str:
    """The channel on which commits are announced."""
    return f"civicflow_{hashlib.sha256(schema.encode()).hexdigest()[:16]}"

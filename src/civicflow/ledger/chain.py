"""The chain of a matter's entries: each hash covers the one before and the stored bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Final

ZERO: Final = bytes(32)
"""What the first entry of a matter is chained to."""


def link(previous: bytes, body: bytes) -> bytes:
    """SHA-256 over the previous hash and the stored bytes."""
    return hashlib.sha256(previous + body).digest()


def check(links: Iterable[tuple[bytes, bytes]], previous: bytes = ZERO) -> int | None:
    """Where a chain breaks: the index of the first link whose hash is not that of its body, or None where it holds.

    Args:
        links: hash and stored bytes of each entry, in order.
        previous: the hash before the first of them.

    >>> first = link(ZERO, b"a")
    >>> check([(first, b"a"), (link(first, b"b"), b"b")]), check([(first, b"a"), (first, b"b")])
    (None, 1)
    """
    for index, (hash_, body) in enumerate(links):
        if link(previous, body) != hash_:
            return index
        previous = hash_
    return None

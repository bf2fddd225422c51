"""Numbers made from a seed: the same on every machine, each from what it is for, so that one more changes no other."""

from __future__ import annotations

from hashlib import sha256


def drawn(seed: int, *what: object, below: int) -> int:
    """A number from 0 up to but not including ``below``.

    >>> drawn(2020, "lane", 7, below=10) == drawn(2020, "lane", 7, below=10)
    True

    Args:
        seed: of the whole example.
        what: what the number is for.
        below: how many numbers there are.
    """
    return int.from_bytes(sha256(repr((seed, *what)).encode()).digest()[:8]) % below

"""A lot that anybody can draw again: from a seed that is recorded, never from a hidden coin.

The seed has to come from outside, after it was said where it would come from: a public lottery's next number, a die thrown
before everybody. Whoever knows it draws the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from civicflow.errors import InvalidInput


def drawn(seed: str, among: Iterable[str]) -> str:
    """The one that the lot falls on: SHA-256 over the seed and the sorted names, modulo their number.

    >>> drawn("2026-11-27: 4 1 7", ["no", "yes"]) == drawn("2026-11-27: 4 1 7", ["yes", "no"])
    True

    Args:
        seed: a text that is recorded beside the result.
        among: the names, in any order, each once.

    Raises:
        InvalidInput: for an empty seed, or nothing to draw from.
    """
    names = sorted(set(among))
    if not seed.strip() or not names:
        msg = f"a lot needs a seed and something to draw from; got {seed!r} and {len(names)} names"
        raise InvalidInput(msg)
    body = "\n".join([seed, *names]).encode()
    return names[int.from_bytes(hashlib.sha256(body).digest(), "big") % len(names)]

"""Ids and bytes that a test can foretell."""

from __future__ import annotations

import hashlib
from itertools import count

from civicflow.ids import IdSource, NewBytes


def sequential_ids(start: int = 1) -> IdSource:
    """Ids of a letter and a number that counts for each kind.

    >>> new = sequential_ids()
    >>> new("ticket"), new("ticket"), new("proposal")
    ('T-1', 'T-2', 'P-1')
    """
    numbers: dict[str, count[int]] = {}

    def new(kind: str) -> str:
        letter = kind[:1].upper()
        return f"{letter}-{next(numbers.setdefault(letter, count(start)))}"

    return new


def counting_bytes(seed: bytes = b"") -> NewBytes:
    """Bytes that look random, differ in each call, and are the same in each run: SHA-256 over a seed and a counter.

    >>> new = counting_bytes()
    >>> len(new(40)), new(4) == new(4), counting_bytes()(4) == counting_bytes()(4)
    (40, False, True)
    """
    numbers = count(1)

    def new(length: int) -> bytes:
        number = next(numbers)
        blocks = (hashlib.sha256(seed + f"|{number}.{block}".encode()).digest() for block in range(length // 32 + 1))
        return b"".join(blocks)[:length]

    return new

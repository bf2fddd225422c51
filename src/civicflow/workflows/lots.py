"""Lots (抽签) that anybody can draw again, from a seed that is recorded: which places a spot check goes to, which option wins a tie.

For each name the SHA-256 of ``SEED``, a line feed and the name is computed, all as UTF-8; the names with the smallest digests
are drawn, in that order. Nothing else has a part in it, so whoever knows the seed and the names draws the same. A seed is
worth as much as nobody could choose it for what it draws: take one that comes about in public after the names are settled
(the digits of a lottery of that day, a die thrown before everybody), and say beforehand where it will come from. The algorithm is ours.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256

from civicflow.errors import InvalidInput


def draw(seed: str, among: Iterable[str], many: int = 1) -> tuple[str, ...]:
    """So many of some names.

    >>> draw("2022-06-01", ["north", "east", "south", "west"], 2)
    ('west', 'south')

    Args:
        seed: any text but blanks, recorded beside what it drew.
        among: the names, in whatever order; each counts once.
        many: how many are drawn, from 1 to how many there are.

    Raises:
        InvalidInput: if the seed is blank, or so many cannot be drawn.
    """
    names = sorted(set(among))
    if not seed.strip():
        msg = f"lots are drawn from a seed that everybody may know; give one instead of {seed!r}"
        raise InvalidInput(msg)
    if type(many) is not int or not 1 <= many <= len(names):
        msg = f"of {len(names)} names one draws from 1 to {len(names)}; got {many!r}"
        raise InvalidInput(msg)
    return tuple(sorted(names, key=lambda name: (sha256(f"{seed}\n{name}".encode()).digest(), name))[:many])

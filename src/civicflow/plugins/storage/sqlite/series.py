"""Series of numbers: a row for each, which counts on in a transaction of its own."""

from __future__ import annotations

import sqlite3
from typing import Final

_DRAW: Final = (
    "INSERT INTO series (name, last) VALUES (?, 1) ON CONFLICT (name) DO UPDATE SET last = last + 1 RETURNING last"
)


def draw(cursor: sqlite3.Cursor, series: str) -> int:
    """The next number."""
    cursor.execute("BEGIN IMMEDIATE")
    ((number,),) = cursor.execute(_DRAW, (series,)).fetchall()
    cursor.execute("COMMIT")
    return int(number)

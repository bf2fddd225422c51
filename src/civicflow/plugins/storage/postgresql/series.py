"""Series of numbers: a row for each, which counts on.

It is no sequence of PostgreSQL, since those cannot be made by a role that only writes rows, and skip numbers of their own
accord after a crash. Whoever draws holds the row until its transaction ends: ours at once, the host's with the host.
"""

from __future__ import annotations

from typing import Final

from civicflow.plugins.storage.postgresql.session import Session

_DRAW: Final = """
    INSERT INTO {s}.series AS counted (name, last) VALUES (%s, 1)
    ON CONFLICT (name) DO UPDATE SET last = counted.last + 1 RETURNING last
    """


def draw(session: Session, series: str) -> int:
    """The next number."""
    ((number,),) = session.rows(_DRAW, (series,))
    return int(number)

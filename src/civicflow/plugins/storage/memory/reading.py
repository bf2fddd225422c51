"""Reads: each sees the rows of one moment, since the door holds their lock."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from heapq import nsmallest
from operator import attrgetter
from typing import Final, TypeVar

from civicflow.plugins.storage.contract import Await, NewHead, Private, Snapshot, StoredCase, StoredEntry
from civicflow.plugins.storage.memory.rows import Rows
from civicflow.plugins.storage.queries import Plan

T = TypeVar("T")

_POSITION: Final[Callable[[StoredEntry], int]] = attrgetter("position")
_VERSION: Final[Callable[[StoredEntry], int]] = attrgetter("version")
_NUMBER: Final[Callable[[NewHead], int]] = attrgetter("number")


def load(rows: Rows, ids: Sequence[str], plans: Sequence[Plan], key: str) -> Snapshot:
    """Records by id, the results of plans and a key."""
    return Snapshot(
        cases={case: rows.cases[case] for case in ids if case in rows.cases},
        found=tuple(tuple(rows.select(one)[0]) for one in plans),
        key=rows.keys.get(key),
    )


def select(rows: Rows, plan: Plan) -> tuple[list[StoredCase], bool]:
    """The records of one page, and whether there are more."""
    return rows.select(plan)


def history(rows: Rows, matter: str, after: int, limit: int | None) -> tuple[StoredEntry, ...]:
    """Entries of one matter."""
    return _page(rows.chains.get(matter, []), after, limit, _VERSION)


def feed(rows: Rows, after: int, limit: int) -> tuple[StoredEntry, ...]:
    """Entries of all matters."""
    return _page(rows.entries, after, limit, _POSITION)


def due(rows: Rows, now: int, limit: int) -> tuple[tuple[str, int], ...]:
    """Deadlines that have come."""
    ripe = ((due, case) for case, due in rows.dues.items() if due <= now)
    return tuple((case, due) for due, case in nsmallest(limit, ripe))


def asked(rows: Rows, by: str, value: str) -> tuple[Await, ...]:
    """Who is asked, by case or matter."""
    cases = [value] if by == "case" else sorted(rows.families.get(value, ()))
    return tuple(one for case in cases for one in rows.awaits.get(case, ()))


def parties(rows: Rows, matter: str) -> tuple[str, ...]:
    """Whom a matter concerns."""
    return tuple(sorted(rows.parties.get(matter, ())))


def private(rows: Rows, matter: str, version: int) -> Private | None:
    """The private part of one entry."""
    return rows.private.get((matter, version))


def private_parts(rows: Rows, after: tuple[str, int], limit: int) -> tuple[Private, ...]:
    """All private parts after a key."""
    keys = nsmallest(limit, (key for key in rows.private if key > after))
    return tuple(rows.private[key] for key in keys)


def heads(rows: Rows, after: int, limit: int) -> tuple[NewHead, ...]:
    """Heads of the log tree."""
    return _page(rows.heads, after, limit, _NUMBER)


def last_head(rows: Rows) -> NewHead | None:
    """The newest head."""
    return rows.heads[-1] if rows.heads else None


def filed(rows: Rows, digest: str) -> bytes | None:
    """A document by its content hash."""
    return rows.filed.get(digest)


def _page(items: Sequence[T], after: int, limit: int | None, number: Callable[[T], int]) -> tuple[T, ...]:
    """The items, which stand by number, that come after one."""
    start = bisect_right(items, after, key=number)
    return tuple(items[start:] if limit is None else items[start : start + limit])

"""Moving: rows in memory, given out and taken in as a database would.

A moment is a copy of everything, so its tables are listed once; a portion lists its table anew.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any, Final

from civicflow.plugins.storage.contract import Await, Key, NewHead, Private, StoredCase, StoredEntry
from civicflow.plugins.storage.memory.rows import Rows
from civicflow.plugins.storage.moving import TABLES, Mark, Portion, Row, check_mark, differing
from civicflow.plugins.storage.moving import Key as RowKey


class MemoryMoment:
    """Rows that nobody changes."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._listed: dict[str, list[Row]] = {}

    def rows(
        self, table: str, *, after: RowKey | None = None, upto: RowKey | None = None, limit: int = 1000
    ) -> Sequence[Row]:
        """A page of rows between two keys."""
        if table not in self._listed:
            self._listed[table] = listed(self._rows, table)
        return _between(self._listed[table], table, after, upto)[:limit]

    def count(self, table: str) -> int:
        """How many rows there are."""
        return len(listed(self._rows, table))


def mark(rows: Rows) -> Mark | None:
    """What is known of the copy."""
    return rows.mark


def take_in(rows: Rows, portion: Portion | None, new: Mark, was: Mark | None) -> int:
    """Compare first, then put what differs; nothing can fail half way."""
    check_mark(rows.mark, was, empty=not any(listed(rows, name) for name in TABLES))
    changed = 0
    if portion is not None:
        table = TABLES[portion.table]
        there = _between(listed(rows, portion.table), portion.table, portion.after, portion.upto)
        gone, added = differing(table, there, portion.rows)
        if gone:
            _FORGET[portion.table](rows, [table.key_of(row) for row in gone])
        if added:
            _PUT[portion.table](rows, added)
        changed = len({*map(table.key_of, gone), *map(table.key_of, added)})
    rows.mark = new
    return changed


def listed(rows: Rows, table: str) -> list[Row]:
    """The rows of a table, by key."""
    return sorted(_LISTED[table](rows), key=itemgetter(slice(len(TABLES[table].key))))


def _between(listed: list[Row], table: str, after: RowKey | None, upto: RowKey | None) -> list[Row]:
    key: Callable[[Row], Any] = TABLES[table].key_of
    start = 0 if after is None else bisect_right(listed, after, key=key)
    end = len(listed) if upto is None else bisect_right(listed, upto, key=key)
    return listed[start:end]


# -- given out ---------------------------------------------------------------------------------------------------------


def _cases(rows: Rows) -> Iterable[Row]:
    for one in rows.cases.values():
        yield one.case, one.matter, one.version, one.head, one.round, one.due, one.body, *one.facts


def _awaits(rows: Rows) -> Iterable[Row]:
    return ((one.case, one.address, one.until) for asked in rows.awaits.values() for one in asked)


_LISTED: Final[Mapping[str, Callable[[Rows], Iterable[Row]]]] = {
    "entries": lambda rows: ((one.position, one.matter, one.version, one.hash, one.body) for one in rows.entries),
    "heads": lambda rows: ((one.number, one.hash, one.body, one.signature) for one in rows.heads),
    "filed": lambda rows: rows.filed.items(),
    "keys": lambda rows: ((one.key, one.digest, one.answer) for one in rows.keys.values()),
    "cases": _cases,
    "private": lambda rows: ((one.matter, one.version, one.salt, one.body) for one in rows.private.values()),
    "awaits": _awaits,
    "parties": lambda rows: ((address, matter) for matter, some in rows.parties.items() for address in some),
    "outbox": lambda rows: rows.lanes.listed(),
    "series": lambda rows: rows.series.items(),
}


# -- taken in ----------------------------------------------------------------------------------------------------------


def _put_entries(rows: Rows, added: Iterable[Any]) -> None:
    """Where they belong: one that was committed late may have a position before the last."""
    for position, matter, version, hash_, body in added:
        entry = StoredEntry(position=position, matter=matter, version=version, hash=hash_, body=body)
        chain = rows.chains.setdefault(matter, [])
        rows.entries.insert(bisect_left(rows.entries, position, key=lambda one: one.position), entry)
        chain.insert(bisect_left(chain, version, key=lambda one: one.version), entry)


def _put_cases(rows: Rows, added: Iterable[Any]) -> None:
    for case, matter, version, head, round_, due, body, *facts in added:
        rows.put(
            StoredCase(
                case=case,
                matter=matter,
                version=version,
                head=head,
                round=round_,
                due=due,
                body=body,
                facts=tuple(facts),
            )
        )


def _forget_cases(rows: Rows, keys: Iterable[Any]) -> None:
    for (case,) in keys:
        rows.forget(case)


def _put_awaits(rows: Rows, added: Iterable[Any]) -> None:
    for case, address, until in added:
        others = [one for one in rows.awaits.get(case, ()) if one.address != address]
        rows.ask(case, (*others, Await(case, address, until)))


def _forget_awaits(rows: Rows, keys: Iterable[Any]) -> None:
    for case, address in keys:
        rows.ask(case, tuple(one for one in rows.awaits.get(case, ()) if one.address != address))


def _put_parties(rows: Rows, added: Iterable[Any]) -> None:
    for address, matter in added:
        rows.concern(matter, address)


def _forget_parties(rows: Rows, keys: Iterable[Any]) -> None:
    for address, matter in keys:
        rows.parties[matter].discard(address)
        rows.concerning[address].pop(matter, None)


def _put_heads(rows: Rows, added: Iterable[Any]) -> None:
    rows.heads.extend(NewHead(*head) for head in added)
    rows.heads.sort(key=lambda head: head.number)


_PUT: Final[Mapping[str, Callable[[Rows, Iterable[Any]], None]]] = {
    "entries": _put_entries,
    "heads": _put_heads,
    "filed": lambda rows, added: rows.filed.update(added),
    "keys": lambda rows, added: rows.keys.update((row[0], Key(*row)) for row in added),
    "cases": _put_cases,
    "private": lambda rows, added: rows.private.update((row[:2], Private(*row)) for row in added),
    "awaits": _put_awaits,
    "parties": _put_parties,
    "outbox": lambda rows, added: rows.lanes.take_in(added),
    "series": lambda rows, added: rows.series.update(added),
}


def _forget_private(rows: Rows, keys: Iterable[Any]) -> None:
    for key in keys:
        del rows.private[key]


def _forget_series(rows: Rows, keys: Iterable[Any]) -> None:
    for (name,) in keys:
        del rows.series[name]


_FORGET: Final[Mapping[str, Callable[[Rows, Iterable[Any]], None]]] = {
    "cases": _forget_cases,
    "private": _forget_private,
    "awaits": _forget_awaits,
    "parties": _forget_parties,
    "outbox": lambda rows, keys: rows.lanes.forget(name for (name,) in keys),
    "series": _forget_series,
}
"""What is kept for good is never forgotten; see `Table.kept`."""

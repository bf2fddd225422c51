"""Which pairs are worth a look: only records that share something are compared, the likest come first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import combinations
from typing import Final

from civicflow.workflows.likeness.judging import _plain, alike
from civicflow.workflows.likeness.names import read_name
from civicflow.workflows.likeness.records import Record, Suggestion, Who
from civicflow.workflows.likeness.titles import pairs_of

ENOUGH: Final = Fraction(1, 2)
"""How like two records have to be at least to be suggested; blocking rests on it, so that one may ask for more, never for less."""


class Index:
    """Records in blocks, so that one finds those like it without looking at all of them."""

    def __init__(self, records: Iterable[Record] = ()) -> None:
        self._blocks: defaultdict[tuple[str, str], list[Record]] = defaultdict(list)
        for record in records:
            self.add(record)

    def add(self, record: Record) -> None:
        """Put a record in; the same one twice would be found twice."""
        for block in blocks_of(record):
            self._blocks[record.pool, block].append(record)

    def near(self, record: Record) -> tuple[Record, ...]:
        """Every record that shares a block with this one, each once, by id; among them all that are like it by `ENOUGH`."""
        found = {
            other.id: other
            for block in blocks_of(record)
            for other in self._blocks.get((record.pool, block), ())
            if other.id != record.id
        }
        return tuple(other for _, other in sorted(found.items()))

    def like(self, record: Record, at_least: Fraction = ENOUGH) -> tuple[Suggestion, ...]:
        """Which records may speak of the same as this one, the likest first, then by id.

        Args:
            record: need not have been put in.
            at_least: how like; not below `ENOUGH`, under which blocks hide some.
        """
        return _sorted(_judge([(record, other) for other in self.near(record)], at_least))


def blocks_of(record: Record) -> frozenset[str]:
    """What a record shares with each one that is like it by `ENOUGH` or more.

    Who raised it tells more records apart than what it is about, so its blocks are those of the person where there is one.
    """
    if record.who is not None:
        return frozenset(_blocks_of_person(record.who))
    if record.what is None:
        return frozenset()
    return record.what.keys | {f"pair {pair}" for pair in pairs_of(record.what.title)}


def _blocks_of_person(who: Who) -> Iterator[str]:
    yield from who.keys
    for written in who.names:
        name = read_name(written)
        yield from (f"name {form}" for form in name.forms)
        if name.family:
            yield from (f"part {name.family} {letter}" for letter in name.given)
            if who.door:  # a family name alone is enough beside a door
                yield f"door {name.family} {_plain(who.door)}"


def suggest(
    records: Iterable[Record],
    *,
    at_least: Fraction = ENOUGH,
    rejected: Iterable[tuple[str, str]] = (),
) -> tuple[Suggestion, ...]:
    """Which of many records may speak of the same: the likest first, then by their ids.

    Args:
        records: in any order, each id once.
        at_least: how like; not below `ENOUGH`.
        rejected: pairs of which a person said that they are not the same.
    """
    blocks: defaultdict[tuple[str, str], list[Record]] = defaultdict(list)
    for record in sorted(records, key=lambda record: record.id):
        for block in blocks_of(record):
            blocks[record.pool, block].append(record)
    no = {tuple(sorted(pair)) for pair in rejected}
    met = {(one.id, other.id): (one, other) for block in blocks.values() for one, other in combinations(block, 2)}
    return _sorted(_judge((pair for ids, pair in met.items() if ids not in no), at_least))


def _judge(pairs: Iterable[tuple[Record, Record]], at_least: Fraction) -> Iterator[Suggestion]:
    for one, other in pairs:
        likeness = alike(one, other)
        if likeness.score >= max(at_least, ENOUGH):
            first, second = sorted((one.id, other.id))
            yield Suggestion(one=first, other=second, likeness=likeness)


def _sorted(suggestions: Iterable[Suggestion]) -> tuple[Suggestion, ...]:
    return tuple(sorted(suggestions, key=lambda found: (-found.likeness.score, found.pair)))


def groups(confirmed: Iterable[tuple[str, str]]) -> tuple[tuple[str, ...], ...]:
    """Who belongs together by pairs that were confirmed: each group sorted, and the groups, too.

    >>> groups([("b", "a"), ("d", "e"), ("b", "c")])
    (('a', 'b', 'c'), ('d', 'e'))
    """
    head: dict[str, str] = {}

    def top(one: str) -> str:
        while head.setdefault(one, one) != one:
            head[one] = one = head[head[one]]
        return one

    for one, other in confirmed:
        first, second = sorted((top(one), top(other)))
        head[second] = first
    found: defaultdict[str, list[str]] = defaultdict(list)
    for one in sorted(head):
        found[top(one)].append(one)
    return tuple(tuple(group) for _, group in sorted(found.items()))

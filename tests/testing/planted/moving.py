"""What is lost or doubled when a store is moved."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import attrs
from tests.testing.planted.sound import Sound, caught

from civicflow.plugins.storage.memory.moving import MemoryMoment
from civicflow.plugins.storage.memory.rows import Rows
from civicflow.plugins.storage.moving import TABLES, Key, Mark, Moment, Portion, Row


class Movable(Sound):
    """No fault, and it can be moved."""

    capabilities = Sound.capabilities | {"move"}


@caught("test_a_moment_stays_as_it_was")
class NoMoment(Movable):
    """What is written while it is moved is seen in some tables and not in others."""

    @contextmanager
    def moment(self) -> Iterator[Moment]:
        yield MemoryMoment(self.rows)


@caught("test_positions_are_kept_with_their_gaps")
class Renumbers(Movable):
    """Entries are numbered anew where they arrive, and no head says any more how far it seals."""

    def take_in(self, portion: Portion | None, mark: Mark, *, was: Mark | None) -> int:
        if portion is not None and portion.table == "entries":
            rows = tuple((len(self.rows.entries) + n, *row[1:]) for n, row in enumerate(portion.rows, 1))
            portion = attrs.evolve(portion, rows=rows, after=None, upto=None)
        return super().take_in(portion, mark, was=was)


@caught("test_what_is_lent_stays_lent_until_its_lease_ends")
class TakesLeasesBack(Movable):
    """What is lent at the source is free at the target: both deliver it."""

    def take_in(self, portion: Portion | None, mark: Mark, *, was: Mark | None) -> int:
        if portion is not None and portion.table == "outbox":
            names = TABLES["outbox"].columns
            free = {"available": 0, "worker": None}
            rows = tuple(
                tuple(free.get(name, value) for name, value in zip(names, row, strict=True)) for row in portion.rows
            )
            portion = attrs.evolve(portion, rows=rows)
        return super().take_in(portion, mark, was=was)


@caught("test_a_second_copy_brings_what_changed_and_takes_away_what_is_gone")
class OnlyAdds(Movable):
    """What is gone at the source stays at the target: a private part outlives its erasure."""

    def take_in(self, portion: Portion | None, mark: Mark, *, was: Mark | None) -> int:
        before = dict(self.rows.private)
        changed = super().take_in(portion, mark, was=was)
        self.rows.private = before | self.rows.private
        return changed


@caught("test_a_mark_says_whose_turn_it_is")
class AnybodysTurn(Movable):
    """Whoever has something to bring is let in, whatever another run has brought meanwhile."""

    def take_in(self, portion: Portion | None, mark: Mark, *, was: Mark | None) -> int:
        return super().take_in(portion, mark, was=self.mark())


@caught("test_a_place_in_use_takes_nothing_in")
class MovesInWithOthers(Movable):
    """An office is copied on top of another."""

    def take_in(self, portion: Portion | None, mark: Mark, *, was: Mark | None) -> int:
        if was is None and self.mark() is None:
            self.rows.mark = was = mark
        return super().take_in(portion, mark, was=was)


@caught("test_a_mark_is_kept_with_what_it_speaks_of")
class ForgetsItsMark(Movable):
    """The mark is kept in the process: opened again, half a copy looks like a whole one."""

    def __init__(self, rows: Rows) -> None:
        super().__init__(rows)
        rows.mark = None


@caught("test_what_never_changes_is_never_replaced")
class OverwritesTheLedger(Movable):
    """What the target has is deleted for what is given, be it an entry of the ledger."""

    def take_in(self, portion: Portion | None, mark: Mark, *, was: Mark | None) -> int:
        if portion is not None and TABLES[portion.table].kept:
            for held in (self.rows.entries, self.rows.heads, self.rows.keys, self.rows.filed, self.rows.chains):
                held.clear()
        return super().take_in(portion, mark, was=was)


@caught("test_pages_are_ordered_by_key_and_lie_between_their_bounds")
class OpenEnded(Movable):
    """The last key of a page is not looked at: what comes after it is brought twice."""

    @contextmanager
    def moment(self) -> Iterator[Moment]:
        with super().moment() as moment:
            yield _Unbounded(moment)


@attrs.frozen
class _Unbounded:
    """A moment whose pages have no upper bound."""

    moment: Moment

    def rows(
        self, table: str, *, after: Key | None = None, upto: Key | None = None, limit: int = 1000
    ) -> Sequence[Row]:
        return self.moment.rows(table, after=after, limit=limit)

    def count(self, table: str) -> int:
        return self.moment.count(table)

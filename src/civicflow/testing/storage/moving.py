"""Moving: what one place gives out another takes in, and everything goes on there as it would have gone on here."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import attrs
import pytest

from civicflow.errors import Conflict, InvalidInput, StorageError
from civicflow.plugins.storage.contract import (
    Await,
    Awaits,
    Batch,
    Dead,
    Done,
    Filed,
    Key,
    Party,
    Private,
    Retry,
    Storage,
)
from civicflow.plugins.storage.moving import TABLES, Mark, Moment, Movable, Portion, Row
from civicflow.testing.storage.base import StorageSuite
from civicflow.testing.storage.builders import NOON, child, everything, head, message, put, write

_MARK: Final = Mark(source="the place before", run="one")
_PAGE: Final = 2


class MovingSuite(StorageSuite):
    """Rows are given out as of one moment, and taken in as they are."""

    concern = "moving"

    def test_whatever_a_place_holds_arrives_as_it_was(self) -> None:
        """All that can be read is the same, and no call can tell the two apart afterwards."""
        with self.storage() as source, self.storage() as target:
            furnish(source)
            brought = bring(self.movable(source), self.movable(target))
            assert brought == sum(len(rows) for rows in contents(source).values())
            assert contents(target) == contents(source)
            assert everything(target) == everything(source)
            assert [target.waiting(), target.dead()] == [source.waiting(), source.dead()]
            assert target.filed("digest") == b"a flow"
            for storage in (source, target):
                again = storage.commit(Batch(key=Key("k-1", b"digest", b"another")))
                assert (again.repeated, again.answer) == (True, b"answer")
                assert storage.draw("tickets") == 3
                assert storage.draw("others") == 1
                put(storage, "T-1", 2)
                put(storage, "T-9")
                storage.commit(Batch(heads=(head(3),)))
                storage.commit(Batch(messages=(message("told"), message("new", "T-2"))))
            assert contents(target) == contents(source)
            assert [entry.position for entry in target.feed()] == list(range(1, 8))

    def test_what_is_lent_stays_lent_until_its_lease_ends(self) -> None:
        """Nobody is told twice because a store was moved: the worker of the place before may still be on the way."""
        with self.storage() as source, self.storage() as target:
            source.commit(Batch(messages=(message("told"),)))
            (lent,) = source.claim(worker="w", now=NOON, lease=60)
            bring(self.movable(source), self.movable(target))
            assert target.claim(worker="v", now=NOON + 59, lease=60) == ()
            (again,) = target.claim(worker="v", now=NOON + 60, lease=60)
            assert (again.message, again.attempts) == (lent.message, 2)
            target.settle(again, Done(), now=NOON + 61)
            target.commit(Batch(messages=(message("told"),)))
            assert target.waiting() == ()

    def test_pages_are_ordered_by_key_and_lie_between_their_bounds(self) -> None:
        """Whoever goes on after the last key sees each row once; both ends may be left open."""
        with self.storage() as source:
            furnish(source)
            with self.movable(source).moment() as moment:
                for table in TABLES.values():
                    rows = moment.rows(table.name, limit=100)
                    assert [row for page in pages(moment, table.name) for row in page] == list(rows)
                    assert moment.count(table.name) == len(rows)
                    keys = [table.key_of(row) for row in rows]
                    assert keys == sorted(set(keys))
                    for place, key in enumerate(keys):
                        assert list(moment.rows(table.name, after=key)) == list(rows[place + 1 :])
                        assert list(moment.rows(table.name, upto=key)) == list(rows[: place + 1])
                        assert list(moment.rows(table.name, after=keys[0], upto=key)) == list(rows[1 : place + 1])

    def test_a_moment_stays_as_it_was(self) -> None:
        """However much is written meanwhile, also by whoever holds it."""
        with self.storage() as source:
            self.need(source, "move")
            furnish(source)
            before = contents(source)
            with self.movable(source).moment() as moment:
                assert moment.count("entries") == len(before["entries"])
                put(source, "T-1", 2, due=9)
                source.draw("tickets")
                source.commit(Batch(erase=(("T-1", 1),), messages=(message("late"),)))
                assert {name: list(moment.rows(name)) for name in TABLES} == before
            assert contents(source) != before

    def test_a_second_copy_brings_what_changed_and_takes_away_what_is_gone(self) -> None:
        """Portion by portion, and nothing of what is there already is written again."""
        with self.storage() as source, self.storage() as target:
            furnish(source)
            bring(self.movable(source), self.movable(target))
            assert bring(self.movable(source), self.movable(target)) == 0
            put(source, "T-1", 2, due=9, unit="north")
            source.commit(Batch(erase=(("T-1", 1),), awaits=(Awaits("T-1", ()),)))
            source.draw("tickets")
            assert source.redrive("given up", now=NOON)
            for claim in source.claim(worker="w", now=NOON + 10**9, lease=60):
                source.settle(claim, Dead("no such number"), now=NOON)
            assert bring(self.movable(source), self.movable(target)) > 0
            assert contents(target) == contents(source)
            assert everything(target) == everything(source)

    def test_positions_are_kept_with_their_gaps(self) -> None:
        """A head names the position up to which it seals; the feed goes on after the last."""
        with self.storage() as source, self.storage() as target:
            self.need(source, "move")
            furnish(source)
            rows = contents(source)["entries"]
            spread: list[Row] = [(position * 10, *row) for position, (_, *row) in enumerate(rows, 1)]
            taking = self.movable(target)
            taking.take_in(Portion(table="entries", after=None, upto=None, rows=tuple(spread)), _MARK, was=None)
            assert [entry.position for entry in target.feed()] == [row[0] for row in spread]
            assert [entry.position for entry in target.feed(after=10, limit=1)] == [20]
            matter = str(spread[0][1])
            chain = [row[0] for row in spread if row[1] == matter]
            assert [entry.position for entry in target.history(matter)] == chain
            late = attrs.evolve(_MARK, run="late")
            put(target, "T-100")
            assert target.feed()[-1].position > len(spread) * 10
            assert target.feed(after=len(spread) * 10)[0].matter == "T-100"
            assert taking.take_in(None, late, was=_MARK) == 0

    def test_what_never_changes_is_never_replaced(self) -> None:
        """An entry, a head, a key or a document that the source has not: it is another office's, and nothing is written."""
        for name, row in (
            ("entries", (1, "T-0", 1, b"h", b"b")),
            ("heads", (1, b"h", b"b", b"")),
            ("keys", ("k-1", b"other", b"")),
            ("filed", ("digest", b"another flow")),
        ):
            with self.storage() as source, self.storage() as target:
                self.need(source, "move")
                furnish(source)
                taking = self.movable(target)
                taking.take_in(Portion(table=name, after=None, upto=None, rows=(row,)), _MARK, was=None)
                before = contents(target)
                given = Portion(table=name, after=None, upto=None, rows=tuple(contents(source)[name]))
                with pytest.raises(StorageError, match=name):
                    taking.take_in(given, _MARK, was=_MARK)
                assert contents(target) == before

    def test_a_mark_says_whose_turn_it_is(self) -> None:
        """Two runs into one place would mix two moments: whoever has not the last mark changes nothing."""
        with self.storage() as storage:
            taking = self.movable(storage)
            assert taking.mark() is None
            series = Portion(table="series", after=None, upto=None, rows=(("tickets", 5),))
            two = attrs.evolve(_MARK, run="two", table="series", upto=("a", 1), gaps_through=7)
            with pytest.raises(StorageError, match="another call"):
                taking.take_in(series, two, was=_MARK)
            assert taking.mark() is None
            assert taking.take_in(series, two, was=None) == 1
            assert taking.mark() == two
            for stale in (None, _MARK):
                with pytest.raises(StorageError, match="the place before"):
                    taking.take_in(Portion(table="series", after=None, upto=None, rows=()), _MARK, was=stale)
            assert taking.mark() == two
            assert storage.draw("tickets") == 6

    def test_a_mark_is_kept_with_what_it_speaks_of(self) -> None:
        """A run that was interrupted is gone on with where it stood."""
        place, mark = self.fresh(), attrs.evolve(_MARK, table="series")
        with self.opened(place) as storage:
            self.need(storage, "durable")
            rows = (("tickets", 5),)
            self.movable(storage).take_in(Portion(table="series", after=None, upto=None, rows=rows), mark, was=None)
        with self.opened(place) as storage:
            assert self.movable(storage).mark() == mark
            assert storage.draw("tickets") == 6

    def test_a_place_in_use_takes_nothing_in(self) -> None:
        """Whatever it holds, be it a number that was drawn."""
        uses = (
            lambda storage: put(storage, "T-1"),
            lambda storage: storage.draw("tickets"),
            lambda storage: storage.commit(Batch(key=Key("k", b"d", b"a"))),
            lambda storage: storage.commit(Batch(filed=(Filed("digest", b"a flow"),))),
            lambda storage: storage.commit(Batch(messages=(message("told"),))),
            lambda storage: storage.commit(Batch(heads=(head(1),))),
            lambda storage: storage.commit(Batch(awaits=(Awaits("T-1", (Await("T-1", "person:P-1", None),)),))),
        )
        for use in uses:
            with self.storage() as storage:
                self.need(storage, "move")
                use(storage)
                before = contents(storage)
                with pytest.raises(InvalidInput, match="empty"):
                    self.movable(storage).take_in(None, _MARK, was=None)
                assert self.movable(storage).mark() is None
                assert contents(storage) == before

    def test_versions_are_compared_with_what_was_taken_in(self) -> None:
        """The office that goes on there loses no update."""
        with self.storage() as source, self.storage() as target:
            furnish(source)
            bring(self.movable(source), self.movable(target))
            with pytest.raises(Conflict):
                put(target, "T-1", 1)
            put(target, "T-1", 2)
            assert [entry.version for entry in target.history("T-1")] == [1, 2, 3]

    def movable(self, storage: Storage) -> Movable:
        """The storage, if it can be moved."""
        self.need(storage, "move")
        assert isinstance(storage, Movable)
        return storage


def furnish(storage: Storage) -> None:
    """Put something of each kind into an empty place."""
    first = write("T-1", 0, child("T-1/a@1", 1, due=5, unit="south"), due=NOON, unit="north", title="路灯", number="1")
    storage.commit(
        Batch(
            writes=(first,),
            private=(Private("T-1", 1, b"salt", b"\x00name"),),
            awaits=(Awaits("T-1", (Await("T-1", "person:P-1", NOON), Await("T-1", "post:head@U-1", None))),),
            parties=(Party("T-1", "person:P-1"), Party("T-1", "unit:U-1")),
            key=Key("k-1", b"digest", b"answer"),
            filed=(Filed("digest", b"a flow"), Filed("another", b"")),
        )
    )
    other = write("T-2", 0, count=2, due=None, brood="U-1")
    storage.commit(
        Batch(
            writes=(other, write("T-1", 1, latitude=-(2**62))),
            private=(Private("T-2", 2, b"", b""),),
            parties=(Party("T-2", "person:P-2"),),
            key=Key("钥匙", b"", b""),
        )
    )
    put(storage, "𝔗-3", key="k")
    storage.commit(Batch(heads=(head(1), head(2, b"signature"))))
    for number, name in enumerate(("delivered", "tried", "given up", "told", "lent", "resting")):
        storage.commit(Batch(messages=(message(name, f"T-{number}", at=NOON + number),)))
    delivered, tried, given_up = storage.claim(worker="w", now=NOON + 2, lease=60, limit=3)
    storage.settle(delivered, Done(), now=NOON)
    storage.settle(tried, Retry(NOON + 100, "busy"), now=NOON)
    storage.settle(given_up, Dead("no such number"), now=NOON)
    storage.claim(worker="w", now=NOON + 4, lease=60, limit=2)
    for series in ("tickets", "tickets", "proposals"):
        storage.draw(series)


def contents(storage: Storage) -> dict[str, list[Row]]:
    """Every row of every table."""
    assert isinstance(storage, Movable)
    with storage.moment() as moment:
        return {name: list(moment.rows(name, limit=10_000)) for name in TABLES}


def pages(moment: Moment, table: str) -> Iterator[tuple[Row, ...]]:
    """The rows of a table in small pages; the last one may be empty."""
    after = None
    while rows := tuple(moment.rows(table, after=after, limit=_PAGE)):
        yield rows
        after = TABLES[table].key_of(rows[-1])


def bring(source: Movable, target: Movable) -> int:
    """Copy all of a source in small portions, as `civicflow.copy` does; returns how many rows were written."""
    changed, mark = 0, target.mark()
    with source.moment() as moment:
        for name, table in TABLES.items():
            after = None
            for rows in pages(moment, name):
                upto = table.key_of(rows[-1])
                new = attrs.evolve(_MARK, table=name, upto=upto)
                portion = Portion(table=name, after=after, upto=upto, rows=rows)
                changed += target.take_in(portion, new, was=mark)
                mark, after = new, upto
            new = attrs.evolve(_MARK, table=name)
            changed += target.take_in(Portion(table=name, after=after, upto=None, rows=()), new, was=mark)
            mark = new
    return changed

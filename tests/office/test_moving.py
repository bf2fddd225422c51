"""Moving house: what is refused, what is said, and that a target is opened when it is whole and not before."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Final

import pytest
from tests.conftest import COMMUNITY, Pigeons, Town

import civicflow
from civicflow import InvalidInput, Plugins, StorageError
from civicflow.office.moving import Progress, copy
from civicflow.plugins.backends import open_storage
from civicflow.plugins.storage.contract import Storage
from civicflow.plugins.storage.moving import TABLES, Mark, Movable
from civicflow.testing.storage.moving import contents

_NAMES: Final = count()


@pytest.fixture
def place() -> str:
    """A name in memory that was never used."""
    return f"memory://moving-{next(_NAMES)}"


class Stop(Exception):
    """The run ends here."""


class After:
    """Does something when a run has told so often how far it is."""

    def __init__(self, times: int, do: Callable[[], object]) -> None:
        self.left, self.do = times, do

    def __call__(self, progress: Progress) -> None:
        """Count down."""
        self.left -= 1
        if not self.left:
            self.do()


def stop() -> None:
    """Interrupt the run."""
    raise Stop


def town(storage: Storage, *, load: bool = True) -> Town:
    """A town in whose office a resident has ordered a lamp."""
    town = Town(storage, notify=(Pigeons(),), load=load)
    town.office.tickets.order("a lamp", unit=COMMUNITY, contact="door 3", by=town.resident)
    town.office.seal()
    return town


def movable(storage: Storage) -> Movable:
    """Every storage of ours is."""
    assert isinstance(storage, Movable)
    return storage


def test_an_office_goes_on_where_it_was_moved(tmp_path: Path) -> None:
    """With its register, its cases, its private parts and its outbox; heads published before still prove the past."""
    source = open_storage("memory://")
    before = town(source)
    published = [head for head in [before.office.ledger.head()] if head is not None]
    moved = copy(source, f"sqlite:///{tmp_path}/town.db", published=published)
    assert moved, str(moved)
    assert moved.verification is not None
    assert moved.verification.published_through == moved.rows["entries"] > 1
    target = open_storage(f"sqlite:///{tmp_path}/town.db")
    after = Town(target, notify=(pigeons := Pigeons(),), load=False)
    lamp = target.feed()[-1].matter
    assert after.office.case(lamp).data["title"] == "a lamp"
    after.office.tickets.dispatch(lamp, to=["health"], by=after.secretary())
    after.office.relay()
    assert pigeons.carried
    assert after.office.ledger.verify(published=published).ok
    after.office.close()


def test_half_a_copy_is_opened_by_nobody_and_gone_on_with(tmp_path: Path) -> None:
    """Neither by the library nor by a command; the error says what to do, and no secret."""
    source, url = open_storage("memory://"), f"sqlite:///{tmp_path}/town.db"
    town(source)
    with pytest.raises(Stop):
        copy(source, url, portion=5, progress=After(2, stop))
    with pytest.raises(StorageError, match=r"has not arrived.*civicflow copy MemoryStorage"):
        civicflow.open(url, plugins=Plugins())
    with pytest.raises(StorageError, match="has not arrived"):
        civicflow.open(open_storage(url), plugins=Plugins())
    moved = copy(source, url)
    assert moved, str(moved)
    assert 0 < moved.changed < sum(moved.rows.values())
    civicflow.open(url, plugins=Plugins()).close()


def test_a_target_that_arrived_is_copied_to_no_more(place: str) -> None:
    """Somebody may have worked in it: what was sent there would be sent again."""
    source, target = open_storage("memory://"), open_storage(place)
    town(source)
    assert copy(source, target)
    before = contents(target)
    for origin in (source, open_storage("memory://")):
        with pytest.raises(InvalidInput, match="holds an office already"):
            copy(origin, place)
    assert contents(target) == before


def test_an_office_is_never_copied_onto_another() -> None:
    """Nor onto itself."""
    source, target = open_storage("memory://"), open_storage("memory://")
    town(source)
    town(target)
    before = contents(target)
    for place in (target, source):
        with pytest.raises(InvalidInput, match="empty"):
            copy(source, place)
    assert contents(target) == before
    assert movable(source).mark() is None


def test_a_copy_is_gone_on_with_from_its_own_source(place: str) -> None:
    """Another one, whose ledger begins otherwise, changes nothing."""
    source, other, target = open_storage("memory://"), open_storage("memory://"), open_storage(place)
    town(source)
    Town(other, seed=b"other")
    with pytest.raises(Stop):
        copy(source, target, portion=5, progress=After(4, stop))
    before, mark = contents(target), movable(target).mark()
    with pytest.raises(StorageError, match=r"copy of MemoryStorage.*begins otherwise"):
        copy(other, target)
    assert (contents(target), movable(target).mark()) == (before, mark)
    assert copy(source, target)


def test_two_runs_into_one_place_do_not_mix(place: str) -> None:
    """The one that began first ends with an error; the other arrives."""
    source, target = open_storage("memory://"), open_storage(place)
    town(source)
    second: list[bool] = []
    with pytest.raises(StorageError, match="another call"):
        copy(source, target, portion=5, progress=After(2, lambda: second.append(bool(copy(source, place)))))
    assert second == [True]
    assert contents(target) == contents(source)


def test_what_comes_meanwhile_is_brought_by_the_next_run() -> None:
    """The target stays closed, and the run says how much is left."""
    source, target = open_storage("memory://"), open_storage("memory://")
    here = town(source)

    def order() -> None:
        here.office.tickets.order("a bench", unit=COMMUNITY, by=here.resident)

    first = copy(source, target, portion=5, progress=After(3, order))
    assert (bool(first), first.arrived, first.left, first.verification) == (False, False, 1, None)
    assert "1 entries are not there yet" in str(first)
    assert "尚有1条记录未复制" in first.text.zh
    second = copy(source, target)
    assert second.arrived
    assert 0 < second.changed < 15
    assert contents(target) == contents(source)


def test_a_first_run_while_everybody_works_leaves_the_target_closed() -> None:
    """It is asked for, so nothing is wrong; another run ends it."""
    source, target = open_storage("memory://"), open_storage("memory://")
    town(source)
    first = copy(source, target, more=True)
    assert (first.arrived, first.left, first.verification) == (False, 0, None)
    assert "stays closed" in str(first)
    with pytest.raises(StorageError, match="has not arrived"):
        civicflow.open(target, plugins=Plugins())
    second = copy(source, target)
    assert (second.arrived, second.changed) == (True, 0)


def test_damage_that_the_source_has_is_brought_along_and_named(tmp_path: Path) -> None:
    """A town with one damaged record may move; it is told, and the proof stays what it was."""
    source = f"sqlite:///{tmp_path}/town.db"
    town(storage := open_storage(source))
    storage.close()
    damage(tmp_path / "town.db")
    moved = copy(source, f"sqlite:///{tmp_path}/new.db")
    assert (bool(moved), moved.arrived, moved.brought) == (False, True, True)
    assert "the source has the same" in str(moved)
    civicflow.open(f"sqlite:///{tmp_path}/new.db", plugins=Plugins()).close()


def test_damage_on_the_way_leaves_the_target_closed(tmp_path: Path) -> None:
    """What the source has not must not be trusted."""
    source, target = f"sqlite:///{tmp_path}/town.db", f"sqlite:///{tmp_path}/new.db"
    town(storage := open_storage(source))
    storage.close()

    def damaging(progress: Progress) -> None:
        if progress.table == "verify":
            damage(tmp_path / "new.db")

    moved = copy(source, target, progress=damaging)
    assert (bool(moved), moved.arrived, moved.brought) == (False, False, False)
    assert "the source does" in str(moved)
    with pytest.raises(StorageError, match="has not arrived"):
        civicflow.open(target, plugins=Plugins())


def damage(path: Path) -> None:
    """Forge the bytes of one entry."""
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE entries SET body = CAST(body || x'20' AS BLOB) WHERE position = 2")
    connection.close()


def test_the_outbox_goes_on_with_what_was_not_sent() -> None:
    """What was delivered is not sent again, what waits goes out under its name, and what is lent is told."""
    source, target = open_storage("memory://"), open_storage("memory://")
    here = Town(source, notify=(sent := Pigeons(),))
    here.office.tickets.order("a lamp", unit=COMMUNITY, by=here.resident)
    here.office.relay(limit=1)
    here.office.tickets.order("a bench", unit=COMMUNITY, by=here.resident)
    waiting = [claim.message.dedupe for claim in source.waiting()]
    assert sent.carried, "something was sent"
    assert waiting, "something waits"
    now = max(claim.message.not_before for claim in source.waiting())
    lent = source.claim(worker="a relay", now=now, lease=60 * 10**6, limit=1)
    moved = copy(source, target)
    assert moved.lent == len(lent) == 1
    assert "1 messages were lent" in str(moved)
    there = Town(target, notify=(again := Pigeons(),), load=False)
    there.clock.advance(hours=1)
    while there.office.relay().claimed:
        pass
    assert sorted(notice.dedupe for notice in again.carried) == sorted(waiting)


def test_progress_says_what_is_copied_and_how_far() -> None:
    """Table by table in their order, each to its end, then the verification; in both languages."""
    source = open_storage("memory://")
    town(source)
    told: list[Progress] = []
    moved = copy(source, open_storage("memory://"), progress=told.append, portion=1)
    names = list(dict.fromkeys(progress.table for progress in told))
    assert names == [*(name for name in TABLES if moved.rows[name]), "verify"]
    for name in names[:-1]:
        last = [progress for progress in told if progress.table == name][-1]
        assert last.done == last.whole == moved.rows[name]
    assert told[0].text.en == f"entries of the ledger: 1 of {moved.rows['entries']}"
    assert told[-1].text.zh == "正在核对"


def test_what_cannot_be_moved_says_so() -> None:
    """A storage that lacks the ability is named."""

    class Fixed:
        """Passes everything on, and cannot be moved."""

        capabilities = frozenset({"durable"})

        def __init__(self, inner: Storage) -> None:
            self.inner = inner

        def migrate(self) -> None:
            """Nothing is to migrate."""

    source = open_storage("memory://")
    with pytest.raises(StorageError, match="Fixed cannot be moved"):
        copy(Fixed(source), open_storage("memory://"))  # type: ignore[arg-type]  # it has no more of it than is looked at


def test_a_store_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    """Nor is the target."""
    with pytest.raises(StorageError, match="there is no file"):
        copy(f"sqlite:///{tmp_path}/twon.db", f"sqlite:///{tmp_path}/new.db")
    assert list(tmp_path.iterdir()) == []


def test_gaps_that_were_brought_along_are_no_deletions() -> None:
    """A feed with gaps comes to a place that has none of its own: there a missing entry still proves a deletion."""
    source, gappy, target = (open_storage("memory://") for _ in range(3))
    town(source)
    spread(movable(source), movable(gappy))
    gappy.capabilities -= {"dense_feed"}
    moved = copy(gappy, target)
    assert moved, str(moved)
    last = target.feed()[-1].position
    assert movable(target).mark() == Mark(
        source="MemoryStorage",
        run=getattr(movable(target).mark(), "run", ""),
        arrived=True,
        gaps_through=last,
    )
    after = Town(target, load=False)
    lamp = after.office.tickets.order("a bench", unit=COMMUNITY, by=after.resident)
    after.office.tickets.dispatch(lamp, to=["health"], by=after.secretary())
    assert [row.position for row in target.feed(after=last)] == [last + 1, last + 2]
    assert after.office.ledger.verify().ok
    rows = target._door.rows  # type: ignore[attr-defined]  # somebody deletes an entry from under the store
    del rows.entries[-2]
    assert "position" in {fault.rule for fault in after.office.ledger.verify().faults}
    again = open_storage("memory://")
    assert not copy(target, again).verification, "the gaps of the place before are known; this one is none of them"


def spread(source: Movable, target: Movable) -> None:
    """Copy the rows of a store, as one with gaps between its positions has them; seals name positions, so there are none."""
    from civicflow.plugins.storage.moving import Portion

    mark, was = Mark(source="test", run="test"), None
    with source.moment() as moment:
        for name in TABLES:
            rows = [] if name == "heads" else list(moment.rows(name, limit=10_000))
            if name == "entries":
                rows = [(3 * int(str(row[0])), *row[1:]) for row in rows]
            target.take_in(Portion(table=name, after=None, upto=None, rows=tuple(rows)), mark, was=was)
            was = mark


def test_heads_of_an_empty_office() -> None:
    """An office in which nothing happened yet can be moved, too."""
    moved = copy(open_storage("memory://"), target := open_storage("memory://"))
    assert moved
    assert sum(moved.rows.values()) == 0
    assert civicflow.open(target, plugins=Plugins()).ledger.verify().ok

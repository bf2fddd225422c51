"""Groups: many commits that are one, for whoever looks from outside and for what is kept."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import partial
from multiprocessing.queues import SimpleQueue
from typing import Final

import pytest

from civicflow.errors import CivicflowError, Conflict, IdempotencyMismatch, InvalidInput, StorageError
from civicflow.plugins.storage.contract import (
    Await,
    Awaits,
    Batch,
    Done,
    Expect,
    Filed,
    Key,
    Party,
    Private,
    Query,
    Storage,
)
from civicflow.testing.storage.base import StorageSuite
from civicflow.testing.storage.builders import NOON, by, child, everything, head, message, put, write
from civicflow.testing.storage.together import forking, together

_COMMITS: Final = 12


def _fill(storage: Storage) -> None:
    """Change something of every kind, each in a commit of its own."""
    put(storage, "T-1", 1, child("T-1/a@2", 2, due=NOON + 1), due=NOON)
    part, party = Private("T-2", 1, b"salt", b"body"), Party("T-2", "person:P-3")
    storage.commit(Batch(writes=(write("T-2", brood="b"),), private=(part,), parties=(party,)))
    storage.commit(Batch(erase=(("T-0", 1),)))
    storage.commit(Batch(awaits=(Awaits("T-1", (Await("T-1", "person:P-2", None),)),)))
    storage.commit(Batch(messages=(message("second", case="T-2"),), filed=(Filed("d-2", b"a document"),)))
    storage.commit(Batch(heads=(head(2),), key=Key("k-2", b"digest", b"answer")))
    (claim,) = storage.claim(worker="w", now=NOON, lease=10**9, limit=1)
    storage.settle(claim, Done(), now=NOON)
    assert storage.draw("tickets") == 2


def _prepare(storage: Storage) -> None:
    """What was there before."""
    storage.commit(Batch(writes=(write("T-0"),), private=(Private("T-0", 1, b"salt", b"a name"),), heads=(head(1),)))
    asked = Awaits("T-1", (Await("T-1", "person:P-1", NOON),))
    storage.commit(Batch(writes=(write("T-1"),), awaits=(asked,), messages=(message("first"),)))
    assert storage.draw("tickets") == 1


def _seen(storage: Storage) -> tuple[object, ...]:
    """All that reading shows, documents and keys too."""
    documents = [storage.filed("d-2"), storage.load([], key="k-2").key]
    asked = storage.find(Query(asked=("person:P-2",))).items
    return (*everything(storage), *documents, asked, storage.parties("T-2"))


class _Stop(Exception):
    """An error of the caller's own."""


def _spoilt(storage: Storage, work: Callable[[Storage], object]) -> None:
    """Do some work in a group that an error leaves."""
    with storage.together() as group:
        work(group)
        raise _Stop


def _nested(storage: Storage) -> None:
    with storage.together() as inner:
        put(inner, "T-4")


class GroupSuite(StorageSuite):
    """All of a group or nothing, and nothing before its end."""

    concern = "groups"

    def test_nobody_sees_a_group_before_its_end(self) -> None:
        """Neither this handle nor another one; from then on everybody sees all of it."""
        place = self.fresh()
        with self.opened(place) as storage, self.opened(place) as other:
            _prepare(storage)
            before = _seen(other)
            with storage.together() as group:
                _fill(group)
                assert _seen(other) == before
                assert _seen(storage) == before
                inside = _seen(group)
            assert _seen(other) == _seen(storage)
            assert (inside[0], *inside[2:]) == (_seen(other)[0], *_seen(other)[2:])
            assert [entry.matter for entry in other.feed()] == ["T-0", "T-1", "T-1", "T-2"]
            assert other.claim(worker="v", now=NOON, lease=1)[0].message.dedupe == "second"
            assert other.draw("tickets") == 3

    def test_an_error_that_leaves_takes_the_group_back(self) -> None:
        """Entries, records, messages, keys, documents, heads, numbers: as if nothing had been."""
        with self.storage() as storage:
            _prepare(storage)
            before = _seen(storage)
            with pytest.raises(_Stop):
                _spoilt(storage, _fill)
            assert _seen(storage) == before
            assert storage.draw("tickets") == 2
            claims = storage.claim(worker="w", now=NOON, lease=0)
            assert [(claim.message.dedupe, claim.attempts) for claim in claims] == [("first", 1)]
            storage.settle(claims[0], Done(), now=NOON)

    def test_a_group_sees_what_it_has_committed(self) -> None:
        """By id, by field, by deadline; a later commit rests on an earlier one."""
        with self.storage() as storage, storage.together() as group:
            for version in range(_COMMITS):
                put(group, "T-1", version, due=NOON + version, unit="U-1")
            snapshot = group.load(["T-1"], [by("unit", "U-1")], key="k")
            assert snapshot.cases["T-1"].version == snapshot.found[0][0].version == _COMMITS
            assert [entry.version for entry in group.history("T-1")] == list(range(1, _COMMITS + 1))
            assert group.due(2**62) == (("T-1", NOON + _COMMITS - 1),)
            group.commit(Batch(writes=(write("T-2"),), expects=(Expect("T-1", version=_COMMITS),)))

    @pytest.mark.parametrize(
        ("error", "spoilt"),
        [
            (Conflict, Batch(writes=(write("T-5"), write("T-1")), messages=(message("m"),))),
            (Conflict, Batch(writes=(write("T-5"),), expects=(Expect("T-1", version=7),))),
            (IdempotencyMismatch, Batch(writes=(write("T-5"),), key=Key("k", b"other", b""))),
            (InvalidInput, Batch(writes=(write("T-5", title="\0"),))),
        ],
    )
    def test_a_conflict_takes_back_only_its_own_commit(self, error: type[CivicflowError], spoilt: Batch) -> None:
        """What came before it in the group stands, and the group goes on."""
        with self.storage() as storage:
            with storage.together() as group:
                group.commit(Batch(writes=(write("T-1"),), key=Key("k", b"digest", b"answer")))
                with pytest.raises(error):
                    group.commit(spoilt)
                put(group, "T-1", 1)
                again = group.commit(Batch(writes=(write("T-9"),), key=Key("k", b"digest", b"another")))
                assert (again.repeated, again.answer) == (True, b"answer")
            assert [(entry.matter, entry.version) for entry in storage.feed()] == [("T-1", 1), ("T-1", 2)]
            assert storage.claim(worker="w", now=NOON, lease=1) == ()

    def test_positions_given_in_a_group_are_the_feeds(self) -> None:
        """Whoever was told one finds its entry there when the group has ended."""
        with self.storage() as storage:
            with storage.together() as group:
                told = {put(group, f"T-{number}"): f"T-{number}" for number in range(_COMMITS)}
            assert {entry.position: entry.matter for entry in storage.feed()} == told

    def test_the_thread_of_a_group_writes_through_it_alone(self) -> None:
        """Beside it, it would wait for itself; it may read, and write as before when the group has ended."""
        with self.storage() as storage:
            with storage.together() as group:
                put(group, "T-1")
                for writing in (partial(put, storage, "T-2"), partial(storage.draw, "x"), storage.together().__enter__):
                    with pytest.raises(StorageError, match="group"):
                        writing()
                assert storage.load(["T-1", "T-2"]).cases == {}
            put(storage, "T-2")
            assert set(storage.load(["T-1", "T-2"]).cases) == {"T-1", "T-2"}

    def test_a_group_in_a_group_is_taken_back_alone(self) -> None:
        """Or stands with the outer one."""
        with self.storage() as storage:
            with storage.together() as outer:
                put(outer, "T-1")
                with pytest.raises(_Stop):
                    _spoilt(outer, lambda inner: put(inner, "T-2", inner.draw("x") - 1))
                with outer.together() as inner:
                    put(inner, "T-1", 1)
                    assert inner.draw("x") == 1
                put(outer, "T-3")
                assert set(outer.load(["T-1", "T-2", "T-3"]).cases) == {"T-1", "T-3"}
            assert [entry.matter for entry in storage.feed()] == ["T-1", "T-1", "T-3"]
            with pytest.raises(_Stop):
                _spoilt(storage, _nested)
            assert storage.load(["T-4"]).cases == {}

    def test_a_group_ends_with_its_block(self) -> None:
        """Afterwards it says so, whether it was kept or not; closing it ends nothing else."""
        with self.storage() as storage:
            with storage.together() as kept:
                put(kept, "T-1")
                kept.close()
                with pytest.raises(StorageError, match="ended"):
                    kept.feed()
            given: list[Storage] = [kept]
            with pytest.raises(_Stop):
                _spoilt(storage, given.append)
            for group in given:
                with pytest.raises(StorageError, match="ended"):
                    put(group, "T-2")
                with pytest.raises(StorageError, match="ended"):
                    group.load(["T-1"])

    def test_others_go_on_beside_groups(self) -> None:
        """Groups and commits of several handles and threads all end, and none is lost."""
        place = self.fresh()
        with self.opened(place) as storage, self.opened(place) as other:

            def grouping(handle: Storage, name: str) -> None:
                for start in range(0, _COMMITS, 4):
                    with handle.together() as group:
                        for version in range(start, start + 4):
                            put(group, name, version)
                            group.draw("tickets")

            def writing(handle: Storage, name: str) -> None:
                for version in range(_COMMITS):
                    put(handle, name, version)
                    assert handle.load([name]).cases[name].version == version + 1

            works: list[Callable[[], object]] = [partial(grouping, storage, "G-1"), partial(grouping, other, "G-2")]
            together([*works, partial(writing, storage, "T-1"), partial(writing, other, "T-2")])
            names = ("G-1", "G-2", "T-1", "T-2")
            for name in names:
                assert [entry.version for entry in storage.history(name)] == list(range(1, _COMMITS + 1))
            assert len(storage.feed()) == len(names) * _COMMITS
            assert storage.draw("tickets") == 2 * _COMMITS + 1

    def test_threads_may_share_a_group(self) -> None:
        """Each commit is one whole, and they end together."""
        with self.storage() as storage:
            with storage.together() as group:
                together([partial(_writing, group, f"T-{number}") for number in range(3)])
                assert storage.load(["T-0"]).cases == {}
            assert len(storage.feed()) == 3 * _COMMITS

    def test_a_reader_of_the_feed_sees_a_group_at_once_or_not_at_all(self) -> None:
        """And goes on behind it."""
        with self.storage() as storage:
            done = threading.Event()

            def grouping() -> None:
                for start in range(0, _COMMITS, 3):
                    with storage.together() as group:
                        for version in range(start, start + 3):
                            put(group, "T-1", version)
                done.set()

            def reading() -> None:
                while not done.is_set():
                    assert len(storage.feed()) % 3 == 0

            together([grouping, reading])
            assert [entry.version for entry in storage.feed()] == list(range(1, _COMMITS + 1))

    def test_a_group_is_kept_when_its_process_dies_afterwards_and_not_before(self) -> None:
        """What was told to be done is there; of an open group nothing."""
        place = self.fresh()
        with self.opened(place) as storage:
            self.need(storage, "durable")
            self.need(storage, "multi_process")
            context = forking()
            told: SimpleQueue[str] = context.SimpleQueue()
            process = context.Process(target=self._dying, args=(place, told))
            process.start()
            assert told.get() == "in the second group"
            process.kill()
            process.join()
            assert [entry.matter for entry in storage.history("T-1")] == ["T-1"] * _COMMITS
            assert storage.history("T-2") == ()
            put(storage, "T-2")
            assert {entry.matter for entry in storage.feed()} == {"T-1", "T-2"}

    def _dying(self, place: str, told: SimpleQueue[str]) -> None:
        storage = self.open_storage(place)
        with storage.together() as group:
            _writing(group, "T-1")
        with storage.together() as group:
            _writing(group, "T-2")
            told.put("in the second group")
            threading.Event().wait()

    def test_a_group_of_another_process_is_not_used(self) -> None:
        """A process that is forked off says so, and leaves it to its parent."""
        with self.storage() as storage:
            self.need(storage, "multi_process")
            context = forking()
            told: SimpleQueue[str] = context.SimpleQueue()
            with storage.together() as group:
                put(group, "T-1")
                process = context.Process(target=_using, args=(group, told))
                process.start()
                assert "taken back" in told.get()
                process.join()
                put(group, "T-1", 1)
            assert [entry.version for entry in storage.feed()] == [1, 2]


def _using(group: Storage, told: SimpleQueue[str]) -> None:
    try:
        put(group, "T-1", 1)
    except StorageError as error:
        told.put(str(error))
    else:
        told.put("it was used")


def _writing(storage: Storage, name: str) -> None:
    for version in range(_COMMITS):
        put(storage, name, version)

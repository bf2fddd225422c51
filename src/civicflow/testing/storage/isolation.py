"""Isolation: a read sees one moment, and a commit is seen by every read that begins after it returned."""

from __future__ import annotations

from collections.abc import Callable
from queue import SimpleQueue
from typing import Final

from civicflow.plugins.storage.contract import Await, Awaits, Batch, Filter, Key, Party, Query, Storage
from civicflow.testing.storage.base import StorageSuite
from civicflow.testing.storage.builders import NOON, by, put, write
from civicflow.testing.storage.together import beside, together

_ROUNDS: Final = 30
_MOST: Final = 300
_BOTH: Final = Query(where=(Filter("matter", "in", ("T-1", "T-2")),))


def _round(number: int) -> Batch:
    """The n-th change of two matters that always change together, with a ballot, a key and the asked beside them."""
    asked = tuple(Await("T-1", f"person:P-{one}", number) for one in (1, 2))
    return Batch(
        writes=(
            write("T-1", 2 * number - 2, count=2, due=NOON + number),
            write("T-2", 2 * number - 2, count=2, due=NOON + number),
            write(f"B-{number}", brood="T-1#0"),
        ),
        awaits=(Awaits("T-1", asked),),
        parties=tuple(Party("T-1", f"unit:U-{number}-{one}") for one in (1, 2)),
        key=Key(f"k-{number}", b"digest", b""),
    )


class IsolationSuite(StorageSuite):
    """Reads beside a writer."""

    concern = "isolation"

    def _beside_a_writer(self, read: Callable[[Storage], object]) -> None:
        """Read again and again through handles of one's own, while another one writes."""
        place = self.fresh()
        with self.opened(place) as writer, self.opened(place) as one, self.opened(place) as other:
            writer.commit(_round(1))
            works = [lambda n: writer.commit(_round(n + 2)), lambda _: read(one), lambda _: read(other)]
            beside(works, rounds=_ROUNDS, most=_MOST)
            read(writer)

    def test_a_load_sees_one_moment(self) -> None:
        """Records by id, all queries and the key belong together."""

        def read(storage: Storage) -> None:
            seen = storage.load(["T-1"], [by("matter", "T-2"), by("brood", "T-1#0")]).cases["T-1"].version // 2
            snapshot = storage.load(["T-1"], [by("matter", "T-2"), by("brood", "T-1#0")], key=f"k-{seen + 1}")
            (second,), ballots = snapshot.found
            version = snapshot.cases["T-1"].version
            assert second.version == version, "two matters of one commit were read at different moments"
            assert 2 * len(ballots) == version, "records and queries were read at different moments"
            assert (snapshot.key is not None) == (version > 2 * seen), "the key was read at another moment"

        self._beside_a_writer(read)

    def test_every_other_read_sees_one_moment_too(self) -> None:
        """A page, a history, the feed, the deadlines and the asked never show half a commit."""

        def read(storage: Storage) -> None:
            assert len({case.version for case in storage.find(_BOTH).items}) == 1
            assert len(storage.history("T-1")) % 2 == 0
            assert len(storage.feed(limit=10**6)) % 5 == 0
            assert len({due for _, due in storage.due(2**62)}) == 1
            assert len({one.until for one in storage.asked(case="T-1")}) == 1
            assert len(storage.parties("T-1")) % 2 == 0

        self._beside_a_writer(read)

    def test_a_commit_is_seen_by_whoever_reads_after_it(self) -> None:
        """At once, through every handle and every kind of read."""
        place = self.fresh()
        told: SimpleQueue[int] = SimpleQueue()
        seen: SimpleQueue[bool] = SimpleQueue()

        def writing() -> None:
            try:
                with self.opened(place) as storage:
                    for version in range(_ROUNDS):
                        put(storage, "T-1", version, due=NOON + version)
                        told.put(version + 1)
                        if not seen.get():
                            return
            finally:
                told.put(0)

        def reading() -> None:
            try:
                with self.opened(place) as storage:
                    while version := told.get():
                        assert storage.load(["T-1"]).cases["T-1"].version == version
                        assert storage.feed()[-1].version == version
                        assert storage.history("T-1")[-1].version == version
                        assert storage.find(by("case", "T-1")).items[0].version == version
                        assert storage.due(2**62)[0][1] == NOON + version - 1
                        seen.put(item=True)
            finally:
                seen.put(item=False)

        with self.opened(place):
            together([writing, reading])

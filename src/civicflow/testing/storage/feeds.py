"""The feed beside writers: whoever reads on from the last position never misses an entry, however late it comes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from typing import Final

import attrs
import pytest

from civicflow.errors import Conflict
from civicflow.plugins.storage.contract import Batch, Storage, StoredEntry
from civicflow.testing.storage.base import StorageSuite
from civicflow.testing.storage.builders import put, write
from civicflow.testing.storage.together import beside, together

_SLOW: Final = "T-slow"
_COMMITS: Final = 4
_LARGE: Final = 300
"""Entries of a slow commit."""
_HASTE: Final = 40
"""Entries of each quick writer, at least."""


def _follow(storage: Storage, running: Callable[[], bool]) -> list[StoredEntry]:
    """Everything that a reader sees who always goes on from the last position."""
    seen: list[StoredEntry] = []
    while True:
        more = running()
        page = storage.feed(after=seen[-1].position if seen else 0, limit=50)
        seen += page
        if not page and not more:
            return seen


class FeedSuite(StorageSuite):
    """Positions become visible in their order, and stay as they are."""

    concern = "feed beside writers"

    def test_a_slow_writer_leaves_no_gap_for_a_reader(self) -> None:
        """Quick commits overtake it, or wait for it: a reader who follows has seen them all in the end."""
        place = self.fresh()
        slow_done = threading.Event()
        ended: list[str] = []

        def slow() -> None:
            with self.opened(place) as storage:
                try:
                    for number in range(_COMMITS):
                        large = write(_SLOW, number * _LARGE, count=_LARGE, content=b"x" * 200_000)
                        storage.commit(Batch(writes=(large,)))
                finally:
                    slow_done.set()
                    ended.append(_SLOW)

        def quick(name: str) -> Callable[[], None]:
            def run() -> None:
                with self.opened(place) as storage:
                    version = 0
                    try:
                        while version < _HASTE or (not slow_done.is_set() and version < 50 * _HASTE):
                            put(storage, name, version)
                            version += 1
                    finally:
                        ended.append(name)

            return run

        def reading() -> list[StoredEntry]:
            with self.opened(place) as storage:
                return _follow(storage, lambda: len(ended) < 3)

        with self.opened(place) as storage, self.slow_commits(place, _SLOW):
            *_, seen = together([slow, quick("T-1"), quick("T-2"), reading])
            assert seen == list(storage.feed(limit=10**6)), "a reader who followed the feed missed an entry"
            assert len(storage.history(_SLOW)) == _COMMITS * _LARGE

    def test_what_was_read_of_the_feed_stays_as_it_was(self) -> None:
        """Each reading begins with the former one: nothing is put in between, re-numbered or taken away."""
        place = self.fresh()
        former: list[tuple[StoredEntry, ...]] = [()]

        with ExitStack() as stack:
            first, second, reader = (stack.enter_context(self.opened(place)) for _ in range(3))

            def reading(_: int) -> None:
                present = reader.feed(limit=10**6)
                assert present[: len(former[-1])] == former[-1]
                former[:] = [present]

            for number in reversed(range(5)):  # in no order of names, versions or hashes
                put(second, f"S-{number}")
                reading(number)
                put(first, f"S-{number}", 1)
                reading(number)
            works = [
                lambda n: first.commit(Batch(writes=(write("T-1", 2 * n, count=2),))),
                lambda n: second.commit(Batch(writes=(write("T-2", 2 * n, count=2),))),
                reading,
            ]
            beside(works, rounds=_HASTE, most=10 * _HASTE)

    def test_a_failed_commit_takes_no_position_for_good(self) -> None:
        """Where the feed is dense, the next commit goes on without a gap; everywhere, positions rise."""
        with self.storage() as storage:
            positions = [put(storage, "T-1")]
            for version in (1, 2, 3):
                with pytest.raises(Conflict):
                    storage.commit(Batch(writes=(write("T-2", 0), write("T-1", 9))))
                positions.append(put(storage, "T-1", version))
            assert positions == sorted(set(positions))
            assert [entry.position for entry in storage.feed()] == positions
            if "dense_feed" in storage.capabilities:
                assert positions == [1, 2, 3, 4]

    def test_a_history_is_a_part_of_the_feed(self) -> None:
        """The same rows: position, hash and bytes, as they were committed."""
        with self.storage() as storage:
            for version in range(3):
                for matter in ("T-1", "T-2"):
                    new = write(matter, version)
                    body = b'{"b":1,  "a": "\xe5\x8c\xba"}\r\n'
                    entry = attrs.evolve(new.entries[0], body=body)
                    storage.commit(Batch(writes=(attrs.evolve(new, entries=(entry,)),)))
                    assert storage.history(matter)[-1].body == body
            feed = storage.feed()
            for matter in ("T-1", "T-2"):
                assert storage.history(matter) == tuple(entry for entry in feed if entry.matter == matter)

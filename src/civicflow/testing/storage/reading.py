"""Reading: records by id, a matter's history, and the feed of everything in commit order."""

from __future__ import annotations

from civicflow.plugins.storage.contract import Batch, Query, StoredEntry
from civicflow.testing.storage.base import StorageSuite
from civicflow.testing.storage.builders import by, child, entry_body, entry_hash, put, write


class ReadingSuite(StorageSuite):
    """Reads see one committed snapshot each."""

    concern = "reading"

    def test_unknown_ids_are_left_out(self) -> None:
        """An empty storage answers too, and an id may be asked for twice."""
        with self.storage() as storage:
            empty = storage.load(["T-1", "T-2"])
            assert (dict(empty.cases), empty.found, empty.key) == ({}, (), None)
            put(storage, "T-1")
            assert set(storage.load(["T-2", "T-1", "T-3", "T-1"]).cases) == {"T-1"}
            assert dict(storage.load([]).cases) == {}

    def test_many_ids_are_loaded_at_once(self) -> None:
        """However many there are."""
        with self.storage() as storage:
            names = [f"T-{number}" for number in range(1200)]
            storage.commit(Batch(writes=tuple(write(name) for name in names)))
            for count in (1, 2, 3, 5, 700, 1200):
                assert set(storage.load(names[:count]).cases) == set(names[:count])

    def test_queries_are_answered_in_the_same_snapshot(self) -> None:
        """Each query of ``reads`` gives every match, whatever its limit says."""
        with self.storage() as storage:
            for number in range(5):
                put(storage, f"B-{number}", brood="P-1#0", key=f"voter-{number}")
            put(storage, "B-9", brood="P-2#0")
            one = Query(where=by("brood", "P-1#0").where, order=("-key",), limit=1)
            snapshot = storage.load(["B-9"], [one, by("brood", "P-3#0")])
            assert [case.case for case in snapshot.found[0]] == ["B-4", "B-3", "B-2", "B-1", "B-0"]
            assert snapshot.found[1] == ()
            assert set(snapshot.cases) == {"B-9"}
            put(storage, "B-4", 1, brood="P-3#0")
            put(storage, "B-3", 1)
            found = storage.load([], [by("brood", "P-1#0"), by("brood", "P-3#0")]).found
            assert [[case.case for case in one] for one in found] == [["B-0", "B-1", "B-2"], ["B-4"]]

    def test_a_matter_is_read_with_its_children(self) -> None:
        """The root and its children, and nobody else's."""
        with self.storage() as storage:
            put(storage, "T-1", 0, child("T-1/a@1", 1), child("T-1/a@1/x@1", 1))
            put(storage, "T-10", 0, child("T-10/a@1", 1))
            found = storage.load([], [by("matter", "T-1")]).found[0]
            assert [case.case for case in found] == ["T-1", "T-1/a@1", "T-1/a@1/x@1"]
            assert storage.load([], [by("matter", "T-1/a@1")]).found == ((),)

    def test_a_history_is_ordered_and_can_be_continued(self) -> None:
        """After a version, with or without a limit."""
        with self.storage() as storage:
            for version in range(5):
                put(storage, "T-1", version)
                put(storage, "T-2", version)
            assert [entry.version for entry in storage.history("T-1")] == [1, 2, 3, 4, 5]
            assert [entry.version for entry in storage.history("T-1", after=2)] == [3, 4, 5]
            assert [entry.version for entry in storage.history("T-1", after=1, limit=2)] == [2, 3]
            assert storage.history("T-1", after=5) == ()
            assert storage.history("T-3") == ()
            assert {entry.matter for entry in storage.history("T-1")} == {"T-1"}

    def test_the_feed_holds_every_entry_in_commit_order(self) -> None:
        """Bytes and hashes as they were committed, a page at a time."""
        with self.storage() as storage:
            storage.commit(Batch(writes=(write("T-1", 0, count=2), write("T-2"))))
            put(storage, "T-1", 2)
            feed = storage.feed()
            assert [(entry.matter, entry.version) for entry in feed] == [("T-1", 1), ("T-1", 2), ("T-2", 1), ("T-1", 3)]
            for entry in feed:
                assert (entry.hash, entry.body) == (
                    entry_hash(entry.matter, entry.version),
                    entry_body(entry.matter, entry.version),
                )
            paged: list[StoredEntry] = []
            while page := storage.feed(after=paged[-1].position if paged else 0, limit=3):
                paged += page
            assert tuple(paged) == feed

    def test_positions_rise_and_are_dense_where_that_is_promised(self) -> None:
        """A commit answers with the position of its last entry."""
        with self.storage() as storage:
            answers = [put(storage, f"T-{number}") for number in range(5)]
            positions = [entry.position for entry in storage.feed()]
            assert answers == positions == sorted(set(positions))
            if "dense_feed" in storage.capabilities:
                assert positions == [1, 2, 3, 4, 5]

"""Commits: all or nothing, and only on what they expected."""

from __future__ import annotations

import attrs
import pytest

from civicflow.errors import Conflict, InvalidInput
from civicflow.plugins.storage.contract import Await, Awaits, Batch, Expect, Private, Rearm, Write
from civicflow.testing.storage.base import StorageSuite
from civicflow.testing.storage.builders import NOON, by, child, everything, head, message, put, root, write


class CommitSuite(StorageSuite):
    """A wrong version raises Conflict and changes nothing."""

    concern = "commits"

    def test_a_commit_is_read_back_as_it_was_written(self) -> None:
        """Records, entries and the position come back; a child stands beside its root."""
        with self.storage() as storage:
            position = put(storage, "T-1", 0, child("T-1/health@1", 1, slot="shares"), unit="U-1", due=NOON)
            cases = storage.load(["T-1", "T-1/health@1"]).cases
            top, share = cases["T-1"], cases["T-1/health@1"]
            wanted = root("T-1", 1, unit="U-1", due=NOON)
            assert [entry.position for entry in storage.feed()] == [position] == [1]
            assert (top.case, top.matter, top.version, top.round) == ("T-1", "T-1", 1, 0)
            assert (top.head, top.due, top.body) == (wanted.head, NOON, b"{}")
            assert top.facts in ((), wanted.facts)
            assert storage.find(by("case", "T-1")).items[0].facts == wanted.facts
            assert (share.matter, share.version, share.head, share.due) == ("T-1", 1, b"", None)

    def test_a_stale_version_conflicts_and_names_both(self) -> None:
        """Conflict carries what was expected and what is there."""
        with self.storage() as storage:
            put(storage, "T-1", 0)
            put(storage, "T-1", 1)
            before = everything(storage)
            for stale in (0, 1, 3):
                with pytest.raises(Conflict) as conflict:
                    put(storage, "T-1", stale)
                assert (conflict.value.matter, conflict.value.expected, conflict.value.actual) == ("T-1", stale, 2)
            assert everything(storage) == before

    def test_a_matter_that_is_not_there_is_at_version_0(self) -> None:
        """Whoever expects a version of it conflicts with 0."""
        with self.storage() as storage:
            with pytest.raises(Conflict) as conflict:
                put(storage, "T-1", 4)
            assert conflict.value.actual == 0
            assert everything(storage)[:2] == ((), ())

    def test_two_matters_are_written_together_or_not_at_all(self) -> None:
        """The second write's conflict takes the first back."""
        with self.storage() as storage:
            put(storage, "T-2", 0)
            before = everything(storage)
            with pytest.raises(Conflict, match="T-2"):
                storage.commit(Batch(writes=(write("T-1"), write("T-2", 0))))
            assert everything(storage) == before
            assert storage.commit(Batch(writes=(write("T-1"), write("T-2", 1)))).position == 3
            assert {case.case: case.version for case in storage.find(by("state", "ordered")).items} == {
                "T-1": 1,
                "T-2": 2,
            }

    def test_a_conflict_takes_everything_beside_it_back(self) -> None:
        """Awaits, private parts, messages, heads and documents of a failed batch leave no trace."""
        with self.storage() as storage:
            put(storage, "T-1", 0, due=NOON)
            storage.commit(Batch(awaits=(Awaits("T-1", (Await("T-1", "person:P-1", None),)),)))
            before = everything(storage)
            batch = Batch(
                writes=(write("T-2"), write("T-1", 0, due=NOON + 1)),
                private=(Private("T-2", 1, b"salt", b"body"),),
                awaits=(Awaits("T-1", ()),),
                messages=(message("m"),),
                heads=(head(1),),
            )
            with pytest.raises(Conflict):
                storage.commit(batch)
            assert everything(storage) == before
            assert storage.claim(worker="w", now=NOON, lease=1) == ()

    def test_expected_versions_and_rounds_are_compared(self) -> None:
        """What a decision read holds or the commit conflicts, whatever else it writes."""
        with self.storage() as storage:
            put(storage, "F-1", 0, round_=3)
            before = everything(storage)
            for expect, actual in (
                (Expect("F-1", version=2), 1),
                (Expect("F-1", version=0), 1),
                (Expect("F-1", round=2), 3),
                (Expect("F-2", version=1), 0),
                (Expect("F-2", round=1), None),
                (Expect("F-1", version=1, round=4), 3),
            ):
                with pytest.raises(Conflict) as conflict:
                    storage.commit(Batch(writes=(write("T-1"),), expects=(expect,)))
                assert (conflict.value.matter, conflict.value.actual) == (expect.matter, actual)
            assert everything(storage) == before
            sound = (Expect("F-1", version=1, round=3), Expect("F-1", round=3), Expect("F-2", version=0))
            storage.commit(Batch(writes=(write("T-1"),), expects=sound))
            assert "T-1" in storage.load(["T-1"]).cases

    def test_expectations_look_at_what_was_there_before_the_batch(self) -> None:
        """A batch may write the matter whose round it expects."""
        with self.storage() as storage:
            put(storage, "F-1", 0, round_=1)
            storage.commit(Batch(writes=(write("F-1", 1, round_=2),), expects=(Expect("F-1", version=1, round=1),)))
            assert storage.load(["F-1"]).cases["F-1"].round == 2

    def test_children_are_put_in_place_of_their_former_state(self) -> None:
        """A child may be changed, left alone or added; its version is its own last entry."""
        with self.storage() as storage:
            put(storage, "T-1", 0, child("T-1/a@1", 1, state="offered"), child("T-1/b@1", 1, state="offered"))
            put(storage, "T-1", 1, child("T-1/a@1", 2, state="accepted"), child("T-1/c@2", 2))
            cases = storage.load(["T-1", "T-1/a@1", "T-1/b@1", "T-1/c@2"]).cases
            assert {name: case.version for name, case in cases.items()} == {
                "T-1": 2,
                "T-1/a@1": 2,
                "T-1/b@1": 1,
                "T-1/c@2": 2,
            }
            assert [case.case for case in storage.find(by("state", "accepted")).items] == ["T-1/a@1"]

    def test_several_entries_of_one_write_are_numbered_in_order(self) -> None:
        """A step, and the join that it fires, are two entries of one commit."""
        with self.storage() as storage:
            storage.commit(Batch(writes=(write("T-1", 0, count=3),)))
            assert [entry.version for entry in storage.history("T-1")] == [1, 2, 3]
            assert storage.load(["T-1"]).cases["T-1"].version == 3

    def test_an_empty_batch_changes_nothing(self) -> None:
        """It answers with the feed's position."""
        with self.storage() as storage:
            assert storage.commit(Batch()).position == 0
            put(storage, "T-1")
            assert storage.commit(Batch()).position == 1

    def test_a_malformed_batch_is_refused_with_all_its_faults(self) -> None:
        """Gaps, missing roots and doubles are the caller's; nothing is written."""
        good = write("T-1")
        with self.storage() as storage:
            for batch in (
                Batch(writes=(Write(matter="T-1", expected=1, entries=good.entries, records=good.records),)),
                Batch(writes=(Write(matter="T-1", expected=-1, entries=good.entries, records=good.records),)),
                Batch(writes=(Write(matter="T-1", expected=0, entries=good.entries, records=()),)),
                Batch(writes=(Write(matter="T-1", expected=0, entries=(), records=()),)),
                Batch(writes=(Write(matter="T-1", expected=0, entries=good.entries, records=(root("T-1", 2),)),)),
                Batch(writes=(good, good)),
                Batch(writes=(write("T-1", 0, child("T-2/a@1", 1)),)),
                Batch(writes=(write("T-1", 0, child("T-1/a@1", 2)),)),
                Batch(writes=(write("T-1", 0, child("T-1/a@1", 1), child("T-1/a@1", 1)),)),
                Batch(expects=(Expect("T-1"),)),
                Batch(private=(Private("T-1", 1, b"", b""),)),
                Batch(awaits=(Awaits("T-1", (Await("T-2", "person:P-1", None),)),)),
                Batch(awaits=(Awaits("T-1", (Await("T-1", "person:P", None), Await("T-1", "person:P", 1))),)),
                Batch(heads=(head(1), head(3))),
            ):
                with pytest.raises(InvalidInput) as refused:
                    storage.commit(batch)
                assert refused.value.faults
            assert everything(storage)[:2] == ((), ())

    def test_a_case_never_changes_its_matter(self) -> None:
        """A child's id that another matter has is refused."""
        with self.storage() as storage:
            put(storage, "T-1", 0, child("T-1/a@1", 1))
            stolen = Write(
                matter="T-2",
                expected=0,
                entries=write("T-2").entries,
                records=(root("T-2", 1), attrs.evolve(child("T-1/a@1", 1), matter="T-2")),
            )
            with pytest.raises(InvalidInput):
                storage.commit(Batch(writes=(stolen,)))
            assert storage.load(["T-2", "T-1/a@1"]).cases["T-1/a@1"].matter == "T-1"

    def test_a_deadline_moves_only_while_its_matter_is_held(self) -> None:
        """A rearm needs a known case, and its matter in expects or writes."""
        with self.storage() as storage:
            put(storage, "T-1", 0, child("T-1/a@1", 1, due=NOON))
            before = everything(storage)
            for batch in (
                Batch(rearm=(Rearm("T-1/a@1", NOON + 1),)),
                Batch(rearm=(Rearm("T-1/a@1", NOON + 1),), expects=(Expect("T-9", version=0),)),
                Batch(rearm=(Rearm("T-9", NOON),), expects=(Expect("T-9", version=0),)),
            ):
                with pytest.raises(InvalidInput):
                    storage.commit(batch)
            assert everything(storage) == before

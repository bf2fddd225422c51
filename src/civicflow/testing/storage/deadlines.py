"""Deadlines, and who is asked to act."""

from __future__ import annotations

import pytest

from civicflow.errors import Conflict, InvalidInput
from civicflow.plugins.storage.contract import Await, Awaits, Batch, Expect, Query, Rearm, Storage, Write
from civicflow.testing.storage.base import StorageSuite
from civicflow.testing.storage.builders import NOON, child, put, write


class DeadlineSuite(StorageSuite):
    """A deadline is a column of its record; it moves with a commit, and by a rearm."""

    concern = "deadlines and the asked"

    def test_a_deadline_is_due_at_its_very_instant(self) -> None:
        """Not a microsecond before."""
        with self.storage() as storage:
            put(storage, "T-1", due=NOON)
            assert storage.due(NOON - 1) == ()
            assert storage.due(NOON) == (("T-1", NOON),)

    def test_the_earliest_comes_first(self) -> None:
        """Ties by case; children too; a limit cuts off the latest."""
        with self.storage() as storage:
            put(storage, "T-2", 0, child("T-2/a@1", 1, due=NOON - 5), due=NOON)
            put(storage, "T-1", due=NOON)
            put(storage, "T-3", due=NOON + 1)
            put(storage, "T-4")
            assert storage.due(NOON) == (("T-2/a@1", NOON - 5), ("T-1", NOON), ("T-2", NOON))
            assert storage.due(NOON, limit=2) == (("T-2/a@1", NOON - 5), ("T-1", NOON))

    def test_a_commit_moves_a_deadline_or_takes_it_away(self) -> None:
        """There is one for each case."""
        with self.storage() as storage:
            put(storage, "T-1", 0, due=NOON)
            put(storage, "T-1", 1, due=NOON + 9)
            assert storage.due(2**62) == (("T-1", NOON + 9),)
            put(storage, "T-1", 2)
            assert storage.due(2**62) == ()

    def test_a_rearm_moves_a_deadline_without_an_entry(self) -> None:
        """Nothing else of the record changes."""
        with self.storage() as storage:
            put(storage, "T-1", 0, child("T-1/a@1", 1, due=NOON), due=NOON)
            before = storage.load(["T-1", "T-1/a@1"])
            held = (Expect("T-1", version=1),)
            storage.commit(Batch(rearm=(Rearm("T-1", None), Rearm("T-1/a@1", NOON + 7)), expects=held))
            assert storage.due(2**62) == (("T-1/a@1", NOON + 7),)
            after = storage.load(["T-1", "T-1/a@1"])
            assert len(storage.feed()) == 1
            assert (after.cases["T-1"].due, after.cases["T-1"].version) == (None, 1)
            assert after.cases["T-1/a@1"].body == before.cases["T-1/a@1"].body

    def test_a_rearm_loses_against_a_commit(self) -> None:
        """Whoever asked too early must not undo what was decided since."""
        with self.storage() as storage:
            put(storage, "T-1", 0, due=NOON)
            put(storage, "T-1", 1, due=NOON + 3)
            with pytest.raises(Conflict):
                storage.commit(Batch(rearm=(Rearm("T-1", NOON + 9),), expects=(Expect("T-1", version=1),)))
            assert storage.due(2**62) == (("T-1", NOON + 3),)

    def test_a_rearm_may_go_with_a_write_of_its_matter(self) -> None:
        """It is applied after the write; a write without entries only holds the version."""
        with self.storage() as storage:
            put(storage, "T-1", 0, child("T-1/a@1", 1, due=NOON))
            storage.commit(Batch(writes=(write("T-1", 1),), rearm=(Rearm("T-1/a@1", NOON + 1),)))
            assert storage.due(2**62) == (("T-1/a@1", NOON + 1),)
            held = Write(matter="T-1", expected=2, entries=(), records=())
            storage.commit(Batch(writes=(held,), rearm=(Rearm("T-1/a@1", NOON + 2),)))
            assert storage.due(2**62) == (("T-1/a@1", NOON + 2),)
            stale = Write(matter="T-1", expected=1, entries=(), records=())
            with pytest.raises(Conflict):
                storage.commit(Batch(writes=(stale,), rearm=(Rearm("T-1/a@1", NOON + 3),)))
            assert len(storage.feed()) == 2

    def test_the_asked_are_replaced_case_by_case(self) -> None:
        """Putting nobody asks nobody; other cases are left alone."""
        with self.storage() as storage:
            put(storage, "T-1", 0, child("T-1/a@1", 1))
            put(storage, "T-2")
            first = Await("T-1", "post:officer@U-1", NOON)
            share = Await("T-1/a@1", "post:officer@U-2", None)
            other = Await("T-2", "post:officer@U-1", None)
            asked = (Awaits("T-1", (first,)), Awaits("T-1/a@1", (share,)), Awaits("T-2", (other,)))
            storage.commit(Batch(awaits=asked))
            assert _asking(storage, "post:officer@U-1") == ["T-1", "T-2"]
            assert storage.asked(matter="T-1") == (first, share)
            second = (Await("T-1", "person:P-9", None), Await("T-1", "post:head@U-1", NOON))
            storage.commit(Batch(awaits=(Awaits("T-1", second[::-1]),)))
            assert storage.asked(case="T-1") == second
            assert _asking(storage, "post:officer@U-1") == ["T-2"]
            assert storage.asked(case="T-2") == (other,)
            storage.commit(Batch(awaits=(Awaits("T-1", ()),)))
            assert storage.asked(case="T-1") == ()
            assert storage.asked(matter="T-1") == (share,)

    def test_the_asked_are_looked_up_by_one_thing(self) -> None:
        """A case or a matter; neither and both make no question."""
        with self.storage() as storage:
            with pytest.raises(InvalidInput):
                storage.asked()
            with pytest.raises(InvalidInput):
                storage.asked(case="T-1", matter="T-1")
            assert storage.asked(case="T-1") == storage.asked(matter="T-1") == ()


def _asking(storage: Storage, address: str) -> list[str]:
    """The cases in which an address is asked."""
    return [case.case for case in storage.find(Query(asked=(address,))).items]

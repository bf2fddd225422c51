"""Groups that are no groups."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.testing.planted.sound import Sound, caught

from civicflow.errors import Conflict
from civicflow.plugins.storage.contract import Batch, Commit, Storage
from civicflow.plugins.storage.memory.rows import Rows


@caught("test_an_error_that_leaves_takes_the_group_back", "test_a_group_in_a_group_is_taken_back_alone")
class GroupOfItsParts(Sound):
    """Each commit of a group is kept by itself, whatever becomes of the others."""

    @contextmanager
    def together(self) -> Iterator[Storage]:
        yield type(self)(self.rows)


@caught("test_nobody_sees_a_group_before_its_end")
class GroupSeenBeforeItsEnd(Sound):
    """What a group commits is seen at once, and undone if it fails."""

    @contextmanager
    def together(self) -> Iterator[Storage]:
        rows = self.rows
        before = rows.copy()
        group = type(self)(rows)
        try:
            yield group
        except BaseException:
            rows.take(before)
            raise
        finally:
            group.close()


class _Frail(Sound):
    """A group in which nothing is tried twice."""

    def commit(self, batch: Batch) -> Commit:
        try:
            return super().commit(batch)
        except Conflict:
            self.rows.take(Rows())
            raise


@caught("test_a_conflict_takes_back_only_its_own_commit")
class ConflictSpoilsGroup(Sound):
    """A conflict takes back all that its group has committed before it."""

    @contextmanager
    def together(self) -> Iterator[Storage]:
        with super().together() as group:
            door = group._door  # type: ignore[attr-defined]
            yield _Frail(door.rows)


@caught("test_an_error_that_leaves_takes_the_group_back")
class NumbersOutliveTheirGroup(Sound):
    """Series are counted beside the group: what it drew is not taken back with it."""

    @contextmanager
    def together(self) -> Iterator[Storage]:
        rows = self.rows
        with super().together() as group:
            group._door.rows.series = rows.series  # type: ignore[attr-defined]
            yield group


@caught("test_the_thread_of_a_group_writes_through_it_alone")
class WritesBesideItsGroup(Sound):
    """Whoever writes beside the group that they have open loses it when the group ends."""

    @contextmanager
    def together(self) -> Iterator[Storage]:
        rows = self.rows
        copy = rows.copy()
        yield type(self)(copy)
        rows.take(copy)

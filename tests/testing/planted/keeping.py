"""Values, deadlines, evidence and handles that are not kept as they were given."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import attrs
from tests.testing.planted.sound import Sound, caught

from civicflow.errors import Conflict, InvalidInput
from civicflow.plugins.storage.contract import Await, Batch, Commit, Record, Scalar
from civicflow.plugins.storage.memory.rows import Rows

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_BERLIN: Final = ZoneInfo("Europe/Berlin")
_MICROSECOND: Final = timedelta(microseconds=1)


def changed(batch: Batch, change: Callable[[Record], Record]) -> Batch:
    """A batch with other records."""
    writes = (attrs.evolve(write, records=tuple(map(change, write.records))) for write in batch.writes)
    return attrs.evolve(batch, writes=tuple(writes))


@caught("test_nul_and_lone_surrogates_are_refused")
class TakesNul(Sound):
    """NUL in a text is taken."""

    def commit(self, batch: Batch) -> Commit:
        try:
            return super().commit(batch)
        except InvalidInput as error:
            if not error.faults or not all("NUL" in fault.reason for fault in error.faults):
                raise
            return self._door.write(Rows.commit, batch)


@caught("test_integers_have_64_bits")
class IntegersAsFloats(Sound):
    """Integers go through a float, which has 53 bits."""

    def commit(self, batch: Batch) -> Commit:
        def rounded(value: Scalar) -> Scalar:
            return max(-(2**63), min(int(float(value)), 2**63 - 1)) if isinstance(value, int) else value

        return super().commit(changed(batch, lambda r: attrs.evolve(r, facts=tuple(map(rounded, r.facts)))))


@caught("test_texts_that_look_alike_are_different")
class FoldsTexts(Sound):
    """Texts are trimmed, as a fixed-width column does."""

    def commit(self, batch: Batch) -> Commit:
        def trimmed(value: Scalar) -> Scalar:
            return value.rstrip(" ") if isinstance(value, str) else value

        return super().commit(changed(batch, lambda r: attrs.evolve(r, facts=tuple(map(trimmed, r.facts)))))


@caught("test_an_empty_text_is_not_none")
class EmptyIsNone(Sound):
    """An empty text is None."""

    def commit(self, batch: Batch) -> Commit:
        return super().commit(changed(batch, lambda r: attrs.evolve(r, facts=tuple(v or None for v in r.facts))))


@caught("test_deadlines_keep_every_microsecond_and_their_order")
class Milliseconds(Sound):
    """Deadlines are kept to the millisecond."""

    def commit(self, batch: Batch) -> Commit:
        due: Callable[[int | None], int | None] = lambda at: None if at is None else at // 1_000 * 1_000  # noqa: E731
        return super().commit(changed(batch, lambda record: attrs.evolve(record, due=due(record.due))))


@caught("test_deadlines_keep_every_microsecond_and_their_order")
class ZoneDropped(Sound):
    """Deadlines are kept as local times without their zone: the hour that comes twice a year comes once."""

    def commit(self, batch: Batch) -> Commit:
        return super().commit(changed(batch, lambda record: attrs.evolve(record, due=_local(record.due))))


def _local(due: int | None) -> int | None:
    if due is None or not 0 < due < 2**52:
        return due
    there = (_EPOCH + due * _MICROSECOND).astimezone(_BERLIN).replace(fold=0)
    return (there.astimezone(UTC) - _EPOCH) // _MICROSECOND


@caught("test_a_deadline_is_due_at_its_very_instant")
class DueTooLate(Sound):
    """A deadline passes a microsecond late."""

    def due(self, now: int, *, limit: int = 100) -> tuple[tuple[str, int], ...]:
        return super().due(now - 1, limit=limit)


@caught("test_the_earliest_comes_first")
class DueUnordered(Sound):
    """Deadlines come by case and not by time."""

    def due(self, now: int, *, limit: int = 100) -> tuple[tuple[str, int], ...]:
        return tuple(sorted(super().due(now, limit=10**6))[:limit])


@caught("test_a_rearm_loses_against_a_commit")
class RearmUnheld(Sound):
    """A deadline is moved although somebody decided meanwhile."""

    def commit(self, batch: Batch) -> Commit:
        try:
            return super().commit(batch)
        except Conflict:
            with self.rows.turn:
                self.rows._apply(Batch(rearm=batch.rearm))
            raise


@caught("test_the_asked_are_replaced_case_by_case")
class AsksForEver(Sound):
    """Whoever was asked before is still asked."""

    def commit(self, batch: Batch) -> Commit:
        def more(case: str, asked: tuple[Await, ...]) -> tuple[Await, ...]:
            addresses = {one.address for one in asked}
            return (*asked, *(one for one in self.rows.awaits.get(case, ()) if one.address not in addresses))

        awaits = tuple(attrs.evolve(one, asked=more(one.case, one.asked)) for one in batch.awaits)
        return super().commit(attrs.evolve(batch, awaits=awaits))


@caught("test_erasing_takes_salt_and_body_for_good")
class ErasesNothing(Sound):
    """A private part outlives its erasure."""

    def commit(self, batch: Batch) -> Commit:
        return super().commit(attrs.evolve(batch, erase=()))


@caught("test_heads_are_numbered_without_a_gap")
class HeadOverwritten(Sound):
    """A head takes the place of the one that has its number."""

    def commit(self, batch: Batch) -> Commit:
        with self.rows.turn:
            if batch.heads and batch.heads[0].number <= len(self.rows.heads):
                del self.rows.heads[batch.heads[0].number - 1 :]
            return super().commit(batch)


@caught("test_a_document_is_kept_once_under_its_hash")
class DocumentOverwritten(Sound):
    """A document takes the place of the one that has its digest."""

    def commit(self, batch: Batch) -> Commit:
        for document in batch.filed:
            self.rows.filed.pop(document.digest, None)
        return super().commit(batch)


@caught("test_a_closed_storage_says_so")
class NeverCloses(Sound):
    """Closing it means nothing."""

    def close(self) -> None:
        """Do nothing."""


@caught("test_migrating_again_changes_nothing")
class MigrationForgets(Sound):
    """Migrating makes the tables anew."""

    def migrate(self) -> None:
        self.rows.dues.clear()

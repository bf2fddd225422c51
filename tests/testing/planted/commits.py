"""Commits that lose, halve or repeat something."""

from __future__ import annotations

import time

import attrs
from tests.testing.planted.sound import PAUSE, Sound, caught

from civicflow.errors import Conflict
from civicflow.plugins.storage.contract import Batch, Commit, Write
from civicflow.plugins.storage.memory.rows import Rows


def rebased(batch: Batch, rows: Rows) -> Batch:
    """A batch as if its decision had rested on what is there now."""

    def moved(write: Write) -> Write:
        version = rows.cases[write.matter].version if write.matter in rows.cases else 0
        by = version - write.expected
        return attrs.evolve(
            write,
            expected=version,
            entries=tuple(attrs.evolve(new, version=new.version + by) for new in write.entries),
            records=tuple(attrs.evolve(record, version=record.version + by) for record in write.records),
        )

    return attrs.evolve(batch, writes=tuple(moved(write) for write in batch.writes), expects=())


@caught("test_a_stale_version_conflicts_and_names_both")
class LostUpdate(Sound):
    """The last writer wins: every version is taken for the present one."""

    def commit(self, batch: Batch) -> Commit:
        with self.rows.turn:
            return super().commit(rebased(batch, self.rows))


@caught("test_of_many_racers_for_one_version_one_wins")
class ChecksBeforeItWrites(Sound):
    """Versions are compared, and then written in another transaction."""

    def commit(self, batch: Batch) -> Commit:
        with self.rows.turn:
            self.rows._compare(batch)
        time.sleep(PAUSE)
        with self.rows.turn:
            return super().commit(rebased(batch, self.rows))


@caught("test_two_last_shares_at_once_fire_the_join_once")
class AVersionARecord(Sound):
    """Two writers of one matter pass each other when they change different records."""

    def commit(self, batch: Batch) -> Commit:
        time.sleep(PAUSE)
        with self.rows.turn:
            changed = [record for write in batch.writes if write.expected > 1 for record in write.records]
            shares = [record for record in changed if record.case != record.matter]
            alone = shares and all(self.rows.cases[r.case].version < r.version for r in shares)
            return super().commit(rebased(batch, self.rows) if alone else batch)


@caught("test_expected_versions_and_rounds_are_compared")
class BlindToVersions(Sound):
    """The versions of what a decision read are not compared."""

    def commit(self, batch: Batch) -> Commit:
        rounds = tuple(attrs.evolve(one, version=None) for one in batch.expects if one.round is not None)
        return super().commit(batch if batch.rearm else attrs.evolve(batch, expects=rounds))


@caught("test_expected_versions_and_rounds_are_compared")
class BlindToRounds(Sound):
    """The rounds of what a decision read are not compared."""

    def commit(self, batch: Batch) -> Commit:
        versions = tuple(attrs.evolve(one, round=None) for one in batch.expects if one.version is not None)
        return super().commit(attrs.evolve(batch, expects=versions))


@caught("test_two_decisions_that_read_each_other_are_not_both_kept", "test_no_ballot_comes_after_the_round_was_closed")
class ExpectsWithoutALock(Sound):
    """What a decision read is compared, but may change before the commit ends."""

    def commit(self, batch: Batch) -> Commit:
        super().commit(Batch(expects=batch.expects))
        time.sleep(PAUSE * 5)
        return super().commit(batch if batch.rearm else attrs.evolve(batch, expects=()))


@caught("test_whatever_is_wrong_with_a_batch_no_part_of_it_stays")
class HalfABatch(Sound):
    """Each write is a transaction of its own."""

    def commit(self, batch: Batch) -> Commit:
        for write in batch.writes[:-1]:
            super().commit(Batch(writes=(write,)))
        return super().commit(attrs.evolve(batch, writes=batch.writes[-1:]))


@caught("test_whatever_is_wrong_with_a_batch_no_part_of_it_stays")
class DocumentsFirst(Sound):
    """Documents are filed before anything is compared."""

    def commit(self, batch: Batch) -> Commit:
        super().commit(Batch(filed=batch.filed))
        return super().commit(batch)


@caught("test_a_malformed_batch_is_refused_with_all_its_faults")
class AnythingGoes(Sound):
    """Gaps in versions and missing roots are taken as they come."""

    def commit(self, batch: Batch) -> Commit:
        return self._door.write(Rows.commit, batch)


@caught("test_a_key_is_kept_for_its_command")
class ForgetsKeys(Sound):
    """Keys are kept in the process: opened again, every command is new."""

    def __init__(self, rows: Rows) -> None:
        super().__init__(rows)
        rows.keys.clear()


@caught("test_another_command_under_the_same_key_is_a_mismatch")
class AnyDigest(Sound):
    """A key is taken for the same command whatever its digest."""

    def commit(self, batch: Batch) -> Commit:
        known = batch.key and self.rows.keys.get(batch.key.key)
        return super().commit(attrs.evolve(batch, key=known) if known else batch)


@caught("test_a_repeated_command_writes_nothing_and_gives_the_first_answer")
class NewAnswer(Sound):
    """A repeated command is given its own answer instead of the first."""

    def commit(self, batch: Batch) -> Commit:
        commit = super().commit(batch)
        return attrs.evolve(commit, answer=batch.key.answer) if batch.key else commit


@caught("test_a_command_that_failed_leaves_its_key_free")
class KeyFirst(Sound):
    """The key is kept although its command failed."""

    def commit(self, batch: Batch) -> Commit:
        try:
            return super().commit(batch)
        except Conflict:
            super().commit(Batch(key=batch.key))
            raise


@caught("test_one_key_at_once_is_one_command")
class KeyWithoutALock(Sound):
    """Keys are looked up first and kept at last: two at once are both new."""

    def commit(self, batch: Batch) -> Commit:
        if batch.key is None or batch.key.key in self.rows.keys:
            return super().commit(batch)
        time.sleep(PAUSE)
        commit = super().commit(attrs.evolve(batch, key=None))
        self.rows.keys[batch.key.key] = batch.key
        return attrs.evolve(commit, answer=batch.key.answer)

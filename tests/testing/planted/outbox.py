"""Outboxes that double, lose or mix up what they lend."""

from __future__ import annotations

import time
from itertools import count

import attrs
from tests.testing.planted.sound import Sound, caught

from civicflow.errors import LeaseLost
from civicflow.plugins.storage.contract import Batch, Claim, Commit, Message, Outcome, Retry
from civicflow.plugins.storage.memory.rows import Rows

_NUMBERS = count()


@caught("test_a_conflict_sends_nothing")
class SendsBeforeItCommits(Sound):
    """Messages are put in a queue of their own, whatever comes of the commit."""

    def commit(self, batch: Batch) -> Commit:
        super().commit(Batch(messages=batch.messages))
        return super().commit(batch)


@caught("test_order_is_kept_for_each_case_recipient_and_channel")
class LendsTwice(Sound):
    """What is lent is not marked."""

    def claim(self, *, worker: str, now: int, lease: int, limit: int = 10) -> tuple[Claim, ...]:
        return super().claim(worker=worker, now=now, lease=0, limit=limit)


@caught("test_a_lease_that_ended_lends_the_row_again")
class LendsForEver(Sound):
    """A lease never ends: what a dead worker holds is lost."""

    def claim(self, *, worker: str, now: int, lease: int, limit: int = 10) -> tuple[Claim, ...]:
        return super().claim(worker=worker, now=now, lease=2**50, limit=limit)


@caught("test_a_lease_that_ended_lends_the_row_again", "test_a_claim_is_settled_once")
class LateSettleTaken(Sound):
    """The token of a settlement is not looked at."""

    def settle(self, claim: Claim, outcome: Outcome, *, now: int) -> None:
        try:
            super().settle(claim, outcome, now=now)
        except LeaseLost:
            return


@caught("test_a_name_is_put_once")
class DedupeIgnored(Sound):
    """A message is put again under its name."""

    def commit(self, batch: Batch) -> Commit:
        messages = (attrs.evolve(one, dedupe=f"{one.dedupe}#{next(_NUMBERS)}") for one in batch.messages)
        return super().commit(attrs.evolve(batch, messages=tuple(messages)))

    def claim(self, *, worker: str, now: int, lease: int, limit: int = 10) -> tuple[Claim, ...]:
        claims = super().claim(worker=worker, now=now, lease=lease, limit=limit)
        return tuple(_without(claim, "dedupe") for claim in claims)


@caught("test_order_is_kept_for_each_case_recipient_and_channel", "test_whatever_holds_the_oldest_holds_its_lane")
class LaneOrderBroken(Sound):
    """Whatever is free is lent, as SKIP LOCKED alone does: a later message overtakes the one before it."""

    def commit(self, batch: Batch) -> Commit:
        messages = (attrs.evolve(one, recipient=f"{one.recipient}#{next(_NUMBERS)}") for one in batch.messages)
        return super().commit(attrs.evolve(batch, messages=tuple(messages)))

    def claim(self, *, worker: str, now: int, lease: int, limit: int = 10) -> tuple[Claim, ...]:
        claims = super().claim(worker=worker, now=now, lease=lease, limit=limit)
        return tuple(_without(claim, "recipient") for claim in claims)


def _without(claim: Claim, field: str) -> Claim:
    """A claim as it was before a number was put behind a text of its message."""
    text = getattr(claim.message, field).rpartition("#")[0]
    message: Message = attrs.evolve(claim.message, **{field: text})
    return attrs.evolve(claim, message=message)


@caught("test_whatever_holds_the_oldest_holds_its_lane")
class RetriesAtOnce(Sound):
    """When to try again is not looked at."""

    def settle(self, claim: Claim, outcome: Outcome, *, now: int) -> None:
        super().settle(claim, attrs.evolve(outcome, at=now) if isinstance(outcome, Retry) else outcome, now=now)


@caught("test_a_lease_that_ended_lends_the_row_again", "test_whatever_holds_the_oldest_holds_its_lane")
class AttemptsFromOne(Sound):
    """Attempts are not counted, so that nothing is ever given up."""

    def claim(self, *, worker: str, now: int, lease: int, limit: int = 10) -> tuple[Claim, ...]:
        claims = super().claim(worker=worker, now=now, lease=lease, limit=limit)
        return tuple(attrs.evolve(claim, attempts=1) for claim in claims)


@caught("test_only_the_time_that_is_given_counts")
class OwnClock(Sound):
    """Leases are counted by the database's clock."""

    def claim(self, *, worker: str, now: int, lease: int, limit: int = 10) -> tuple[Claim, ...]:
        return super().claim(worker=worker, now=time.time_ns() // 1_000, lease=lease, limit=limit)


@caught("test_the_outbox_is_kept_with_its_leases")
class ForgetsLeases(Sound):
    """Leases are kept in the process: opened again, everything is lent once more."""

    def __init__(self, rows: Rows) -> None:
        super().__init__(rows)
        for lane in rows.lanes._open.values():
            lane[0].available = min(lane[0].available, lane[0].message.not_before)


@caught("test_what_is_on_its_way_can_be_looked_at")
class LentOutOfSight(Sound):
    """What was tried before is not shown among what waits."""

    def waiting(self, *, limit: int = 100) -> tuple[Claim, ...]:
        return tuple(claim for claim in super().waiting(limit=limit) if not claim.attempts)


@caught("test_what_lapsed_is_lent_alone", "test_what_lapsed_is_left_out_of_what_is_lent_together")
class LapsedTogether(Sound):
    """What lapsed is lent together with others: one message that kills its workers takes them with it."""

    def claim(self, *, worker: str, now: int, lease: int, limit: int = 10) -> tuple[Claim, ...]:
        for lane in self.rows.lanes._open.values():
            if lane[0].available <= now:
                lane[0].worker = None
        return super().claim(worker=worker, now=now, lease=lease, limit=limit)


@caught("test_what_is_redriven_goes_to_the_end_of_its_lane")
class Overtaking(Sound):
    """What is redriven takes its old place, before what is under way."""

    def redrive(self, dedupe: str, *, now: int) -> bool:
        done = super().redrive(dedupe, now=now)
        for lane in self.rows.lanes._open.values():
            if lane[-1].message.dedupe == dedupe:
                lane.appendleft(lane.pop())
        return done


@caught("test_a_claim_from_before_is_void")
class OldTokens(Sound):
    """A token from before a message was given up is good again when it is redriven."""

    def redrive(self, dedupe: str, *, now: int) -> bool:
        done = super().redrive(dedupe, now=now)
        for lane in self.rows.lanes._open.values():
            if done and lane[-1].message.dedupe == dedupe:
                lane[-1].number -= 1
        return done


@caught("test_only_what_was_given_up_is_redriven")
class RedrivesAnything(Sound):
    """Whatever is named counts as redriven."""

    def redrive(self, dedupe: str, *, now: int) -> bool:
        return super().redrive(dedupe, now=now) or True

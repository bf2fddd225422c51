"""From the outbox to the notifiers: claim, send, settle.

Each message is settled by itself, so that a channel that fails holds up no other channel and no other recipient; order
within one case, recipient and channel is the storage's affair. Delivery is at least once: a worker that dies after
sending and before settling leaves a message that is sent again under the same ``dedupe``.

Nothing here reads a clock or sleeps. The host calls `relay` as often as it likes, from as many workers as it likes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Final

import attrs

from civicflow.calendars.instants import from_micros, to_micros
from civicflow.errors import InvalidInput, LeaseLost
from civicflow.plugins.discovery import distribution_of, in_a_line, module_of
from civicflow.plugins.notify.backoff import Backoff, Dice
from civicflow.plugins.notify.body import decode_notice, next_channel
from civicflow.plugins.notify.contract import Notice, Notifier, PermanentFailure, TemporaryFailure
from civicflow.plugins.notify.preferences import Choosing
from civicflow.plugins.storage.contract import Batch, Claim, Dead, Done, Outcome, Retry, Storage

LEASE: Final = timedelta(minutes=10)
"""How long one call may take before another worker gets the same messages."""

_BACKOFF: Final = Backoff()
_MICROSECOND: Final = timedelta(microseconds=1)
_DELIVERED: Final = Done(), None
_COUNTED: Final[Mapping[type[Outcome], str]] = {Done: "delivered", Retry: "retried", Dead: "dead"}


@attrs.frozen
class Failure:
    """One attempt that failed.

    Attributes:
        dedupe: the notice's name.
        channel: by which channel it should have gone.
        distribution: whose code failed, with its version; empty where no notifier was asked.
        error: what it said, in one line.
        final: whether the message is dead; otherwise it is tried again.
    """

    dedupe: str
    channel: str
    distribution: str
    error: str
    final: bool


@attrs.frozen(kw_only=True)
class RelayReport:
    """What one call did.

    Attributes:
        delivered: messages taken over by their notifier.
        retried: messages that failed and will be tried again.
        dead: messages given up; they stay in the outbox, see `Storage.dead`.
        held: messages that wait for the end of their recipient's quiet hours; nothing was tried.
        rerouted: of the dead, those that a fallback channel gets now.
        lost: messages that were settled too late: another worker has them now and decides, so they may be sent twice.
        failures: what failed, in the order in which it was tried.
    """

    delivered: int = 0
    retried: int = 0
    dead: int = 0
    held: int = 0
    rerouted: int = 0
    lost: int = 0
    failures: tuple[Failure, ...] = ()

    @property
    def claimed(self) -> int:
        """How many messages were handled; none means that no more may go out now."""
        return self.delivered + self.retried + self.dead + self.held + self.lost

    def __add__(self, other: RelayReport) -> RelayReport:
        """Both calls together."""
        return RelayReport(
            delivered=self.delivered + other.delivered,
            retried=self.retried + other.retried,
            dead=self.dead + other.dead,
            held=self.held + other.held,
            rerouted=self.rerouted + other.rerouted,
            lost=self.lost + other.lost,
            failures=self.failures + other.failures,
        )


def relay(
    storage: Storage,
    notifiers: Mapping[str, Notifier],
    *,
    now: datetime,
    worker: str,
    random: Dice,
    limit: int = 20,
    lease: timedelta = LEASE,
    backoff: Backoff = _BACKOFF,
    preferences: Choosing | None = None,
) -> RelayReport:
    """Send what lies in the outbox and may go out now.

    Args:
        storage: whose outbox to empty.
        notifiers: the notifier of each channel, by the name that messages bear.
        now: the office's time.
        worker: who claims, for operators to read.
        random: where the jitter between attempts comes from.
        limit: how many messages to claim at most.
        lease: how long the claims are ours; sending ``limit`` messages must not take longer.
        backoff: how patiently to try again.
        preferences: who knows the recipients' quiet hours; nobody where left out.

    Returns:
        What became of each message. A notifier's exception is in the report, never raised.

    Raises:
        InvalidInput: if ``now`` has no zone.
        StorageError: if the outbox cannot be read or written; what is still claimed comes again after the lease.
    """
    instant = to_micros(now)
    claims = storage.claim(worker=worker, now=instant, lease=lease // _MICROSECOND, limit=limit)
    count: Counter[str] = Counter()
    failures: list[Failure] = []
    sending = _Sending(notifiers, instant, random, backoff, cache(distribution_of), preferences)
    for claim in claims:
        outcome, failure = sending.attempt(claim)
        failures += [failure] if failure is not None else []
        # Before the message is given up: a worker that dies in between does it again, and nothing is put twice.
        instead = next_channel(claim.message, at=instant) if isinstance(outcome, Dead) else None
        if instead is not None:
            storage.commit(Batch(messages=(instead,)))
            count["rerouted"] += 1
        try:
            storage.settle(claim, outcome, now=instant)
        except LeaseLost:
            count["lost"] += 1
        else:
            count["held" if isinstance(outcome, Retry) and failure is None else _COUNTED[type(outcome)]] += 1
    return RelayReport(
        delivered=count["delivered"],
        retried=count["retried"],
        dead=count["dead"],
        held=count["held"],
        rerouted=count["rerouted"],
        lost=count["lost"],
        failures=tuple(failures),
    )


@attrs.frozen
class _Sending:
    """How claimed messages get to their notifiers."""

    notifiers: Mapping[str, Notifier]
    now: int
    dice: Dice
    backoff: Backoff
    blame: Callable[[str], str]
    preferences: Choosing | None

    def attempt(self, claim: Claim) -> tuple[Outcome, Failure | None]:
        """Send one message, and say what became of it."""
        message, attempts = claim.message, claim.attempts
        notifier = self.notifiers.get(message.channel)
        if notifier is None:
            known = ", ".join(sorted(self.notifiers)) or "none"
            return self._dead(
                claim, "", f"there is no channel {message.channel!r} (known: {known}); open a notifier for it"
            )
        if attempts > self.backoff.loans:  # whoever claimed it before never came back, perhaps because of it
            return self._dead(
                claim, "", f"claimed {attempts - 1} times and never settled; {claim.last_error}".rstrip("; ")
            )
        try:
            notice = decode_notice(message)
        except InvalidInput as error:
            return self._dead(claim, "", in_a_line(error))
        asked: object = self.preferences
        try:
            until = self._held_until(message.recipient)
            if until > self.now:
                return Retry(until, claim.last_error), None
            asked = notifier
            notifier.send(notice)
        except Exception as error:  # noqa: BLE001 - a stranger's code; whatever it raises must not hold up the others
            return self._failed(claim, asked, notice, error)
        return _DELIVERED

    def _held_until(self, recipient: str) -> int:
        if self.preferences is None:
            return self.now
        return to_micros(self.preferences.held_until(recipient, from_micros(self.now)))

    def _failed(self, claim: Claim, asked: object, notice: Notice, error: Exception) -> tuple[Outcome, Failure | None]:
        attempts, blamed, said = claim.attempts, self.blame(module_of(asked)), in_a_line(error)
        if isinstance(error, PermanentFailure):
            return self._dead(claim, blamed, said)
        if attempts >= self.backoff.attempts:
            return self._dead(claim, blamed, f"{said} (attempt {attempts} of {self.backoff.attempts})")
        retry_after = error.retry_after if isinstance(error, TemporaryFailure) else None
        again = self.now + self.backoff.wait(attempts, self.dice, retry_after=retry_after) // _MICROSECOND
        # Quiet hours held the message back, which is not the channel's failure: its age counts from their end.
        since = max(to_micros(notice.at), claim.message.not_before)
        if again - since > self.backoff.age // _MICROSECOND:
            return self._dead(
                claim, blamed, f"{said} (attempt {attempts}; the next would come later than its age allows)"
            )
        failure = Failure(claim.message.dedupe, claim.message.channel, blamed, said, final=False)
        return Retry(again, f"{blamed}: {said}"), failure

    def _dead(self, claim: Claim, blamed: str, said: str) -> tuple[Outcome, Failure]:
        failure = Failure(claim.message.dedupe, claim.message.channel, blamed, said, final=True)
        return Dead(": ".join(filter(None, (blamed, said)))), failure

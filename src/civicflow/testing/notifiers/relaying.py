"""Relaying: in an outbox, as the office uses it."""

from __future__ import annotations

from contextlib import closing
from datetime import datetime, timedelta

from civicflow.calendars.instants import to_micros
from civicflow.plugins.backends import open_storage
from civicflow.plugins.notify.body import encode_notice
from civicflow.plugins.notify.contract import Notifier
from civicflow.plugins.notify.relay import RelayReport, relay
from civicflow.plugins.storage.contract import Batch, Message, Storage
from civicflow.testing.notifiers.base import NOON, SAID, NotifierSuite


class _Lowest:
    """Dice that always show nought."""

    def randrange(self, stop: int, /) -> int:
        """The first of the numbers."""
        return 0


class RelayingSuite(NotifierSuite):
    """What the outbox makes of the notifier's answers."""

    def test_what_did_not_get_through_gets_through_later(self) -> None:
        """Put off once, then delivered, once; nothing is left in the outbox."""
        self.refuse("temporary")
        with self.opened() as notifier, closing(open_storage("memory://")) as storage:
            self._put(storage, notifier)
            first = self._relay(storage, notifier, NOON)
            assert (first.retried, first.delivered) == (1, 0), first
            then = self._relay(storage, notifier, NOON + timedelta(days=1))
            assert (then.retried, then.delivered) == (0, 1), then
            assert storage.waiting() == ()
        assert len(self.arrived()) == 1

    def test_what_never_gets_through_is_looked_at(self) -> None:
        """The message is given up at once and lies among the dead, with what the notifier said."""
        self.refuse("permanent")
        with self.opened() as notifier, closing(open_storage("memory://")) as storage:
            self._put(storage, notifier)
            assert self._relay(storage, notifier, NOON).dead == 1
            (dead,) = storage.dead()
            assert "PermanentFailure" in dead.last_error

    def _put(self, storage: Storage, notifier: Notifier) -> None:
        message = Message(
            dedupe="n1",
            case="T-1",
            recipient=self.recipient,
            channel=notifier.name,
            topic="late",
            body=encode_notice(SAID, at=NOON),
            not_before=to_micros(NOON),
        )
        storage.commit(Batch(messages=(message,)))

    def _relay(self, storage: Storage, notifier: Notifier, now: datetime) -> RelayReport:
        return relay(storage, {notifier.name: notifier}, now=now, worker="suite", random=_Lowest())

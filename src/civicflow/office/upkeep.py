"""Upkeep: what a scheduled job asks of an office. Time limits that passed, seals over what came, notices on their way."""

from __future__ import annotations

import random  # noqa: TID251 - the office is where chance comes in
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from functools import cached_property
from typing import Final

from civicflow.calendars import to_micros
from civicflow.errors import CivicflowError, Conflict
from civicflow.ids import CaseId
from civicflow.office.answers import Sealed, Ticked
from civicflow.office.commands import ATTEMPTS, Commands
from civicflow.office.given import Given
from civicflow.office.proving import seal
from civicflow.office.surroundings import Surroundings
from civicflow.plugins.notify.contract import Holding
from civicflow.plugins.notify.relay import RelayReport, relay
from civicflow.plugins.publish.publishing import Publishing
from civicflow.plugins.storage.contract import Storage

_AT_ONCE: Final = 100
"""How many due cases are read at once."""
_LENT: Final = 20
"""How many messages one call of the relay has in its hands at most."""
_LEASE: Final = timedelta(minutes=5)


class Upkeep:
    """What has to be done again and again on one storage."""

    def __init__(self, storage: Storage, around: Surroundings, commands: Commands, given: Given) -> None:
        self._storage, self._around, self._commands, self._given = storage, around, commands, given
        self._dice = random.Random()  # noqa: S311 - jitter between attempts to deliver is no secret

    @cached_property
    def _publishing(self) -> Publishing:
        stands = self._storage.last_head() if self._given.publishers else None
        return Publishing(self._given.publishers, 0 if stands is None else stands.number)

    def tick(self, limit: int) -> Ticked:
        """See `Office.tick`."""
        counts: Counter[str] = Counter()
        failed: dict[CaseId, str] = {}
        while (left := limit - counts.total()) > 0:
            due = self._storage.due(to_micros(self._around.now()), limit=min(left, _AT_ONCE) + len(failed))
            asked = Counter(self._ring(CaseId(case), failed) for case, _ in due if case not in failed)
            counts.update(asked)
            if asked.total() == asked["lost"] + asked["failed"]:
                break
        unpublished = self.seal().unpublished
        return Ticked(counts["rung"], counts["early"], counts["lost"], tuple(failed.items()), unpublished)

    def _ring(self, case: CaseId, failed: dict[CaseId, str]) -> str:
        try:
            return self._commands.ring(case)
        except CivicflowError as error:
            failed[case] = str(error)
            return "failed"

    def seal(self) -> Sealed:
        """See `Office.seal`."""
        publishing = self._publishing
        for _ in range(ATTEMPTS - 1):
            try:
                return self._sealed(publishing)
            except Conflict:
                continue
        return self._sealed(publishing)

    def _sealed(self, publishing: Publishing) -> Sealed:
        head = seal(self._storage, self._around.now(), self._given.signer)
        return Sealed(head=head, publications=publishing.publish(self._storage))

    def relay(self, limit: int) -> RelayReport:
        """See `Office.relay`."""
        report = RelayReport()
        while limit > 0:
            # One claim takes one message of each recipient: the next one waits until this one is settled.
            sent = relay(
                self._storage,
                self._given.notifiers,
                now=self._around.now(),
                worker=self._given.worker,
                random=self._dice,
                limit=min(limit, _LENT),
                lease=_LEASE,
                preferences=self._given.preferences,
            )
            if not sent.claimed:
                break
            report += sent
            limit -= sent.claimed
        for notifier in self._given.notifiers.values():
            if isinstance(notifier, Holding):
                with suppress(Exception):  # a stranger's code; what was sent is settled
                    notifier.release()
        return report

"""The outbox in memory: a lane for each case, recipient and channel, of which only the oldest open row may go out."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from heapq import nsmallest
from itertools import chain

import attrs

from civicflow.plugins.storage.batches import lease_lost
from civicflow.plugins.storage.contract import Claim, Dead, Message, Outcome, Retry
from civicflow.plugins.storage.memory.copying import Mutable


@attrs.define
class Row(Mutable):
    """A message on its way.

    Attributes:
        available: the instant from which it may be claimed: not before, after a retry, after a lease.
        worker: who holds it, or None.
    """

    number: int
    message: Message
    available: int
    attempts: int = 0
    worker: str | None = None
    last_error: str = ""

    def claim(self, token: str) -> Claim:
        """The row as a worker sees it."""
        return Claim(token=token, message=self.message, attempts=self.attempts, last_error=self.last_error)


@attrs.frozen
class KeptLanes:
    """Lanes as they are written down.

    Attributes:
        names: of all messages that ever were put.
        last: the number of the row that was queued last.
        open: the rows on their way, by number.
        dead: the rows given up, in the order in which they were.
    """

    names: tuple[str, ...]
    last: int
    open: tuple[Row, ...]
    dead: tuple[Row, ...]


class Lanes(Mutable):
    """All messages that are not delivered, and the names of all that ever were put."""

    def __init__(self) -> None:
        self._names: set[str] = set()
        self._last = 0
        self._open: dict[tuple[str, str, str], deque[Row]] = {}
        self._lent: dict[str, Row] = {}
        self._dead: list[Row] = []

    @classmethod
    def of(cls, kept: KeptLanes) -> Lanes:
        """The lanes that were written down."""
        lanes = cls()
        lanes._names, lanes._last, lanes._dead = set(kept.names), kept.last, list(kept.dead)
        for row in kept.open:
            lanes._open.setdefault(_lane(row.message), deque()).append(row)
            if row.worker is not None:
                lanes._lent[_token(row)] = row
        return lanes

    def kept(self) -> KeptLanes:
        """What is to be written down of them."""
        rows = sorted(chain.from_iterable(self._open.values()), key=lambda row: row.number)
        return KeptLanes(tuple(self._names), self._last, tuple(rows), tuple(self._dead))

    def put(self, messages: Iterable[Message]) -> None:
        """Queue messages; one whose name was put before is left out."""
        for message in messages:
            if message.dedupe not in self._names:
                self._names.add(message.dedupe)
                self._queue(message, message.not_before)

    def _queue(self, message: Message, available: int) -> None:
        self._last += 1
        self._open.setdefault(_lane(message), deque()).append(Row(self._last, message, available))

    def claim(self, worker: str, now: int, lease: int, limit: int) -> tuple[Claim, ...]:
        """Lend the oldest row of each lane that may go out now."""
        first = (lane[0] for lane in self._open.values())
        ripest = nsmallest(limit, ((row.available, row.number, row) for row in first if row.available <= now))
        ripe = [row for _, _, row in ripest]
        # Whose loan lapsed may be what killed its worker: it is lent alone.
        ripe = ripe[:1] if ripe and ripe[0].worker else [row for row in ripe if not row.worker]
        claims = []
        for row in sorted(ripe, key=lambda row: row.number):
            self._lent.pop(_token(row), None)
            row.attempts, row.available, row.worker = row.attempts + 1, now + lease, worker
            self._lent[_token(row)] = row
            claims.append(row.claim(_token(row)))
        return tuple(claims)

    def settle(self, claim: Claim, outcome: Outcome) -> None:
        """Take back a row that was lent."""
        row = self._lent_row(claim)
        del self._lent[claim.token]
        row.worker = None
        if isinstance(outcome, Retry):
            row.available, row.last_error = outcome.at, outcome.error
            return
        if isinstance(outcome, Dead):
            row.last_error = outcome.error
            self._dead.append(row)
        lane = self._open[_lane(row.message)]
        lane.popleft()
        if not lane:
            del self._open[_lane(row.message)]

    def extend(self, claim: Claim, until: int) -> None:
        """Lend a row for longer."""
        self._lent_row(claim).available = until

    def waiting(self, limit: int) -> tuple[Claim, ...]:
        """The rows on their way, the oldest first."""
        rows = chain.from_iterable(self._open.values())
        return tuple(row.claim("") for row in nsmallest(limit, rows, key=lambda row: row.number))

    def dead(self, limit: int) -> tuple[Claim, ...]:
        """The rows given up, the oldest first."""
        return tuple(row.claim("") for row in nsmallest(limit, self._dead, key=lambda row: row.number))

    def redrive(self, dedupe: str, now: int) -> bool:
        """Queue a message that was given up anew."""
        row = next((row for row in self._dead if row.message.dedupe == dedupe), None)
        if row is None:
            return False
        self._dead.remove(row)
        self._queue(attrs.evolve(row.message, not_before=now), now)
        return True

    def _lent_row(self, claim: Claim) -> Row:
        try:
            return self._lent[claim.token]
        except KeyError:
            raise lease_lost(claim) from None


def _lane(message: Message) -> tuple[str, str, str]:
    return message.case, message.recipient, message.channel


def _token(row: Row) -> str:
    return f"{row.number}.{row.attempts}"

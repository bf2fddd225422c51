"""The outbox in memory: a lane for each case, recipient and channel, of which only the oldest open row may go out."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from heapq import nsmallest
from itertools import chain
from typing import Any, Final

import attrs

from civicflow.plugins.storage.batches import lease_lost
from civicflow.plugins.storage.contract import Claim, Dead, Message, Outcome, Retry
from civicflow.plugins.storage.memory.copying import Mutable
from civicflow.plugins.storage.moving import Row as Cells

_OPEN: Final = 0
_DELIVERED: Final = 1
_GIVEN_UP: Final = 2


@attrs.define
class Row(Mutable):
    """A message, on its way or at its end.

    Attributes:
        status: 0 open, 1 delivered, 2 given up.
        available: the instant from which it may be claimed: not before, after a retry, after a lease.
        worker: who holds it, or None.
    """

    number: int
    message: Message
    available: int
    attempts: int = 0
    worker: str | None = None
    last_error: str = ""
    status: int = 0

    def claim(self, token: str) -> Claim:
        """The row as a worker sees it."""
        return Claim(token=token, message=self.message, attempts=self.attempts, last_error=self.last_error)


@attrs.frozen
class KeptLanes:
    """Lanes as they are written down.

    Attributes:
        last: the number of the row that was queued last.
        rows: all of them, by number.
    """

    last: int
    rows: tuple[Row, ...]


class Lanes(Mutable):
    """All messages that ever were put; of those that were delivered all but their bodies."""

    def __init__(self) -> None:
        self._rows: dict[str, Row] = {}
        self._last = 0
        self._open: dict[tuple[str, str, str], deque[Row]] = {}
        self._lent: dict[str, Row] = {}
        self._dead: list[Row] = []

    @classmethod
    def of(cls, kept: KeptLanes) -> Lanes:
        """The lanes that were written down."""
        lanes = cls()
        for row in kept.rows:
            lanes._add(row)
        lanes._last = kept.last
        return lanes

    def kept(self) -> KeptLanes:
        """What is to be written down of them."""
        return KeptLanes(self._last, tuple(sorted(self._rows.values(), key=lambda row: row.number)))

    def put(self, messages: Iterable[Message]) -> None:
        """Queue messages; one whose name was put before is left out."""
        for message in messages:
            if message.dedupe not in self._rows:
                self._queue(message, message.not_before)

    def _queue(self, message: Message, available: int) -> None:
        self._add(Row(self._last + 1, message, available))

    def _add(self, row: Row) -> None:
        self._last = max(self._last, row.number)
        self._rows[row.message.dedupe] = row
        if row.status == _OPEN:
            self._open.setdefault(_lane(row.message), deque()).append(row)
        if row.status == _GIVEN_UP:
            self._dead.append(row)
        if row.worker is not None:
            self._lent[_token(row)] = row

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
            row.last_error, row.status = outcome.error, _GIVEN_UP
            self._dead.append(row)
        else:
            row.message, row.status = attrs.evolve(row.message, body=b""), _DELIVERED
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

    # -- moving ------------------------------------------------------------------------------------------------------

    def listed(self) -> Iterator[Cells]:
        """Every row, in the order of `civicflow.plugins.storage.moving.TABLES`."""
        for row in self._rows.values():
            said = row.message
            yield (
                said.dedupe,
                row.number,
                said.case,
                said.recipient,
                said.channel,
                said.topic,
                said.not_before,
                row.status,
                row.available,
                row.attempts,
                row.worker,
                row.last_error,
                said.body,
            )

    def take_in(self, added: Iterable[Any]) -> None:
        """Put rows as they were listed elsewhere; each lane stands by number."""
        for row in added:
            dedupe, number, case, recipient, channel, topic, not_before, status = row[:8]
            available, attempts, worker, last_error, body = row[8:]
            message = Message(
                dedupe=dedupe,
                case=case,
                recipient=recipient,
                channel=channel,
                topic=topic,
                body=body,
                not_before=not_before,
            )
            self._add(Row(number, message, available, attempts, worker, last_error, status))
        for lane, rows in self._open.items():
            self._open[lane] = deque(sorted(rows, key=lambda row: row.number))

    def forget(self, names: Iterable[str]) -> None:
        """Leave no trace of rows."""
        for name in names:
            row = self._rows.pop(name)
            self._lent.pop(_token(row), None)
            if row.status == _OPEN:
                self._open[_lane(row.message)].remove(row)
            if row.status == _GIVEN_UP:
                self._dead.remove(row)
        self._open = {lane: rows for lane, rows in self._open.items() if rows}

    def _lent_row(self, claim: Claim) -> Row:
        try:
            return self._lent[claim.token]
        except KeyError:
            raise lease_lost(claim) from None


def _lane(message: Message) -> tuple[str, str, str]:
    return message.case, message.recipient, message.channel


def _token(row: Row) -> str:
    return f"{row.number}.{row.attempts}"

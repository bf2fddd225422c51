"""Works that change rows; a migration has nothing to do in memory."""

from __future__ import annotations

from civicflow.plugins.storage.contract import Batch, Claim, Commit, Outcome
from civicflow.plugins.storage.memory.rows import Rows


def commit(rows: Rows, batch: Batch) -> Commit:
    """Write a batch that is well formed."""
    return rows.commit(batch)


def claim(rows: Rows, worker: str, now: int, lease: int, limit: int) -> tuple[Claim, ...]:
    """Lend rows of the outbox."""
    return rows.lanes.claim(worker, now, lease, limit)


def settle(rows: Rows, claim: Claim, outcome: Outcome) -> None:
    """Take back a row that was lent."""
    rows.lanes.settle(claim, outcome)


def extend(rows: Rows, claim: Claim, until: int) -> None:
    """Lend a row for longer."""
    rows.lanes.extend(claim, until)


def waiting(rows: Rows, limit: int) -> tuple[Claim, ...]:
    """Rows on their way."""
    return rows.lanes.waiting(limit)


def dead(rows: Rows, limit: int) -> tuple[Claim, ...]:
    """Rows that were given up."""
    return rows.lanes.dead(limit)


def redrive(rows: Rows, dedupe: str, now: int) -> bool:
    """Put a row that was given up on its way again."""
    return rows.lanes.redrive(dedupe, now)


def draw(rows: Rows, series: str) -> int:
    """The next number of a series."""
    number = rows.series[series] = rows.series.get(series, 0) + 1
    return number


def migrate(_rows: Rows) -> None:
    """Nothing is ever to migrate."""


def version(_rows: Rows) -> int:
    """Always 1."""
    return 1

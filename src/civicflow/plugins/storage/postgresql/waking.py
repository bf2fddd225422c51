"""Waiting until something was committed, here or in another process.

PostgreSQL lets only one transaction at a time commit an announcement, so commits announce themselves only while somebody
waits: whoever waits holds a shared lock that commits look at. What was committed before that lock was taken is seen by
the barrier of the feed (see `committing`), which commits raise. A commit that was under way at that moment is reported
twice, early and when its transaction has ended, rather than not at all.
"""

from __future__ import annotations

import threading
import time
from typing import Final

from civicflow.plugins.storage.postgresql import locks
from civicflow.plugins.storage.postgresql.attempts import attempt
from civicflow.plugins.storage.postgresql.pool import Pool, connect
from civicflow.plugins.storage.postgresql.session import Session

_SLICE: Final = 1.0
"""Seconds after which a call that waits looks whether its storage was closed."""

_UNDER_WAY: Final = 0.05
"""Seconds after which it looks whether a transaction that was under way has ended."""

_STATE: Final = """
    SELECT barrier, barrier < pg_snapshot_xmin(pg_current_snapshot())::text::bigint
    FROM (SELECT coalesce(pg_sequence_last_value('{s}.feed_barrier'), 0) AS barrier) b
    """


class Waker:
    """What each thread of a storage has seen, and how it waits for more."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._thread = threading.local()

    def wait(self, timeout: int) -> bool:
        """Wait until something was committed since this thread's last call; see `Waking.wait`."""
        self._pool.check_open()
        address = self._pool.address
        connection = connect(address)  # beside the pool: however many wait, the others have their connections
        try:
            end = time.monotonic_ns() + timeout * 1000
            return attempt(Session(connection, address.schema), address.label, self._wait, end)
        finally:
            connection.close()

    def _wait(self, session: Session, end: int) -> bool:
        session.change(f"LISTEN {locks.channel(session.schema)}")
        session.rows("SELECT pg_advisory_lock_shared(%s)", (locks.number("wait", session.schema),))
        return self._watch(session, end)

    def _watch(self, session: Session, end: int) -> bool:
        while True:
            state = session.rows(_STATE)[0]
            if state != getattr(self._thread, "seen", None):
                self._thread.seen = state
                return True
            left = (end - time.monotonic_ns()) / 10**9
            if left <= 0:
                return False
            self._pool.check_open()
            pause = min(left, _SLICE if state[1] else _UNDER_WAY)
            if any(True for _ in session.connection.notifies(timeout=pause, stop_after=1)):
                self._thread.seen = session.rows(_STATE)[0]
                return True

"""Locks between processes, by ``flock``: it needs a local disk of a POSIX system, and ends with the process that holds it."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from civicflow.errors import StorageError

_PAUSES: Final = (0.0002, 0.0005, 0.001, 0.002, 0.005)
"""Seconds before another attempt, each of them once and the last one from then on."""


@contextmanager
def locked(
    file: int, *, shared: bool = False, timeout: float, check: Callable[[], None] = lambda: None
) -> Iterator[None]:
    """Hold the lock of an open file.

    Args:
        file: its descriptor.
        shared: together with others who only read.
        timeout: seconds to wait for whoever holds it.
        check: raises if nobody should wait any longer.

    Raises:
        StorageError: somebody else holds it for longer; it may be tried again.
    """
    how = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    end, attempt, process = time.monotonic() + timeout, 0, os.getpid()
    while not _taken(file, how):
        if time.monotonic() >= end:
            said = f"another writer has held the log for {timeout} seconds; try again, or give a longer timeout=SECONDS"
            raise StorageError(said, retryable=True)
        time.sleep(_PAUSES[min(attempt, len(_PAUSES) - 1)])
        attempt += 1
        check()
    try:
        yield
    finally:
        if process == os.getpid():  # what a forked process holds of it is its parent's
            fcntl.flock(file, fcntl.LOCK_UN)


def _taken(file: int, how: int) -> bool:
    try:
        fcntl.flock(file, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True

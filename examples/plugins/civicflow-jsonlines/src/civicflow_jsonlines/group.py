"""A group of commits: works on a copy of the state, noted until all of them become one line."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from civicflow.plugins.storage.contract import Storage
from civicflow.plugins.storage.groups import ended, undone
from civicflow_jsonlines.passing import Passing
from civicflow_jsonlines.works import Work


class Group(Passing):
    """What `together` gives.

    Attributes:
        works: what was done so far and not taken back.
    """

    def __init__(self, memory: Storage) -> None:
        self.works: list[Work] = []
        self._memory: Storage | None = memory
        self._order = threading.RLock()
        self._process = os.getpid()

    @contextmanager
    def _reading(self) -> Iterator[Storage]:
        yield self._open()

    def _do(self, work: Work) -> Any:
        memory = self._open()
        with self._order:
            answer, came = work.do(memory)
            if came is not None:
                self.works.append(came)
        return answer

    @contextmanager
    def together(self) -> Iterator[Storage]:
        """A group in the group: its works come to the others, or are forgotten."""
        with self._open().together() as memory:
            inner = Group(memory)
            try:
                yield inner
            finally:
                inner.close()
            with self._order:
                self.works += inner.works

    def close(self) -> None:
        """End it for whoever still has it."""
        self._memory = None

    def _open(self) -> Storage:
        if self._memory is None:
            raise ended()
        if self._process != os.getpid():
            raise undone()
        return self._memory

"""``testmemory://``: civicflow's own memory storage, which counts its commits."""

from __future__ import annotations

from typing import Any

from civicflow.plugins.backends import open_storage as open_any
from civicflow.plugins.storage.contract import Batch, Commit, Storage


class CountingStorage:
    """Passes every call on to another storage.

    Attributes:
        commits: how many batches were committed.
    """

    api_version = 1

    def __init__(self, inner: Storage) -> None:
        self._inner = inner
        self.capabilities = inner.capabilities
        self.commits = 0

    def commit(self, batch: Batch) -> Commit:
        """Commit, and count it when it came through."""
        made = self._inner.commit(batch)
        self.commits += 1
        return made

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


def open_storage(url: str) -> CountingStorage:
    """Open ``testmemory://NAME`` over ``memory://NAME``."""
    return CountingStorage(open_any("memory://" + url.partition("://")[2]))

"""A storage that is closed and opened again in the middle of a story, for the state machines of the flows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from civicflow.plugins.backends import open_storage
from civicflow.plugins.storage.contract import Storage


@pytest.fixture(params=["memory", "sqlite"])
def reopened(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[Storage | None], Storage]:
    """A fresh storage for nothing, and for a storage the same rows opened again."""
    names = iter(range(1_000_000))
    urls: dict[int, str] = {}

    def again(former: Storage | None) -> Storage:
        if request.param == "memory":
            return open_storage("memory://") if former is None else former
        url = f"sqlite:///{tmp_path}/{next(names)}.db?synchronous=off" if former is None else urls.pop(id(former))
        if former is not None:
            former.close()
        opened = open_storage(url)
        urls[id(opened)] = url
        return opened

    return again

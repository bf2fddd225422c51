"""A process may die at any moment: started again and told the same story, it ends with the same ledger."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from civicflow.plugins.backends import open_storage
from civicflow.plugins.storage.contract import Storage

if TYPE_CHECKING:
    from tests.conftest import OpenTown, Town

    Tell = Callable[[Town], None]
    Told = Callable[[Storage], dict[str, Any]]


class Store:
    """A fresh store of a kind, that survives whoever opened it."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.kind, self.folder, self.number = kind, folder, 0
        self.fresh()

    def fresh(self) -> Storage:
        """Another store, with nothing in it."""
        self.number += 1
        self.memory = open_storage("memory://")
        return self.open()

    def open(self) -> Storage:
        """The store, opened by another process."""
        if self.kind == "memory":
            return self.memory
        return open_storage(f"sqlite:///{self.folder}/{self.number}.db?synchronous=off")


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """A store on each of the built-in storages."""
    return Store(request.param, tmp_path)


@pytest.mark.parametrize("moment", ["before_call", "after_commit"])
def test_killed_at_every_moment_the_story_ends_the_same(
    store: Store,
    moment: str,
    open_town: OpenTown,
    tell_story: Tell,
    what_was_told: Told,
    mortal: Callable[..., Storage],
    killed: type[BaseException],
) -> None:
    """Killed before every k-th storage call, and after each commit before it returns: nothing is lost or doubled."""
    whole = mortal(store.fresh())
    told_in_one = open_town(whole, load=False)
    tell_story(told_in_one)
    moments = whole.calls if moment == "before_call" else whole.commits  # type: ignore[attr-defined]
    assert moments > 50
    expected = what_was_told(store.open())
    for k in range(1, moments + 1):
        dying = mortal(store.fresh(), **{moment: k})
        with pytest.raises(killed):
            tell_story(open_town(dying, load=False, seed=b"first "))
        survivor = store.open()
        again = open_town(survivor, load=False, seed=b"again ")
        tell_story(again)
        found = again.office.ledger.verify()
        assert (found.ok, found.unsealed) == (True, 0), f"{k}: {found}"
        assert what_was_told(survivor) == expected, k
        dying.close()
        survivor.close() if store.kind == "sqlite" else None

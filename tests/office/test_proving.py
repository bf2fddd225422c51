"""Heads that seal a store: each names the one before with its signature, and a changed byte is seen without the key."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import pytest

import civicflow
from civicflow import Conflict, Plugins
from civicflow.ledger.signing import hmac_signer
from civicflow.plugins.storage.contract import Batch, Commit, Storage
from civicflow.testing import FrozenClock

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import OpenTown


class Overtaken:
    """A storage on which somebody else enters and seals before each of the next heads is committed."""

    def __init__(self, inner: Storage, faster: Callable[[], object], times: int) -> None:
        self._inner, self._faster, self._times = inner, faster, times

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def commit(self, batch: Batch) -> Commit:
        """Let the others go first."""
        if batch.heads and self._times:
            self._times -= 1
            self._faster()
        return self._inner.commit(batch)


@pytest.mark.parametrize("times", [0, 1, 4, 5])
def test_whoever_is_overtaken_while_sealing_seals_again(open_town: OpenTown, times: int) -> None:
    """Up to the fifth time, when the conflict is the caller's."""
    busy = open_town()

    def faster() -> None:
        busy.office.seal()
        busy.ordered()

    late = open_town(cast("Storage", Overtaken(busy.storage, faster, times)))
    if times == 5:
        with pytest.raises(Conflict, match="log tree"):
            late.office.seal()
    else:
        assert late.office.seal().head.number == times + 1
    found = busy.office.ledger.verify()
    assert (found.ok, found.unsealed) == (True, times == 5)


def test_a_changed_signature_is_seen_without_the_key(tmp_path: Path) -> None:
    """The stored hash covers it; only whether it was signed with the right key needs the key."""
    url = f"sqlite:///{tmp_path}/town.db"
    signed = civicflow.open(url, clock=FrozenClock(), plugins=Plugins(), signer=hmac_signer(bytes(range(32))))
    with signed as office:
        office.register.read(
            '{"register": "r", "scheme": "chengdu", "areas": [{"code": "a", "name": "A", "level": "district"}]}',
            source="r.json",
            format="json",
        )
        office.seal()
        office.tickets.order("a lamp", unit="a", by=office.act_as("resident-1"))
        assert office.seal().head.number == 2
        assert office.ledger.verify().signed == 2
    with civicflow.open(url, plugins=Plugins()) as keyless:
        assert keyless.ledger.verify().ok
    connection = sqlite3.connect(tmp_path / "town.db")
    connection.execute("UPDATE heads SET signature = zeroblob(32) WHERE number = 1")
    connection.commit()
    connection.close()
    with civicflow.open(url, plugins=Plugins()) as keyless:
        found = keyless.ledger.verify()
    assert not found.ok
    assert "tree head 1" in str(found)

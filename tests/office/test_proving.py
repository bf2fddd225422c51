"""Heads that seal a store: each names the one before with its signature, and a changed byte is seen without the key."""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING

import civicflow
from civicflow import Plugins
from civicflow.ledger.signing import hmac_signer
from civicflow.testing import FrozenClock

if TYPE_CHECKING:
    from pathlib import Path


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

"""The host's own connection: a row of theirs and a step of ours are committed together, or neither is."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator

import pytest
from tests.conftest import REGISTER

import civicflow
from civicflow import InvalidInput, Office, Plugins
from civicflow.testing import FrozenClock


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    """A connection of the host's, with a table of the host's."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("CREATE TABLE mine (note TEXT)")
    yield connection
    connection.close()


def _open(connection: sqlite3.Connection) -> Office:
    return civicflow.open(connection=connection, clock=FrozenClock(), plugins=Plugins())


def _load(office: Office) -> None:
    office.register.read(json.dumps(REGISTER), source="town.json", format="json")


def _counts(connection: sqlite3.Connection) -> tuple[int, int]:
    mine = connection.execute("SELECT count(*) FROM mine").fetchone()[0]
    return mine, connection.execute("SELECT count(*) FROM entries").fetchone()[0]


def test_what_the_host_commits_is_committed_together(connection: sqlite3.Connection) -> None:
    """One transaction, the host's; the ledger holds."""
    office = _open(connection)
    connection.execute("BEGIN")
    _load(office)
    office.tickets.order("a lamp", unit="community", by=office.act_as("resident-1"))
    connection.execute("INSERT INTO mine VALUES ('lamp')")
    connection.execute("COMMIT")
    assert _counts(connection) == (1, 2)
    assert office.ledger.verify().ok


def test_what_the_host_undoes_is_undone_together(connection: sqlite3.Connection) -> None:
    """Also in memory: after the rollback the office knows nothing of the register that it had loaded."""
    office = _open(connection)
    connection.execute("BEGIN")
    _load(office)
    office.tickets.order("a lamp", unit="community", by=office.act_as("resident-1"))
    connection.execute("INSERT INTO mine VALUES ('lamp')")
    connection.execute("ROLLBACK")
    assert _counts(connection) == (0, 0)
    assert office.register.history.version == 0
    _load(office)
    assert office.tickets.order("a lamp", unit="community", by=office.act_as("resident-1")).state == "ordered"


def test_an_office_has_one_place() -> None:
    """Neither, both, or a connection of another kind is one clear error."""
    with pytest.raises(InvalidInput, match="give one of the two"):
        civicflow.open()
    with pytest.raises(InvalidInput, match="give one of the two"):
        civicflow.open("memory://", connection=object())
    with pytest.raises(InvalidInput, match="got object"):
        civicflow.open(connection=object())

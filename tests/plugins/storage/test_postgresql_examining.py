"""What an operator is told of a schema and its server, on a server that has what is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from civicflow.errors import StorageError
from civicflow.plugins.storage.abilities import Finding
from civicflow.plugins.storage.postgresql import PostgresStorage, committing, examining, hosted, open_storage
from civicflow.plugins.storage.postgresql.address import Address
from civicflow.testing.storage.builders import put

if TYPE_CHECKING:
    from postgresql_server import Server


def _found(storage: PostgresStorage, rule: str) -> Finding:
    (finding,) = [one for one in storage.examine() if one.rule == rule]
    return finding


def test_each_thing_is_named(storage: PostgresStorage, server: Server) -> None:
    """This server never waits for its disk, which is an error wherever more than tests are kept."""
    levels = {one.rule: one.level for one in storage.examine()}
    assert levels.pop("fsync") == "error"
    assert set(levels) == {"server", "encoding", "synchronous", "schema", "function", "feed", "prepared"}
    assert set(levels.values()) == {"ok"}


def test_settings_are_those_of_our_own_connections(place: str) -> None:
    """A role or a URL may set synchronous_commit for itself."""
    storage = open_storage(f"{place}&options=-csynchronous_commit%3Doff")
    found = _found(storage, "synchronous")
    assert found.level == "warning"
    assert "synchronous_commit=off" in found.text.zh
    storage.close()


def test_a_transaction_that_was_forgotten_is_named(
    storage: PostgresStorage, place: str, connect: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With its role, its process and its program; a young one is nobody's business."""
    forgotten = connect(application_name="night-job")
    put(hosted(forgotten, schema=Address.of(place).schema), "T-1")
    put(storage, "T-2")
    assert _found(storage, "feed").level == "ok"
    monkeypatch.setattr(examining, "_LONG", 0)
    found = _found(storage, "feed")
    assert found.level == "warning"
    assert f"process {forgotten.info.backend_pid}, night-job" in found.text.en
    assert "1 entries wait" in found.text.en
    forgotten.rollback()
    monkeypatch.undo()
    assert _found(storage, "feed").level == "ok"


def test_a_transaction_that_this_role_may_not_see_is_told_by_what_it_holds_back() -> None:
    """The server hides other roles' sessions; the entries that wait cannot be hidden."""
    found = examining._feed([], 3)
    assert found.level == "warning"
    assert "pg_read_all_stats" in found.text.en
    assert examining._feed([], 0).level == "ok"


def test_a_prepared_transaction_is_named(storage: PostgresStorage, connect: Callable[..., Any]) -> None:
    """It outlives its connection, and the server's restart."""
    other = connect()
    other.execute("SELECT pg_current_xact_id()")
    other.execute("PREPARE TRANSACTION 'left behind'")
    found = _found(storage, "prepared")
    connect(autocommit=True).execute("ROLLBACK PREPARED 'left behind'")
    assert found.level == "warning"
    assert "left behind" in found.text.en
    assert _found(storage, "prepared").level == "ok"


def test_tables_of_another_release_are_an_error(
    storage: PostgresStorage, place: str, connect: Callable[..., Any]
) -> None:
    """And a commit function that is not there."""
    schema, admin = Address.of(place).schema, connect(autocommit=True)
    admin.execute(f"UPDATE {schema}.meta SET value = 99 WHERE name = 'schema_version'")
    (name,) = admin.execute(
        "SELECT p.oid::regprocedure FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace WHERE nspname = %s",
        (schema,),
    ).fetchone()
    admin.execute(f"DROP FUNCTION {name}")
    assert "99" in _found(storage, "schema").text.en
    assert _found(storage, "schema").level == _found(storage, "function").level == "error"
    assert committing.NAME in _found(storage, "function").text.zh


def test_tables_that_are_missing_are_told(storage: PostgresStorage, place: str, connect: Callable[..., Any]) -> None:
    """What cannot be read is a finding of its own."""
    connect(autocommit=True).execute(f"DROP SCHEMA {Address.of(place).schema} CASCADE")
    assert "migrate" in _found(storage, "feed").text.en
    assert _found(storage, "schema").level == "error"
    assert _found(storage, "server").level == "ok"


@pytest.mark.parametrize(
    ("finding", "level"),
    [
        (examining._server(14, "14.2"), "error"),
        (examining._server(15, "15.18"), "ok"),
        (examining._encoding("SQL_ASCII"), "error"),
        (examining._fsync("on", "off"), "error"),
        (examining._fsync("on", "on"), "ok"),
        (examining._synchronous("remote_apply"), "ok"),
    ],
)
def test_what_this_server_is_not_is_told_of_others(finding: Finding, level: str) -> None:
    """Versions, encodings and settings."""
    assert finding.level == level


def test_a_server_that_is_gone_is_an_error_and_no_finding(storage: PostgresStorage) -> None:
    """Nothing can be said of it."""
    storage.close()
    with pytest.raises(StorageError, match="closed"):
        storage.examine()

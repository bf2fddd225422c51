"""Storage in PostgreSQL keeps the contract, on a real server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from civicflow.plugins.backends import open_storage
from civicflow.plugins.storage.contract import Storage
from civicflow.testing import StorageContract

if TYPE_CHECKING:
    from postgresql_server import Server


class TestPostgresStorage(StorageContract):
    """The whole suite, each place a schema of its own."""

    tolerated = frozenset({"fsync"})

    @pytest.fixture(autouse=True)
    def _server(self, server: Server) -> None:
        self.server = server

    def open_storage(self, place: str) -> Storage:
        """A place is a URL."""
        return open_storage(place)

    def fresh(self) -> str:
        """A schema never used before."""
        return self.server.url()

    @contextmanager
    def slow_commits(self, place: str, matter: str) -> Iterator[None]:
        """A trigger sleeps after each entry of the matter, when its position is drawn."""
        import psycopg

        schema = place.partition("schema=")[2]
        with psycopg.connect(self.server.conninfo, autocommit=True) as admin:
            admin.execute(
                f"CREATE FUNCTION {schema}.rest() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                f"IF EXISTS (SELECT FROM new WHERE matter = '{matter}') THEN PERFORM pg_sleep(0.05); END IF; "
                "RETURN NULL; END $$"
            )
            admin.execute(
                f"CREATE TRIGGER rest AFTER INSERT ON {schema}.entries REFERENCING NEW TABLE AS new "
                f"FOR EACH STATEMENT EXECUTE FUNCTION {schema}.rest()"
            )
            yield
            admin.execute(f"DROP TRIGGER rest ON {schema}.entries")

"""Commits on PostgreSQL by 1, 4 and 16 processes: our storage, one bare statement that writes the same rows, a peer.

The office plays an errand again and again on a real server, and every batch that it commits is caught. Each worker then
commits its share of them: through our storage, or as one statement with common table expressions through psycopg. Both
are compared row by row before anything is timed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import attrs
import psycopg
from crew import Crew, Part
from durable import live
from errand import ERRAND, Cast, open_at
from measuring import Contender, Goal, Pace, Table, Timed, Work, race
from peers import cte, sourcing

from civicflow.plugins.storage.contract import Batch
from civicflow.plugins.storage.postgresql import open_storage
from postgresql_server import MISSING, Server, binaries, running

WORKERS: Final = (1, 4, 16)
COMMITS: Final = 6
LIFECYCLES: Final = 320
"""Errands on the tape, which the workers share among them."""

BARE = "one CTE statement through psycopg, the same rows"
OURS = "civicflow: Storage.commit"
PEER = "eventsourcing: save"
OURS_ALL = "civicflow: Office.take"
PEER_ALL = "eventsourcing: get, trigger, save"

SETTINGS: Final = ("max_connections=300", "shared_buffers=256MB")
PEERS: Final = ("peer_saves", "peer")
_TABLES: Final = ("cases", "entries", "awaits", "parties")
_COMPARED: Final = {
    "cases": "SELECT * FROM cases ORDER BY case_id",
    # Positions and barriers are the order in which they happened to be written.
    "entries": "SELECT matter, version, hash, body FROM entries ORDER BY matter, version",
    "awaits": "SELECT * FROM awaits ORDER BY case_id, address",
    "parties": "SELECT * FROM parties ORDER BY matter, address",
}


def measure(pace: Pace, store: Path) -> list[Table]:
    found = binaries()
    if found is None:
        return [Table("Commits on PostgreSQL", ("left out",), ((MISSING,),))]
    with running(found, SETTINGS, beneath=store.parent) as server:
        tape = _Tape.caught(server)
        tape.check(server)
        for schema in PEERS:
            with _connected(server, "public") as connection:
                connection.execute(f"CREATE SCHEMA {schema}")
            sourcing.open_on(server.folder, schema, create=True).close()
        return [_table(server, tape, workers, pace) for workers in WORKERS]


@attrs.frozen
class _Tape:
    """What an office committed, a list of batches for each errand."""

    errands: tuple[tuple[Batch, ...], ...]

    @classmethod
    def caught(cls, server: Server) -> _Tape:
        storage = open_storage(server.url("taped"))
        with open_at(storage, ERRAND) as office:
            cast, batches = Cast.of(office), []
            live(office, cast, 1)  # the flow is filed with its first case
            plain = storage.commit

            def commit(batch: Batch) -> Any:
                batches.append(batch)
                return plain(batch)

            storage.commit = commit  # type: ignore[method-assign]  # a tape before one method
            live(office, cast, LIFECYCLES)
        return cls(tuple(tuple(batches[n : n + COMMITS]) for n in range(0, len(batches), COMMITS)))

    def share(self, number: int, runs: int) -> list[Batch]:
        """So many errands for a worker; no other one has them."""
        return [batch for errand in self.errands[number * runs : (number + 1) * runs] for batch in errand]

    def check(self, server: Server) -> None:
        """Both ways write the same rows."""
        for schema, part in (("ours", _ours(server, self)), ("bare", _bare(server, self))):
            _prepare(server, schema)
            part(0)(LIFECYCLES)()
        assert _rows(server, "ours") == _rows(server, "bare"), "the statement writes other rows than our storage"


def _prepare(server: Server, schema: str) -> None:
    open_storage(server.url(schema)).close()


def _rows(server: Server, schema: str) -> list[Any]:
    with _connected(server, schema) as connection:
        return [connection.execute(sql).fetchall() for sql in _COMPARED.values()]


def emptied(server: Server, schema: str, tables: Sequence[str]) -> Callable[[], object]:
    """Empties the tables of a schema whenever it is called."""

    def empty() -> None:
        with _connected(server, schema) as connection:
            connection.execute(f"TRUNCATE {', '.join(tables)}")

    return empty


@contextmanager
def _connected(server: Server, schema: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(server.conninfo, autocommit=True, options=f"-c search_path={schema}") as connection:
        yield connection


# -- the parts of a worker ---------------------------------------------------------------------------------------------


def _ours(server: Server, tape: _Tape) -> Part:
    def part(number: int) -> Contender:
        storage = open_storage(server.url("ours"))

        def contender(runs: int) -> Work:
            batches, commit = tape.share(number, runs), storage.commit

            def work() -> None:
                for batch in batches:
                    commit(batch)

            return work

        return contender

    return part


def _bare(server: Server, tape: _Tape) -> Part:
    def part(number: int) -> Contender:
        play = cte.player(server.conninfo, "bare")
        return lambda runs: play([cte.statement(batch) for batch in tape.share(number, runs)])

    return part


def _office(server: Server) -> Part:
    def part(_: int) -> Contender:
        office = open_at(server.url("taped"), ERRAND)
        cast = Cast.of(office)
        return lambda runs: lambda: live(office, cast, runs)

    return part


def _sourced(server: Server, schema: str, lifecycle: Callable[[sourcing.Errands], object]) -> Part:
    def part(_: int) -> Contender:
        errands = sourcing.open_on(server.folder, schema)

        def contender(runs: int) -> Work:
            def work() -> None:
                for _ in range(runs):
                    lifecycle(errands)

            return work

        return contender

    return part


# -- the table ---------------------------------------------------------------------------------------------------------


def _table(server: Server, tape: _Tape, workers: int, pace: Pace) -> Table:
    parts = {
        BARE: _bare(server, tape),
        OURS: _ours(server, tape),
        PEER: _sourced(server, PEERS[0], sourcing.save_all),
        OURS_ALL: _office(server),
        PEER_ALL: _sourced(server, PEERS[1], sourcing.live),
    }
    before = {BARE: emptied(server, "bare", _TABLES), OURS: emptied(server, "ours", _TABLES)}
    with Crew(workers, parts) as crew:
        contenders = {name: crew.contender(name, before.get(name, bool)) for name in parts}
        raced = race(contenders, pace, clock=time.perf_counter, most=LIFECYCLES // workers)
    timed = {name: time_.each(workers * COMMITS) for name, time_ in raced.items()}
    who = "one process" if workers == 1 else f"{workers} processes"
    head = (f"{who}, wall clock", "commits/s", "us", "ratio", "goal", "")
    rows = (
        _row(timed, BARE, None, None),
        _row(timed, OURS, BARE, Goal(0.6)),
        _row(timed, PEER, None, None),
        _against(timed, OURS, PEER, Goal(4) if workers == max(WORKERS) else None),
        _row(timed, OURS_ALL, BARE, None),
        _row(timed, PEER_ALL, None, None),
        _against(timed, OURS_ALL, PEER_ALL, None),
    )
    return Table(f"Commits on PostgreSQL, {who}", head, rows)


def _row(timed: dict[str, Timed], name: str, peer: str | None, goal: Goal | None) -> tuple[str, ...]:
    own = timed[name]
    ratio = ("1", "", "") if peer is None else _ratio(own, timed[peer], goal)
    return (name, f"{own.rate:,.0f}", f"{own.micros:,.1f}", *ratio)


def _against(timed: dict[str, Timed], name: str, peer: str, goal: Goal | None) -> tuple[str, ...]:
    return (f"{name}, against that", "", "", *_ratio(timed[name], timed[peer], goal))


def _ratio(own: Timed, peer: Timed, goal: Goal | None) -> tuple[str, str, str]:
    ratio = own.times(peer)
    return (str(ratio), "", "") if goal is None else (str(ratio), str(goal), goal.verdict(ratio))

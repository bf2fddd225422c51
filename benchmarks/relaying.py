"""Emptying the outbox: `Office.relay` with a notifier that does nothing, against a loop of bare statements.

Of three messages to one recipient about one case, the second goes out when the first is settled; the loop written by
hand keeps to that as well.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from commits import SETTINGS, emptied
from durable import folders
from errand import NOW
from measuring import Contender, Goal, Pace, Table, Timed, Work, compared, race
from peers import outboxes

import civicflow
from civicflow.calendars import to_micros
from civicflow.office.office import Office
from civicflow.plugins.backends import open_storage
from civicflow.plugins.manager import Plugins
from civicflow.plugins.notify.body import encode_notice
from civicflow.plugins.storage.contract import Batch, Message, Storage
from civicflow.testing import FrozenClock
from civicflow.texts import Text
from postgresql_server import MISSING, Server, binaries, running

OURS = "civicflow: Office.relay"
RAW = "a loop of bare statements"
LANE = 3
"""Messages to one recipient about one case."""
MOST = 3_000


class Nobody:
    """A notifier that does nothing."""

    name = "nobody"

    def send(self, notice: Any) -> None:
        """Nothing."""

    def close(self) -> None:
        """Nothing."""


def measure(pace: Pace, store: Path) -> list[Table]:
    fresh = folders(store, "relay")
    tables = [_table("SQLite", "CPU time", race({RAW: _raw(fresh), OURS: _ours(fresh)}, pace, most=MOST))]
    found = binaries()
    if found is None:
        return [*tables, Table("The outbox emptied, on PostgreSQL", ("left out",), ((MISSING,),))]
    with running(found, SETTINGS, beneath=store.parent) as server:
        contenders = {RAW: _raw_on(server), OURS: _ours_on(server)}
        tables.append(_table("PostgreSQL", "wall clock", race(contenders, pace, clock=time.perf_counter, most=MOST)))
    return tables


def _table(where: str, clock: str, timed: dict[str, Timed]) -> Table:
    head = (f"one worker, {clock}", "messages/s", "us", "ratio", "goal", "")
    return Table(f"The outbox emptied, on {where}", head, compared(timed, RAW, {OURS: Goal(0.7)}))


def _filled(storage: Storage, messages: int) -> None:
    body, now = encode_notice(Text("handled", "已办结"), at=NOW), to_micros(NOW)
    batch = [
        Message(
            dedupe=f"message {number}",
            case=f"E-{number // LANE}",
            recipient="person:resident-1",
            channel=Nobody.name,
            topic="handled",
            body=body,
            not_before=now,
        )
        for number in range(messages)
    ]
    storage.commit(Batch(messages=tuple(batch)))


def _office(storage: Storage) -> Office:
    clock = FrozenClock(NOW + timedelta(minutes=1))
    office = civicflow.open(storage, clock=clock, notify=[Nobody()], plugins=Plugins())
    office.relay()  # an office loads its flows at the first call
    return office


def _relaying(office: Office, messages: int) -> Work:
    def work() -> None:
        assert office.relay(limit=messages + 1).delivered == messages

    return work


def _ours(fresh: Iterator[Path]) -> Contender:
    def contender(runs: int) -> Work:
        storage = open_storage(f"sqlite:///{next(fresh) / 'ours.db'}")
        office = _office(storage)
        _filled(storage, runs)
        return _relaying(office, runs)

    return contender


def _raw(fresh: Iterator[Path]) -> Contender:
    def contender(runs: int) -> Work:
        place = next(fresh) / "raw.db"
        storage = open_storage(f"sqlite:///{place}")
        _filled(storage, runs)
        storage.close()
        return _counted(outboxes.on_sqlite(place, bytes), runs)

    return contender


def _counted(relay: Any, messages: int) -> Work:
    def work() -> None:
        assert relay() == messages

    return work


def _ours_on(server: Server) -> Contender:
    storage = open_storage(server.url("relayed"))
    office, empty = _office(storage), emptied(server, "relayed", ("outbox",))

    def contender(runs: int) -> Work:
        empty()
        _filled(storage, runs)
        return _relaying(office, runs)

    return contender


def _raw_on(server: Server) -> Contender:
    storage = open_storage(server.url("bare_relay"))
    empty = emptied(server, "bare_relay", ("outbox",))
    relay = outboxes.on_postgresql(server.conninfo, "bare_relay", bytes)

    def contender(runs: int) -> Work:
        empty()
        _filled(storage, runs)
        return _counted(relay, runs)

    return contender

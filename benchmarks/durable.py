"""Load, decide, save at every step, on SQLite: through the office, as raw statements, and with `eventsourcing`."""

from __future__ import annotations

import shutil
from itertools import count
from pathlib import Path
from typing import Any

from errand import ERRAND, RESIDENT, TITLE, Cast, File, open_at
from measuring import Contender, Goal, Pace, Table, Work, compared, race
from peers import sourcing
from replay import taped
from stopwatch import shares

from civicflow.office.office import Office

RAW = "raw `sqlite3`, the same statements and bytes"
PEER = "eventsourcing: get, trigger, save"
OURS = "civicflow: Office.take"
COMMITS = 6


def measure(pace: Pace, store: Path) -> list[Table]:
    fresh = folders(store, "durable")
    contenders: dict[str, Contender] = {
        PEER: lambda runs: _sourced(next(fresh), runs),
        OURS: lambda runs: _ours(next(fresh), runs),
        RAW: _replayed(fresh),
    }
    timed = race(contenders, pace)
    against = compared(timed, PEER, {OURS: Goal(4)})
    raw = timed[OURS].times(timed[RAW])
    goal = Goal(0.75)
    rows = (*against, (f"{OURS}, against raw", "", "", str(raw), str(goal), goal.verdict(raw)))
    head = ("five steps on SQLite, six commits", "lifecycles/s", "us", "against the peer", "goal", "")
    return [
        Table("Load, decide, save: every step on SQLite", head, rows),
        _parts(next(fresh), *(min(timed[name].seconds) / COMMITS * 1e6 for name in (OURS, RAW)), pace),
    ]


def folders(store: Path, name: str) -> Any:
    """A fresh folder each time; the one before the last is removed."""
    kept: list[Path] = []
    for number in count():
        folder = store / f"{name}-{number}"
        folder.mkdir()
        kept.append(folder)
        if len(kept) > 3:
            shutil.rmtree(kept.pop(0))
        yield folder


def _office(place: Path) -> Office:
    return open_at(f"sqlite:///{place}", ERRAND)


def live(office: Office, cast: Cast, runs: int) -> None:
    """So many lifecycles through the office."""
    acts, filed, anchors = cast.acts(), File(title=TITLE), {"bureau": cast.bureau}
    for _ in range(runs):
        case = office.begin("errand", "file", filed, by=RESIDENT, unit=cast.unit, anchors=anchors)
        for act in acts:
            office.take(case, act.step, act.data, by=act.actor)


def _ours(folder: Path, runs: int) -> Work:
    office = _office(folder / "ours.db")
    cast = Cast.of(office)
    live(office, cast, 1)
    return lambda: live(office, cast, runs)


def _sourced(folder: Path, runs: int) -> Work:
    errands = sourcing.open_at(folder / "peer.db")
    sourcing.live(errands)

    def work() -> None:
        for _ in range(runs):
            sourcing.live(errands)

    return work


def _replayed(fresh: Any) -> Contender:
    tapes: dict[int, Any] = {}

    def contender(runs: int) -> Work:
        if runs not in tapes:
            folder = next(fresh)
            kept = folder.parent / f"durable-tape-{runs}"
            kept.mkdir()
            tapes[runs] = taped(kept, _office, lambda office: live(office, Cast.of(office), runs))
        return tapes[runs].player(next(fresh) / "raw.db")

    return contender


# -- where the time goes -----------------------------------------------------------------------------------------------

_OFFICE, _STORE = "civicflow.office", "civicflow.plugins.storage.tables:TableStorage"
_PARTS = {
    "load: the storage reads": (f"{_STORE}.load",),
    "load: bytes become cases": (f"{_OFFICE}.codec:case_of",),
    "the world: clock, chart, salt": (f"{_OFFICE}.surroundings:Surroundings.world",),
    "decide": ("civicflow.workflows.engine.decide:decide", "civicflow.workflows.engine.decide:begin"),
    "seal, chain and encode": (f"{_OFFICE}.codec:write_of", f"{_OFFICE}.codec:private_of"),
    "who is asked": ("civicflow.workflows.engine.possible:asked",),
    "commit: look the batch over": ("civicflow.plugins.storage.batches:check",),
    "commit: the statements": (f"{_STORE}.commit",),
}
_WATCHED = 100
"""Lifecycles under the watch, in each round."""


def _parts(folder: Path, whole: float, raw: float, pace: Pace) -> Table:
    office = _office(folder / "parts.db")
    cast = Cast.of(office)
    live(office, cast, 20)
    micros = shares(_PARTS, lambda: live(office, cast, _WATCHED), whole, pace.rounds)
    rows = [(name, f"{time:.1f}") for name, time in micros.items()]
    rows += [
        ("**a durable step**", f"{whole:.1f}"),
        ("raw `sqlite3`, the same statements", f"{raw:.1f}"),
    ]
    return Table("Where the time of a durable step goes", ("part", "us a step, best round"), tuple(rows))

"""A race: processes on one store that do the same at the very same moment, let go by one barrier, beside one that reads the feed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests.durability.errands import opened, sound
from tests.durability.processes import Crew, Rations, Trail

from civicflow import Conflict, Refused
from civicflow.workflows.engine.flow import Flow
from postgresql_server import Server

_DEADLOCK: Final = "deadlock detected"

Race = Callable[..., list[list[str]]]
"""Lets processes race; see `raced`."""


def tried(command: Callable[[], object]) -> str:
    """What came of a command: that it was answered, or the name of the error."""
    try:
        command()
    except (Conflict, Refused) as error:
        return type(error).__name__
    return "answered"


def raced(
    place: str,
    folder: Path,
    server: Server | None,
    work: Callable[..., None],
    *given: object,
    racers: int,
    flows: tuple[Flow, ...] = (),
) -> list[list[str]]:
    """Let processes race.

    It fails where a racer does, where the reader missed an entry or saw one twice, where the server broke a deadlock off,
    and where the ledger does not hold.

    Args:
        place: the URL of the store.
        folder: for what they leave.
        server: whose log tells of deadlocks, if it is one.
        work: what each does, given the place, the trail on which it leaves lines, the barrier, its number, and the rest.
        given: the rest.
        racers: how many there are.
        flows: those that the town has beside the shipped ones.

    Returns:
        The lines that they left.
    """
    trail, read = Trail(folder / "raced"), Trail(folder / "read")
    logged = _log(server)
    with Crew() as crew:
        reading = crew.rations()
        gate = crew.context.Barrier(racers)
        reader = crew.start(_follow, place, read, reading, flows)
        runners = [crew.start(work, place, trail, gate, racer, *given) for racer in range(racers)]
        for runner in runners:
            crew.ended(runner)
        reading.end()
        crew.ended(reader)
    trail.close()
    read.close()
    town = opened(place, flows=flows)
    whole = [[str(row.position), row.matter, str(row.version)] for row in town.storage.feed(limit=100_000)]
    assert read.lines() == whole, "the reader of the feed missed an entry, or saw one that is not there"
    assert _DEADLOCK not in _log(server)[len(logged) :]
    sound(town)
    town.office.close()
    return trail.lines()


def _log(server: Server | None) -> str:
    return "" if server is None else (server.folder / "log").read_text()


def _follow(place: str, read: Trail, rations: Rations, flows: tuple[Flow, ...]) -> None:
    """Go on in the feed from the last position seen until there will be no more; a ration is never given."""
    town, position, more = opened(place, flows=flows), 0, True
    while more:
        more = not rations.ended()
        for row in town.storage.feed(after=position, limit=7):
            position, more = row.position, True
            read.leave(row.position, row.matter, row.version)

"""Processes that are killed with ``kill -9``: what was acknowledged is there, once, and the chain holds.

The moments are drawn from a seed, which is printed with the figures. ``CIVICFLOW_SOAK_KILLS`` says how many kills of each
kind `make soak` makes, ``CIVICFLOW_SOAK_SEED`` which moments it draws.
"""

from __future__ import annotations

import os
import random  # noqa: TID251 - moments are drawn by the thousand, from a seed that is printed
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import attrs
import pytest
from tests.durability.errands import LIFE, Figures, deliver, moments, opened, reckon, sound, trails, write
from tests.durability.processes import Crew, Trail

from civicflow.office.surroundings import REGISTER
from civicflow.testing import FrozenClock

if TYPE_CHECKING:
    from postgresql_server import Server

_SOAK: Final = int(os.environ.get("CIVICFLOW_SOAK_KILLS", "1000"))
_SEED: Final = os.environ.get("CIVICFLOW_SOAK_SEED", "")
_WRITERS: Final = 3
_NOTICED: Final = 2
"""Seconds within which the children of a dead postmaster notice, unless they wait for one that is dead, too."""
_OPENED: Final = 0.03
"""Seconds within which a place is mostly opened."""
_SOON: Final = 0.006
"""Seconds within which a command is mostly done: a moment drawn from them falls anywhere in it, or just after it."""

pytestmark = pytest.mark.slow


def _few_and_many(few: int) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("kills", [few, pytest.param(_SOAK, marks=pytest.mark.soak)])


@pytest.fixture
def dice(kills: int) -> random.Random:
    """Draws the moments: the same ones in every short run, others in each soak."""
    seed = _SEED or (str(kills) if kills < _SOAK else os.urandom(4).hex())
    print(f"\nseed {seed}")  # noqa: T201 - with it the same moments are drawn again
    return random.Random(seed)


@pytest.fixture
def left(tmp_path: Path) -> Iterator[tuple[Trail, Trail]]:
    """Where commands are acknowledged, and where notices are carried."""
    both = trails(tmp_path)
    yield both
    for trail in both:
        trail.close()


Report = Callable[..., None]


@pytest.fixture
def report(request: pytest.FixtureRequest) -> Report:
    """Checks the figures, and says them."""
    begun = time.monotonic()

    def say(figures: Figures, *, store: str) -> None:
        words = ", ".join(f"{name} {value:,}" for name, value in attrs.asdict(figures).items())
        print(f"{request.node.name} on {store}: {words}, seconds {time.monotonic() - begun:.0f}")  # noqa: T201 - a soak says what it found
        assert (figures.lost, figures.doubled) == (0, 0), words
        assert figures.again <= figures.kills, "a killed relay holds one notice in its hands, not more"

    return say


def _at_a_moment(dice: random.Random) -> None:
    """Let a drawn time pass: nothing is waited for, a process is to be met in the middle of whatever it does."""
    time.sleep(dice.uniform(0, _SOON))


class TestWriters:
    """Writers on one store, one of which is killed, and followed by another, again and again."""

    @_few_and_many(25)
    def test_nothing_acknowledged_is_lost_and_nothing_is_done_twice(
        self, place: str, left: tuple[Trail, Trail], kills: int, dice: random.Random, report: Report
    ) -> None:
        """Whoever follows repeats the command that was under way, with its key, and goes on."""
        opened(place, load=True).office.close()
        acknowledged, carried = left
        with Crew() as crew:
            rations = crew.rations()
            names = [f"w{number}" for number in range(_WRITERS)]
            writers = {name: crew.start(write, place, acknowledged, rations, name) for name in names}
            for _ in range(kills):
                acknowledged.forget()
                rations.give(12)
                crew.wait(acknowledged, dice.randrange(8))
                _at_a_moment(dice)
                victim = dice.choice(names)
                crew.kill(writers[victim])
                writers[victim] = crew.start(write, place, acknowledged, rations, victim)
            rations.give(_WRITERS * len(LIFE))
            rations.end()
            crew.done()
        report(reckon(place, acknowledged, carried, kills), store=place.partition(":")[0])


class TestRelays:
    """A relay that is killed while it delivers, and followed by another, while tickets are ordered."""

    @_few_and_many(25)
    def test_every_notice_is_delivered_and_its_name_is_unique(
        self, place: str, left: tuple[Trail, Trail], kills: int, dice: random.Random, report: Report
    ) -> None:
        """A notice comes again only where the relay died between sending it and saying so."""
        opened(place, load=True).office.close()
        acknowledged, carried = left
        clock = FrozenClock()
        with Crew() as crew:
            rations, go = crew.rations(), crew.rations()
            crew.start(write, place, acknowledged, rations, "w0")
            for _ in range(kills):
                acknowledged.forget()
                rations.give(len(LIFE))
                crew.wait(acknowledged, len(LIFE))
                clock.advance(minutes=10)
                relay = crew.start(deliver, place, carried, go, clock)
                carried.forget()
                go.give(1)
                crew.wait(carried, dice.randrange(sum(moments()[-1].notices.values())))
                _at_a_moment(dice)
                crew.kill(relay)
            rations.end()
            crew.done()
        report(reckon(place, acknowledged, carried, kills), store=place.partition(":")[0])


def _postmaster(server: Server) -> None:
    """Its children notice by themselves, and finish what they are at; whoever restarts the service ends the others."""
    children = _orphaned(server)
    end = time.monotonic() + _NOTICED
    while any(map(_is_alive, children)) and time.monotonic() < end:
        time.sleep(0.01)
    _end(children)


def _backend(server: Server) -> None:
    """As the kernel does when memory runs out: the server breaks every connection off and begins anew by itself."""
    assert server.process is not None
    _end(_children(server.process.pid)[-1:])


def _everything(server: Server) -> None:
    """Nobody finishes anything."""
    _end(_orphaned(server))


def _orphaned(server: Server) -> list[int]:
    """Kill the postmaster; gives its children, of which none was born meanwhile."""
    assert server.process is not None
    server.process.send_signal(signal.SIGSTOP)
    children = _children(server.process.pid)
    server.kill()
    return children


def _children(parent: int) -> list[int]:
    """The processes of a parent; of a server's, the newest serves a client."""
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            found += [int(stat.parent.name)] if int(_status(stat)[1]) == parent else []
    return sorted(found)


def _is_alive(pid: int) -> bool:
    with suppress(OSError):
        return _status(Path(f"/proc/{pid}/stat"))[0] != "Z"
    return False


def _status(stat: Path) -> list[str]:
    """State, parent and more of a process; its name may hold blanks and is left out."""
    return stat.read_text().rpartition(")")[2].split()


def _end(processes: list[int]) -> None:
    for process in processes:
        with suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)


class TestServer:
    """The PostgreSQL server itself is killed under writers and a relay, and comes back."""

    @_few_and_many(6)
    def test_whoever_writes_repeats_and_goes_on(
        self, server: Server, left: tuple[Trail, Trail], kills: int, dice: random.Random, report: Report
    ) -> None:
        """Three ways to die: the postmaster alone, one backend (and all begin anew), everything at once."""
        place = server.url()
        opened(place, load=True).office.close()
        acknowledged, carried = left
        with Crew() as crew:
            rations, go = crew.rations(), crew.rations()
            for number in range(_WRITERS):
                crew.start(write, place, acknowledged, rations, f"w{number}")
            crew.start(deliver, place, carried, go, FrozenClock())
            for _ in range(kills):
                acknowledged.forget()
                rations.give(12)
                go.give(1)
                crew.wait(acknowledged, dice.randrange(8))
                _at_a_moment(dice)
                dice.choice((_postmaster, _backend, _everything))(server)
                server.start()
            rations.end()
            go.end()
            crew.done()
        report(reckon(place, acknowledged, carried, kills), store=f"PostgreSQL {server.version}")


class TestOpening:
    """Offices that are opened at once on a place where nothing is yet."""

    @pytest.mark.parametrize("openers", [2, 8])
    def test_all_find_one_town(self, fresh: Callable[[], str], tmp_path: Path, openers: int) -> None:
        """One of them makes the tables, one begins the register, and each of them enters its order."""
        for number in range(2):
            place, trail = fresh(), Trail(tmp_path / f"{number}")
            with Crew() as crew:
                gate = crew.context.Barrier(openers)
                for opener in range(openers):
                    crew.start(_open_and_order, place, trail, gate, f"o{opener}")
                crew.done()
            trail.close()
            town = opened(place)
            assert sorted(case for case, _ in map(tuple, trail.lines())) == sorted(town.matters())
            assert len(town.matters()) == openers
            assert town.steps(REGISTER) == ["begin"]
            sound(town)
            town.office.close()

    @_few_and_many(25)
    def test_killed_on_its_way_it_leaves_a_place_that_the_next_one_opens(
        self, fresh: Callable[[], str], tmp_path: Path, kills: int, dice: random.Random
    ) -> None:
        """Whatever of the tables and the register it had made: the next one makes the rest."""
        for number in range(kills):
            place, trail = fresh(), Trail(tmp_path / f"{number}")
            with Crew() as crew:
                gate = crew.context.Barrier(2)
                opener = crew.start(_open_and_order, place, trail, gate, "o0")
                gate.wait()
                time.sleep(dice.uniform(0, _OPENED))
                crew.kill(opener)
            trail.close()
            town = opened(place, load=True)
            assert [case for case, _ in map(tuple, trail.lines())] in ([], town.matters())
            town.ordered(key="again")
            assert town.steps(REGISTER) == ["begin"]
            sound(town)
            town.office.close()


def _open_and_order(place: str, trail: Trail, gate: threading.Barrier, name: str) -> None:
    gate.wait()
    town = opened(place)
    town.load_register()
    trail.leave(town.ordered(name, key=name).id, name)

"""Moving house: random histories on every storage, runs that are interrupted anywhere, and processes that are killed."""

from __future__ import annotations

import random  # noqa: TID251 - moments are drawn from a seed that is printed
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from tests.conftest import COMMUNITY, Town
from tests.durability.processes import Crew, Trail
from tests.durability.test_many_walks import ROOTS, Walkers, walked

from civicflow import Plugins
from civicflow.office.moving import Moved, Progress, copy
from civicflow.office.opening import open_office
from civicflow.plugins.backends import open_storage
from civicflow.plugins.storage.contract import Storage
from civicflow.plugins.storage.moving import TABLES, Movable, Row
from civicflow.testing.storage.builders import everything
from civicflow.testing.storage.moving import contents

if TYPE_CHECKING:
    from postgresql_server import Server

_KILLS: Final = 5
_CASES: Final = 100_000

pytestmark = pytest.mark.slow


class Interrupted(Exception):
    """The run ends here."""


@pytest.fixture
def trail(tmp_path: Path) -> Iterator[Trail]:
    """Where a run leaves a line for each portion that was taken in."""
    with closing(Trail(tmp_path / "trail")) as trail:
        yield trail


# -- any history, interrupted anywhere ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def walkers() -> Walkers:
    """A town in memory with two walks of every flow behind it, which goes on between the runs."""
    return walked(open_storage("memory://"), 2 * len(ROOTS), seed="moving")


@settings(
    max_examples=4,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_any_history_arrives_wherever_it_is_brought(
    data: st.DataObject, walkers: Walkers, server: Server, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """From memory to a file, to a server, to a file: whatever interrupts a run, and whoever works on between two of them."""
    folder = tmp_path_factory.mktemp("moving")
    storage = walkers.office._storage
    first, second, third = f"sqlite:///{folder}/1.db", server.url(), f"sqlite:///{folder}/2.db"
    for _ in range(data.draw(st.integers(0, 3), label="interruptions")):
        after, portion = data.draw(st.tuples(st.integers(1, 30), st.integers(20, 200)), label="after, portion")
        with pytest.raises(Interrupted):
            copy(storage, first, portion=portion, progress=interruption(after))
        walkers.walk(ROOTS[data.draw(st.integers(0, len(ROOTS) - 1), label="flow")])
        walkers.clock.advance(hours=1)
        walkers.office.tick()
    assert copy(storage, first, portion=data.draw(st.integers(20, 2000), label="portion"))
    for source, target in ((first, second), (second, third)):
        with pytest.raises(Interrupted):
            copy(source, target, portion=100, progress=interruption(data.draw(st.integers(1, 20), label="again")))
        assert copy(source, target, portion=100)
    held, read = contents(storage), everything(storage)
    for place in (first, second, third):
        with closing(open_storage(place)) as arrived:
            assert contents(arrived) == held
            assert everything(arrived) == read
            office = open_office(arrived, clock=walkers.clock, plugins=Plugins())
            assert office.ledger.verify().ok


def interruption(after: int) -> Callable[[Progress], None]:
    """Interrupts a run after so many portions, or at its end."""
    left = [after]

    def progress(told: Progress) -> None:
        left[0] -= 1
        if not left[0] or told.table == "verify":
            raise Interrupted

    return progress


# -- killed ------------------------------------------------------------------------------------------------------------


def moving(source: str, target: str, trail: Trail, portion: int) -> None:
    """Copy, and leave a line for each portion."""
    copy(source, target, portion=portion, progress=lambda told: trail.leave(told.table, told.done))


def killed(source: str, target: str, trail: Trail, *, portion: int, portions: int, seed: str) -> Moved:
    """Copy, with five runs killed at moments drawn from a seed, each somewhat further than the one before; then once more."""
    dice = random.Random(seed)
    with Crew() as crew:
        for kill in range(1, _KILLS + 1):
            trail.forget()
            run = crew.start(moving, source, target, trail, portion)
            crew.wait(trail, dice.randrange(1, max(2, portions // _KILLS)))
            time.sleep(dice.uniform(0, 0.01))  # anywhere between two lines
            crew.kill(run)
            with closing(open_storage(target)) as storage:
                assert isinstance(storage, Movable)
                mark = storage.mark()
                assert mark is not None, kill
                assert not mark.arrived, kill
    return copy(source, target)


def test_a_copy_that_is_killed_five_times_arrives_whole(server: Server, tmp_path: Path, trail: Trail) -> None:
    """From a file to a server; nothing is lost, nothing is there twice, and the office goes on."""
    source, target = f"sqlite:///{tmp_path}/town.db?synchronous=off", server.url()
    with closing(open_storage(source)) as storage:
        walked(storage, 5 * len(ROOTS), seed="killed")
        held = contents(storage)
    portions = sum(len(rows) // 20 + 1 for rows in held.values())
    moved = killed(source, target, trail, portion=20, portions=portions // 2, seed="five")
    assert moved, str(moved)
    assert 0 < moved.changed < sum(moved.rows.values()), "something was there already, and something was not"
    with closing(open_storage(target)) as storage:
        assert contents(storage) == held
        office = open_office(storage, plugins=Plugins())
        office.tick()
        assert office.ledger.verify().ok


@pytest.mark.soak
def test_a_hundred_thousand_cases_arrive_whole(server: Server, tmp_path: Path, trail: Trail) -> None:
    """Interrupted five times; the rows are compared, and the ledger verifies where it arrived."""
    source, target = f"sqlite:///{tmp_path}/town.db?synchronous=off", server.url()
    with closing(open_storage(source)) as storage:
        town = Town(storage)
        for number in range(_CASES):
            ticket = town.office.tickets.order(f"lamp {number}", unit=COMMUNITY, contact="door 3", by=town.resident)
            if number % 10 == 0:
                town.office.tickets.dispatch(ticket, to=["health"], by=town.secretary())
        town.office.seal()
    portions = _CASES // 2000 * 5
    begun = time.monotonic()
    moved = killed(source, target, trail, portion=2000, portions=portions, seed="a hundred thousand")
    seconds = time.monotonic() - begun
    assert moved, str(moved)
    assert moved.rows["cases"] > _CASES
    print(f"\n{dict(moved.rows)}, killed {_KILLS} times, {seconds:.0f} s with the verification\n{moved}")  # noqa: T201 - a soak says what it found
    with closing(open_storage(source)) as here, closing(open_storage(target)) as there:
        for mine, theirs in zip(paged(here), paged(there), strict=True):
            assert mine == theirs


def paged(storage: Storage) -> Iterator[list[Row]]:
    """Everything that a store holds, in pages."""
    assert isinstance(storage, Movable)
    with storage.moment() as moment:
        for name, table in TABLES.items():
            after = None
            while rows := list(moment.rows(name, after=after, limit=5000)):
                yield rows
                after = table.key_of(rows[-1])

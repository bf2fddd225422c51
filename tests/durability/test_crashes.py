"""A process may die at any moment: started again and told the same story, it ends with the same ledger."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import boston
import civicflow
import scenario
from civicflow import Office, Plugins
from civicflow.plugins.backends import open_storage
from civicflow.plugins.storage.contract import Storage
from civicflow.testing import FrozenClock

if TYPE_CHECKING:
    from tests.conftest import OpenTown, Town

    Tell = Callable[[Town], None]
    Told = Callable[[Storage], dict[str, Any]]


class Store:
    """A fresh store of a kind, that survives whoever opened it."""

    def __init__(self, kind: str, folder: Path) -> None:
        self.kind, self.folder, self.number = kind, folder, 0
        self.fresh()

    def fresh(self) -> Storage:
        """Another store, with nothing in it."""
        self.number += 1
        self.memory = open_storage("memory://")
        return self.open()

    def open(self) -> Storage:
        """The store, opened by another process."""
        if self.kind == "memory":
            return self.memory
        return open_storage(f"sqlite:///{self.folder}/{self.number}.db?synchronous=off")


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    """A store on each of the built-in storages."""
    return Store(request.param, tmp_path)


@pytest.mark.parametrize("moment", ["before_call", "after_commit"])
def test_killed_at_every_moment_the_story_ends_the_same(
    store: Store,
    moment: str,
    open_town: OpenTown,
    tell_story: Tell,
    what_was_told: Told,
    mortal: Callable[..., Storage],
    killed: type[BaseException],
) -> None:
    """Killed before every k-th storage call, and after each commit before it returns: nothing is lost or doubled."""
    whole = mortal(store.fresh())
    told_in_one = open_town(whole, load=False)
    tell_story(told_in_one)
    moments = whole.calls if moment == "before_call" else whole.commits  # type: ignore[attr-defined]
    assert moments >= 40
    expected = what_was_told(store.open())
    for k in range(1, moments + 1):
        dying = mortal(store.fresh(), **{moment: k})
        with pytest.raises(killed):
            tell_story(open_town(dying, load=False, seed=b"first "))
        survivor = store.open()
        again = open_town(survivor, load=False, seed=b"again ")
        tell_story(again)
        found = again.office.ledger.verify()
        assert (found.ok, found.unsealed) == (True, 0), f"{k}: {found}"
        assert what_was_told(survivor) == expected, k
        dying.close()
        survivor.close() if store.kind == "sqlite" else None


EXAMPLES = Path(scenario.__file__).parent
SCENARIO = """
import os, sys
sys.path[:0] = [sys.argv[1]]
import boston, civicflow, scenario
from civicflow.plugins.backends import open_storage
from civicflow.testing import FrozenClock

class Reporting:
    def __init__(self, inner, dies):
        self.inner, self.calls, self.dies = inner, 0, dies
    def __getattr__(self, name):
        value = getattr(self.inner, name)
        if not callable(value):
            return value
        def call(*args, **kwargs):
            self.calls += 1
            if self.calls == self.dies:
                os._exit(9)
            print(self.calls, flush=True)
            return value(*args, **kwargs)
        return call

clock = FrozenClock()
storage = Reporting(open_storage(sys.argv[2]), int(sys.argv[3]))
office = civicflow.open(storage, clock=clock, plugins=civicflow.Plugins())
scenario.run(office, clock, requests=boston.read()[:3])
office.close()
print("end", flush=True)
"""


def played(url: str, *, exits: int = 0, killed: int = 0) -> int:
    """Play the demo's scenes in a process of its own, which exits before a call, or is killed once it came to one.

    Returns:
        How many calls it came to.
    """
    arguments = [sys.executable, "-c", SCENARIO, str(EXAMPLES), url, str(exits)]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True, bufsize=1)
    assert process.stdout is not None
    calls = 0
    with process.stdout as lines:
        for line in lines:
            if line == "end\n":
                break
            calls = int(line)
            if calls == killed:
                process.kill()
                break
    process.wait()
    # A process that is killed from outside may have come to its end first.
    assert process.returncode in ((9,) if exits else (0, -9) if killed else (0,))
    return calls


def play(storage: Storage) -> Office:
    """Tell the demo's story, with a few of Boston's requests: they are all of one kind."""
    clock = FrozenClock()
    office = civicflow.open(storage, clock=clock, plugins=Plugins())
    scenario.run(office, clock, requests=boston.read()[:3])
    return office


def killed_once(
    moment: str, k: int, store: Store, mortal: Callable[..., Storage], killed: type[BaseException]
) -> Storage:
    """A fresh store on which the demo was killed at its k-th moment, started again and ended."""
    with pytest.raises(killed):
        play(mortal(store.fresh(), **{moment: k}))
    survivor = store.open()
    found = play(survivor).ledger.verify()
    assert (found.ok, found.unsealed) == (True, 0), f"{k}: {found}"
    return survivor


@pytest.mark.slow
def test_killed_after_every_commit_the_demo_ends_the_same(
    tmp_path: Path, what_was_told: Told, mortal: Callable[..., Storage], killed: type[BaseException]
) -> None:
    """The demo's scenes, killed after each commit before it returns; between two commits the store does not change."""
    store = Store("memory", tmp_path)
    counting = mortal(store.fresh())
    play(counting)
    expected = what_was_told(store.open())
    for k in range(1, counting.commits + 1):  # type: ignore[attr-defined]
        assert what_was_told(killed_once("after_commit", k, store, mortal, killed)) == expected, k


@pytest.mark.soak
@pytest.mark.parametrize("moment", ["before_call", "after_commit"])
def test_killed_at_every_moment_the_demo_ends_the_same(
    store: Store, moment: str, what_was_told: Told, mortal: Callable[..., Storage], killed: type[BaseException]
) -> None:
    """The demo's scenes, killed before every call of the storage, and after every commit before it returns."""
    counting = mortal(store.fresh())
    play(counting)
    expected = what_was_told(store.open())
    moments = counting.calls if moment == "before_call" else counting.commits  # type: ignore[attr-defined]
    for k in range(1, moments + 1):
        assert what_was_told(killed_once(moment, k, store, mortal, killed)) == expected, k
    print(f"{store.kind}: killed {moments} times, {moment}; every time it ended with the same ledger")  # noqa: T201 - a soak says how far it came


def test_a_relay_that_dies_at_once_again_and_again_gives_up_none_of_the_others(
    open_town: OpenTown, pigeons: Callable[..., Any], killed: type[BaseException]
) -> None:
    """Only what it had in its hands is held against it: twenty deaths, thirty notices, and each is delivered then."""
    town = open_town(notify=(pigeons(error=killed()),))
    for number in range(30):
        town.ordered(f"lamp {number}")
    for _ in range(20):
        with pytest.raises(killed):
            town.office.relay()
        town.clock.advance(minutes=10)
    carrier = pigeons()
    sound = open_town(town.storage, notify=(carrier,), clock=town.clock, load=False)
    sound.office.relay()
    assert town.storage.dead() == ()
    assert len({notice.dedupe for notice in carrier.carried}) == 30


@pytest.mark.slow
def test_the_demo_s_process_is_killed(tmp_path: Path, what_was_told: Told) -> None:
    """The demo's process is killed at moments all over its scenes, by itself and from outside: it ends the same."""

    def url(name: str) -> str:
        return f"sqlite:///{tmp_path}/{name}.db"

    calls = played(url("whole"))
    expected = what_was_told(open_storage(url("whole")))
    for number, k in enumerate(range(7, calls, calls // 6)):
        name = f"at-{k}"
        came = played(url(name), **{"killed" if number % 2 else "exits": k})
        assert came <= k
        played(url(name), killed=came + calls // 20)  # and again, on its way
        played(url(name))
        with closing(open_storage(url(name))) as store:
            assert what_was_told(store) == expected, k

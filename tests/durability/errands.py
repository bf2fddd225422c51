"""What the processes do: a ticket's life in commands with keys, and the notices of it; and what must be there afterwards."""

from __future__ import annotations

import os
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from functools import cache, partial
from pathlib import Path
from typing import Any, Final, TypeVar

import attrs
from tests.conftest import COMMUNITY, Pigeons, Town
from tests.durability.processes import Rations, Trail

from civicflow import Case, StorageError
from civicflow.ids import matter_of
from civicflow.ledger.entries import Entry
from civicflow.plugins.backends import open_storage
from civicflow.plugins.notify.contract import Notice
from civicflow.plugins.storage.abilities import Examinable
from civicflow.testing import FrozenClock
from civicflow.workflows.engine.flow import Flow

T = TypeVar("T")

BODIES: Final = ("health", "emergency")
LIFE: Final = (
    "order",
    "dispatch",
    "accept health",
    "accept emergency",
    "complete health",
    "complete emergency",
    "answer",
    "evaluate",
)
"""The commands of a ticket's life, in order."""


class Carrier(Pigeons):
    """A notifier that leaves a line for each notice it carried."""

    def __init__(self, trail: Trail) -> None:
        super().__init__()
        self._trail = trail

    def send(self, notice: Notice) -> None:
        """Carry it."""
        self._trail.leave(notice.dedupe, notice.case, notice.topic)


def opened(
    url: str,
    *,
    carried: Trail | None = None,
    clock: FrozenClock | None = None,
    flows: tuple[Flow, ...] = (),
    load: bool = False,
) -> Town:
    """The town at a place, as a process of its own opens it: with chance of its own."""
    notify = () if carried is None else (Carrier(carried),)
    seed = os.urandom(16)
    return Town(open_storage(url), clock=clock, flows=flows, seed=seed, notify=notify, load=load)


def command(town: Town, name: str, word: str, ticket: str) -> Case:
    """Give one command of the life of the ticket that is titled with a name; its key says both."""
    tickets, verb, _, body = town.office.tickets, *word.partition(" ")
    commands: Mapping[str, Callable[..., Case]] = {
        "order": partial(tickets.order, name, unit=COMMUNITY, contact="door 3"),
        "dispatch": partial(tickets.dispatch, ticket, to=BODIES),
        "accept": partial(tickets.accept, ticket),
        "complete": partial(tickets.complete, ticket, note="done"),
        "answer": partial(tickets.answer, ticket, "it is mended"),
        "evaluate": partial(tickets.evaluate, ticket, resolved=True, satisfied=5, comment="thanks"),
    }
    by = town.officer(body) if body else town.secretary() if verb in {"dispatch", "answer"} else town.resident
    return commands[verb](by=by, key=_key(name, word))


def _key(name: str, word: str) -> str:
    return f"{name} {word}"


# -- who works ---------------------------------------------------------------------------------------------------------


def persistently(call: Callable[[], T]) -> T:
    """Make a call until the store answers, as whoever got a retryable error does: with the same key."""
    while True:
        try:
            return call()
        except StorageError as error:
            if not error.retryable:
                raise
            time.sleep(0.005)  # the server is starting; nobody else is held up


Persistence = Callable[[Callable[[], Any]], Any]


def write(url: str, trail: Trail, rations: Rations, writer: str, persist: Persistence = persistently) -> None:
    """Live one ticket's life after the other, leaving a line for each command once it returned.

    A writer of the same name goes on after the last line of the one before: with the command that was perhaps under way.
    The line says whether that had been done.
    """
    town = opened(url)
    left = [line for line in trail.lines() if line[0] == writer]
    ticket = next((line[3] for line in reversed(left) if line[2] == "order"), "")
    number = len(left)
    while rations.take():
        name, word = f"{writer}.{number // len(LIFE)}", LIFE[number % len(LIFE)]
        known = persist(partial(town.storage.load, (), key=_key(name, word))).key is not None
        case: Case = persist(partial(command, town, name, word, ticket))
        if word == "order":
            ticket = case.id
        trail.leave(writer, number, word, matter_of(case.id), "repeated" if known else "done")
        number += 1


def deliver(url: str, carried: Trail, rations: Rations, clock: FrozenClock) -> None:
    """Empty the outbox at each ration, ten minutes later each time: by then the leases of the killed are over."""
    town = opened(url, carried=carried, clock=clock)
    while rations.take():
        clock.advance(minutes=10)
        while persistently(town.office.relay).claimed:
            pass


# -- what must be there ------------------------------------------------------------------------------------------------


@attrs.frozen
class Moment:
    """A ticket after so many commands of its life.

    Attributes:
        steps: of its matter, in order, with the body that took them.
        notices: how many of each topic were sent.
    """

    steps: tuple[str, ...]
    notices: Mapping[str, int]


@cache
def moments() -> tuple[Moment, ...]:
    """What the life of one ticket looks like after each command, seen once in memory, where nothing is killed."""
    pigeons = Pigeons()
    town = Town(open_storage("memory://"), notify=(pigeons,))
    seen, ticket = [Moment((), {})], ""
    for word in LIFE:
        ticket = matter_of(command(town, "a life", word, ticket).id)
        town.office.relay()
        entries = town.office.ledger.entries(ticket)
        topics = Counter(notice.topic for notice in pigeons.carried)
        seen.append(Moment(tuple(_words(town, entry) for entry in entries), topics))
    town.office.close()
    return tuple(seen)


def _words(town: Town, entry: Entry) -> str:
    body = entry.case.partition("/")[2].partition("@")[0]
    return f"{entry.step} {body}".rstrip()


@attrs.frozen(kw_only=True)
class Figures:
    """What was found after the kills.

    Attributes:
        kills: how many processes were killed.
        acknowledged: commands that returned to their writer.
        repeated: of these, those that a killed writer's successor repeated and that had been done.
        lost: steps that were acknowledged, or notices of what was done, and are not there.
        doubled: steps, tickets or names of notices that are there more often than once.
        delivered: notices that a notifier took over.
        again: of these, those that it had been given before under the same name.
        entries: how many the ledger holds.
    """

    kills: int
    acknowledged: int
    repeated: int
    lost: int
    doubled: int
    delivered: int
    again: int
    entries: int


def reckon(url: str, acknowledged: Trail, carried: Trail, kills: int) -> Figures:
    """Send what is still in the outbox, and compare what was acknowledged with what the ledger and the carrier have.

    Beside what is counted: the chain and the records hold, the feed is whole, no notice is dead, and the store finds
    nothing wrong with itself.
    """
    clock = FrozenClock()
    clock.advance(weeks=100)
    town = opened(url, carried=carried, clock=clock)
    while town.office.relay().claimed:
        pass
    assert town.storage.dead() == ()
    sound(town)
    steps, titles = _steps(town)
    told = _told(carried)
    acks = Counter(f"{line[0]}.{int(line[1]) // len(LIFE)}" for line in acknowledged.lines())
    lost, doubled = 0, 0
    for name in acks.keys() | titles.keys():
        tickets = titles[name]
        doubled += len(tickets[1:])
        found = steps[tickets[0]] if tickets else []
        # The command that was under way when its writer was killed may have been done, and nobody may say so.
        after = moments()[acks[name]], moments()[min(acks[name] + 1, len(LIFE))]
        now = after[tuple(found) == after[1].steps]
        lost += (Counter(now.steps) - Counter(found)).total()
        doubled += (Counter(found) - Counter(now.steps)).total()
        assert tuple(found) == now.steps, f"{name}: {found}"
        notices = told[tickets[0]] if tickets else Counter()
        lost += (Counter(now.notices) - notices).total()
        doubled += (notices - Counter(now.notices)).total()
    names = [line[0] for line in carried.lines()]
    figures = Figures(
        kills=kills,
        acknowledged=acks.total(),
        repeated=sum(line[-1] == "repeated" for line in acknowledged.lines()),
        lost=lost,
        doubled=doubled,
        delivered=len(names),
        again=len(names) - len(set(names)),
        entries=town.position(),
    )
    town.office.close()
    return figures


def sound(town: Town) -> None:
    """What holds after everything: a verified chain, records that equal the replay, a store that is whole."""
    town.office.seal()
    found = town.office.ledger.verify()
    assert (found.ok, found.unsealed) == (True, 0), str(found)
    for matter in town.matters()[::50]:
        town.check(matter)
    assert isinstance(town.storage, Examinable)
    wrong = [finding for finding in town.storage.examine() if finding.level == "error"]
    assert not wrong, wrong


def _steps(town: Town) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """The steps of each matter in the order of the feed, and the tickets of each title."""
    steps: dict[str, list[str]] = defaultdict(list)
    titles: dict[str, list[str]] = defaultdict(list)
    for _, entry in town.office.ledger.feed():
        matter = matter_of(entry.case)
        steps[matter].append(_words(town, entry))
        if entry.step == "order":
            titles[str(entry.data["title"])].append(matter)
    return steps, titles


def _told(carried: Trail) -> dict[str, Counter[str]]:
    """The topics of each ticket's notices; a notice that came twice under one name is one."""
    told: dict[str, Counter[str]] = defaultdict(Counter)
    for _, case, topic in {tuple(line) for line in carried.lines()}:
        told[matter_of(case)][topic] += 1  # type: ignore[arg-type]  # an id that was read from a line
    return told


def trails(folder: Path) -> tuple[Trail, Trail]:
    """Where commands are acknowledged, and where notices are carried."""
    return Trail(folder / "acknowledged"), Trail(folder / "carried")

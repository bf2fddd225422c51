"""A story of a town that can be told again from its beginning, and a storage that dies."""

from __future__ import annotations

import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import pytest
from tests.durability.racing import Race, raced

from civicflow import Money, Source
from civicflow.ledger.canonical import decode
from civicflow.plugins.backends import open_storage
from civicflow.plugins.storage.contract import Claim, Done, Query, Storage, StoredCase, StoredEntry
from civicflow.workflows.engine.flow import Flow
from postgresql_server import MISSING, Server, binaries, running

if TYPE_CHECKING:
    from tests.conftest import Town


class Killed(BaseException):
    """The process ends here; nobody catches it."""


class Mortal:
    """A storage whose process dies before its n-th call, or after its n-th commit and before that returns."""

    def __init__(self, inner: Storage, *, before_call: int = 0, after_commit: int = 0) -> None:
        self.inner, self.before_call, self.after_commit = inner, before_call, after_commit
        self.calls = self.commits = 0

    def __getattr__(self, name: str) -> Any:
        value = getattr(self.inner, name)
        if not callable(value) or name == "close":
            return value

        def call(*args: Any, **kwargs: Any) -> Any:
            self.calls += 1
            if self.calls == self.before_call:
                raise Killed
            result = value(*args, **kwargs)
            if name == "commit":
                self.commits += 1
                if self.commits == self.after_commit:
                    raise Killed
            return result

        return call


def story(town: Town) -> None:
    """A ticket that three bodies share, one that is left to the clock, a duplicate, and a proposal that is funded.

    Each command has a key and an instant of its own.
    """
    office, clock = town.office, town.clock
    start = clock()
    town.load_register()
    tickets, councils, secretary = office.tickets, office.councils, town.secretary()

    clock.set(start)
    hall = tickets.order("a hall", unit="community", by=town.resident, contact="door 3", key="hall")
    bodies = ["health", "emergency", "traffic-police"]
    tickets.dispatch(hall, to=bodies, lead="emergency", within="3 workdays", by=secretary, key="hall:dispatch")
    late = tickets.order("a lamp", unit="community", by=town.resident, key="late")
    same = tickets.order("the same hall", unit="community", by=office.act_as("resident-2"), key="same")
    tickets.merge(same, into=hall, by=secretary, key="same:merge")
    for body in bodies:
        tickets.accept(hall, by=town.officer(body), key=f"accept:{body}")
    for body in ("health", "emergency"):
        tickets.complete(hall, by=town.officer(body), note="done", key=f"complete:{body}")
    tickets.answer(hall, "open on Saturdays", by=secretary, key="hall:answer")
    tickets.evaluate(hall, resolved=True, satisfied=5, comment="thanks", by=town.resident, key="hall:evaluate")

    fund = office.funds.open("Fund", unit="community", source="budget", by=secretary, key="fund")
    office.funds.deposit(fund, Money("100"), by=secretary, key="fund:deposit")
    proposal = councils.propose(
        "a gate",
        group="group-council",
        council="council",
        unit="community",
        board="party-district",
        budget=Money("60"),
        sources=[Source(fund.id, Money("60"))],
        by=town.delegate("r1"),
        key="gate",
    )
    councils.endorse(proposal, by=town.delegate("r2"), key="gate:endorse")
    councils.hand_in(proposal, by=town.delegate("r1"), key="gate:hand-in")
    councils.settle(proposal, by=town.delegate("r1"), key="gate:settle")
    councils.open_vote(proposal, by=town.delegate("r1"), key="gate:group")
    for person in ("r1", "r2"):
        councils.vote(proposal, "yes", by=town.delegate(person), key=f"gate:group:{person}")
    councils.close_vote(proposal, by=town.delegate("r1"), key="gate:group:close")
    councils.object(proposal, "too narrow", by=town.resident, key="gate:object")
    clock.advance(days=5)
    office.tick()
    for objection in councils.objections(proposal):
        councils.answer_objection(objection, "as the norm says", by=secretary, key="gate:answer")
    clock.advance(days=3)
    office.tick()
    councils.submit(proposal, by=town.delegate("r1"), key="gate:submit")
    councils.admit(proposal, by=town.chair, key="gate:admit")
    councils.present(proposal, by=town.delegate("r1"), key="gate:present")
    councils.open_vote(proposal, by=town.chair, key="gate:council")
    for number in range(1, 6):
        councils.vote(proposal, "yes", by=town.delegate(f"d{number}"), key=f"gate:council:d{number}")
    clock.advance(days=8)
    office.tick()
    assert town.now(proposal).state == "quoting.due"
    assert town.now(same).state == "unevaluated"
    assert town.now(late).state == "supervised"
    office.seal()
    clock.set(start)


_ID = re.compile(r"\b(?:[A-Z]-[0-9a-f]{16}|[0-9a-f]{64})\b")
"""An id, or the digest of a text that names ids."""


def _kind(found: str) -> str:
    return found[0] if "-" in found else "digest-"


def told(storage: Storage) -> dict[str, Any]:
    """Everything that a store holds, with ids and digests numbered by their first appearance in the feed, and without salts."""
    names: dict[str, str] = {}

    def plain(value: Any) -> Any:
        text = json.dumps(value, ensure_ascii=False, sort_keys=False)
        return json.loads(_ID.sub(lambda m: names.setdefault(m.group(), f"{_kind(m.group())}{len(names)}"), text))

    entries = []
    for row in _feed(storage):
        body = decode(row.body)
        body["private"] = bool(body.get("private"))
        entries.append(plain([row.matter, row.version, body]))
    cases = _found(storage)
    outbox: list[Any] = []
    while claims := storage.claim(worker="reader", now=2**60, lease=2**40, limit=1_000):
        for claim in claims:
            m = claim.message
            outbox.append(plain([m.dedupe, m.case, m.recipient, m.channel, m.topic, decode(m.body), m.not_before]))
            _done(storage, claim)
    return {
        "entries": entries,
        "private": sorted(plain([p.matter, p.version, decode(p.body)]) for p in storage.private_parts()),
        "cases": sorted(plain([c.case, c.version, c.round, c.due, c.facts, decode(c.body)]) for c in cases),
        "asked": sorted(plain([a.case, a.address, a.until]) for c in cases for a in storage.asked(case=c.case)),
        "parties": sorted([*plain([m]), *sorted(plain([*storage.parties(m)]))] for m in {c.matter for c in cases}),
        "outbox": sorted(outbox),
        "doubled": [dedupe for dedupe, n in Counter(str(row) for row in outbox).items() if n > 1],
    }


def _feed(storage: Storage) -> list[StoredEntry]:
    return list(storage.feed(limit=100_000))


def _found(storage: Storage) -> list[StoredCase]:
    return list(storage.find(Query(limit=100_000)).items)


def _done(storage: Storage, claim: Claim) -> None:
    storage.settle(claim, Done(), now=2**60)


@pytest.fixture
def tell_story() -> Callable[[Town], None]:
    """Tells the story, from its beginning."""
    return story


@pytest.fixture
def what_was_told() -> Callable[[Storage], dict[str, Any]]:
    """Everything that a store holds, comparable over runs."""
    return told


@pytest.fixture
def mortal() -> Callable[..., Storage]:
    """Makes a storage that dies."""
    return lambda inner, **when: cast("Storage", Mortal(inner, **when))


@pytest.fixture
def killed() -> type[BaseException]:
    """What it dies of."""
    return Killed


_ON_CI: Final = os.environ.get("CI") == "true"
_SETTINGS: Final = (
    "max_connections=80",
    "shared_buffers=32MB",
    "lc_messages=C",
    "recovery_init_sync_method=syncfs",  # each of a thousand restarts would sync file by file
)


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    """A server that the tests of this folder may kill; ``CIVICFLOW_POSTGRESQL_BIN`` names another folder of binaries."""
    programs = binaries()
    if programs is None:
        if _ON_CI:
            pytest.fail(MISSING)
        pytest.skip(MISSING)
    with running(programs, _SETTINGS) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Callable[[], str]:
    """Gives the URL of a place that was never opened, at each call another one: a real file, and a real server."""
    if request.param == "sqlite":
        numbers = count()
        urls: Callable[[], str] = lambda: f"sqlite:///{tmp_path}/town-{next(numbers)}.db"  # noqa: E731
    else:
        urls = request.getfixturevalue("server").url
    open_storage(urls()).close()  # processes that are forked off begin with all its modules
    return urls


@pytest.fixture
def place(fresh: Callable[[], str]) -> str:
    """One such place."""
    return fresh()


@pytest.fixture
def racers(place: str) -> int:
    """How many processes race: as many as a server is made for, and some on one file."""
    return 16 if place.startswith("postgresql") else 4


@pytest.fixture
def race(place: str, tmp_path: Path, racers: int, request: pytest.FixtureRequest) -> Race:
    """Lets processes race on a place; see `tests.durability.racing.raced`."""
    server: Server | None = request.getfixturevalue("server") if place.startswith("postgresql") else None

    def run(
        work: Callable[..., None], *given: object, racers: int = racers, flows: tuple[Flow, ...] = ()
    ) -> list[list[str]]:
        return raced(place, tmp_path, server, work, *given, racers=racers, flows=flows)

    return run

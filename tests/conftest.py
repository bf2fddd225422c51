"""A small town for every test that needs an office: a district, its departments, a community with its councils."""

from __future__ import annotations

import copy
import importlib.util
import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from civicflow import Actor, Case, Money, Numbers, Office, Plugins, Source
from civicflow import open as open_office
from civicflow.calendars import WorkingCalendar
from civicflow.hierarchy.authority import actors_at
from civicflow.ids import CaseId, matter_of
from civicflow.ledger.entries import read
from civicflow.office.codec import case_body
from civicflow.plugins.backends import open_storage
from civicflow.plugins.blobs.contract import Blobs
from civicflow.plugins.notify.contract import Notice
from civicflow.plugins.storage.contract import Batch, Done, Filter, Query, Storage
from civicflow.testing import FrozenClock, counting_bytes
from civicflow.workflows.engine.apply import apply_matter
from civicflow.workflows.engine.flow import Flow

COMMUNITY: Final = "community"
BODIES: Final = ("health", "emergency", "traffic-police")
REGISTER: Final[dict[str, Any]] = {
    "register": "town",
    "scheme": "chengdu",
    "since": "2020-01-01",
    "areas": [
        {"code": "district", "name": "District | 区", "level": "district"},
        {"code": "subdistrict", "name": "Subdistrict | 街道", "level": "subdistrict", "parent": "district"},
        {"code": COMMUNITY, "name": "Community | 社区", "level": "community", "parent": "subdistrict"},
        {"code": "neighbour", "name": "Neighbour | 邻社区", "level": "community", "parent": "subdistrict"},
        {"code": "group", "name": "Group | 小组", "level": "residents-group", "parent": COMMUNITY},
    ],
    "bodies": [
        *(
            {
                "code": f"party-{area}",
                "name": f"Party Committee of {area} | 党委",
                "kind": "party-organisation",
                "area": area,
                "posts": {"secretary": f"secretary-{area}", "clerk": f"clerk-{area}"},
            }
            for area in ("district", "subdistrict", COMMUNITY, "neighbour")
        ),
        *(
            {
                "code": body,
                "name": f"{body} | 部门",
                "kind": "department",
                "area": "district",
                "posts": {"officer": f"officer-{body}"},
            }
            for body in BODIES
        ),
        {
            "code": "council",
            "name": "Council | 议事会",
            "kind": "council",
            "area": COMMUNITY,
            "posts": {"chair": "d1", "delegate": {"seats": 7, "holders": ["d1", "d2", "d3", "d4", "d5", "d6"]}},
        },
        {
            "code": "group-council",
            "name": "Group council | 小组议事会",
            "kind": "council",
            "area": "group",
            "posts": {"delegate": {"seats": 3, "holders": ["r1", "r2", "r3"]}},
        },
    ],
}


class Pigeons:
    """A notifier that keeps what it carried; it fails where it is told to."""

    api_version = 1

    def __init__(self, name: str = "pigeons", error: Exception | None = None) -> None:
        self.name, self.error = name, error
        self.carried: list[Notice] = []

    def send(self, notice: Notice) -> None:
        """Carry it, or fail."""
        if self.error is not None:
            raise self.error
        self.carried.append(notice)

    def close(self) -> None:
        """Nothing to let go of."""


class Town:
    """An office of the town, its clock, and its people."""

    def __init__(
        self,
        storage: Storage,
        *,
        clock: FrozenClock | None = None,
        calendar: WorkingCalendar | None = None,
        flows: tuple[Flow, ...] = (),
        seed: bytes = b"",
        notify: tuple[Pigeons, ...] = (),
        plugins: Plugins | None = None,
        blobs: str | Blobs | None = None,
        numbers: Numbers | None = None,
        load: bool = True,
    ) -> None:
        self.storage, self.clock = storage, clock or FrozenClock()
        self.office: Office = open_office(
            storage,
            clock=self.clock,
            calendar=calendar,
            new_bytes=counting_bytes(seed),
            flows=flows,
            notify=notify or (Pigeons(),),
            blobs=blobs,
            numbers=numbers,
            plugins=plugins or Plugins(),
        )
        if load:
            self.load(REGISTER)

    @property
    def register(self) -> dict[str, Any]:
        """The town's register as a file would say it, to be changed."""
        return copy.deepcopy(REGISTER)

    def load_register(self) -> None:
        """Load the town's register, as whoever begins its story does; again is no change."""
        self.load(REGISTER)

    def load(self, register: dict[str, Any]) -> None:
        """Bring the register to what this says."""
        self.office.register.read(json.dumps(register), source="town.json", format="json")

    def elect(self, away: str, instead: str = "") -> None:
        """A delegate leaves the council, and somebody else may take the seat; the others stay as they were at first."""
        register = self.register
        for body in register["bodies"]:
            seats = body["posts"].get("delegate", {"holders": []})
            if away in seats["holders"]:
                seats["holders"].remove(away)
                seats["holders"] += [instead] if instead else []
        self.load(register)

    # -- people ------------------------------------------------------------------------------------------------------

    @property
    def resident(self) -> Actor:
        """Somebody who lives here."""
        return self.office.act_as("resident-1")

    def secretary(self, area: str = COMMUNITY) -> Actor:
        """The secretary of an area."""
        return self.office.act_as(f"secretary-{area}", post="secretary", unit=area)

    def officer(self, body: str) -> Actor:
        """The officer of a department."""
        return self.office.act_as(f"officer-{body}", post="officer", unit=body)

    def delegate(self, person: str) -> Actor:
        """A delegate of the group (``r1`` …) or of the council (``d1`` …)."""
        return self.office.act_as(person, post="delegate", unit="council" if person[0] == "d" else "group-council")

    @property
    def chair(self) -> Actor:
        """Who opens and closes the council's votes."""
        return self.office.act_as("d1", post="chair", unit="council")

    # -- stories -----------------------------------------------------------------------------------------------------

    def ordered(self, title: str = "a lamp", **more: Any) -> Case:
        """A ticket that was ordered."""
        return self.office.tickets.order(title, **{"unit": COMMUNITY, "by": self.resident, **more})

    def dispatched(self, *to: str, lead: str | None = None, within: str | None = None, title: str = "a lamp") -> Case:
        """A ticket that was dispatched."""
        ticket = self.ordered(title)
        return self.office.tickets.dispatch(ticket, to=to or ("health",), lead=lead, within=within, by=self.secretary())

    def done(self, ticket: Case, body: str) -> Case:
        """A body accepts and completes its share."""
        self.office.tickets.accept(ticket, by=self.officer(body))
        return self.office.tickets.complete(ticket, by=self.officer(body))

    def answered(self, title: str = "a lamp") -> Case:
        """A ticket that was answered."""
        ticket = self.dispatched("health", title=title)
        self.done(ticket, "health")
        return self.office.tickets.answer(ticket, "done", by=self.secretary())

    def fund(self, amount: str = "100", key: str = "") -> Case:
        """A fund that holds an amount."""
        fund = self.office.funds.open("Fund", unit=COMMUNITY, source="budget", by=self.secretary(), key=key)
        return self.office.funds.deposit(fund, Money(amount), by=self.secretary(), key=key and f"{key}:deposit")

    def proposed(self, fund: Case, amount: str = "100", **more: Any) -> Case:
        """A proposal that wants money of a fund."""
        asked: dict[str, Any] = {
            "group": "group-council",
            "council": "council",
            "unit": COMMUNITY,
            "board": "party-district",
            "budget": Money(amount),
            "sources": [Source(fund.id, Money(amount))],
            "by": self.delegate("r1"),
        }
        return self.office.councils.propose("a gate", **{**asked, **more})

    def settled(self, proposal: Case) -> Case:
        """The proposal, endorsed and deliberated; the group is to vote on it."""
        self.office.councils.endorse(proposal, by=self.delegate("r2"))
        self.office.councils.hand_in(proposal, by=self.delegate("r1"))
        return self.office.councils.settle(proposal, by=self.delegate("r1"))

    def resolved(self, fund: Case, amount: str = "100", **more: Any) -> Case:
        """A proposal that the group resolved on; it hangs on public notice."""
        proposal = self.settled(self.proposed(fund, amount, **more))
        self.office.councils.open_vote(proposal, by=self.delegate("r1"))
        for person in ("r1", "r2"):
            self.office.councils.vote(proposal, "yes", by=self.delegate(person))
        return self.office.councils.close_vote(proposal, by=self.delegate("r1"))

    def before_the_council(self, fund: Case, amount: str = "100", **more: Any) -> Case:
        """A proposal on which the council is to vote."""
        proposal = self.resolved(fund, amount, **more)
        self.clock.advance(days=8)
        self.office.tick()
        return self.presented(proposal)

    def presented(self, proposal: Case) -> Case:
        """The proposal, submitted, admitted and presented; the council is to vote on it."""
        self.office.councils.submit(proposal, by=self.delegate("r1"))
        self.office.councils.admit(proposal, by=self.chair)
        return self.office.councils.present(proposal, by=self.delegate("r1"))

    def voted(self, proposal: Case, yes: int, no: int = 0, *, close: bool = True) -> Case:
        """The council's vote, with so many for and against."""
        self.office.councils.open_vote(proposal, by=self.chair)
        for number in range(1, yes + no + 1):
            self.office.councils.vote(proposal, "yes" if number <= yes else "no", by=self.delegate(f"d{number}"))
        return self.office.councils.close_vote(proposal, by=self.chair) if close else self.now(proposal)

    # -- what is there -----------------------------------------------------------------------------------------------

    def now(self, case: Case | str) -> Case:
        """The case as it is now."""
        return self.office.case(case)

    def share(self, ticket: Case, body: str) -> Case:
        """The newest share of a body."""
        return self.office.shares(ticket, body=self.office.unit(body))[-1]

    def steps(self, case: Case | str) -> list[str]:
        """The names of the steps of a case's matter, in order."""
        return [entry.step for entry in self.office.ledger.entries(case)]

    def position(self) -> int:
        """How many entries the ledger holds."""
        return self.storage.commit(Batch()).position

    def asked(self, case: Case | str) -> set[str | None]:
        """The persons who are asked to act."""
        return {actor.person for actor in self.office.asked(case)}

    def told(self) -> list[tuple[str, str | None]]:
        """Everybody who is told something, as (topic, person), in the order of the outbox; it is empty afterwards."""
        found: list[tuple[str, str | None]] = []
        now = 2**60
        while claims := self.storage.claim(worker="test", now=now, lease=1, limit=1000):
            for claim in claims:
                actors = actors_at(claim.message.recipient, self.office.chart())
                people: list[str | None] = [actor.person for actor in actors]
                found += [(claim.message.topic, person) for person in people or [None]]
                self.storage.settle(claim, Done(), now=now)
        return found

    def cases(self, matter: str) -> dict[str, Case]:
        """Every case of a matter, by id."""
        root = self.office.case(matter)
        return {root.id: root, **{share.id: share for share in self.office.shares(root)}}

    def check(self, matter: Case | str) -> None:
        """What holds for every matter: the chain, replay, the tally, and that it does not wait for nothing."""
        given = matter if isinstance(matter, str) else matter.id
        root_id = matter_of(CaseId(given))
        rows = self.storage.history(root_id)
        assert [row.version for row in rows] == list(range(1, len(rows) + 1))
        replayed: dict[CaseId, Case] = {}
        for row in rows:
            apply_matter(replayed, read(row.body))
        cases = self.cases(root_id)
        assert {i: case_body(c) for i, c in replayed.items()} == {i: case_body(c) for i, c in cases.items()}
        root = cases[root_id]
        counted: dict[str, dict[str, int]] = {}
        for case in cases.values():
            if case.slot:
                states = counted.setdefault(case.slot, {})
                states[case.state] = states.get(case.state, 0) + 1
            assert self.goes_on(case), f"{case.id} is stuck in {case.state}"
        assert {slot: dict(states) for slot, states in root.tally.items()} == counted

    def goes_on(self, case: Case) -> bool:
        """Whether a case has ended, or has a deadline in the store, or waits for others, or for nobody."""
        if case.outcome:
            return True
        state = self.office.flows.rules(case.flow).states[case.state]
        if state.standing or state.follows:
            return True
        stored = self.storage.load((case.id,)).cases[case.id]
        return stored.due is not None and case.due is not None

    def matters(self) -> list[str]:
        """The ids of all matters but the register."""
        found, after = [], ""
        while True:
            page = self.storage.find(Query(limit=1000, after=after))
            found += [stored.case for stored in page.items if stored.case == stored.matter != "register"]
            if not page.next:
                return sorted(found)
            after = page.next

    def ballots(self, proposal: Case, round_: int) -> list[Case]:
        """The ballots of one round."""
        brood = Filter("brood", "eq", f"{proposal.id}#{round_}")
        return [self.office.case(stored.case) for stored in self.storage.find(Query(where=(brood,), limit=1000)).items]


OpenTown = Callable[..., Town]
"""Opens a town: on a storage given, or on a fresh one in memory."""


@pytest.fixture
def open_town() -> Iterator[OpenTown]:
    """Opens towns, and closes them after the test."""
    towns: list[Town] = []

    def opened(storage: Storage | None = None, **how: Any) -> Town:
        towns.append(Town(storage or open_storage("memory://"), **how))
        return towns[-1]

    yield opened
    for town in towns:
        town.office.close()


@pytest.fixture
def town(open_town: OpenTown) -> Town:
    """The town, on a storage in memory."""
    return open_town()


@pytest.fixture
def pigeons() -> Callable[..., Pigeons]:
    """Makes notifiers that keep what they carried, or fail."""
    return Pigeons


@pytest.fixture(params=["memory", "sqlite"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    """Each of the built-in storages, fresh."""
    opened = open_storage("memory://" if request.param == "memory" else f"sqlite:///{tmp_path}/town.db?synchronous=off")
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """A real Chromium, the machine's own: headless, with an empty profile, and silent towards its maker's servers."""
    executable = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if executable is None or importlib.util.find_spec("playwright") is None:
        reason = "no browser; install chromium and the group `browser`: tools/environment browser"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    quiet = ["--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update"]
    with sync_playwright() as driver:
        opened = driver.chromium.launch(executable_path=executable, args=["--no-sandbox", "--disable-sync", *quiet])
        yield opened
        opened.close()

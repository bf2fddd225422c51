"""Ten thousand cases of every shipped flow walk at random through one office, on every storage; then the ledger is read.

Who walks, and with what, is that of exploration: its small town, and the values of its scenes. What is drawn follows from a
seed, so a walk that fails can be walked again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any, Final, TypeVar

import attrs
import pytest

from civicflow import Case, Conflict, InvalidInput, NotFound, Office, Plugins, Refused
from civicflow.hierarchy.authority import Actor, for_people
from civicflow.hierarchy.changes import Change
from civicflow.hierarchy.scheme import Level, LevelScheme
from civicflow.ids import CaseId, UnitId
from civicflow.office.opening import open_office
from civicflow.plugins.backends import open_storage
from civicflow.plugins.storage.contract import Storage
from civicflow.testing import FrozenClock, counting_bytes
from civicflow.workflows.engine.clocks import anchors_of
from civicflow.workflows.engine.exploring.samples import samples
from civicflow.workflows.engine.exploring.scene import Incident
from civicflow.workflows.engine.exploring.town import DAWN, LEVELS, UNIT, Town
from civicflow.workflows.engine.flow import NEW, Flow, Step
from civicflow.workflows.scenes import SCENES
from civicflow.workflows.shipped import SHIPPED

T = TypeVar("T")
SCHEME: Final = LevelScheme(
    name="town", levels=tuple(Level(level, f"{level} | {level}", LEVELS[:n]) for n, level in enumerate(LEVELS))
)
MASSES: Final = {name for flow in SHIPPED for name in flow.broods.values()}
ROOTS: Final = tuple(
    flow
    for flow in SHIPPED
    if flow.name not in ("register", *MASSES) and any(NEW in s.of and for_people(s.by) for s in flow.steps)
)
"""Flows of which somebody may begin a case by itself."""
RARE: Final = {"sitting", "work-order"}
"""Begun only where much else is in its place, which walkers seldom find: a whole council, money that a rule reserved."""


@attrs.define
class Walkers:
    """Everybody in town, who try whatever there is.

    Attributes:
        office: in which they walk.
        clock: of the office.
        town: who they are.
        seed: of everything that is drawn.
        named: the ids that the next cases bear; any where it is empty.
        drawn: how often something was drawn.
        taken: how often each step was taken, by flow and step.
    """

    office: Office
    clock: FrozenClock
    town: Town
    seed: str
    named: list[str]
    called: dict[str, str] = attrs.Factory(dict)
    drawn: int = 0
    taken: Counter[tuple[str, str]] = attrs.Factory(Counter)

    def one_of(self, choices: Sequence[T]) -> T:
        """One of several."""
        self.drawn += 1
        digest = sha256(f"{self.seed}:{self.drawn}".encode()).digest()
        return choices[int.from_bytes(digest[:8]) % len(choices)]

    def walk(self, flow: Flow) -> None:
        """Begin a case of the flow, and take up to twelve steps of it or of its children."""
        step = self.one_of([step for step in flow.steps if NEW in step.of])
        able = list(self.able(step, Case(id=CaseId("new"), unit=UNIT, anchors=self.town.anchors)))
        if not able:
            return
        actor = self.one_of(able)
        case = self.tried(
            flow,
            step,
            lambda data: self.office.begin(
                flow.name, step.name, data, by=actor, unit=UNIT, requester="requester", anchors=self.town.anchors
            ),
        )
        for _ in range(self.one_of(range(13)) if case is not None else 0):
            matter = [self.office.case(case), *self.office.shares(case)] if case is not None else []
            here = self.one_of([one for one in matter if not one.outcome] or matter)
            self.stray(here)

    def play(self, incidents: Sequence[Incident]) -> None:
        """What people left in its place for a scene: a fund, say, under the id by which the scene's values call it.

        A rule or the clock acts on a case of the scene itself, which the walkers do not have: such a scene is left out,
        and so is one that calls something else by an id that is taken.
        """
        if any(
            one.by not in self.town.actors or one.flow != self.called.setdefault(one.case, one.flow)
            for one in incidents
            if one.flow or one.by not in self.town.actors
        ):
            return
        for incident in incidents:
            actor = self.town.actors[incident.by]
            if incident.flow and not self.office.find(case=incident.case).cases:
                self.named.append(incident.case)
                unit, anchors = UnitId(incident.unit), self.town.anchors
                self.office.begin(incident.flow, incident.step, incident.data, by=actor, unit=unit, anchors=anchors)
            elif not incident.flow:
                self.office.take(incident.case, incident.step, incident.data, by=actor, key=repr(incident))

    def stray(self, case: Case) -> None:
        """Take some step that leads from where the case stands, by somebody who may, if there is one."""
        rules = self.office.flows.rules(case.flow)
        plans = list(rules.plans.get(case.state, {}).values())
        if not plans:
            return
        step = self.one_of(plans).step
        able = list(self.able(step, case))
        if able:
            actor = self.one_of(able)
            self.tried(rules.flow, step, lambda data: self.office.take(case, step.name, data, by=actor))

    def able(self, step: Step, case: Case) -> Iterator[Actor]:
        """Whoever may take it, as far as posts say."""
        chart = self.office.chart()
        anchors = anchors_of(case, chart)
        for actor in self.town.actors.values():
            if step.by.allows(actor, {**anchors, "actor": actor.unit}, chart):
                yield actor

    def tried(self, flow: Flow, step: Step, command: Callable[[Any], Case]) -> Case | None:
        """The case after the command, or None where a rule said no."""
        try:
            case = command(self.given(flow, step))
        except (Refused, InvalidInput, NotFound, Conflict):
            return None
        self.taken[flow.name, step.name] += 1
        return case

    def given(self, flow: Flow, step: Step) -> Any:
        """Something that exploration gives with the step."""
        offered: list[Any] = []
        for scene in SCENES.get(flow.name, ()):
            offered += scene.data.get(f"{flow.name}.{step.name}", scene.data.get(step.name, ()))
        if not offered:
            try:
                offered = list(samples(step.data))
            except LookupError:
                offered = [None]
        return self.one_of(offered)


def opened(storage: Storage, seed: str) -> Walkers:
    """The town in an office of its own."""
    town, clock = Town.of(SHIPPED), FrozenClock(DAWN)
    named, numbers = list[str](), count()

    def ids(kind: str) -> str:
        return named.pop() if named else f"{kind}-{next(numbers)}"

    office = open_office(storage, clock=clock, ids=ids, new_bytes=counting_bytes(seed.encode()), plugins=Plugins())
    since = town.rows[0].since
    office.register.apply(Change(act="establish", on=since, register="town", scheme=SCHEME, rows=town.rows))
    walkers = Walkers(office, clock, town, seed, named)
    for flow in ROOTS:
        for scene in SCENES[flow.name]:
            if not scene.parent:
                walkers.play(scene.prelude)
    return walkers


def walked(storage: Storage, cases: int, *, seed: str) -> Walkers:
    """So many cases walk, the flows in turn; after every hundred commands some hours pass and the clock acts."""
    walkers = opened(storage, seed)
    for number in range(cases):
        walkers.walk(ROOTS[number % len(ROOTS)])
        if number % 25 == 0:
            walkers.clock.advance(hours=walkers.one_of((1, 5, 30)))
            walkers.office.tick()
    walkers.clock.advance(days=40)
    while walkers.office.tick().rung:
        pass
    walkers.office.seal()
    return walkers


def check(walkers: Walkers, cases: int) -> None:
    """The ledger verifies: the chain holds, and every record is what its entries replay to."""
    found = walkers.office.ledger.verify()
    assert found.ok, str(found)
    begun = Counter(facts.flow for facts in walkers.office.ledger.facts() if facts.slot is None and not facts.brood)
    assert sum(begun.values()) >= cases // 3, begun
    assert {flow.name for flow in ROOTS} - RARE <= set(begun), begun
    assert len(walkers.taken) > 10, walkers.taken


def untaken(walkers: Walkers) -> list[tuple[str, str]]:
    """The steps for people that nobody took."""
    steps = {(flow.name, step.name) for flow in SHIPPED for step in flow.steps if for_people(step.by)}
    return sorted(steps - set(walkers.taken))


def test_some_walks(storage: Storage) -> None:
    """A few of them in every run."""
    check(walked(storage, 10 * len(ROOTS), seed="some"), 10 * len(ROOTS))


@pytest.mark.soak
@pytest.mark.parametrize("where", ["memory", "sqlite", "postgresql"])
def test_ten_thousand_walks(where: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    """All of them, on each storage."""
    if where == "postgresql":
        url = request.getfixturevalue("server").url()
    else:
        url = "memory://" if where == "memory" else f"sqlite:///{tmp_path}/town.db?synchronous=off"
    storage = open_storage(url)
    try:
        walkers = walked(storage, 10_000, seed="ten thousand")
        check(walkers, 10_000)
        assert len(untaken(walkers)) < len(walkers.taken) // 2, untaken(walkers)
        entries = sum(1 for _ in walkers.office.ledger.feed())
        print(  # noqa: T201 - a soak says what it found
            f"\n{where}: 10,000 walks, {sum(walkers.taken.values()):,} steps by people, {entries:,} entries, verified"
        )
    finally:
        storage.close()

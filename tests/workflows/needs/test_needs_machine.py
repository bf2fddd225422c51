"""Random needs, projects and takers at random moments, on the built-in storages: nothing is taken twice, and every raiser knows."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest
from hypothesis import event, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from civicflow import Case, Refused
from civicflow.plugins.backends import open_storage
from civicflow.plugins.storage.contract import Storage
from civicflow.workflows.needs.parts import GIVEN_BACK, Part, parts_of, taken

if TYPE_CHECKING:
    from tests.conftest import OpenTown, Town

BODIES: Final = ("health", "emergency", "traffic-police")
ENDS: Final = {"met": "met", "declined": "declined"}


class Needs(RuleBasedStateMachine):
    """Six needs, up to three projects of ten lamps each, three departments that take, return and do."""

    open_town: Callable[..., Town]
    fresh: Callable[[], Storage]

    def __init__(self) -> None:
        super().__init__()
        self.town = self.open_town(self.fresh())
        self.needs: list[str] = []
        self.projects: list[str] = []

    @initialize()
    def begin(self) -> None:
        """Residents voice six needs, and the secretary puts a project on the list."""
        office = self.town.office
        self.needs = [
            office.needs.voice(f"lamp {n}", unit="community", by=office.act_as(f"resident-{n}")).id for n in range(6)
        ]
        self.attempt(lambda: self.list_project(self.needs[:2]))

    def list_project(self, needs: list[str]) -> Case:
        """A project of ten lamps."""
        by, lamps = self.town.secretary(), Part(name="lamps", quantity=10)
        project = self.town.office.needs.list_project("lamps", needs=needs, unit="community", by=by, parts=[lamps])
        self.projects.append(project.id)
        return project

    def attempt(self, command: Callable[[], Case]) -> None:
        """Do something; what is refused changed nothing."""
        before = self.town.position()
        try:
            event(f"{command().state}")
        except Refused as refused:
            assert self.town.position() == before
            event(f"refused: {refused.refusal.rules}")
        self.holds()

    def holds(self) -> None:
        """What is taken is never more than there is; a need is where its project is, or where its raiser left it."""
        for project in map(self.town.now, self.projects):
            shares = self.town.office.shares(project)
            at_it = [taken(share)["lamps"] for share in shares if share.state not in GIVEN_BACK]
            whole = parts_of(project)["lamps"].total
            left = self.town.office.needs.left(project).get("lamps", Decimal(0))
            assert sum(at_it, left) == whole
            assert left >= 0
            assert (project.state in ("taken-up", "done")) <= (left == 0)
            self.town.check(project)
        for need in map(self.town.now, self.needs):
            followed = need.links.get("project", ())
            if need.state == "listed":
                project = self.town.now(followed[-1])
                assert not project.outcome
                assert need.id in project.links["needs"]
            elif need.outcome in ENDS:
                assert self.town.now(followed[-1]).outcome == ENDS[need.outcome]
                assert need.data["text"]

    @rule(data=st.data(), add=st.booleans())
    def needs_are_brought_together(self, data: st.DataObject, add: bool) -> None:  # noqa: FBT001  # drawn by name
        """In a new project, or in one that is there."""
        needs = data.draw(st.lists(st.sampled_from(self.needs), min_size=1, max_size=3))
        if add and self.projects:
            project = data.draw(st.sampled_from(self.projects))
            self.attempt(lambda: self.town.office.needs.add(project, needs, by=self.town.secretary()))
        elif len(self.projects) < 3:
            self.attempt(lambda: self.list_project(needs))

    @rule(
        data=st.data(),
        act=st.sampled_from(["take", "take", "take", "back", "done", "done", "accept", "hand"]),
        quantity=st.sampled_from([None, 1, 4, 10]),
    )
    def a_department_acts(self, data: st.DataObject, act: str, quantity: int | None) -> None:
        """It takes up, returns, accepts or does; or the secretary hands something to it."""
        if not self.projects:
            return
        office, body = self.town.office, data.draw(st.sampled_from(BODIES))
        project, by = data.draw(st.sampled_from(self.projects)), self.town.officer(body)
        part, secretary = "lamps" if quantity else "", self.town.secretary()
        commands: dict[str, Callable[[], Case]] = {
            "take": lambda: office.needs.take_up(project, part=part, quantity=quantity, by=by),
            "hand": lambda: office.needs.dispatch(project, to=body, part=part, quantity=quantity, by=secretary),
            "back": lambda: office.needs.give_back(project, "no ladder", by=by),
            "accept": lambda: office.needs.accept(project, by=by),
            "done": lambda: office.needs.complete(project, by=by),
        }
        self.attempt(commands[act])

    @rule(
        data=st.data(),
        act=st.sampled_from(["report", "report", "decline", "dissolve", "release", "withdraw", "answer"]),
    )
    def somebody_ends_something(self, data: st.DataObject, act: str) -> None:
        """A project or a need comes to an end, or is let go."""
        needs, need = self.town.office.needs, data.draw(st.sampled_from(self.needs))
        project, by = data.draw(st.sampled_from(self.projects or ["none"])), self.town.secretary()
        if project == "none" and act not in ("withdraw", "answer"):
            return
        raiser = self.town.office.act_as(str(self.town.now(need).requester))
        commands: dict[str, Callable[[], Case]] = {
            "report": lambda: needs.report(project, "done", by=by),
            "decline": lambda: needs.decline(project, "no money", by=by),
            "dissolve": lambda: needs.dissolve(project, "a mistake", by=by),
            "release": lambda: needs.release(project, need, "another", by=by),
            "withdraw": lambda: needs.withdraw(need, by=raiser),
            "answer": lambda: needs.answer(need, "it is known", by=by),
        }
        self.attempt(commands[act])

    @rule(pause=st.sampled_from([{"hours": 5}, {"days": 4}, {"days": 30}]))
    def time_passes(self, pause: dict[str, int]) -> None:
        """And the office ticks."""
        self.town.clock.advance(**pause)
        assert not self.town.office.tick().failed
        self.holds()

    def teardown(self) -> None:
        """The ledger proves it."""
        self.town.office.seal()
        assert self.town.office.ledger.verify().ok


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_nothing_is_taken_twice_and_every_raiser_knows(kind: str, open_town: OpenTown, tmp_path: Path) -> None:
    """Whatever departments, secretary, residents and the clock do, in whatever order."""
    names = iter(range(1_000_000))

    def fresh() -> Storage:
        on_disk = f"sqlite:///{tmp_path}/{next(names)}.db?synchronous=off"
        return open_storage("memory://" if kind == "memory" else on_disk)

    how = settings()
    machine = type("Needs", (Needs,), {"open_town": staticmethod(open_town), "fresh": staticmethod(fresh)})
    run_state_machine_as_test(
        machine, settings=settings(how, max_examples=how.max_examples if kind == "memory" else how.max_examples // 3)
    )

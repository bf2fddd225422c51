"""Random lists, duties and supervisions, on every built-in storage: what is promised holds whatever anybody does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule, run_state_machine_as_test
from tests.workflows.test_flow_machines import TownMachine

from civicflow import Actor
from civicflow.testing import FlowContract
from civicflow.testing.flows.golden import functions, written
from civicflow.workflows.duties.duty import DUTY, DUTY_STAGE
from civicflow.workflows.duties.problem_list import PROBLEM_LIST, named_most
from civicflow.workflows.duties.topic import TOPIC
from civicflow.workflows.lots import draw
from civicflow.workflows.shipped import BY_NAME

if TYPE_CHECKING:
    from tests.conftest import OpenTown

    from civicflow.plugins.storage.contract import Storage

GOLDEN = Path(__file__).parents[1] / "golden"
SUBJECTS = ("lamps", "roads", "dust")
PLACES = ("v1", "v2")


class TestProblemList(FlowContract):
    """Random walks, replay, authority, the clock alone, drawings."""

    flow = PROBLEM_LIST
    golden = GOLDEN / "problem-list.txt"
    beside = (TOPIC, DUTY_STAGE, DUTY)


@pytest.mark.parametrize("name", ["topic", "duty", "duty-stage", "rectification", "supervision"])
def test_their_functions_are_those_that_were_reviewed(name: str) -> None:
    """The machine below walks through them."""
    assert written(functions((BY_NAME[name],))) == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


class Duties(TownMachine):
    """A list, what comes of it, and who looks at it."""

    def __init__(self) -> None:
        super().__init__()
        self.lists: list[str] = []
        self.topics: dict[str, str] = {}
        self.duties: list[str] = []
        self.watches: list[str] = []

    @initialize()
    def begin(self) -> None:
        """A list is open, and one duty is borne."""
        office, by = self.town.office, self.town.secretary()
        self.lists.append(
            office.duties.open_list("l", within="8 days", supervisor="emergency", unit="community", by=by, size=2).id
        )
        duty = office.duties.begin("lamps", supervisor="emergency", unit="community", by=by)
        self.duties.append(duty.id)

    def people(self) -> list[Actor]:
        """Everybody who might try something."""
        town = self.town
        areas = map(town.secretary, ("community", "subdistrict"))
        return [*areas, town.officer("emergency"), town.officer("health"), town.officer("traffic-police")]

    def given(self, step: str, data: st.DataObject) -> Any:
        """Something to give with a step, right or wrong."""
        unit, days = self.town.office.unit, st.sampled_from(["2026-03-06", "2026-04-10", "2026-09-30"])
        bodies = st.sampled_from([unit("health"), unit("health"), unit("emergency"), unit("traffic-police")])
        stage = st.fixed_dictionaries({"until": days, "places": st.lists(st.sampled_from(PLACES), unique=True)})
        offered: dict[str, dict[str, st.SearchStrategy[Any]]] = {
            "assign": {"to": bodies, "until": days, "stages": st.lists(stage, max_size=2)},
            "send-back": {"reason": st.just("dark"), "until": days},
            "record": {"sound": st.booleans(), "found": st.just("f")},
            "order": {"what": st.just("light"), "until": days},
            "refer": {"to": bodies, "ground": st.just("shirked")},
            "decide": {"measure": st.just("a talk")},
            "dismiss": {"reason": st.just("ill")},
        }
        return data.draw(st.fixed_dictionaries(offered[step])) if step in offered else None

    @rule(data=st.data(), who=st.integers(1, 6), subject=st.sampled_from(SUBJECTS))
    def a_resident_puts_up_a_topic(self, data: st.DataObject, who: int, subject: str) -> None:
        """While the list is open; once each."""
        office, by = self.town.office, self.town.office.act_as(f"resident-{who}")
        on = data.draw(st.sampled_from(self.lists))
        topic = self.attempt(lambda: office.duties.put_up(on, subject, by=by), by=by, step="put-up")
        if topic is not None:
            self.topics[topic.id] = subject
        self.holds()

    @rule(data=st.data())
    def somebody_who_may_acts(self, data: st.DataObject) -> None:
        """Somebody takes a step that they may take, as `what_can` says."""
        office = self.town.office
        matter = data.draw(st.sampled_from([*self.lists, *self.duties, *self.watches]))
        possible = [
            (by, str(p.case), p.step)
            for by in self.people()
            for p in office.what_can(by, matter).steps
            if p.allowed and p.step != "put-up"
        ]
        if possible:
            by, case, step = data.draw(st.sampled_from(possible))
            given = self.given(step, data)
            if step == "report":
                flow = self.town.now(case).flow_name
                given = (
                    {"note": "n"}
                    if flow == "rectification"
                    else {"places": data.draw(st.lists(st.sampled_from(PLACES)))}
                )
            self.attempt(lambda: office.take(case, step, given, by=by), by=by, step=step)
            self.duties += [duty for duty in self.begun() if duty not in self.duties]
        self.holds()

    def begun(self) -> list[str]:
        """The duties that lists began."""
        return [duty.id for on in self.lists for duty in self.town.office.duties.on_list(on)]

    @precondition(lambda self: len(self.watches) < 3)
    @rule(
        data=st.data(),
        way=st.sampled_from(["undercover-visit", "spot-check"]),
        body=st.sampled_from(["emergency", "health"]),
    )
    def somebody_supervises(self, data: st.DataObject, way: Any, body: str) -> None:
        """Somebody begins to look at a duty, their own or another's."""
        office, by = self.town.office, self.town.officer(body)
        lots: dict[str, Any] = {"among": PLACES, "draws": 1, "seed": "s"} if way == "spot-check" else {}
        duty = data.draw(st.sampled_from(self.duties))
        watch = self.attempt(
            lambda: office.supervision.begin("w", duty, way, supervisor=body, by=by, **lots), by=by, step="begin"
        )
        if watch is not None:
            self.watches.append(watch.id)
        self.holds()

    def holds(self) -> None:
        """Lists are counted right, duties have bearers who do not supervise, undercover is undercover."""
        self.check_everything()
        office = self.town.office
        for on in map(self.town.now, self.lists):
            if on.outcome == "made":
                expected = named_most(self.topics.values(), 2)
                assert [(duty.title, duty.data["named"]) for duty in office.duties.on_list(on)] == list(expected)
                on_it = dict(expected)
                assert {i: self.town.now(i).outcome == "listed" for i in self.topics} == {
                    i: subject in on_it for i, subject in self.topics.items()
                }
        for duty in map(self.town.now, self.duties):
            stages = office.duties.stages(duty)
            assert bool(stages) == (duty.state not in {"listed", "supervised"})
            assert all(stage.body != duty.anchors["supervisor"] for stage in stages)
            if duty.state in {"fulfilled", "accepted"}:
                assert all(stage.outcome == "done" for stage in stages)
                assert all(set(stage.data["places"]) <= set(stage.data["done"]) for stage in stages)
        for watch in map(self.town.now, self.watches):
            assert watch.body != watch.anchors["supervisor"]
            if watch.data["way"] == "undercover-visit" and not office.supervision.rectifications(watch):
                assert watch.body is None
            if watch.data["way"] == "spot-check":
                assert tuple(watch.data["drawn"]) == draw(watch.data["seed"], watch.data["among"], 1)
            if watch.outcome:
                assert all(one.outcome == "accepted" for one in office.supervision.rectifications(watch))


def test_whatever_happens_the_rules_hold(
    open_town: OpenTown, reopened: Callable[[Storage | None], Storage], request: pytest.FixtureRequest
) -> None:
    """Random steps by random actors at random moments never break what a duty promises."""
    on_disk = "sqlite" in request.node.name
    profile = settings()
    run_state_machine_as_test(
        type("Duties", (Duties,), {"open_town": staticmethod(open_town), "reopened": staticmethod(reopened)}),
        settings=settings(profile, max_examples=profile.max_examples // (4 if on_disk else 2)),
    )

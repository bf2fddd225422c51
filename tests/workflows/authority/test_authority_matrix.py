"""Who may take which step, as a table for each flow that a person can review: ``FLOW.csv`` beside this file.

A row is a step from a state of a shipped flow. The case's unit is the middle one of three levels, so that there is a unit above
(``top``) and one elsewhere (``low``); its body is ``office-a``, and whoever called is ``low``. ``may`` names everybody in town whose post and unit allow the
step, ``asked`` whom the step asks to act; ``if vacant`` says ``nobody`` where no person and no clock, join or rule is left once
every post is vacant.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from io import StringIO
from pathlib import Path
from typing import Final

import pytest

from civicflow.hierarchy.authority import CLOCK, JOIN, RULE, Actor, Who, addressees
from civicflow.ids import UnitId
from civicflow.workflows.engine.exploring.town import LEVELS, OFFICES, Town, alternatives, holders_in
from civicflow.workflows.engine.flow import Flow
from civicflow.workflows.shipped import SHIPPED

HERE: Final = Path(__file__).parent
TOWN: Final = Town.of(SHIPPED)
UNITS: Final = (*LEVELS, *OFFICES, *TOWN.anchors)
VACANT: Final = Town.of(SHIPPED, [f"{post}@{unit}" for post, _ in holders_in(SHIPPED) for unit in UNITS])
ANCHORS: Final = {
    "unit": "middle",
    "above": "top",
    "body": "office-a",
    "requester": "requester",
    "caller": "low",
    **TOWN.anchors,
}
PEOPLE: Final = {name: actor for name, actor in TOWN.actors.items() if "#" not in name}
NOT_PEOPLE: Final = {"clock": CLOCK, "join": JOIN, "rule": RULE}


def may(who: Who) -> str:
    """Who of the town may: by name, or all of them at once."""

    def allowed(actors: Mapping[str, Actor]) -> list[str]:
        return [
            name for name, actor in actors.items() if who.allows(actor, {**ANCHORS, "actor": actor.unit}, TOWN.chart)
        ]

    people = allowed(PEOPLE)
    return " ".join([*(["anybody"] if people == list(PEOPLE) else people), *allowed(NOT_PEOPLE)])


def row(who: Who) -> list[str]:
    """Who of all actors may, who is asked, and what is left when every post is vacant."""
    asked = addressees(who, ANCHORS, TOWN.chart)
    left = [
        who.allows(actor, {**ANCHORS, "actor": actor.unit}, VACANT.chart)
        for actor in (*VACANT.actors.values(), *NOT_PEOPLE.values())
    ]
    posts = " ".join(address.partition(":")[2] for address in asked)
    return [may(who), posts, "" if any(left) else "nobody"]


def written(flow: Flow) -> str:
    """The table of a flow as its file holds it."""
    out = StringIO()
    lines = csv.writer(out, lineterminator="\n")
    lines.writerow(["state", "step", "may", "asked", "if vacant"])
    lines.writerows([state, step.name, *row(step.by)] for step in flow.steps for state in step.of)
    return out.getvalue()


@pytest.mark.parametrize("flow", SHIPPED, ids=lambda flow: flow.name)
def test_everybody_may_what_was_reviewed(flow: Flow) -> None:
    """Nobody gains or loses a step unseen. A change that is meant is written by running this file, and reviewed."""
    assert written(flow) == HERE.joinpath(f"{flow.name}.csv").read_text(encoding="utf-8")


def test_no_table_is_left_over() -> None:
    """Each is that of a shipped flow."""
    assert {path.stem for path in HERE.glob("*.csv")} == {flow.name for flow in SHIPPED}


def test_every_post_that_a_flow_names_is_held() -> None:
    """So that a missing name is not for want of an actor, and every kind of unit has somebody."""
    named = {(post, str(UnitId(ANCHORS[at]))) for post, at in holders_in(SHIPPED) if at in ANCHORS}
    held = {(actor.post, str(actor.unit).removeprefix("party-")) for actor in PEOPLE.values() if actor.post}
    assert named <= held
    assert set(LEVELS) <= {unit for _, unit in held}


def alike(who: Who) -> frozenset[str]:
    """What makes a role the same, in whatever order it is written."""
    return frozenset(map(repr, alternatives(who)))


ROLES: Final = tuple({alike(step.by): step.by for flow in SHIPPED for step in flow.steps}.values())


@pytest.mark.parametrize("role", range(len(ROLES)))
def test_another_role_in_any_place_shows(role: int) -> None:
    """Each step's role replaced by each other role of the shipped flows changes the step's rows."""
    for flow in SHIPPED:
        for step in flow.steps:
            if alike(step.by) != alike(ROLES[role]):
                assert row(step.by) != row(ROLES[role]), (flow.name, step.name)


if __name__ == "__main__":
    for shipped in SHIPPED:
        HERE.joinpath(f"{shipped.name}.csv").write_text(written(shipped), encoding="utf-8")

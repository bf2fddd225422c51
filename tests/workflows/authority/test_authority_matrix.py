"""Who may take which step, as a table that a person can review: ``matrix.csv`` beside this file.

A row is a step from a state of a shipped flow. The case's unit is the middle one of three levels, so that there is a unit above
and one elsewhere. ``may`` stands where the actor's post and unit allow the step; ``asked`` names whom the step asks to act,
``if vacant`` says ``nobody`` where no person and no clock, join or rule is left once every post is vacant.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Final

import pytest

from civicflow.hierarchy.authority import CLOCK, JOIN, RULE, Actor, Who, addressees
from civicflow.ids import UnitId
from civicflow.workflows.engine.exploring.town import LEVELS, OFFICES, OTHER, REQUESTER, Town, alternatives, holders_in
from civicflow.workflows.engine.flow import Flow
from civicflow.workflows.shipped import SHIPPED

MATRIX: Final = Path(__file__).with_name("matrix.csv")
UNITS: Final = ("middle", "top", "low", *OFFICES, "group", "council", "electorate")
TOWN: Final = Town.of(SHIPPED)
VACANT: Final = Town.of(SHIPPED, [f"{post}@{unit}" for post, _ in holders_in(SHIPPED) for unit in UNITS])
ANCHORS: Final = {"unit": "middle", "above": "top", "body": "office-a", "requester": "requester", **TOWN.anchors}
ACTORS: Final[dict[str, Actor]] = {
    "requester": REQUESTER,
    "another resident": OTHER,
    "secretary of the unit": TOWN.actors["secretary@middle"],
    "secretary above": TOWN.actors["secretary@top"],
    "secretary elsewhere": TOWN.actors["secretary@low"],
    "clerk of the unit": TOWN.actors["clerk@middle"],
    "treasurer of the unit": TOWN.actors["treasurer@middle"],
    "officer of the body": TOWN.actors["officer@office-a"],
    "officer of another body": TOWN.actors["officer@office-b"],
    "delegate of the group": TOWN.actors["delegate@group"],
    "delegate of the council": TOWN.actors["delegate@council"],
    "delegate who votes": TOWN.actors["delegate@electorate"],
    "chair of the council": TOWN.actors["chair@council"],
    "clock": CLOCK,
    "join": JOIN,
    "rule": RULE,
}


def row(who: Who) -> list[str]:
    """Who of all actors may, who is asked, and what is left when every post is vacant."""
    may = [who.allows(actor, {**ANCHORS, "actor": actor.unit}, TOWN.chart) for actor in ACTORS.values()]
    asked = addressees(who, ANCHORS, TOWN.chart)
    left = [
        who.allows(actor, {**ANCHORS, "actor": actor.unit}, VACANT.chart)
        for actor in (*VACANT.actors.values(), CLOCK, JOIN, RULE)
    ]
    posts = " ".join(address.partition(":")[2] for address in asked)
    return [*("may" if allowed else "" for allowed in may), posts, "" if any(left) else "nobody"]


def lines(flows: tuple[Flow, ...]) -> Iterator[list[str]]:
    """The table of some flows."""
    yield ["flow", "state", "step", *ACTORS, "asked", "if vacant"]
    for flow in flows:
        for step in flow.steps:
            for state in step.of:
                yield [flow.name, state, step.name, *row(step.by)]


def written(flows: tuple[Flow, ...]) -> str:
    """The table as the file holds it."""
    out = StringIO()
    csv.writer(out, lineterminator="\n").writerows(lines(flows))
    return out.getvalue()


def test_everybody_may_what_was_reviewed() -> None:
    """Nobody gains or loses a step unseen. A change that is meant is written by running this file, and reviewed."""
    assert written(SHIPPED).splitlines() == MATRIX.read_text(encoding="utf-8").splitlines()


def test_every_post_that_a_flow_names_is_a_column() -> None:
    """And every kind of actor holds what the town says, so that a ``may`` is not for want of an actor."""
    named = {(post, str(UnitId(ANCHORS[at]))) for post, at in holders_in(SHIPPED) if at in ANCHORS}
    held = {(actor.post, str(actor.unit).removeprefix("party-")) for actor in ACTORS.values() if actor.post}
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
    MATRIX.write_text(written(SHIPPED), encoding="utf-8")

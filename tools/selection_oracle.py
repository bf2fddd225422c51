"""Selections by pabutools, for comparison: a program of its own, which runs in its own environment (`tools/environment oracle`).

It reads a JSON list of elections from standard input and writes a list of lists of winners. An election has ``pot``, ``costs``,
``ballots`` (points by project), ``order`` (of ties, by project), ``rule`` (``greedy`` or ``shares``), ``satisfaction`` and
``completion``.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from pabutools.election import (
    AdditiveSatisfaction,
    ApprovalBallot,
    ApprovalProfile,
    CardinalBallot,
    Cardinality_Sat,
    CardinalProfile,
    Cost_Sat,
    Instance,
    Project,
)
from pabutools.rules import greedy_utilitarian_welfare, method_of_equal_shares
from pabutools.tiebreaking import TieBreakingRule


class Points(AdditiveSatisfaction):  # type: ignore[misc]  # of a library that is not there when types are checked
    """A project gives a voter the points that they gave."""

    def __init__(self, instance: Any, profile: Any, ballot: Any) -> None:
        AdditiveSatisfaction.__init__(
            self, instance, profile, ballot, lambda _i, _p, b, project, _pre: b.get(project, 0)
        )


def winners(given: dict[str, Any]) -> list[str]:
    """The winners of one election, in the order in which they were selected."""
    projects = {name: Project(name, cost) for name, cost in given["costs"].items()}
    instance = Instance(projects.values(), budget_limit=given["pot"])
    by_points = given["satisfaction"] == "points"
    ballots = [
        CardinalBallot({projects[p]: n for p, n in ballot.items()})
        if by_points
        else ApprovalBallot([projects[p] for p in ballot])
        for ballot in given["ballots"]
    ]
    profile = (CardinalProfile if by_points else ApprovalProfile)(ballots, instance=instance)
    satisfaction = {"cost": Cost_Sat, "count": Cardinality_Sat, "points": Points}[given["satisfaction"]]
    ties = TieBreakingRule(lambda _instance, _profile, project: given["order"][project.name])
    if given["rule"] == "greedy":
        chosen = greedy_utilitarian_welfare(instance, profile, sat_class=satisfaction, tie_breaking=ties)
    else:
        increment = given["step"] if given["completion"] == "add1" else None
        chosen = method_of_equal_shares(
            instance, profile, sat_class=satisfaction, tie_breaking=ties, voter_budget_increment=increment
        )
        if given["completion"] == "greedy":
            chosen = greedy_utilitarian_welfare(
                instance, profile, sat_class=satisfaction, tie_breaking=ties, initial_budget_allocation=chosen
            )
    return [project.name for project in chosen]


if __name__ == "__main__":
    json.dump([winners(election) for election in json.load(sys.stdin)], sys.stdout)

"""The Method of Equal Shares on 60 projects and 6,500 voters, beside pabutools in its own environment."""

from __future__ import annotations

import json
import subprocess
import time
from hashlib import sha256
from pathlib import Path
from typing import Literal

from measuring import Goal, Pace, Spread, Table

from civicflow import Money
from civicflow.workflows.granting import EqualShares, Project, Ties

ROOT = Path(__file__).parent.parent
ORACLE = ROOT / ".venv" / "oracle" / "bin" / "python"
PROJECTS, VOTERS, POT = 60, 6_500, 2_000_000
PEER = """
import json, sys, time
sys.path.insert(0, sys.argv[1])
import selection_oracle
given = json.load(sys.stdin)
begun = time.process_time()
winners = selection_oracle.winners(given)
json.dump([time.process_time() - begun, winners], sys.stdout)
"""


def drawn(*what: object, below: int) -> int:
    return int.from_bytes(sha256(repr(what).encode()).digest()[:8]) % below


def measure(pace: Pace) -> list[Table]:
    names = [f"p{number:02}" for number in range(PROJECTS)]
    costs = {name: 1000 * (5 + drawn("cost", name, below=196)) for name in names}
    # The smaller of two draws, so that some projects are liked by many.
    ballots = [
        {
            names[min(drawn(voter, n, 0, below=PROJECTS), drawn(voter, n, 1, below=PROJECTS))]: 1
            for n in range(3 + drawn(voter, below=8))
        }
        for voter in range(VOTERS)
    ]
    projects = [Project(name, Money(cost)) for name, cost in costs.items()]
    rows = [_row(pace, satisfaction, projects, costs, ballots) for satisfaction in ("cost", "count")]
    return [
        Table(
            f"Equal Shares: {PROJECTS} projects, {VOTERS:,} voters",
            ("satisfaction", "ours, ms", "pabutools, ms", "our time / theirs", "goal", ""),
            tuple(rows),
            "Each with its own preparation of projects and ballots; the winners are compared in every round.",
        )
    ]


def _row(
    pace: Pace,
    satisfaction: Literal["cost", "count"],
    projects: list[Project],
    costs: dict[str, int],
    ballots: list[dict[str, int]],
) -> tuple[str, ...]:
    rule = EqualShares(satisfaction=satisfaction, completion="none", ties=Ties("applied"))
    order = {project.id: place for place, project in enumerate(projects)}
    given = {
        "pot": POT,
        "costs": costs,
        "ballots": ballots,
        "order": order,
        "rule": "shares",
        "satisfaction": satisfaction,
    }
    text = json.dumps({**given, "completion": "none", "step": 1})
    ours, theirs = [], []
    for _ in range(pace.rounds):
        begun = time.process_time()
        chosen = rule.select(Money(POT), projects, ballots)
        ours.append(time.process_time() - begun)
        told = subprocess.run(
            [ORACLE, "-c", PEER, str(ROOT / "tools")], input=text, capture_output=True, text=True, check=True
        )
        seconds, winners = json.loads(told.stdout)
        assert list(chosen.winners) == winners
        theirs.append(seconds)
    ratio, goal = Spread.of([a / b for a, b in zip(ours, theirs, strict=True)]), Goal(1, at_most=True)
    middle = [f"{sorted(times)[len(times) // 2] * 1000:.0f}" for times in (ours, theirs)]
    return (satisfaction, *middle, str(ratio), str(goal), goal.verdict(ratio))

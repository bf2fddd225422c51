"""100,000 ballots tallied and explained, beside PyRankVote in its own environment, and beside a bare Counter."""

from __future__ import annotations

import json
import subprocess
import time
from collections import Counter
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

from measuring import Goal, Pace, Spread, Table

from civicflow.ids import CaseId
from civicflow.workflows.decisions import OWNERS_MAJOR, TWO_THIRDS_OF_ALL_SEATS, Majority, Plurality, Rule, rule_of
from civicflow.workflows.engine.records import Case
from civicflow.workflows.voting.counting import count_of, poll_of

ROOT = Path(__file__).parent.parent
ORACLE = ROOT / ".venv" / "oracle" / "bin" / "python"
BALLOTS = 100_000
OPTIONS = ("oak", "elm", "ash", "yew", "fir")
PEER = """
import json, sys, time
import pyrankvote
given = json.load(sys.stdin)
candidates = {name: pyrankvote.Candidate(name) for name in given["options"]}
ballots = [pyrankvote.Ballot(ranked_candidates=[candidates[choice]]) for choice in given["choices"]]
begun = time.process_time()
result = pyrankvote.instant_runoff_voting(list(candidates.values()), ballots)
said = str(result)
json.dump([time.process_time() - begun, [one.name for one in result.get_winners()]], sys.stdout)
"""
NAMING = Plurality(name="naming", tie="lot", least=Majority(1, 2, "valid", strict=True))


def drawn(*what: object, below: int) -> int:
    return int.from_bytes(sha256(repr(what).encode()).digest()[:8]) % below


def measure(pace: Pace) -> list[Table]:
    roll = [f"v{number:06}" for number in range(BALLOTS)]
    weights = {voter: str(Decimal(drawn(voter, "area", below=20_000)) / 100) for voter in roll}
    votes = [("yes", "yes", "no", "abstain")[drawn(voter, "vote", below=4)] for voter in roll]
    picks = [OPTIONS[max(0, drawn(voter, "pick", below=11) - 6)] for voter in roll]
    rows = [
        _row(pace, "for or against, of all seats", rule_of(TWO_THIRDS_OF_ALL_SEATS), roll, votes, {}),
        _row(pace, "owners, by heads and area", OWNERS_MAJOR[-1], roll, votes, {"weights": {"area": weights}}),
        _row(pace, "one of five", NAMING, roll, picks, {"options": list(OPTIONS)}),
    ]
    return [
        Table(
            f"{BALLOTS:,} ballots tallied and explained",
            ("", "ours, ms", "Counter, ms", "our time / Counter's", "PyRankVote, ms", "our time / its", "goal", ""),
            tuple(rows),
            "From the ballots' records to the sentence for the minutes. Counter counts the choices and knows no roll; "
            "PyRankVote counts one name a ballot, and its winner is compared with ours; neither adds up areas.",
        )
    ]


def _row(
    pace: Pace,
    what: str,
    rule: Rule | Plurality,
    roll: list[str],
    choices: list[str],
    beside: dict[str, object],
) -> tuple[str, ...]:
    held = {"roll": roll, "seats": BALLOTS, **beside}
    ballots = [
        Case(id=CaseId(f"C-1:{voter}"), key=voter, data={"choice": choice})
        for voter, choice in zip(roll, choices, strict=True)
    ]
    names = sorted(set(choices))
    text = json.dumps({"options": names, "choices": choices})
    ours, bare, theirs = [], [], []
    for _ in range(pace.rounds):
        begun = time.process_time()
        said = rule.of(poll_of(held, ballots)) if isinstance(rule, Plurality) else rule.of(count_of(held, ballots))
        assert str(said.text)
        ours.append(time.process_time() - begun)
        begun = time.process_time()
        counter = Counter(ballot.data["choice"] for ballot in ballots)
        bare.append(time.process_time() - begun)
        told = subprocess.run([ORACLE, "-c", PEER], input=text, capture_output=True, text=True, check=True)
        seconds, winners = json.loads(told.stdout)
        theirs.append(seconds)
        assert winners == [counter.most_common(1)[0][0]]
        assert not isinstance(rule, Plurality) or said.option == winners[0]
    floor, ratio = (Spread.of([a / b for a, b in zip(ours, others, strict=True)]) for others in (bare, theirs))
    ms = [f"{sorted(times)[len(times) // 2] * 1000:.0f}" for times in (ours, bare, theirs)]
    if "weights" in beside:  # which neither of the others adds up
        return (what, ms[0], ms[1], str(floor), "–", "–", "–", "")
    goal = Goal(1, at_most=True)
    return (what, ms[0], ms[1], str(floor), ms[2], str(ratio), str(goal), goal.verdict(ratio))

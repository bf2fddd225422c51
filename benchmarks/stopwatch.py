"""Where time goes while the work runs: named functions are wrapped, and each is charged what it spends itself.

A part that runs alone in a loop looks two or three times as fast as it is between the others, so parts are timed where
they stand. A function is wrapped in every module that imported it; a name that is no longer there is passed over, and
its time is then in the rest.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from statistics import median
from typing import Any

_now = time.perf_counter_ns

Parts = Mapping[str, tuple[str, ...]]
"""For each part its functions, as ``module:name`` or ``module:Class.method``."""


class Stopwatch:
    """Time spent by part, in nanoseconds, without what its inner parts spent."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Begin anew."""
        self._own: Counter[str] = Counter()
        self._calls: Counter[str] = Counter()
        self._called: Counter[str] = Counter()
        self._inner = 0
        self._part = ""

    def wrap(self, part: str, work: Callable[..., Any]) -> Callable[..., Any]:
        """The same function, under the watch."""

        def timed(*args: Any, **kwargs: Any) -> Any:
            before, above = self._inner, self._part
            self._inner, self._part = 0, part
            began = _now()
            try:
                return work(*args, **kwargs)
            finally:
                spent = _now() - began
                self._own[part] += spent - self._inner
                self._calls[part] += 1
                self._called[above] += 1
                self._inner, self._part = before + spent, above

        return timed

    def micros(self, part: str, of: int) -> float:
        """Microseconds of a part for each of so many things, without what the watch itself took."""
        inside, outside = _cost()
        spent = self._own[part] - self._calls[part] * inside - self._called[part] * outside
        return max(0.0, spent / of / 1000)


def best(parts: Parts, work: Callable[[], object], of: int, rounds: int) -> dict[str, float]:
    """Microseconds of each part for each of the things that ``work`` does ``of`` times, in its best round."""
    with _watching(parts) as watch:
        work()
        found = []
        for _ in range(rounds):
            watch.clear()
            work()
            found.append({part: watch.micros(part, of) for part in parts})
    return {part: min(micros[part] for micros in found) for part in parts}


@contextmanager
def _watching(parts: Parts) -> Iterator[Stopwatch]:
    watch, plain = Stopwatch(), []
    for part, paths in parts.items():
        for path in paths:
            for owner, name, found in list(_places(path)):
                plain.append((owner, name, found))
                wrapped = watch.wrap(part, getattr(owner, name))
                setattr(owner, name, staticmethod(wrapped) if isinstance(found, staticmethod) else wrapped)
    try:
        yield watch
    finally:
        for owner, name, found in plain:
            setattr(owner, name, found)


def _places(path: str) -> Iterator[tuple[Any, str, Any]]:
    """Everywhere that a function is called by its name."""
    module, _, name = path.partition(":")
    owner: Any = import_module(module)
    if "." in name:
        kind, _, name = name.partition(".")
        owner = getattr(owner, kind, None)
        if owner is not None and name in vars(owner):
            yield owner, name, vars(owner)[name]
        return
    found = vars(owner).get(name)
    for other in [m for n, m in sys.modules.items() if found is not None and n.startswith("civicflow.")]:
        if vars(other).get(name) is found:
            yield other, name, found


def _cost() -> tuple[int, int]:
    """What the watch adds to a part, and to the part that calls it: nanoseconds a call."""
    if not _costs:
        _costs.append(_weighed())
    return _costs[0]


def _weighed() -> tuple[int, int]:
    def nothing(*_: Any, **__: Any) -> None:
        return None

    watch, calls = Stopwatch(), range(2_000)
    watched = watch.wrap("nothing", nothing)
    bare, whole, inside = [], [], []
    for _ in range(21):
        watch.clear()
        began = _now()
        for number in calls:
            nothing(number)
        between = _now()
        for number in calls:
            watched(number)
        bare.append(between - began)
        whole.append(_now() - between)
        inside.append(watch._own["nothing"])
    each, own = median(whole) - median(bare), max(0, median(inside) - median(bare))
    return round(own / len(calls)), round((each - own) / len(calls))


_costs: list[tuple[int, int]] = []

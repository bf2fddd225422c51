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

REST = "the rest"


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

    def spent(self, part: str) -> int:
        """Nanoseconds of a part, the watch's own share in it included."""
        return self._own[part]

    def micros(self, part: str) -> float:
        """Microseconds of a part, without what the watch itself took as far as that can be told."""
        inside, outside = _cost()
        spent = self.spent(part) - self._calls[part] * inside - self._called[part] * outside
        return max(0.0, spent / 1000)


def shares(parts: Parts, work: Callable[[], object], whole: float, rounds: int) -> dict[str, float]:
    """What each part has of the whole, whose time was taken without the watch; the last one is the rest.

    The watch's own time is taken off as well as it can be told; what is left of it lies on all parts alike, so the
    shares of the quickest round are laid over the true whole.
    """
    with _watching(parts) as watch:
        watched = watch.wrap(REST, work)
        watched()
        found = []
        for _ in range(rounds):
            watch.clear()
            watched()
            found.append({part: watch.micros(part) for part in (*parts, REST)})
    quickest = min(found, key=lambda micros: sum(micros.values()))
    scale = whole / sum(quickest.values())
    return {part: micros * scale for part, micros in quickest.items()}


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
    for other in [*sys.modules.values()]:
        if found is not None and getattr(other, "__dict__", {}).get(name) is found:
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
        inside.append(watch.spent("nothing"))
    each, own = median(whole) - median(bare), max(0, median(inside) - median(bare))
    return round(own / len(calls)), round((each - own) / len(calls))


_costs: list[tuple[int, int]] = []

"""One contender in a process of its own: what a tree of very many areas takes, as JSON.

python benchmarks/grove.py tree NAME TABLE MATTERS
python benchmarks/grove.py history CACHE MATTERS SHARE
"""

from __future__ import annotations

import ctypes
import gc
import json
import random
import resource
import sys
import time
from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date
from itertools import count, pairwise
from pathlib import Path
from statistics import median

sys.path.append(str(Path(__file__).parent.parent / "tools"))

from peers.trees import PEERS, Tree

from china import EDITIONS, SCHEME, Row, drawn, fetch, later, lines, published
from civicflow.hierarchy import acts
from civicflow.hierarchy.changes import Change
from civicflow.hierarchy.chart import Chart
from civicflow.hierarchy.importing import read
from civicflow.hierarchy.packing import Strings
from civicflow.hierarchy.register import Register
from civicflow.hierarchy.rollup import roll_up
from civicflow.hierarchy.succession import Succession

OURS = "civicflow"
DAY, NEXT = date(2023, 6, 30), date(2023, 7, 1)
SEED = 5
SOME, FEW = 200_000, 20_000


class Civicflow(Tree):
    """A register with its history, checked, and a chart of a day."""

    def load(self, place: Path) -> None:
        self.ids = _ids()
        with place.open(encoding="utf-8", newline="") as file:
            document = read(file, source=place.name, format="csv", register="china", scheme=SCHEME, since=DAY)
        self.register = Register()
        self.register = self.register.apply(self.register.diff(document, DAY, self.ids), 1)
        self.chart = self.register.chart(DAY)

    def prepare(self, codes: Sequence[str]) -> Sequence[str]:
        return [self.chart.resolve(code) for code in codes]

    def look_up(self, codes: Iterable[str]) -> None:
        resolve = self.chart.resolve
        for code in codes:
            resolve(code)

    def path(self, unit: str) -> int:
        return len(self.chart.ancestors(unit))

    def subtree(self, unit: str) -> int:
        self.chart._under.clear()  # noqa: SLF001 - a chart remembers its answers
        return len(self.chart.under(unit))

    def roll_up(self, units: Iterable[str]) -> Sequence[int]:
        return roll_up(self.chart, units).by_place

    def move(self, unit: str, to: str) -> None:
        self._act(acts.transfer(self.register, self.chart.resolve(unit), self.chart.resolve(to), on=NEXT))

    def merge(self, unit: str, into: str) -> None:
        heir = self.chart.resolve(into)
        self._act(
            acts.merge(
                self.register, [self.chart.resolve(unit), heir], acts.Surviving(unit=heir), on=NEXT, ids=self.ids
            )
        )

    def _act(self, change: Change) -> None:
        self.register = self.register.apply([change], self.register.version + 1)
        self.chart = self.register.chart(NEXT)


def _ids() -> Callable[[str], str]:
    numbers = count(1)
    return lambda kind: f"{kind[:1].upper()}-{next(numbers):016x}"


def _resident() -> int:
    gc.collect()
    with suppress(AttributeError):  # not every C library gives memory back on request
        ctypes.CDLL(None).malloc_trim(0)
    return int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1]) * resource.getpagesize()


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _took(work: Callable[[], object], times: int = 1) -> float:
    taken = []
    for _ in range(times):
        gc.collect()
        began = time.process_time()
        work()
        taken.append(time.process_time() - began)
    return median(taken)


def tree(name: str, table: Path, matters: int) -> dict[str, float]:
    """Everything about one contender."""
    codes = [line.split(",", 1)[0] for line in table.read_text(encoding="utf-8").splitlines()[1:]]
    draw, size = random.Random(SEED), len(codes)
    villages = [code for code in codes if len(code) == 12]
    some = [draw.choice(codes) for _ in range(min(SOME, size))]
    few = [draw.choice(villages) for _ in range(FEW)]
    tickets = [draw.choice(villages) for _ in range(matters)]
    province = "13" if "13" in codes else codes[0]
    city = next(code for code in codes if len(code) == 4 and code.startswith(province) and code[2:] != "01")
    other = next((code for code in codes if len(code) == 2 and code != province), province)
    streets = [code for code in codes if len(code) == 9]
    street, sibling = next((a, b) for a, b in pairwise(streets) if a[:6] == b[:6])
    del codes, villages
    contender: Tree = Civicflow() if name == OURS else PEERS[name]()
    before = _resident()
    figures = {"units": size, "load": _took(lambda: contender.load(table))}
    figures["bytes"] = (_resident() - before) / size
    figures["look_up"] = _took(lambda: contender.look_up(some), 3) / len(some)
    units = contender.prepare(few)
    figures["path"] = _took(lambda: [contender.path(unit) for unit in units], 3) / len(units)
    (whole,) = contender.prepare([province])
    figures["inside"] = contender.subtree(whole)
    figures["subtree"] = _took(lambda: contender.subtree(whole), 5)
    units = contender.prepare(tickets)
    top = max(contender.roll_up(units))
    assert top <= matters
    figures["roll_up"] = _took(lambda: contender.roll_up(units), 3)
    if name == OURS:
        figures |= _in_numbers(contender, units)
    figures["move"] = _took(lambda: contender.move(city, other))
    figures["merge"] = _took(lambda: contender.merge(street, sibling))
    return figures


def _in_numbers(ours: Civicflow, units: Sequence[str]) -> dict[str, float]:
    """With numpy, and how much the columns are for themselves."""
    from civicflow.hierarchy.numbered import Numbered

    numbered = Numbered(ours.register)
    numbers = numbered.numbers(units)
    chart = ours.chart
    assert list(numbered.totals(numbers, chart)[:-1]) == roll_up(chart, units).by_place
    return {
        "columns": columns_of(ours.register, chart) / len(chart.ground),
        "to_numbers": _took(lambda: numbered.numbers(units), 3),
        "roll_up_numbers": _took(lambda: numbered.totals(numbers, chart), 9),
    }


def columns_of(register: Register, *charts: Chart) -> int:
    """The bytes of all columns of a register and of charts of it."""
    packed = register.rows.packed
    kept = [] if packed is None else [getattr(packed, name) for name in packed.__slots__]
    for chart in charts:
        kept += [getattr(chart.ground, name) for name in chart.ground.__slots__ if name != "_packed"]
    whole = 0
    for one in kept:
        if isinstance(one, Strings):
            whole += sum(sys.getsizeof(getattr(one, part)) for part in one.__slots__)
        elif isinstance(one, (array, bytes)):
            whole += sys.getsizeof(one)
    return whole


def history(cache: Path, matters: int, share: float) -> dict[str, object]:
    """Five editions as one history, and old matters brought through four yearly maps."""
    register, ids, before = Register(), _ids(), _resident()
    changes, load, sizes = 0, 0.0, []
    for version, (day, rows) in enumerate(_editions(cache, share), 1):
        began = time.process_time()
        document = read(lines(rows), source=f"{day}.csv", format="csv", register="china", scheme=SCHEME, since=day)
        found = register.diff(document, day, ids)
        sizes.append(len(document.areas))
        del document, rows
        register = register.apply(found, version)
        changes += sum(len(change.rows) + len(change.ends) for change in found)
        del found
        load += time.process_time() - began
    figures: dict[str, object] = {"areas": sizes, "changes": changes, "load": load, "units": len(register.rows)}
    figures |= {"held": _resident() - before, "peak": _peak(), "columns": columns_of(register)}
    return figures | _attributed(register, matters)


def _editions(cache: Path, share: float) -> Iterator[tuple[date, Iterable[Row]]]:
    archives = [fetch(version, cache) for version in EDITIONS] if share == 1 else ["a share is drawn"]
    if all(isinstance(archive, Path) for archive in archives):
        for day, archive in zip(EDITIONS.values(), archives, strict=True):
            assert isinstance(archive, Path)
            yield day, published(archive)
        return
    rows = list(drawn(SEED, share))
    for seed, day in enumerate(EDITIONS.values()):
        yield day, rows
        rows = list(later(rows, seed))


def _attributed(register: Register, matters: int) -> dict[str, object]:
    """One million old matters: through a chain of dicts, and by numbers."""
    from civicflow.hierarchy.numbered import NOBODY, Numbered

    days = list(EDITIONS.values())
    maps: list[dict[str, str]] = []
    for version, (before, after) in enumerate(pairwise(days), register.version + 1):
        heirs = heirs_of(register.chart(before), register.chart(after))
        said = [
            Change(
                act="merge", on=after, register="china", successions=(Succession(original=a, result=b, primary=True),)
            )
            for a, b in heirs.items()
        ]
        register = register.apply(said, version)
        maps.append(heirs)
    draw, chart = random.Random(SEED), register.chart(days[0])
    ground = chart.ground
    villages = [ground.id(place) for place in range(len(ground)) if ground.size[place] == 1]
    old = draw.choices(villages, k=matters)
    alive = register.chart(days[-1]).units

    def chained() -> list[str | None]:
        found: list[str | None] = []
        for unit in old:
            went = unit
            for heirs in maps:
                went = heirs.get(went, went)
            found.append(went if went in alive else None)
        return found

    numbered = Numbered(register)
    numbers = numbered.numbers(old)

    def by_numbers() -> object:
        return numbered.attributed(numbers, raised=days[0], on=days[-1])

    way = _took(by_numbers)  # the first time the way is worked out for all units, and kept
    went = by_numbers()
    names = {number: numbered.unit(number) for number in set(map(int, went)) - {NOBODY}}
    assert [names.get(int(number)) for number in went] == chained()
    return {
        "heirs": sum(map(len, maps)),
        "chained": _took(chained, 3),
        "by_numbers": _took(by_numbers, 9),
        "to_numbers": _took(lambda: numbered.numbers(old)),
        "way": way,
        "moved": sum(int(one) != int(other) for one, other in zip(numbers, went, strict=True)) / matters,
        "nobody": sum(int(one) == NOBODY for one in went) / matters,
    }


def heirs_of(before: Chart, after: Chart) -> dict[str, str]:
    """For what is no more: the village of its name in the county, else its street, else its county, if they are still there.

    A rule as plain as can be, so that there is something to measure; nobody is to believe it.
    """
    at, then = after.ground, before.ground
    counties: dict[str, dict[str, list[str]]] = {}
    for place in range(len(at)):
        if at.size[place] == 1:
            area = at.area(place)
            counties.setdefault(area.code[:6], {}).setdefault(_bare(area.name.zh), []).append(area.id)
    heirs = {}
    for place in range(len(then)):
        gone = then.area(place)
        if at.find(gone.id) >= 0:
            continue
        same = counties.get(gone.code[:6], {}).get(_bare(gone.name.zh), [])
        above = next((id for id in before.ancestors(gone.id) if at.find(id) >= 0), None)
        heir = same[0] if len(same) == 1 else above
        if heir is not None:
            heirs[gone.id] = heir
    return heirs


def _bare(name: str) -> str:
    for ending in ("社区居委会", "村民委员会", "居民委员会", "社区居民委员会", "村委会", "居委会"):
        name = name.removesuffix(ending)
    return name


if __name__ == "__main__":
    what, *given = sys.argv[1:]
    found = (
        tree(given[0], Path(given[1]), int(given[2]))
        if what == "tree"
        else history(Path(given[0]), int(given[1]), float(given[2]))
    )
    json.dump(found, sys.stdout)

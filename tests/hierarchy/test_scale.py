"""Tables of very many areas: every planted fault is found, nothing else is, and nothing is loaded.

`make test` runs them with 20,000 rows, `make soak` with the 665,276 of China (as published where npm can fetch them, else as
many that are drawn).
"""

from __future__ import annotations

import random  # noqa: TID251 - what is spoilt is drawn from a seed
from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from china import EDITIONS, SCHEME, drawn, fetch, lines, published
from civicflow.errors import Fault, InvalidInput
from civicflow.hierarchy.document import Document
from civicflow.hierarchy.importing import read
from civicflow.hierarchy.register import Register
from civicflow.ids import IdSource

DAY = date(2023, 6, 30)
CACHE = Path(__file__).parents[2] / "out" / "china"
FAULTS = 20

Planted = tuple[int, str, int]
"""Line, column, and how many other rows rest on it."""


class Spoiler:
    """Spoils a row of a table, in one of eight ways, and knows what must be said about it."""

    KINDS = ("no_name", "no_code", "code_twice", "no_such_parent", "no_such_level", "wrong_parent", "circle", "width")

    def __init__(self, rows: Sequence[Sequence[str]], seed: int) -> None:
        self.rows = [list(row) for row in rows]
        self.draw = random.Random(seed)
        self.below: defaultdict[str, list[int]] = defaultdict(list)
        for n, row in enumerate(rows):
            self.below[row[3]].append(n)

    def plant(self, faults: int) -> list[Planted]:
        """Spoil so many rows, each in a county of its own, in turns of the kinds."""
        counties = [row[0] for row in self.rows if row[2] == "county" and self._street(row[0]) is not None]
        chosen = self.draw.sample(counties, faults)
        planted = []
        for n, county in enumerate(chosen):
            street = self._street(county)
            assert street is not None
            planted.append(getattr(self, self.KINDS[n % len(self.KINDS)])(street, self.below[self.rows[street][0]]))
        return sorted((row + 2, column, rest) for row, column, rest in planted)

    def _street(self, county: str) -> int | None:
        """A street of a county that has at least two villages."""
        return next((n for n in self.below[county] if len(self.below[self.rows[n][0]]) > 1), None)

    def no_name(self, street: int, villages: list[int]) -> Planted:
        """The name is gone."""
        self.rows[street][1] = "  "
        return street, "name", len(villages)

    def no_code(self, street: int, villages: list[int]) -> Planted:
        """The code is gone, which all its villages name."""
        self.rows[street][0] = ""
        return street, "code", len(villages)

    def code_twice(self, street: int, villages: list[int]) -> Planted:
        """Two villages have one code."""
        self.rows[villages[1]][0] = self.rows[villages[0]][0]
        return villages[1], "code", 0

    def no_such_parent(self, street: int, villages: list[int]) -> Planted:
        """Two villages name one parent that is not there."""
        for village in villages[:2]:
            self.rows[village][3] += "9"
        return villages[0], "parent", 1

    def no_such_level(self, street: int, villages: list[int]) -> Planted:
        """A level is misspelt."""
        self.rows[street][2] = "subdistrct"
        return street, "level", len(villages)

    def wrong_parent(self, street: int, villages: list[int]) -> Planted:
        """A village hangs under a county."""
        self.rows[villages[0]][3] = self.rows[street][3]
        return villages[0], "parent", 0

    def circle(self, street: int, villages: list[int]) -> Planted:
        """A street hangs under one of its villages."""
        self.rows[street][3] = self.rows[villages[0]][0]
        return street, "parent", len(villages) - 1

    def width(self, street: int, villages: list[int]) -> Planted:
        """A comma in a name is not quoted."""
        self.rows[street].insert(2, "street")
        return street, "", len(villages)


@pytest.fixture(scope="module", params=["few", pytest.param("all", marks=pytest.mark.soak)])
def rows(request: pytest.FixtureRequest) -> Sequence[Sequence[str]]:
    """The rows of a sound table."""
    if request.param == "few":
        return list(drawn(7, 20_000 / 665_276))
    archive = fetch(list(EDITIONS)[-1], CACHE)
    return list(published(archive)) if isinstance(archive, Path) else list(drawn(7))


def told(faults: Sequence[Fault]) -> list[Planted]:
    """What faults say."""
    return [(fault.line, fault.path, fault.consequences) for fault in faults]


def table(
    rows: Sequence[Sequence[str]], faults: list[Fault] | None = None, progress: list[int] | None = None
) -> Document:
    """The document of these rows, read as a stream."""
    return read(
        lines(rows),
        source="areas.csv",
        format="csv",
        register="china",
        scheme=SCHEME,
        since=DAY,
        on_fault=None if faults is None else faults.append,
        progress=None if progress is None else progress.append,
    )


class TestFaults:
    """A file is loaded whole, or not at all, or explicitly in part."""

    @pytest.mark.parametrize("seed", [1, 2])
    def test_every_planted_fault_is_found_and_no_other(self, rows: Sequence[Sequence[str]], seed: int) -> None:
        """Each with its line, its column and the number of rows that rest on it; nothing comes of the file."""
        spoiler = Spoiler(rows, seed)
        planted = spoiler.plant(FAULTS)
        with pytest.raises(InvalidInput, match="nothing was loaded") as caught:
            table(spoiler.rows)
        assert told(caught.value.faults) == planted
        assert all(fault.source == "areas.csv" and fault.reason for fault in caught.value.faults)

    def test_a_part_is_read_where_that_is_asked_for(self, rows: Sequence[Sequence[str]], ids: IdSource) -> None:
        """What is at fault and what rests on it is left out; loaded later, the mended file brings the rest and ends nothing."""
        spoiler = Spoiler(rows, 3)
        planted = spoiler.plant(FAULTS)
        faults: list[Fault] = []
        part = table(spoiler.rows, faults)
        assert told(faults) == planted
        circles = [
            n for n in range(FAULTS) if Spoiler.KINDS[n % len(Spoiler.KINDS)] == "circle"
        ]  # each with a village in it
        assert len(part.areas) == len(rows) - FAULTS - sum(rest for *_, rest in planted) - len(circles)
        register = Register()
        register = register.apply(register.diff(part, DAY, ids), 1)
        whole = register.apply(register.diff(table(rows), DAY, ids), 2)
        assert len(whole.rows) == len(rows)
        assert whole.diff(part, DAY, ids) == ()

    def test_very_many_that_begin_alike_are_one_change(self, rows: Sequence[Sequence[str]], ids: IdSource) -> None:
        """The scheme, and all the areas: the ledger does not say the same day so many times."""
        changes = Register().diff(table(rows), DAY, ids)
        assert [change.act for change in changes] == ["adopt", "establish"]
        assert len(changes[1].rows) == len(rows)

    def test_it_is_told_how_far_it_is(self, rows: Sequence[Sequence[str]]) -> None:
        """Every some thousand rows, and at the end."""
        progress: list[int] = []
        table(rows, progress=progress)
        assert progress[0] == 16_384
        assert progress == sorted(progress)
        assert progress[-1] == len(rows)

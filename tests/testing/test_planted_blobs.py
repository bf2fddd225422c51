"""The suite of blob stores finds what is wrong: each store has one fault, and the test that is about it fails.

The table in ``docs/howto/write-a-blob-store.md`` is made of what is planted.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, Phase, settings
from tests.testing.planted.blobs import PLANTED_BLOBS, PlantedBlobs, SoundBlobs

from civicflow.plugins.blobs.contract import Blobs
from civicflow.plugins.blobs.memory import Shelves
from civicflow.testing import BlobContract

pytest_plugins = ["pytester"]

PAGE: Final = Path(__file__).parents[2] / "docs" / "howto" / "write-a-blob-store.md"
BEGIN, END = "<!-- the planted faults -->\n", "<!-- end of the planted faults -->\n"
MODULE: Final = """
import pytest
from {module} import {part} as Part

class TestPlanted(Part):
    @pytest.fixture(autouse=True)
    def _planted(self, planted):
        self.open_blobs, self.fresh = planted
"""

Run = Callable[[type[SoundBlobs], str], pytest.RunResult]


class Planting:
    """A plugin that opens the store with the fault, each place on shelves of its own."""

    def __init__(self, blobs: type[SoundBlobs]) -> None:
        self.blobs, self.places, self.numbers = blobs, dict[str, Shelves](), count()

    @pytest.fixture
    def planted(self) -> tuple[Callable[[str], Blobs], Callable[[], str]]:
        """How a place is opened, and how a new one is named."""
        return lambda place: self.blobs(self.places.setdefault(place, Shelves())), lambda: f"place {next(self.numbers)}"


@pytest.fixture
def run(pytester: pytest.Pytester) -> Iterator[Run]:
    """Runs a part of the suite on a store, with the same few examples each time, which nobody makes smaller."""
    before = settings.get_current_profile_name()
    settings.register_profile(
        "planted-blobs",
        max_examples=20,
        stateful_step_count=20,
        phases=[Phase.generate],
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )

    def run(blobs: type[SoundBlobs], part: str) -> pytest.RunResult:
        module = {suite.__name__: suite.__module__ for suite in BlobContract.__mro__}[part]
        path = pytester.makepyfile(MODULE.format(part=part, module=module))
        plugin: Any = Planting(blobs)
        options = ("-p", "no:cacheprovider", "--tb=no", "-rfE", "--hypothesis-profile", "planted-blobs")
        return pytester.runpytest_inprocess(path, *options, plugins=[plugin])

    yield run
    settings.load_profile(before)


def failures(result: pytest.RunResult) -> set[str]:
    """The names of the tests that failed, without their parameters."""
    lines = [line.split(" - ")[0] for line in result.outlines if line.startswith(("FAILED ", "ERROR "))]
    return {line.rpartition("::")[2].partition("[")[0] for line in lines}


@pytest.mark.parametrize("planted", PLANTED_BLOBS, ids=lambda planted: planted.blobs.__name__)
def test_a_planted_fault_is_caught(planted: PlantedBlobs, run: Run) -> None:
    """By the test that is about it."""
    assert failures(run(planted.blobs, planted.part)) >= set(planted.tests)


def test_a_sound_store_passes(run: Run) -> None:
    """Every test, so that what fails above fails for its fault."""
    result = run(SoundBlobs, "BlobContract")
    assert failures(result) == set()
    assert result.parseoutcomes()["passed"] >= 40


def test_every_fault_stands_in_the_docs() -> None:
    """With the test that catches it; this module writes the table, and the page shows it."""
    page = PAGE.read_text(encoding="utf-8")
    shown = page.partition(BEGIN)[2].partition(END)[0]
    assert shown == table(), f"put this table between the marks in {PAGE.name}:\n{table()}"


def table() -> str:
    """The faults, as the page shows them."""
    rows = ["", "| what is wrong | the test that fails |", "|---|---|"]
    for planted in PLANTED_BLOBS:
        tests = ", ".join(f"`{test}`" for test in planted.tests)
        rows.append(f"| {inspect.cleandoc(planted.blobs.__doc__ or '')} | {tests} |")
    return "\n".join(rows) + "\n\n"


def test_the_suite_must_be_told_how_to_open() -> None:
    """Both methods are the subclass's."""
    suite: Any = BlobContract()
    for call in (lambda: suite.open_blobs("x"), suite.fresh):
        with pytest.raises(NotImplementedError):
            call()

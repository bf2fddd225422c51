"""The suite finds what is wrong: each storage has one fault, and the test that is about that fault fails.

A fault is caught by the name of a test and not by chance: the whole part of the suite runs on it. The table in
``docs/howto/write-a-storage.md`` is made of what is planted.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, Phase, settings
from tests.testing.planted import abilities, commits, groups, keeping, moving, naming, outbox, reading, series
from tests.testing.planted.sound import PLANTED, Planted, Sound

from civicflow.plugins.storage.contract import Storage
from civicflow.plugins.storage.memory.rows import Rows
from civicflow.testing import StorageContract

pytest_plugins = ["pytester"]

PAGE: Final = Path(__file__).parents[2] / "docs" / "howto" / "write-a-storage.md"
BEGIN, END = "<!-- the planted faults -->\n", "<!-- end of the planted faults -->\n"
MODULE: Final = """
import pytest
from {module} import {part} as Part

class TestPlanted(Part):
    @pytest.fixture(autouse=True)
    def _planted(self, planted):
        self.open_storage, self.fresh = planted
"""

Run = Callable[[type[Sound], str], pytest.RunResult]


class Planting:
    """A plugin that opens the storage with the fault, each place on rows of its own."""

    def __init__(self, storage: type[Sound]) -> None:
        self.storage, self.places, self.numbers = storage, dict[str, Rows](), count()

    @pytest.fixture
    def planted(self) -> tuple[Callable[[str], Storage], Callable[[], str]]:
        """How a place is opened, and how a new one is named."""
        return lambda place: self.storage(self.places.setdefault(place, Rows())), lambda: f"place {next(self.numbers)}"


@pytest.fixture
def run(pytester: pytest.Pytester) -> Iterator[Run]:
    """Runs a part of the suite on a storage, with the same few examples each time, which nobody makes smaller."""
    before = settings.get_current_profile_name()
    quick = settings(
        max_examples=30,
        stateful_step_count=25,
        phases=[Phase.generate],
        derandomize=True,
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    settings.register_profile("planted", quick)

    def run(storage: type[Sound], part: str) -> pytest.RunResult:
        module = {suite.__name__: suite.__module__ for suite in StorageContract.__mro__}[part]
        path = pytester.makepyfile(MODULE.format(part=part, module=module))
        plugin: Any = Planting(storage)
        options = (
            "-p",
            "no:cacheprovider",
            "-p",
            "civicflow.testing.report",
            "--tb=no",
            "-rfE",
            "--hypothesis-profile",
        )
        return pytester.runpytest_inprocess(path, *options, "planted", plugins=[plugin])

    yield run
    settings.load_profile(before)


def failures(result: pytest.RunResult) -> set[str]:
    """The names of the tests that failed, without their parameters."""
    lines = [line.split(" - ")[0] for line in result.outlines if line.startswith(("FAILED ", "ERROR "))]
    return {line.rpartition("::")[2].partition("[")[0] for line in lines}


@pytest.mark.parametrize("planted", PLANTED, ids=lambda planted: planted.storage.__name__)
def test_a_planted_fault_is_caught(planted: Planted, run: Run) -> None:
    """By the test that is about it."""
    assert failures(run(planted.storage, planted.part)) >= set(planted.tests)


def test_a_sound_storage_passes(run: Run) -> None:
    """Every test, so that what fails above fails for its fault; the run ends with what the storage can do."""
    result = run(Sound, "StorageContract")
    assert failures(result) == set()
    assert result.parseoutcomes()["passed"] > 150
    result.stdout.re_match_lines(
        [
            r"=+ what the storages can do =+",
            r" +TestPlanted$",
            r"commits +\d+ passed$",
            r"all or nothing +\d+ passed$",
            r"threads and processes +\d+ passed, 2 skipped$",
            r"offices at once +\d+ passed$",
            r"durable +yes$",
            r"multi_process +no$",
            r"dense_feed +yes$",
            r"notify +no$",
            r"examine +no$",
        ]
    )


def test_one_fault_makes_the_whole_suite_fail(run: Run) -> None:
    """Nobody has to know where to look: a lost update shows in the table, beside what is in order."""
    result = run(commits.LostUpdate, "StorageContract")
    assert {"test_a_stale_version_conflicts_and_names_both", "test_any_sequence_of_calls"} <= failures(result)
    result.stdout.re_match_lines([r"commits +\d+ passed, \d+ failed$", r"queries and pages +\d+ passed$"])


def test_the_report_is_silent_where_no_storage_was_tried(pytester: pytest.Pytester) -> None:
    """Other runs look as they always did."""
    pytester.makepyfile("def test_nothing(): pass")
    result = pytester.runpytest_inprocess("-p", "civicflow.testing.report", "-p", "no:cacheprovider")
    result.stdout.no_fnmatch_line("*what the storages can do*")


def test_every_fault_stands_in_the_docs() -> None:
    """With the test that catches it; this module writes the table, and the page shows it."""
    page = PAGE.read_text(encoding="utf-8")
    shown = page.partition(BEGIN)[2].partition(END)[0]
    assert shown == table(), f"put this table between the marks in {PAGE.name}:\n{table()}"


def table() -> str:
    """The faults, as the page shows them."""
    rows = ["", "| what is wrong | the test that fails |", "|---|---|"]
    for planted in PLANTED:
        tests = ", ".join(f"`{test}`" for test in planted.tests)
        rows.append(f"| {inspect.cleandoc(planted.storage.__doc__ or '')} | {tests} |")
    return "\n".join(rows) + "\n\n"


def test_the_faults_are_many_and_each_is_described() -> None:
    """In one sentence each, which is the table's."""
    modules = {planted.storage.__module__ for planted in PLANTED}
    assert modules == {
        module.__name__ for module in (abilities, commits, groups, keeping, moving, naming, outbox, reading, series)
    }
    assert len(PLANTED) >= 20
    described = [planted.storage.__doc__ for planted in PLANTED]
    assert len(set(described)) == len(described)


def test_no_two_parts_of_the_suite_share_a_name() -> None:
    """Or one would hide the other's test."""
    parts = StorageContract.__mro__[1:-2]
    names = [name for part in parts for name in vars(part) if not name.startswith("__") and name != "concern"]
    assert sorted({name for name in names if names.count(name) > 1}) == []


def test_the_suite_must_be_told_how_to_open() -> None:
    """Both methods are the subclass's; the two that show it more may be left as they are."""
    suite: Any = StorageContract()
    for call in (lambda: suite.open_storage("x"), suite.fresh):
        with pytest.raises(NotImplementedError):
            call()
    assert suite.on_disk("x") is None

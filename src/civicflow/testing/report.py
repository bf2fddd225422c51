"""A pytest plugin that ends a run with a table of what each storage can do.

Name it in the ``conftest.py`` of your root folder, or on the command line (``-p civicflow.testing.report``)::

    pytest_plugins = ["civicflow.testing.report"]

There is a column for each test class that inherits the suite, a row for each concern of the contract, and one for each
capability. Nothing is printed where no such class ran.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import Final

import attrs
import pytest

_BACKEND: Final = "civicflow backend"
_CONCERN: Final = "civicflow concern"
_CAPABILITIES: Final = "capabilities"
_KNOWN: Final = ("durable", "multi_process", "dense_feed", "notify", "examine", "backup", "move")
"""The capabilities of the contract; others are shown after them."""


@attrs.define
class _Backend:
    """What came of the suite on one storage: for each concern, the outcome of each of its tests."""

    name: str
    outcomes: dict[str, dict[str, str]] = attrs.field(factory=dict)
    capabilities: frozenset[str] | None = None

    def cell(self, concern: str) -> str:
        """One cell: how many passed, and what else there was."""
        outcomes = [*self.outcomes.get(concern, {}).values()]
        parts = [f"{outcomes.count(outcome)} {outcome}" for outcome in ("passed", "skipped", "failed")]
        return ", ".join(part for part in parts if not part.startswith("0 ")) or "-"

    def can(self, capability: str) -> str:
        """Whether it says that it can do something."""
        return "?" if self.capabilities is None else "yes" if capability in self.capabilities else "no"


def pytest_itemcollected(item: pytest.Item) -> None:
    """Note of which storage and which concern a test is; the note travels with its reports."""
    if not isinstance(item, pytest.Function) or "civicflow.testing.storage.base" not in sys.modules:
        return
    from civicflow.testing.storage.base import StorageSuite

    if item.cls is None or not issubclass(item.cls, StorageSuite):
        return
    owner = item.getparent(pytest.Class)
    part = next((cls for cls in item.cls.__mro__ if item.originalname in vars(cls)), item.cls)
    concern = vars(part).get("concern")
    if concern and owner is not None:
        item.user_properties += [(_BACKEND, owner.nodeid), (_CONCERN, concern)]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table."""
    reports = [
        report
        for found in terminalreporter.stats.values()
        for report in found
        if isinstance(report, pytest.TestReport) and any(name == _BACKEND for name, _ in report.user_properties)
    ]
    if reports:
        terminalreporter.section("what the storages can do")
        for line in table(reports):
            terminalreporter.write_line(line)


def table(reports: Iterable[pytest.TestReport]) -> list[str]:
    """The lines of the table."""
    backends: dict[str, _Backend] = {}
    for report in reports:
        properties = {name: str(value) for name, value in report.user_properties}
        place = properties[_BACKEND]
        backend = backends.setdefault(place, _Backend(place.rpartition("::")[2]))
        tests = backend.outcomes.setdefault(properties[_CONCERN], {})
        if tests.get(report.nodeid) != "failed":  # an error while cleaning up counts, too
            tests[report.nodeid] = report.outcome
        if _CAPABILITIES in properties:
            backend.capabilities = frozenset(properties[_CAPABILITIES].split())
    columns = [*backends.values()]
    concerns = [*dict.fromkeys(concern for backend in columns for concern in backend.outcomes)]
    more = {name for backend in columns for name in backend.capabilities or ()}
    rows = [["", *(backend.name for backend in columns)]]
    rows += [[concern, *(backend.cell(concern) for backend in columns)] for concern in _in_order(concerns)]
    known = _KNOWN if any(backend.capabilities is not None for backend in columns) else ()
    for capability in (*known, *sorted(more.difference(_KNOWN))):
        rows.append([capability, *(backend.can(capability) for backend in columns)])
    return _aligned(rows)


def _in_order(concerns: Sequence[str]) -> list[str]:
    """Concerns in the order of the contract, which is that of its parts."""
    from civicflow.testing.storage import StorageContract

    parts = [vars(part).get("concern") for part in StorageContract.__mro__]
    return sorted(concerns, key=lambda one: parts.index(one) if one in parts else len(parts))


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]

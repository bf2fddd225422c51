"""The notifiers that need no server pass the suite that every notifier passes."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from civicflow.plugins.backends import open_notifier
from civicflow.plugins.notify.contract import Notifier
from civicflow.testing import NotifierContract
from civicflow.testing.notifiers import Arrived


class TestFile(NotifierContract):
    """``file:///…``: every line is a notice."""

    @pytest.fixture(autouse=True)
    def _path(self, tmp_path: Path) -> None:
        self.path = tmp_path / "notices.jsonl"

    def open_notifier(self) -> Notifier:
        """Open the file of this test."""
        return open_notifier(self.path.as_uri())

    def arrived(self) -> Sequence[Arrived]:
        """The lines of the file."""
        if not self.path.exists():
            return []
        lines = [json.loads(line) for line in self.path.read_text(encoding="utf-8").split("\n")[:-1]]
        return [Arrived(key=line["dedupe"], words=_words(line)) for line in lines]


class TestConsole(NotifierContract):
    """``console://``: every line is a notice; there is nothing by which a duplicate could be told."""

    @pytest.fixture(autouse=True)
    def _captured(self, capsys: pytest.CaptureFixture[str]) -> None:
        self.captured, self.printed = capsys, ""

    def open_notifier(self) -> Notifier:
        """Open the standard output."""
        return open_notifier("console://")

    def arrived(self) -> Sequence[Arrived]:
        """The lines printed."""
        self.printed += self.captured.readouterr().out
        return [Arrived(key="", words=line) for line in self.printed.split("\n")[:-1]]


def _words(line: dict[str, str]) -> str:
    return line[line["language"]] if line["language"] else f"{line['en']} {line['zh']}"

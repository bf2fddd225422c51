"""``make demo``: it runs from any folder, leaves its files, speaks both languages and prints no figure of its own."""

from __future__ import annotations

import ast
import json
import sqlite3
import subprocess
import sys
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import pytest

import demo
from tables import table, width

EXAMPLES = Path(demo.__file__).parent
MODULES = sorted(EXAMPLES.glob("*.py"))
SHOWS = {"print", "table", "heading", "figures"}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The demo as its own process, in a folder of its own; the folder it leaves and what it said."""
    folder = tmp_path_factory.mktemp("demo")
    return folder / "out", _demo(folder, "--out", "out")


def _demo(folder: Path, *arguments: str) -> str:
    command = [sys.executable, "-X", "utf8", str(EXAMPLES / "demo.py"), *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_leaves_a_store_notices_and_drawings(run: tuple[Path, str]) -> None:
    """The SQLite file, one line of JSON a notice, and both flows in both languages."""
    out, said = run
    with closing(sqlite3.connect(out / "demo.sqlite")) as store:
        assert store.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    notices = [json.loads(line) for line in (out / "notices.jsonl").read_text(encoding="utf-8").splitlines()]
    assert {"overdue", "reminder", "answered"} <= {notice["topic"] for notice in notices}
    assert all(notice["en"] and notice["zh"] for notice in notices)
    for name in demo.DRAWN:
        for suffix in (".mmd", ".zh.mmd"):
            assert (out / f"{name}{suffix}").read_text(encoding="utf-8").startswith("stateDiagram-v2")
            assert f"{name}{suffix}" in said
        assert (out / f"{name}.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_it_tells_the_story_in_both_languages(run: tuple[Path, str]) -> None:
    """Each heading, the refusal and the proof stand there in English and in Chinese."""
    _, said = run
    headings = [line for line in said.splitlines() if line.startswith("──") and line.endswith("──")]
    assert len(headings) >= 6
    assert all(heading.isascii() is False and "|" in heading for heading in headings)
    assert "it can be done by the secretary of" in said
    assert "该操作主体无权“下单”" in said
    assert "24 of 37 seats in favour; at least 25 needed" in said
    assert "37席位中25票赞成" in said
    assert "entries of" in said
    assert "台账记录完好" in said


def test_it_numbers_shows_and_keeps_files(run: tuple[Path, str]) -> None:
    """The lamp has a number and a photo, whose bytes the proof has looked at; a private note's words are not shown."""
    out, said = run
    assert "410106-2026-000002 “The lamp" in said
    assert "new-lamp.gif" in said
    assert "she is content" not in said
    assert "were not looked at" not in said
    assert len([path for path in (out / "attachments").rglob("*") if path.is_file()]) == 2


def test_going_on_doubles_nothing(run: tuple[Path, str]) -> None:
    """Told to go on with the store of the run before, it does nothing twice and tells the same figures."""
    out, said = run
    again = _demo(out.parent, "--go-on", "--out", "out")
    _, _, figures = said.partition("── The ledger")
    assert again.endswith(figures)


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.name)
def test_no_example_prints_a_figure_of_its_own(module: Path) -> None:
    """No call that shows something contains a number, or a text with a number of two digits or more."""
    tree = ast.parse(module.read_text(encoding="utf-8"))
    shown = [call for call in ast.walk(tree) if isinstance(call, ast.Call) and _name(call.func) in SHOWS]
    for call in shown:
        for constant in (node for node in ast.walk(call) if isinstance(node, ast.Constant)):
            assert not _is_a_figure(constant.value), f"{module.name}:{constant.lineno} shows {constant.value!r}"


def test_the_guard_against_figures_sees_one() -> None:
    """A literal figure would be found, as a number or inside a text; the guard is not blind."""
    assert _is_a_figure(16)
    assert _is_a_figure("16 organisations accepted")
    assert not _is_a_figure("by body | 按承办单位")
    assert _name(ast.parse("report.figures(1)", mode="eval").body.func) in SHOWS  # type: ignore[attr-defined]


def _name(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def _is_a_figure(value: object) -> bool:
    if isinstance(value, bool):
        return False
    if isinstance(value, (int, float)):
        return value > 9
    return isinstance(value, str) and any(a.isdigit() and b.isdigit() for a, b in pairwise(value))


class TestTables:
    """Plain tables that line up."""

    def test_chinese_is_twice_as_wide(self) -> None:
        """A Chinese character takes two columns of a terminal."""
        assert (width("ticket"), width("工单"), width("工单 1")) == (6, 4, 6)

    def test_columns_line_up(self) -> None:
        """Words stand left, figures right, in both languages' widths; same names are written once."""
        drawn = table(("unit | 单位", "cases | 事项"), [("三湾街社区", 2), ("Boston", 100)])
        lines = drawn.splitlines()
        assert {width(line) for line in lines} == {width(lines[2])}
        assert [line[-3:] for line in lines[3:]] == ["  2", "100"]

    def test_a_table_may_be_empty(self) -> None:
        """Without rows the headings stand alone."""
        assert len(table(("unit | 单位",), []).splitlines()) == 3

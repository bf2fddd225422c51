"""The READMEs: the program with which they open runs as printed, as often as one likes, and every link leads somewhere."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = ("README.md", "README.zh.md")


def _program(page: str) -> str:
    found = re.search(r"^```python\n(.*?)^```$", (ROOT / page).read_text(encoding="utf-8"), re.DOTALL | re.MULTILINE)
    assert found
    return found[1]


def _run(folder: Path) -> list[str]:
    command = [sys.executable, "-X", "utf8", "program.py"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_the_program_runs_as_printed_twice(tmp_path: Path) -> None:
    """In a folder that holds the register, as a process of its own: the second run ends with the figures of the first."""
    shutil.copy(ROOT / "examples" / "registers" / "shangjie.yaml", tmp_path)
    (tmp_path / "program.py").write_text(_program("README.md"), encoding="utf-8")

    first, second = _run(tmp_path), _run(tmp_path)

    assert first[-2:] == second[-2:]
    assert "on time 100.0% (1/1)" in first[-2]
    assert "hold" in first[-1]
    assert "others may: accept()" in "\n".join(first)
    assert "resolved" in second[0]


def test_both_pages_open_with_the_same_program() -> None:
    """The Chinese page shows the very program of the English one, at most 25 lines."""
    assert _program("README.zh.md") == _program("README.md")
    assert len(_program("README.md").splitlines()) <= 25
    assert all((ROOT / page).read_text(encoding="utf-8").startswith("# civicflow\n\n```python\n") for page in PAGES)


@pytest.mark.parametrize("page", [*PAGES, "docs/tutorial.md", "examples/data/README.md"])
def test_every_link_leads_somewhere(page: str) -> None:
    """A relative link names a file or folder of the project."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!#)([^)\s]+)\)", text):
        assert ((ROOT / page).parent / target.partition("#")[0]).exists(), f"{page} links to {target}"

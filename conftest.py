"""What holds for every test: the profiles of hypothesis, and that the examples in the docs run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sybil import Example, Sybil
from sybil.parsers.myst import CodeBlockParser, DocTestDirectiveParser, PythonCodeBlockParser, SkipParser

# No test asserts a duration, and a busy machine is no fault of the code: no deadline, no "too slow".
_PATIENT = settings(deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("fast", _PATIENT, max_examples=50, stateful_step_count=30)
settings.register_profile("deep", _PATIENT, max_examples=2_000, stateful_step_count=80)
settings.load_profile("fast")

# A run ends with what each storage can do.
pytest_plugins = ["civicflow.testing.report"]

_EXAMPLES = Path(__file__).parent / "examples"

# A distribution of its own, which the tests install and use like a stranger's.
collect_ignore = ["tests/plugin_package"]


@pytest.fixture(scope="session")
def folders() -> dict[Path, Path]:
    """The folder of each page."""
    return {}


@pytest.fixture
def in_a_folder_of_its_own(
    request: pytest.FixtureRequest,
    folders: dict[Path, Path],
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Let a page's examples read the registers, flows and lists of areas, and write files and modules as a reader would."""
    page = request.node.path
    if page not in folders:
        folders[page] = tmp_path_factory.mktemp(page.stem)
        for folder in ("registers", "flows"):
            shutil.copytree(_EXAMPLES / folder, folders[page], dirs_exist_ok=True)
        for edition in (_EXAMPLES / "data").glob("leshan-*.csv"):
            shutil.copy(edition, folders[page])
    monkeypatch.chdir(folders[page])
    monkeypatch.syspath_prepend(folders[page])


def _in_a_shell(example: Example) -> None:
    """Run each command that stands behind ``$``; the lines below it are among what it prints, in their order."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    for part in f"\n{example.parsed}".split("\n$ ")[1:]:
        command, *lines = part.rstrip().split("\n")
        done = subprocess.run(  # noqa: S602 - a page's commands are ours
            command, shell=True, capture_output=True, text=True, check=False, env={**os.environ, "PATH": path}
        )
        assert done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        printed = iter(done.stdout.split("\n"))
        assert all(line in printed for line in lines), f"{command} printed:\n{done.stdout}"


pytest_collect_file = Sybil(
    parsers=[
        SkipParser(),
        PythonCodeBlockParser(),
        DocTestDirectiveParser(),
        CodeBlockParser(language="console", evaluator=_in_a_shell),
    ],
    patterns=["README.md", "README.zh.md", "docs/*.md", "docs/**/*.md", "examples/plugins/*/README.md"],
    fixtures=["in_a_folder_of_its_own"],
).pytest()

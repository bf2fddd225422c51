"""What holds for every test: the profiles of hypothesis, and that the examples in the docs run."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sybil import Sybil
from sybil.parsers.myst import DocTestDirectiveParser, PythonCodeBlockParser, SkipParser

# No test asserts a duration, and a busy machine is no fault of the code: no deadline, no "too slow".
_PATIENT = settings(deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("fast", _PATIENT, max_examples=50, stateful_step_count=30)
settings.register_profile("deep", _PATIENT, max_examples=2_000, stateful_step_count=80)
settings.load_profile("fast")

# A run ends with what each storage can do.
pytest_plugins = ["civicflow.testing.report"]

_REGISTERS = Path(__file__).parent / "examples" / "registers"

# A distribution of its own, which the tests install and use like a stranger's.
collect_ignore = ["tests/plugin_package"]


@pytest.fixture
def in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a page's examples read the registers and write files as a reader would, without leaving any behind."""
    shutil.copytree(_REGISTERS, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)


pytest_collect_file = Sybil(
    parsers=[SkipParser(), PythonCodeBlockParser(), DocTestDirectiveParser()],
    patterns=["README.md", "README.zh.md", "docs/*.md", "docs/**/*.md"],
    fixtures=["in_a_folder_of_its_own"],
).pytest()

"""The plugins that lie here as others would ship them are installed, so that they come by the door that all plugins use."""

from __future__ import annotations

import os
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STRANGERS = sorted(
    project.parent
    for place in ("tests/plugin_package", "examples/plugins/*")
    for project in ROOT.glob(f"{place}/pyproject.toml")
)


@pytest.mark.parametrize("folder", STRANGERS, ids=lambda folder: folder.name)
def test_it_is_installed_as_it_stands(folder: Path) -> None:
    """The distribution that Python finds is the one of this folder, with what its project file announces."""
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    try:
        found = metadata.distribution(project["name"])
    except metadata.PackageNotFoundError:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(f"{project['name']} is not installed; run: tools/environment test")
    assert found.version == project["version"]
    announced = {(entry.group, entry.name, entry.value) for entry in found.entry_points}
    assert announced == {
        (group, name, value)
        for group, entries in project.get("entry-points", {}).items()
        for name, value in entries.items()
    }


@pytest.mark.parametrize("folder", STRANGERS, ids=lambda folder: folder.name)
def test_it_asks_for_what_we_ask_for(folder: Path) -> None:
    """It asks for a Python that we ask for, and names us among what it needs."""
    project = tomllib.loads((folder / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert project["requires-python"] == ">=3.11"
    assert any(need.startswith("civicflow") for need in project["dependencies"])

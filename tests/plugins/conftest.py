"""Distributions that a test installs by itself, and the one that is installed like a stranger's."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from importlib import metadata
from pathlib import Path

import pytest

from civicflow.plugins.storage.contract import Storage

STRANGER = "civicflow-test-plugin"


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., None]]:
    """Install a distribution for one test: its metadata and modules, in a folder of the path."""
    before = set(sys.modules)
    monkeypatch.syspath_prepend(str(tmp_path))

    def put(
        name: str,
        entry_points: Mapping[str, Mapping[str, str]] | str,
        *,
        version: str = "1.0",
        modules: Mapping[str, str] | None = None,
        described: bool = True,
    ) -> None:
        info = tmp_path / f"{name.replace('-', '_')}-{version}.dist-info"
        info.mkdir()
        if described:
            (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
        if not isinstance(entry_points, str):
            entry_points = "\n".join(
                f"[{group}]\n" + "\n".join(f"{key} = {value}" for key, value in entries.items())
                for group, entries in entry_points.items()
            )
        (info / "entry_points.txt").write_text(entry_points + "\n")
        for module, source in (modules or {}).items():
            (tmp_path / f"{module}.py").write_text(source, encoding="utf-8")
        importlib.invalidate_caches()

    yield put
    for module in set(sys.modules) - before:
        if getattr(sys.modules[module], "__file__", None) and str(tmp_path) in str(sys.modules[module].__file__):
            del sys.modules[module]


@pytest.fixture(scope="session")
def stranger() -> str:
    """The name of the separately installed test distribution, which `make test` installs."""
    try:
        metadata.distribution(STRANGER)
    except metadata.PackageNotFoundError:
        reason = f"{STRANGER} is not installed; run: tools/environment test"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    return STRANGER


@pytest.fixture
def store() -> Iterator[Storage]:
    """A storage in memory."""
    from civicflow.plugins.backends import open_storage

    storage = open_storage("memory://")
    storage.migrate()
    yield storage
    storage.close()

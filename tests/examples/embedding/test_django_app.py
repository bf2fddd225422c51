"""The lamps in Django: its own tests, by its own command, on real databases; and its migrations."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from tests.examples.embedding.conftest import REGISTER

if TYPE_CHECKING:
    from postgresql_server import Server

_APP = REGISTER.parents[1] / "embedding" / "django_app"

Manage = Callable[..., str]


@pytest.fixture(params=["sqlite", "postgresql"])
def manage(request: pytest.FixtureRequest, tmp_path: Path) -> Manage:
    """Runs ``manage.py`` on each database, and gives what it printed."""
    if request.param == "sqlite":
        where = {"LAMPS_FILE": str(tmp_path / "lamps.db")}
    else:
        server: Server = request.getfixturevalue("server")
        where = {
            "LAMPS_POSTGRESQL_HOST": str(server.folder),
            "LAMPS_POSTGRESQL_USER": "postgres",
            "LAMPS_POSTGRESQL_NAME": "postgres",
        }

    def run(*words: str) -> str:
        command = [sys.executable, "-W", "error", str(_APP / "manage.py"), *words]
        environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **where}
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=tmp_path)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout + done.stderr

    return run


def test_its_own_tests_pass(manage: Manage) -> None:
    """All of them were run, after its migrations and civicflow's: what is kept together, what falls together."""
    wanted = len(re.findall(r"^    def test_", (_APP / "tests.py").read_text(encoding="utf-8"), re.MULTILINE))
    assert wanted > 0
    printed = manage("test", "embedding.django_app.tests", "--noinput")
    assert f"Ran {wanted} tests" in printed
    assert printed.rstrip().splitlines()[-2].strip() == "OK", printed


@pytest.mark.parametrize("manage", ["sqlite"], indirect=True)
def test_models_and_migrations_agree(manage: Manage) -> None:
    """Django finds nothing to add, and no fault in its settings."""
    assert "No changes detected" in manage("makemigrations", "--check", "--dry-run")

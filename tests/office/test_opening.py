"""Opening an office: what is loaded, what is not, and what it says when it cannot."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

import civicflow
from civicflow import InvalidInput, PluginError, Plugins, StorageError
from civicflow.plugins.backends import open_storage
from civicflow.testing import FrozenClock

HEAVY = ("pendulum", "holidays", "hypothesis", "pytest", "yaml", "sqlite3", "psycopg", "apprise", "smtplib", "asyncio")


def loaded(program: str) -> set[str]:
    """The modules that a program has loaded at its end."""
    ending = "\nimport json, sys; print(json.dumps(sorted(sys.modules)))"
    out = subprocess.run([sys.executable, "-c", program + ending], capture_output=True, text=True, check=True)
    return set(json.loads(out.stdout.splitlines()[-1]))


def test_importing_does_no_work() -> None:
    """Neither the engine nor a backend nor anything of others is there."""
    modules = loaded("import civicflow")
    assert not modules & {*HEAVY, "attrs", "transitions", "pluggy", "msgspec"}
    assert not {name for name in modules if name.startswith("civicflow.")}


def test_an_office_in_memory_loads_nothing_heavy() -> None:
    """No calendar library, no driver, no notifier, no test library."""
    assert not loaded("import civicflow; office = civicflow.open('memory://')") & set(HEAVY)


def test_an_office_at_work_loads_only_what_it_uses() -> None:
    """A day's work in memory needs no file reader and no driver."""
    work = """
import civicflow
office = civicflow.open('memory://', plugins=civicflow.Plugins())
office.begin('four-part-ticket', 'order', {'title': 'x'}, by=office.act_as('r'), unit=None)
"""
    assert not loaded(work) & {"hypothesis", "pytest", "yaml", "sqlite3", "psycopg"}


def test_every_public_name_is_there() -> None:
    """What the face lists can be had, and nothing else."""
    for name in civicflow.__all__:
        assert getattr(civicflow, name) is not None
    assert set(dir(civicflow)) >= set(civicflow.__all__)
    with pytest.raises(AttributeError, match="no attribute 'opne'"):
        _ = civicflow.opne
    assert len(civicflow.__all__) <= 60


def test_a_store_is_a_url_or_an_open_storage(tmp_path: Path) -> None:
    """Both are closed with the office, once and again."""
    for storage in (f"sqlite:///{tmp_path}/town.db", open_storage("memory://")):
        with civicflow.open(storage, clock=FrozenClock(), plugins=Plugins()) as office:
            assert office.find().cases == ()
        office.close()
        with pytest.raises(StorageError):
            office.find()


def test_an_unknown_scheme_is_named() -> None:
    """The message says what to install."""
    with pytest.raises((PluginError, InvalidInput), match="parchment"):
        civicflow.open("parchment://attic", plugins=Plugins()).find()


def test_a_clock_without_a_zone_is_refused() -> None:
    """A naive time could be any hour of the day."""
    office = civicflow.open("memory://", clock=lambda: datetime(2026, 3, 2), plugins=Plugins())
    with pytest.raises(InvalidInput, match="zone"):
        office.begin("four-part-ticket", "order", {"title": "x"}, by=office.act_as("r"), unit=None)

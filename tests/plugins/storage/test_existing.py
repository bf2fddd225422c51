"""A store that is opened as it is: nothing is made where nothing was, and the command line works on what is there."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import civicflow
from civicflow import Plugins, StorageError
from civicflow.cli import main
from civicflow.plugins.backends import open_existing, open_storage

if TYPE_CHECKING:
    from postgresql_server import Server


def test_a_file(tmp_path: Path) -> None:
    """Neither made nor filled."""
    url = f"sqlite:///{tmp_path}/town.db"
    with pytest.raises(StorageError, match="there is no file"):
        open_existing(url)
    (tmp_path / "town.db").touch()
    with pytest.raises(StorageError, match="there is no office in"):
        open_existing(url)
    open_storage(url).close()
    storage = open_existing(url)
    assert storage.schema_version() == 1
    storage.close()


def test_a_schema(server: Server) -> None:
    """Not made either, and then as usable as any."""
    url = server.url()
    for _ in range(2):
        with pytest.raises(StorageError, match="there is no office in"):
            open_existing(url)
    open_storage(url).close()
    storage = open_existing(url)
    assert storage.schema_version() == 1
    storage.close()


def test_the_command_line_on_a_server(server: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The same commands, the same answers; a server is copied by its own tools, which the message names."""
    url, heads = server.url(), tmp_path / "heads.jsonl"
    with civicflow.open(url, plugins=Plugins()) as office:
        office.begin("four-part-ticket", "order", {"title": "a lamp"}, by=office.act_as("r"), unit=None)
    answers = {}
    for command, more in (
        ("tick", ["--publish", heads.as_uri(), "--no-plugins"]),
        ("relay", []),
        ("seal", ["--publish", heads.as_uri()]),
        ("verify", ["--published", str(heads)]),
        ("doctor", ["--publish", heads.as_uri()]),
    ):
        code = main([command, url, *more, "--json"])
        answers[command] = json.loads(capsys.readouterr().out)
        assert code == (command == "doctor"), answers[command]
    assert answers["verify"]["published_through"] == answers["seal"]["size"] == 1
    levels = {finding["rule"]: finding["level"] for finding in answers["doctor"]["findings"]}
    assert {rule for rule, level in levels.items() if level == "error"} == {"storage.fsync"}, (
        "the tests' server is fast"
    )
    assert levels["published"] == "ok"
    assert main(["backup", url, str(tmp_path / "copy")]) == 2
    assert "pg_dump" in capsys.readouterr().err

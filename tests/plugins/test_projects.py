"""A project that is begun for somebody runs, and passes the suite of its kind, before anything of it is changed."""

from __future__ import annotations

import json
import os
import re
import resource
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from civicflow.cli import main
from civicflow.errors import InvalidInput
from civicflow.plugins.backends import backend_states
from civicflow.plugins.discovery import NOTIFIERS, STORAGE
from civicflow.plugins.projects import KINDS, begin_project

_FEW: Final = """
from hypothesis import settings

settings.register_profile("few", max_examples=15, stateful_step_count=15, deadline=None)
settings.load_profile("few")
"""
"""A plugin of pytest under which the properties try fewer examples; the suite is whole."""


def installed(project: Path, site: Path) -> dict[str, str]:
    """Install a project as pip does, for the processes that get this environment: its metadata, and where it lies."""
    said = tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    info = site / f"{said['name'].replace('-', '_')}-{said['version']}.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {said['name']}\nVersion: {said['version']}\n")
    groups = ("\n".join([f"[{g}]", *(f"{n} = {v}" for n, v in e.items())]) for g, e in said["entry-points"].items())
    (info / "entry_points.txt").write_text("\n".join(groups))
    (site / "few.py").write_text(_FEW)
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join([str(site), str(project / "src")]),
        "PYTHONDONTWRITEBYTECODE": "1",
    }


@pytest.mark.parametrize(("kind", "least"), [("storage", 240), ("notifier", 28)])
def test_it_passes_its_suite_on_its_first_run(tmp_path: Path, kind: str, least: int) -> None:
    """In a process of its own, found by its entry point, with an office that is opened by its URL."""
    project = tmp_path / "project"
    begin_project(project, kind=kind, name="village-archive")
    environment = installed(project, tmp_path / "site")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "few", "-W", "error"]
    done = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found = re.search(r"^(\d+) passed", done.stdout, re.MULTILINE)
    assert found is not None, done.stdout
    assert int(found[1]) >= least, done.stdout
    command = [sys.executable, "-m", "civicflow", "plugins", "--json"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    (state,) = (one for one in json.loads(done.stdout)["plugins"] if one["name"] == "village-archive")
    assert (state["status"], state["distribution"]) == ("available", "civicflow-village-archive")


@pytest.mark.parametrize("kind", KINDS)
def test_every_word_is_filled_in(tmp_path: Path, kind: str) -> None:
    """Nothing of the template is left, and what is reported is what was written."""
    project = begin_project(tmp_path / "project", kind=kind, name="ab-2c")
    written = sorted(path for path in (tmp_path / "project").rglob("*") if path.is_file())
    assert [path.relative_to(tmp_path / "project").as_posix() for path in written] == [
        str(one) for one in project.files
    ]
    for path in written:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"{{|}}|\.tmpl", text), path
        if path.suffix == ".py":
            compile(text, str(path), "exec")
    assert (project.scheme, project.distribution, project.package) == ("ab-2c", "civicflow-ab-2c", "civicflow_ab_2c")
    assert (tmp_path / "project" / "src" / "civicflow_ab_2c" / "py.typed").exists()


@settings(max_examples=20)
@given(name=st.one_of(st.text(max_size=50), st.from_regex(r"[a-z0-9-]{0,45}", fullmatch=True)))
def test_a_name_is_good_or_refused(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    """What is refused is said with its value and what would be right, and leaves nothing."""
    folder = tmp_path_factory.mktemp("beside") / "project"
    try:
        project = begin_project(folder, kind="notifier", name=name)
    except InvalidInput as error:
        (fault,) = error.faults
        assert fault.path == "name"
        assert fault.value == name
        assert fault.text is not None
        assert fault.text.zh != fault.text.en
        assert not folder.exists()
    else:
        assert len(name) <= 40
        assert project.package.isidentifier()
        assert project.package == "civicflow_" + name.replace("-", "_")
        assert re.fullmatch(r"[a-z][a-z0-9-]*[a-z0-9]|[a-z]", project.scheme)


@pytest.mark.parametrize(
    "name", ["", "Village", "village_archive", "2go", "-x", "x-", "a--b", "ärchive", "a" * 41, "a/b", "../a", "a\n"]
)
def test_what_is_no_name_is_refused(tmp_path: Path, name: str) -> None:
    """It becomes a scheme, a distribution and a package; nothing else fits all three."""
    with pytest.raises(InvalidInput, match="village-archive"):
        begin_project(tmp_path / "project", kind="storage", name=name)


@pytest.mark.parametrize(("kind", "group"), [("storage", STORAGE), ("notifier", NOTIFIERS)])
def test_schemes_of_our_own_are_refused(tmp_path: Path, kind: str, group: str) -> None:
    """Nobody else can bring them, so nobody should begin to; a name that begins as ours do is said to begin so by itself."""
    ours = [one.name for one in backend_states() if one.group == group and one.distribution == "civicflow"]
    assert len(ours) > 1
    for name in ours:
        with pytest.raises(InvalidInput, match="civicflow's own"):
            begin_project(tmp_path / "project", kind=kind, name=name)
    with pytest.raises(InvalidInput, match="by itself"):
        begin_project(tmp_path / "project", kind=kind, name="civicflow-redis")
    assert list(tmp_path.iterdir()) == []


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    """The kind, the name, the place."""
    (tmp_path / "file").touch()
    with pytest.raises(InvalidInput) as caught:
        begin_project(tmp_path / "file" / "project", kind="database", name="A")
    assert [fault.path for fault in caught.value.faults] == ["kind", "name", "folder"]


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    """Whatever is there already is named, all of it, and nothing is written."""
    begin_project(tmp_path / "new", kind="storage", name="archive")
    names = [path.relative_to(tmp_path / "new") for path in (tmp_path / "new").rglob("*") if path.is_file()]
    for number, name in enumerate(names):
        folder = tmp_path / f"{number}"
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_text("mine")
        before = sorted(folder.rglob("*"))
        with pytest.raises(InvalidInput) as caught:
            begin_project(folder, kind="storage", name="archive")
        assert [fault.path for fault in caught.value.faults] == [name.as_posix()]
        assert (folder / name).read_text() == "mine"
        assert sorted(folder.rglob("*")) == before


def test_a_link_is_not_written_through(tmp_path: Path) -> None:
    """It may lead anywhere, also to nothing yet."""
    (tmp_path / "project").mkdir()
    (tmp_path / "project" / "README.md").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(InvalidInput, match="README"):
        begin_project(tmp_path / "project", kind="storage", name="archive")
    assert not (tmp_path / "elsewhere").exists()


def test_what_lies_beside_stays(tmp_path: Path) -> None:
    """A folder with a licence and a history in it is as good as a new one."""
    (tmp_path / ".git").mkdir()
    (tmp_path / "LICENSE").write_text("mine")
    begin_project(tmp_path, kind="notifier", name="pager")
    assert (tmp_path / "LICENSE").read_text() == "mine"
    assert (tmp_path / "pyproject.toml").exists()


def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    """What had been written is removed again, and what was there stays."""
    (tmp_path / "mine").touch()
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with pytest.raises(OSError, match="large"):
            begin_project(tmp_path / "deep" / "project", kind="storage", name="archive")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_the_command_says_what_to_do_next(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """In either language, or as JSON; a second time it changes nothing and says why."""
    words = ["plugin", "new", str(tmp_path / "p"), "--kind", "storage", "--name", "archive"]
    assert main([*words, "--language", "zh"]) == 0
    assert "已在" in (told := capsys.readouterr().out)
    assert f"python -m pytest {tmp_path / 'p'}" in told
    assert main(words) == 2
    assert "nothing is overwritten" in capsys.readouterr().err
    words[2] += "2"
    assert main([*words, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert (said["scheme"], "pyproject.toml" in said["files"]) == ("archive", True)

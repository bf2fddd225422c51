"""Five broken plugins are installed at once: the office opens, with a line for each that says who, what and what helps.

They are installed by pip, as an operator's are; each office below is a process of its own, which finds what is installed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final

import attrs
import pytest


@attrs.frozen(kw_only=True)
class Wheel:
    """A distribution of one module.

    Attributes:
        name: of the distribution; its module has the name with ``_`` for ``-``.
        source: of the module.
        entry_points: by group, each name with what it points to.
        version: of the distribution.
        needs: its requirements, as METADATA has them.
    """

    name: str
    source: str
    entry_points: Mapping[str, Mapping[str, str]]
    version: str = "1.0"
    needs: tuple[str, ...] = ()

    @property
    def module(self) -> str:
        """The name of its module."""
        return self.name.replace("-", "_")

    def write(self, folder: Path) -> Path:
        """The file of the wheel, in a folder."""
        info = f"{self.module}-{self.version}.dist-info"
        needs = "".join(f"Requires-Dist: {need}\n" for need in self.needs)
        extras = "".join(f"Provides-Extra: {need.split(chr(39))[1]}\n" for need in self.needs if "extra" in need)
        groups = "".join(
            f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in entries.items())
            for group, entries in self.entry_points.items()
        )
        files = {
            f"{self.module}.py": self.source,
            f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {self.name}\nVersion: {self.version}\n{extras}{needs}",
            f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
            f"{info}/entry_points.txt": groups,
        }
        record = "".join(f"{name},,\n" for name in [*files, f"{info}/RECORD"])
        path = folder / f"{self.module}-{self.version}-py3-none-any.whl"
        with zipfile.ZipFile(path, "w") as wheel:
            for name, text in {**files, f"{info}/RECORD": record}.items():
                wheel.writestr(name, text)
        return path


def install(wheels: Iterable[Wheel], folder: Path) -> Path:
    """The folder of the path into which pip installed wheels."""
    site = folder / "site"
    files = [str(wheel.write(folder)) for wheel in wheels]
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "install", "-qq"]
    alone = ["--no-index", "--no-deps", "--no-compile", "--target", str(site)]
    subprocess.run([*pip, *alone, *files], check=True)
    return site


_HOOK: Final = "from civicflow.plugins.hookspecs import hookimpl\n@hookimpl\ndef civicflow_committed({}): heard.append(1)\nheard = []\n"
_GOOD: Final = _HOOK.format("event")


def _hooked(name: str, source: str, *, plugin: str = "", extra: str = "", needs: tuple[str, ...] = ()) -> Wheel:
    module = name.replace("-", "_")
    value = f"{module} [{extra}]" if extra else module
    return Wheel(name=name, source=source, entry_points={"civicflow": {plugin or module: value}}, needs=needs)


WHEELS: Final = (
    _hooked("crash-city", "import a_driver_that_nobody_has\n"),
    _hooked("slip-city", _HOOK.format("evnt")),
    _hooked("east-city", _GOOD, plugin="map"),
    _hooked("west-city", _GOOD, plugin="map"),
    _hooked("stone-city", _GOOD + "api_version = 0\n"),
    _hooked("bare-city", "import a_map_library\n", extra="maps", needs=("a-map-library ; extra == 'maps'",)),
    _hooked("good-city", _GOOD),
)

LINES: Final = tuple(
    """\
plugin 'bare_city' of bare-city 1.0 (civicflow: bare_city [maps]): cannot be loaded: ModuleNotFoundError: No module named 'a_map_library'; install what it needs: pip install 'bare-city[maps]'
plugin 'crash_city' of crash-city 1.0 (civicflow: crash_city): cannot be loaded: ModuleNotFoundError: No module named 'a_driver_that_nobody_has'; update or uninstall crash-city, or go on without it: CIVICFLOW_DISABLE_PLUGINS=crash_city
east-city 1.0 (east_city) and west-city 1.0 (west_city) both bring a plugin 'map'; uninstall one of them, or block it: CIVICFLOW_DISABLE_PLUGINS=east-city
plugin 'slip_city' of slip-city 1.0 (civicflow: slip_city): civicflow_committed(evnt) should be civicflow_committed(event); update or uninstall slip-city, or go on without it: CIVICFLOW_DISABLE_PLUGINS=slip_city
plugin 'stone_city' of stone-city 1.0 (civicflow: stone_city): is written for version 0 of the hooks, this civicflow has version 1; update or uninstall stone-city, or go on without it: CIVICFLOW_DISABLE_PLUGINS=stone_city
""".splitlines()
)

_OFFICE: Final = """
import sys, civicflow
with civicflow.open("memory://") as office:
    office.register.load(sys.argv[1])
import good_city
print(len(good_city.heard))
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which they are installed."""
    return install(WHEELS, tmp_path_factory.mktemp("broken"))


def _run(site: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        env={**os.environ, "PYTHONPATH": str(site), **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def _plugins(site: Path, *options: str, **environment: str) -> tuple[int, dict[str, dict[str, Any]]]:
    done = _run(site, "-m", "civicflow", "plugins", "--json", *options, **environment)
    assert done.stderr == ""
    listed = json.loads(done.stdout)["plugins"]
    return done.returncode, {one["distribution"]: one for one in listed if one["distribution"].endswith("-city")}


def test_the_office_opens_with_five_readable_lines(site: Path) -> None:
    """The one plugin that works is told of the commit; each broken one is one line, with its distribution and a remedy."""
    register = Path(__file__).parents[2] / "examples" / "registers" / "leshan.yaml"
    done = _run(site, "-c", _OFFICE, str(register))
    assert done.returncode == 0, done.stderr
    assert done.stdout == "1\n"
    assert tuple(done.stderr.splitlines()) == LINES


def test_the_command_lists_them(site: Path) -> None:
    """``civicflow plugins --json`` says what became of each, and exits with 1."""
    code, found = _plugins(site)
    assert code == 1
    assert {name: one["status"] for name, one in found.items()} == {
        "bare-city": "failed",
        "crash-city": "failed",
        "east-city": "failed",
        "good-city": "loaded",
        "slip-city": "failed",
        "stone-city": "failed",
        "west-city": "failed",
    }
    assert {one["error"] for one in found.values() if one["error"]} == set(LINES)
    assert found["good-city"]["hooks"] == ["civicflow_committed"]
    assert {one["version"] for one in found.values()} == {"1.0"}


def test_a_strict_office_does_not_open(site: Path) -> None:
    """All that is broken is told at once, a line each."""
    done = _run(site, "-c", "import civicflow; civicflow.open('memory://')", CIVICFLOW_STRICT_PLUGINS="1")
    assert done.returncode == 1
    lines = done.stderr.splitlines()
    assert tuple(lines[-len(LINES) :]) == (f"civicflow.errors.PluginError: {LINES[0]}", *LINES[1:])


def test_an_operator_goes_on_without_them(site: Path) -> None:
    """The block list silences what is on it, and settles who of two keeps a name; the allow list lets in nobody else."""
    code, found = _plugins(site, CIVICFLOW_DISABLE_PLUGINS="crash_city, slip-city,WEST.city stone-city bare-city")
    assert (code, found["east-city"]["status"], found["good-city"]["status"]) == (0, "loaded", "loaded")
    assert {one["status"] for name, one in found.items() if name not in {"east-city", "good-city"}} == {"blocked"}
    assert found["west-city"]["error"] == (
        "plugin 'map' of west-city 1.0 (civicflow: west_city): is on the block list (CIVICFLOW_DISABLE_PLUGINS, or block=)"
    )
    code, found = _plugins(site, CIVICFLOW_PLUGINS="good-city")
    assert (code, {name for name, one in found.items() if one["status"] == "loaded"}) == (0, {"good-city"})
    assert found["crash-city"]["error"].endswith("is not on the allow list (CIVICFLOW_PLUGINS, or allow=)")
    code, found = _plugins(site, CIVICFLOW_PLUGINS="")
    assert (code, {one["status"] for one in found.values()}) == (0, {"blocked"})


def test_nothing_is_imported_on_demand(site: Path) -> None:
    """``--no-plugins`` lists what is there, and whom a list blocks."""
    code, found = _plugins(site, "--no-plugins", CIVICFLOW_DISABLE_PLUGINS="crash-city")
    assert code == 0
    assert {one["status"] for name, one in found.items() if name != "crash-city"} == {"available"}
    assert found["crash-city"]["status"] == "blocked"

"""What is found, what is loaded, and who is blamed."""

from __future__ import annotations

import importlib.abc
import subprocess
import sys
import zipfile
from collections.abc import Callable
from importlib import metadata
from pathlib import Path
from types import ModuleType

import pytest

from civicflow.errors import PluginError
from civicflow.plugins.discovery import HOOKS, STORAGE, Found, Source, distribution_of, find, in_a_line, module_of, own

Install = Callable[..., None]


def _names(group: str) -> set[str]:
    return {source.name for source in find(group).sources}


class TestFind:
    """Every installed distribution is found, whatever is wrong with another one."""

    def test_names_its_distribution_and_version(self, install: Install) -> None:
        """A source says which distribution, in which version, points to what."""
        install("town-hooks", {"civicflow": {"town": "town.hooks:plugin"}}, version="2.5")
        source = next(source for source in find(HOOKS).sources if source.name == "town")
        assert source == Source(
            group="civicflow", name="town", value="town.hooks:plugin", distribution="town-hooks", version="2.5"
        )
        assert str(source) == "'town' of town-hooks 2.5 (civicflow: town.hooks:plugin)"

    def test_keeps_groups_apart(self, install: Install) -> None:
        """What a distribution announces in one group does not appear in another."""
        install("town-store", {"civicflow.storage": {"town": "town_store:open"}})
        assert "town" in _names(STORAGE)
        assert "town" not in _names(HOOKS)

    def test_orders_by_name(self, install: Install) -> None:
        """The order does not depend on the path or the file."""
        install("zebra", {"civicflow.storage": {"alpha": "z:z", "zulu": "z:z"}})
        install("aardvark", {"civicflow.storage": {"mike": "a:a"}})
        names = [source.name for source in find(STORAGE).sources]
        assert names == sorted(names)

    def test_one_malformed_file_hides_nobody_else(self, install: Install) -> None:
        """Where one distribution's entry_points.txt is damaged, the others are found and the damaged one is named."""
        install("healthy", {"civicflow.storage": {"healthy": "healthy:open"}})
        install("damaged", "[civicflow.storage]\nthis line says nothing\n", version="0.3")
        found = find(STORAGE)
        assert "healthy" in {source.name for source in found.sources}
        ((source, error),) = found.unreadable
        assert source.label == "damaged 0.3"
        assert error.distribution == "damaged 0.3"
        assert "cannot be read" in str(error)

    def test_a_half_removed_distribution_is_still_found(self, install: Install) -> None:
        """Without METADATA nobody knows who it was, and nothing breaks."""
        install("ghost", {"civicflow.storage": {"ghost": "ghost:open"}}, described=False)
        install("damaged", "[x]\nthis line says nothing\n", described=False)
        assert "ghost" in _names(STORAGE)

    def test_looks_into_zips_and_eggs(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """What is no plain folder of the path is looked at as well."""
        archive = tmp_path / "shelf.zip"
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("zipped-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: zipped\nVersion: 1.0\n")
            file.writestr("zipped-1.0.dist-info/entry_points.txt", "[civicflow.storage]\nzipped = zipped:open\n")
        egg = tmp_path / "laid-1.0-py3.egg" / "EGG-INFO"
        egg.mkdir(parents=True)
        (egg / "PKG-INFO").write_text("Metadata-Version: 2.1\nName: laid\nVersion: 1.0\n")
        (egg / "entry_points.txt").write_text("[civicflow]\nlaid = laid\n")
        monkeypatch.syspath_prepend(str(egg.parent))
        assert "laid" in _names(HOOKS)
        monkeypatch.syspath_prepend(str(archive))
        assert "zipped" in _names(STORAGE)

    def test_looks_through_the_working_folder(self, install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
        """An empty entry of the path means the working folder."""
        install("local", {"civicflow.storage": {"local": "local:open"}})
        monkeypatch.chdir(sys.path[0])
        monkeypatch.setattr(sys, "path", ["", *sys.path[1:]])
        assert "local" in _names(STORAGE)

    def test_asks_other_finders(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """A host with an importer of its own is asked too, since no file tells what it would find."""

        class Sold(metadata.Distribution):
            def read_text(self, filename: str) -> str | None:
                if filename == "entry_points.txt":
                    return "[civicflow.storage]\nsold = sold:open\n"
                msg = "the label came off"
                raise OSError(msg)

            @property
            def _normalized_name(self) -> str:
                return "sold"

            def locate_file(self, path: object) -> Path:
                return Path(str(path))

        class Shop(importlib.abc.MetaPathFinder):
            def find_distributions(self, context: object) -> list[metadata.Distribution]:
                return [Sold()]

        monkeypatch.setattr(sys, "meta_path", [*sys.meta_path, Shop()])
        (sold,) = (source for source in find(STORAGE).sources if source.name == "sold")
        assert sold.label == "? ?"

    def test_passes_over_what_is_gone(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """A folder of the path that does not exist, and metadata without entry points, are nothing."""
        (tmp_path / "bare-1.0.dist-info").mkdir()
        monkeypatch.syspath_prepend(str(tmp_path))
        monkeypatch.syspath_prepend(str(tmp_path / "gone"))
        assert find("civicflow.nobody") == Found()

    def test_costs_no_import_where_nothing_is_announced(self) -> None:
        """Looking for plugins that nobody has installed does not load `importlib.metadata`."""
        code = (
            "import sys; sys.path[:] = [p for p in sys.path if 'site-packages' not in p];"
            "from civicflow.plugins.discovery import find;"
            "assert find('civicflow.nobody').sources == (); assert 'importlib.metadata' not in sys.modules"
        )
        attrs_folder = str(Path(sys.modules["attr"].__file__ or "").parent.parent)
        code = f"import sys; sys.path.append({attrs_folder!r}); import attrs, civicflow.errors; " + code
        subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": ":".join(sys.path)})


class TestLoad:
    """Whatever goes wrong while loading is one readable line."""

    @pytest.mark.parametrize(
        ("value", "source", "cause"),
        [
            ("absent_module:open", "", "ModuleNotFoundError: No module named 'absent_module'"),
            ("faulty_module:open", "import no_such_driver", "ModuleNotFoundError: No module named 'no_such_driver'"),
            ("faulty_module:shut", "open = 1", "has no attribute 'shut'"),
            ("faulty_module:open", "raise RuntimeError('two\\nlines')", "RuntimeError: two lines"),
            ("faulty_module:open", "import sys; sys.exit(3)", "SystemExit: 3"),
            ("faulty_module:open", "def open(:", "SyntaxError"),
            (":open", "", "ValueError: Empty module name"),
        ],
    )
    def test_names_who_and_why(self, install: Install, value: str, source: str, cause: str) -> None:
        """The error names distribution, version, entry point and cause."""
        install("faulty", {"civicflow.storage": {"faulty": value}}, version="0.9", modules={"faulty_module": source})
        (found,) = (source for source in find(STORAGE).sources if source.name == "faulty")
        with pytest.raises(PluginError) as raised:
            found.load()
        assert cause in str(raised.value)
        assert f"'faulty' of faulty 0.9 (civicflow.storage: {value})" in str(raised.value)
        assert "\n" not in str(raised.value)
        assert (raised.value.plugin, raised.value.distribution) == ("faulty", "faulty 0.9")

    def test_loads_a_module_or_what_is_in_it(self, install: Install) -> None:
        """An entry point may name a module, an object, or an attribute of one."""
        install("fine", {}, modules={"fine_module": "class A:\n    b = 'found'\n"})
        assert isinstance(Source(group=HOOKS, name="x", value="fine_module").load(), ModuleType)
        assert Source(group=HOOKS, name="x", value="fine_module : A.b [extra]").load() == "found"


class TestBlame:
    """Whose code an object runs."""

    def test_ours(self) -> None:
        """What comes with civicflow is civicflow's."""
        assert distribution_of("civicflow.plugins.notify.console").startswith("civicflow")
        assert own().distribution == "civicflow"

    def test_a_strangers(self, install: Install) -> None:
        """A class is traced to the distribution whose entry point leads to its package."""
        install("courier", {"civicflow.notifiers": {"courier": "courier_module:open"}}, version="4.1")
        assert distribution_of("courier_module.channels") == "courier 4.1"

    def test_nobody_knows(self) -> None:
        """A host's own class is named by its module."""
        assert distribution_of(module_of(TestBlame())) == TestBlame.__module__
        assert module_of(sys) == "sys"


class TestInALine:
    """An exception as one line that any store can hold."""

    def test_leaves_out_what_stores_refuse(self) -> None:
        """NUL and lone surrogates are replaced, line ends become blanks."""
        assert in_a_line(ValueError("a\0b\ud800\nc")) == "ValueError: a b\\ud800 c"

    def test_survives_an_exception_that_cannot_be_printed(self) -> None:
        """A stranger's ``__str__`` may fail too."""

        class Mute(Exception):
            def __str__(self) -> str:
                raise RuntimeError

        assert in_a_line(Mute()) == "Mute: its message cannot be read"

    def test_has_an_end(self) -> None:
        """However long the message, the line is not."""
        assert len(in_a_line(ValueError("x" * 10_000))) == 1000
        assert in_a_line(KeyError()) == "KeyError"

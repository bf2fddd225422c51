"""Plugins are checked when they register, and loaded each apart from the others."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from importlib.metadata import EntryPoint
from types import ModuleType

import attrs
import pluggy
import pytest

from civicflow.errors import PluginError
from civicflow.plugins.hookspecs import Committed, hookimpl
from civicflow.plugins.manager import Plugins
from civicflow.plugins.states import PluginState

Install = Callable[..., None]

WORKING = """
from civicflow.plugins.hookspecs import hookimpl
heard = []
@hookimpl
def civicflow_committed(event):
    heard.append(event)
"""

EVENT = Committed(position=1, entries=(), facts={})


def _state(plugins: Plugins, name: str) -> PluginState:
    (state,) = (state for state in plugins.states if state.name == name)
    return state


def _plugin(source: str) -> ModuleType:
    """A module of its own, made from source."""
    module = ModuleType("made")
    exec(compile("from civicflow.plugins.hookspecs import hookimpl\n" + source, "made", "exec"), vars(module))
    return module


@attrs.frozen
class Equal:
    """A plugin that equals every other one of its kind."""

    @hookimpl
    def civicflow_committed(self, event: Committed) -> None:
        """Do nothing."""


class TestRegister:
    """What pluggy lets pass is refused, with every fault of the plugin at once."""

    @pytest.mark.parametrize(
        ("source", "fault"),
        [
            (
                "@hookimpl\ndef civicflow_comitted(event): ...",
                "there is no hook civicflow_comitted; the hooks are civicflow_committed, civicflow_flows,",
            ),
            (
                "@hookimpl\ndef civicflow_committed(evnt): ...",
                "civicflow_committed(evnt) should be civicflow_committed(event)",
            ),
            ("@hookimpl\ndef civicflow_committed(): ...", "civicflow_committed() should be civicflow_committed(event)"),
            ("@hookimpl\ndef civicflow_committed(event, more): ...", "civicflow_committed(event, more) should be"),
            ("@hookimpl\ndef civicflow_committed(event, /): ...", "civicflow_committed(event, /) should be"),
            ("@hookimpl\ndef civicflow_committed(*, event): ...", "civicflow_committed(*, event) should be"),
            ("@hookimpl\ndef civicflow_committed(**event): ...", "civicflow_committed(**event) should be"),
            ("@hookimpl\ndef civicflow_flows(office): ...", "civicflow_flows(office) should be civicflow_flows()"),
            (
                "@hookimpl\ndef civicflow_committed(event=None): ...",
                "gives 'event' a default value, which pluggy may take",
            ),
            ("@hookimpl\nasync def civicflow_committed(event): ...", "is async and would never be awaited"),
            ("@hookimpl\nasync def civicflow_flows():\n    yield", "is async and would never be awaited"),
            ("@hookimpl\ndef civicflow_committed(event):\n    yield", "is a generator and would never run"),
            ("def civicflow_committed(event): ...", "civicflow_committed() is not marked with @hookimpl"),
            ("import civicflow.ids as civicflow_ids\ncivicflow_version = 1", "implements no hook"),
            ("x = 1", "implements no hook; mark its functions with @hookimpl"),
            (WORKING + "api_version = 2", "version 2 of the hooks, this civicflow has version 1; update civicflow"),
            (WORKING + "api_version = 0", "is written for version 0 of the hooks, this civicflow has version 1"),
            (WORKING + "api_version = 'x'", "is written for version x of the hooks"),
            (
                "import pluggy\n@pluggy.HookimplMarker('civicflow')(wrapper=True)\ndef civicflow_committed(event):\n    yield",
                "is a wrapper",
            ),
            (
                "import pluggy\n@pluggy.HookimplMarker('civicflow')(specname='civicflow_gone')\ndef told(event): ...",
                "there is no hook civicflow_gone",
            ),
        ],
    )
    def test_refuses(self, source: str, fault: str) -> None:
        """The message names the plugin, the distribution and what would be right; nothing is registered."""
        plugins = Plugins()
        with pytest.raises(PluginError) as raised:
            plugins.register(_plugin(source), name="faulty", distribution="faulty-city")
        assert fault in str(raised.value)
        assert "'faulty' of faulty-city" in str(raised.value)
        assert plugins.states == ()
        assert plugins.committed(EVENT) == ()

    def test_tells_all_faults(self) -> None:
        """Two mistakes are two sentences of one message."""
        source = "@hookimpl\ndef civicflow_flows(a): ...\n@hookimpl\ndef civicflow_gone(): ...\n"
        with pytest.raises(PluginError, match=r"civicflow_flows\(a\) should be .*; there is no hook civicflow_gone"):
            Plugins().register(_plugin(source))

    def test_refuses_a_class(self) -> None:
        """A class in place of an object of it would be called without self."""
        with pytest.raises(PluginError, match=r"Equal is a class; register an object of it"):
            Plugins().register(Equal)

    def test_refuses_a_name_or_a_plugin_twice(self) -> None:
        """Two of one name, and one under two names, are errors that name both."""
        plugins, module = Plugins(), _plugin(WORKING)
        plugins.register(module, name="one", distribution="first-city")
        with pytest.raises(PluginError, match=r"'one' of second-city: the name is taken by 'one' of first-city"):
            plugins.register(Equal(), name="one", distribution="second-city")
        with pytest.raises(PluginError, match=r"is registered already, as 'one' of first-city"):
            plugins.register(module, name="two")
        plugins.committed(EVENT)
        assert module.heard == [EVENT]

    def test_refuses_what_cannot_even_be_looked_at(self) -> None:
        """A plugin whose own methods fail while it is examined is a broken plugin."""

        class Hostile:
            def __dir__(self) -> list[str]:
                raise RuntimeError

        with pytest.raises(PluginError, match=r"cannot be registered: RuntimeError"):
            Plugins().register(Hostile())

    def test_names_it_by_itself(self) -> None:
        """Without a name a module has its own, and an object that of its class."""
        plugins = Plugins()
        plugins.register(_plugin(WORKING))
        plugins.register(Equal())
        assert [(state.name, state.status, state.hooks) for state in plugins.states] == [
            ("made", "loaded", ("civicflow_committed",)),
            ("Equal", "loaded", ("civicflow_committed",)),
        ]

    def test_honours_the_marks_of_pluggy(self) -> None:
        """A mark may name the hook that a function of another name implements."""
        mark = "import pluggy\n@pluggy.HookimplMarker('civicflow')(specname='civicflow_committed')\n"
        plugins, module = Plugins(), _plugin("heard = []\n" + mark + "def told(event): heard.append(event)")
        plugins.register(module)
        plugins.committed(EVENT)
        assert module.heard == [EVENT]
        assert pluggy.HookimplMarker("civicflow").project_name == "civicflow"


class TestLoad:
    """One broken plugin never stops the office."""

    def test_isolates(self, install: Install) -> None:
        """Of many plugins the good ones work, and each broken one is recorded with distribution, version and cause."""
        broken = {
            "crash": "1/0",
            "exit": "import sys; sys.exit('bye')",
            "driver": "import no_such_driver",
            "typo": "from civicflow.plugins.hookspecs import hookimpl\n@hookimpl\ndef civicflow_comitted(event): ...",
            "empty": "",
        }
        for name, source in broken.items():
            install(
                f"{name}-city",
                {"civicflow": {name: f"{name}_module"}},
                version="0.1",
                modules={f"{name}_module": source},
            )
        install("good-city", {"civicflow": {"good": "good_module"}}, version="3.2", modules={"good_module": WORKING})
        plugins = Plugins()
        plugins.load()
        assert _state(plugins, "good") == PluginState(
            group="civicflow",
            name="good",
            distribution="good-city",
            version="3.2",
            entry_point="good_module",
            status="loaded",
            hooks=("civicflow_committed",),
        )
        for name in broken:
            state = _state(plugins, name)
            assert (state.status, state.distribution, state.version) == ("failed", f"{name}-city", "0.1")
            assert f"{name}-city 0.1" in state.error
            assert "\n" not in state.error
        plugins.committed(EVENT)
        assert sys.modules["good_module"].heard == [EVENT]

    def test_strict_raises_after_all_were_tried(self, install: Install) -> None:
        """A strict office hears of every broken plugin at once, one a line."""
        for name in ("crash", "burn"):
            install(f"{name}-city", {"civicflow": {name: f"{name}_module"}}, modules={f"{name}_module": "1/0"})
        plugins = Plugins(strict=True, allow=["crash", "burn"])
        with pytest.raises(PluginError) as raised:
            plugins.load()
        assert [line.split("'")[1] for line in str(raised.value).splitlines()] == ["burn", "crash"]

    def test_strict_passes_when_all_is_well(self, install: Install) -> None:
        """Nothing broken, nothing raised."""
        install("good-city", {"civicflow": {"good": "good_module"}}, modules={"good_module": WORKING})
        plugins = Plugins(strict=True, allow=["good"])
        plugins.load()
        assert _state(plugins, "good").status == "loaded"

    def test_two_of_one_name(self, install: Install) -> None:
        """Neither is loaded, both are named; blocking one lets the other in."""
        for name in ("east", "west"):
            install(f"{name}-city", {"civicflow": {"map": f"{name}_module"}}, modules={f"{name}_module": WORKING})
        plugins = Plugins()
        plugins.load()
        failed = [state for state in plugins.states if state.name == "map"]
        assert [state.status for state in failed] == ["failed", "failed"]
        assert all("east-city 1.0" in state.error and "west-city 1.0" in state.error for state in failed)
        assert "east_module" not in sys.modules
        choosing = Plugins(block=["west-city"])
        choosing.load()
        chosen = {state.distribution: state.status for state in choosing.states if state.name == "map"}
        assert chosen == {"east-city": "loaded", "west-city": "blocked"}

    def test_allows_and_blocks(self, install: Install) -> None:
        """Lists name entry points or distributions; what is blocked is not even imported; block goes first."""
        for name in ("one", "two", "three"):
            install(f"{name}-city", {"civicflow": {name: f"{name}_module"}}, modules={f"{name}_module": WORKING})
        plugins = Plugins(allow=["one", "two-city", "three"], block=["three"])
        plugins.load()
        found = {state.name: state.status for state in plugins.states}
        assert (found["one"], found["two"], found["three"]) == ("loaded", "loaded", "blocked")
        assert "three_module" not in sys.modules
        nobody = Plugins(allow=())
        nobody.load()
        assert {state.status for state in nobody.states} == {"blocked"}

    def test_misses_what_is_allowed_and_not_installed(self) -> None:
        """A plugin that an office counts on and nobody installed is not passed over in silence."""
        plugins = Plugins(allow=["archive"])
        plugins.load([])
        assert _state(plugins, "archive").status == "missing"
        with pytest.raises(PluginError, match=r"'archive' is on the allow list and is not installed"):
            Plugins(allow=["archive"], strict=True).load([])

    def test_a_registered_plugin_is_not_missing(self) -> None:
        """What the host registered itself needs no installation, and no list stands in its way."""
        plugins = Plugins(allow=["archive"], strict=True)
        plugins.register(Equal(), name="archive")
        plugins.load([])
        assert [state.status for state in plugins.states] == ["loaded"]

    def test_again_loads_nothing_twice(self, install: Install) -> None:
        """A second call finds what was installed since, and leaves the others as they are."""
        install("good-city", {"civicflow": {"good": "good_module"}}, modules={"good_module": WORKING})
        plugins = Plugins(block=["test-plugin"])
        plugins.load()
        states = plugins.states
        plugins.load()
        assert plugins.states == states
        plugins.committed(EVENT)
        assert sys.modules["good_module"].heard == [EVENT]

    def test_takes_given_entry_points(self, install: Install) -> None:
        """A host may find its plugins itself; an entry point without a distribution is the host's."""
        install("unlisted", {}, modules={"unlisted_module": WORKING})
        plugins = Plugins()
        plugins.load(
            [EntryPoint("own", "unlisted_module", "civicflow"), EntryPoint("lost", "absent_module", "civicflow")]
        )
        assert _state(plugins, "own").status == "loaded"
        assert "'lost' of the host (civicflow: absent_module): cannot be loaded" in _state(plugins, "lost").error

    def test_damaged_metadata(self, install: Install) -> None:
        """A damaged entry_points.txt anywhere is recorded, and the other plugins are loaded."""
        install("damaged", "[civicflow]\nnonsense\n", version="0.3")
        install("good-city", {"civicflow": {"good": "good_module"}}, modules={"good_module": WORKING})
        plugins = Plugins()
        plugins.load()
        assert _state(plugins, "good").status == "loaded"
        assert (_state(plugins, "entry_points.txt").status, _state(plugins, "entry_points.txt").distribution) == (
            "failed",
            "damaged",
        )


def test_pluggy_comes_with_the_first_plugin() -> None:
    """An office without plugins does not import pluggy."""
    code = (
        "import sys; from civicflow.plugins.manager import Plugins; p = Plugins(); p.load([]); p.flows();"
        "assert 'pluggy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": ":".join(sys.path)})

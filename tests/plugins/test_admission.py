"""Who is let in: by the lists of the environment, or by those that a host gives."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow.errors import InvalidInput, PluginError
from civicflow.plugins.admission import Admission, admission_of, is_strict, plain
from civicflow.plugins.backends import backend_states, open_notifier
from civicflow.plugins.discovery import HOOKS, Source
from civicflow.plugins.manager import Plugins, installed
from civicflow.plugins.remedies import remedy

Install = Callable[..., None]

NAMES = st.text("abc", min_size=1, max_size=3)
LISTS = st.lists(NAMES, max_size=4)


@st.composite
def spelled(draw: st.DrawFn, names: list[str]) -> str:
    """Names as somebody types them into a variable."""
    return draw(st.sampled_from([", ", " ", ",", " ,  "])).join(draw(st.permutations(names)))


@given(st.data(), LISTS, LISTS, NAMES, NAMES)
def test_a_list_says_what_it_lists(
    data: st.DataObject, allow: list[str], block: list[str], name: str, distribution: str
) -> None:
    """Let in is who is on the allow list, or anybody without one, and is not on the block list; however it is spelled."""
    source = Source(group=HOOKS, name=name, distribution=distribution)
    mine = {name, distribution}
    lists = {"CIVICFLOW_DISABLE_PLUGINS": data.draw(spelled(block))}
    assert bool(admission_of(lists).objection(source)) == bool(mine & set(block))
    lists["CIVICFLOW_PLUGINS"] = data.draw(spelled(allow))
    let_in = bool(mine & set(allow)) and not mine & set(block)
    assert bool(admission_of(lists).objection(source)) == (not let_in)
    assert Admission(allow=allow, block=block).objection(source) == admission_of(lists).objection(source)
    assert set(admission_of(lists).missing(mine)) == set(allow) - mine


@given(st.text("aA-_.", min_size=1))
def test_names_are_compared_as_indexes_do(name: str) -> None:
    """To compare a name twice changes nothing, and neither case nor the kind of dash makes another."""
    assert plain(plain(name)) == plain(name) == plain(name.upper()) == plain(name.replace("_", "-"))


def test_one_name_is_no_list_of_letters() -> None:
    """A host may give a single name as it is."""
    assert Admission(allow="city", block="town").allow == ("city",)


@pytest.mark.parametrize(("said", "meant"), [("", False), ("0", False), ("no", False), ("1", True), (" True ", True)])
def test_strictness_is_said_in_words(said: str, meant: bool) -> None:  # noqa: FBT001 - a case of the table
    """As variables of the environment are written."""
    assert is_strict({"CIVICFLOW_STRICT_PLUGINS": said}) is meant
    assert not is_strict({})


def test_strictness_that_says_nothing() -> None:
    """What is neither yes nor no is not taken for one of them."""
    with pytest.raises(InvalidInput, match="got 'perhaps'"):
        Plugins.of_environment({"CIVICFLOW_STRICT_PLUGINS": "perhaps"})


class TestBackends:
    """A blocked distribution is imported for no scheme."""

    @pytest.fixture(autouse=True)
    def rivals(self, install: Install, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        """Two distributions bring ``pigeon://``, one of them is blocked."""
        good = "from civicflow.plugins.notify.console import Console\ndef open(url): return Console()\n"
        install("grey-loft", {"civicflow.notifiers": {"pigeon": "grey_loft:open"}}, modules={"grey_loft": good})
        install("white-loft", {"civicflow.notifiers": {"pigeon": "white_loft:open"}}, modules={"white_loft": "1/0"})
        monkeypatch.setenv("CIVICFLOW_DISABLE_PLUGINS", "White_Loft")
        return iter(())

    def test_the_other_one_has_the_scheme(self) -> None:
        """To block one of two settles whose it is."""
        open_notifier("pigeon://roof").close()
        found = {state.distribution: state for state in backend_states() if state.name == "pigeon"}
        assert {name: state.status for name, state in found.items()} == {
            "grey-loft": "available",
            "white-loft": "blocked",
        }
        assert "is on the block list (CIVICFLOW_DISABLE_PLUGINS" in found["white-loft"].error

    def test_nobody_is_left(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """It is not unknown, it is blocked; and how to lift that is told."""
        monkeypatch.setenv("CIVICFLOW_DISABLE_PLUGINS", "white-loft grey-loft")
        with pytest.raises(PluginError, match=r"grey-loft 1.0 .*: is on the block list .*; take it off"):
            open_notifier("pigeon://roof")


def test_who_is_installed_and_blocked(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    """The list without an import says so, too."""
    install("town-hooks", {"civicflow": {"town": "absent_module"}})
    monkeypatch.setenv("CIVICFLOW_DISABLE_PLUGINS", "town")
    (state,) = (state for state in installed() if state.name == "town")
    assert state.status == "blocked"


class TestRemedies:
    """What helps is told with what is wrong."""

    def test_an_extra(self, install: Install) -> None:
        """The extra that an entry point asks for is named where its module is missing; not for a slip in the plugin itself."""
        install(
            "maps", {"civicflow": {"maps": "maps_hooks [svg, pdf]"}}, modules={"maps_hooks": "import a_missing_one"}
        )
        source = Source(group=HOOKS, name="maps", value="maps_hooks [svg, pdf]", distribution="maps", version="1.0")
        with pytest.raises(PluginError, match=r"install what it needs: pip install 'maps\[svg,pdf\]'"):
            source.load()
        own = ModuleNotFoundError("No module named 'maps_hooks.drawing'", name="maps_hooks.drawing")
        assert remedy(source, own) == "update or uninstall maps, or go on without it: CIVICFLOW_DISABLE_PLUGINS=maps"

    def test_a_backend_whose_driver_is_missing_when_it_opens(self, install: Install) -> None:
        """A driver that is imported late is told as one that is imported at once."""
        install(
            "telex",
            {"civicflow.notifiers": {"telex": "telex_module:open [line]"}},
            modules={"telex_module": "def open(url):\n    import a_telex_driver\n"},
        )
        with pytest.raises(PluginError, match=r"a_telex_driver'; install what it needs: pip install 'telex\[line\]'"):
            open_notifier("telex://1234")

    def test_a_backend_has_a_url_and_a_host_has_its_code(self) -> None:
        """Who cannot be left out by a list is not told to be."""
        telex = Source(group="civicflow.notifiers", name="telex", value="t:open", distribution="telex", version="1")
        assert remedy(telex) == "update telex, or open another URL"
        assert remedy(Source(group=HOOKS, name="mine")) == "correct it, or register it no longer"

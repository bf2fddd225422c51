"""One of many: a URL's scheme names a storage or a notifier."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import pytest

import civicflow
from civicflow import Plugins
from civicflow.errors import InvalidInput, PluginError
from civicflow.plugins.backends import backend_states, open_blobs, open_notifier, open_publisher, open_storage
from civicflow.plugins.blobs.contract import Blobs
from civicflow.plugins.notify.console import Console
from civicflow.plugins.states import PluginState
from civicflow.plugins.storage.contract import Storage

Install = Callable[..., None]

PIGEON = """
class Pigeon:
    api_version = 1
    name = "pigeon"
    closed = 0
    def __init__(self, url): self.url = url
    def send(self, notice): pass
    def close(self): type(self).closed += 1
"""


def _state(name: str, distribution: str, group: str = "civicflow.storage") -> PluginState:
    (state,) = (s for s in backend_states() if (s.group, s.name, s.distribution) == (group, name, distribution))
    return state


class TestOurs:
    """Our own schemes need no metadata and look at nothing that is installed."""

    def test_open(self) -> None:
        """Storage, blob store and notifier by their schemes, in any case of letters."""
        storage = open_storage("memory://")
        assert isinstance(storage, Storage)
        storage.close()
        blobs = open_blobs("memory://")
        assert isinstance(blobs, Blobs)
        blobs.close()
        console = open_notifier("CONSOLE://stderr")
        assert isinstance(console, Console)
        assert console.stream == "stderr"

    def test_load_nothing_else(self) -> None:
        """``memory://`` loads no other backend, no notifier, no pluggy and no metadata."""
        code = (
            "import sys; from civicflow.plugins.backends import open_storage; open_storage('memory://').close();"
            "loaded = {'sqlite3', 'pluggy', 'importlib.metadata', 'civicflow.plugins.storage.sqlite',"
            "'civicflow.plugins.blobs.memory', 'civicflow.plugins.blobs.folder',"
            "'civicflow.plugins.notify.console', 'civicflow.plugins.notify.file'} & sys.modules.keys();"
            "assert not loaded, loaded"
        )
        subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": ":".join(sys.path)})

    @pytest.mark.parametrize("scheme", ["postgresql", "postgres"])
    def test_name_the_extra_they_need(self, scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """Where its driver is not installed, the message says what to install."""
        for name in [name for name in sys.modules if name.startswith("civicflow.plugins.storage.postgresql")]:
            monkeypatch.delitem(sys.modules, name)
        monkeypatch.setitem(sys.modules, "psycopg", None)
        with pytest.raises(PluginError, match=r"psycopg.*pip install 'civicflow\[postgresql\]'"):
            open_storage(f"{scheme}://localhost/town")

    def test_cannot_be_taken_over(self, install: Install) -> None:
        """A distribution that announces ``memory`` is listed as failed and never asked; nothing else suffers."""
        install(
            "impostor",
            {
                "civicflow.storage": {"memory": "impostor_module:open"},
                "civicflow.notifiers": {"pigeon": "pigeons:Pigeon"},
            },
            modules={"impostor_module": "raise SystemExit('imported')", "pigeons": PIGEON},
        )
        open_storage("memory://").close()
        assert "impostor_module" not in sys.modules
        state = _state("memory", "impostor")
        assert state.status == "failed"
        assert "impostor 1.0 (impostor_module:open)" in state.error
        assert "civicflow" in state.error
        assert _state("memory", "civicflow").status == "available"
        open_notifier("pigeon://")

    def test_announced_by_ourselves_are_listed_once(self, install: Install) -> None:
        """Our own metadata, stale or not, is not taken for a rival."""
        install("civicflow", {"civicflow.storage": {"memory": "civicflow.plugins.storage.old:open"}}, version="0.0.1")
        assert _state("memory", "civicflow").status == "available"
        open_storage("memory://").close()


class TestTheirs:
    """A distribution's backend is imported when its scheme is asked for."""

    def test_open(self, install: Install) -> None:
        """The URL is passed on as it was written."""
        install("pigeon-post", {"civicflow.notifiers": {"pigeon": "pigeons:Pigeon"}}, modules={"pigeons": PIGEON})
        assert _state("pigeon", "pigeon-post", "civicflow.notifiers") == PluginState(
            group="civicflow.notifiers",
            name="pigeon",
            distribution="pigeon-post",
            version="1.0",
            entry_point="pigeons:Pigeon",
            status="available",
        )
        assert "pigeons" not in sys.modules
        notifier = open_notifier("Pigeon://Roof/3?Wind=west")
        assert vars(notifier) == {"url": "Pigeon://Roof/3?Wind=west"}

    def test_a_publisher(self, install: Install) -> None:
        """A head is published by whoever brings the scheme; what does not keep the contract is refused."""
        source = """
class Gazette:
    api_version = 1
    name = "gazette"
    printed = []
    def __init__(self, url): self.url = url
    def last(self): return None
    def publish(self, head, signature): self.printed.append((self.url, head.number))
    def close(self): pass
class Rag(Gazette):
    def publish(self, head): pass
"""
        points = {"gazette": "gazettes:Gazette", "rag": "gazettes:Rag"}
        install("paper", {"civicflow.publishers": points}, modules={"gazettes": source})
        with civicflow.open("memory://", plugins=Plugins(), publish=["gazette://city/page-4"]) as office:
            assert [p.publisher for p in office.seal().publications] == ["gazette"]
        assert sys.modules["gazettes"].Gazette.printed == [("gazette://city/page-4", 1)]
        assert _state("gazette", "paper", "civicflow.publishers").status == "available"
        with pytest.raises(PluginError, match=r"no publisher: publish\(\) does not take 'signature'"):
            open_publisher("rag://")

    def test_two_of_one_scheme(self, install: Install) -> None:
        """Neither is opened, both are named; other schemes go on working."""
        install("pigeon-post", {"civicflow.notifiers": {"pigeon": "pigeons:Pigeon"}}, modules={"pigeons": PIGEON})
        install("dove-post", {"civicflow.notifiers": {"Pigeon": "doves:open"}}, version="7")
        with pytest.raises(PluginError, match=r"uninstall one of them") as raised:
            open_notifier("pigeon://")
        assert "pigeon-post 1.0 (pigeons:Pigeon)" in str(raised.value)
        assert "dove-post 7 (doves:open)" in str(raised.value)
        assert (
            _state("pigeon", "pigeon-post", "civicflow.notifiers").status
            == _state("Pigeon", "dove-post", "civicflow.notifiers").status
            == "failed"
        )
        open_notifier("console://")

    def test_blob_stores_come_by_the_same_door(self, install: Install) -> None:
        """One that keeps the contract is opened; one that does not is blamed with what it lacks."""
        install(
            "chest",
            {"civicflow.blobs": {"chest": "chests:Chest", "sieve": "chests:Sieve"}},
            modules={
                "chests": "from civicflow.plugins.blobs.memory import MemoryBlobs, Shelves\n"
                "def Chest(url): return MemoryBlobs(Shelves())\n"
                "class Sieve:\n    api_version = 1\n    def __init__(self, url): pass\n"
            },
        )
        assert isinstance(open_blobs("chest://oak"), Blobs)
        assert _state("chest", "chest", "civicflow.blobs").status == "available"
        with pytest.raises(PluginError, match=r"no blob store: .*no method put\(\)"):
            open_blobs("sieve://")


class TestPlus:
    """What stands before a plus names who brings the scheme."""

    def test_of_a_stranger(self, install: Install) -> None:
        """It gets the URL as it was given; a scheme that somebody brings as a whole is theirs."""
        entries = {"pigeon": "pigeons:Pigeon", "pigeon+raven": "pigeons:Raven"}
        ravens = PIGEON + "\nclass Raven(Pigeon):\n    name = 'raven'\n"
        install("pigeon-post", {"civicflow.notifiers": entries}, modules={"pigeons": ravens})
        pigeon, raven = open_notifier("pigeon+fast://loft"), open_notifier("pigeon+raven://loft")
        assert (vars(pigeon)["url"], pigeon.name, raven.name) == ("pigeon+fast://loft", "pigeon", "raven")

    def test_of_nobody(self) -> None:
        """The whole of it is named."""
        with pytest.raises(PluginError, match=r"no notifier smoke\+fast://"):
            open_notifier("smoke+fast://")

    def test_an_extra_that_is_missing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """It is named, as for any other scheme of ours."""
        monkeypatch.delitem(sys.modules, "civicflow.plugins.notify.apprise", raising=False)
        monkeypatch.setitem(sys.modules, "apprise", None)
        with pytest.raises(PluginError, match=r"pip install 'civicflow\[apprise\]'"):
            open_notifier("apprise+json://localhost/")


class TestUnknown:
    """A scheme that nobody brings."""

    def test_names_the_group(self) -> None:
        """For any other it says where such a backend would be announced."""
        with pytest.raises(
            PluginError, match=r"no notifier smoke://, known are apprise, console, .*civicflow\.notifiers"
        ):
            open_notifier("smoke://")

    def test_says_what_could_not_be_read(self, install: Install) -> None:
        """The scheme looked for may stand in a damaged file."""
        install("damaged", "[civicflow.notifiers]\nnonsense\n")
        with pytest.raises(PluginError, match=r"smoke://.*damaged 1\.0.*cannot be read"):
            open_notifier("smoke://")
        assert {state.status for state in backend_states() if state.distribution == "damaged"} == {"failed"}

    @pytest.mark.parametrize("url", ["", "memory", "://x", "memory:", "内存://"])
    def test_no_url(self, url: str) -> None:
        """What has no scheme is refused with an example."""
        with pytest.raises(InvalidInput, match=r"such as memory://"):
            open_storage(url)


class TestBroken:
    """What a distribution brings and cannot be used, in one line with its cause."""

    @pytest.mark.parametrize(
        ("source", "cause"),
        [
            ("import no_such_driver", "cannot be loaded: ModuleNotFoundError: No module named 'no_such_driver'"),
            ("open = 3", "is of type int; it should be a callable open(url)"),
            ("def open(): ...", "should be a callable open(url): open() does not take 'url'"),
            ("def open(url, zone): ...", "open() demands 'zone'"),
            ("async def open(url): ...", "open() is async"),
            ("def open(url): raise OSError('no roof')", "cannot open its URL: OSError: no roof"),
            (
                "def open(url): return 3",
                "returned an object of type int, which is no notifier: it has no attribute api_version",
            ),
            (PIGEON.replace("send(self, notice)", "send(self)") + "open = Pigeon", "send() does not take 'notice'"),
            (
                PIGEON.replace("= 1", "= 0") + "open = Pigeon",
                "speaks version 0 of the notifier contract, this civicflow version 1; update sick",
            ),
            (PIGEON.replace("= 1", "= 2") + "open = Pigeon", "version 1; update civicflow"),
            (PIGEON.replace("= 1", "= 'one'") + "open = Pigeon", "speaks version one"),
            (PIGEON.replace("api_version", "version") + "open = Pigeon", "it has no attribute api_version"),
        ],
    )
    def test_names_who_and_why(self, install: Install, source: str, cause: str) -> None:
        """Distribution, version, entry point and cause stand in one line."""
        install(
            "sick",
            {"civicflow.notifiers": {"sick": "sick_module:open"}},
            version="0.2",
            modules={"sick_module": source},
        )
        with pytest.raises(PluginError) as raised:
            open_notifier("sick://")
        message = str(raised.value)
        assert cause in message
        assert "'sick' of sick 0.2 (civicflow.notifiers: sick_module:open)" in message
        assert "\n" not in message

    def test_gives_back_what_it_opened(self, install: Install) -> None:
        """A backend that is not taken is closed, even where closing fails."""
        old = PIGEON.replace("api_version = 1", "api_version = 0")
        install(
            "old",
            {"civicflow.notifiers": {"old": "old_module:Pigeon", "older": "older_module:Pigeon"}},
            modules={
                "old_module": old,
                "older_module": old.replace("type(self).closed += 1", "raise OSError"),
            },
        )
        for scheme in ("old", "older"):
            with pytest.raises(PluginError, match="speaks version 0"):
                open_notifier(f"{scheme}://")
        assert sys.modules["old_module"].Pigeon.closed == 1

    def test_keeps_passwords_to_itself(self, install: Install) -> None:
        """A password in a URL is not in the error's line, which is logged."""
        install(
            "leaky",
            {"civicflow.notifiers": {"leaky": "leaky_module:open"}},
            modules={"leaky_module": "def open(url): raise OSError('cannot reach ' + url)"},
        )
        with pytest.raises(PluginError, match=r"leaky://clerk:\*\*\*@host/x") as raised:
            open_notifier("leaky://clerk:s3cret@host/x")
        assert "s3cret" not in str(raised.value)

    def test_lets_its_own_errors_through(self, install: Install) -> None:
        """A backend that says what is wrong in civicflow's own terms is heard as it speaks."""
        source = "from civicflow.errors import InvalidInput\ndef open(url): raise InvalidInput('a pigeon has no port')"
        install("picky", {"civicflow.notifiers": {"picky": "picky_module:open"}}, modules={"picky_module": source})
        with pytest.raises(InvalidInput, match=r"^a pigeon has no port$"):
            open_notifier("picky://:80")

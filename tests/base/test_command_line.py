"""The command line: exit codes, what it prints, and that it makes and imports nothing unasked."""

from __future__ import annotations

import json
import os
import re
import runpy
import shlex
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

import civicflow
from civicflow import Plugins
from civicflow.cli import COMMANDS, main, parser
from civicflow.plugins.notify.contract import Notice, PermanentFailure
from civicflow.testing import FrozenClock

_CLOCK = FrozenClock()
_REGISTER = Path(__file__).parents[2] / "examples" / "registers" / "shangjie.yaml"


class Shut:
    """A notifier that never delivers."""

    api_version = 1
    name = "console"

    def send(self, notice: Notice) -> None:
        """Never."""
        raise PermanentFailure("no number")

    def close(self) -> None:
        """Nothing is held."""


def fill(url: str) -> None:
    """A store with an order that was raised long ago."""
    with civicflow.open(url, clock=_CLOCK, plugins=Plugins(), notify=[Shut()]) as office:
        office.register.load(_REGISTER)
        office.tickets.order("a lamp", unit="410106001005", by=office.act_as("r"))


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A store."""
    url = f"sqlite:///{tmp_path}/town.db"
    fill(url)
    return url


class Run:
    """What a command printed."""

    def __init__(self, capsys: pytest.CaptureFixture[str], *arguments: object) -> None:
        self.code = main([str(argument) for argument in arguments])
        self.out, self.err = capsys.readouterr()

    @property
    def said(self) -> dict[str, Any]:
        """The answer for programs."""
        said = json.loads(self.out)
        assert isinstance(said, dict)
        return said


def test_a_day_of_an_operator(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Ill, ticked, relayed, well; sealed, published, copied, verified."""
    keys, heads, copy = tmp_path / "secret", tmp_path / "heads.jsonl", tmp_path / "copy.db"
    keys.write_text("a secret of the office\n")
    ill = Run(capsys, "doctor", url, "--json")
    assert ill.code == 1
    assert ill.said["level"] == "error"
    levels = {finding["rule"]: finding["level"] for finding in ill.said["findings"]}
    assert (levels["due"], levels["outbox"], levels["storage.integrity"]) == ("error", "error", "ok")
    ticked = Run(
        capsys, "tick", url, "--notify", "console://stderr", "--key-file", keys, "--publish", heads.as_uri(), "--json"
    )
    assert (ticked.code, ticked.said["failed"], ticked.said["unpublished"]) == (0, [], [])
    assert ticked.said["rung"] >= 1
    relayed = Run(capsys, "relay", url, "--notify", "console://stderr", "--json")
    assert (relayed.code, relayed.said["failures"]) == (0, [])
    assert relayed.said["delivered"] >= 1
    sealed = Run(capsys, "seal", url, "--key-file", keys, "--publish", heads.as_uri(), "--json")
    assert sealed.said["publications"] == [{"publisher": heads.as_uri(), "through": sealed.said["number"], "error": ""}]
    well = Run(capsys, "doctor", url, "--publish", heads.as_uri())
    assert well.code == 0, well.out
    assert well.out.startswith(("all is well", "somebody should look"))
    assert Run(capsys, "backup", url, copy).code == 0
    for store in (url, f"sqlite:///{copy}"):
        verified = Run(capsys, "verify", store, "--published", heads, "--key-file", keys, "--json")
        assert verified.code == 0
        assert verified.said["ok"] is True
        assert verified.said["published_through"] == verified.said["entries"] == sealed.said["size"]
        assert verified.said["signed"] == verified.said["heads"]


def test_damage(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A store from which heads were lost is found out by what was published; a changed file of heads proves nothing."""
    heads = tmp_path / "heads.jsonl"
    Run(capsys, "seal", url, "--publish", heads.as_uri())
    other = f"sqlite:///{tmp_path}/other.db"
    fill(other)
    found = Run(capsys, "verify", other, "--published", heads, "--json")
    assert found.code == 1
    assert [fault["rule"] for fault in found.said["faults"]] == ["head.lost"]
    heads.write_bytes(heads.read_bytes().replace(b'"number":1', b'"number":2'))
    changed = Run(capsys, "verify", url, "--published", heads)
    assert changed.code == 2
    assert f"{heads}:1: it is no published head" in changed.err


def test_attachments(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Their bytes are looked at where the blob store is named, and are counted as unseen where not."""
    url, blobs = f"sqlite:///{tmp_path}/town.db", f"folder://{tmp_path}/files"
    with civicflow.open(url, clock=_CLOCK, plugins=Plugins(), blobs=blobs) as office:
        by = office.act_as("r")
        ticket = office.begin("four-part-ticket", "order", {"title": "a lamp"}, by=by, unit=None)
        office.attach(ticket, b"photo", name="lamp.txt", type="text/plain", by=by)
    assert Run(capsys, "verify", url, "--json").said["unseen"] == 1
    seen = Run(capsys, "verify", url, "--blobs", blobs, "--json")
    assert (seen.code, seen.said["attachments"], seen.said["unseen"]) == (0, 1, 0)
    for file in (tmp_path / "files").rglob("*"):
        if file.is_file():
            file.write_bytes(b"other")
    assert Run(capsys, "verify", url, "--blobs", blobs).code == 1


def test_a_key_pair(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Signed with the private key, checked with the public one; without a key file nothing runs."""
    from cryptography.hazmat.primitives import serialization as pem
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    private, public = tmp_path / "private.pem", tmp_path / "public.pem"
    private.write_bytes(key.private_bytes(pem.Encoding.PEM, pem.PrivateFormat.PKCS8, pem.NoEncryption()))
    public.write_bytes(key.public_key().public_bytes(pem.Encoding.PEM, pem.PublicFormat.SubjectPublicKeyInfo))
    assert Run(capsys, "seal", url, "--private-key", private).code == 0
    assert Run(capsys, "verify", url, "--public-key", public, "--json").said["signed"] == 1
    assert Run(capsys, "seal", url, "--private-key", tmp_path / "absent").code == 2


def test_a_failing_relay_and_publisher(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 1, and what failed is named."""
    relayed = Run(capsys, "relay", url)
    assert relayed.code == 1
    assert "there is no channel 'console'" in relayed.out
    (tmp_path / "log").write_text("something else\n")
    sealed = Run(capsys, "seal", url, "--publish", (tmp_path / "log").as_uri())
    assert sealed.code == 1
    assert "not published to file" in sealed.out


def test_the_outbox(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What waits is listed; what was given up is listed, sent again, and goes out when its channel is there."""
    waiting = Run(capsys, "outbox", url)
    assert (waiting.code, waiting.out.splitlines()[0]) == (0, "1 on their way")
    assert Run(capsys, "relay", url).code == 1
    dead = Run(capsys, "outbox", url, "--dead", "--json")
    (letter,) = dead.said["letters"]
    assert (dead.code, dead.said["state"], letter["channel"], letter["attempts"]) == (1, "dead", "console", 1)
    assert "there is no channel 'console'" in letter["last_error"]
    assert letter["zh"].startswith("新点单")
    assert Run(capsys, "outbox", url, "--dead", "--channel", "sms").code == 0
    assert Run(capsys, "outbox", url, "--redrive", "--key", "never", "--json").said["redriven"] == []
    again = Run(capsys, "outbox", url, "--redrive", "--key", letter["key"], "--language", "zh")
    assert (again.code, again.out.splitlines()[0]) == (0, "已重新投递1条")
    preferences = tmp_path / "preferences.yaml"
    preferences.write_text("everybody: {quiet: never}\n", encoding="utf-8")
    relayed = Run(capsys, "relay", url, "--notify", "console://stderr", "--preferences", preferences)
    assert (relayed.code, relayed.out.startswith("1 delivered")) == (0, True)
    assert Run(capsys, "outbox", url, "--json").said["letters"] == []


@pytest.mark.parametrize("command", [name for name, command in COMMANDS.items() if command.store])
def test_a_misspelt_store_is_no_new_one(command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every command could not run, and says so for people and programs."""
    path = tmp_path / "twon.db"
    more = [tmp_path / "copy.db"] if command == "backup" else []
    ran = Run(capsys, *command.split(), f"sqlite:///{path}", *more, "--json")
    assert (ran.code, path.exists()) == (2, False)
    assert "twon.db" in ran.said["error"]
    assert "twon.db" in ran.err


def test_a_store_is_copied(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What is done stands on the error stream, what came of it on the other; the target is opened by the last run."""
    target = f"sqlite:///{tmp_path}/new.db"
    first = Run(capsys, "copy", url, target, "--more", "--json")
    assert (first.code, first.said["arrived"], first.said["verified"], first.said["left"]) == (0, False, None, 0)
    assert "entries of the ledger: 2 of 2\n" in first.err
    closed = Run(capsys, "verify", target)
    assert (closed.code, "that has not arrived" in closed.err) == (2, True)
    second = Run(capsys, "copy", url, target, "--language", "zh")
    assert second.code == 0
    assert "目标库可以启用" in second.out
    assert "正在核对" in second.err
    assert Run(capsys, "verify", target, "--json").said == Run(capsys, "verify", url, "--json").said
    again = Run(capsys, "copy", url, target)
    assert (again.code, "copy to a place that is empty" in again.err) == (2, True)
    missing = Run(capsys, "copy", f"sqlite:///{tmp_path}/twon.db", f"sqlite:///{tmp_path}/third.db")
    assert (missing.code, (tmp_path / "third.db").exists()) == (2, False)


def test_a_file_without_an_office(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """An empty file stays an empty file."""
    path = tmp_path / "empty.db"
    path.touch()
    assert Run(capsys, "tick", f"sqlite:///{path}").code == 2
    ran = Run(capsys, "doctor", f"sqlite:///{path}")
    assert (ran.code, "there is no office in" in ran.err) == (2, True)


def test_looking_makes_nothing(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Doctor and verify leave no file behind, and the ledger as it is."""
    before = Run(capsys, "verify", url, "--json").said
    Run(capsys, "doctor", url, "--publish", (tmp_path / "heads.jsonl").as_uri())
    assert not (tmp_path / "heads.jsonl").exists()
    assert Run(capsys, "verify", url, "--json").said == before


def test_in_chinese(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Each answer has both languages."""
    assert "台账记录完好" in Run(capsys, "verify", url, "--language", "zh").out
    assert "有承诺未能保证" in Run(capsys, "doctor", url, "--language", "zh").out
    assert "处理到期时限" in Run(capsys, "tick", url, "--language", "zh").out


def test_plugins_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    """With what became of each."""
    listed = Run(capsys, "plugins", "--json").said["plugins"]
    assert {"memory", "sqlite", "console", "file"} <= {plugin["name"] for plugin in listed}


_RECOVERY = {
    "verify": "verify URL",
    "seal": "seal URL",
    "relay": "relay URL",
    "outbox": "outbox URL --dead --redrive",
    "doctor": "doctor URL --json",
    "backup": "backup URL COPY",
    "register draw": "register draw URL",
}
"""How each command that works on a store, and does not take its steps, is called."""


def test_no_recovery_imports_a_plugin(url: str, tmp_path: Path) -> None:
    """A plugin that leaves a trace when it is imported, and then ends the process, is met by ``tick`` and ``plugins`` alone."""
    assert _RECOVERY.keys() == {name for name, command in COMMANDS.items() if command.store and not command.plugins}
    site, trace, copy = tmp_path / "site", tmp_path / "trace", tmp_path / "copy.db"
    info = site / "bomb-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: bomb\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[civicflow]\nbomb = bomb_module\n")
    (site / "bomb_module.py").write_text(f"import os\nopen({str(trace)!r}, 'a').close()\nos._exit(77)\n")

    def run(lines: Iterable[str]) -> subprocess.CompletedProcess[str]:
        meant = {"URL": url, "COPY": str(copy), "MOVED": f"sqlite:///{tmp_path}/moved.db"}
        words = [[meant.get(word, word) for word in line.split()] for line in lines]
        script = f"from civicflow.cli import main\nprint([main(line) for line in {words!r}])"
        command, environment = [sys.executable, "-c", script], {**os.environ, "PYTHONPATH": str(site)}
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)

    recovered = run([*_RECOVERY.values(), "copy URL MOVED", "plugins --no-plugins", "tick URL --no-plugins"])
    # The notice has no channel here, and the doctor sees that nothing was published.
    assert recovered.stdout.splitlines()[-1] == "[0, 0, 1, 0, 1, 0, 0, 0, 0, 0]", recovered.stderr
    assert copy.exists()
    assert not trace.exists()
    assert run(["tick URL"]).returncode == 77
    assert trace.exists()
    trace.unlink()
    assert run(["plugins"]).returncode == 77
    assert trace.exists()


def test_the_tree_is_drawn(url: str, capsys: pytest.CaptureFixture[str]) -> None:
    """In each form and language, from a day or as a change; and no unit that is not there."""
    for form, begins in {"mermaid": "flowchart LR", "dot": "digraph", "page": "<!DOCTYPE html>"}.items():
        assert Run(capsys, "register", "draw", url, "--picture", form).out.startswith(begins)
    told = Run(capsys, "register", "draw", url, "--root", "410106001", "--depth", "0", "--language", "zh", "--areas")
    assert (told.code, told.out.splitlines()[1:]) == (0, ["济源路街道 (410106001, 街道)", "  … 另有11个"])
    said = Run(capsys, "register", "draw", url, "--since", "2019-01-01", "--on", "2020-06-30", "--areas", "--json").said
    assert said["units"] == 71
    assert said["en"].splitlines()[1] == "+ 上街区 (410106, District)"
    assert Run(capsys, "register", "draw", url, "--root", "nobody").code == 2


def test_two_editions_are_compared(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A table against a register file, as text and as JSON; a share that is none is an error of usage."""
    old, new = tmp_path / "old.csv", tmp_path / "new.json"
    old.write_text("code,name\n1,市中区\n11,通江镇\n111,高墩子村\n112,白果村\n", encoding="utf-8")
    areas = [
        {"code": "1", "name": "市中区", "level": "district"},
        {"code": "12", "name": "通江街道", "level": "subdistrict", "parent": "1"},
        {"code": "121", "name": "高墩子村", "level": "village", "parent": "12"},
    ]
    new.write_text(json.dumps({"register": "r", "scheme": "leshan", "areas": areas}), encoding="utf-8")
    said = Run(capsys, "register", "propose", old, new, "--json").said
    kinds = {one["kind"]: (one["originals"], one["results"], one["confidence"]) for one in said["proposals"]}
    assert kinds == {
        "convert": (["11"], ["12"], "120/127"),
        "recode": (["111"], ["121"], "49/50"),
        "dissolve": (["112"], [], "2/5"),
    }
    told = Run(capsys, "register", "propose", old, new, "--above", "0.8", "--language", "zh")
    lines = told.out.splitlines()
    assert (told.code, lines[0]) == (0, "共3项建议，其中2项可信度高于80%")
    assert "  11 通江镇改设为12 通江街道（94%）" in lines
    with pytest.raises(SystemExit):
        main(["register", "propose", str(old), str(new), "--above", "80"])
    assert "a share is a number from 0 to 1" in capsys.readouterr().err
    old.write_text("code,name\n1,市中\n", encoding="utf-8")
    wrong = Run(capsys, "register", "propose", old, new)
    assert wrong.code == 2
    assert "no ending tells the level" in wrong.err


def test_a_reader_that_goes_away_and_one_that_knows_no_chinese(url: str) -> None:
    """The exit code is the command's, nothing breaks, and what cannot be shown is spelled out."""
    command = [sys.executable, "-m", "civicflow", "doctor", url, "--language", "zh"]
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as gone:
        assert gone.stdout is not None
        assert gone.stderr is not None
        gone.stdout.close()
        assert gone.stderr.read() == b""
    assert gone.returncode == 1
    shown = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (shown.returncode, shown.stderr) == (1, "")
    assert shown.stdout.startswith("\\u6709")


def test_usage(capsys: pytest.CaptureFixture[str]) -> None:
    """What is malformed could not run; every command explains itself with an example."""
    with pytest.raises(SystemExit) as ended:
        main(["repair"])
    assert ended.value.code == 2
    for name in COMMANDS:
        with pytest.raises(SystemExit) as ended:
            main([*name.split(), "--help"])
        assert ended.value.code == 0
        assert "Example: civicflow " + name in " ".join(capsys.readouterr().out.split())


def test_the_page_in_the_reference_is_as_the_parser() -> None:
    """Written by ``tools/write_command_line.py``."""
    tool = runpy.run_path(str(Path(__file__).parents[2] / "tools" / "write_command_line.py"))
    assert tool["PAGE"].read_text(encoding="utf-8") == tool["written"]()


def test_every_line_that_the_docs_show_is_understood() -> None:
    """The recipes for cron and systemd, and the examples of the commands themselves."""
    docs = Path(__file__).parents[2] / "docs"
    pages = "\n".join(path.read_text(encoding="utf-8") for path in (docs / "howto").glob("*.md"))
    shown = re.findall(
        r"(?:\* |bin/|^|`)civicflow ((?:verify|tick|relay|seal|doctor|backup|plugins) .+?)(?:`|$)", pages, re.MULTILINE
    )
    assert len(shown) > 6
    for line in (*shown, *(command.example.removeprefix("civicflow ") for command in COMMANDS.values())):
        options = parser().parse_args(shlex.split(re.sub(r"\$\(.*?\)", "DAY", line.partition(" >")[0])))
        assert options.run in {command.run for command in COMMANDS.values()}

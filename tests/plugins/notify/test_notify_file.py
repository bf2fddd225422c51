"""One line of JSON for each notice, whatever happens between two of them."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from civicflow.errors import InvalidInput
from civicflow.plugins.backends import open_notifier
from civicflow.plugins.notify.contract import Notice, TemporaryFailure
from civicflow.texts import Text

AT = datetime(2026, 5, 1, 8, 30, tzinfo=UTC)


def _notice(dedupe: str = "n1", words: str = "已超期") -> Notice:
    return Notice(dedupe=dedupe, case="T-1", recipient="person:P-1", topic="late", text=Text("late", words), at=AT)


def _url(path: Path) -> str:
    return path.as_uri()


def test_a_notice_is_a_line(tmp_path: Path) -> None:
    """Everything of the notice stands in it, in both languages; the file is its owner's alone."""
    path = tmp_path / "notices of May.jsonl"
    file = open_notifier(_url(path))
    file.send(_notice(words="两行\n字"))
    file.close()
    (line,) = path.read_text(encoding="utf-8").splitlines()
    assert json.loads(line) == {
        "at": "2026-05-01T08:30:00Z",
        "case": "T-1",
        "dedupe": "n1",
        "en": "late",
        "language": None,
        "recipient": "person:P-1",
        "topic": "late",
        "zh": "两行\n字",
    }
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_goes_on_in_a_file_that_is_there(tmp_path: Path) -> None:
    """Opening it again appends, and two may have it open at once."""
    path = tmp_path / "notices.jsonl"
    one, two = open_notifier(_url(path)), open_notifier(_url(path))
    for number, file in enumerate((one, two, one)):
        file.send(_notice(f"n{number}"))
    one.close()
    two.close()
    again = open_notifier(_url(path))
    again.send(_notice("n3"))
    again.close()
    assert _names(path) == ["n0", "n1", "n2", "n3"]


def test_several_threads(tmp_path: Path) -> None:
    """No line is lost, torn or mixed with another."""
    path = tmp_path / "notices.jsonl"
    file = open_notifier(_url(path))
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: file.send(_notice(f"n{n}", "长" * 3000)), range(40)))
    file.close()
    assert sorted(_names(path)) == sorted(f"n{n}" for n in range(40))


def test_a_line_that_a_crash_tore_stays_alone(tmp_path: Path) -> None:
    """The notice after it is a whole line of its own."""
    path = tmp_path / "notices.jsonl"
    path.write_bytes(b'{"dedupe":"whole"}\n{"dedupe":"to')
    file = open_notifier(_url(path))
    file.send(_notice("n1"))
    file.send(_notice("n2"))
    file.close()
    whole, torn, *rest = path.read_bytes().splitlines()
    assert (whole, torn) == (b'{"dedupe":"whole"}', b'{"dedupe":"to')
    assert [json.loads(line)["dedupe"] for line in rest] == ["n1", "n2"]


def test_a_disk_that_fills_up_tears_no_second_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A write that stops half-way fails; sent again, the notice is a whole line."""
    path = tmp_path / "notices.jsonl"
    file = open_notifier(_url(path))
    write: Callable[[int, bytes], int] = os.write
    room = [10]

    def small_disk(descriptor: int, data: bytes) -> int:
        if not room:
            raise OSError(28, "No space left on device")
        return write(descriptor, data[: room.pop()])

    monkeypatch.setattr(os, "write", small_disk)
    with pytest.raises(OSError, match="No space left"):
        file.send(_notice("n1"))
    monkeypatch.undo()
    file.send(_notice("n1"))
    file.close()
    torn, whole = path.read_bytes().splitlines()
    assert len(torn) == 10
    assert json.loads(whole)["dedupe"] == "n1"


def test_after_closing_nothing_is_lost(tmp_path: Path) -> None:
    """A second close does nothing, and what is sent then comes again later."""
    file = open_notifier(_url(tmp_path / "notices.jsonl"))
    file.close()
    file.close()
    with pytest.raises(TemporaryFailure, match="was closed"):
        file.send(_notice())


@pytest.mark.parametrize(
    "url", ["file://", "file://host/x", "file:///x?mode=w", "file:///x#y", "file:///x%00y", "file://[x/y", "file://./x"]
)
def test_refuses_what_is_no_path_here(url: str) -> None:
    """An absolute path on this machine, and nothing else."""
    with pytest.raises(InvalidInput, match=r"named as file:///path/notices\.jsonl"):
        open_notifier(url)


def test_refuses_a_folder_that_is_not_there(tmp_path: Path) -> None:
    """The message says which path and why."""
    with pytest.raises(InvalidInput, match=r"absent/notices\.jsonl.*No such file or directory"):
        open_notifier(_url(tmp_path / "absent" / "notices.jsonl"))


def _names(path: Path) -> list[str]:
    return [json.loads(line)["dedupe"] for line in path.read_text(encoding="utf-8").splitlines()]

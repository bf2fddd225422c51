"""The file of published heads: appended to, on the disk, and read back."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from civicflow.errors import InvalidInput, PluginError
from civicflow.ledger.heads import Head, grow
from civicflow.plugins.backends import open_publisher
from civicflow.plugins.publish.contract import Publisher
from civicflow.plugins.publish.file import read_heads

_AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def _heads(count: int) -> list[Head]:
    heads: list[Head] = []
    for number in range(count):
        heads.append(grow(heads[-1] if heads else None, [], _AT + timedelta(days=number)))
    return heads


def test_heads_are_read_as_they_were_published(tmp_path: Path) -> None:
    """By anybody: the file is public. Opening it again goes on; two may have it open at once."""
    path = tmp_path / "heads of 2026.jsonl"
    first, second, third = _heads(3)
    one = open_publisher(path.as_uri())
    assert isinstance(one, Publisher)
    assert (one.name, one.last()) == (path.as_uri(), 0)
    one.publish(first, b"")
    two = open_publisher(path.as_uri())
    two.publish(second, b"")
    assert (one.last(), two.last()) == (2, 2)
    one.close()
    one.close()
    two.publish(third, b"")
    two.close()
    assert read_heads(path) == (first, second, third)
    assert read_heads(str(path)) == (first, second, third)
    assert stat.S_IMODE(path.stat().st_mode) & 0o644 == 0o644


def test_nothing_is_ever_rewritten(tmp_path: Path) -> None:
    """What a crash tore stays, the next line is whole, and the torn head counts as not published."""
    path = tmp_path / "heads.jsonl"
    first, second = _heads(2)
    file = open_publisher(path.as_uri())
    file.publish(first, b"")
    with path.open("ab") as other:
        other.write(b'{"at":"20')
    assert file.last() == 1
    before = path.read_bytes()
    file.publish(second, b"")
    assert path.read_bytes().startswith(before)
    assert file.last() == 2
    assert read_heads(path) == (first, second)
    file.close()


def test_a_disk_that_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The head counts as not published, and is whole when it comes again."""
    path = tmp_path / "heads.jsonl"
    (head,) = _heads(1)
    file = open_publisher(path.as_uri())
    write: Callable[[int, bytes], int] = os.write
    room = [10]

    def small_disk(descriptor: int, data: bytes) -> int:
        if not room:
            raise OSError(28, "No space left on device")
        return write(descriptor, data[: room.pop()])

    monkeypatch.setattr(os, "write", small_disk)
    with pytest.raises(OSError, match="No space left"):
        file.publish(head, b"")
    monkeypatch.undo()
    assert file.last() == 0
    file.publish(head, b"")
    assert (file.last(), read_heads(path)) == (1, (head,))
    file.close()


def test_a_file_of_something_else_is_left_alone(tmp_path: Path) -> None:
    """Nothing is added to a log or a list of notices by mistake."""
    path = tmp_path / "notices.jsonl"
    path.write_bytes(b'{"dedupe":"n1"}\n')
    file = open_publisher(path.as_uri())
    with pytest.raises(InvalidInput, match="something else than published heads"):
        file.last()
    file.close()
    with pytest.raises(PluginError, match="was closed"):
        file.last()


def test_the_newest_head_of_a_long_file(tmp_path: Path) -> None:
    """Is found without reading all of it."""
    path = tmp_path / "heads.jsonl"
    heads = _heads(300)
    file = open_publisher(path.as_uri())
    for head in heads:
        file.publish(head, b"s" * 64)
    assert path.stat().st_size > 1 << 16
    assert file.last() == 300
    file.close()


@pytest.mark.parametrize("url", ["file://", "file://host/x", "file:///x?mode=w"])
def test_refuses_what_is_no_path_here(url: str) -> None:
    """An absolute path on this machine, and nothing else."""
    with pytest.raises(InvalidInput, match=r"named as file:///path/heads\.jsonl"):
        open_publisher(url)


def test_a_file_that_is_not_there_proves_nothing(tmp_path: Path) -> None:
    """It is not taken for an empty one."""
    with pytest.raises(FileNotFoundError):
        read_heads(tmp_path / "absent.jsonl")

"""The index: the state after some line, so that an opening need not read the whole log. It is a cache, and may be deleted.

It is believed when its own checksum holds and the log has, at that place, the very line that it was made after.
"""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Final

import attrs

from civicflow.errors import InvalidInput
from civicflow.plugins.storage.memory import MemoryStorage

_MARK: Final = b"civicflow-jsonlines index 1\n"
_NUMBERS: Final = 4 + 8 + 8 + 4
"""Bytes of the numbers in front: the checksum of all that follows, then size, length and the line's checksum."""


@attrs.frozen
class Indexed:
    """A state, and after which line the log has led to it.

    Attributes:
        size: the bytes of the log up to the end of that line.
        length: the bytes of the line.
        checksum: of the line.
        memory: the state.
    """

    size: int
    length: int
    checksum: int
    memory: MemoryStorage


def write_index(path: Path, indexed: Indexed) -> None:
    """Put an index beside a log, in the place of the one before; only its owner reads it."""
    numbers = (indexed.size.to_bytes(8), indexed.length.to_bytes(8), indexed.checksum.to_bytes(4))
    content = b"".join([*numbers, indexed.memory.to_bytes()])
    part = _part(path)
    part.unlink(missing_ok=True)
    part.touch(mode=0o600)
    part.write_bytes(_MARK + zlib.crc32(content).to_bytes(4) + content)
    part.replace(path)


def drop_index(path: Path) -> None:
    """Delete an index, and what a crash has left of one."""
    for file in (path, _part(path)):
        file.unlink(missing_ok=True)


def _part(path: Path) -> Path:
    return path.with_name(f"{path.name}.part")


def read_index(path: Path) -> Indexed | None:
    """The index, or None where there is none that can be believed."""
    try:
        data = path.read_bytes()
    except OSError:
        return None
    content = data[len(_MARK) + 4 :]
    if len(data) < len(_MARK) + _NUMBERS or data[: len(_MARK) + 4] != _MARK + zlib.crc32(content).to_bytes(4):
        return None
    try:
        memory = MemoryStorage.from_bytes(content[20:])
    except InvalidInput:
        return None  # another release of civicflow wrote it
    return Indexed(int.from_bytes(content[:8]), int.from_bytes(content[8:16]), int.from_bytes(content[16:20]), memory)

r"""The bytes of the log: a line for each commit, chained by checksums.

A line is ``{"crc32":"HHHHHHHH","works":[…]}`` and a line feed. Its checksum (CRC-32, as zlib has it) is over what stands
after ``"works":``, and goes on from the checksum of the line before: a line that is missing, moved or changed breaks every
line after it. It finds accidents. Whoever changes the file on purpose is found by civicflow's own chains and heads.

Every line was on the disk before the next one was begun, so a crash can tear only the last. A torn line lacks its line feed, or
blocks of it were never written and read as zeros, which no JSON has. Anything else that is wrong is damage, and is not cut away.

>>> line, checksum = sealed(b"[1]", START)
>>> line
b'{"crc32":"21bd7d25","works":[1]}\n'
>>> read(line + b'{"crc3', START) == Lines((b"[1]",), len(line), checksum, torn=True)
True
"""

from __future__ import annotations

import zlib
from typing import Final

import attrs

HEADER: Final = b'{"format":"civicflow-jsonlines","version":1}\n'
"""The first line of every log."""
START: Final = zlib.crc32(HEADER)
"""The checksum that the first commit goes on from."""

_BEFORE, _BETWEEN, _AFTER = b'{"crc32":"', b'","works":', b"}\n"
_CHECKSUM: Final = slice(len(_BEFORE), len(_BEFORE) + 8)
_WORKS: Final = slice(_CHECKSUM.stop + len(_BETWEEN), -len(_AFTER))


@attrs.frozen
class Lines:
    """What was read of a log.

    Attributes:
        works: what stands after ``"works":`` in each whole line.
        size: how many bytes the whole lines have.
        checksum: of the last whole line.
        torn: whether a torn line follows them.
    """

    works: tuple[bytes, ...]
    size: int
    checksum: int
    torn: bool


class Damaged(ValueError):
    """A line that was whole once is not what was written.

    Attributes:
        at: its first byte, counted from where the reading began.
    """

    def __init__(self, at: int) -> None:
        self.at = at
        super().__init__(f"the line at byte {at} is damaged")


def sealed(works: bytes, before: int) -> tuple[bytes, int]:
    """A line, and its checksum.

    Args:
        works: JSON without a line feed.
        before: the checksum of the line before.
    """
    checksum = zlib.crc32(works, before)
    return b"%b%08x%b%b%b" % (_BEFORE, checksum, _BETWEEN, works, _AFTER), checksum


def line_size(works: int) -> int:
    """The bytes of a line whose works have so many."""
    return len(_BEFORE) + 8 + len(_BETWEEN) + works + len(_AFTER)


def has_checksum(line: bytes, checksum: int) -> bool:
    """Whether a line bears a checksum; which one it should bear, only the lines before it tell."""
    return line.startswith(b"%b%08x%b" % (_BEFORE, checksum, _BETWEEN)) and line.endswith(_AFTER)


def read(data: bytes, before: int) -> Lines:
    """The whole lines of some bytes that begin with a line.

    Raises:
        Damaged: a line is neither whole nor the last one, torn.
    """
    works, start, checksum = [], 0, before
    while end := data.find(b"\n", start) + 1:
        line = data[start:end]
        if sealed(line[_WORKS], checksum)[0] != line:
            if end == len(data) and b"\0" in line:
                break
            raise Damaged(start)
        works.append(line[_WORKS])
        start, checksum = end, int(line[_CHECKSUM], 16)
    return Lines(tuple(works), start, checksum, torn=start < len(data))

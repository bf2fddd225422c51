"""``file:///path/heads.jsonl``: one line of JSON for each head, on the disk before `File.publish` returns.

The file is only ever appended to. It proves something once whoever may write to the store may not write to it: let it lie
on another machine's disk, send it away each night, or keep it under a version control that others hold, too.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from civicflow.errors import InvalidInput
from civicflow.ledger.heads import Head
from civicflow.ledger.published import published, read_line, read_published
from civicflow.ledger.signing import Verifier
from civicflow.plugins.lines import Lines, open_lines
from civicflow.plugins.publish.contract import API_VERSION

_FOR_EVERYBODY: Final = 0o644


class File:
    """Appends heads to a file; several threads and several processes may do so at once.

    Args:
        lines: of the file.
        name: which file it is, in reports.
    """

    def __init__(self, lines: Lines, name: str) -> None:
        self.name = name
        self.api_version = API_VERSION
        self._lines = lines

    def last(self) -> int:
        """The number of the newest head in the file.

        Raises:
            InvalidInput: there is something else in the file.
        """
        lines = self._lines.last()
        newest = next(_numbers(lines), 0)
        if any(lines) and not newest:
            raise InvalidInput("the file holds something else than published heads; name a file of its own for them")
        return newest

    def publish(self, head: Head, signature: bytes) -> None:
        """Append one line and wait until the disk has it.

        Raises:
            PluginError: the file was closed.
            OSError: it cannot be written.
        """
        self._lines.append(published(head, signature))

    def close(self) -> None:
        """Close the file."""
        self._lines.close()


def open_publisher(url: str) -> File:
    """The file at ``file:///absolute/path``; it is made where it does not exist, its folder is not.

    Raises:
        InvalidInput: if the URL names no absolute path on this machine, or the file cannot be opened for writing.
    """
    return File(open_lines(url, what="heads", mode=_FOR_EVERYBODY), url)


def read_heads(path: str | Path, *, verifier: Verifier | None = None) -> tuple[Head, ...]:
    """The heads that were published to a file, for ``office.ledger.verify(published=…)``.

    Args:
        path: of the file.
        verifier: checks the signatures, for instance `civicflow.ledger.signing.ed25519_verifier`.

    Raises:
        InvalidInput: a line was changed, or a signature is not good; with every fault.
        OSError: the file cannot be read.
    """
    return read_published(Path(path).read_bytes(), source=str(path), verifier=verifier)


def _numbers(lines: tuple[bytes, ...]) -> Iterator[int]:
    for line in lines:
        try:
            yield read_line(line)[0].number
        except InvalidInput:
            continue

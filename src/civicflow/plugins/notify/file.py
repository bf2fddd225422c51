"""``file:///path/notices.jsonl``: one line of JSON for each notice, safely on the disk before `File.send` returns.

For hosts that deliver by means of their own: a program reads the file and goes on from the line it knows. The file can
be read by its owner only, since notices speak to persons. A line that a crash tore is left as it is, on a line of its
own; its notice was not taken over, so it comes again.
"""

from __future__ import annotations

from typing import Final

from civicflow.errors import PluginError
from civicflow.ledger import canonical
from civicflow.plugins.lines import Lines, open_lines
from civicflow.plugins.notify.contract import API_VERSION, Notice, TemporaryFailure

_OWNER_ONLY: Final = 0o600


class File:
    """Appends notices to a file; several threads and several processes may do so at once."""

    def __init__(self, lines: Lines) -> None:
        self.name = "file"
        self.api_version = API_VERSION
        self._lines = lines

    def send(self, notice: Notice) -> None:
        """Append one line and wait until the disk has it.

        Raises:
            TemporaryFailure: if the file was closed.
            OSError: if it cannot be written.
        """
        try:
            self._lines.append(_line(notice))
        except PluginError as error:
            raise TemporaryFailure(str(error)) from error

    def close(self) -> None:
        """Close the file."""
        self._lines.close()


def open_notifier(url: str) -> File:
    """The file at ``file:///absolute/path``; it is made where it does not exist, its folder is not.

    Raises:
        InvalidInput: if the URL names no absolute path on this machine, or the file cannot be opened for writing.
    """
    return File(open_lines(url, what="notices", mode=_OWNER_ONLY))


def _line(notice: Notice) -> bytes:
    return (
        canonical.encode(
            {
                "at": canonical.plain(notice.at),
                "case": notice.case,
                "dedupe": notice.dedupe,
                "en": notice.text.en,
                "language": notice.language,
                "recipient": notice.recipient,
                "topic": notice.topic,
                "zh": notice.text.zh,
            }
        )
        + b"\n"
    )

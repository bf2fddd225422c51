"""``file:///path/notices.jsonl``: one line of JSON for each notice, safely on the disk before `File.send` returns.

For hosts that deliver by means of their own: a program reads the file and goes on from the line it knows. The file can
be read by its owner only, since notices speak to persons. A line that a crash tore is left as it is, on a line of its
own; its notice was not taken over, so it comes again.
"""

from __future__ import annotations

import os
import threading
from typing import Final

from civicflow.errors import InvalidInput
from civicflow.ledger import canonical
from civicflow.plugins.notify.contract import API_VERSION, Notice, TemporaryFailure

_OWNER_ONLY: Final = 0o600


class File:
    """Appends notices to a file; several threads and several processes may do so at once."""

    def __init__(self, path: str) -> None:
        self.name = "file"
        self.api_version = API_VERSION
        self._lock = threading.Lock()
        self._descriptor: int | None = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, _OWNER_ONLY)
        self._torn = _is_torn(self._descriptor)

    def send(self, notice: Notice) -> None:
        """Append one line and wait until the disk has it.

        Raises:
            TemporaryFailure: if the file was closed.
            OSError: if it cannot be written.
        """
        line = _line(notice)
        with self._lock:
            if self._descriptor is None:
                msg = "the file of notices was closed; open it again"
                raise TemporaryFailure(msg)
            if self._torn:
                line = b"\n" + line
            self._torn = True
            while line:
                line = line[os.write(self._descriptor, line) :]
            self._torn = False
            os.fsync(self._descriptor)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            if self._descriptor is not None:
                os.close(self._descriptor)
                self._descriptor = None


def open_notifier(url: str) -> File:
    """The file at ``file:///absolute/path``; it is made where it does not exist, its folder is not.

    Raises:
        InvalidInput: if the URL names no absolute path on this machine, or the file cannot be opened for writing.
    """
    from pathlib import Path
    from urllib.parse import urlsplit
    from urllib.request import url2pathname

    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    path = url2pathname(parts.path)
    if parts.netloc or parts.query or parts.fragment or not Path(path).is_absolute() or "\0" in path:
        msg = f"a file of notices is named as file:///path/notices.jsonl, with ? and # as %3F and %23; got {url!r}"
        raise InvalidInput(msg)
    try:
        return File(path)
    except OSError as error:
        msg = f"the file of notices {path!r} cannot be opened for writing: {error.strerror}; name one in a folder of yours"
        raise InvalidInput(msg) from error


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


def _is_torn(descriptor: int) -> bool:
    """Whether the file ends within a line."""
    if os.fstat(descriptor).st_size == 0:
        return False
    os.lseek(descriptor, -1, os.SEEK_END)
    return os.read(descriptor, 1) != b"\n"

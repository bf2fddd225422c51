"""A file to which lines are appended, each safely on the disk before the call returns.

Several threads and several processes may append at once. A line that a crash or a full disk tore is left as it is, on a
line of its own; whoever wrote it was told that it failed, or was told nothing, and writes it again.
"""

from __future__ import annotations

import os
import threading
from typing import Final

from civicflow.errors import InvalidInput, PluginError

_APPENDING: Final = os.O_RDWR | os.O_APPEND
_TAIL: Final = 1 << 16


class Lines:
    """The file, open for appending. It is made by the first line where it does not exist; its folder is not.

    Args:
        path: of the file.
        mode: who may read and write it, where it is made.

    Raises:
        OSError: it cannot be opened for writing, or there is no such folder.
    """

    def __init__(self, path: str, *, mode: int) -> None:
        self._lock = threading.Lock()
        self._path, self._mode = path, mode
        self._closed = False
        self._descriptor: int | None = None
        if os.path.exists(path):  # noqa: PTH110 - pathlib is slow to import
            self._descriptor = os.open(path, _APPENDING)
        else:
            os.stat(os.path.dirname(path))  # noqa: PTH116, PTH120 - as above

    def append(self, line: bytes) -> None:
        """Append one line, which ends with a line feed, and wait until the disk has it.

        Raises:
            PluginError: the file was closed.
            OSError: it cannot be written.
        """
        with self._lock:
            self._check_open()
            if self._descriptor is None:
                self._descriptor = self._made()
            descriptor = self._descriptor
            if self._tail(descriptor, 1) not in {b"", b"\n"}:
                line = b"\n" + line
            while line:
                line = line[os.write(descriptor, line) :]
            os.fsync(descriptor)

    def last(self) -> tuple[bytes, ...]:
        """The last whole lines, the newest first; without the line feeds, and only as far as they are short.

        Raises:
            PluginError: the file was closed.
            OSError: it cannot be read.
        """
        with self._lock:
            self._check_open()
            if self._descriptor is None and os.path.exists(self._path):  # noqa: PTH110 - as above; another process made it
                self._descriptor = os.open(self._path, _APPENDING)
            tail = b"" if self._descriptor is None else self._tail(self._descriptor, _TAIL)
            lines = tail.split(b"\n")[:-1]  # what follows the last line feed is torn, or nothing
            whole = lines if len(tail) < _TAIL else lines[1:]
        return tuple(reversed(whole))

    def close(self) -> None:
        """Close the file; a second call does nothing."""
        with self._lock:
            self._closed = True
            if self._descriptor is not None:
                os.close(self._descriptor)
                self._descriptor = None

    def _check_open(self) -> None:
        if self._closed:
            raise PluginError(f"the file {self._path!r} was closed; open it again")

    def _made(self) -> int:
        descriptor = os.open(self._path, _APPENDING | os.O_CREAT, self._mode)
        _sync_folder(os.path.dirname(self._path))  # noqa: PTH120 - as above
        return descriptor

    @staticmethod
    def _tail(descriptor: int, size: int) -> bytes:
        os.lseek(descriptor, -min(size, os.fstat(descriptor).st_size), os.SEEK_END)
        return os.read(descriptor, size)


def open_lines(url: str, *, what: str, mode: int) -> Lines:
    """The file at ``file:///absolute/path``.

    Args:
        url: with ``?`` and ``#`` of the path written as ``%3F`` and ``%23``.
        what: the file's content, for messages, for instance ``notices``.
        mode: see `Lines`.

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
        msg = f"a file of {what} is named as file:///path/{what}.jsonl, with ? and # as %3F and %23; got {url!r}"
        raise InvalidInput(msg)
    try:
        return Lines(path, mode=mode)
    except OSError as error:
        msg = (
            f"the file of {what} {path!r} cannot be opened for writing: {error.strerror}; name one in a folder of yours"
        )
        raise InvalidInput(msg) from error


def _sync_folder(folder: str) -> None:
    """Let the name outlive a power cut, where folders can be opened."""
    if hasattr(os, "O_DIRECTORY"):
        opened = os.open(folder or os.curdir, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(opened)
        finally:
            os.close(opened)

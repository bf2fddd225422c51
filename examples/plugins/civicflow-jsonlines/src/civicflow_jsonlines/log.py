"""The file: whole lines are read, one is appended, and once something is erased the whole is written anew.

Two locks keep processes apart. Who writes has the turn, the lock of ``NAME.lock``, for as long as a commit or a group takes. Who
appends, or reads what is new, has the lock of the log itself for a moment: so nobody sees a line before it is on the disk.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from civicflow.errors import StorageError
from civicflow_jsonlines.address import Address
from civicflow_jsonlines.lines import HEADER, START, Damaged, Lines, has_checksum, line_size, read, sealed
from civicflow_jsonlines.locks import locked

_PIECE: Final = 1 << 24
_OURS: Final = 0o600
"""Only the owner reads a new log: it holds what residents say in private."""


class Log:
    """An open log, and how far it was read.

    Attributes:
        size: the bytes that were read.
        checksum: of the last line that was read.
    """

    def __init__(self, address: Address) -> None:
        """Open it, and begin it where there is none.

        Raises:
            StorageError: the file cannot be opened, or is something else.
        """
        self._address, self._path = address, address.path
        self._lock = self._file = -1
        self.size, self.checksum = len(HEADER), START
        try:
            with self._said():
                self._lock = os.open(self._beside(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _OURS)
                self._file = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, _OURS)
            with self.turn():
                self._begin()
        except BaseException:
            self.close()
            raise

    # -- whose turn it is ------------------------------------------------------------------------------------------------

    @contextmanager
    def turn(self, *, timeout: float | None = None, check: Callable[[], None] = lambda: None) -> Iterator[None]:
        """Keep every other writer off."""
        with locked(self._lock, timeout=self._address.timeout if timeout is None else timeout, check=check):
            yield

    # -- reading ---------------------------------------------------------------------------------------------------------

    def is_the_same(self) -> bool:
        """Whether the log is still the one that was opened, and not written anew."""
        with self._said():
            there, held = self._path.stat(), os.fstat(self._file)
        return (there.st_dev, there.st_ino) == (held.st_dev, held.st_ino)

    def has_more(self) -> bool:
        """Whether there is anything behind what was read."""
        with self._said():
            return os.fstat(self._file).st_size != self.size

    def open_again(self) -> None:
        """Take the log that lies there now, to be read from its start."""
        with self._said():
            new = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
        os.close(self._file)
        self._file = new
        self.rewind()

    def rewind(self, size: int = len(HEADER), checksum: int = START) -> None:
        """Go on reading behind a line, at first behind the header."""
        self.size, self.checksum = size, checksum

    def read_on(self) -> Lines:
        """The lines behind what was read; a torn one is not among them, since nobody was told that it is there.

        Raises:
            StorageError: a line is damaged, or the log is shorter than it was.
        """
        with locked(self._file, shared=True, timeout=self._address.timeout), self._said():
            lines = self._read_on()
        self.size, self.checksum = self.size + lines.size, lines.checksum
        return lines

    def from_the_start(self) -> Lines:
        """Every line once more."""
        with locked(self._file, shared=True, timeout=self._address.timeout), self._said():
            return self._lines(self._bytes(len(HEADER)), START, len(HEADER))

    def has_line(self, size: int, works: int, checksum: int) -> bool:
        """Whether the line that ends at a place has works of this length, and this checksum."""
        with self._said():
            return has_checksum(os.pread(self._file, line_size(works), size - line_size(works)), checksum)

    def _read_on(self) -> Lines:
        if os.fstat(self._file).st_size < self.size:
            raise StorageError(
                f"{self._path} is shorter than the {self.size} bytes that were read of it; restore a copy"
            )
        return self._lines(self._bytes(self.size), self.checksum, self.size)

    def _lines(self, data: bytes, checksum: int, start: int) -> Lines:
        try:
            return read(data, checksum)
        except Damaged as error:
            at = f"{self._path} is damaged in the line at byte {start + error.at}"
            raise StorageError(f"{at}; restore a copy, this one was left as it is") from error

    def _bytes(self, start: int) -> bytes:
        pieces = []
        while piece := os.pread(self._file, _PIECE, start):
            pieces.append(piece)
            start += len(piece)
        return b"".join(pieces)

    # -- writing, by whoever has the turn and has read everything --------------------------------------------------------

    def cut(self) -> None:
        """Take away the torn line that a crash has left behind what was read."""
        with locked(self._file, timeout=self._address.timeout), self._said():
            os.ftruncate(self._file, self.size)
            self._sync(self._file)

    def append(self, works: bytes) -> None:
        """Add a line, on the disk when this returns.

        Raises:
            StorageError: it could not be written; nothing of it stands.
        """
        line, checksum = sealed(works, self.checksum)
        with locked(self._file, timeout=self._address.timeout), self._said():
            try:
                _write(self._file, line, self.size)
                self._sync(self._file)
            except OSError:
                os.ftruncate(self._file, self.size)
                raise
        self.size, self.checksum = self.size + len(line), checksum

    def write_anew(self, log: Iterable[bytes]) -> None:
        """Put other lines in the place of all, at once: a crash leaves the old log or the new one."""
        part = self._beside(".part")
        with self._said():
            file = os.open(part, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, _OURS)
            try:
                os.fchmod(file, os.fstat(self._file).st_mode & 0o777)
                size, checksum = _write(file, HEADER, 0), START
                for works in log:
                    line, checksum = sealed(works, checksum)
                    size += _write(file, line, size)
                self._sync(file)
                with locked(file, timeout=self._address.timeout):
                    part.replace(self._path)
                    self._sync_folder()
            except BaseException:
                os.close(file)
                raise
        os.close(self._file)
        self._file = file
        self.rewind(size, checksum)

    def _begin(self) -> None:
        """Write the header of a new log; see that an old one has it, and that nothing is left of a crash."""
        self._beside(".part").unlink(missing_ok=True)
        if not self.is_the_same():
            self.open_again()
        with self._said():
            head = os.pread(self._file, len(HEADER), 0)
            if head != HEADER and not HEADER.startswith(head.rstrip(b"\0")):
                raise StorageError(
                    f"{self._path} begins with {head!r} and is no office in JSON lines; name another file"
                )
            if head != HEADER:
                os.ftruncate(self._file, 0)
                _write(self._file, HEADER, 0)
                self._sync(self._file)
                self._sync_folder()

    def _sync(self, file: int) -> None:
        if self._address.sync:
            os.fsync(file)

    def _sync_folder(self) -> None:
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            self._sync(folder)
        finally:
            os.close(folder)

    def _beside(self, suffix: str) -> Path:
        return self._path.with_name(self._path.name + suffix)

    @contextmanager
    def _said(self) -> Iterator[None]:
        """Say what the system's errors mean."""
        try:
            yield
        except OSError as error:
            said = f"{self._path}: {error.strerror}; is there room, does the folder exist, and may it be written?"
            raise StorageError(said) from error

    def close(self) -> None:
        """Let go of the files. What a parent holds by the same descriptors stays locked."""
        for file in (self._file, self._lock):
            if file >= 0:
                os.close(file)
        self._file = self._lock = -1


def _write(file: int, data: bytes, at: int) -> int:
    """Write all of some bytes at a place; how many they are."""
    rest = memoryview(data)
    while rest:
        written = os.pwrite(file, rest, at)
        rest, at = rest[written:], at + written
    return len(data)

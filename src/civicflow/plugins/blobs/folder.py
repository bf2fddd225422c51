"""``folder:///srv/attachments``: blobs as files, safely on the disk before `FolderBlobs.put` returns.

A matter's shelf is a folder named by a hash of the matter's id, so that no id can lead out of the folder or meet another
one; the id itself stands in the shelf's file ``matter``. A blob is written under a name of its own beside its place,
brought to the disk, compared with its digest and only then renamed: whoever opens it has all of it.

Putting holds the shelf's lock together with others, deleting holds it alone. Files and folders are the owner's only.
It needs a POSIX system, whose folders can be locked and brought to the disk.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final

from civicflow.errors import InvalidInput, NotFound, StorageError
from civicflow.plugins.blobs.contract import API_VERSION, CHUNK, Blob, check_name, other_bytes

_OWNER_ONLY: Final = 0o700
_MATTER: Final = "matter"
_FILE: Final = re.compile(r"(?P<digest>[0-9a-f]{64})(?:\.\w+\.part)?")
_SHELF: Final = re.compile(r"[0-9a-f]{62}")
_GROUP: Final = re.compile(r"[0-9a-f]{2}")


class FolderBlobs:
    """Blobs in a folder; several threads and several processes may use it at once."""

    def __init__(self, root: Path) -> None:
        self.api_version = API_VERSION
        self.capabilities = frozenset({"durable", "multi_process"})
        self._root, self._closed = root, False

    def put(self, matter: str, digest: str, content: BinaryIO, *, at: int) -> int:
        """Keep bytes; see `Blobs.put`."""
        check_name(matter, digest)
        with self._trouble("cannot keep a blob"):
            shelf = self._made(matter)
            with _locked(shelf, fcntl.LOCK_SH) as folder:
                descriptor, part = tempfile.mkstemp(dir=shelf, prefix=f"{digest}.", suffix=".part")
                try:
                    size = _written(descriptor, digest, content)
                    os.utime(part, ns=(at * 1000, at * 1000))
                    Path(part).replace(shelf / digest)
                except BaseException:
                    with suppress(OSError):  # the first error is the one to be read
                        Path(part).unlink()
                    raise
                os.fsync(folder)
        return size

    def open(self, matter: str, digest: str) -> BinaryIO:
        """The bytes; see `Blobs.open`."""
        check_name(matter, digest)
        with self._trouble("cannot read a blob"):
            try:
                return (self._shelf(matter) / digest).open("rb")
            except FileNotFoundError as error:
                msg = f"there is no blob {digest} on the shelf of {matter!r} in {self._root}"
                raise NotFound(msg) from error

    def delete(self, matter: str, digest: str, *, before: int | None = None) -> bool:
        """Let go of bytes, and of what a crash left of them; see `Blobs.delete`."""
        check_name(matter, digest)
        shelf, there = self._shelf(matter), False
        with self._trouble("cannot delete a blob"):
            if not shelf.is_dir():
                return False
            with _locked(shelf, fcntl.LOCK_EX) as folder:
                for file in _files(shelf, digest):
                    if before is None or _put_at(file.stat()) < before:
                        file.unlink()
                        there = True
                os.fsync(folder)
        return there

    def page(self, *, after: tuple[str, str] | None = None, limit: int = 1000) -> Sequence[Blob]:
        """What is there, by the hashes of the matters; see `Blobs.page`."""
        with self._trouble("cannot list its blobs"):
            return list(islice(self._blobs(after), limit))

    def close(self) -> None:
        """From now on nothing is answered; a second call does nothing."""
        self._closed = True

    def _blobs(self, after: tuple[str, str] | None) -> Iterator[Blob]:
        start = None if after is None else self._shelf(after[0])
        for shelf in self._shelves(start):
            digests = dict.fromkeys(found["digest"] for name in _names(shelf) if (found := _FILE.fullmatch(name)))
            for digest in digests:
                if after is None or shelf != start or digest > after[1]:
                    blob = _blob(shelf, digest)
                    if blob is not None:
                        yield blob

    def _shelves(self, start: Path | None) -> Iterator[Path]:
        for group in (self._root / name for name in _names(self._root) if _GROUP.fullmatch(name)):
            if start is None or group >= start.parent:
                shelves = (group / name for name in _names(group) if _SHELF.fullmatch(name))
                yield from (shelf for shelf in shelves if start is None or shelf >= start)

    def _shelf(self, matter: str) -> Path:
        name = hashlib.sha256(matter.encode("utf-8", "surrogatepass")).hexdigest()
        return self._root / name[:2] / name[2:]

    def _made(self, matter: str) -> Path:
        """The shelf of a matter, with the matter's id in it: both on the disk."""
        shelf = self._shelf(matter)
        label = shelf / _MATTER
        if not label.exists():
            for folder in (shelf.parent, shelf):
                folder.mkdir(_OWNER_ONLY, exist_ok=True)
                _sync(folder.parent)
            descriptor, part = tempfile.mkstemp(dir=shelf, prefix=f"{_MATTER}.")
            with os.fdopen(descriptor, "wb") as file:
                file.write(matter.encode("utf-8", "surrogatepass"))
                file.flush()
                os.fsync(file.fileno())
            Path(part).replace(label)
            _sync(shelf)
        return shelf

    @contextmanager
    def _trouble(self, what: str) -> Iterator[None]:
        if self._closed:
            msg = f"the folder of blobs {self._root} was closed; open it again"
            raise StorageError(msg)
        try:
            yield
        except OSError as error:
            msg = f"the folder of blobs {self._root} {what}: {error.strerror or error}; see to its disk and its rights"
            raise StorageError(msg) from error


def open_blobs(url: str) -> FolderBlobs:
    """The folder at ``folder:///absolute/path``; it is made where it does not exist, the one above it is not.

    Raises:
        InvalidInput: if the URL names no absolute path on this machine.
        StorageError: if the folder cannot be made or written.
    """
    from urllib.parse import urlsplit
    from urllib.request import url2pathname

    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    path = url2pathname(parts.path)
    wrong = parts.netloc or parts.query or parts.fragment or "\0" in path
    if parts.scheme != "folder" or wrong or not Path(path).is_absolute():
        msg = f"a folder of blobs is named as folder:///srv/attachments, with ? and # as %3F and %23; got {url!r}"
        raise InvalidInput(msg)
    root = Path(path)
    try:
        root.mkdir(_OWNER_ONLY, exist_ok=True)
        _sync(root.parent)
    except OSError as error:
        msg = f"the folder of blobs {path!r} cannot be made: {error.strerror or error}; make the one above it first"
        raise StorageError(msg) from error
    if not os.access(root, os.R_OK | os.W_OK | os.X_OK):
        msg = f"the folder of blobs {path!r} cannot be written; give it to the user that the office runs as"
        raise StorageError(msg)
    return FolderBlobs(root)


def _written(descriptor: int, digest: str, content: BinaryIO) -> int:
    """Bring a stream to the disk and say how long it was.

    Raises:
        InvalidInput: if it has another digest.
    """
    found, size = hashlib.sha256(), 0
    with os.fdopen(descriptor, "wb") as file:
        while part := content.read(CHUNK):
            found.update(part)
            size += file.write(part)
        file.flush()
        os.fsync(descriptor)
    if found.hexdigest() != digest:
        raise other_bytes(digest, found.hexdigest())
    return size


@contextmanager
def _locked(folder: Path, how: int) -> Iterator[int]:
    """Hold a folder's lock; closing its descriptor gives it back, and so does dying."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, how)
        yield descriptor
    finally:
        os.close(descriptor)


def _sync(folder: Path) -> None:
    """Bring the names in a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def _files(shelf: Path, digest: str) -> list[Path]:
    """A blob's file and what a crash left of it, where there is any of them."""
    return [shelf / name for name in _names(shelf) if (found := _FILE.fullmatch(name)) and found["digest"] == digest]


def _blob(shelf: Path, digest: str) -> Blob | None:
    """A blob as it is listed; None where it was deleted meanwhile."""
    try:
        matter = (shelf / _MATTER).read_bytes().decode("utf-8", "surrogatepass")
        # The whole before a half, and of halves the newest.
        whole = {file.name == digest: file.stat() for file in _files(shelf, digest)}
        status = whole.get(True) or whole[False]
    except (FileNotFoundError, KeyError):
        return None
    return Blob(matter, digest, status.st_size, _put_at(status))


def _put_at(status: os.stat_result) -> int:
    return status.st_mtime_ns // 1000

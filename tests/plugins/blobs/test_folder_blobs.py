"""Blobs in a folder keep the contract, and what a folder has of its own: rights, a full disk, a death in between."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from io import BytesIO
from itertools import count
from multiprocessing import get_context
from pathlib import Path

import pytest

from civicflow.errors import InvalidInput, NotFound, StorageError
from civicflow.plugins.blobs.contract import Blobs
from civicflow.plugins.blobs.folder import FolderBlobs, open_blobs
from civicflow.testing import BlobContract
from civicflow.testing.blobs.base import NOON, digest, everything, get, put


class TestFolderBlobs(BlobContract):
    """The whole suite, each place a folder of its own."""

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder, self.numbers = tmp_path, count()

    def open_blobs(self, place: str) -> Blobs:
        """A place is a URL."""
        return open_blobs(place)

    def fresh(self) -> str:
        """A URL never used before."""
        return f"folder://{self.folder}/{next(self.numbers)}"


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[FolderBlobs]:
    """A new folder of blobs."""
    blobs = open_blobs(f"folder://{tmp_path}/blobs")
    yield blobs
    blobs.close()


def files(root: Path) -> list[Path]:
    """Every file below a folder."""
    return sorted(path for path in root.rglob("*") if path.is_file())


class TestFiles:
    """What lies in the folder."""

    def test_are_the_owner_s_only(self, folder: FolderBlobs, tmp_path: Path) -> None:
        """Whatever the umask."""
        before = os.umask(0)
        try:
            put(folder, "T-1", b"a")
        finally:
            os.umask(before)
        root = tmp_path / "blobs"
        modes = {path: stat.S_IMODE(path.stat().st_mode) for path in (root / "x", *root.rglob("*")) if path.exists()}
        assert {mode for path, mode in modes.items() if path.is_dir()} == {0o700}
        assert {mode for path, mode in modes.items() if path.is_file()} == {0o600}
        assert stat.S_IMODE(root.stat().st_mode) == 0o700

    def test_never_lie_outside_it(self, folder: FolderBlobs, tmp_path: Path) -> None:
        """Whatever the matter is called."""
        for matter in ("../../T-1", "/etc/passwd", "a/../../b", "T-1\0x"):
            put(folder, matter, b"a")
        assert [path.name for path in tmp_path.iterdir()] == ["blobs"]
        assert len(everything(folder)) == 4

    def test_name_neither_matter_nor_content(self, folder: FolderBlobs, tmp_path: Path) -> None:
        """A name in a listing or a backup's log tells nobody anything; the id stands inside."""
        put(folder, "T-lin-yuzhen", b"a")
        assert not [path for path in tmp_path.rglob("*") if "lin" in path.relative_to(tmp_path).as_posix()]

    def test_of_others_are_passed_over(self, folder: FolderBlobs, tmp_path: Path) -> None:
        """Whatever else was put into the folder is neither listed nor in the way."""
        name = put(folder, "T-1", b"a")
        (tmp_path / "blobs" / "lost+found").mkdir()
        (tmp_path / "blobs" / "README").write_text("ours")
        shelf = next(path for path in files(tmp_path) if path.name == name).parent
        (shelf / ".DS_Store").write_bytes(b"x")
        assert [blob.digest for blob in everything(folder)] == [name]


class TestDamage:
    """What the disk did."""

    def test_is_healed_by_putting_again(self, folder: FolderBlobs, tmp_path: Path) -> None:
        """The bytes are written anew, and not taken to be there for their name's sake."""
        name = put(folder, "T-1", b"a")
        next(path for path in files(tmp_path) if path.name == name).write_bytes(b"x")
        put(folder, "T-1", b"a")
        assert get(folder, "T-1", name) == b"a"

    def test_a_full_disk_leaves_nothing(self, folder: FolderBlobs, monkeypatch: pytest.MonkeyPatch) -> None:
        """The error says which folder, and what to see to."""

        def full(_: int) -> None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

        put(folder, "T-1", b"b")
        with monkeypatch.context() as patched:
            patched.setattr(os, "fsync", full)
            with pytest.raises(StorageError, match=r"blobs.*No space left.*see to its disk"):
                put(folder, "T-1", b"a")
        assert [blob.digest for blob in everything(folder)] == [digest(b"b")]

    def test_a_shelf_without_its_label_is_not_listed(self, folder: FolderBlobs, tmp_path: Path) -> None:
        """Nobody can say whose it is; what its matter needs is still found there."""
        name = put(folder, "T-1", b"a")
        next(path for path in files(tmp_path) if path.name == "matter").unlink()
        assert everything(folder) == []
        assert get(folder, "T-1", name) == b"a"
        put(folder, "T-1", b"a")
        assert len(everything(folder)) == 1


DIES = """
    import os, sys
    from civicflow.plugins.blobs.folder import open_blobs
    from civicflow.testing.blobs.base import digest, put

    class Dies:
        parts = [b"half" * 50_000, None]
        def read(self, size):
            part = self.parts.pop(0)
            if part is None:
                os._exit(9)
            return part

    open_blobs(sys.argv[1]).put("T-1", digest(b"half" * 100_000), Dies(), at=1)
"""


class TestDeath:
    """A process that died while it put."""

    @pytest.fixture
    def left(self, folder: FolderBlobs, tmp_path: Path) -> str:
        """The digest of what was being put."""
        code = textwrap.dedent(DIES)
        done = subprocess.run([sys.executable, "-c", code, f"folder://{tmp_path}/blobs"], check=False)
        assert done.returncode == 9
        assert b"half" in b"".join(path.read_bytes() for path in files(tmp_path))
        return digest(b"half" * 100_000)

    def test_nobody_opens_half_a_blob(self, folder: FolderBlobs, left: str) -> None:
        """It is listed under its digest, so that it can be swept, and is not there to be opened."""
        with pytest.raises(NotFound):
            folder.open("T-1", left)
        assert [blob.digest for blob in everything(folder)] == [left]

    def test_it_can_be_put_again(self, folder: FolderBlobs, left: str) -> None:
        """Deleting takes the half as well as the whole."""
        put(folder, "T-1", b"half" * 100_000)
        assert get(folder, "T-1", left) == b"half" * 100_000
        assert [(blob.digest, blob.size) for blob in everything(folder)] == [(left, 400_000)]
        assert folder.delete("T-1", left)
        assert everything(folder) == []

    def test_the_half_is_swept(self, folder: FolderBlobs, left: str, tmp_path: Path) -> None:
        """No byte of it stays."""
        assert folder.delete("T-1", left)
        assert b"half" not in b"".join(path.read_bytes() for path in files(tmp_path))


def _put_and_delete(url: str) -> int:
    blobs, body = open_blobs(url), b"0123456789" * 100
    opened = 0
    for turn in range(30):
        put(blobs, "T-1", body, at=NOON + turn)
        try:
            assert get(blobs, "T-1", digest(body)) == body
            opened += 1
        except NotFound:
            pass
        blobs.delete("T-1", digest(body), before=NOON + turn)
    return opened


def test_processes_at_once(tmp_path: Path) -> None:
    """Four that put, read and sweep one blob: whoever opens it gets all of it, and what was put last is there."""
    url = f"folder://{tmp_path}/blobs"
    with ProcessPoolExecutor(4, mp_context=get_context("spawn")) as pool:
        assert sum(pool.map(_put_and_delete, [url] * 4)) > 0
    blobs = open_blobs(url)
    assert [blob.at for blob in everything(blobs)] == [NOON + 29]


@pytest.mark.parametrize(
    "url",
    ["folder://", "folder://host/x", "folder:x", "folder:///x?y", "folder:///x#y", "file:///x", "folder:///%00", "["],
)
def test_anything_but_an_absolute_path_is_refused(url: str) -> None:
    """The message says how it is written."""
    with pytest.raises(InvalidInput, match="folder:///srv/attachments"):
        open_blobs(url)


def test_a_path_may_hold_blanks(tmp_path: Path) -> None:
    """As URLs spell them."""
    put(open_blobs(f"folder://{tmp_path}/town%20hall"), "T-1", b"a")
    assert len(files(tmp_path / "town hall")) == 2


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    """The one above it is the operator's to make; a file in its place is not taken."""
    with pytest.raises(StorageError, match="make the one above it"):
        open_blobs(f"folder://{tmp_path}/not/there")
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError, match="file"):
        open_blobs(f"folder://{tmp_path}/file")


def test_the_stream_s_position_is_its_caller_s(folder: FolderBlobs) -> None:
    """It is read to its end, and not closed."""
    stream = BytesIO(b"abc")
    folder.put("T-1", digest(b"abc"), stream, at=NOON)
    assert (stream.closed, stream.read()) == (False, b"")

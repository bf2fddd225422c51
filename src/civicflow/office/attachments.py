"""The files of an office: what lies in its blob store, beside the entries that name it."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from io import BytesIO, TextIOBase
from itertools import groupby
from typing import Any, BinaryIO, Final, cast

from civicflow.calendars import to_micros
from civicflow.errors import InvalidInput, NotFound, StorageError
from civicflow.ids import CaseId, MatterId, matter_of
from civicflow.ledger.attachments import ATTACH, attached_by
from civicflow.ledger.canonical import decode
from civicflow.ledger.entries import Entry, read
from civicflow.office.surroundings import Surroundings
from civicflow.plugins.blobs.contract import CHUNK, Blob, Blobs
from civicflow.plugins.storage.contract import Storage
from civicflow.workflows.engine.attachments import Attachment

_IN_MEMORY: Final = 1 << 20
"""Bytes of a stream that cannot be read twice which are kept in memory; more of them go into a file without a name."""


class Files:
    """The blob store of an office, if it has one, and what its ledger says of it."""

    __slots__ = ("_around", "_blobs", "_storage")

    def __init__(self, storage: Storage, around: Surroundings, blobs: Blobs | None) -> None:
        self._storage, self._around, self._blobs = storage, around, blobs

    @property
    def there(self) -> bool:
        """Whether the office has a blob store."""
        return self._blobs is not None

    @property
    def needed(self) -> Blobs:
        """The blob store.

        Raises:
            InvalidInput: the office has none.
        """
        if self._blobs is None:
            msg = 'this office has no blob store for attachments; open it with blobs="folder:///srv/attachments"'
            raise InvalidInput(msg)
        return self._blobs

    def put(self, matter: MatterId, digest: str, content: BinaryIO) -> None:
        """Put bytes on a matter's shelf, at the time of the office's clock."""
        self.needed.put(matter, digest, content, at=to_micros(self._around.now()))

    def open(self, attachment: Attachment) -> BinaryIO:
        """The bytes of an attachment; see `Office.open_attachment`."""
        what = f"the attachment {attachment.ref}"
        if attachment.erased:
            msg = f"{what} was erased"
            raise NotFound(msg)
        try:
            stream = self.held(matter_of(attachment.case), attachment.digest)
        except NotFound:
            raise self._gone(attachment, what) from None
        digest, _ = weighed(stream)
        if digest != attachment.digest:
            stream.close()
            msg = f"the bytes of {what} are damaged: their SHA-256 is {digest}; restore the blob store from a copy"
            raise StorageError(msg)
        stream.seek(0)
        return stream

    def held(self, matter: MatterId, digest: str) -> BinaryIO:
        """The bytes that lie there, in a stream that can be read twice and outlives their deletion.

        Raises:
            NotFound: if there are none.
        """
        kept = self.needed.open(matter, digest)
        if kept.seekable():
            return kept
        with kept:
            return _copied(kept)

    def _gone(self, attachment: Attachment, what: str) -> NotFound | StorageError:
        matter = matter_of(attachment.case)
        if not attachment.public and self._storage.private(matter, attachment.version) is None:
            return NotFound(f"{what} was erased")
        return StorageError(f"the bytes of {what} are gone; restore the blob store from a copy, or erase the matter")

    def digest_of(self, matter: str, digest: str) -> str | None:
        """The digest of the bytes that lie there now; None where there are none."""
        return digest_in(self.needed, matter, digest)

    # -- what nobody names -------------------------------------------------------------------------------------------

    def orphans(self, older: timedelta) -> Iterator[Blob]:
        """What no entry names and was put before; see `Office.orphaned_attachments`."""
        before = to_micros(self._around.now() - older)
        for matter, blobs in groupby(self._all(), lambda blob: blob.matter):
            named = self._named(MatterId(matter))
            yield from (blob for blob in blobs if blob.at < before and blob.digest not in named)

    def sweep(self, older: timedelta) -> tuple[Blob, ...]:
        """Delete what no entry names; see `Office.sweep_attachments`."""
        before, blobs = to_micros(self._around.now() - older), self.needed
        return tuple([b for b in self.orphans(older) if blobs.delete(b.matter, b.digest, before=before)])

    def _all(self) -> Iterator[Blob]:
        after: tuple[str, str] | None = None
        while page := self.needed.page(after=after):
            yield from page
            after = page[-1].matter, page[-1].digest

    def _named(self, matter: MatterId) -> frozenset[str]:
        """The digests that a matter's entries name, without those that were erased."""
        entries = [read(row.body) for row in self._storage.history(matter)]
        return frozenset(attached_by(entry, self.hidden(entry)) for entry in entries if entry.step == ATTACH)

    def hidden(self, entry: Entry) -> Mapping[str, Any]:
        """The private part of an entry; empty where there is none (any more)."""
        part = self._storage.private(matter_of(CaseId(entry.case)), entry.version) if entry.private else None
        return {} if part is None else cast("Mapping[str, Any]", decode(part.body))


@contextmanager
def rewindable(content: bytes | BinaryIO) -> Iterator[BinaryIO]:
    """A stream that can be read twice from its beginning, of bytes or of a stream from where it stands.

    Raises:
        InvalidInput: if it is neither.
    """
    if isinstance(content, bytes | bytearray | memoryview):
        yield BytesIO(content)
        return
    _check_stream(content)
    if content.seekable() and content.tell() == 0:
        yield content
        return
    with _copied(content) as copy:
        yield copy


def _check_stream(content: object) -> None:
    if isinstance(content, TextIOBase) or not callable(getattr(content, "read", None)):
        msg = f"what is attached is bytes, or a file opened as 'rb'; got {type(content).__name__}"
        raise InvalidInput(msg)


def digest_in(blobs: Blobs, matter: str, digest: str) -> str | None:
    """The digest of the bytes that lie under a digest in a blob store; None where there are none."""
    try:
        with blobs.open(matter, digest) as stream:
            return weighed(stream)[0]
    except NotFound:
        return None


def weighed(stream: BinaryIO) -> tuple[str, int]:
    """The SHA-256 (hex) of a stream and its length, from where it stands."""
    digest, size = hashlib.sha256(), 0
    while part := stream.read(CHUNK):
        digest.update(part)
        size += len(part)
    return digest.hexdigest(), size


def _copied(content: BinaryIO) -> BinaryIO:
    copy = cast("BinaryIO", tempfile.SpooledTemporaryFile(_IN_MEMORY))  # noqa: SIM115 - whoever asked for it closes it
    try:
        while part := content.read(CHUNK):
            copy.write(part)
    except BaseException:
        copy.close()
        raise
    copy.seek(0)
    return copy

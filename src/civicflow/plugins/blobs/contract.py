"""What a blob store must do: keep the bytes of attachments beside the ledger, and let go of them for good.

What holds for every store:

- It may be used by several threads at once; with ``multi_process`` by several processes, too.
- Bytes are shelved by matter: the same bytes in two matters are two blobs, so that erasing one can never take the
  other's. Within a matter a blob is named by its digest.
- Whoever opens a blob gets all of it: what is being put, or what a crash left half-written, is never opened.
- Time is a parameter. A blob's instant is that of its last `Blobs.put`, which is what sweeping goes by.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import BinaryIO, Final, Protocol, runtime_checkable

import attrs

from civicflow.errors import InvalidInput

API_VERSION: Final = 1
"""The version of this contract. A store names the version it was written for as its own ``api_version``."""

CHUNK: Final = 1 << 20
"""How many bytes our own stores read of a stream at once."""

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


@attrs.frozen
class Blob:
    """What a store has on a shelf.

    Attributes:
        matter: whose shelf it is.
        digest: SHA-256 of the bytes, 64 lower-case hexadecimal digits.
        size: in bytes.
        at: when it was put last, in microseconds since 1970 UTC.
    """

    matter: str
    digest: str
    size: int
    at: int


@runtime_checkable
class Blobs(Protocol):
    """Bytes, shelved by matter and named by their digest."""

    api_version: int
    capabilities: frozenset[str]
    """What it promises: ``durable`` (what was put survives the process, and a loss of power), ``multi_process``."""

    def put(self, matter: str, digest: str, content: BinaryIO, *, at: int) -> int:
        """Keep bytes. They are read in parts, and are safe when this returns; the same ones again only renew ``at``.

        Args:
            matter: whose shelf: any text that is not empty.
            digest: the SHA-256 that they must have.
            content: read from where it stands to its end.
            at: the instant, in microseconds since 1970 UTC.

        Returns:
            How many bytes there are.

        Raises:
            InvalidInput: if the bytes have another digest, or ``digest`` is none. What was there before stays.
            StorageError: if they cannot be kept; nothing of them stays.
        """
        ...

    def open(self, matter: str, digest: str) -> BinaryIO:
        """The bytes as they are kept, from their beginning; each call has a stream of its own, to be closed.

        What was opened can be read to its end, whatever is deleted meanwhile.

        Raises:
            NotFound: if there are none.
        """
        ...

    def delete(self, matter: str, digest: str, *, before: int | None = None) -> bool:
        """Let go of bytes for good, with whatever a crash left of them.

        Args:
            matter: whose shelf.
            digest: which bytes.
            before: only if they were put last before this instant; compared and deleted at once.

        Returns:
            Whether there were such bytes.
        """
        ...

    def page(self, *, after: tuple[str, str] | None = None, limit: int = 1000) -> Sequence[Blob]:
        """What is there, matter by matter, in an order of the store's own that does not change.

        What a crash left half-written is listed under the digest that it was to have, so that it can be swept.

        Args:
            after: matter and digest of the last one of the page before.
            limit: how many at most.
        """
        ...

    def close(self) -> None:
        """Release everything. A second call does nothing; every other method raises `StorageError` from then on."""
        ...


def check_name(matter: str, digest: str) -> None:
    """Refuse what cannot name a blob.

    Raises:
        InvalidInput: if the matter is empty, or the digest is none.
    """
    if not matter:
        msg = "a blob lies on the shelf of a matter, named by its id; got an empty one"
        raise InvalidInput(msg)
    if not _DIGEST.fullmatch(digest):
        msg = f"a blob is named by its SHA-256, 64 lower-case hexadecimal digits; got {digest!r}"
        raise InvalidInput(msg)


def other_bytes(wanted: str, found: str) -> InvalidInput:
    """The error for bytes that are not those that were announced."""
    return InvalidInput(f"the bytes have the SHA-256 {found} and not {wanted}; they changed meanwhile: give them again")

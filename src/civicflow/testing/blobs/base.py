"""What every part of the suite of blob stores rests on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from typing import Final

import pytest

from civicflow.plugins.blobs.contract import Blob, Blobs

NOON: Final = 1_780_000_000_000_000
"""An instant, in microseconds."""


class BlobSuite:
    """How the suite comes to a blob store; both methods must be defined."""

    def open_blobs(self, place: str) -> Blobs:
        """Open the place that `fresh` named; the same place again, as long as one is open, is the same data."""
        raise NotImplementedError

    def fresh(self) -> str:
        """Name a place that was never used, for instance a URL with a new path."""
        raise NotImplementedError

    @contextmanager
    def blobs(self) -> Iterator[Blobs]:
        """A new, empty store that is closed at the end."""
        with self.opened(self.fresh()) as blobs:
            yield blobs

    @contextmanager
    def opened(self, place: str) -> Iterator[Blobs]:
        """A handle on a place that is closed at the end."""
        blobs = self.open_blobs(place)
        try:
            yield blobs
        finally:
            blobs.close()

    @staticmethod
    def need(blobs: Blobs, capability: str) -> None:
        """Skip the test where the store does not promise this."""
        if capability not in blobs.capabilities:
            pytest.skip(f"the blob store does not promise {capability!r}")


def digest(body: bytes) -> str:
    """The name of some bytes."""
    return hashlib.sha256(body).hexdigest()


def put(blobs: Blobs, matter: str, body: bytes, *, at: int = NOON) -> str:
    """Put bytes on a shelf and give back their digest."""
    assert blobs.put(matter, digest(body), BytesIO(body), at=at) == len(body)
    return digest(body)


def get(blobs: Blobs, matter: str, name: str) -> bytes:
    """The bytes that are kept."""
    with blobs.open(matter, name) as stream:
        return stream.read()


def everything(blobs: Blobs, limit: int = 1000) -> list[Blob]:
    """All that is listed, page by page, in the store's own order."""
    found: list[Blob] = []
    while page := blobs.page(after=(found[-1].matter, found[-1].digest) if found else None, limit=limit):
        assert len(page) <= limit
        found += page
    return found

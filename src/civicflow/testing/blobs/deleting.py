"""Deleting: for good, and never what was put anew."""

from __future__ import annotations

import pytest

from civicflow.errors import NotFound
from civicflow.testing.blobs.base import NOON, BlobSuite, digest, get, put


class DeletingSuite(BlobSuite):
    """What was let go of does not come back."""

    def test_deleting_is_for_good(self) -> None:
        """Neither opened nor listed any more; what lies beside it stays."""
        with self.blobs() as blobs:
            name, other = put(blobs, "T-1", b"a"), put(blobs, "T-1", b"b")
            assert blobs.delete("T-1", name)
            with pytest.raises(NotFound):
                blobs.open("T-1", name)
            assert [blob.digest for blob in blobs.page()] == [other]

    def test_deleting_what_is_not_there_is_no_error(self) -> None:
        """An erasure that was interrupted is done again."""
        with self.blobs() as blobs:
            name = put(blobs, "T-1", b"a")
            assert blobs.delete("T-1", name)
            assert not blobs.delete("T-1", name)
            assert not blobs.delete("T-2", digest(b"a"))

    def test_what_is_open_can_be_read_to_its_end(self) -> None:
        """Whoever was reading when it was deleted has all of it."""
        body = b"0123456789" * 100_000
        with self.blobs() as blobs:
            name = put(blobs, "T-1", body)
            with blobs.open("T-1", name) as stream:
                assert stream.read(1) == b"0"
                blobs.delete("T-1", name)
                assert stream.read() == body[1:]

    def test_it_can_be_put_again(self) -> None:
        """Deleted is not forbidden."""
        with self.blobs() as blobs:
            name = put(blobs, "T-1", b"a")
            blobs.delete("T-1", name)
            put(blobs, "T-1", b"a")
            assert get(blobs, "T-1", name) == b"a"

    def test_only_what_is_older_is_deleted(self) -> None:
        """Whoever sweeps does not take what was put at that instant or since."""
        with self.blobs() as blobs:
            name = put(blobs, "T-1", b"a")
            assert not blobs.delete("T-1", name, before=NOON)
            assert get(blobs, "T-1", name) == b"a"
            put(blobs, "T-1", b"a", at=NOON + 1)
            assert not blobs.delete("T-1", name, before=NOON + 1)
            assert blobs.delete("T-1", name, before=NOON + 2)
            assert blobs.page() == []

    def test_it_is_gone_when_it_is_opened_again(self) -> None:
        """What was erased stays erased over a restart."""
        place = self.fresh()
        with self.opened(place) as blobs:
            self.need(blobs, "durable")
            name = put(blobs, "T-1", b"a")
            blobs.delete("T-1", name)
        with self.opened(place) as blobs:
            assert blobs.page() == []
            with pytest.raises(NotFound):
                blobs.open("T-1", name)

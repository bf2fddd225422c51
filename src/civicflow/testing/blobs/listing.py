"""Listing: everything once, matter by matter."""

from __future__ import annotations

from itertools import groupby

from civicflow.testing.blobs.base import NOON, BlobSuite, everything, put


class ListingSuite(BlobSuite):
    """Whoever turns the pages sees all of it."""

    def test_pages_hold_everything_once(self) -> None:
        """Whatever the size of a page, also where it ends within a matter."""
        with self.blobs() as blobs:
            wanted = {(f"T-{n}", put(blobs, f"T-{n}", b"%d" % k)) for n in range(4) for k in range(3)}
            whole = everything(blobs)
            for limit in (1, 2, 5, 12, 100):
                found = everything(blobs, limit)
                assert found == whole
                assert {(blob.matter, blob.digest) for blob in found} == wanted
                assert len(found) == len(wanted)

    def test_a_matter_s_blobs_come_together(self) -> None:
        """So that a matter's entries are read once."""
        with self.blobs() as blobs:
            for k in range(3):
                for n in range(4):
                    put(blobs, f"T-{n}", b"%d" % k)
            assert len([matter for matter, _ in groupby(blob.matter for blob in blobs.page())]) == 4

    def test_the_order_stays_when_something_goes(self) -> None:
        """A cursor is a place in the order, and not a number."""
        with self.blobs() as blobs:
            for n in range(6):
                put(blobs, f"T-{n}", b"a")
            first, second, *rest = everything(blobs)
            blobs.delete(first.matter, first.digest)
            blobs.delete(second.matter, second.digest)
            assert list(blobs.page(after=(second.matter, second.digest))) == rest

    def test_an_instant_keeps_its_microseconds(self) -> None:
        """Before 1970 as well as after."""
        with self.blobs() as blobs:
            for number, at in enumerate((NOON + 1, 0, 1, 999_999, -1)):
                put(blobs, f"T-{number}", b"a", at=at)
            assert sorted(blob.at for blob in blobs.page()) == [-1, 0, 1, 999_999, NOON + 1]

"""Keeping: whoever opens a blob gets all of it, and what could not be kept leaves nothing."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from io import BytesIO
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow.errors import InvalidInput, NotFound, StorageError
from civicflow.testing.blobs.base import NOON, BlobSuite, digest, everything, get, put

_MANY: Final = 5_000_000
"""Bytes: more than any store should hold in memory at once."""


class _Parts(BytesIO):
    """A stream that wants to be read in parts."""

    def read(self, size: int | None = -1, /) -> bytes:
        assert size is not None
        assert 0 < size < _MANY, "the stream was read at once, whatever its length"
        return super().read(size)


class _Breaks(BytesIO):
    """A stream that breaks off after its first part."""

    def read(self, size: int | None = -1, /) -> bytes:
        if self.tell():
            msg = "the line broke off"
            raise ConnectionResetError(msg)
        return super().read(4)


class KeepingSuite(BlobSuite):
    """What was put is there; what was not is not."""

    def test_what_was_put_is_read(self) -> None:
        """Byte for byte, whatever the bytes, and whatever text the matter's id is."""

        @given(body=st.binary(max_size=100), matter=st.text(st.characters(codec="utf-8"), min_size=1, max_size=300))
        def check(body: bytes, matter: str) -> None:
            with self.blobs() as blobs:
                name = put(blobs, matter, body)
                assert get(blobs, matter, name) == body
                assert [(blob.matter, blob.digest, blob.size) for blob in blobs.page()] == [(matter, name, len(body))]

        check()

    @pytest.mark.parametrize("matter", ["../T-1", "/T-1", ".", "..", "T-1/health@2", "T 1", "T-1\n", "T\\1", "x" * 300])
    def test_every_id_is_a_shelf(self, matter: str) -> None:
        """No id leads elsewhere, and none is too long."""
        with self.blobs() as blobs:
            name = put(blobs, matter, b"a")
            assert get(blobs, matter, name) == b"a"
            assert [blob.matter for blob in blobs.page()] == [matter]

    @pytest.mark.parametrize("other", ["t-1", "T-1 ", "T-l", "Ｔ-1", "T-1\u200b"])
    def test_ids_that_look_alike_are_different(self, other: str) -> None:
        """Nothing is folded, trimmed or normalised."""
        with self.blobs() as blobs:
            name = put(blobs, "T-1", b"a")
            with pytest.raises(NotFound):
                blobs.open(other, name)

    def test_a_shelf_is_its_matter_s_own(self) -> None:
        """The same bytes in two matters are two blobs."""
        with self.blobs() as blobs:
            name = put(blobs, "T-1", b"a")
            put(blobs, "T-2", b"a")
            assert blobs.delete("T-1", name)
            assert get(blobs, "T-2", name) == b"a"

    def test_putting_again_only_renews_the_instant(self) -> None:
        """A repeated command is no second blob, and is not swept for its age."""
        with self.blobs() as blobs:
            name = put(blobs, "T-1", b"a")
            put(blobs, "T-1", b"a", at=NOON + 7)
            assert [(blob.digest, blob.at) for blob in blobs.page()] == [(name, NOON + 7)]
            assert get(blobs, "T-1", name) == b"a"

    def test_other_bytes_are_refused_and_leave_nothing(self) -> None:
        """What has another digest than was announced is not kept, under neither of the two."""
        with self.blobs() as blobs:
            for body in (b"", b"b", b"ab"):
                with pytest.raises(InvalidInput, match=digest(b"a")):
                    blobs.put("T-1", digest(b"a"), BytesIO(body), at=NOON)
                assert blobs.page() == []
                for name in (digest(b"a"), digest(body)):
                    with pytest.raises(NotFound):
                        blobs.open("T-1", name)

    def test_other_bytes_do_not_harm_what_is_there(self) -> None:
        """The blob stays as it was."""
        with self.blobs() as blobs:
            name = put(blobs, "T-1", b"a")
            with pytest.raises(InvalidInput):
                blobs.put("T-1", name, BytesIO(b"b"), at=NOON)
            assert get(blobs, "T-1", name) == b"a"

    def test_a_stream_that_breaks_off_leaves_nothing(self) -> None:
        """The half that came is neither opened nor listed."""
        body = b"0123456789"
        with self.blobs() as blobs:
            with pytest.raises((ConnectionResetError, StorageError)):
                blobs.put("T-1", digest(body), _Breaks(body), at=NOON)
            assert blobs.page() == []
            with pytest.raises(NotFound):
                blobs.open("T-1", digest(body))

    def test_a_stream_is_read_in_parts(self) -> None:
        """A video of a pothole must not fill the memory."""
        body = bytes(_MANY)
        with self.blobs() as blobs:
            assert blobs.put("T-1", digest(body), _Parts(body), at=NOON) == _MANY
            with blobs.open("T-1", digest(body)) as stream:
                assert sum(len(part) for part in iter(lambda: stream.read(65_536), b"")) == _MANY

    def test_it_is_read_from_where_it_stands(self) -> None:
        """Whoever peeked at the beginning has taken it."""
        stream = BytesIO(b"peeked rest")
        stream.seek(7)
        with self.blobs() as blobs:
            assert blobs.put("T-1", digest(b"rest"), stream, at=NOON) == 4

    def test_readers_do_not_disturb_each_other(self) -> None:
        """Each has a stream of its own, from the beginning."""
        with self.blobs() as blobs:
            name = put(blobs, "T-1", b"abc")
            with blobs.open("T-1", name) as one, blobs.open("T-1", name) as other:
                assert (one.read(1), other.read(), one.read()) == (b"a", b"abc", b"bc")

    @pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 65, "a" * 64 + "\n"])
    def test_what_is_no_digest_is_refused(self, name: str) -> None:
        """By every method that takes one."""
        with self.blobs() as blobs:
            calls: list[Any] = [
                lambda: blobs.put("T-1", name, BytesIO(), at=NOON),
                lambda: blobs.open("T-1", name),
                lambda: blobs.delete("T-1", name),
            ]
            for call in calls:
                with pytest.raises(InvalidInput, match="SHA-256"):
                    call()

    def test_a_matter_has_a_name(self) -> None:
        """The empty text is no shelf."""
        with self.blobs() as blobs, pytest.raises(InvalidInput, match="shelf"):
            blobs.put("", digest(b""), BytesIO(), at=NOON)

    def test_it_is_durable(self) -> None:
        """Closed and opened again, everything is there, with its instant."""
        place = self.fresh()
        with self.opened(place) as blobs:
            self.need(blobs, "durable")
            name = put(blobs, "T-1", b"a")
            before = everything(blobs)
        with self.opened(place) as blobs:
            assert everything(blobs) == before
            assert get(blobs, "T-1", name) == b"a"

    def test_a_closed_store_says_so(self) -> None:
        """A second close does nothing; everything else is an error."""
        with self.blobs() as blobs:
            name = put(blobs, "T-1", b"a")
            blobs.close()
            calls: list[Any] = [
                lambda: blobs.put("T-1", name, BytesIO(b"a"), at=NOON),
                lambda: blobs.open("T-1", name),
                lambda: blobs.delete("T-1", name),
                blobs.page,
            ]
            for call in calls:
                with pytest.raises(StorageError, match="closed"):
                    call()

    def test_many_at_once(self) -> None:
        """Threads that put and delete the same bytes: whoever opens them meanwhile gets all of them or none."""
        body = b"0123456789" * 1000
        name = digest(body)
        with self.blobs() as blobs:

            def change(number: int) -> None:
                for _ in range(10):
                    if number == 0:
                        blobs.delete("T-1", name)
                    else:
                        put(blobs, "T-1", body)

            def read(changes: list[Future[None]]) -> None:
                while not all(change.done() for change in changes):
                    with suppress(NotFound):
                        assert get(blobs, "T-1", name) == body

            with ThreadPoolExecutor(5) as pool:
                changes = [pool.submit(change, number) for number in range(3)]
                reads = [pool.submit(read, changes) for _ in range(2)]
            for future in (*changes, *reads):
                future.result()
            put(blobs, "T-1", body)
            assert get(blobs, "T-1", name) == body

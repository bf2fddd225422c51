"""Blob stores with one fault each."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from io import BytesIO
from typing import BinaryIO, Final, TypeVar

import attrs

from civicflow.plugins.blobs.contract import Blob
from civicflow.plugins.blobs.memory import MemoryBlobs, Shelves
from civicflow.testing import BlobContract

B = TypeVar("B", bound="type[SoundBlobs]")


class SoundBlobs(MemoryBlobs):
    """No fault. What it holds outlives its handles, as if it were on a disk."""

    def __init__(self, shelves: Shelves) -> None:
        super().__init__(shelves)
        self.capabilities = frozenset({"durable"})
        self.kept = shelves


@attrs.frozen
class PlantedBlobs:
    """A fault, the part of the suite that runs on it, and the tests that must be among those that fail."""

    blobs: type[SoundBlobs]
    part: str
    tests: tuple[str, ...]


PLANTED_BLOBS: Final[list[PlantedBlobs]] = []


def caught(*tests: str) -> Callable[[B], B]:
    """By which tests; they are of one part of the suite."""

    def plant(blobs: B) -> B:
        (part,) = {cls.__name__ for cls in BlobContract.__mro__ for test in tests if test in vars(cls)}
        PLANTED_BLOBS.append(PlantedBlobs(blobs, part, tests))
        return blobs

    return plant


@caught("test_a_shelf_is_its_matter_s_own")
class OneShelf(SoundBlobs):
    """The same bytes are kept once for all matters, so that erasing one takes the other's."""

    def delete(self, matter: str, digest: str, *, before: int | None = None) -> bool:
        gone = super().delete(matter, digest, before=before)
        for key in [key for key in self.kept.blobs if key[1] == digest]:
            del self.kept.blobs[key]
        return gone


@caught("test_ids_that_look_alike_are_different")
class FoldsIds(SoundBlobs):
    """Shelves are folders named by the id, on a disk that does not tell capitals from small letters."""

    def put(self, matter: str, digest: str, content: BinaryIO, *, at: int) -> int:
        return super().put(matter.lower(), digest, content, at=at)

    def open(self, matter: str, digest: str) -> BinaryIO:
        return super().open(matter.lower(), digest)


@caught("test_other_bytes_are_refused_and_leave_nothing", "test_other_bytes_do_not_harm_what_is_there")
class BelievesTheDigest(SoundBlobs):
    """The digest is taken as it is given, and the bytes as they come."""

    def put(self, matter: str, digest: str, content: BinaryIO, *, at: int) -> int:
        body = content.read(1 << 20)
        self.kept.blobs[matter, digest] = body, at
        return len(body)


@caught("test_other_bytes_are_refused_and_leave_nothing")
class ChecksTooLate(SoundBlobs):
    """The digest is compared when the bytes lie in their place already."""

    def put(self, matter: str, digest: str, content: BinaryIO, *, at: int) -> int:
        body = content.read(1 << 20)
        self.kept.blobs[matter, digest] = body, at
        return super().put(matter, digest, BytesIO(body), at=at)


@caught("test_a_stream_that_breaks_off_leaves_nothing")
class WritesInPlace(SoundBlobs):
    """A blob grows in its place, part by part."""

    def put(self, matter: str, digest: str, content: BinaryIO, *, at: int) -> int:
        parts = []
        while part := content.read(1 << 20):
            parts.append(part)
            self.kept.blobs[matter, digest] = b"".join(parts), at
        del self.kept.blobs[matter, digest]
        return super().put(matter, digest, BytesIO(b"".join(parts)), at=at)


@caught("test_a_stream_is_read_in_parts")
class ReadsAllAtOnce(SoundBlobs):
    """A stream is read into the memory at once."""

    def put(self, matter: str, digest: str, content: BinaryIO, *, at: int) -> int:
        return super().put(matter, digest, BytesIO(content.read()), at=at)


@caught("test_putting_again_only_renews_the_instant")
class KeepsTheFirstInstant(SoundBlobs):
    """What is there already is left alone, its age too, so that it is swept under whoever puts it again."""

    def put(self, matter: str, digest: str, content: BinaryIO, *, at: int) -> int:
        there = self.kept.blobs.get((matter, digest))
        return super().put(matter, digest, content, at=at if there is None else there[1])


@caught("test_readers_do_not_disturb_each_other")
class OneStream(SoundBlobs):
    """All readers of a blob share a stream."""

    def __init__(self, shelves: Shelves) -> None:
        super().__init__(shelves)
        self.streams: dict[tuple[str, str], BinaryIO] = {}

    def open(self, matter: str, digest: str) -> BinaryIO:
        return self.streams.setdefault((matter, digest), super().open(matter, digest))


@caught("test_deleting_is_for_good")
class OnlyHides(SoundBlobs):
    """What is deleted is not listed any more, and can still be opened."""

    hidden: set[tuple[str, str]]

    def __init__(self, shelves: Shelves) -> None:
        super().__init__(shelves)
        self.hidden = set()

    def delete(self, matter: str, digest: str, *, before: int | None = None) -> bool:
        self.hidden.add((matter, digest))
        return (matter, digest) in self.kept.blobs

    def page(self, *, after: tuple[str, str] | None = None, limit: int = 1000) -> Sequence[Blob]:
        found = super().page(after=after, limit=limit)
        return [blob for blob in found if (blob.matter, blob.digest) not in self.hidden]


@caught("test_only_what_is_older_is_deleted")
class SweepsAnything(SoundBlobs):
    """The age of what is swept is not looked at."""

    def delete(self, matter: str, digest: str, *, before: int | None = None) -> bool:
        return super().delete(matter, digest)


@caught("test_only_what_is_older_is_deleted")
class SweepsAtTheInstant(SoundBlobs):
    """What was put at that very instant counts as older."""

    def delete(self, matter: str, digest: str, *, before: int | None = None) -> bool:
        return super().delete(matter, digest, before=None if before is None else before + 1)


@caught("test_deleting_what_is_not_there_is_no_error")
class MissesWhatIsGone(SoundBlobs):
    """Deleting what is gone is an error, so that an interrupted erasure cannot be done again."""

    def delete(self, matter: str, digest: str, *, before: int | None = None) -> bool:
        self.open(matter, digest).close()
        return super().delete(matter, digest, before=before)


@caught("test_the_order_stays_when_something_goes")
class CountsRows(SoundBlobs):
    """A cursor is the number of a row."""

    def __init__(self, shelves: Shelves) -> None:
        super().__init__(shelves)
        self.rows: dict[tuple[str, str], int] = {}

    def page(self, *, after: tuple[str, str] | None = None, limit: int = 1000) -> Sequence[Blob]:
        everything = super().page(limit=1_000_000)
        start = 0 if after is None else self.rows[after] + 1
        self.rows |= {(blob.matter, blob.digest): number for number, blob in enumerate(everything) if number >= start}
        return everything[start : start + limit]


@caught("test_a_matter_s_blobs_come_together")
class ListsByDigest(SoundBlobs):
    """The list is ordered by digest, so that a matter is met again and again."""

    def page(self, *, after: tuple[str, str] | None = None, limit: int = 1000) -> Sequence[Blob]:
        everything = sorted(super().page(limit=1_000_000), key=lambda blob: (blob.digest, blob.matter))
        return [blob for blob in everything if after is None or (blob.digest, blob.matter) > after[::-1]][:limit]


@caught("test_an_instant_keeps_its_microseconds")
class WholeSeconds(SoundBlobs):
    """Instants are kept to the second, as some disks do."""

    def put(self, matter: str, digest: str, content: BinaryIO, *, at: int) -> int:
        return super().put(matter, digest, content, at=at // 1_000_000 * 1_000_000)


@caught("test_it_is_durable")
class Forgets(SoundBlobs):
    """It promises to outlive its process, and does not."""

    def close(self) -> None:
        self.kept.blobs.clear()
        super().close()


@caught("test_a_closed_store_says_so")
class NeverCloses(SoundBlobs):
    """Closing it means nothing."""

    def close(self) -> None:
        pass


@caught("test_many_at_once")
class LooksAndThenReads(SoundBlobs):
    """Whether a blob is there is looked up first, and its bytes are written in two parts."""

    def put(self, matter: str, digest: str, content: BinaryIO, *, at: int) -> int:
        body = content.read(1 << 20)
        self.kept.blobs[matter, digest] = body[:1], at
        time.sleep(0.001)
        return super().put(matter, digest, BytesIO(body), at=at)

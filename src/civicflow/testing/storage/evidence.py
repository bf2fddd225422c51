"""Private parts, heads of the log tree, and documents by their content hash."""

from __future__ import annotations

import pytest

from civicflow.errors import Conflict
from civicflow.plugins.storage.contract import Batch, Filed, Private
from civicflow.testing.storage.base import StorageSuite
from civicflow.testing.storage.builders import head, put, write


class EvidenceSuite(StorageSuite):
    """What lies beside the entries."""

    concern = "private parts, heads, documents"

    def test_a_private_part_lies_beside_its_entry(self) -> None:
        """By matter and version, and in pages over all."""
        with self.storage() as storage:
            parts = [
                Private("T-1", 1, b"s1", b"b1"),
                Private("T-1", 2, b"s2", b"b2"),
                Private("T-10", 1, b"s3", b"b3"),
                Private("T-2", 1, b"", b""),
            ]
            for part in (parts[3], parts[0], parts[1], parts[2]):
                storage.commit(Batch(writes=(write(part.matter, part.version - 1),), private=(part,)))
            assert storage.private("T-1", 2) == parts[1]
            assert storage.private("T-1", 3) is storage.private("T-3", 1) is None
            assert storage.private_parts() == tuple(parts)
            assert storage.private_parts(limit=2) == tuple(parts[:2])
            assert storage.private_parts(after=("T-1", 2)) == tuple(parts[2:])
            assert storage.private_parts(after=("T-1", 1), limit=1) == (parts[1],)

    def test_erasing_takes_salt_and_body_for_good(self) -> None:
        """The entry stays; erasing it again changes nothing."""
        with self.storage() as storage:
            for version in (1, 2):
                part = Private("T-1", version, b"salt", b"name")
                storage.commit(Batch(writes=(write("T-1", version - 1),), private=(part,)))
            storage.commit(Batch(writes=(write("T-1", 2),), erase=(("T-1", 1), ("T-9", 1))))
            assert storage.private("T-1", 1) is None
            assert [part.version for part in storage.private_parts()] == [2]
            storage.commit(Batch(erase=(("T-1", 1),)))
            assert len(storage.history("T-1")) == 3

    def test_heads_are_numbered_without_a_gap(self) -> None:
        """Of two that seal at once, one conflicts and writes nothing."""
        with self.storage() as storage:
            assert storage.last_head() is None
            assert storage.heads() == ()
            storage.commit(Batch(heads=(head(1, b"signature"),)))
            storage.commit(Batch(heads=(head(2), head(3))))
            for wrong in (1, 3, 5):
                with pytest.raises(Conflict) as conflict:
                    storage.commit(Batch(heads=(head(wrong),), writes=(write("T-1"),)))
                assert (conflict.value.expected, conflict.value.actual) == (wrong - 1, 3)
            assert storage.heads() == (head(1, b"signature"), head(2), head(3))
            assert storage.heads(after=1, limit=1) == (head(2),)
            assert storage.last_head() == head(3)
            assert storage.feed() == ()

    def test_a_document_is_kept_once_under_its_hash(self) -> None:
        """Filing it again changes nothing."""
        with self.storage() as storage:
            put(storage, "T-1")
            storage.commit(Batch(filed=(Filed("abc", b"flow"), Filed("def", b""))))
            storage.commit(Batch(filed=(Filed("abc", b"another flow"),)))
            assert (storage.filed("abc"), storage.filed("def"), storage.filed("ghi")) == (b"flow", b"", None)

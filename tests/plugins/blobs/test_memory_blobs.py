"""Blobs in memory keep the contract."""

from __future__ import annotations

from itertools import count

import pytest

from civicflow.errors import InvalidInput
from civicflow.plugins.blobs.contract import Blobs
from civicflow.plugins.blobs.memory import open_blobs
from civicflow.testing import BlobContract
from civicflow.testing.blobs.base import put

_NUMBERS = count()


class TestMemoryBlobs(BlobContract):
    """The whole suite, each test under a name of its own."""

    def open_blobs(self, place: str) -> Blobs:
        """A place is a URL."""
        return open_blobs(place)

    def fresh(self) -> str:
        """A URL never used before."""
        return f"memory://blobs-{next(_NUMBERS)}"


def test_without_a_name_every_opening_is_fresh() -> None:
    """`memory://` shares nothing."""
    one, other = open_blobs("memory://"), open_blobs("memory://")
    put(one, "T-1", b"a")
    assert other.page() == []


def test_a_name_lives_as_long_as_somebody_has_it_open() -> None:
    """When the last one closes, it is gone."""
    one, other = open_blobs("memory://town_1.test"), open_blobs("memory://town_1.test")
    put(one, "T-1", b"a")
    one.close()
    assert len(other.page()) == 1
    other.close()
    assert open_blobs("memory://town_1.test").page() == []


@pytest.mark.parametrize("url", ["memory:", "memory:/x", "memory://a/b", "memory://a?b=c", "folder:///x", "memory://-"])
def test_anything_but_a_name_is_refused(url: str) -> None:
    """The message says how it is written."""
    with pytest.raises(InvalidInput, match="memory://NAME"):
        open_blobs(url)

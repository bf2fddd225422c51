"""Storage in memory keeps the contract."""

from __future__ import annotations

from itertools import count

import pytest

from civicflow.errors import InvalidInput
from civicflow.plugins.storage.contract import Storage
from civicflow.plugins.storage.memory import open_storage
from civicflow.testing import StorageContract
from civicflow.testing.storage.builders import put

_NUMBERS = count()


class TestMemoryStorage(StorageContract):
    """The whole suite, each test under a name of its own."""

    def open_storage(self, place: str) -> Storage:
        """A place is a URL."""
        return open_storage(place)

    def fresh(self) -> str:
        """A URL never used before."""
        return f"memory://test-{next(_NUMBERS)}"


def test_without_a_name_every_opening_is_fresh() -> None:
    """`memory://` shares nothing."""
    one, other = open_storage("memory://"), open_storage("memory://")
    put(one, "T-1")
    assert other.feed() == ()


def test_a_name_lives_as_long_as_somebody_has_it_open() -> None:
    """When the last one closes, it is gone."""
    one, other = open_storage("memory://town_1.test"), open_storage("memory://town_1.test")
    put(one, "T-1")
    one.close()
    assert len(other.feed()) == 1
    other.close()
    assert open_storage("memory://town_1.test").feed() == ()


@pytest.mark.parametrize("url", ["memory:", "memory:/x", "memory://a/b", "memory://a?b=c", "sqlite://", "memory://-"])
def test_anything_but_a_name_is_refused(url: str) -> None:
    """The message says how it is written."""
    with pytest.raises(InvalidInput, match="memory://NAME"):
        open_storage(url)

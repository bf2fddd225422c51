"""The fakes keep the contracts of what they stand for."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone

import pytest

import civicflow.testing
from civicflow.errors import InvalidInput
from civicflow.testing import FrozenClock, counting_bytes, sequential_ids


class TestFrozenClock:
    """It stands still until it is moved."""

    def test_it_tells_the_same_instant_again(self) -> None:
        """Aware, in UTC."""
        clock = FrozenClock()
        assert clock() == clock()
        assert clock().tzinfo is UTC

    def test_it_is_moved_forth_and_back(self) -> None:
        """By amounts, which add up."""
        clock = FrozenClock(datetime(2026, 1, 1, tzinfo=UTC))
        assert clock.advance(weeks=1, days=1, hours=1, minutes=1, seconds=1, microseconds=1) == datetime(
            2026, 1, 9, 1, 1, 1, 1, tzinfo=UTC
        )
        assert clock.advance(days=-8) == clock() == datetime(2026, 1, 1, 1, 1, 1, 1, tzinfo=UTC)

    def test_it_is_set_to_an_instant_of_any_zone(self) -> None:
        """And goes on telling UTC."""
        clock = FrozenClock()
        beijing = datetime(2026, 5, 1, 8, 0, tzinfo=timezone(timedelta(hours=8)))
        assert clock.set(beijing) == clock() == datetime(2026, 5, 1, tzinfo=UTC)
        assert clock().utcoffset() == timedelta(0)

    def test_an_instant_without_a_zone_is_refused(self) -> None:
        """As everywhere."""
        naive = datetime(2026, 1, 1)
        with pytest.raises(InvalidInput, match="zone"):
            FrozenClock(naive)
        with pytest.raises(InvalidInput, match="zone"):
            FrozenClock().set(naive)


class TestSources:
    """Ids and bytes that a test can foretell."""

    def test_ids_count_for_each_letter(self) -> None:
        """Two kinds of one letter never share an id."""
        new = sequential_ids(7)
        assert [new(kind) for kind in ("ticket", "unit", "task", "ticket")] == ["T-7", "U-7", "T-8", "T-9"]

    @pytest.mark.parametrize("length", [0, 1, 16, 32, 33, 100])
    def test_bytes_have_the_length_asked_for(self, length: int) -> None:
        """Each call's differ, each run's are the same, and another seed gives others."""
        new = counting_bytes()
        first, second = new(length), new(length)
        assert len(first) == len(second) == length
        assert (first != second) == bool(length)
        assert counting_bytes()(length) == first
        assert (counting_bytes(b"other")(length) != first) == bool(length)


def test_every_name_is_there() -> None:
    """And no other."""
    for name in civicflow.testing.__all__:
        assert getattr(civicflow.testing, name).__name__ == name
    with pytest.raises(AttributeError, match="Nonsense"):
        _ = civicflow.testing.Nonsense


def test_the_fakes_need_neither_hypothesis_nor_pytest() -> None:
    """An application's demo may use them."""
    code = "import sys, civicflow.testing; print({'hypothesis', 'pytest', 'sqlite3'} & set(sys.modules))"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "set()"

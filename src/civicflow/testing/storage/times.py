"""Instants: to a storage they are integers, of which no microsecond is lost between the years 1 and 9999."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from typing import Final

import pytest

from civicflow.plugins.storage.contract import Await, Awaits, Batch, Expect, Filter, Query, Rearm, Retry
from civicflow.testing.storage.base import StorageSuite
from civicflow.testing.storage.builders import message, put, write

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SUMMER, _WINTER = timezone(timedelta(hours=2)), timezone(timedelta(hours=1))
_SECOND: Final = 1_000_000

_INSTANTS: Final = tuple(
    (instant - _EPOCH) // timedelta(microseconds=1)
    for instant in (
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(1949, 10, 1, 7, 0, 0, 1, tzinfo=UTC),
        datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        _EPOCH,
        datetime(2026, 10, 25, 2, 30, tzinfo=_SUMMER),  # the clocks go back at three: the same
        datetime(2026, 10, 25, 2, 30, tzinfo=_WINTER),  # time of day, an hour later
        datetime(2026, 10, 25, 2, 30, 0, 1, tzinfo=_WINTER),
        datetime(2026, 10, 25, 2, 30, 0, 999, tzinfo=_WINTER),
        datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
    )
)


class TimeSuite(StorageSuite):
    """Integers of microseconds since 1970 UTC; before it they are negative."""

    concern = "instants"

    def test_deadlines_keep_every_microsecond_and_their_order(self) -> None:
        """Also those before 1970, in the hour that comes twice, and in the last second of 9999."""
        with self.storage() as storage:
            for number, due in reversed([*enumerate(_INSTANTS)]):
                put(storage, f"T-{number}", due=due)
            for number, due in enumerate(_INSTANTS):
                assert [stored for _, stored in storage.due(due)] == [*_INSTANTS[: number + 1]]
                assert [stored for _, stored in storage.due(due - 1)] == [*_INSTANTS[:number]]
                assert storage.load([f"T-{number}"]).cases[f"T-{number}"].due == due

    def test_instants_in_facts_are_found_by_range(self) -> None:
        """From the first one inclusive to the last one exclusive."""
        with self.storage() as storage:
            for number, opened in enumerate(_INSTANTS):
                put(storage, f"T-{number}", opened=opened)
            for number, (low, high) in enumerate(pairwise(_INSTANTS)):
                condition = Filter("opened", "range", (low, high))
                assert [case.case for case in storage.find(Query(where=(condition,))).items] == [f"T-{number}"]
            ordered = storage.find(Query(order=("-opened",))).items
            assert [case.case for case in ordered] == [f"T-{n}" for n in reversed(range(len(_INSTANTS)))]

    @pytest.mark.parametrize("at", _INSTANTS)
    def test_every_instant_a_storage_keeps_comes_back(self, at: int) -> None:
        """Until when somebody is asked, to when a deadline was moved, and not before when a message goes out."""
        with self.storage() as storage:
            asked = Await("T-1", "person:P-1", at)
            storage.commit(
                Batch(writes=(write("T-1"),), awaits=(Awaits("T-1", (asked,)),), messages=(message("m", at=at),))
            )
            assert storage.asked(case="T-1") == (asked,)
            storage.commit(Batch(rearm=(Rearm("T-1", at),), expects=(Expect("T-1", version=1),)))
            assert storage.due(at) == (("T-1", at),)
            assert storage.claim(worker="w", now=at - 1, lease=1) == ()
            (claim,) = storage.claim(worker="w", now=at, lease=1)
            assert claim.message.not_before == at

    @pytest.mark.parametrize("now", _INSTANTS)
    def test_only_the_time_that_is_given_counts(self, now: int) -> None:
        """Leases and retries end by the caller's clock, in any year; the database's own is never asked."""
        with self.storage() as storage:
            storage.commit(Batch(messages=(message("m", at=now),)))
            (claim,) = storage.claim(worker="w", now=now, lease=_SECOND)
            assert storage.claim(worker="v", now=now + _SECOND - 1, lease=1) == ()
            storage.extend(claim, now=now + 1, lease=_SECOND)
            assert storage.claim(worker="v", now=now + _SECOND, lease=1) == ()
            (second,) = storage.claim(worker="v", now=now + _SECOND + 1, lease=_SECOND)
            storage.settle(second, Retry(now + _SECOND + 7, "busy"), now=now + _SECOND + 1)
            assert storage.claim(worker="w", now=now + _SECOND + 6, lease=1) == ()
            (third,) = storage.claim(worker="w", now=now + _SECOND + 7, lease=1)
            assert third.attempts == 3

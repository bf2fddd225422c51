"""The suite finds storages that break the contract: each of these has one plausible bug."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any

import attrs
import pytest

from civicflow.errors import Conflict, InvalidInput, LeaseLost, UnsupportedQuery
from civicflow.plugins.storage.contract import (
    Await,
    Batch,
    Claim,
    Commit,
    Outcome,
    Page,
    Query,
    Snapshot,
    Storage,
    StoredEntry,
)
from civicflow.plugins.storage.memory import MemoryStorage
from civicflow.plugins.storage.memory.rows import Rows
from civicflow.testing import StorageContract

_NUMBERS = count()


class _LastWriterWins(MemoryStorage):
    """It takes every version for the present one."""

    def commit(self, batch: Batch) -> Commit:
        try:
            return super().commit(batch)
        except Conflict:
            return Commit(0)


class _HalfABatch(MemoryStorage):
    """It commits write by write."""

    def commit(self, batch: Batch) -> Commit:
        for write in batch.writes[:-1]:
            super().commit(Batch(writes=(write,)))
        return super().commit(attrs.evolve(batch, writes=batch.writes[-1:]))


class _BlindToExpectations(MemoryStorage):
    """It does not compare what was read."""

    def commit(self, batch: Batch) -> Commit:
        return super().commit(batch if batch.rearm else attrs.evolve(batch, expects=()))


class _ForgetsKeys(MemoryStorage):
    """Every command is new to it."""

    def commit(self, batch: Batch) -> Commit:
        return super().commit(attrs.evolve(batch, key=None))


class _AnythingGoes(MemoryStorage):
    """It does not look at what it is given."""

    def commit(self, batch: Batch) -> Commit:
        try:
            return super().commit(batch)
        except InvalidInput:
            return Commit(0)


class _FeedFromTheEnd(MemoryStorage):
    """It gives the newest entries first."""

    def feed(self, *, after: int = 0, limit: int = 1000) -> tuple[StoredEntry, ...]:
        return super().feed(after=after, limit=limit)[::-1]


class _HistoryIncludes(MemoryStorage):
    """Its ``after`` includes the version itself."""

    def history(self, matter: str, *, after: int = 0, limit: int | None = None) -> tuple[StoredEntry, ...]:
        return super().history(matter, after=max(after - 1, 0), limit=limit)


class _LimitedReads(MemoryStorage):
    """It cuts the queries of a snapshot off at their limit."""

    def load(self, ids: Sequence[str], reads: Sequence[Query] = (), *, key: str = "") -> Snapshot:
        snapshot = super().load(ids, reads, key=key)
        found = tuple(items[: query.limit] for items, query in zip(snapshot.found, reads, strict=True))
        return attrs.evolve(snapshot, found=found)


class _NumberedPages(MemoryStorage):
    """Its cursor is a row number."""

    def find(self, query: Query) -> Page:
        start = int(query.after or 0) if query.after.isdigit() or not query.after else _unsupported()
        found = super().find(attrs.evolve(query, limit=query.limit and 10_000, after="")).items
        end = start + query.limit
        return Page(found[start:end], str(end) if end < len(found) else "")


def _unsupported() -> int:
    raise UnsupportedQuery("no number")


class _SilentQueries(MemoryStorage):
    """It finds nothing by what it does not know."""

    def find(self, query: Query) -> Page:
        try:
            return super().find(query)
        except UnsupportedQuery:
            return Page(())


class _DueTooLate(MemoryStorage):
    """Its deadlines pass a microsecond late."""

    def due(self, now: int, *, limit: int = 100) -> tuple[tuple[str, int], ...]:
        return super().due(now - 1, limit=limit)


class _AsksUnordered(MemoryStorage):
    """It gives whoever is asked as it finds them."""

    def asked(self, *, case: str = "", matter: str = "", address: str = "") -> tuple[Await, ...]:
        return super().asked(case=case, matter=matter, address=address)[::-1]


class _DoubleLending(MemoryStorage):
    """It lends without marking what it lent."""

    def claim(self, *, worker: str, now: int, lease: int, limit: int = 10) -> tuple[Claim, ...]:
        return super().claim(worker=worker, now=now, lease=0, limit=limit)


class _TakesAnySettlement(MemoryStorage):
    """It does not look at the token."""

    def settle(self, claim: Claim, outcome: Outcome, *, now: int) -> None:
        try:
            super().settle(claim, outcome, now=now)
        except LeaseLost:
            return


class _OpensAgain(MemoryStorage):
    """Closing it means nothing."""

    def close(self) -> None:
        """Do nothing."""


_BROKEN: tuple[tuple[type[MemoryStorage], str], ...] = (
    (_LastWriterWins, "test_a_stale_version_conflicts_and_names_both"),
    (_LastWriterWins, "test_of_many_racers_for_one_version_one_wins"),
    (_HalfABatch, "test_two_matters_are_written_together_or_not_at_all"),
    (_BlindToExpectations, "test_expected_versions_and_rounds_are_compared"),
    (_ForgetsKeys, "test_a_repeated_command_writes_nothing_and_gives_the_first_answer"),
    (_AnythingGoes, "test_a_malformed_batch_is_refused_with_all_its_faults"),
    (_AnythingGoes, "test_columns_of_another_type_are_refused"),
    (_FeedFromTheEnd, "test_the_feed_holds_every_entry_in_commit_order"),
    (_FeedFromTheEnd, "test_any_sequence_of_calls"),
    (_HistoryIncludes, "test_a_history_is_ordered_and_can_be_continued"),
    (_LimitedReads, "test_queries_are_answered_in_the_same_snapshot"),
    (_NumberedPages, "test_a_cursor_sees_each_unchanged_record_once"),
    (_SilentQueries, "test_a_cursor_belongs_to_its_query"),
    (_DueTooLate, "test_a_deadline_is_due_at_its_very_instant"),
    (_AsksUnordered, "test_the_asked_are_replaced_case_by_case"),
    (_DoubleLending, "test_order_is_kept_for_each_case_recipient_and_channel"),
    (_TakesAnySettlement, "test_a_claim_is_settled_once"),
    (_TakesAnySettlement, "test_a_lease_that_ended_lends_the_row_again"),
)


def _suite(storage: type[MemoryStorage]) -> StorageContract:
    places: dict[str, Rows] = {}

    class Suite(StorageContract):
        def open_storage(self, place: str) -> Storage:
            return storage(places.setdefault(place, Rows()))

        def fresh(self) -> str:
            return f"place {next(_NUMBERS)}"

    return Suite()


@pytest.mark.parametrize(("broken", "test"), _BROKEN, ids=lambda value: getattr(value, "__name__", value))
def test_a_broken_storage_fails(broken: type[MemoryStorage], test: str) -> None:
    """The test that is about its bug, and not for another reason than the bug."""
    getattr(_suite(MemoryStorage), test)()
    with pytest.raises((AssertionError, pytest.fail.Exception, Conflict, LeaseLost)):
        getattr(_suite(broken), test)()


def test_a_storage_that_stays_open_fails() -> None:
    """Using it after its end must be an error."""
    with pytest.raises(pytest.fail.Exception):
        _suite(_OpensAgain).test_a_closed_storage_says_so("feed")
    _suite(MemoryStorage).test_a_closed_storage_says_so("feed")


def test_the_suite_must_be_told_how_to_open() -> None:
    """Both methods are the subclass's."""
    suite: Any = StorageContract()
    for call in (lambda: suite.open_storage("x"), suite.fresh):
        with pytest.raises(NotImplementedError):
            call()

"""Reads that tear, skip, repeat or change something."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence

import attrs
import msgspec
from tests.testing.planted.sound import PAUSE, Sound, caught

from civicflow.errors import UnsupportedQuery
from civicflow.plugins.storage import cursors
from civicflow.plugins.storage.contract import (
    Batch,
    Commit,
    Filter,
    Page,
    Query,
    Snapshot,
    StoredCase,
    StoredEntry,
)
from civicflow.plugins.storage.memory.rows import Rows
from civicflow.plugins.storage.queries import plan, reader


@caught("test_a_load_sees_one_moment")
class TornSnapshot(Sound):
    """Records, queries and the key are read one after the other."""

    def load(self, ids: Sequence[str], reads: Sequence[Query] = (), *, key: str = "") -> Snapshot:
        cases = super().load(ids)
        time.sleep(PAUSE)
        found = super().load((), reads)
        return attrs.evolve(super().load((), key=key), cases=cases.cases, found=found.found)


@caught("test_every_other_read_sees_one_moment_too", "test_a_load_sees_one_moment")
class DirtyReads(Sound):
    """What a commit writes is seen before it ends."""

    def commit(self, batch: Batch) -> Commit:
        with self.rows.lock:
            self.rows._compare(batch)
        for write in batch.writes:
            super().commit(Batch(writes=(write,)))
            time.sleep(PAUSE)
        return super().commit(attrs.evolve(batch, writes=(), expects=()))


@caught("test_a_commit_is_seen_by_whoever_reads_after_it")
class StaleReads(Sound):
    """A handle keeps what it has read until it writes itself."""

    def __init__(self, rows: Rows) -> None:
        super().__init__(rows)
        self.kept: dict[str, StoredCase] = {}

    def commit(self, batch: Batch) -> Commit:
        self.kept.clear()
        return super().commit(batch)

    def load(self, ids: Sequence[str], reads: Sequence[Query] = (), *, key: str = "") -> Snapshot:
        snapshot = super().load(ids, reads, key=key)
        self.kept = {**snapshot.cases, **self.kept}
        return attrs.evolve(snapshot, cases={case: self.kept[case] for case in snapshot.cases})


@caught("test_queries_are_answered_in_the_same_snapshot")
class LimitedReads(Sound):
    """The queries of a snapshot are cut off at their limit."""

    def load(self, ids: Sequence[str], reads: Sequence[Query] = (), *, key: str = "") -> Snapshot:
        snapshot = super().load(ids, reads, key=key)
        found = tuple(items[: query.limit] for items, query in zip(snapshot.found, reads, strict=True))
        return attrs.evolve(snapshot, found=found)


@caught("test_a_history_is_ordered_and_can_be_continued")
class HistoryIncludes(Sound):
    """The version after which a history goes on is given again."""

    def history(self, matter: str, *, after: int = 0, limit: int | None = None) -> tuple[StoredEntry, ...]:
        return super().history(matter, after=max(after - 1, 0), limit=limit)


@caught("test_a_slow_writer_leaves_no_gap_for_a_reader")
class FeedWithGaps(Sound):
    """Positions are taken when a commit begins and seen when it ends, as serial numbers are."""

    def commit(self, batch: Batch) -> Commit:
        commit = super().commit(batch)
        entries = sum(len(write.entries) for write in batch.writes)
        hidden = set(range(commit.position - entries + 1, commit.position + 1)) if entries > 1 else set()
        with self.rows.lock:
            self._hidden().update(hidden)
        time.sleep(len(hidden) * PAUSE / 30)
        with self.rows.lock:
            self._hidden().difference_update(hidden)
        return commit

    def feed(self, *, after: int = 0, limit: int = 1000) -> tuple[StoredEntry, ...]:
        with self.rows.lock:
            hidden = self._hidden()
            return tuple(e for e in super().feed(after=after, limit=10**9) if e.position not in hidden)[:limit]

    def _hidden(self) -> set[int]:
        hidden: set[int] = vars(self.rows).setdefault("hidden", set())
        return hidden


@caught("test_the_feed_holds_every_entry_in_commit_order")
class FeedBackwards(Sound):
    """The newest entries come first."""

    def feed(self, *, after: int = 0, limit: int = 1000) -> tuple[StoredEntry, ...]:
        return super().feed(after=after, limit=limit)[::-1]


@caught("test_what_was_read_of_the_feed_stays_as_it_was")
class FeedByMatter(Sound):
    """The feed is ordered by matter, and numbered when it is read."""

    def feed(self, *, after: int = 0, limit: int = 1000) -> tuple[StoredEntry, ...]:
        rows = sorted(super().feed(limit=10**9), key=lambda entry: (entry.matter, entry.version))
        return tuple(attrs.evolve(row, position=n) for n, row in enumerate(rows, 1))[after : after + limit]


@caught("test_a_history_is_a_part_of_the_feed")
class TidyJson(Sound):
    """Entries lie in a JSON column, which forgets how they were spelled."""

    def history(self, matter: str, *, after: int = 0, limit: int | None = None) -> tuple[StoredEntry, ...]:
        rows = super().history(matter, after=after, limit=limit)
        return tuple(attrs.evolve(row, body=_tidy(row.body)) for row in rows)


def _tidy(body: bytes) -> bytes:
    try:
        return msgspec.json.encode(msgspec.json.decode(body))
    except (msgspec.DecodeError, UnicodeDecodeError):
        return body


@caught("test_the_feed_holds_every_entry_in_commit_order")
class NoChain(Sound):
    """It hashes each body by itself instead of keeping the chain's hash."""

    def feed(self, *, after: int = 0, limit: int = 1000) -> tuple[StoredEntry, ...]:
        rows = super().feed(after=after, limit=limit)
        return tuple(attrs.evolve(row, hash=hashlib.sha256(row.body).digest()) for row in rows)


@caught("test_a_cursor_sees_each_unchanged_record_once")
class NumberedPages(Sound):
    """A cursor is a row number: what comes or goes in front shifts the next page."""

    def find(self, query: Query) -> Page:
        if query.after and not query.after.isdigit():
            raise UnsupportedQuery("no number")
        start, end = int(query.after or 0), int(query.after or 0) + query.limit
        found = super().find(attrs.evolve(query, limit=query.limit and 10_000, after="")).items
        return Page(found[start:end], str(end) if end < len(found) else "")


@caught("test_it_finds_what_a_plain_list_would")
class CursorRepeats(Sound):
    """A page begins with the last record of the page before."""

    def find(self, query: Query) -> Page:
        page = super().find(query)
        again = plan(query).cursor(page.items[-2]) if page.next and len(page.items) > 1 else page.next
        return Page(page.items, again)


@caught("test_it_finds_what_a_plain_list_would", "test_a_cursor_sees_each_unchanged_record_once")
class CursorSkips(Sound):
    """A cursor holds no tie-break: what equals the last record of a page is never seen."""

    def find(self, query: Query) -> Page:
        page = super().find(query)
        if not page.next or not query.order:
            return page
        return Page(page.items, cursors.spell([*cursors.read(page.next)[:-1], "\U0010ffff"]))


@caught("test_a_cursor_belongs_to_its_query")
class AnyCursor(Sound):
    """A cursor of another query is a place in its list, too."""

    def find(self, query: Query) -> Page:
        try:
            return super().find(query)
        except UnsupportedQuery:
            return super().find(attrs.evolve(query, after=""))


@caught("test_what_the_contract_does_not_have_is_an_error")
class UnknownFieldIgnored(Sound):
    """A condition on a field that does not exist is left out."""

    def find(self, query: Query) -> Page:
        known = tuple(one for one in query.where if one.field != "colour")
        return super().find(attrs.evolve(query, where=known))


@caught("test_it_finds_what_a_plain_list_would")
class NoneLast(Sound):
    """None comes last, as some databases have it."""

    def find(self, query: Query) -> Page:
        page = super().find(query)
        if not query.order or page.next or query.after or query.order[0].startswith("-"):
            return page
        read = reader(query.order[0])
        return Page(tuple(sorted(page.items, key=lambda case: read(case) is None)))


@caught("test_a_prefix_is_taken_literally")
class PrefixFoldsCase(Sound):
    """A prefix is looked for as LIKE does, whatever the case of its letters."""

    def find(self, query: Query) -> Page:
        prefixes = [one for one in query.where if one.op == "prefix" and isinstance(one.value, str)]
        if not prefixes or query.limit < 1_000:
            return super().find(query)
        others = tuple(one for one in query.where if one not in prefixes)
        found = super().find(attrs.evolve(query, where=others)).items
        return Page(tuple(case for case in found if all(_begins(case, one) for one in prefixes)))


def _begins(case: StoredCase, condition: Filter) -> bool:
    value = reader(condition.field)(case)
    return isinstance(value, str) and value.casefold().startswith(str(condition.value).casefold())


@caught("test_texts_compare_by_code_point")
class SortsUtf16(Sound):
    """Texts are ordered by their UTF-16 units, as JavaScript and some databases have it."""

    def find(self, query: Query) -> Page:
        page = super().find(query)
        if query.order != ("title",):
            return page
        whole = sorted(super().find(attrs.evolve(query, limit=10_000, after="")).items, key=_units)
        start = next((n for n, case in enumerate(whole) if page.items and case.case == page.items[0].case), 0)
        return Page(tuple(whole[start : start + query.limit]), page.next)


def _units(case: StoredCase) -> bytes:
    return str(reader("title")(case)).encode("utf-16-be", "surrogatepass")

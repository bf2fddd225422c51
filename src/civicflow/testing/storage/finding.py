"""Finding: every filter, every order, and pages that stay good while others write."""

from __future__ import annotations

from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from civicflow.errors import UnsupportedQuery
from civicflow.plugins.storage.contract import FIELDS, Await, Awaits, Batch, Filter, Party, Query, Storage, StoredCase
from civicflow.testing.storage.base import StorageSuite
from civicflow.testing.storage.builders import child, put, write
from civicflow.testing.storage.model import ASKED, PARTIES, answer, queries, rows

_TITLE = list(FIELDS).index("title")


def _all(storage: Storage, query: Query, limit: int = 1000) -> list[StoredCase]:
    """Every page of a query."""
    found: list[StoredCase] = []
    after = ""
    while True:
        page = storage.find(attrs.evolve(query, limit=limit, after=after))
        found += page.items
        assert len(page.items) <= limit
        if not page.next:
            return found
        assert len(page.items) == limit
        after = page.next


def _names(cases: list[StoredCase] | tuple[StoredCase, ...]) -> list[str]:
    return [case.case for case in cases]


class FindingSuite(StorageSuite):
    """Records by their declared fields; None counts as less than every value."""

    concern = "queries and pages"

    def test_it_finds_what_a_plain_list_would(self) -> None:
        """Every operator, list and order, with Nones and ties, in one page or in many."""
        some_parties = st.lists(st.sets(st.sampled_from(PARTIES)), max_size=8)
        some_asked = st.lists(st.sets(st.sampled_from(ASKED)), max_size=8)

        @given(
            rows=rows(),
            named=some_parties,
            waiting=some_asked,
            queries=st.lists(queries(), min_size=1, max_size=6),
            limit=st.integers(1, 5),
        )
        @settings(deadline=None)
        def check(
            rows: list[dict[str, Any]],
            named: list[set[str]],
            waiting: list[set[str]],
            queries: list[Query],
            limit: int,
        ) -> None:
            with self.storage() as storage:
                writes = [write(f"T-{number}", **row) for number, row in enumerate(rows)]
                parties = {f"T-{number}": set(one) for number, one in enumerate(named[: len(rows)])}
                asked = {f"T-{number}": set(one) for number, one in enumerate(waiting[: len(rows)])}
                storage.commit(
                    Batch(
                        writes=tuple(writes),
                        parties=tuple(Party(matter, one) for matter, those in parties.items() for one in those),
                        awaits=tuple(
                            Awaits(case, tuple(Await(case, one, None) for one in those))
                            for case, those in asked.items()
                        ),
                    )
                )
                everything = _all(storage, Query())
                for query in queries:
                    wanted = answer(everything, query, parties, asked)
                    assert _names(_all(storage, query)) == wanted
                    assert _names(_all(storage, query, limit)) == wanted
                    assert _names(storage.load([], [query]).found[0]) == wanted

        check()

    def test_a_cursor_sees_each_unchanged_record_once(self) -> None:
        """Records that come, go or move in between do not shift it; it is good for another handle, too."""
        with self.storage() as storage:
            for number in range(9):
                put(storage, f"T-{number}", unit=None if number < 3 else f"U-{number // 2}")
            query = Query(order=("-unit",), limit=4)
            first = storage.find(query)
            assert _names(first.items) == ["T-8", "T-6", "T-7", "T-4"]
            put(storage, "T-8", 1, unit=None)  # seen before, and moves behind
            put(storage, "T-70", unit="U-9")  # comes in front
            put(storage, "T-72", unit="U-8")  # and another one
            put(storage, "T-71", unit="U-1")  # comes behind
            second = storage.find(Query(order=("-unit",), limit=4, after=first.next))
            assert _names(second.items) == ["T-5", "T-3", "T-71", "T-0"]
            third = storage.find(Query(order=("-unit",), limit=4, after=second.next))
            assert _names(third.items) == ["T-1", "T-2", "T-8"]
            assert third.next == ""

    def test_a_page_that_holds_the_rest_is_the_last(self) -> None:
        """Even when it is full."""
        with self.storage() as storage:
            assert storage.find(Query()).items == ()
            put(storage, "T-1")
            put(storage, "T-2")
            assert storage.find(Query(limit=2)).next == ""
            page = storage.find(Query(limit=1))
            assert storage.find(Query(limit=1, after=page.next)).next == ""

    def test_cases_matters_and_deadlines_can_be_filtered_and_ordered_by(self) -> None:
        """Beside the declared fields."""
        with self.storage() as storage:
            put(storage, "T-1", 0, child("T-1/a@1", 1, due=3), due=5)
            put(storage, "T-2", 0, child("T-2/a@1", 1))
            assert _names(_all(storage, Query(where=(Filter("due", "range", (None, 5)),)))) == ["T-1/a@1"]
            assert _names(_all(storage, Query(order=("-due", "-case")), 1)) == ["T-1", "T-1/a@1", "T-2/a@1", "T-2"]
            assert _names(_all(storage, Query(where=(Filter("case", "prefix", "T-1"),)))) == ["T-1", "T-1/a@1"]
            assert _names(_all(storage, Query(where=(Filter("matter", "eq", "T-2"),)))) == ["T-2", "T-2/a@1"]
            assert _names(_all(storage, Query(where=(Filter("matter", "in", ("T-2", "T-9")),)))) == ["T-2", "T-2/a@1"]
            assert _names(_all(storage, Query(order=("-matter", "-case")), 1)) == ["T-2/a@1", "T-2", "T-1/a@1", "T-1"]

    def test_texts_compare_by_code_point(self) -> None:
        """Not by any language's rules, and without folding case."""
        texts = ["", "A", "Z", "a", "z", "é", "区", "\ud7ff", "\ue000", "\uffff", "𠮷", "\U0010ffff"]
        with self.storage() as storage:
            for number, text in enumerate(reversed(texts)):
                put(storage, f"T-{number:02}", title=text)
            found = _all(storage, Query(order=("title",)), 5)
            assert [case.facts[_TITLE] for case in found] == texts
            ranged = _all(storage, Query(where=(Filter("title", "range", ("Z", "\uffff")),), order=("title",)))
            assert [case.facts[_TITLE] for case in ranged] == texts[2:9]

    @pytest.mark.parametrize("prefix", ["", "a", "区", "%", "_", "\\", "\ud7ff", "\U0010ffff", "a\U0010ffff"])
    def test_a_prefix_is_taken_literally(self, prefix: str) -> None:
        """No wild cards, no folding of case; also where no text follows its last character."""
        texts = [
            "",
            "A",
            "Ab",
            "a",
            "%",
            "_",
            "\\",
            "区",
            "区a",
            "\ud7ff",
            "\ud7ff\ue000",
            "\ue000",
            "\U0010ffff",
            "a\U0010ffffz",
            "b",
        ]
        with self.storage() as storage:
            for number, text in enumerate(texts):
                put(storage, f"T-{number:02}", title=text)
            put(storage, "T-99", title=None)
            found = _all(storage, Query(where=(Filter("title", "prefix", prefix),)))
            assert [case.facts[_TITLE] for case in found] == [text for text in texts if text.startswith(prefix)]

    @pytest.mark.parametrize(
        "wrong",
        [
            Query(where=(Filter("colour", "eq", "red"),)),
            Query(order=("colour",)),
            Query(order=("--unit",)),
            Query(where=(Filter("due", "eq", "1"),)),
            Query(where=(Filter("version", "eq", 1),)),
            Query(where=(Filter("unit", "like", "x"),)),  # type: ignore[arg-type]
            Query(where=(Filter("unit", "eq", 5),)),
            Query(where=(Filter("unit", "eq", ("a",)),)),
            Query(where=(Filter("opened", "eq", "5"),)),
            Query(where=(Filter("opened", "eq", value=True),)),
            Query(where=(Filter("opened", "eq", 2**63),)),
            Query(where=(Filter("unit", "in", "text"),)),
            Query(where=(Filter("unit", "in", ("a", 5)),)),
            Query(where=(Filter("unit", "range", ("a",)),)),
            Query(where=(Filter("opened", "range", (1, "b")),)),
            Query(where=(Filter("opened", "prefix", "1"),)),
            Query(where=(Filter("unit", "prefix", None),)),
            Query(where=(Filter("unit", "eq", "\ud800"),)),
            Query(limit=0),
            Query(after="nonsense"),
            Query(after="bm9uc2Vuc2U="),
            Query(after="e30="),
        ],
    )
    def test_what_the_contract_does_not_have_is_an_error(self, wrong: Query) -> None:
        """Never a silent empty answer."""
        with self.storage() as storage:
            put(storage, "T-1")
            with pytest.raises(UnsupportedQuery):
                storage.find(wrong)

    def test_a_cursor_belongs_to_its_query(self) -> None:
        """Other filters or orders would make it a place in another list."""
        with self.storage() as storage:
            for number in range(3):
                put(storage, f"T-{number}", unit="U-1")
            cursor = storage.find(Query(limit=1)).next
            for other in (
                Query(order=("unit",), limit=1, after=cursor),
                Query(order=("-case",), limit=1, after=cursor),
                Query(where=(Filter("unit", "eq", "U-1"),), after=cursor),
            ):
                with pytest.raises(UnsupportedQuery):
                    storage.find(other)
            assert len(storage.find(Query(limit=2, after=cursor)).items) == 2

"""Whom matters concern, and the lists that are found by it."""

from __future__ import annotations

from typing import Any, Final

import pytest

from civicflow.errors import InvalidInput, UnsupportedQuery
from civicflow.plugins.storage.contract import Await, Awaits, Batch, Filter, Party, Query, Storage
from civicflow.testing.storage.base import StorageSuite
from civicflow.testing.storage.builders import by, child, put, write

_MANY: Final = tuple(f"unit:U-{number}" for number in range(100_000))


def _found(storage: Storage, query: Query) -> list[str]:
    return [case.case for case in storage.find(query).items]


def _concern(storage: Storage, matter: str, expected: int, *addresses: str) -> None:
    parties = tuple(Party(matter, address) for address in addresses)
    storage.commit(Batch(writes=(write(matter, expected),), parties=parties))


class PartySuite(StorageSuite):
    """A matter concerns addresses, more and more of them, and with it all its cases."""

    concern = "parties and long lists"

    def test_parties_only_grow(self) -> None:
        """A known one put again, even twice at once, changes nothing; each matter has its own, sorted."""
        with self.storage() as storage:
            assert storage.parties("T-1") == ()
            _concern(storage, "T-1", 0, "unit:U-2", "person:P-1", "unit:U-2")
            _concern(storage, "T-2", 0, "unit:U-3")
            _concern(storage, "T-1", 1, "unit:U-2", "unit:U-1")
            _concern(storage, "T-1", 2)
            assert storage.parties("T-1") == ("person:P-1", "unit:U-1", "unit:U-2")
            assert storage.parties("T-2") == ("unit:U-3",)

    def test_what_concerns_somebody_is_found_with_all_its_cases(self) -> None:
        """By any of several addresses, each record once; a child that comes later belongs to it, too."""
        with self.storage() as storage:
            put(storage, "T-1", 0, child("T-1/a@1", 1), child("T-1/a@1/x@1", 1))
            put(storage, "T-10")
            _concern(storage, "T-1", 1, "unit:U-1", "unit:U-2")
            _concern(storage, "T-2", 0, "unit:U-2")
            put(storage, "T-1", 2, child("T-1/b@3", 3, unit="U-9"))
            first = ["T-1", "T-1/a@1", "T-1/a@1/x@1", "T-1/b@3"]
            assert _found(storage, Query(parties=("unit:U-1",))) == first
            assert _found(storage, Query(parties=("unit:U-2", "unit:U-1", "unit:U-9"))) == [*first, "T-2"]
            assert _found(storage, Query(parties=("unit:U-9",))) == []
            only = Filter("unit", "eq", "U-9")
            assert _found(storage, Query(where=(only,), parties=("unit:U-2",))) == ["T-1/b@3"]
            assert [case.case for case in storage.load((), [Query(parties=("unit:U-1",))]).found[0]] == first

    def test_parties_are_put_with_a_write_of_their_matter(self) -> None:
        """They follow from its entries; alone they are malformed, and nothing is written."""
        with self.storage() as storage:
            put(storage, "T-1")
            for batch in (
                Batch(parties=(Party("T-1", "unit:U-1"),)),
                Batch(writes=(write("T-2"),), parties=(Party("T-1", "unit:U-1"),)),
            ):
                with pytest.raises(InvalidInput):
                    storage.commit(batch)
            assert (storage.parties("T-1"), len(storage.feed())) == ((), 1)

    def test_within_is_the_unit_or_the_body(self) -> None:
        """A record whose unit or body is one of those given, and none that has neither."""
        with self.storage() as storage:
            put(storage, "T-1", unit="U-1")
            put(storage, "T-2", unit="U-2", body="U-1")
            put(storage, "T-3", unit="U-2")
            put(storage, "T-4", requester="U-1")
            assert _found(storage, Query(within=("U-1",))) == ["T-1", "T-2"]
            assert _found(storage, Query(within=("U-2", "U-9"), order=("-case",))) == ["T-3", "T-2"]

    def test_the_asked_are_found_case_by_case(self) -> None:
        """A share that waits does not bring its matter along; deadlines order what is found."""
        with self.storage() as storage:
            put(storage, "T-1", 0, child("T-1/a@1", 1, due=5), due=1)
            put(storage, "T-2", due=3)
            awaits = (Await("T-1/a@1", "post:head@U-1", 5), Await("T-1/a@1", "person:P-1", 5))
            asked = (Awaits("T-1/a@1", awaits), Awaits("T-2", (Await("T-2", "person:P-1", 3),)))
            storage.commit(Batch(awaits=asked))
            assert _found(storage, Query(asked=("post:head@U-1",))) == ["T-1/a@1"]
            both = Query(asked=("post:head@U-1", "person:P-1"), order=("due",))
            assert _found(storage, both) == ["T-2", "T-1/a@1"]
            soon = Filter("due", "range", (None, 5))
            assert _found(storage, Query(where=(soon,), asked=both.asked)) == ["T-2"]

    def test_a_list_may_be_very_long(self) -> None:
        """A hundred thousand addresses, units or values are one list."""
        with self.storage() as storage:
            put(storage, "T-1", unit="unit:U-99999", title="unit:U-5", opened=99_999)
            put(storage, "T-2", unit="U", title="U", opened=100_001)
            _concern(storage, "T-1", 1, "unit:U-77777")
            storage.commit(Batch(awaits=(Awaits("T-2", (Await("T-2", "unit:U-3", None),)),)))
            put(storage, "T-1", 2, unit="unit:U-99999", title="unit:U-5", opened=99_999)
            for query in (
                Query(parties=_MANY),
                Query(within=_MANY),
                Query(where=(Filter("title", "in", _MANY),)),
                Query(where=(Filter("opened", "in", tuple(range(100_000))),)),
            ):
                assert _found(storage, query) == ["T-1"]
            assert _found(storage, Query(asked=_MANY)) == ["T-2"]

    @pytest.mark.parametrize("name", ["within", "parties", "asked"])
    def test_an_empty_list_finds_nothing(self, name: str) -> None:
        """Whoever may read nothing is not shown everything."""
        empty: dict[str, Any] = {name: ()}
        with self.storage() as storage:
            put(storage, "T-1", unit="U-1")
            assert _found(storage, Query()) == ["T-1"]
            assert storage.find(Query(**empty)).items == ()
            assert storage.load((), [Query(**empty)]).found == ((),)

    @pytest.mark.parametrize("name", ["within", "parties", "asked"])
    def test_a_cursor_belongs_to_its_lists(self, name: str) -> None:
        """With others it would be a place in another list."""
        with self.storage() as storage:
            for number in range(3):
                put(storage, f"T-{number}", unit="U-1")
                _concern(storage, f"T-{number}", 1, "U-1")
                put(storage, f"T-{number}", 2, unit="U-1")
                storage.commit(Batch(awaits=(Awaits(f"T-{number}", (Await(f"T-{number}", "U-1", None),)),)))
            named: dict[str, Any] = {name: ("U-1",)}
            cursor = storage.find(Query(**named, limit=1)).next
            others: tuple[dict[str, Any], ...] = ({}, {name: ("U-1", "U-2")}, {name: ()})
            for other in others:
                with pytest.raises(UnsupportedQuery):
                    storage.find(Query(**other, limit=1, after=cursor))
            assert _found(storage, Query(**named, after=cursor)) == ["T-1", "T-2"]

    @pytest.mark.parametrize("wrong", ["unit:U-1", ["unit:U-1"], ("a", 5), ("nul\0",), ("\ud800",)])
    def test_a_list_is_of_texts(self, wrong: Any) -> None:
        """Anything else is an error, and no silent empty answer."""
        with self.storage() as storage:
            for name in ("within", "parties", "asked"):
                listed: dict[str, Any] = {name: wrong}
                with pytest.raises(UnsupportedQuery, match=name):
                    storage.find(Query(**listed))

    def test_parties_are_kept(self) -> None:
        """Opened again, a durable place still knows whom a matter concerns."""
        place = self.fresh()
        with self.opened(place) as storage:
            self.need(storage, "durable")
            _concern(storage, "T-1", 0, "unit:U-1")
        with self.opened(place) as storage:
            assert storage.parties("T-1") == ("unit:U-1",)
            assert _found(storage, Query(parties=("unit:U-1",), where=by("case", "T-1").where)) == ["T-1"]

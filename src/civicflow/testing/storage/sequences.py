"""Any sequence of calls: the storage answers as the naive model does."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import attrs
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from civicflow.errors import Conflict, IdempotencyMismatch
from civicflow.plugins.storage.contract import (
    Await,
    Awaits,
    Batch,
    Expect,
    Key,
    Party,
    Private,
    Query,
    Rearm,
    Record,
    StoredCase,
    Write,
)
from civicflow.testing.storage.base import StorageSuite
from civicflow.testing.storage.builders import by, child, head, write
from civicflow.testing.storage.model import ASKED, PARTIES, Model, queries

_MATTERS = st.sampled_from(["T-1", "T-2", "T-3"])
_DUES = st.none() | st.integers(0, 5)
_UNITS = st.none() | st.sampled_from(["U-1", "U-2"])


def _stored(record: Record) -> StoredCase:
    return StoredCase(**attrs.asdict(record))


def _bare(cases: Mapping[str, StoredCase]) -> dict[str, StoredCase]:
    """Records read by id may lack their facts."""
    return {case: attrs.evolve(stored, facts=()) for case, stored in cases.items()}


@attrs.define(eq=False)
class _List:
    """A list whose pages are being turned: its next page, what it still owes or showed, and what it showed."""

    query: Query
    owed: set[str]
    seen: set[str]


class _Undone(Exception):
    """A group is not to be kept."""


class _Machine(RuleBasedStateMachine):
    """Commits, right and wrong, against one storage; after each, all of it is read."""

    suite: StorageSuite

    @initialize()
    def open(self) -> None:
        self.place = self.suite.fresh()
        self.storage = self.suite.open_storage(self.place)
        self.model = Model()
        self.lists: list[_List] = []

    def teardown(self) -> None:
        if hasattr(self, "storage"):
            self.storage.close()

    @rule(matter=_MATTERS, count=st.integers(1, 2), due=_DUES, unit=_UNITS, share=st.booleans(), private=st.booleans())
    def write(self, matter: str, count: int, due: int | None, unit: str | None, *, share: bool, private: bool) -> None:
        """A write on the version that is there."""
        expected = self.model.version(matter)
        last = expected + count
        shares = (child(f"{matter}/a@1", last, due=due, unit=unit),) if share else ()
        new = write(matter, expected, *shares, count=count, due=due, unit=unit, round_=last)
        parts = (Private(matter, last, b"salt", b"body"),) if private else ()
        position = self.storage.commit(Batch(writes=(new,), private=parts)).position
        self._written(new)
        self.model.private |= {(part.matter, part.version) for part in parts}
        assert position == self.storage.commit(Batch()).position

    def _written(self, new: Write) -> None:
        self.model.cases.update({record.case: _stored(record) for record in new.records})
        for one in self.lists:
            one.owed -= {record.case for record in new.records}
        self.model.feed += [(new.matter, entry.version) for entry in new.entries]

    @rule(matter=_MATTERS, other=_MATTERS, off=st.sampled_from([-1, 1, 2]))
    def write_on_a_stale_version(self, matter: str, other: str, off: int) -> None:
        """It conflicts and takes the write of the other matter back."""
        version = self.model.version(matter)
        stale = version + off
        if stale < 0:
            return
        writes: tuple[Any, ...] = (write(matter, stale),)
        if other != matter:
            writes = (write(other, self.model.version(other)), *writes)
        with pytest.raises(Conflict) as conflict:
            self.storage.commit(Batch(writes=writes))
        assert (conflict.value.expected, conflict.value.actual) == (stale, version)

    @rule(matter=_MATTERS, version=st.integers(0, 3), round_=st.integers(0, 3))
    def expect(self, matter: str, version: int, round_: int) -> None:
        """Both are compared, and nothing is written."""
        root = self.model.cases.get(matter)
        holds = root is not None and (root.version, root.round) == (version, round_)
        try:
            self.storage.commit(Batch(expects=(Expect(matter, version, round_),)))
        except Conflict:
            assert not holds
        else:
            assert holds

    @rule(key=st.sampled_from(["k1", "k2"]), digest=st.sampled_from([b"d1", b"d2"]))
    def use_a_key(self, key: str, digest: bytes) -> None:
        """The first digest keeps it."""
        batch = Batch(key=Key(key, digest, digest))
        known = self.model.keys.setdefault(key, digest)
        if known != digest:
            with pytest.raises(IdempotencyMismatch):
                self.storage.commit(batch)
            return
        commit = self.storage.commit(batch)
        assert commit.answer == digest
        assert self.storage.commit(batch).repeated

    @rule(matter=_MATTERS, addresses=st.sets(st.sampled_from(ASKED)))
    def ask(self, matter: str, addresses: set[str]) -> None:
        """Whoever was asked before is replaced."""
        asked = tuple(Await(matter, address, None) for address in addresses)
        self.storage.commit(Batch(awaits=(Awaits(matter, asked),)))
        self.model.asked[matter] = addresses
        self._moved(matter)

    def _moved(self, case: str) -> None:
        """What a list is asked for has changed in this case: whether it still shows is open."""
        for one in self.lists:
            one.owed.discard(case)

    @rule(matter=_MATTERS, addresses=st.lists(st.sampled_from(PARTIES), max_size=3))
    def concern(self, matter: str, addresses: list[str]) -> None:
        """Parties only grow, and being put again changes nothing."""
        expected = self.model.version(matter)
        new = write(matter, expected)
        parties = tuple(Party(matter, address) for address in addresses)
        self.storage.commit(Batch(writes=(new,), parties=parties))
        self._written(new)
        self.model.parties.setdefault(matter, set()).update(addresses)

    @precondition(lambda self: self.model.cases)
    @rule(data=st.data(), due=_DUES)
    def rearm(self, data: st.DataObject, due: int | None) -> None:
        """Only the deadline moves."""
        case = data.draw(st.sampled_from(sorted(self.model.cases)))
        stored = self.model.cases[case]
        held = Expect(stored.matter, version=self.model.version(stored.matter))
        self.storage.commit(Batch(rearm=(Rearm(case, due),), expects=(held,)))
        self.model.cases[case] = attrs.evolve(stored, due=due)
        self._moved(case)

    @precondition(lambda self: self.model.private)
    @rule(data=st.data())
    def erase(self, data: st.DataObject) -> None:
        """For good."""
        key = data.draw(st.sampled_from(sorted(self.model.private)))
        self.storage.commit(Batch(erase=(key,)))
        self.model.private.discard(key)

    @rule()
    def seal(self) -> None:
        """The next head, and only that."""
        with pytest.raises(Conflict):
            self.storage.commit(Batch(heads=(head(self.model.heads + 2),)))
        self.model.heads += 1
        self.storage.commit(Batch(heads=(head(self.model.heads),)))

    @rule(matters=st.lists(_MATTERS, max_size=4), kept=st.booleans())
    def group(self, matters: list[str], *, kept: bool) -> None:
        """Some writes that stand or fall together; one of them may conflict."""
        model = copy.deepcopy(self.model)
        with suppress(_Undone), self.storage.together() as group:
            for matter in matters:
                new = write(matter, model.version(matter))
                group.commit(Batch(writes=(new,)))
                with pytest.raises(Conflict):
                    group.commit(Batch(writes=(new,)))
                model.cases.update({record.case: _stored(record) for record in new.records})
                model.feed += [(matter, entry.version) for entry in new.entries]
            if not kept:
                raise _Undone
        if kept:
            self.model = model
            for one in self.lists:
                one.owed -= set(matters)

    @rule(series=st.sampled_from(["tickets", "proposals"]))
    def draw(self, series: str) -> None:
        """The next number, whatever else was done."""
        self.model.series[series] = self.model.series.get(series, 0) + 1
        assert self.storage.draw(series) == self.model.series[series]

    @precondition(lambda self: "durable" in self.storage.capabilities)
    @rule()
    def reopen(self) -> None:
        """Nothing is lost."""
        self.storage.close()
        self.storage = self.suite.open_storage(self.place)

    @rule(query=queries(), limit=st.integers(1, 3))
    def find(self, query: Query, limit: int) -> None:
        """A page, and the one after it."""
        wanted = self.model.answer(query)
        page = self.storage.find(attrs.evolve(query, limit=limit))
        found = [case.case for case in page.items]
        if page.next:
            following = self.storage.find(attrs.evolve(query, limit=limit, after=page.next))
            found += [case.case for case in following.items]
        assert found == wanted[: 2 * limit]

    @rule(query=queries(), limit=st.integers(1, 2))
    def begin_a_list(self, query: Query, limit: int) -> None:
        """Its pages are turned while others write."""
        owed = set(self.model.answer(query))
        self.lists[:] = [*self.lists[-2:], _List(attrs.evolve(query, limit=limit), owed, set())]

    @precondition(lambda self: self.lists)
    @rule(data=st.data())
    def turn_a_page(self, data: st.DataObject) -> None:
        """On the last one, every record that did not change has been seen; none of them is seen twice."""
        turned = data.draw(st.sampled_from(self.lists))
        page = self.storage.find(turned.query)
        names = [case.case for case in page.items]
        again = turned.seen & turned.owed & set(names)
        assert not again, f"{again} came twice"
        turned.seen |= set(names)
        turned.query = attrs.evolve(turned.query, after=page.next)
        if not page.next:
            assert turned.owed <= turned.seen, f"{turned.owed - turned.seen} never came"
            self.lists.remove(turned)

    @invariant()
    def it_holds_what_the_model_holds(self) -> None:
        """Everything that can be read."""
        if not hasattr(self, "storage"):
            return
        storage, model = self.storage, self.model
        assert {stored.case: stored for stored in storage.find(Query(limit=1000)).items} == model.cases
        assert _bare(storage.load(sorted(model.cases)).cases) == _bare(model.cases)
        assert [(entry.matter, entry.version) for entry in storage.feed()] == model.feed
        assert [(part.matter, part.version) for part in storage.private_parts()] == sorted(model.private)
        assert [one.number for one in storage.heads()] == list(range(1, model.heads + 1))
        for now in (2, 5):
            assert list(storage.due(now)) == model.due(now)
        for matter in ("T-1", "T-2", "T-3"):
            versions = [entry.version for entry in storage.history(matter)]
            assert versions == list(range(1, model.version(matter) + 1))
            assert {one.address for one in storage.asked(case=matter)} == model.asked.get(matter, set())
            assert list(storage.parties(matter)) == sorted(model.parties.get(matter, ()))
            family = {case for case, stored in model.cases.items() if stored.matter == matter}
            assert {case.case for case in storage.find(by("matter", matter)).items} == family


class SequenceSuite(StorageSuite):
    """Whatever was done before, each call does what it says."""

    concern = "any sequence"

    def test_any_sequence_of_calls(self) -> None:
        """Writes, conflicts, keys, rearms, erasures and reopening in any order."""

        class Machine(_Machine):
            suite = self

        run_state_machine_as_test(Machine, settings=settings(deadline=None))

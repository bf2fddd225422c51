"""All rows of a storage in memory, and the rules of changing them."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from itertools import groupby
from typing import Any

import attrs

from civicflow.errors import Conflict, IdempotencyMismatch
from civicflow.plugins.storage.batches import check_rearm, foreign
from civicflow.plugins.storage.contract import (
    FIELDS,
    Await,
    Batch,
    Commit,
    Filter,
    Key,
    NewHead,
    Party,
    Private,
    Record,
    Scalar,
    StoredCase,
    StoredEntry,
    Write,
)
from civicflow.plugins.storage.groups import Groups
from civicflow.plugins.storage.memory.copying import copied
from civicflow.plugins.storage.memory.lanes import Lanes
from civicflow.plugins.storage.moving import Mark
from civicflow.plugins.storage.queries import Plan, past, reader

_BROOD, _UNIT, _BODY = (list(FIELDS).index(name) for name in ("brood", "unit", "body"))


class Rows:
    """All that is stored, and the rules of changing it. Every method is called with the lock held.

    Whoever changes something has the turn, too, and takes it before the lock; a group has it for long.
    """

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.turn = threading.RLock()
        self.groups = Groups()
        self.entries: list[StoredEntry] = []
        self.chains: dict[str, list[StoredEntry]] = {}
        self.cases: dict[str, StoredCase] = {}
        self.families: dict[str, dict[str, None]] = {}
        self.broods: dict[Scalar, dict[str, None]] = {}
        self.indexes: dict[str, dict[Any, dict[str, None]]] = {"matter": self.families, "brood": self.broods}
        self.dues: dict[str, int] = {}
        self.private: dict[tuple[str, int], Private] = {}
        self.awaits: dict[str, tuple[Await, ...]] = {}
        self.asking: dict[str, dict[str, None]] = {}
        self.parties: dict[str, set[str]] = {}
        self.concerning: dict[str, dict[str, None]] = {}
        self.lanes = Lanes()
        self.keys: dict[str, Key] = {}
        self.heads: list[NewHead] = []
        self.filed: dict[str, bytes] = {}
        self.series: dict[str, int] = {}
        self.mark: Mark | None = None

    def copy(self) -> Rows:
        """The same rows again, with a lock and a turn of their own."""
        copy, seen = Rows(), dict[int, Any]()
        for name in self._contents():
            setattr(copy, name, copied(vars(self)[name], seen))
        return copy

    def take(self, other: Rows) -> None:
        """Hold what the others held."""
        for name in other._contents():
            setattr(self, name, vars(other)[name])

    def _contents(self) -> list[str]:
        return [name for name in vars(self) if name not in {"lock", "turn", "groups"}]

    @property
    def last(self) -> int:
        """The position of the last entry, 0 without any."""
        return self.entries[-1].position if self.entries else 0

    # -- writing -------------------------------------------------------------------------------------------------

    def commit(self, batch: Batch) -> Commit:
        """Compare everything first, then apply it; nothing can fail half way."""
        known = self.keys.get(batch.key.key) if batch.key is not None else None
        if known is not None and batch.key is not None:
            if known.digest != batch.key.digest:
                raise IdempotencyMismatch(known.key)
            return Commit(self.last, repeated=True, answer=known.answer)
        self._compare(batch)
        self._apply(batch)
        return Commit(self.last, answer=batch.key.answer if batch.key is not None else b"")

    def _compare(self, batch: Batch) -> None:
        for expect in batch.expects:
            root = self.cases.get(expect.matter)
            version, round_ = (root.version, root.round) if root is not None else (0, None)
            if expect.version is not None and version != expect.version:
                raise Conflict(expect.matter, expect.version, version)
            if expect.round is not None and round_ != expect.round:
                raise Conflict(expect.matter, expect.round, round_)
        for write in batch.writes:
            root = self.cases.get(write.matter)
            version = root.version if root is not None else 0
            if version != write.expected:
                raise Conflict(write.matter, write.expected, version)
            for record in write.records:
                stored = self.cases.get(record.case)
                if stored is not None and stored.matter != record.matter:
                    raise foreign(record.case, record.matter)
        self._compare_rearm(batch)
        if batch.heads and batch.heads[0].number != len(self.heads) + 1:
            raise Conflict("log tree", batch.heads[0].number - 1, len(self.heads))

    def _compare_rearm(self, batch: Batch) -> None:
        new = {record.case: record.matter for write in batch.writes for record in write.records}
        for rearm in batch.rearm:
            stored = self.cases.get(rearm.case)
            check_rearm(batch, rearm.case, new.get(rearm.case, stored.matter if stored is not None else None))

    def _apply(self, batch: Batch) -> None:
        for write in batch.writes:
            self._append(write)
            for record in write.records:
                self.put(_stored(record))
        self.private.update({(part.matter, part.version): part for part in batch.private})
        for key in batch.erase:
            self.private.pop(key, None)
        for awaits in batch.awaits:
            self.ask(awaits.case, awaits.asked)
        for party in batch.parties:
            self.concern(party.matter, party.address)
        for rearm in batch.rearm:
            self.put(attrs.evolve(self.cases[rearm.case], due=rearm.due))
        self.lanes.put(batch.messages)
        if batch.key is not None:
            self.keys[batch.key.key] = batch.key
        self.heads.extend(batch.heads)
        for document in batch.filed:
            self.filed.setdefault(document.digest, document.body)

    def _append(self, write: Write) -> None:
        chain = self.chains.setdefault(write.matter, [])
        for new in write.entries:
            position = self.last + 1
            entry = StoredEntry(
                position=position, matter=write.matter, version=new.version, hash=new.hash, body=new.body
            )
            self.entries.append(entry)
            chain.append(entry)

    def put(self, new: StoredCase) -> None:
        """Put a record in place of the former one, if there is one."""
        old = self.cases.get(new.case)
        if old is None:
            self.families.setdefault(new.matter, {})[new.case] = None
        elif old.facts[_BROOD] is not None:
            del self.broods[old.facts[_BROOD]][new.case]
        if new.facts[_BROOD] is not None:
            self.broods.setdefault(new.facts[_BROOD], {})[new.case] = None
        if new.due is None:
            self.dues.pop(new.case, None)
        else:
            self.dues[new.case] = new.due
        self.cases[new.case] = new

    def forget(self, case: str) -> None:
        """Leave no trace of a record."""
        old = self.cases.pop(case)
        del self.families[old.matter][case]
        if old.facts[_BROOD] is not None:
            del self.broods[old.facts[_BROOD]][case]
        self.dues.pop(case, None)

    def concern(self, matter: str, address: str) -> None:
        """Let a matter concern somebody from now on."""
        self.parties.setdefault(matter, set()).add(address)
        self.concerning.setdefault(address, {})[matter] = None

    def ask(self, case: str, asked: tuple[Await, ...]) -> None:
        """Put those who are asked in a case in place of all who were asked before."""
        for former in self.awaits.pop(case, ()):
            del self.asking[former.address][case]
        if asked:
            self.awaits[case] = tuple(sorted(asked, key=lambda one: one.address))
        for one in asked:
            self.asking.setdefault(one.address, {})[case] = None

    # -- holding again what was dumped ---------------------------------------------------------------------------

    def hold(self, entries: Iterable[StoredEntry], cases: Iterable[StoredCase]) -> None:
        """Put entries in the order of their positions, and records."""
        for entry in entries:
            self.entries.append(entry)
            self.chains.setdefault(entry.matter, []).append(entry)
        for case in cases:
            self.put(case)

    def hold_addresses(self, awaits: Iterable[Await], parties: Iterable[Party]) -> None:
        """Put who is asked, each case's together, and whom matters concern."""
        for case, asked in groupby(awaits, key=lambda one: one.case):
            self.ask(case, tuple(asked))
        for party in parties:
            self.concern(party.matter, party.address)

    # -- reading -------------------------------------------------------------------------------------------------

    def select(self, found: Plan) -> tuple[list[StoredCase], bool]:
        """The records of one page, and whether there are more."""
        items = [case for case in self._candidates(found) if all(_holds(f, case) for f in found.where)]
        if found.within is not None:
            within = frozenset(found.within)
            items = [case for case in items if not within.isdisjoint((case.facts[_UNIT], case.facts[_BODY]))]
        for order in reversed(found.order):
            read = reader(order.field)
            items.sort(key=lambda case, read=read: _rank(read(case)), reverse=order.descending)  # type: ignore[misc]
        if found.after is not None:
            items = [case for case in items if _is_after(found, case)]
        if found.limit is None:
            return items, False
        return items[: found.limit], len(items) > found.limit

    def _candidates(self, found: Plan) -> Iterable[StoredCase]:
        """Where to look: whom a query names leads to fewer cases than what it says of them."""
        if found.asked is None and found.parties is None:
            return self._by_field(found.where)
        named: list[set[str]] = []
        if found.asked is not None:
            named.append({case for address in found.asked for case in self.asking.get(address, ())})
        if found.parties is not None:
            matters = {matter for address in found.parties for matter in self.concerning.get(address, ())}
            named.append({case for matter in matters for case in self.families.get(matter, ())})
        return [self.cases[case] for case in set.intersection(*named) if case in self.cases]

    def _by_field(self, where: tuple[Filter, ...]) -> Iterable[StoredCase]:
        for condition in where:
            if condition.op == "eq" and isinstance(condition.value, str):
                index = self.indexes.get(condition.field)
                if index is not None:
                    return [self.cases[case] for case in index.get(condition.value, ())]
        return self.cases.values()


def _stored(new: Record) -> StoredCase:
    return StoredCase(
        case=new.case,
        matter=new.matter,
        version=new.version,
        head=new.head,
        round=new.round,
        due=new.due,
        body=new.body,
        facts=tuple(new.facts),
    )


def _rank(value: Scalar) -> tuple[bool, Scalar]:
    """What to compare by: None is less than every value."""
    return value is not None, value


def _less(one: Scalar, other: Scalar) -> bool:
    if one is None or other is None:
        return one is None and other is not None
    return one < other  # type: ignore[operator]  # values of one field are of one type


def _is_after(found: Plan, case: StoredCase) -> bool:
    for order, last in zip(found.order, found.after or (), strict=True):
        value = reader(order.field)(case)
        if value != last:
            return _less(value, last) if order.descending else _less(last, value)
    return False


def _holds(condition: Filter, case: StoredCase) -> bool:
    value, wanted = reader(condition.field)(case), condition.value
    if condition.op == "eq":
        return value == wanted
    if condition.op == "in":
        return value in wanted  # type: ignore[operator]  # the plan holds only sound filters
    if value is None:
        return False
    low, high = (wanted, past(wanted)) if isinstance(wanted, str) else wanted  # type: ignore[misc]
    return (low is None or not _less(value, low)) and (high is None or _less(value, high))

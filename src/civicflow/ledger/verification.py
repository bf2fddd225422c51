"""Verification: whether the ledger is still what was recorded, and how far back a signed or published head proves it.

Two walks. The first goes through the feed: positions, versions, hashes and, beside them, the heads of the log tree. The
second goes matter by matter: what the bytes say against the columns, private parts against digests, the bytes of
attachments where there is a blob store, and the replayed present against the stored one. Of each matter only a version and a hash are held in memory.

What it cannot see: a well-formed insertion after the last head, by somebody who may write to the store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar

import attrs

from civicflow.errors import CivicflowError
from civicflow.ids import matter_of
from civicflow.ledger.attachments import DigestOf, attached_by
from civicflow.ledger.canonical import decode
from civicflow.ledger.chain import ZERO, link
from civicflow.ledger.damage import Damage, Table
from civicflow.ledger.entries import Entry, read
from civicflow.ledger.evidence import EntryRow, Evidence, HeadRow, PartRow, Replay, is_shaped
from civicflow.ledger.heads import Head, leaf
from civicflow.ledger.logtree import Frontier
from civicflow.ledger.private import digest as private_digest
from civicflow.ledger.private import erased_by
from civicflow.ledger.sealing import HeadWalk
from civicflow.ledger.signing import Verifier
from civicflow.texts import Text

_PAGE: Final = 1000
_HASH_SIZE: Final = len(ZERO)
_LOWEST: Final = -(2**63)
"""Where every walk begins: a row that was given a negative number must not hide."""

T = TypeVar("T")


@attrs.frozen(kw_only=True)
class Verification:
    """What a verification found.

    Attributes:
        entries: how many entries there are.
        matters: of how many matters.
        heads: how many heads of the log tree there are.
        sealed_through: the position of the last entry that a sound head covers; 0 without any.
        sealed_at: the instant of that head.
        published_through: the position of the last entry that a published head covers; 0 where none was given.
        signed: how many heads carry a signature that was checked.
        unsealed: how many entries came after the last sound head.
        faults: everything that is wrong.
        attachments: how many attachments there are whose bytes were not erased.
        unseen: how many of them could not be looked at, since no blob store was given.
    """

    entries: int
    matters: int
    heads: int
    sealed_through: int
    sealed_at: datetime | None
    published_through: int
    signed: int
    unsealed: int
    faults: tuple[Damage, ...]
    attachments: int = 0
    unseen: int = 0

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults

    def __bool__(self) -> bool:
        return self.ok

    @property
    def text(self) -> Text:
        """What was found, in one sentence; each fault has its own."""
        if self.faults:
            en = f"{len(self.faults):,} of the records of {self.matters:,} matters are damaged"
            zh = f"{self.matters:,}个事项的记录中有{len(self.faults):,}处损坏"
        else:
            en = f"{self.entries:,} entries of {self.matters:,} matters hold"
            zh = f"{self.matters:,}个事项的{self.entries:,}条台账记录完好"
        sealed = self._sealed()
        unseen = self._unseen()
        return Text(f"{en}; {sealed.en}{unseen.en}", f"{zh}；{sealed.zh}{unseen.zh}")

    def _unseen(self) -> Text:
        if not self.unseen:
            return Text("", "")
        return Text(
            f"; the bytes of {self.unseen:,} attachments were not looked at: no blob store was given",
            f"；未提供附件存储，有{self.unseen:,}个附件的内容未核对",
        )

    def _sealed(self) -> Text:
        if self.sealed_at is None:
            return Text("nothing is sealed yet", "尚未封签")
        on = f"{self.sealed_at:%Y-%m-%d %H:%M} UTC"
        en, zh = f"sealed through entry {self.sealed_through:,} on {on}", f"已封签至第{self.sealed_through:,}条（{on}）"
        if self.published_through:
            en += f", proved by a published head through entry {self.published_through:,}"
            zh += f"，已公布的封签可证至第{self.published_through:,}条"
        if self.unsealed:
            en += f", {self.unsealed:,} not sealed yet"
            zh += f"，另有{self.unsealed:,}条尚未封签"
        return Text(en, zh)

    def __str__(self) -> str:
        return "\n".join([self.text.en, *(f"  {fault}" for fault in self.faults)])


def verify(
    evidence: Evidence,
    *,
    replay: Replay | None = None,
    read_entry: Callable[[bytes], Entry] = read,
    verifier: Verifier | None = None,
    published: Iterable[Head] = (),
    digest_of: DigestOf | None = None,
) -> Verification:
    """Walk through everything and say what is wrong; damage never raises.

    Args:
        evidence: the store's reading half.
        replay: what the records should be; without it they are not compared.
        read_entry: reads sealed bytes.
        verifier: checks signatures; without it they are not looked at. Heads from before the first signature may be
            unsigned, since that one covers them.
        published: heads as they were published, which must still be there.
        digest_of: looks at the bytes of attachments; without it they are counted and not looked at.
    """
    return _Walk(evidence, replay, read_entry, verifier, published, digest_of).run()


@attrs.define(eq=False)
class _Chain:
    """Where a matter's chain stands.

    Attributes:
        version: of its last entry.
        head: the stored hash of that entry.
        links: what the next entry may be chained to: after damage the stored and the computed hash, so that only the
            damaged entry is named and not every later one.
        sound: whether nothing was wrong so far.
    """

    version: int = 0
    head: bytes = ZERO
    links: tuple[bytes, ...] = (ZERO,)
    sound: bool = True


class _Walk:
    """One verification on its way."""

    def __init__(
        self,
        evidence: Evidence,
        replay: Replay | None,
        read_entry: Callable[[bytes], Entry],
        verifier: Verifier | None,
        published: Iterable[Head],
        digest_of: DigestOf | None,
    ) -> None:
        self._digest_of = digest_of
        self._attachments = 0
        self._lost: list[tuple[tuple[str, int], int]] = []
        self._evidence, self._replay, self._read_entry = evidence, replay, read_entry
        self._dense_after: int | None = 0
        self._faults: list[Damage] = []
        self._chains: dict[str, _Chain] = {}
        self._erased: dict[tuple[str, int], int] = {}
        self._missing: list[tuple[tuple[str, int], int]] = []
        self._heads = HeadWalk(self._pages("heads", self._heads_page), self._faults, verifier, published)

    def run(self) -> Verification:
        count = self._walk_feed()
        self._heads.finish(count)
        self._walk_matters()
        self._walk_cases()
        return Verification(
            entries=count,
            matters=len(self._chains),
            heads=self._heads.count,
            sealed_through=self._heads.sealed_through,
            sealed_at=self._heads.sealed_at,
            published_through=self._heads.published_through,
            signed=self._heads.signed,
            unsealed=count - self._heads.sealed_size,
            faults=tuple(self._faults),
            attachments=self._attachments,
            unseen=self._attachments if self._digest_of is None else 0,
        )

    # -- the feed ----------------------------------------------------------------------------------------------------

    def _walk_feed(self) -> int:
        tree, position = Frontier(), 0
        self._dense_after = self._gapless()
        self._heads.compare(tree, position)
        for row in self._pages("entries", self._feed_page):
            self._check_position(row, position)
            position = row.position
            if self._check_shape(row):
                self._check_link(row)
                tree.append(leaf(row.matter, row.version, row.hash))
            else:
                tree.append(ZERO)  # counted, and equal to nothing
            self._heads.compare(tree, position)
        return tree.size

    def _gapless(self) -> int | None:
        try:
            return self._evidence.dense_after
        except CivicflowError as error:
            self._fault("entries", "", "unreadable", error=error)
            return 0

    def _check_position(self, row: EntryRow, last: int) -> None:
        dense_after = self._dense_after
        if dense_after is not None and row.position != last + 1 and not 0 < row.position <= dense_after:
            self._fault("entries", _key(row), "position", expected=last + 1)

    def _check_shape(self, row: EntryRow) -> bool:
        columns = ((row.matter, str), (row.version, int), (row.hash, bytes), (row.body, bytes))
        sound = all(is_shaped(value, kind) for value, kind in columns) and len(row.hash) == _HASH_SIZE
        if not sound:
            self._fault("entries", _key(row), "shape")
        return sound

    def _check_link(self, row: EntryRow) -> None:
        chain = self._chains.setdefault(row.matter, _Chain())
        if row.version != chain.version + 1:
            chain.sound = False
            self._fault("entries", _key(row), "version", expected=chain.version + 1)
        computed = [link(previous, row.body) for previous in chain.links]
        if row.hash in computed:
            chain.links = (row.hash,)
        else:
            chain.sound = False
            self._fault("entries", _key(row), "hash")
            chain.links = (row.hash, *computed)[:3]
        chain.version, chain.head = row.version, row.hash

    # -- matter by matter --------------------------------------------------------------------------------------------

    def _walk_matters(self) -> None:
        parts = _Merge(self._pages("private", self._private_page), self._orphan)
        for matter in sorted(self._chains, key=_order):
            try:
                rows = self._evidence.history(matter)
            except CivicflowError as error:
                self._fault("entries", matter, "unreadable", error=error)
                continue
            entries = [entry for row in rows if (entry := self._walk_entry(row, parts)) is not None]
            chain = self._chains[matter]
            if len(rows) != chain.version or not rows or rows[-1].hash != chain.head:
                if chain.sound:
                    self._fault("entries", matter, "feed")
            elif chain.sound and len(entries) == len(rows) and self._replay is not None:
                self._compare(matter, entries, chain.head, self._replay)
        parts.finish()
        for key, position in self._missing:
            if self._erased.get(key, 0) <= position:
                self._fault("private", f"{key[0]} {key[1]}", "private.missing")
        for key, position in self._lost:
            if self._erased.get(key, 0) <= position:
                self._fault("attachments", f"{key[0]} {key[1]}", "attachment.missing")

    def _walk_entry(self, row: EntryRow, parts: _Merge) -> Entry | None:
        try:
            entry = self._read_entry(row.body)
            columns = {"matter": (matter_of(entry.case), row.matter), "version": (entry.version, row.version)}
            erased = erased_by(entry)
        except Exception:  # noqa: BLE001  whatever damaged bytes lead to is damage
            self._fault("entries", _key(row), "undecodable")
            return None
        for column, (said, stored) in columns.items():
            if said != stored:
                self._fault("entries", _key(row), "column", column=column)
        self._erased.update(dict.fromkeys(erased, row.position))
        part = parts.take((row.matter, row.version))
        if self._check_private(entry, row, part):
            self._check_attachment(entry, row, {} if part is None else decode(part.body))
        return entry

    def _check_private(self, entry: Entry, row: EntryRow, part: PartRow | None) -> bool:
        """Whether what there is of a private part is the entry's."""
        key = (row.matter, row.version)
        if part is None:
            if entry.private:
                self._missing.append((key, row.position))
            return True
        if not entry.private:
            self._orphan(part)
        elif not (is_shaped(part.salt, bytes) and is_shaped(part.body, bytes)):
            self._fault("private", f"{key[0]} {key[1]}", "shape")
        elif private_digest(part.salt, part.body) != entry.private:
            self._fault("private", f"{key[0]} {key[1]}", "private.digest")
        else:
            return True
        return False

    def _check_attachment(self, entry: Entry, row: EntryRow, hidden: Mapping[str, Any]) -> None:
        """The bytes that an entry attached must be there; erased ones are none any more."""
        digest, key = attached_by(entry, hidden), f"{row.matter} {row.version}"
        if not digest:
            return
        self._attachments += 1
        if self._digest_of is None:
            return
        try:
            found = self._digest_of(row.matter, digest)
        except CivicflowError as error:
            self._fault("attachments", key, "unreadable", error=error)
            return
        if found is None:
            self._lost.append(((row.matter, row.version), row.position))
        elif found != digest:
            self._fault("attachments", key, "attachment.digest")

    def _orphan(self, part: PartRow) -> None:
        self._fault("private", f"{part.matter} {part.version}", "private.orphan")

    # -- the present -------------------------------------------------------------------------------------------------

    def _compare(self, matter: str, entries: Sequence[Entry], head: bytes, replay: Replay) -> None:
        try:
            present = replay(entries, head)
            if present is None:
                return
            expected = {record.case: record for record in present.records}
            stored = {record.case: record for record in self._evidence.records(matter)}
            named, kept = set(present.parties), set(self._evidence.parties(matter))
        except Exception as error:  # noqa: BLE001  whatever forged entries lead to is damage
            self._fault("cases", matter, "case.unreplayable", error=repr(error))
            return
        for party in sorted(named - kept):
            self._fault("parties", matter, "party.missing", party=party)
        for party in sorted(kept - named):
            self._fault("parties", matter, "party.unknown", party=party)
        for case in expected.keys() - stored.keys():
            self._fault("cases", case, "case.missing")
        for case in stored.keys() - expected.keys():
            self._fault("cases", case, "case.unknown")
        for case in sorted(expected.keys() & stored.keys()):
            # Not `due`: a deadline that was asked too early moves without an entry.
            for column in ("matter", "version", "head", "round", "body", "facts"):
                if getattr(expected[case], column) != getattr(stored[case], column):
                    self._fault("cases", case, "case.column", column=column)

    def _walk_cases(self) -> None:
        """Records of matters without any entry; the others were compared."""
        try:
            for case, matter in self._evidence.cases():
                if matter not in self._chains:
                    self._fault("cases", case, "case.unknown")
        except CivicflowError as error:
            self._fault("cases", "", "unreadable", error=error)

    # -- pages -------------------------------------------------------------------------------------------------------

    def _fault(self, table: Table, key: str, rule: str, **gaps: object) -> None:
        self._faults.append(Damage.of(table, key, rule, **gaps))

    def _pages(self, table: Table, page: Callable[[T | None], Sequence[T]]) -> Iterator[T]:
        """Everything, page by page; a store that cannot be read on is damage too."""
        last: T | None = None
        while True:
            try:
                rows = page(last)
            except CivicflowError as error:
                self._fault(table, "", "unreadable", error=error)
                return
            yield from rows
            if len(rows) < _PAGE:
                return
            last = rows[-1]

    def _feed_page(self, last: EntryRow | None) -> Sequence[EntryRow]:
        return self._evidence.feed(after=_LOWEST if last is None else last.position, limit=_PAGE)

    def _heads_page(self, last: HeadRow | None) -> Sequence[HeadRow]:
        return self._evidence.heads(after=_LOWEST if last is None else last.number, limit=_PAGE)

    def _private_page(self, last: PartRow | None) -> Sequence[PartRow]:
        return self._evidence.private_parts(
            after=("", _LOWEST) if last is None else (last.matter, last.version), limit=_PAGE
        )


class _Merge:
    """Private parts beside entries, both in the order of their keys."""

    def __init__(self, parts: Iterator[PartRow], orphan: Callable[[PartRow], None]) -> None:
        self._parts, self._orphan = parts, orphan
        self._next = next(parts, None)

    def take(self, key: tuple[str, int]) -> PartRow | None:
        """The part with this key, if there is one; those before it belong to nobody."""
        while self._next is not None and _part_order(self._next) < (_order(key[0]), key[1]):
            self._skip()
        if self._next is None or (self._next.matter, self._next.version) != key:
            return None
        part = self._next
        self._next = next(self._parts, None)
        return part

    def finish(self) -> None:
        """What is left belongs to nobody."""
        while self._next is not None:
            self._skip()

    def _skip(self) -> None:
        assert self._next is not None
        self._orphan(self._next)
        self._next = next(self._parts, None)


def _order(matter: str) -> bytes:
    """The order of code points, also for texts with damaged bytes."""
    return matter.encode("utf-8", "surrogateescape")


def _part_order(part: PartRow) -> tuple[bytes, int]:
    return _order(part.matter), part.version


def _key(row: EntryRow) -> str:
    return f"{row.matter} {row.version}"

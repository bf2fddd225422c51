"""Verification: every byte of entries, private parts and heads is covered, and damage is named."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from civicflow.errors import StorageError
from civicflow.hierarchy.authority import RULE
from civicflow.ids import CaseId, matter_of
from civicflow.ledger.canonical import encode
from civicflow.ledger.chain import ZERO, link
from civicflow.ledger.entries import Entry, seal
from civicflow.ledger.entries import read as read_entry
from civicflow.ledger.evidence import Present
from civicflow.ledger.heads import Head, grow, linked, read
from civicflow.ledger.private import ERASE, digest, erasure
from civicflow.ledger.signing import Signer, hmac_signer
from civicflow.ledger.verification import Verification, verify
from civicflow.plugins.storage.contract import (
    FIELDS,
    Batch,
    NewEntry,
    NewHead,
    Party,
    Private,
    Record,
    Storage,
    StoredEntry,
    Write,
)
from civicflow.plugins.storage.evidence import StoredEvidence
from civicflow.plugins.storage.memory import open_storage as open_memory
from civicflow.plugins.storage.sqlite import open_storage

_AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
_SIGNER = hmac_signer(b"the office's key")


def _entry(case: str, version: int, step: str = "accept", **more: Any) -> Entry:
    return Entry(
        case=CaseId(case),
        version=version,
        flow="ticket@1#abc",
        step=step,
        source="ordered",
        target="accepted",
        by=RULE,
        happened=_AT,
        recorded=_AT,
        **more,
    )


def _replay(entries: Sequence[Entry], head: bytes) -> Present:
    """A toy office: a case is the list of its steps, and concerns the unit that each step is named after."""
    return Present(records=tuple(_records(entries, head)), parties=[f"unit:{entry.step}" for entry in entries])


def _records(entries: Sequence[Entry], head: bytes) -> Iterable[Record]:
    steps: dict[str, list[str]] = {str(matter_of(entries[0].case)): []}
    versions: dict[str, int] = {}
    for entry in entries:
        steps.setdefault(entry.case, []).append(entry.step)
        versions[entry.case] = versions[matter_of(entry.case)] = entry.version
    for case, taken in steps.items():
        root = "/" not in case
        yield Record(
            case=case,
            matter=matter_of(CaseId(case)),
            version=versions[case],
            head=head if root else b"",
            body=encode(taken),
            facts=tuple({**dict.fromkeys(FIELDS), "flow": "ticket", "state": taken[-1] if taken else None}.values()),
        )


class _Office:
    """Just enough of one: it seals, chains, and puts what replay would lead to."""

    def __init__(self, storage: Storage) -> None:
        self.storage = storage

    def take(self, case: str, *steps: str, private: bytes = b"", **more: Any) -> None:
        """Record steps of a case in one commit, the last of them with a private part."""
        matter = matter_of(CaseId(case))
        former = self.storage.history(matter)
        head, version = (former[-1].hash, former[-1].version) if former else (ZERO, 0)
        new = []
        for number, step in enumerate(steps, version + 1):
            secret = digest(b"salt", private) if private and number == version + len(steps) else ""
            body = seal(_entry(case, number, step, private=secret, **more))
            head = link(head, body)
            new.append(NewEntry(case=case, version=number, hash=head, body=body))
        entries = [read_entry(body) for body in [*(row.body for row in former), *(row.body for row in new)]]
        records = tuple(_records(entries, head))
        parties = tuple(Party(matter, f"unit:{step}") for step in steps)
        parts = (Private(matter, new[-1].version, b"salt", private),) if private else ()
        changed = tuple(record for record in records if record.version > version)
        write = Write(matter=matter, expected=version, entries=tuple(new), records=changed)
        self.storage.commit(Batch(writes=(write,), private=parts, parties=parties))

    def seal(self, signer: Signer | None = _SIGNER) -> Head:
        """Seal what was added."""
        last = self.storage.last_head()
        previous = None if last is None else read(last.body)
        after = 0 if previous is None else previous.position
        head = grow(
            previous, self.storage.feed(after=after, limit=10_000), _AT, after=b"" if last is None else last.hash
        )
        signature = b"" if signer is None else signer.sign(head.sealed)
        self.storage.commit(
            Batch(heads=(NewHead(head.number, linked(head.sealed, signature), head.sealed, signature),))
        )
        return head

    def week(self) -> tuple[Head, Head]:
        """A small ledger: two matters, a share, an erased and a kept private part, two heads, one entry after them."""
        self.take("T-1", "order", private=b'{"name":"Wang"}')
        self.take("T-2", "order", "dispatch", private=b'{"name":"Li"}')
        first = self.seal()
        self.take("T-1/health@1", "accept", why="可以办理")
        self.take("T-1", "forget", ERASE, delta=erasure([("T-1", 1)]))
        self.storage.commit(Batch(erase=(("T-1", 1),)))
        second = self.seal()
        self.take("T-2", "close")
        return first, second


def _verify(storage: Storage, **options: Any) -> Verification:
    options = {"replay": _replay, "verifier": _SIGNER, **options}
    return verify(StoredEvidence(storage), **options)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the ledger lies."""
    return tmp_path / "town.db"


@pytest.fixture
def office(path: Path) -> Iterator[_Office]:
    """An office on a file."""
    storage = open_storage(f"sqlite:///{path}?synchronous=off")
    yield _Office(storage)
    storage.close()


def _run(path: Path, *statements: str | tuple[str, tuple[Any, ...]]) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in statements:
        connection.execute(*((statement,) if isinstance(statement, str) else statement))
    connection.close()


def _rules(found: Verification) -> list[str]:
    return [fault.rule for fault in found.faults]


class TestWhatHolds:
    """A ledger that nobody touched."""

    def test_it_holds(self, office: _Office) -> None:
        """Counted, and sealed as far as the last head reaches."""
        office.week()
        found = _verify(office.storage)
        assert found
        assert found.ok
        assert (found.entries, found.matters, found.heads, found.signed) == (7, 2, 2, 2)
        assert (found.sealed_through, found.sealed_at, found.unsealed, found.published_through) == (6, _AT, 1, 0)

    def test_it_reads_as_a_sentence_in_both_languages(self, office: _Office) -> None:
        """For the minutes of whoever checked."""
        first, _ = office.week()
        found = _verify(office.storage, published=[first])
        assert str(found) == (
            "7 entries of 2 matters hold; sealed through entry 6 on 2026-03-02 01:00 UTC, "
            "proved by a published head through entry 3, 1 not sealed yet"
        )
        assert found.text.zh == (
            "2个事项的7条台账记录完好；已封签至第6条（2026-03-02 01:00 UTC），已公布的封签可证至第3条，另有1条尚未封签"
        )

    def test_an_empty_ledger_holds(self) -> None:
        """Nothing was recorded, nothing is sealed."""
        found = _verify(open_memory("memory://"))
        assert found
        assert str(found) == "0 entries of 0 matters hold; nothing is sealed yet"
        assert found.text.zh.endswith("尚未封签")

    def test_memory_and_file_are_verified_alike(self, office: _Office) -> None:
        """Evidence is whatever can be read."""
        memory = _Office(open_memory("memory://"))
        memory.week()
        office.week()
        assert _verify(memory.storage) == _verify(office.storage)

    def test_heads_may_be_sealed_before_anything_happened_and_twice(self, office: _Office) -> None:
        """They only say that nothing was added until then."""
        office.seal()
        office.take("T-1", "order")
        office.seal()
        office.seal()
        found = _verify(office.storage)
        assert found
        assert (found.heads, found.sealed_through) == (3, 1)
        empty = _Office(open_memory("memory://"))
        empty.seal()
        assert _verify(empty.storage)

    def test_many_pages_are_walked(self) -> None:
        """More entries and private parts than are read at once."""
        office = _Office(open_memory("memory://"))
        for number in range(1100):
            office.take(f"T-{number}", "order", private=b"{}")
        office.seal()
        found = _verify(office.storage)
        assert found
        assert found.entries == found.sealed_through == 1100

    def test_without_a_replay_the_present_is_not_compared(self, office: _Office, path: Path) -> None:
        """Nor where replay keeps no records of a matter."""
        office.week()
        _run(path, "UPDATE cases SET content = x'00'")
        assert not _verify(office.storage)
        assert _verify(office.storage, replay=None)
        assert _verify(office.storage, replay=lambda _entries, _head: None)


_COLUMNS = {
    "entries": ("position", "matter", "version", "hash", "body"),
    "private": ("matter", "version", "salt", "body"),
    "heads": ("number", "hash", "body", "signature"),
}
_KEYS = {"entries": ("position",), "private": ("matter", "version"), "heads": ("number",)}

_Cell = tuple[str, int, str]
"""A table, a row of it counted from 0, a column."""


class _Laboratory:
    """A ledger in which one cell at a time is tampered with and put back."""

    def __init__(self, path: Path) -> None:
        self.storage = open_storage(f"sqlite:///{path}?synchronous=off")
        _Office(self.storage).week()
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.execute("PRAGMA synchronous = off")
        self.rows = {
            table: self.connection.execute(f"SELECT {', '.join(columns)} FROM {table}").fetchall()
            for table, columns in _COLUMNS.items()
        }

    def close(self) -> None:
        """Let go of the file."""
        self.connection.close()
        self.storage.close()

    def cells(self) -> list[_Cell]:
        """Every cell of the three tables."""
        return [
            (table, row, column)
            for table, columns in _COLUMNS.items()
            for row in range(len(self.rows[table]))
            for column in columns
        ]

    def value(self, cell: _Cell) -> Any:
        """What stands in a cell; a text as its bytes."""
        table, row, column = cell
        value = self.rows[table][row][_COLUMNS[table].index(column)]
        return value.encode() if isinstance(value, str) else value

    def ways(self, cell: _Cell) -> int:
        """In how many ways a cell is changed."""
        value = self.value(cell)
        return 5 if isinstance(value, int) else 2 * len(value)

    def found(self, cell: _Cell, way: int) -> Verification | None:
        """What a verification finds after tampering; None where the table itself would not have it."""
        table, row, column = cell
        place = "CAST(? AS TEXT)" if column == "matter" else "?"
        where = " AND ".join(f"{key} = ?" for key in _KEYS[table])
        keys = [self.rows[table][row][_COLUMNS[table].index(key)] for key in _KEYS[table]]
        try:
            self.connection.execute(
                f"UPDATE {table} SET {column} = {place} WHERE {where}", (_changed(self.value(cell), way), *keys)
            )
        except sqlite3.IntegrityError:
            return None
        try:
            return _verify(self.storage)
        finally:
            self.connection.execute(f"DELETE FROM {table}")
            marks = ", ".join("?" * len(_COLUMNS[table]))
            sql = f"INSERT INTO {table} ({', '.join(_COLUMNS[table])}) VALUES ({marks})"
            self.connection.executemany(sql, self.rows[table])


def _changed(value: int | bytes, way: int) -> int | bytes:
    """A cell after tampering: an integer moved, or one byte of many changed to another."""
    if isinstance(value, int):
        return value + (1, -1, 1000, -value - 1, 2**62 - value)[way]
    raw = bytearray(value)
    raw[way // 2] ^= 0x80 if way % 2 else 0x01
    return bytes(raw)


class TestTampering:
    """Any byte of any column of entries, private parts and tree heads changed: verification fails and names it."""

    @pytest.fixture
    def laboratory(self, path: Path) -> Iterator[_Laboratory]:
        """A ledger to tamper with."""
        laboratory = _Laboratory(path)
        yield laboratory
        assert _verify(laboratory.storage)
        laboratory.close()

    def _check(self, laboratory: _Laboratory, cell: _Cell, way: int) -> None:
        found = laboratory.found(cell, way)
        if found is None:
            return
        assert not found, cell
        assert any(fault.table == cell[0] for fault in found.faults), (cell, found.faults)
        # However damaged the texts are, what was found can be printed.
        str(found).encode()
        assert all(fault.text.zh.encode() for fault in found.faults)

    def test_one_byte_is_enough(self, laboratory: _Laboratory) -> None:
        """Any byte that hypothesis can think of."""
        cells = st.sampled_from(laboratory.cells())

        @given(cells.flatmap(lambda cell: st.tuples(st.just(cell), st.integers(0, laboratory.ways(cell) - 1))))
        @settings(deadline=None)
        def check(change: tuple[_Cell, int]) -> None:
            self._check(laboratory, *change)

        check()

    @pytest.mark.slow
    def test_every_byte_is_covered(self, laboratory: _Laboratory) -> None:
        """All of them, one after the other."""
        assert {cell[0] for cell in laboratory.cells()} == {"entries", "private", "heads"}
        for cell in laboratory.cells():
            for way in range(laboratory.ways(cell)):
                self._check(laboratory, cell, way)

    @pytest.mark.parametrize(
        ("statement", "rule", "named"),
        [
            ("UPDATE entries SET body = x'7b7d' WHERE position = 4", "hash", "entry T-1 2"),
            ("UPDATE entries SET hash = zeroblob(32) WHERE position = 4", "hash", "entry T-1 2"),
            ("UPDATE entries SET hash = x'00' WHERE position = 4", "shape", "entry T-1 2"),
            ("UPDATE entries SET matter = 'T-3' WHERE position = 4", "column", "entry T-3 2"),
            ("DELETE FROM entries WHERE position = 2", "position", "entry T-2 2"),
            ("DELETE FROM entries WHERE position = 2", "version", "entry T-2 2"),
            ("DELETE FROM private", "private.missing", "private part T-2 2"),
            ("UPDATE private SET salt = x'00'", "private.digest", "private part T-2 2"),
            ("UPDATE private SET version = 1", "private.orphan", "private part T-2 1"),
            ("INSERT INTO private VALUES ('T-9', 1, x'00', x'00')", "private.orphan", "private part T-9 1"),
            ("INSERT INTO private VALUES ('A', 1, x'00', x'00')", "private.orphan", "private part A 1"),
            ("INSERT INTO private VALUES ('T-1', 2, x'00', x'00')", "private.orphan", "private part T-1 2"),
            ("DELETE FROM heads WHERE number = 1", "head.number", "tree head 2"),
            ("UPDATE heads SET hash = x'00' WHERE number = 1", "head.hash", "tree head 1"),
            ("UPDATE heads SET body = x'00' WHERE number = 1", "head.undecodable", "tree head 1"),
            ("UPDATE heads SET signature = x'00' WHERE number = 2", "head.signature", "tree head 2"),
            ("UPDATE heads SET signature = x'' WHERE number = 2", "head.unsigned", "tree head 2"),
            ("UPDATE heads SET signature = x''", "head.unsigned", "tree head 2"),
            ("UPDATE cases SET content = x'00' WHERE case_id = 'T-1'", "case.column", "case record T-1"),
            ("UPDATE cases SET state = 'done' WHERE case_id = 'T-1'", "case.column", "case record T-1"),
            ("UPDATE cases SET round = 7 WHERE case_id = 'T-2'", "case.column", "case record T-2"),
            (
                "UPDATE cases SET matter = 'T-2' WHERE case_id = 'T-1/health@1'",
                "case.missing",
                "case record T-1/health@1",
            ),
            ("DELETE FROM cases WHERE case_id = 'T-1/health@1'", "case.missing", "case record T-1/health@1"),
            (
                "UPDATE cases SET case_id = 'T-1/x@1' WHERE case_id = 'T-1/health@1'",
                "case.unknown",
                "case record T-1/x@1",
            ),
            ("DELETE FROM parties WHERE matter = 'T-1'", "party.missing", "parties of T-1"),
            (
                "UPDATE parties SET address = 'unit:U-9' WHERE matter = 'T-2' AND address = 'unit:order'",
                "party.missing",
                "parties of T-2",
            ),
            ("INSERT INTO parties VALUES ('person:P-9', 'T-2')", "party.unknown", "parties of T-2"),
            (
                "UPDATE cases SET case_id = 'T-9', matter = 'T-9' WHERE case_id = 'T-2'",
                "case.unknown",
                "case record T-9",
            ),
        ],
    )
    def test_what_was_done_is_named(self, office: _Office, path: Path, statement: str, rule: str, named: str) -> None:
        """Rule, table and record, in both languages."""
        office.week()
        _run(path, statement)
        found = _verify(office.storage)
        assert not found
        fault = next(fault for fault in found.faults if fault.rule == rule)
        assert str(fault).startswith(f"{named}: ")
        assert str(fault) in str(found)
        assert fault.text.zh
        assert "damaged" in found.text.en
        assert "损坏" in found.text.zh

    @pytest.mark.parametrize("column", ["body", "hash"])
    def test_one_changed_entry_is_not_blamed_on_the_later_ones(self, office: _Office, path: Path, column: str) -> None:
        """Whether its body or its hash was changed."""
        office.week()
        _run(path, f"UPDATE entries SET {column} = zeroblob(32) WHERE position = 4")
        assert [fault.key for fault in _verify(office.storage).faults if fault.rule == "hash"] == ["T-1 2"]

    def test_an_erasure_that_came_first_excuses_nothing(self, office: _Office, path: Path) -> None:
        """Only a later entry says that a part was erased; and erasing names each part."""
        office.take("T-1", ERASE, delta=erasure([("T-2", 1)]))
        office.take("T-2", "order", private=b"{}")
        office.storage.commit(Batch(erase=(("T-2", 1),)))
        assert _rules(_verify(office.storage)) == ["private.missing"]
        office.take("T-1", ERASE, delta=erasure([("T-2", 1)]))
        assert _verify(office.storage)

    def test_bytes_that_cannot_be_replayed_are_damage(self, office: _Office) -> None:
        """Whatever replay says to them."""
        office.week()

        def failing(entries: Sequence[Entry], _head: bytes) -> Iterable[Record]:
            raise KeyError(entries[0].flow)

        found = _verify(office.storage, replay=failing)
        assert set(_rules(found)) == {"case.unreplayable"}
        assert "ticket@1#abc" in str(found)


class TestForgery:
    """Somebody who may write to the store and knows how it is made."""

    def _forge(self, path: Path, office: _Office, signer: Signer | None) -> None:
        """Tell the first matter anew, with everything that follows from it."""
        rows = [row for row in office.storage.feed() if row.matter == "T-2"]
        head, statements = ZERO, []
        for row in rows:
            body = row.body.replace(b'"order"', b'"orbit"')
            head = link(head, body)
            statements.append(("UPDATE entries SET body = ?, hash = ? WHERE position = ?", (body, head, row.position)))
        told = "CAST(replace(CAST(content AS TEXT), 'order', 'orbit') AS BLOB)"
        _run(path, *statements, (f"UPDATE cases SET head = ?, content = {told} WHERE case_id = 'T-2'", (head,)))
        _run(path, "UPDATE parties SET address = 'unit:orbit' WHERE matter = 'T-2' AND address = 'unit:order'")
        if signer is not None:
            _run(path, "DELETE FROM heads")
            office.seal(signer)

    def test_a_well_made_forgery_is_found_by_the_heads(self, office: _Office, path: Path) -> None:
        """Its chain holds, the tree does not; the first head that differs tells where."""
        office.week()
        self._forge(path, office, None)
        found = _verify(office.storage)
        assert _rules(found) == ["head.root"]
        assert (found.faults[0].key, found.sealed_through, found.unsealed) == ("1", 0, 7)

    def test_forged_heads_are_found_by_their_signatures(self, office: _Office, path: Path) -> None:
        """Whoever has not the key cannot sign."""
        office.week()
        self._forge(path, office, hmac_signer(b"another, forged key"))
        assert "head.signature" in _rules(_verify(office.storage))

    def test_whoever_has_the_key_is_found_by_a_published_head(self, office: _Office, path: Path) -> None:
        """Without one, everything with its heads can be told anew."""
        first, second = office.week()
        self._forge(path, office, _SIGNER)
        assert _verify(office.storage)
        assert _rules(_verify(office.storage, published=[first])) == ["head.published"]
        assert _rules(_verify(office.storage, published=[second])) == ["head.lost"]

    def test_a_lost_tail_is_found_by_the_heads(self, office: _Office, path: Path) -> None:
        """Even with the present set back to fit."""
        office.week()
        _run(path, "DELETE FROM entries WHERE position >= 6", "DELETE FROM private WHERE matter = 'T-9'")
        found = _verify(office.storage, replay=None)
        assert "head.size" in _rules(found)
        assert found.sealed_through == 3

    def test_an_insertion_after_the_last_head_is_found_by_none(self, office: _Office) -> None:
        """It is what a clerk's step looks like; it counts as not sealed."""
        office.week()
        office.take("T-3", "order")
        found = _verify(office.storage)
        assert found
        assert found.unsealed == 2

    def test_signing_may_begin_later(self, office: _Office) -> None:
        """The first signed head covers those before it."""
        office.take("T-1", "order")
        office.seal(None)
        assert _rules(_verify(office.storage)) == ["head.unsigned"]
        office.take("T-1", "accept")
        office.seal()
        found = _verify(office.storage)
        assert found
        assert (found.heads, found.signed) == (2, 1)
        assert _verify(office.storage, verifier=None).signed == 0


@attrs.frozen
class _Failing(StoredEvidence):
    """Evidence that cannot be read on, as on a disk with bad sectors."""

    _storage: Storage
    method: str

    def __getattribute__(self, name: str) -> Any:
        if name == object.__getattribute__(self, "method"):
            return _unreadable
        return object.__getattribute__(self, name)


def _unreadable(*_args: object, **_options: object) -> Any:
    raise StorageError("the disk does not answer")


class TestUnreadable:
    """Damage never raises."""

    @pytest.mark.parametrize("method", ["feed", "history", "private_parts", "heads", "records", "parties", "cases"])
    def test_what_cannot_be_read_is_damage(self, office: _Office, method: str) -> None:
        """The rest is verified all the same."""
        office.week()
        found = verify(_Failing(office.storage, method), replay=_replay)
        assert not found
        assert "the disk does not answer" in str(found)

    @pytest.mark.parametrize(
        "change",
        [{"hash": "text"}, {"body": None}, {"version": "1"}, {"matter": b"T"}, {"matter": "T-\udcff"}],
        ids=str,
    )
    def test_columns_may_hold_anything(self, office: _Office, change: dict[str, Any]) -> None:
        """As when the file's own pages were edited."""
        office.week()

        class Edited(StoredEvidence):
            def feed(self, *, after: int, limit: int) -> Sequence[StoredEntry]:
                rows = super().feed(after=after, limit=limit)
                return [attrs.evolve(row, **change) if row.position == 4 else row for row in rows]

        found = verify(Edited(office.storage), replay=_replay, verifier=_SIGNER)
        assert not found
        assert any(fault.table == "entries" for fault in found.faults)

    def test_private_parts_and_heads_may_hold_anything_too(self, office: _Office) -> None:
        """Wherever a column is not what it should be."""
        office.week()
        wrong: Any = "text"

        class Edited(StoredEvidence):
            def private_parts(self, *, after: tuple[str, int], limit: int) -> Sequence[Private]:
                return [attrs.evolve(part, salt=wrong) for part in super().private_parts(after=after, limit=limit)]

            def heads(self, *, after: int, limit: int) -> Sequence[NewHead]:
                return [attrs.evolve(head, signature=wrong) for head in super().heads(after=after, limit=limit)]

        found = verify(Edited(office.storage), replay=_replay)
        assert {(fault.table, fault.rule) for fault in found.faults} == {("private", "shape"), ("heads", "shape")}

    def test_a_feed_that_hides_an_entry_is_found_by_the_history(self, office: _Office) -> None:
        """Two indexes of one table may disagree after damage."""
        office.week()

        class Hiding(StoredEvidence):
            def history(self, matter: str) -> Sequence[StoredEntry]:
                return super().history(matter)[:-1]

        found = verify(Hiding(office.storage))
        assert "feed" in _rules(found)

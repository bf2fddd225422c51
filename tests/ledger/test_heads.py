"""Heads of the log tree, their chain and their signatures."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta, timezone

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow.errors import InvalidInput
from civicflow.ledger.chain import ZERO
from civicflow.ledger.heads import Head, grow, leaf, read
from civicflow.ledger.logtree import EMPTY, root

_AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@attrs.frozen
class _Entry:
    position: int
    matter: str
    version: int
    hash: bytes


def _entries(count: int, start: int = 1) -> list[_Entry]:
    return [
        _Entry(number, f"T-{number % 3}", number, hashlib.sha256(bytes([number])).digest())
        for number in range(start, start + count)
    ]


@given(st.lists(st.integers(0, 9), min_size=1, max_size=6))
def test_heads_grow_from_one_another(counts: list[int]) -> None:
    """However the entries are shared out, each head has the root over all entries until then."""
    previous, done = None, 0
    for number, count in enumerate(counts, 1):
        head = grow(previous, _entries(count, done + 1), _AT + timedelta(days=number))
        done += count
        leaves = [leaf(entry.matter, entry.version, entry.hash) for entry in _entries(done)]
        assert (head.number, head.size, head.position, head.root) == (number, done, done, root(leaves))
        assert head.previous == (ZERO if previous is None else previous.hash)
        assert read(head.sealed) == head
        previous = head


def test_a_head_without_entries_says_that_nothing_was_added() -> None:
    """Also the first one."""
    assert grow(None, [], _AT).root == EMPTY
    first = grow(None, _entries(3), _AT)
    second = grow(first, [], _AT)
    assert (second.size, second.root, second.position) == (3, first.root, 3)
    assert second.hash != first.hash


def test_a_head_is_hashed_as_it_is_stored() -> None:
    """Golden bytes: heads that were published must be readable for ever."""
    head = grow(None, _entries(1), _AT)
    assert head.sealed == (
        b'{"at":"2026-03-02T01:00:00Z","head":1,'
        b'"peaks":["2461eb60dff7999c16b4914b965f13e6ef7929648bb3c5b2305bd4c3584fbbbe"],'
        b'"position":1,"previous":"' + b"0" * 64 + b'",'
        b'"root":"2461eb60dff7999c16b4914b965f13e6ef7929648bb3c5b2305bd4c3584fbbbe","size":1}'
    )
    assert head.hash == hashlib.sha256(head.sealed).digest()


def test_a_leaf_has_one_reading() -> None:
    """Matter, version and hash cannot be shifted into one another, and the position does not matter."""
    hash_ = bytes(32)
    leaves = {leaf("T-1", 1, hash_), leaf("T-", 11, hash_), leaf("T-11", 1, hash_), leaf("T-1", 256, hash_)}
    assert len(leaves) == 4
    assert grow(None, [_Entry(1, "T", 1, hash_)], _AT).root == grow(None, [_Entry(9, "T", 1, hash_)], _AT).root


def test_an_instant_is_kept_in_utc() -> None:
    """And one without a zone is refused."""
    beijing = datetime(2026, 3, 2, 9, 0, tzinfo=timezone(timedelta(hours=8)))
    assert grow(None, [], beijing) == grow(None, [], _AT)
    with pytest.raises(InvalidInput, match="zone"):
        grow(None, [], datetime(2026, 3, 2, 9, 0))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff",
        b"[]",
        b"5",
        b"{}",
        grow(None, [], _AT).sealed.replace(b'"size":0', b'"size":0.0'),
        grow(None, [], _AT).sealed.replace(b'"size":0', b'"size":"0"'),
        grow(None, [], _AT).sealed.replace(b'"size":0', b'"size":-1'),
        grow(None, [], _AT).sealed.replace(b'"head":1', b'"head": 1'),
        grow(None, [], _AT).sealed.replace(b"00Z", b"00.000000Z"),
        grow(None, [], _AT).sealed.replace(b"2026-03-02", b"2026-13-02"),
        grow(None, [], _AT).sealed.replace(b'"previous":"00', b'"previous":"zz'),
        grow(None, [], _AT).sealed.replace(b"}", b',"more":1}'),
    ],
)
def test_bytes_that_are_no_head_are_refused(body: bytes) -> None:
    """A head has one spelling."""
    with pytest.raises(InvalidInput):
        read(body)


def test_a_head_whose_peaks_do_not_fit_cannot_grow() -> None:
    """A forged one is not gone on from."""
    head = attrs.evolve(grow(None, _entries(3), _AT), peaks=(bytes(32),))
    with pytest.raises(InvalidInput):
        grow(head, [], _AT)


def test_heads_are_values() -> None:
    """Two that say the same are equal."""
    assert isinstance(grow(None, [], _AT), Head)
    assert grow(None, _entries(2), _AT) == grow(None, _entries(2), _AT)

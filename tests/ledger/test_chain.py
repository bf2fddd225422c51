"""The chain of a matter's entries."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from civicflow.ledger.chain import ZERO, check, link


def _chained(bodies: list[bytes]) -> list[tuple[bytes, bytes]]:
    links, previous = [], ZERO
    for body in bodies:
        previous = link(previous, body)
        links.append((previous, body))
    return links


def test_a_link_is_sha_256_over_the_hash_before_and_the_bytes() -> None:
    """The first is chained to 32 zero bytes."""
    assert bytes(32) == ZERO
    assert link(ZERO, b"entry") == hashlib.sha256(bytes(32) + b"entry").digest()


@given(st.lists(st.binary(max_size=20), max_size=6))
def test_a_chain_holds(bodies: list[bytes]) -> None:
    """As a whole, and any part of it after the hash before."""
    links = _chained(bodies)
    assert check(links) is None
    for cut in range(len(links)):
        assert check(links[cut + 1 :], links[cut][0]) is None


@given(st.lists(st.binary(min_size=1, max_size=20), min_size=1, max_size=6), st.data())
def test_a_chain_breaks_where_it_was_changed(bodies: list[bytes], data: st.DataObject) -> None:
    """The index is that of the first link that does not follow."""
    links = _chained(bodies)
    index = data.draw(st.integers(0, len(links) - 1))
    hash_, body = links[index]
    changed = [*links[:index], (hash_, body + b"!"), *links[index + 1 :]]
    assert check(changed) == index
    if index < len(links) - 1:
        assert check([*links[:index], *links[index + 1 :]]) == index

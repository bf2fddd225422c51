"""The log tree of RFC 6962."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from civicflow.errors import InvalidInput
from civicflow.ledger.logtree import (
    EMPTY,
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root,
    verify_consistency,
    verify_inclusion,
)

# The leaves and roots that the reference implementations of Certificate Transparency test with.
_LEAVES = [
    leaf_hash(bytes.fromhex(text))
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
_ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]


def _naive(leaves: list[bytes]) -> bytes:
    """RFC 6962, 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\x01" + _naive(leaves[:k]) + _naive(leaves[k:])).digest()


_TREES = st.integers(1, 40).map(lambda size: [leaf_hash(bytes([number])) for number in range(size)])


class TestRoots:
    """RFC 6962, 2.1: "The hash of an empty list is the hash of an empty string"."""

    @pytest.mark.parametrize("size", range(1, 9))
    def test_they_are_those_of_the_reference(self, size: int) -> None:
        """For each size from 1 to 8."""
        assert root(_LEAVES[:size]).hex() == _ROOTS[size - 1]

    def test_an_empty_tree_has_a_root(self) -> None:
        """SHA-256 of nothing."""
        assert Frontier().root == root([]) == EMPTY == _naive([])

    @given(_TREES)
    def test_a_tree_that_grows_leaf_by_leaf_has_the_root_of_the_whole(self, leaves: list[bytes]) -> None:
        """At every size, also after it was put down and taken up again."""
        tree = Frontier()
        for size, leaf in enumerate(leaves, 1):
            tree.append(leaf)
            assert (tree.size, tree.root) == (size, _naive(leaves[:size]))
            tree = Frontier.from_builtins(tree.to_builtins())

    @pytest.mark.parametrize(
        "wrong",
        [
            {},
            [],
            {"size": 2, "peaks": []},
            {"size": 1, "peaks": ["00"]},
            {"size": 1, "peaks": ["zz"]},
            {"size": -1, "peaks": []},
            {"size": "1", "peaks": ["00" * 32]},
            {"size": 1, "peaks": [5]},
        ],
    )
    def test_what_is_no_frontier_is_refused(self, wrong: Any) -> None:
        """A tree has one peak for each bit of its size."""
        with pytest.raises(InvalidInput):
            Frontier.from_builtins(wrong)


class TestInclusion:
    """RFC 9162, 2.1.3: a leaf stands at its index of the tree."""

    @given(_TREES)
    def test_every_leaf_can_be_proved(self, leaves: list[bytes]) -> None:
        """With as many hashes as the tree is deep, at most."""
        top = root(leaves)
        for index, leaf in enumerate(leaves):
            proof = inclusion_proof(leaves, index)
            assert len(proof) <= (len(leaves) - 1).bit_length()
            assert verify_inclusion(leaf, index, len(leaves), proof, top)

    @given(_TREES, st.data())
    def test_nothing_else_can(self, leaves: list[bytes], data: st.DataObject) -> None:
        """Another leaf, place or root, a proof too long, too short or changed."""
        size, top = len(leaves), root(leaves)
        index = data.draw(st.integers(0, size - 1))
        proof = inclusion_proof(leaves, index)
        other = leaf_hash(b"other")
        assert not verify_inclusion(other, index, size, proof, top)
        assert not verify_inclusion(leaves[index], index, size, proof, other)
        assert not verify_inclusion(leaves[index], index, size, (*proof, other), top)
        assert not verify_inclusion(leaves[index], size, size, proof, top)
        assert not verify_inclusion(leaves[index], -1, size, proof, top)
        if proof:
            assert not verify_inclusion(leaves[index], index, size, proof[:-1], top)
            assert not verify_inclusion(leaves[index], index, size, (other, *proof[1:]), top)
            assert not verify_inclusion(leaves[index], index ^ 1, size, proof, top) or index ^ 1 >= size

    def test_a_leaf_that_is_not_there_has_no_proof(self) -> None:
        """The error names the index."""
        for index in (-1, 8):
            with pytest.raises(InvalidInput, match=str(index)):
                inclusion_proof(_LEAVES, index)


class TestConsistency:
    """RFC 9162, 2.1.4: the older tree is the beginning of the newer."""

    @given(_TREES, st.data())
    def test_every_beginning_can_be_proved(self, leaves: list[bytes], data: st.DataObject) -> None:
        """The whole tree with an empty proof."""
        old = data.draw(st.integers(1, len(leaves)))
        proof = consistency_proof(leaves, old)
        assert (not proof) == (old == len(leaves))
        assert verify_consistency(old, root(leaves[:old]), len(leaves), root(leaves), proof)

    @given(_TREES, st.data())
    def test_a_rewritten_past_cannot(self, leaves: list[bytes], data: st.DataObject) -> None:
        """Nor another size, nor a changed proof."""
        old = data.draw(st.integers(1, len(leaves)))
        proof, new_root, old_root = consistency_proof(leaves, old), root(leaves), root(leaves[:old])
        other = leaf_hash(b"other")
        forged = root([other, *leaves[1:old]])
        assert not verify_consistency(old, forged, len(leaves), new_root, proof)
        assert not verify_consistency(old, old_root, len(leaves), other, proof)
        assert not verify_consistency(old, old_root, len(leaves), new_root, (*proof, other))
        assert not verify_consistency(0, EMPTY, len(leaves), new_root, proof)
        assert not verify_consistency(len(leaves) + 1, old_root, len(leaves), new_root, proof)
        if proof:
            assert not verify_consistency(old, old_root, len(leaves), new_root, proof[:-1])
            assert not verify_consistency(old, old_root, len(leaves), new_root, ())
            assert not verify_consistency(old, old_root, len(leaves), new_root, (*proof[:-1], other))

    def test_a_tree_has_no_older_one_that_is_empty_or_larger(self) -> None:
        """The error says what is possible."""
        for size in (0, 9):
            with pytest.raises(InvalidInput, match="from 1 to 8"):
                consistency_proof(_LEAVES, size)

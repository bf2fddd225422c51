"""The log tree of RFC 6962: one hash stands for all entries in their order, and short proofs show what it covers.

A leaf is hashed with 0x00 in front, an inner node with 0x01, so that neither passes for the other (RFC 6962, 2.1).
Proofs are verified as RFC 9162 (2.1.3.2 and 2.1.4.2) writes it down.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import Any, Final

from civicflow.errors import InvalidInput

EMPTY: Final = hashlib.sha256(b"").digest()
"""The root of a tree without leaves."""

Proof = tuple[bytes, ...]
"""Hashes from the leaves up."""


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of one leaf."""
    return hashlib.sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of an inner node over its two children."""
    return hashlib.sha256(b"\x01" + left + right).digest()


class Frontier:
    """As much of a growing tree as is needed to let it grow: one hash for each perfect subtree, the largest first.

    >>> tree = Frontier()
    >>> for leaf in (b"a", b"b", b"c"):
    ...     tree.append(leaf_hash(leaf))
    >>> tree.size, tree.root == root([leaf_hash(b"a"), leaf_hash(b"b"), leaf_hash(b"c")])
    (3, True)
    """

    __slots__ = ("_peaks", "_size")

    def __init__(self) -> None:
        self._size = 0
        self._peaks: list[bytes] = []

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return self._size

    @property
    def root(self) -> bytes:
        """The hash over all leaves."""
        if not self._peaks:
            return EMPTY
        node = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            node = node_hash(peak, node)
        return node

    def append(self, leaf: bytes) -> None:
        """Add the hash of the next leaf."""
        rest = self._size
        while rest & 1:
            leaf = node_hash(self._peaks.pop(), leaf)
            rest >>= 1
        self._peaks.append(leaf)
        self._size += 1

    @property
    def peaks(self) -> tuple[bytes, ...]:
        """The hashes of the perfect subtrees, the largest first."""
        return tuple(self._peaks)

    @classmethod
    def resume(cls, size: int, peaks: Sequence[bytes]) -> Frontier:
        """Go on with a tree whose size and peaks were kept.

        Raises:
            InvalidInput: the peaks are not those of a tree of this size.
        """
        wanted = size.bit_count() if size >= 0 else -1
        if len(peaks) != wanted or any(len(peak) != len(EMPTY) for peak in peaks):
            msg = f"a tree has one peak of 32 bytes for each bit of its size; got {len(peaks)} for a size of {size}"
            raise InvalidInput(msg)
        frontier = cls()
        frontier._size, frontier._peaks = size, list(peaks)
        return frontier

    def to_builtins(self) -> dict[str, Any]:
        """What canonical bytes can hold."""
        return {"size": self._size, "peaks": [peak.hex() for peak in self._peaks]}

    @classmethod
    def from_builtins(cls, value: dict[str, Any]) -> Frontier:
        """The frontier that `to_builtins` spelled.

        Raises:
            InvalidInput: it is none.
        """
        try:
            return cls.resume(value["size"], [bytes.fromhex(peak) for peak in value["peaks"]])
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            msg = f"a frontier is a size with its peaks in hexadecimal; got {value!r} ({error})"
            raise InvalidInput(msg) from error


def root(leaves: Iterable[bytes]) -> bytes:
    """The root over the hashes of leaves."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root


def inclusion_proof(leaves: Sequence[bytes], index: int) -> Proof:
    """The hashes that lead from the leaf at an index (from 0) to the root over all leaves.

    Raises:
        InvalidInput: there is no such leaf.
    """
    if not 0 <= index < len(leaves):
        msg = f"there is no leaf {index} among {len(leaves)}"
        raise InvalidInput(msg)
    return tuple(_path(leaves, index, 0, len(leaves)))


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether a leaf's hash stands at an index of the tree with this size and root."""
    if not 0 <= index < size:
        return False
    number, last, node = index, size - 1, leaf
    for sibling in proof:
        if not last:
            return False
        if number & 1 or number == last:
            node = node_hash(sibling, node)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            node = node_hash(node, sibling)
        number, last = number >> 1, last >> 1
    return not last and node == root


def consistency_proof(leaves: Sequence[bytes], old_size: int) -> Proof:
    """The hashes that show that the first ``old_size`` leaves are still the beginning of all.

    Raises:
        InvalidInput: the old tree was empty or larger.
    """
    if not 0 < old_size <= len(leaves):
        msg = f"an older tree of {len(leaves)} leaves has from 1 to {len(leaves)} of them; got {old_size}"
        raise InvalidInput(msg)
    return tuple(_subproof(leaves, old_size, 0, len(leaves), whole=True))


def verify_consistency(old_size: int, old_root: bytes, new_size: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the tree of the old size and root is the beginning of the new one."""
    if not 0 < old_size <= new_size:
        return False
    if old_size == new_size:
        return not proof and old_root == new_root
    path = list(proof)
    if old_size & (old_size - 1) == 0:
        path.insert(0, old_root)
    if not path:
        return False
    number, last = old_size - 1, new_size - 1
    while number & 1:
        number, last = number >> 1, last >> 1
    old = new = path[0]
    for node in path[1:]:
        if not last:
            return False
        if number & 1 or number == last:
            old, new = node_hash(node, old), node_hash(node, new)
            while not number & 1 and number:
                number, last = number >> 1, last >> 1
        else:
            new = node_hash(new, node)
        number, last = number >> 1, last >> 1
    return not last and old == old_root and new == new_root


def _split(size: int) -> int:
    """The largest power of two below a size greater than one: how many leaves stand on the left."""
    return 1 << (size - 1).bit_length() - 1


def _path(leaves: Sequence[bytes], index: int, low: int, high: int) -> list[bytes]:
    if high - low == 1:
        return []
    middle = low + _split(high - low)
    if index < middle:
        return [*_path(leaves, index, low, middle), root(leaves[middle:high])]
    return [*_path(leaves, index, middle, high), root(leaves[low:middle])]


def _subproof(leaves: Sequence[bytes], old: int, low: int, high: int, *, whole: bool) -> list[bytes]:
    if old == high - low:
        return [] if whole else [root(leaves[low:high])]
    middle = low + _split(high - low)
    if old <= middle - low:
        return [*_subproof(leaves, old, low, middle, whole=whole), root(leaves[middle:high])]
    return [*_subproof(leaves, old - (middle - low), middle, high, whole=False), root(leaves[low:middle])]

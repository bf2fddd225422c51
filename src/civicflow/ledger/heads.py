"""Heads: from time to time the log tree over all entries is sealed, and its head can be signed and published.

Each head names the hash of the one before. Without a secret or a witness a chain of heads stops no careful forger who
may write to the store; a signature stops whoever has not the key, and a published head stops everybody.
"""

# ruff: noqa: D102  what goes into the tree is said in the storage contract

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Protocol

import attrs

from civicflow.errors import InvalidInput
from civicflow.ledger.canonical import decode, encode, plain
from civicflow.ledger.chain import ZERO
from civicflow.ledger.logtree import Frontier, leaf_hash


@attrs.frozen(kw_only=True)
class Head:
    """The state of the log tree at one instant.

    Attributes:
        number: counted from 1 without a gap.
        size: how many entries it covers, the first ones of the feed.
        position: the feed's position of the last of them, from which the next head goes on.
        peaks: the hashes of the tree's perfect subtrees, the largest first; from them the tree grows on.
        root: the hash over all entries covered.
        at: the instant of sealing (UTC).
        previous: the hash of the head before with its signature, `ZERO` for the first.
    """

    number: int
    size: int
    position: int
    peaks: tuple[bytes, ...]
    root: bytes
    at: datetime
    previous: bytes = ZERO

    @property
    def sealed(self) -> bytes:
        """The canonical bytes that are stored, hashed and signed."""
        return encode(
            {
                "at": plain(self.at),
                "head": self.number,
                "peaks": [peak.hex() for peak in self.peaks],
                "position": self.position,
                "previous": self.previous.hex(),
                "root": self.root.hex(),
                "size": self.size,
            }
        )

    @property
    def hash(self) -> bytes:
        """SHA-256 over the sealed bytes: what is printed when a head is published."""
        return linked(self.sealed)

    def frontier(self) -> Frontier:
        """The tree, ready to grow on.

        Raises:
            InvalidInput: the peaks are not those of a tree of this size.
        """
        return Frontier.resume(self.size, self.peaks)


def linked(sealed: bytes, signature: bytes = b"") -> bytes:
    """SHA-256 over a head's sealed bytes and its signature: what is stored beside them and what the next head names."""
    return hashlib.sha256(sealed + signature).digest()


class Sealable(Protocol):
    """As much of a stored entry as goes into the tree."""

    @property
    def position(self) -> int: ...
    @property
    def matter(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def hash(self) -> bytes: ...


def read(body: bytes) -> Head:
    """The head in sealed bytes.

    Raises:
        InvalidInput: the bytes are not those of a head.
    """
    raw: dict[str, Any] = decode(body)
    try:
        head = Head(
            number=raw["head"],
            size=raw["size"],
            position=raw["position"],
            peaks=tuple(bytes.fromhex(peak) for peak in raw["peaks"]),
            root=bytes.fromhex(raw["root"]),
            at=datetime.fromisoformat(raw["at"]).astimezone(UTC),
            previous=bytes.fromhex(raw["previous"]),
        )
        sound = head.sealed == body and all(type(n) is int and n >= 0 for n in (head.number, head.size, head.position))
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        msg = f"these bytes are no sealed head: {error!r}"
        raise InvalidInput(msg) from error
    if not sound:
        raise InvalidInput("these bytes are no sealed head: they are not spelled canonically")
    return head


def grow(previous: Head | None, entries: Iterable[Sealable], at: datetime, *, after: bytes = b"") -> Head:
    """The next head, after entries that follow in the feed on those of the previous one.

    Args:
        previous: the head before, or None for the first.
        entries: every entry of the feed after ``previous.position``, in order. Without any, the head only says that
            nothing was added until then.
        at: the instant of sealing, aware of its zone.
        after: the stored hash of the head before, if that one was signed.

    Raises:
        InvalidInput: the instant has no zone.
    """
    if at.utcoffset() is None:
        msg = f"an instant needs its zone; got {at.isoformat()}"
        raise InvalidInput(msg)
    frontier = Frontier() if previous is None else previous.frontier()
    position = 0 if previous is None else previous.position
    for entry in entries:
        frontier.append(leaf(entry.matter, entry.version, entry.hash))
        position = entry.position
    return Head(
        number=1 if previous is None else previous.number + 1,
        size=frontier.size,
        position=position,
        peaks=frontier.peaks,
        root=frontier.root,
        at=at.astimezone(UTC),
        previous=ZERO if previous is None else after or previous.hash,
    )


def leaf(matter: str, version: int, entry_hash: bytes) -> bytes:
    """The hash of an entry's leaf: its hash, its version in eight bytes, its matter; their lengths leave one reading.

    The position is left out, so a store that was moved keeps its tree.
    """
    return leaf_hash(entry_hash + version.to_bytes(8, "big", signed=True) + matter.encode("utf-8", "surrogateescape"))

"""The heads of the log tree beside the walk through the feed: each is compared when the tree has reached its size."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from civicflow.errors import InvalidInput
from civicflow.ledger.chain import ZERO
from civicflow.ledger.damage import Damage
from civicflow.ledger.evidence import HeadRow, is_shaped
from civicflow.ledger.heads import Head, linked, read
from civicflow.ledger.logtree import Frontier
from civicflow.ledger.signing import Verifier


class HeadWalk:
    """All heads in their order.

    Attributes:
        count: how many there are.
        signed: how many carry a good signature.
        sealed_size: how many entries the last sound head covers.
        sealed_through: the position of the last of them.
        sealed_at: the instant of that head.
        published_through: the position of the last entry that a published head covers.
    """

    def __init__(
        self, rows: Iterator[HeadRow], faults: list[Damage], verifier: Verifier | None, published: Iterable[Head]
    ) -> None:
        self._rows, self._faults, self._verifier = rows, faults, verifier
        self._published = {head.number: head for head in published}
        self._previous = ZERO
        self._broken = False
        self._last: HeadRow | None = None
        self._pending: Head | None = None
        self.count = self.signed = 0
        self.sealed_size = self.sealed_through = self.published_through = 0
        self.sealed_at: datetime | None = None
        self._advance()

    def compare(self, tree: Frontier, position: int) -> None:
        """Hold the heads of this size against the tree, whose last entry lies at a position."""
        while self._pending is not None and self._pending.size <= tree.size:
            head = self._pending
            # After one head that differs all later ones do: the first one tells where.
            if not self._broken and self._agrees(head, tree, position):
                self.sealed_size, self.sealed_at = head.size, head.at
                self.sealed_through = position if head.size else 0
                if head.number in self._published:
                    self.published_through = self.sealed_through
            elif not self._broken:
                self._broken = True
                self._fault(head.number, "head.root")
            self._advance()

    def finish(self, entries: int) -> None:
        """Look at the heads that sealed more than there is, and at published ones that are gone."""
        while self._pending is not None:
            self._fault(self._pending.number, "head.size", size=self._pending.size, found=entries)
            self._advance()
        if self._verifier is not None and self._last is not None and not self.signed and not self._last.signature:
            self._fault(self._last.number, "head.unsigned")
        for number in sorted(self._published):
            if number > self.count:
                self._fault(number, "head.lost")

    @staticmethod
    def _agrees(head: Head, tree: Frontier, position: int) -> bool:
        return (head.size, head.root, head.peaks) == (tree.size, tree.root, tree.peaks) and (
            head.position == position or not head.size
        )

    def _advance(self) -> None:
        """Go to the next head that can be read; what stands in its row is checked on the way."""
        self._pending = None
        for row in self._rows:
            self.count += 1
            self._last = row
            head = self._read(row)
            if head is not None:
                self._pending = head
                return

    def _read(self, row: HeadRow) -> Head | None:
        if row.number != self.count:
            self._fault(row.number, "head.number", expected=self.count)
            self.count = row.number
        if not all(is_shaped(column, bytes) for column in (row.hash, row.body, row.signature)):
            self._fault(row.number, "shape")
            return None
        if linked(row.body, row.signature) != row.hash:
            self._fault(row.number, "head.hash")
        self._check_signature(row)
        known = self._published.get(row.number)
        if known is not None and known.sealed != row.body:
            self._fault(row.number, "head.published")
        try:
            head = read(row.body)
        except InvalidInput:
            self._fault(row.number, "head.undecodable")
            self._previous = row.hash
            return None
        if head.previous != self._previous or head.number != row.number:
            self._fault(row.number, "head.previous")
        self._previous = row.hash
        return head

    def _check_signature(self, row: HeadRow) -> None:
        if self._verifier is None:
            return
        if not row.signature:
            if self.signed:
                self._fault(row.number, "head.unsigned")
        elif self._verifier.verify(row.body, row.signature):
            self.signed += 1
        else:
            self._fault(row.number, "head.signature")

    def _fault(self, number: int, rule: str, **gaps: object) -> None:
        self._faults.append(Damage.of("heads", str(number), rule, **gaps))

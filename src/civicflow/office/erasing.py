"""Erasing bytes: gone before the entry says so, and back again if somebody else had need of them meanwhile."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from typing import Any, BinaryIO, Self

import attrs

from civicflow.errors import NotFound
from civicflow.ids import MatterId
from civicflow.ledger.attachments import attached_by
from civicflow.ledger.entries import Entry
from civicflow.office.attachments import Files


@attrs.frozen
class Doomed:
    """What an erasure takes, as the matter is now.

    Attributes:
        versions: of the entries whose private parts are there.
        digests: of the bytes that only such a part names.
        kept: of the bytes that a public part names, which stay: their digest stands in the ledger for ever.
    """

    versions: tuple[int, ...]
    digests: frozenset[str]
    kept: frozenset[str]

    @classmethod
    def of(cls, entries: Iterable[Entry], hidden: Mapping[int, Mapping[str, Any]]) -> Doomed:
        """What is to go, by the private parts that are there.

        Args:
            entries: all of the matter.
            hidden: the private parts that are there, by version.
        """
        entries = tuple(entries)
        kept = frozenset(attached_by(entry, {}) for entry in entries)
        named = {attached_by(entry, hidden[entry.version]) for entry in entries if entry.version in hidden}
        return cls(tuple(sorted(hidden)), frozenset(named - kept - {""}), kept)


class LettingGo:
    """The bytes that one erasure lets go of, held open until it ends.

    Somebody may attach the same bytes in public between the decision to erase and its commit. The commit conflicts then,
    and the next attempt finds bytes gone that must stay: they are put back from what is held.
    """

    def __init__(self, files: Files, matter: MatterId) -> None:
        self._files, self._matter = files, matter
        self._held: dict[str, BinaryIO] = {}
        self._open = ExitStack()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._open.close()

    def let_go(self, doomed: Doomed) -> None:
        """Delete what is to go, and put back what is not to go any more.

        Raises:
            InvalidInput: there are bytes to delete and the office has no blob store.
        """
        for digest in self._held.keys() & doomed.kept:
            stream = self._held[digest]
            stream.seek(0)
            self._files.put(self._matter, digest, stream)
        for digest in doomed.digests:
            self._hold(digest)
            self._files.needed.delete(self._matter, digest)

    def _hold(self, digest: str) -> None:
        if digest not in self._held:
            try:
                self._held[digest] = self._open.enter_context(self._files.held(self._matter, digest))
            except NotFound:
                return  # an erasure that was interrupted is done again

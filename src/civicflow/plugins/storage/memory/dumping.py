"""All rows as bytes, and rows out of them: for whoever rebuilds a storage in memory and would rather not do so each time.

Only what was committed is written; every index is built again. What the bytes mean is this release's own affair: they are a
cache, and no file to keep.
"""

from __future__ import annotations

from typing import Final

import msgspec

from civicflow.errors import InvalidInput
from civicflow.plugins.storage.contract import Await, Key, NewHead, Party, Private, StoredCase, StoredEntry
from civicflow.plugins.storage.memory.lanes import KeptLanes, Lanes
from civicflow.plugins.storage.memory.rows import Rows
from civicflow.plugins.storage.moving import Mark

_MARK: Final = b"civicflow memory 2\n"
"""What the bytes begin with; the number rises when anything below changes."""


class _Kept(msgspec.Struct, frozen=True):
    """Everything that a commit, a worker or a series has left behind."""

    entries: tuple[StoredEntry, ...]
    cases: tuple[StoredCase, ...]
    private: tuple[Private, ...]
    awaits: tuple[Await, ...]
    parties: tuple[Party, ...]
    lanes: KeptLanes
    keys: tuple[Key, ...]
    heads: tuple[NewHead, ...]
    filed: dict[str, bytes]
    series: dict[str, int]
    mark: str


_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(_Kept)


def dumped(rows: Rows) -> bytes:
    """The rows of one moment; called with their lock held."""
    kept = _Kept(
        entries=tuple(rows.entries),
        cases=tuple(rows.cases.values()),
        private=tuple(rows.private.values()),
        awaits=tuple(one for asked in rows.awaits.values() for one in asked),
        parties=tuple(Party(matter, one) for matter, addresses in rows.parties.items() for one in addresses),
        lanes=rows.lanes.kept(),
        keys=tuple(rows.keys.values()),
        heads=tuple(rows.heads),
        filed=rows.filed,
        series=rows.series,
        mark="" if rows.mark is None else rows.mark.spell(),
    )
    return _MARK + _ENCODER.encode(kept)


def restored(dump: bytes) -> Rows:
    """The rows that were dumped.

    Raises:
        InvalidInput: these bytes are no dump of this release.
    """
    if not dump.startswith(_MARK):
        raise InvalidInput(f"the bytes begin with {dump[: len(_MARK)]!r} and are no dump of this release; rebuild it")
    try:
        kept = _DECODER.decode(memoryview(dump)[len(_MARK) :])
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise InvalidInput(f"the dump cannot be read ({error}); rebuild it") from error
    return _rows(kept)


def _rows(kept: _Kept) -> Rows:
    rows = Rows()
    rows.hold(kept.entries, kept.cases)
    rows.private = {(part.matter, part.version): part for part in kept.private}
    rows.hold_addresses(kept.awaits, kept.parties)
    rows.lanes = Lanes.of(kept.lanes)
    rows.keys = {key.key: key for key in kept.keys}
    rows.heads = list(kept.heads)
    rows.filed, rows.series = dict(kept.filed), dict(kept.series)
    rows.mark = Mark.read(kept.mark) if kept.mark else None
    return rows

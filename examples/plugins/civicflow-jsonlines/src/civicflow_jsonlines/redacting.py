"""What an erasure takes out of the log: whatever no read shows any more.

These are private parts that were erased, records that were put again later, and messages that were delivered. Each line stays,
with its entries, versions and answers, so that the log says the same as before to whoever reads it from the start.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import attrs
import msgspec

from civicflow.plugins.storage.contract import FIELDS, Batch, Message, Private, Record, Write
from civicflow_jsonlines.works import Committing, Work, Works

_NO_FACTS = (None,) * len(FIELDS)


@attrs.frozen
class _Kept:
    """What reads still show.

    Attributes:
        private: the entries that have a private part.
        records: by case, the place of the commit that put its last record.
        messages: the names of those that are not delivered.
    """

    private: frozenset[tuple[str, int]]
    records: dict[str, int]
    messages: frozenset[str]


def redacted(log: Sequence[Works], private: Iterable[Private], messages: Iterable[Message]) -> list[Works]:
    """The log without what no read shows any more.

    Args:
        log: the works of every line.
        private: the private parts that are left.
        messages: those that are not delivered.
    """
    batches = [work.batch for works in log for work in works if isinstance(work, Committing)]
    records = {
        record.case: place for place, batch in enumerate(batches) for write in batch.writes for record in write.records
    }
    kept = _Kept(
        frozenset((part.matter, part.version) for part in private),
        records,
        frozenset(message.dedupe for message in messages),
    )
    places = iter(range(len(batches)))
    return [tuple(_work(work, places, kept) for work in works) for works in log]


def _work(work: Work, places: Iterator[int], kept: _Kept) -> Work:
    if not isinstance(work, Committing):
        return work
    return msgspec.structs.replace(work, batch=_batch(work.batch, next(places), kept))


def _batch(batch: Batch, place: int, kept: _Kept) -> Batch:
    return attrs.evolve(
        batch,
        writes=tuple(_write(write, place, kept) for write in batch.writes),
        private=tuple(part for part in batch.private if (part.matter, part.version) in kept.private),
        messages=tuple(_message(message, kept) for message in batch.messages),
    )


def _write(write: Write, place: int, kept: _Kept) -> Write:
    return attrs.evolve(
        write, records=tuple(_record(one, is_last=kept.records[one.case] == place) for one in write.records)
    )


def _record(record: Record, *, is_last: bool) -> Record:
    return record if is_last else attrs.evolve(record, body=b"", facts=_NO_FACTS)


def _message(message: Message, kept: _Kept) -> Message:
    return message if message.dedupe in kept.messages else attrs.evolve(message, body=b"")

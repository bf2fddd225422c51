"""``jsonlines:///office.jsonl``: an office in one append-only file of JSON lines.

Each commit is one line, on the disk before anybody is told of it. The state is held in memory and rebuilt from the lines. It
needs a local disk of a POSIX system (``flock``), and memory for the whole office in every process that has it open.
"""

from __future__ import annotations

from civicflow_jsonlines.address import Address
from civicflow_jsonlines.storage import JsonLinesStorage

__all__ = ["JsonLinesStorage", "open_storage"]


def open_storage(url: str) -> JsonLinesStorage:
    """Open ``jsonlines:///relative.jsonl`` or ``jsonlines:////absolute.jsonl``, and begin it where there is none.

    Raises:
        InvalidInput: the URL is none of ours.
        StorageError: the file cannot be opened, is damaged, or is something else.
    """
    return JsonLinesStorage(Address.of(url))

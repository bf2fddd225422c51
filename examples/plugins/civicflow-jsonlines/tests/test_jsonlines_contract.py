"""An office in JSON lines keeps the contract."""

from __future__ import annotations

import base64
import re
from itertools import count
from pathlib import Path

import pytest

from civicflow.plugins.storage.contract import Storage
from civicflow.testing import StorageContract
from civicflow_jsonlines import open_storage

_BYTES = re.compile(rb'"((?:[A-Za-z0-9+/]{4})+(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)"')
"""A text of JSON that may be bytes in base64."""


class TestJsonLinesStorage(StorageContract):
    """The whole suite, each place a file of its own; what a power failure would lose is not tested here."""

    tolerated = frozenset({"sync"})

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder, self.numbers = tmp_path, count()

    def open_storage(self, place: str) -> Storage:
        """A place is a URL."""
        return open_storage(place)

    def fresh(self) -> str:
        """A URL never used before; the index is written often, so that it is read, too."""
        return f"jsonlines:///{self.folder}/{next(self.numbers)}.jsonl?sync=off&index=3"

    def on_disk(self, place: str) -> bytes:
        """The log, what lies beside it, and the bytes that stand in it as base64."""
        path = Path(place.removeprefix("jsonlines:///").partition("?")[0])
        raw = b"".join(file.read_bytes() for file in sorted(path.parent.glob(f"{path.name}*")))
        return b"\n".join([raw, *(base64.b64decode(found) for found in _BYTES.findall(raw))])

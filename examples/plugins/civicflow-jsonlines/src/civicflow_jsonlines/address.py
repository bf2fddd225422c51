"""What a ``jsonlines:`` URL says."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

import attrs

from civicflow.errors import InvalidInput


@attrs.frozen(kw_only=True)
class Address:
    """Where the file lies and how it is kept.

    Attributes:
        path: of the log; the index and the locks lie beside it.
        sync: whether each commit waits for the disk; without, a power failure may take the last ones.
        timeout: seconds to wait for another writer.
        index: commits after which the index is written again, when the storage is opened or closed.
    """

    path: Path
    sync: bool = True
    timeout: int = 30
    index: int = 1000

    @classmethod
    def of(cls, url: str) -> Address:
        """Read a URL.

        Raises:
            InvalidInput: it is not one of ours, has no path or an unknown setting.

        >>> Address.of("jsonlines:////srv/town%20hall.jsonl?timeout=5").path.as_posix()
        '/srv/town hall.jsonl'
        """
        parts = urlsplit(url)
        path = unquote(parts.path.removeprefix("/"))
        if parts.scheme != "jsonlines" or parts.netloc or parts.fragment or not path:
            raise InvalidInput(
                f"{url!r} names no file; write jsonlines:///relative.jsonl or jsonlines:////absolute.jsonl"
            )
        settings = dict(parse_qsl(parts.query, keep_blank_values=True))
        sync, timeout, index = settings.pop("sync", "on"), settings.pop("timeout", "30"), settings.pop("index", "1000")
        numbers = all(number.isascii() and number.isdigit() for number in (timeout, index))
        if settings or sync not in {"on", "off"} or not numbers:
            known = "sync=on|off, timeout=SECONDS and index=COMMITS"
            raise InvalidInput(f"{url!r} has settings that we do not know; there are {known}")
        return cls(path=Path(path), sync=sync == "on", timeout=int(timeout), index=int(index))

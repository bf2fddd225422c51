"""What a ``sqlite:`` URL says."""

from __future__ import annotations

from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

import attrs

from civicflow.errors import InvalidInput

Synchronous = Literal["off", "normal", "full"]

_SYNCHRONOUS: dict[str, Synchronous] = {"off": "off", "normal": "normal", "full": "full"}


@attrs.frozen(kw_only=True)
class Address:
    """Where the file lies and how it is kept.

    Attributes:
        path: of the file.
        synchronous: ``full`` loses nothing that was acknowledged; ``normal`` may lose the last commits when the power
            fails, ``off`` may lose the file.
        timeout: seconds to wait for another writer.
    """

    path: str
    synchronous: Synchronous = "full"
    timeout: int = 30

    @classmethod
    def of(cls, url: str) -> Address:
        """Read a URL.

        Raises:
            InvalidInput: it is not one of ours, has no path or an unknown setting.

        >>> Address.of("sqlite:////srv/town%20hall.db?synchronous=normal")
        Address(path='/srv/town hall.db', synchronous='normal', timeout=30)
        """
        parts = urlsplit(url)
        path = unquote(parts.path.removeprefix("/"))
        if parts.scheme != "sqlite" or parts.netloc or parts.fragment or not path:
            msg = f"{url!r} names no file; write sqlite:///relative.db or sqlite:////absolute.db"
            raise InvalidInput(msg)
        if path.startswith(":"):
            msg = f"{url!r} would be another empty database in each connection; use memory://"
            raise InvalidInput(msg)
        settings = dict(parse_qsl(parts.query, keep_blank_values=True))
        synchronous = settings.pop("synchronous", "full").lower()
        timeout = settings.pop("timeout", "30")
        if settings or synchronous not in _SYNCHRONOUS or not (timeout.isascii() and timeout.isdigit()):
            msg = f"{url!r} has settings we do not know; there are synchronous=full|normal|off and timeout=SECONDS"
            raise InvalidInput(msg)
        return cls(path=path, synchronous=_SYNCHRONOUS[synchronous], timeout=int(timeout))

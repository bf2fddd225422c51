"""``console://`` and ``console://stderr``: one line for each notice, for demonstrations and for development."""

from __future__ import annotations

import sys
from typing import Literal

import attrs

from civicflow.errors import InvalidInput
from civicflow.plugins.notify.contract import API_VERSION, Notice


@attrs.frozen
class Console:
    """Writes notices to a standard stream, whichever file stands behind it at that moment."""

    stream: Literal["stdout", "stderr"] = "stdout"
    name: str = "console"
    api_version: int = API_VERSION

    def send(self, notice: Notice) -> None:
        """Write one line.

        Raises:
            OSError: if the stream cannot be written.
        """
        stream = sys.stderr if self.stream == "stderr" else sys.stdout
        encoding = stream.encoding or "utf-8"
        line = f"{notice.at:%Y-%m-%d %H:%M} {notice.recipient} [{notice.topic}] {notice.case}: {notice.words}"
        stream.write(_printable(line).encode(encoding, "backslashreplace").decode(encoding) + "\n")
        stream.flush()

    def close(self) -> None:
        """Nothing is held; the stream stays open."""


def open_notifier(url: str) -> Console:
    """The console at ``console://``, ``console://stdout`` or ``console://stderr``.

    Raises:
        InvalidInput: if the URL names something else.
    """
    match url.partition("://")[2]:
        case "" | "stdout":
            return Console("stdout")
        case "stderr":
            return Console("stderr")
        case other:
            msg = f"the console is console://, console://stdout or console://stderr; got {other!r}"
            raise InvalidInput(msg)


def _printable(text: str) -> str:
    """The text in one line and without control characters: what a resident wrote must not steer a terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)

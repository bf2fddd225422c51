"""Attachments in the ledger: the entry names the bytes by their digest, the bytes lie beside it.

By default name and digest are private: the digest of a short text can be guessed, and would outlive its erasing.
"""

# ruff: noqa: D102  the fields are those of Entry

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Protocol

ATTACH: Final = "attach"
"""The step of an entry that attaches bytes."""

DigestOf = Callable[[str, str], str | None]
"""From a matter and a digest, the SHA-256 (hex) of the bytes that lie there now; None where there are none."""


class Attaching(Protocol):
    """As much of an entry as is needed to tell what it attached."""

    @property
    def step(self) -> str: ...
    @property
    def data(self) -> Mapping[str, Any]: ...


def attached_by(entry: Attaching, hidden: Mapping[str, Any]) -> str:
    """The digest of the bytes that an entry attached; empty for any other step, and once it was erased.

    Args:
        entry: an entry.
        hidden: its private part; empty where there is none (any more).
    """
    if entry.step != ATTACH:
        return ""
    return str(entry.data.get("digest") or hidden.get("digest") or "")

"""The chain of a matter's entries: each hash covers the one before and the stored bytes."""

from __future__ import annotations

import hashlib
from typing import Final

ZERO: Final = bytes(32)
"""What the first entry of a matter is chained to."""


def link(previous: bytes, body: bytes) -> bytes:
    """SHA-256 over the previous hash and the stored bytes."""
    return hashlib.sha256(previous + body).digest()

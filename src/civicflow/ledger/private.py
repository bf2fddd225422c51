"""Private parts: what the public must not see, beside the entry that holds only its digest."""

from __future__ import annotations

import hashlib


def digest(salt: bytes, body: bytes) -> str:
    """SHA-256 (hex) over salt and body: what the entry holds."""
    return hashlib.sha256(salt + body).hexdigest()

"""Signatures over webhooks as Standard Webhooks has them, so that any of its libraries checks them.

See https://github.com/standard-webhooks/standard-webhooks, specification 1.0.0: HMAC-SHA256 over id, timestamp and body,
joined by dots; one signature for each secret, so that a receiver may change to a new secret while the old one still counts.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable
from typing import Final

from civicflow.errors import InvalidInput

_PREFIX: Final = "whsec_"
_LEAST: Final = 24
"""Bytes of a secret; the specification asks for 24 to 64."""


def read_secret(written: str) -> bytes:
    """The bytes of a secret, which is written as ``whsec_`` and Base64.

    Raises:
        InvalidInput: if it is written otherwise or is too short; it is not in the message.
    """
    encoded = written.removeprefix(_PREFIX)
    try:
        secret = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except (ValueError, binascii.Error):
        secret = b""
    if not written.startswith(_PREFIX) or len(secret) < _LEAST:
        msg = (
            f"a webhook's secret is written as whsec_ and the Base64 of {_LEAST} random bytes or more; this one is not"
        )
        raise InvalidInput(msg)
    return secret


def signatures(secrets: Iterable[bytes], *, id: str, timestamp: int, body: bytes) -> str:
    """The value of the header ``webhook-signature``: one signature for each secret, with a blank between.

    Args:
        secrets: the newest first.
        id: of the message, the same at each attempt; without a dot.
        timestamp: seconds since 1970, of this attempt.
        body: what is sent.
    """
    signed = f"{id}.{timestamp}.".encode() + body
    return " ".join(f"v1,{base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()}" for key in secrets)

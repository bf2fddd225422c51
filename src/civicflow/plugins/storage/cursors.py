"""Cursors: where a page ended, spelled so that it survives a URL and nobody is tempted to write one by hand."""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import Any

from civicflow.plugins.storage.contract import Scalar


def spell(values: Sequence[Scalar]) -> str:
    """The cursor that holds these values."""
    return base64.urlsafe_b64encode(json.dumps(values).encode()).decode()


def read(cursor: str) -> list[Any]:
    """The values in a cursor.

    Raises:
        ValueError: if it is no cursor.
        TypeError: if it holds something else than a list.
    """
    values = json.loads(base64.b64decode(cursor.encode(), altchars=b"-_", validate=True))
    if not isinstance(values, list):
        msg = f"{cursor!r} holds no list"
        raise TypeError(msg)
    return values

"""Replay: the present is what the entries say, folded from the first to the last."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TypeVar

from civicflow.ledger.entries import Entry

S = TypeVar("S")


def fold(entries: Iterable[Entry], apply: Callable[[S, Entry], S], start: S) -> S:
    """Apply each entry in turn, beginning with ``start``; the flow's rules are not asked again."""
    state = start
    for entry in entries:
        state = apply(state, entry)
    return state

"""Erasing personal data is an entry like any other: it says who, when and why, and no longer what."""

from __future__ import annotations

from collections.abc import Iterable

from civicflow.hierarchy.authority import Actor
from civicflow.ledger.entries import Entry
from civicflow.ledger.private import ERASE, erasure
from civicflow.workflows.engine.records import Case
from civicflow.workflows.engine.situation import World


def erased(root: Case, parts: Iterable[tuple[str, int]], by: Actor, why: str, world: World) -> Entry:
    """The entry that erases private parts of a matter; the case stays as it is.

    Args:
        root: the matter's root.
        parts: (matter, version) of what is erased.
        by: who erases.
        why: the legal ground, public.
        world: whose clock and register the entry names.
    """
    recorded = max(world.recorded, root.recorded or world.recorded)
    return Entry(
        case=root.id,
        version=root.version + 1,
        flow=root.flow,
        step=ERASE,
        source=root.state,
        target=root.state,
        by=by,
        happened=world.recorded,
        recorded=recorded,
        register=world.register,
        delta=erasure(parts),
        why=why,
    )

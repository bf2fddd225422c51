"""Entries beside the flow: what was entered wrongly is corrected, what must go is erased.

Neither moves the case, and neither edits anything: each is an entry like any other, with who, when and why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from civicflow.errors import InvalidInput
from civicflow.hierarchy.authority import Actor, Holder
from civicflow.ledger.canonical import plain
from civicflow.ledger.entries import Entry
from civicflow.ledger.private import ERASE, erasure
from civicflow.workflows.engine.records import Case, Matter
from civicflow.workflows.engine.situation import World

CORRECT: Final = "correct"
"""The step of an entry that corrects another one."""

CORRECTOR: Final = Holder("secretary", "unit")
"""Who may correct what others entered; what one entered oneself one may always correct."""


def beside(case: Case, matter: Matter, step: str, by: Actor, why: str, world: World, **more: Any) -> Entry:
    """An entry that leaves the case in its state."""
    before = matter.root.recorded
    return Entry(
        case=case.id,
        version=matter.root.version + 1,
        flow=case.flow,
        step=step,
        source=case.state,
        target=case.state,
        by=by,
        happened=world.recorded,
        recorded=world.recorded if before is None else max(world.recorded, before),
        register=world.register,
        why=why,
        **more,
    )


def erased(matter: Matter, parts: Iterable[tuple[str, int]], by: Actor, why: str, world: World) -> Entry:
    """The entry that erases private parts of a matter.

    Args:
        matter: the matter.
        parts: (matter, version) of what is erased.
        by: who erases.
        why: the legal ground, public.
        world: whose clock and register the entry names.
    """
    return beside(matter.root, matter, ERASE, by, why, world, delta=erasure(parts))


def corrected(matter: Matter, wrong: Entry, right: Mapping[str, object], by: Actor, why: str, world: World) -> Entry:
    """The entry that corrects what another one kept in its case.

    Args:
        matter: the matter with the case of the wrong entry.
        wrong: the entry that is corrected.
        right: the corrected values by field.
        by: who corrects.
        why: their reason, public.
        world: whose clock and register the entry names.

    Raises:
        InvalidInput: if the entry kept no such field, or a value has no exact plain form.
    """
    kept = wrong.delta.get("data", {})
    unknown = sorted(set(right) - set(kept))
    if unknown or not right:
        there = ", ".join(sorted(kept)) or "nothing"
        msg = f"entry {wrong.ref} keeps {there}, which can be corrected; got {', '.join(unknown) or 'nothing'}"
        raise InvalidInput(msg)
    values = plain(dict(right), path="correction")
    case = matter.case(wrong.case)
    return beside(case, matter, CORRECT, by, why, world, delta={"data": values}, corrects=wrong.ref)


def as_recorded(entry: Entry) -> Mapping[str, Any]:
    """The delta of an entry as figures without corrections see it: that of a correction changes nothing."""
    return {} if entry.corrects else entry.delta

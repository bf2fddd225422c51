"""`apply`: the only function that changes a case. Decision and replay both call it, so they cannot differ.

An entry's ``delta`` says what changed beside the state:

========== ===================================================================================
``set``    fields of the case that take a new value (``unit``, ``promise``, ``round`` …)
``data``   kept data to lay over the former
``clocks`` the limits that run from now on (absent: the same as before)
``holds``  what the case waits for from now on (absent: the same as before)
``links``  ties to other matters to lay over the former
``opened`` children that were opened, each with its first state and clocks
``ended``  children that were brought to a final state, ``{id: [state, outcome]}``
========== ===================================================================================
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from civicflow.drafts import maker
from civicflow.ids import CaseId, parent_of
from civicflow.ledger.entries import Entry
from civicflow.workflows.engine.records import NEW, Case, Clock, Hold, blank, freeze, thaw

_INSTANTS: Final = frozenset({"opened", "promise", "handled", "evaluated", "closed"})
_new_clock: Final = maker(Clock)


def instant(value: datetime | str | None) -> datetime | None:
    """An instant of a delta: as the engine made it, or as JSON gave it back."""
    return datetime.fromisoformat(value).astimezone(UTC) if isinstance(value, str) else value


def _clock(raw: Any) -> Clock:
    limit, since, due, provisional, *rest = raw
    if len(rest) > 1:
        rest[1] = instant(rest[1])
    return _new_clock(limit, instant(since), instant(due), provisional, *rest)


def _hold(raw: Any) -> Hold:
    name, since, until, then = raw
    return Hold(name, instant(since), instant(until), then)  # type: ignore[arg-type]  # never None here


def apply(case: Case, entry: Entry) -> Case:
    """The case after one of its own entries."""
    draft = thaw(case)
    if draft.state == NEW:
        draft.opened = entry.happened
    draft.state = entry.target
    draft.flow = entry.flow
    draft.version = entry.version
    draft.recorded = entry.recorded
    delta = entry.delta
    if delta:
        _apply_delta(draft, delta)
    return freeze(draft)


def _apply_delta(draft: Any, delta: Mapping[str, Any]) -> None:
    for part, value in delta.items():
        if part == "set":
            _set(draft, value)
        elif part == "data":
            draft.data = {**draft.data, **value}
        elif part == "clocks":
            draft.clocks = tuple([_clock(raw) for raw in value])
        elif part == "holds":
            draft.holds = tuple([_hold(raw) for raw in value])
        elif part == "links":
            draft.links = {**draft.links, **{name: tuple(ids) for name, ids in value.items()}}
        elif part == "opened":
            draft.tally = _moved(draft.tally, [(child["slot"], "", child["state"]) for child in value])
        elif part == "ended":
            draft.tally = _moved(draft.tally, [ended[:3] for ended in value.values()])


def _set(draft: Any, fields: Mapping[str, Any]) -> None:
    for name, new in fields.items():
        setattr(draft, name, instant(new) if name in _INSTANTS else new)
    if draft.homes and "homes" not in fields:  # handed to somebody else, it has a new home
        draft.homes = {name: home for name, home in draft.homes.items() if name not in fields}


def _moved(tally: Mapping[str, Mapping[str, int]], moves: list[Any]) -> dict[str, Mapping[str, int]]:
    """The tally after children of a slot came from one state into another; from none where they are new."""
    moved = dict(tally)
    for slot, before, after in moves:
        moved[slot] = states = dict(moved.get(slot, ()))
        if before:
            states[before] -= 1
            if not states[before]:
                del states[before]
        states[after] = states.get(after, 0) + 1
    return moved


def apply_matter(cases: dict[CaseId, Case], entry: Entry) -> list[CaseId]:
    """Apply an entry to a matter in place: its case, the children it opened or ended, and the tally above.

    Args:
        cases: the matter's cases by id; the entry's case may be missing, then it begins here. Children that the entry
            ends need not be there (they are then left out).
        entry: the next entry of the matter.

    Returns:
        The ids of the cases that changed, the root among them: its version is the matter's.
    """
    id, delta = entry.case, entry.delta
    before = cases.get(id) or Case(id=id)
    cases[id] = after = apply(before, entry)
    changed = [id]
    if "opened" in delta:
        changed += [_open(cases, after, child, entry) for child in delta["opened"]]
    if "ended" in delta:
        for child_id, (_, _, state, outcome) in delta["ended"].items():
            changed += _end(cases, CaseId(child_id), state, outcome, entry)
    parent = parent_of(id)
    if parent is not None:
        changed.append(parent)
        cases[parent] = _tallied(cases[parent], after.slot, before.state, after.state, entry)
    return changed


def _open(cases: dict[CaseId, Case], parent: Case, child: Mapping[str, Any], entry: Entry) -> CaseId:
    new = CaseId(child["id"])
    draft = blank(new)
    draft.flow, draft.state, draft.slot, draft.key = child["flow"], child["state"], child["slot"], child["key"]
    draft.unit, draft.body = child.get("unit", parent.unit), child.get("body")
    draft.requester, draft.anchors = child.get("requester", parent.requester), parent.anchors
    draft.data = child.get("data", {})
    draft.clocks = tuple([_clock(raw) for raw in child.get("clocks", ())])
    draft.promise = instant(child.get("promise"))
    draft.version, draft.opened, draft.recorded = entry.version, entry.happened, entry.recorded
    cases[new] = freeze(draft)
    return new


def _end(cases: dict[CaseId, Case], child: CaseId, state: str, outcome: str, entry: Entry) -> list[CaseId]:
    if child not in cases:
        return []
    draft = thaw(cases[child])
    draft.state, draft.outcome, draft.closed = state, outcome, entry.happened
    draft.version, draft.recorded, draft.clocks, draft.holds = entry.version, entry.recorded, (), ()
    cases[child] = freeze(draft)
    return [child]


def _tallied(parent: Case, slot: str, before: str, after: str, entry: Entry) -> Case:
    draft = thaw(parent)
    draft.version, draft.recorded = entry.version, entry.recorded
    if before != after:
        draft.tally = _moved(parent.tally, [(slot, "" if before == NEW else before, after)])
    return freeze(draft)

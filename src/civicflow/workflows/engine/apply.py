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
from typing import Any

from civicflow.ids import CaseId, parent_of
from civicflow.ledger.entries import Entry
from civicflow.workflows.engine.records import NEW, Case, Clock, Hold, freeze, thaw

_INSTANTS = frozenset({"opened", "promise", "handled", "closed"})


def instant(value: datetime | str | None) -> datetime | None:
    """An instant of a delta: as the engine made it, or as JSON gave it back."""
    return datetime.fromisoformat(value).astimezone(UTC) if isinstance(value, str) else value


def _clock(raw: Any) -> Clock:
    limit, since, due, provisional, *left = raw
    return Clock(limit, instant(since), instant(due), provisional, *left)  # type: ignore[arg-type]  # never None here


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
    for name, value in delta.get("set", {}).items():
        setattr(draft, name, instant(value) if name in _INSTANTS else value)
    if "data" in delta:
        draft.data = {**draft.data, **delta["data"]}
    if "clocks" in delta:
        draft.clocks = tuple([_clock(raw) for raw in delta["clocks"]])
    if "holds" in delta:
        draft.holds = tuple([_hold(raw) for raw in delta["holds"]])
    if "links" in delta:
        draft.links = {**draft.links, **{name: tuple(ids) for name, ids in delta["links"].items()}}
    opened = delta.get("opened", ())
    ended = delta.get("ended", {})
    if opened or ended:
        tally = {slot: dict(states) for slot, states in draft.tally.items()}
        for child in opened:
            _move(tally, child["slot"], "", child["state"])
        for slot, before, after, *_ in ended.values():
            _move(tally, slot, before, after)
        draft.tally = tally


def _move(tally: dict[str, dict[str, int]], slot: str, before: str, after: str) -> None:
    states = tally.setdefault(slot, {})
    if before:
        states[before] -= 1
        if not states[before]:
            del states[before]
    states[after] = states.get(after, 0) + 1


def apply_matter(cases: dict[CaseId, Case], entry: Entry) -> list[CaseId]:
    """Apply an entry to a matter in place: its case, the children it opened or ended, and the tally above.

    Args:
        cases: the matter's cases by id; the entry's case may be missing, then it begins here. Children that the entry
            ends need not be there (they are then left out).
        entry: the next entry of the matter.

    Returns:
        The ids of the cases that changed, the root among them: its version is the matter's.
    """
    before = cases.get(entry.case) or Case(id=entry.case)
    after = apply(before, entry)
    cases[entry.case] = after
    changed = [entry.case]
    delta = entry.delta
    if delta:
        for child in delta.get("opened", ()):
            changed.append(_open(cases, after, child, entry))
        for child_id, (_, _, state, outcome) in delta.get("ended", {}).items():
            changed += _end(cases, CaseId(child_id), state, outcome, entry)
    parent = parent_of(entry.case)
    if parent is not None:
        changed.append(parent)
        cases[parent] = _tallied(cases[parent], after.slot, before.state, after.state, entry)
    return changed


def _open(cases: dict[CaseId, Case], parent: Case, child: Mapping[str, Any], entry: Entry) -> CaseId:
    new = CaseId(child["id"])
    cases[new] = Case(
        id=new,
        flow=child["flow"],
        state=child["state"],
        version=entry.version,
        unit=child.get("unit", parent.unit),
        body=child.get("body"),
        requester=child.get("requester", parent.requester),
        anchors=parent.anchors,
        slot=child["slot"],
        key=child["key"],
        data=child.get("data", {}),
        clocks=tuple([_clock(raw) for raw in child.get("clocks", ())]),
        opened=entry.happened,
        promise=instant(child.get("promise")),
        recorded=entry.recorded,
    )
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
        tally = {name: dict(states) for name, states in parent.tally.items()}
        _move(tally, slot, "" if before == NEW else before, after)
        draft.tally = tally
    return freeze(draft)

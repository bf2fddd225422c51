"""Situations of exploration: every matter as it stands, and the key under which two of them are the same.

Times are left out: which clocks run counts, and whose is next, not when. So are versions, and children that have ended
and no longer count. Matters that the explored one begins are seen by the flow that they are of, not one by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

import attrs

from civicflow.ids import CaseId, MatterId, matter_of
from civicflow.ledger.canonical import plain
from civicflow.workflows.engine.decide import Accepted
from civicflow.workflows.engine.exploring.scene import MAIN
from civicflow.workflows.engine.records import Case, Matter

Key = tuple[Any, ...]


@attrs.frozen
class Standing:
    """Every matter at a moment.

    Attributes:
        matters: by id; each with all its children.
        at: the moment.
        ahead: the numbers of the incidents that may still happen.
        raised: the matters that others began, with the name of their flow.
        living: how many rounds back mass children live on by themselves, and make a difference; 0 where they only count.
    """

    matters: Mapping[MatterId, Matter]
    at: datetime
    ahead: frozenset[int] = frozenset()
    raised: Mapping[str, str] = attrs.field(factory=dict)
    living: int = 0

    @property
    def main(self) -> Matter:
        """The matter that is explored."""
        return self.matters[matter_of(MAIN)]

    def after(self, accepted: Accepted, at: datetime) -> Standing:
        """What stands once a decision is kept."""
        matters, raised = dict(self.matters), dict(self.raised)
        for number, move in enumerate(accepted.moves):
            if number and not move.expected:
                raised[move.matter] = move.cases[0].flow_name
            before = matters.get(move.matter)
            cases = {} if before is None else {before.root.id: before.root, **before.children}
            cases.update((case.id, case) for case in move.cases)
            root = cases.pop(CaseId(move.matter))
            matters[move.matter] = Matter(root, cases, complete=True)
        return attrs.evolve(self, matters=matters, at=at, raised=raised)

    def due(self) -> datetime | None:
        """When the explored matter's next deadline falls."""
        return min([case.due for case in cases_of(self.main) if case.due is not None], default=None)

    def key(self) -> Key:
        """What makes it the same as another one."""
        children = [case for case in self.main.children.values() if not case.outcome]
        due, upcoming = self.due(), ""
        if due is not None:
            upcoming = min(case.key for case in cases_of(self.main) if case.due == due)
        others = [m.root for i, m in sorted(self.matters.items()) if str(i) != str(MAIN) and i not in self.raised]
        beside = [_alone(root, self.raised) for root in others if not root.brood]
        born = [m.root for m in self.matters.values() if m.root.brood and m.root.id != MAIN]
        return (
            _alone(self.main.root, self.raised),
            tuple(sorted((_alone(child, self.raised) for child in children), key=repr)),
            tuple(beside),
            tuple(
                sorted(
                    (_rounds_ago(b, self.matters), b.key, f"{b.state} {_data(b)}" if self.living else _data(b))
                    for b in born
                    if _rounds_ago(b, self.matters) <= self.living or _rounds_ago(b, self.matters) < 2
                )
            ),
            upcoming,
            tuple(sorted(self.ahead)),
        )


def cases_of(matter: Matter) -> tuple[Case, ...]:
    """The root, then its children."""
    return (matter.root, *matter.shares())


def counting(case: Case) -> dict[str, dict[str, int]]:
    """How many children of each slot still count, by state."""
    found: dict[str, dict[str, int]] = {}
    for slot, states in case.tally.items():
        past = case.past.get(slot, {})
        left = {state: n - past.get(state, 0) for state, n in states.items() if n > past.get(state, 0)}
        if left:
            found[slot] = left
    return found


def _rounds_ago(born: Case, matters: Mapping[MatterId, Matter]) -> int:
    parent, _, number = born.brood.partition("#")
    return matters[MatterId(parent)].root.round - int(number)


def _data(case: Case) -> str:
    return repr(sorted((name, value) for name, value in plain(dict(case.data)).items() if name != "title"))


def _alone(case: Case, raised: Mapping[str, str]) -> Key:
    clocks = sorted(case.clocks, key=lambda clock: (clock.due, str(clock.limit)))
    return (
        case.flow_name,
        case.slot,
        case.key,
        case.state,
        case.unit,
        case.body,
        case.requester,
        tuple(sorted(case.anchors.items())),
        _data(case),
        _frozen(counting(case)),
        tuple(sorted((name, tuple(sorted({raised.get(i, i) for i in ids}))) for name, ids in case.links.items())),
        tuple((str(clock.limit), clock.stopped is not None, clock.left is not None) for clock in clocks),
        tuple((hold.name, hold.then) for hold in case.holds),
        tuple(bool(instant) for instant in (case.promise, case.handled, case.evaluated)),
        case.outcome,
    )


def _frozen(counted: Mapping[str, Mapping[str, int]]) -> Key:
    return tuple((slot, tuple(sorted(states.items()))) for slot, states in sorted(counted.items()))


def tallied(children: Iterable[Case]) -> dict[str, dict[str, int]]:
    """The tally as the children are."""
    found: dict[str, dict[str, int]] = {}
    for child in children:
        states = found.setdefault(child.slot, {})
        states[child.state] = states.get(child.state, 0) + 1
    return found

"""Effects on children: opening them in a slot, counting them anew, ending them.

The fields of an effect are part of the flow's digest, so everything that it does is in them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import attrs

from civicflow.calendars import TimeLimit
from civicflow.errors import InvalidInput
from civicflow.ids import PersonId, UnitId, child_id
from civicflow.workflows.engine.clocks import entering
from civicflow.workflows.engine.effects import promised
from civicflow.workflows.engine.flow import Limit, LimitKey, Named
from civicflow.workflows.engine.records import Case
from civicflow.workflows.engine.situation import Change, Situation, Wanted

_PATH_SAFE = re.compile(r"[A-Za-z0-9._-]+")


@attrs.frozen
class Opening:
    """One child to open.

    Attributes:
        key: its name within the slot, spelled into its id.
        body: the body that has to act on it, or None.
        data: what it begins with.
        requester: who raised it, if not whoever raised its parent.
        unit: whose matter it is, if not its parent's.
        within: the time promised for it alone, counted from now; None where what is promised for all counts.
    """

    key: str
    body: UnitId | None = None
    data: dict[str, Any] = attrs.field(factory=dict)
    requester: PersonId | None = None
    unit: UnitId | None = None
    within: TimeLimit | None = None


@attrs.frozen
class EachBody:
    """A child for each body that a field of what the actor gave names: one id, or several.

    Attributes:
        field: the name of the field.
    """

    field: str

    def of(self, situation: Situation) -> list[Opening]:
        """The children, by the codes of their bodies."""
        given = getattr(situation.data, self.field)
        bodies = (given,) if isinstance(given, str) else (given or ())
        return [opening(situation, UnitId(body)) for body in bodies]


def opening(situation: Situation, body: UnitId) -> Opening:
    """A child for one body, called by its code; by its id where the code cannot stand in a path.

    Raises:
        NotFound: if there is no such body on that day.
    """
    code = situation.world.chart.code(body)
    return Opening(code if _PATH_SAFE.fullmatch(code) else body, body)


@attrs.frozen
class Spawn:
    """Open children in a slot, one for each `Opening` that ``openings`` makes of the situation.

    Attributes:
        slot: the slot of the flow.
        openings: makes the children of the situation, as `Opening` values.
        state: the state in which they begin.
        promised: the field of what the actor gave that holds their promise, or empty.
        binding: where nothing was promised, the time limit of their state that would heed a promise is one.
    """

    slot: str
    openings: Named | EachBody
    state: str = ""
    promised: str = ""
    binding: bool = False

    def apply(self, situation: Situation, change: Change) -> None:
        world = situation.world
        rules = world.flows.latest(world.flows.rules(situation.case.flow).flow.slots[self.slot])
        state = rules.states[self.state]
        promise = promised(getattr(situation.data, self.promised), situation) if self.promised else None
        unborn, their_own = Case(id=situation.case.id), state.name in rules.kept

        def armed(promise: datetime | None, data: dict[str, Any]) -> list[Any]:
            return entering(rules.flow.spans, unborn, state, situation.happened, promise, world.calendar, data)

        alike = [] if their_own else armed(promise, {})
        taken = {child["id"] for child in change.opened}
        for opening in self.openings.of(situation):
            own = promise if opening.within is None else promised(opening.within, situation)
            clocks = armed(own, opening.data) if their_own or own is not promise else alike
            child: dict[str, Any] = {
                "id": child_id(situation.case.id, opening.key, situation.version),
                "flow": rules.flow.ref,
                "state": state.name,
                "slot": self.slot,
                "key": opening.key,
            }
            if opening.body is not None:
                child["body"] = opening.body
            if opening.requester is not None:
                child["requester"] = opening.requester
            if opening.unit is not None:
                child["unit"] = opening.unit
            if opening.data:
                child["data"] = opening.data
            if clocks:
                child["clocks"] = clocks
            owed = self._owed(clocks, rules.limits[state.name]) if own is None else own
            if owed is not None:
                child["promise"] = owed
            if child["id"] in taken:
                msg = f"{opening.key!r} is named twice; name each body once"
                raise InvalidInput(msg)
            taken.add(child["id"])
            change.opened.append(child)

    def _owed(self, clocks: Sequence[Any], limits: Mapping[LimitKey, Limit]) -> datetime | None:
        """What binds a child to which nothing was promised: when the first clock falls that would heed a promise."""
        heeding = (due for key, _, due, *_ in clocks if limits[key].promised) if self.binding else ()
        return min(heeding, default=None)


@attrs.frozen
class Afresh:
    """Children that have ended no longer count in joins: what is opened now is a round of its own."""

    slots: tuple[str, ...]

    def apply(self, situation: Situation, change: Change) -> None:
        world, case = situation.world, situation.case
        flow = world.flows.rules(case.flow).flow
        past = dict(case.past)
        for slot in self.slots:
            finals = world.flows.latest(flow.slots[slot]).flow.finals
            ended = {state: n for state, n in case.tally.get(slot, {}).items() if state in finals}
            if ended:
                past[slot] = ended
        if past != case.past:
            change.set["past"] = past


@attrs.frozen
class Drop:
    """End the children of some slots that are still open, in a final state of their flow."""

    slots: tuple[str, ...]
    state: str

    def apply(self, situation: Situation, change: Change) -> None:
        world = situation.world
        flows = {slot: world.flows.rules(situation.case.flow).flow.slots[slot] for slot in self.slots}
        finals = {slot: world.flows.latest(name).flow.finals for slot, name in flows.items()}
        still_open = {slot for slot in self.slots if set(situation.case.tally.get(slot, ())) - finals[slot]}
        if not still_open:
            return
        for child in whole(situation):
            if child.slot in still_open and not child.outcome:
                outcome = world.flows.rules(child.flow).states[self.state].final
                change.ended[child.id] = (child.slot, child.state, self.state, outcome)


def whole(situation: Situation) -> tuple[Case, ...]:
    """All children of the matter, by id.

    Raises:
        Wanted: if they were not all loaded.
    """
    loaded = sorted((case.id, case) for case in situation.children.values() if not case.is_root)
    expected = sum(n for states in situation.root.tally.values() for n in states.values())
    if len(loaded) < expected:
        raise Wanted(matter=situation.root.matter)
    return tuple(case for _, case in loaded)

"""Effects: what a step does beside moving its case. Each is one line in a flow's table.

The fields of an effect are part of the flow's digest, so everything that it does is in them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

from civicflow.calendars import TimeLimit, check_aware
from civicflow.ledger.canonical import plain
from civicflow.workflows.engine.clocks import held, put_off, resumed
from civicflow.workflows.engine.flow import Named
from civicflow.workflows.engine.situation import Change, Situation


@attrs.frozen
class Keep:
    """Keep fields of what the actor gave in the case, for guards, figures and views.

    Attributes:
        fields: kept as they are, empty ones too, so that a later step takes back what an earlier one kept.
        given: kept only where something was given.
    """

    fields: tuple[str, ...]
    given: tuple[str, ...] = ()

    def apply(self, situation: Situation, change: Change) -> None:
        for field in self.fields:
            change.data[field] = plain(getattr(situation.data, field), path=field)
        for field in self.given:
            value = getattr(situation.data, field)
            if value is not None:
                change.data[field] = plain(value, path=field)


@attrs.frozen
class Count:
    """Count up by one in the case's data."""

    field: str

    def apply(self, situation: Situation, change: Change) -> None:
        change.data[self.field] = situation.case.data.get(self.field, 0) + 1


@attrs.frozen
class Stamp:
    """Note the moment of a step.

    Attributes:
        of: what ended then: ``handled`` or ``evaluated``.
        keep: an earlier moment stands.
        clear: it goes on after all, no moment stands.
    """

    of: str = "handled"
    keep: bool = False
    clear: bool = False

    def apply(self, situation: Situation, change: Change) -> None:
        if not (self.keep and getattr(situation.case, self.of)):
            change.set[self.of] = None if self.clear else situation.happened


@attrs.frozen
class Promise:
    """Promise that handling ends within what the actor gave: a time limit, or an instant, or nothing.

    Attributes:
        field: in which they gave it.
        kept: not now, but in an earlier step, which kept the time limit in the case.
    """

    field: str
    kept: bool = False

    def apply(self, situation: Situation, change: Change) -> None:
        given = situation.case.data.get(self.field) if self.kept else getattr(situation.data, self.field)
        promise = promised(TimeLimit(**given) if isinstance(given, Mapping) else given, situation)
        if promise is not None:
            change.set["promise"] = promise


def promised(within: Any, situation: Situation) -> Any:
    """The instant that a promise falls on: a limit counts from when the step happened; None where none is given."""
    if within is None:
        return None
    if not isinstance(within, TimeLimit):
        return check_aware(within)
    return situation.world.calendar.due(within, situation.happened).at


@attrs.frozen
class Anchor:
    """Name one of the case's units anew, for what its flow calls it from now on; ``unit`` is the case's own, as it was."""

    name: str
    of: str

    def apply(self, situation: Situation, change: Change) -> None:
        case = situation.case
        unit = case.unit if self.of == "unit" else case.anchors[self.of]
        change.set["anchors"] = {**case.anchors, self.name: unit}


@attrs.frozen
class HandTo:
    """Hand the case to a body, which has to act on it from now on.

    Attributes:
        name: the field of what the actor gave that holds the body's id, or an anchor of the case.
        anchor: it is an anchor.
    """

    name: str
    anchor: bool = False

    def apply(self, situation: Situation, change: Change) -> None:
        change.set["body"] = situation.case.anchors[self.name] if self.anchor else getattr(situation.data, self.name)


@attrs.frozen
class Climb:
    """Hand the case one level up; the step's branch has made sure that there is one."""

    def apply(self, situation: Situation, change: Change) -> None:
        change.set["unit"] = situation.above


@attrs.frozen
class PutOnHold:
    """Stop the case's clocks until something ends the hold, at the latest after what the actor gave in ``within``."""

    name: str
    then: str
    within: str = "within"

    def apply(self, situation: Situation, change: Change) -> None:
        until = situation.world.calendar.due(getattr(situation.data, self.within), situation.happened).at
        change.holds = held(situation.case, self.name, situation.happened, until, self.then)


@attrs.frozen
class Lift:
    """End a hold: the clocks run on with the time they had left."""

    name: str

    def apply(self, situation: Situation, change: Change) -> None:
        limits = situation.world.flows.rules(situation.case.flow).limits[situation.case.state]
        change.holds, change.clocks = resumed(
            situation.case, self.name, situation.happened, limits, situation.world.calendar
        )


@attrs.frozen
class Extend:
    """Put off the time limits of a span by what the actor gave, counted from when they would have passed.

    A promise moves with them. What was promised at first stays in the ledger.

    Attributes:
        span: the name of the span.
        field: of what the actor gave: a `TimeLimit`.
    """

    span: str
    field: str = "within"

    def apply(self, situation: Situation, change: Change) -> None:
        case, world = situation.case, situation.world
        limits = world.flows.rules(case.flow).limits[case.state]
        within = getattr(situation.data, self.field)
        change.clocks = put_off(case, self.span, within, situation.happened, limits, world.calendar)
        if case.promise is not None:
            promised = [due for key, _, due, *_ in change.clocks if limits[key].promised]
            change.set["promise"] = min(promised, default=world.calendar.due(within, case.promise).at)


@attrs.frozen
class Turn:
    """Begin a new round: mass children of the former one no longer count."""

    def apply(self, situation: Situation, change: Change) -> None:
        change.set["round"] = situation.case.round + 1


@attrs.frozen
class Compute:
    """Keep values computed from the situation."""

    values: Named

    def apply(self, situation: Situation, change: Change) -> None:
        for field, value in self.values.of(situation).items():
            change.data[field] = plain(value, path=field)

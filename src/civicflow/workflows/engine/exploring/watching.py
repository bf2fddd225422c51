"""Flows that note what happens in them: which branch is taken, which guard holds and which refuses."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from civicflow.workflows.engine.flow import ELSE, Branch, Effect, Flow, Guard, Step
from civicflow.workflows.engine.situation import Change, Situation

Noted = set[tuple[Any, ...]]
"""``(flow, "branch", step, number)``, ``(flow, "holds" or "refuses", step, guard)``."""


@attrs.frozen
class _Mark:
    """An effect that notes its branch."""

    noted: Noted = attrs.field(eq=False, repr=False)
    key: tuple[Any, ...]

    def apply(self, situation: Situation, change: Change) -> None:
        self.noted.add(self.key)


def watched(flow: Flow, noted: Noted) -> Flow:
    """The same flow under the same digest, noting what happens in it."""
    made = attrs.evolve(flow, steps=tuple(_watched_step(flow, step, noted) for step in flow.steps))
    object.__setattr__(made, "body", flow.body)
    return made


def _watched_step(flow: Flow, step: Step, noted: Noted) -> Step:
    def branch(number: int, one: Branch) -> Branch:
        mark: Effect = _Mark(noted, (flow.name, "branch", step.name, number))
        when = one.when if one.when is ELSE else _watched_guard(flow, step, one.when, noted)
        return Branch(when, one.to, (*one.does, mark))

    return attrs.evolve(
        step,
        to=tuple(branch(number, one) for number, one in enumerate(step.to)),
        guards=tuple(_watched_guard(flow, step, guard, noted) for guard in step.guards),
    )


def _watched_guard(flow: Flow, step: Step, guard: Guard, noted: Noted) -> Guard:
    def watching(test: Callable[[Situation], bool]) -> Callable[[Situation], bool]:
        def tested(situation: Situation) -> bool:
            held = test(situation)
            noted.add((flow.name, "holds" if held else "refuses", step.name, guard.name))
            return held

        return tested

    return attrs.evolve(guard, test=watching(guard.test))

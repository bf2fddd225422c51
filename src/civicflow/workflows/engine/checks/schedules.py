"""Schedules that a case keeps: somebody has to keep them, on every way to where they count, and as what they are."""

from __future__ import annotations

import types
from collections.abc import Iterator
from datetime import date
from typing import Any, Final, Union, get_args, get_origin, get_type_hints

import attrs

from civicflow.calendars import Recurrence, TimeLimit
from civicflow.errors import Fault
from civicflow.workflows.engine.checks.paths import done, leading, running
from civicflow.workflows.engine.checks.sentences import fault
from civicflow.workflows.engine.effects import Compute, Keep
from civicflow.workflows.engine.flow import NEW, STAY, Branch, Flow, Kept, Step

_SCHEDULES: Final = frozenset({TimeLimit, Recurrence, date, type(None), object, Any})


def unkept(flow: Flow) -> Iterator[Fault]:
    """Limits that count what a case keeps, and that would not run, or not be understood.

    What a parent gives its child, and what a function computes, nobody can tell from the table.
    """
    for state in flow.states:
        for field in dict.fromkeys(
            limit.within.field for limit in running(flow, state) if isinstance(limit.within, Kept)
        ):
            kept = any(_keeps(step, branch, field) for step in flow.steps for branch in step.to)
            if not kept and not flow.opened_in:
                yield fault(flow, state.name, "unkept", field=repr(field))
                continue
            way = _without(flow, state.name, field)
            if way:
                yield fault(flow, state.name, "unkept.way", field=repr(field), way=", ".join(way))
            yield from _no_schedules(flow, state.name, field)


def _keeps(step: Step, branch: Branch, field: str) -> bool:
    """Whether a step surely keeps something under a name."""
    for effect in done(step, branch):
        if isinstance(effect, Compute):
            return True
        if isinstance(effect, Keep) and field in effect.fields:
            return step.data is None or not _left_out(step.data, field)
    return False


def _left_out(data: type[Any], field: str) -> bool:
    return any(one.name == field and one.default is None for one in attrs.fields(data))


def _without(flow: Flow, to: str, field: str) -> list[str]:
    """The steps of the shortest way from the beginning to a state on which nothing is kept; empty if there is none."""
    ways, seen = [(NEW, list[str]())], {NEW}
    while ways:
        here, way = ways.pop(0)
        for step in leading(flow, here):
            for branch in step.to:
                if branch.to == STAY or branch.to in seen or _keeps(step, branch, field):
                    continue
                if branch.to == to:
                    return [*way, step.name]
                seen.add(branch.to)
                ways.append((branch.to, [*way, step.name]))
    return []


def _no_schedules(flow: Flow, state: str, field: str) -> Iterator[Fault]:
    for step in flow.steps:
        keeping = any(
            isinstance(effect, Keep) and field in (*effect.fields, *effect.given)
            for branch in step.to
            for effect in done(step, branch)
        )
        if keeping and step.data is not None and not _is_schedule(step.data, field):
            yield fault(flow, state, "no-schedule", field=repr(field), this=repr(step.name))


def _is_schedule(data: type[Any], field: str) -> bool:
    """Whether a field can hold a schedule alone, as far as its type says so."""
    try:
        of = get_type_hints(data).get(field, object)
    except NameError:  # a class within a function
        return True
    kinds = get_args(of) if get_origin(of) in (Union, types.UnionType) else (of,)
    return set(kinds) <= _SCHEDULES

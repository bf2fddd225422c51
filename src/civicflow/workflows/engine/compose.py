"""Composition: stages recombined into one flow.

A stage is a flow whose finals carry an outcome. Composing names for every outcome of every stage what comes next, another
stage or an end, so nothing is left hanging. The result is one ordinary flow, whose states and steps bear their stage's
name in front: ``group.voting``, ``council.open``. What may be done whatever stage the case is in (withdraw, suspend) is said
once, beside the stages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import attrs

from civicflow.errors import Fault, InvalidInput
from civicflow.texts import Text
from civicflow.workflows.engine.effects import Extend, PutOnHold
from civicflow.workflows.engine.flow import NEW, STAY, Branch, Effect, Flow, Limit, Span, State, Step

ANYWHERE: Final = "anywhere"
"""In place of a stage's name: a step beside the stages may be taken in each of them."""


@attrs.frozen
class Stage:
    """A flow in its place.

    Attributes:
        flow: the stage's own flow; its first step, from `NEW`, says in which state it is entered.
        leads: for each outcome of its finals, the stage or the end that comes next.
        does: what is done beside when the stage ends so, by its outcomes: what the flow makes of it, not the stage.
    """

    flow: Flow
    leads: Mapping[str, str]
    does: Mapping[str, tuple[Effect, ...]] = attrs.field(factory=dict)

    @property
    def entry(self) -> str:
        """The state in which the stage is entered."""
        return next(step.to[0].to for step in self.flow.steps if NEW in step.of)


def compose(
    name: str,
    version: int,
    text: Text | str,
    stages: Mapping[str, Stage],
    *,
    ends: Mapping[str, Text | str],
    begins: tuple[Step, ...],
    beside: tuple[Step, ...] = (),
    spans: tuple[Span, ...] = (),
) -> Flow:
    """One flow of several stages.

    Args:
        name: of the flow.
        version: of the flow; a change in any stage calls for a new one.
        text: what a clerk reads.
        stages: by name, in order.
        ends: the final states, by the outcome that they are.
        begins: the steps from `NEW`; their targets are names of stages.
        beside: steps that belong to no stage alone, under their own names. They lead from stages (each of its states is meant),
            from single states (``council.voting``) or from `ANYWHERE`, to a stage, an end or `STAY`.
        spans: time limits over several stages, in the names of the whole flow (``council.voting``).

    Raises:
        InvalidInput: if an outcome leads nowhere, or to a name that is neither stage nor end; every fault at once.
    """
    faults = [fault for here, stage in stages.items() for fault in _faults(name, here, stage, stages, ends)]
    faults += [
        Fault(source=name, path=step.name, reason=f"begins in {branch.to!r}, which is no stage")
        for step in begins
        for branch in step.to
        if branch.to not in stages
    ]
    states = [_state(here, state) for here, stage in stages.items() for state in stage.flow.states if not state.final]
    faults += _beside_faults(name, beside, stages, ends, tuple(state.name for state in states))
    if faults:
        msg = f"the stages of {name}@{version} do not fit"
        raise InvalidInput(msg, faults)
    names = tuple(state.name for state in states)
    states += [State(outcome, ended, final=outcome) for outcome, ended in ends.items()]
    entry = {here: f"{here}.{stage.entry}" for here, stage in stages.items()}
    steps = [_retargeted(step, lambda to: entry[to]) for step in begins]
    for here, stage in stages.items():
        steps += [_step(here, stage, step, stages) for step in stage.flow.steps if NEW not in step.of]
    steps += [_retargeted(attrs.evolve(step, of=_meant(step, names)), lambda to: entry.get(to, to)) for step in beside]
    return Flow(
        name,
        version,
        text,
        tuple(states),
        tuple(steps),
        slots={slot: flow for stage in stages.values() for slot, flow in stage.flow.slots.items()},
        broods={brood: flow for stage in stages.values() for brood, flow in stage.flow.broods.items()},
        anchors=tuple(dict.fromkeys(anchor for stage in stages.values() for anchor in stage.flow.anchors)),
        spans=(*(_span(here, span) for here, stage in stages.items() for span in stage.flow.spans), *spans),
    )


def _faults(
    name: str, here: str, stage: Stage, stages: Mapping[str, Stage], ends: Mapping[str, Text | str]
) -> list[Fault]:
    outcomes = {state.final for state in stage.flow.states if state.final}
    begins = any(NEW in step.of for step in stage.flow.steps)
    return [
        *(() if begins else (Fault(source=name, path=here, reason="nothing begins it; let a step lead from NEW"),)),
        *(
            Fault(
                source=name,
                path=here,
                reason=f"its outcome {outcome!r} leads nowhere; say which stage or end comes next",
            )
            for outcome in sorted(outcomes - stage.leads.keys())
        ),
        *(
            Fault(
                source=name,
                path=here,
                reason=f"there is no outcome {outcome!r}; there are {', '.join(sorted(outcomes))}",
            )
            for outcome in sorted((stage.leads.keys() | stage.does.keys()) - outcomes)
        ),
        *(
            Fault(source=name, path=here, reason=f"{outcome!r} leads to {to!r}, which is neither a stage nor an end")
            for outcome, to in sorted(stage.leads.items())
            if to not in stages and to not in ends
        ),
    ]


def _meant(step: Step, states: tuple[str, ...]) -> tuple[str, ...]:
    """The states that a step beside the stages leads from."""
    return tuple(
        state for state in states if any(of in (ANYWHERE, state) or state.startswith(f"{of}.") for of in step.of)
    )


def _beside_faults(
    name: str,
    beside: tuple[Step, ...],
    stages: Mapping[str, Stage],
    ends: Mapping[str, Text | str],
    states: tuple[str, ...],
) -> list[Fault]:
    nowhere = [
        Fault(source=name, path=step.name, reason=f"leads from {of!r}, which is neither a stage nor a state of one")
        for step in beside
        for of in step.of
        if of != ANYWHERE and of not in stages and of not in states
    ]
    return nowhere + [
        Fault(source=name, path=step.name, reason=f"leads to {branch.to!r}, which is neither a stage nor an end")
        for step in beside
        for branch in step.to
        if branch.to != STAY and branch.to not in stages and branch.to not in ends
    ]


def _state(here: str, state: State) -> State:
    return attrs.evolve(
        state,
        name=f"{here}.{state.name}",
        limits=_limits(here, state.limits),
        joins=tuple(attrs.evolve(join, then=f"{here}.{join.then}") for join in state.joins),
    )


def _limits(here: str, limits: tuple[Limit, ...]) -> tuple[Limit, ...]:
    return tuple(attrs.evolve(limit, then=f"{here}.{limit.then}") for limit in limits)


def _span(here: str, span: Span) -> Span:
    """A stage's span; it ends with the stage."""
    over, paused = (tuple(f"{here}.{state}" for state in states) for states in (span.over, span.paused))
    name = f"{here}.{span.name}"
    return attrs.evolve(span, name=name, over=over, paused=paused, limits=_limits(here, span.limits))


def _step(here: str, stage: Stage, step: Step, stages: Mapping[str, Stage]) -> Step:
    finals = {state.name: state.final for state in stage.flow.states if state.final}

    def target(to: str) -> str:
        if to not in finals:
            return to and f"{here}.{to}"
        following = stage.leads[finals[to]]
        return f"{following}.{stages[following].entry}" if following in stages else following

    def ended(branch: Branch) -> tuple[Effect, ...]:
        return (*_does(here, branch.does), *stage.does.get(finals.get(branch.to, ""), ()))

    renamed = attrs.evolve(
        step,
        name=f"{here}.{step.name}",
        of=tuple(f"{here}.{state}" for state in step.of),
        to=tuple(attrs.evolve(branch, does=ended(branch)) for branch in step.to),
        does=_does(here, step.does),
    )
    return _retargeted(renamed, target)


def _does(here: str, effects: tuple[Effect, ...]) -> tuple[Effect, ...]:
    """The effects, with the step that ends a hold and the span that is extended under their new names."""
    return tuple(_renamed(here, effect) for effect in effects)


def _renamed(here: str, effect: Effect) -> Effect:
    match effect:
        case PutOnHold():
            return attrs.evolve(effect, then=f"{here}.{effect.then}")
        case Extend():
            return attrs.evolve(effect, span=f"{here}.{effect.span}")
    return effect


def _retargeted(step: Step, target: Callable[[str], str]) -> Step:
    return attrs.evolve(step, to=tuple(Branch(branch.when, target(branch.to), branch.does) for branch in step.to))

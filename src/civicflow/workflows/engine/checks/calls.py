"""Who takes a step by itself: the clock, a join, the end of a hold, a rule; and whether they may, and can."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import attrs

from civicflow.errors import Fault
from civicflow.hierarchy import authority
from civicflow.hierarchy.authority import AnyOf, Clock, Holder, Rule, Who, for_people
from civicflow.texts import Text
from civicflow.workflows.engine.checks.paths import certain, done, effects, holds, leading, running
from civicflow.workflows.engine.checks.sentences import SENTENCES, fault
from civicflow.workflows.engine.children import Drop
from civicflow.workflows.engine.effects import Lift
from civicflow.workflows.engine.flow import NEW, Flow, Step
from civicflow.workflows.engine.matters import CarryTo


def allows(who: Who, kind: type[Clock | authority.Join | Rule]) -> bool:
    """Whether the clock, a join or a rule is among them."""
    return any(allows(one, kind) for one in who.whos) if isinstance(who, AnyOf) else isinstance(who, kind)


def called(flow: Flow) -> Iterator[Fault]:
    """Steps that nobody may take, and callers that may not take what they call."""
    for step in flow.steps:
        yield from _nobody(flow, step)
    for state in flow.states:
        steps = {step.name: step for step in leading(flow, state.name)}
        for limit in running(flow, state):
            yield from _by_clock(flow, state.name, steps[limit.then], SENTENCES["caller.clock"])
        for join in state.joins:
            yield from _by_join(flow, state.name, steps[join.then])
    yield from _holds(flow)


def _unnamed(who: Who) -> bool:
    return any(map(_unnamed, who.whos)) if isinstance(who, AnyOf) else isinstance(who, Holder) and not (
        who.post and who.at
    )  # fmt: skip


def _nobody(flow: Flow, step: Step) -> Iterator[Fault]:
    if _unnamed(step.by):
        yield fault(flow, step.name, "nobody.holder")
    by_clock, by_join = allows(step.by, Clock), allows(step.by, authority.Join)
    alone = not for_people(step.by) and not allows(step.by, Rule)
    if NEW in step.of and alone:
        yield fault(flow, step.name, "nobody.begins", who=SENTENCES["who.clock" if by_clock else "who.join"])
        return
    if by_clock:
        calling = _called_by_clock(flow, step.name)
        yield from _uncalled(flow, step, "nobody.clock", calling, alone=alone and not by_join)
    if by_join:
        calling = {state.name for state in flow.states if any(join.then == step.name for join in state.joins)}
        yield from _uncalled(flow, step, "nobody.join", calling, alone=alone and not by_clock)


def _called_by_clock(flow: Flow, step: str) -> set[str]:
    """The states from which a limit or the end of a hold calls a step."""
    limits = {state.name for state in flow.states if any(limit.then == step for limit in running(flow, state))}
    return limits | {state for _, hold, states in holds(flow) if hold.then == step for state in states}


def _uncalled(flow: Flow, step: Step, sentence: str, calling: set[str], *, alone: bool) -> Iterator[Fault]:
    """Where nothing calls a step: from some state if only its caller may take it, from any if others may, too."""
    without = [state for state in step.of if state not in calling]
    if without and (alone or len(without) == len(step.of)):
        yield fault(flow, step.name, sentence, where=", ".join(without))


def _needs(step: Step) -> str:
    """The fields that have to be given."""
    if step.data is None:
        return ""
    return ", ".join(field.name for field in attrs.fields(step.data) if field.default is attrs.NOTHING)


def _by_clock(flow: Flow, path: str, step: Step, caller: Text) -> Iterator[Fault]:
    if not allows(step.by, Clock):
        yield fault(flow, path, "not-the-clock", caller=caller, this=repr(step.name))
    if _needs(step):
        yield fault(flow, step.name, "gives-nothing", caller=caller, fields=_needs(step))


def _by_join(flow: Flow, path: str, step: Step) -> Iterator[Fault]:
    if not allows(step.by, authority.Join):
        yield fault(flow, path, "not-the-join", this=repr(step.name))
    if _needs(step):
        yield fault(flow, step.name, "gives-nothing", caller=SENTENCES["caller.join"], fields=_needs(step))
    held = {state for _, _, states in holds(flow) for state in states}
    for why, refused in (
        ("guard", bool(step.guards)),
        ("branch", not certain(step)),
        ("held", path in held and not step.while_held),
    ):
        if refused:
            yield fault(flow, path, "join-refused", this=repr(step.name), why=SENTENCES[f"why.{why}"])


def _holds(flow: Flow) -> Iterator[Fault]:
    """The step that ends a hold has to lead from wherever the case may be held, and to end it."""
    for step, hold, states in holds(flow):
        ending = next(one for one in flow.steps if one.name == hold.then)
        elsewhere = [state for state in states if state not in ending.of]
        if elsewhere:
            yield fault(flow, step.name, "not-from-here.hold", this=repr(hold.then), where=", ".join(elsewhere))
        yield from _by_clock(flow, step.name, ending, SENTENCES["caller.hold"])
        gaps = {"hold": repr(hold.name), "this": repr(ending.name)}
        if not ending.while_held:
            yield fault(flow, step.name, "hold-bars", **gaps)
        if not all(
            branch.to in flow.finals or any(isinstance(e, Lift) and e.name == hold.name for e in done(ending, branch))
            for branch in ending.to
        ):
            yield fault(flow, step.name, "hold-goes-on", **gaps)


def uncarried(flow: Flow, beside: Mapping[str, Flow]) -> Iterator[Fault]:
    """Steps of a rule that no flow in use carries to, and whose state no parent drops its children into."""
    carried: set[str] = set()
    dropped: set[str] = set()
    for other in (*beside.values(), flow):
        for effect in (effect for step in other.steps for effect in effects(step)):
            if isinstance(effect, CarryTo):
                carried.add(effect.step)
            elif isinstance(effect, Drop) and any(other.slots.get(slot) == flow.name for slot in effect.slots):
                dropped.add(effect.state)
    for step in flow.steps:
        if for_people(step.by) or not allows(step.by, Rule) or NEW in step.of or step.name in carried:
            continue
        if not all(branch.to in dropped for branch in step.to):
            yield fault(flow, step.name, "not-carried")

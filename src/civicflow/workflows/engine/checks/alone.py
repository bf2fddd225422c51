"""Left alone: clock and joins alone must bring every state to an end.

"Has a limit" is not enough. A limit whose step stays, or may be refused, brings nothing on; two states may send each
other back and forth for ever. Here the clock's moves are followed as a graph:

- A state *goes on* if the step of some limit surely moves it: no guard can refuse it, one of its branches always holds,
  and none of them stays. Children that join bring it on only after they were opened, so a join is never enough.
- A state may rest if it says so: ``again`` (somebody is reminded for ever), ``standing``, ``follows``, or it is final.
- From each state that the clock may come to, it has to go on or rest. It may come back only by climbing, since levels are
  finite: a circle without a `Climb` is a fault.

And when all children of a state's joins have ended, in whatever mixture, one of its joins has to hold, or a limit has to
move it; a reminder would ring for ever over shares that are done.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations_with_replacement

from civicflow.errors import Fault
from civicflow.workflows.engine.checks.paths import certain, done, leading, reached, running
from civicflow.workflows.engine.checks.sentences import fault
from civicflow.workflows.engine.effects import Climb
from civicflow.workflows.engine.flow import STAY, Flow, Limit, State

MOST_CHILDREN = 4
"""Mixtures of endings are tried with up to so many children."""


def left_alone(flow: Flow, beside: Mapping[str, Flow] | None) -> Iterator[Fault]:
    """States that neither end nor rest when nobody does anything."""
    found = reached(flow)
    states = [state for state in flow.states if state.name in found and leading(flow, state.name)]
    hanging = {state.name for state in states if not _rests(flow, state) and not goes_on(flow, state)}
    for state in states:
        if state.name in hanging:
            yield fault(flow, state.name, "left-alone")
    for circle in _circles(flow, [state for state in states if state.name not in hanging]):
        yield fault(flow, circle[0], "round-and-round", way=" → ".join((*circle, circle[0])))
    if beside is not None:
        for state in states:
            if not state.final and not goes_on(flow, state):
                yield from _unjoined(flow, state, beside)


def _rests(flow: Flow, state: State) -> bool:
    return bool(state.final) or state.standing or state.follows or any(limit.again for limit in running(flow, state))


def goes_on(flow: Flow, state: State) -> bool:
    """Whether the clock surely moves a state.

    A limit of a span rings once, in whichever of its states: it moves each of them only if its step leaves the span.
    """
    if any(_moves_surely(flow, state, limit, ()) for limit in state.limits):
        return True
    return any(
        _moves_surely(flow, state, limit, (*span.over, *span.paused))
        for span in flow.spans
        if state.name in span.over
        for limit in span.limits
    )


def _moves_surely(flow: Flow, state: State, limit: Limit, within: tuple[str, ...]) -> bool:
    step = next(step for step in leading(flow, state.name) if step.name == limit.then)
    stays = (STAY, *within)
    return not step.guards and certain(step) and all(branch.to not in stays for branch in step.to)


def _moves(flow: Flow, state: State) -> Iterator[str]:
    """Where the clock may move a state without handing it a level up."""
    for step in leading(flow, state.name):
        if any(limit.then == step.name for limit in running(flow, state)):
            for branch in step.to:
                if branch.to != STAY and not any(isinstance(effect, Climb) for effect in done(step, branch)):
                    yield branch.to


def _circles(flow: Flow, states: list[State]) -> Iterator[list[str]]:
    """Each circle of the clock's moves in which nothing climbs and nothing rests, from its first state."""
    moves = {state.name: tuple(dict.fromkeys(_moves(flow, state))) for state in states if not _rests(flow, state)}
    told: set[str] = set()
    for first in moves:
        if first not in told:
            circle = _back_to(first, moves)
            told.update(circle)
            if circle:
                yield circle


def _back_to(first: str, moves: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The shortest way from a state back to itself; empty if there is none."""
    ways, seen = [[first]], {first}
    while ways:
        way = ways.pop(0)
        for to in moves.get(way[-1], ()):
            if to == first:
                return way
            if to not in seen:
                seen.add(to)
                ways.append([*way, to])
    return []


def _unjoined(flow: Flow, state: State, beside: Mapping[str, Flow]) -> Iterator[Fault]:
    """Mixtures of endings under which no join of a state holds; the smallest one for each set of slots."""
    for slots in dict.fromkeys(join.slots for join in state.joins):
        finals = beside[flow.slots[slots[0]]].finals
        joins = [join for join in state.joins if set(join.slots) <= set(slots)]
        for mix in _mixtures(finals):
            if not any(join.rule.holds(mix, finals) for join in joins):
                ended = ", ".join(f"{n} {name}" for name, n in mix.items())
                yield fault(flow, state.name, "no-join", slots=", ".join(slots), mix=ended)
                break


def _mixtures(finals: frozenset[str]) -> Iterator[dict[str, int]]:
    for many in range(1, MOST_CHILDREN + 1):
        for ended in combinations_with_replacement(sorted(finals), many):
            yield {name: ended.count(name) for name in ended}

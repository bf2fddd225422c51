"""The engine's step alone, in memory: five steps from a filed record, against stock `transitions`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime

from errand import NOW, POSTS, STEPS, Stage
from measuring import Contender, Goal, Pace, Table, Timed, Work, compared, race
from peers import stock
from stopwatch import shares

from civicflow.hierarchy.authority import Actor
from civicflow.ledger.chain import ZERO, link
from civicflow.ledger.entries import Entry, seal
from civicflow.office.codec import write_of
from civicflow.workflows.engine.apply import apply
from civicflow.workflows.engine.decide import Accepted, decide
from civicflow.workflows.engine.flows import Plan
from civicflow.workflows.engine.records import Case, Matter

PEER = "stock `transitions`, shared, frozen records"
STEP = "the step alone: table, entry, apply"
DECIDE = "decide: authority, data, guards, clocks, entry"
HASHED = "decide, entry sealed and chained"
ENCODED = "decide, sealed, chained, record encoded"
_WATCHED = 400
"""Lifecycles under the watch, in each round."""

GOALS = {STEP: Goal(4), DECIDE: Goal(1.7), ENCODED: Goal(1.1)}


def measure(pace: Pace) -> list[Table]:
    stage = Stage.set()
    timed = race(
        {
            PEER: _stock,
            STEP: _step(stage),
            DECIDE: _deciding(stage, _kept),
            HASHED: _deciding(stage, _sealed),
            ENCODED: _deciding(stage, _encoded),
        },
        pace,
    )
    head = ("five steps in memory", "lifecycles/s", "us", "against the peer", "goal", "")
    return [
        Table("The engine's step alone, in memory", head, compared(timed, PEER, GOALS)),
        _parts(stage, timed, pace),
    ]


# -- contenders --------------------------------------------------------------------------------------------------------


def _stock(runs: int) -> Work:
    machine = stock.machine()
    filed = stock.Record("E-1")

    def work() -> None:
        for _ in range(runs):
            record = filed
            for step in STEPS:
                record = stock.fire(machine, record, step, POSTS[step])

    return work


def _step(stage: Stage) -> Contender:
    """The table, the same question as the peer's guard, an entry with nothing in it, and its application."""
    flows, filed, at = stage.world.flows, stage.filed.root, NOW
    acts = [(act.step, act.actor) for act in stage.acts]

    def contender(runs: int) -> Work:
        def work() -> None:
            for _ in range(runs):
                case = filed
                for step, actor in acts:
                    plan = flows.rules(case.flow).plans[case.state][step]
                    if actor.post != POSTS[step]:
                        raise AssertionError(step)
                    case = apply(case, _entry(case, plan, actor, at))

        return work

    return contender


def _entry(case: Case, plan: Plan, actor: Actor, at: datetime) -> Entry:
    return Entry(
        case=case.id,
        version=case.version + 1,
        flow=case.flow,
        step=plan.step.name,
        source=case.state,
        target=plan.targets[0],
        by=actor,
        happened=at,
        recorded=at,
    )


def _deciding(stage: Stage, then: Callable[[Accepted, bytes], bytes]) -> Contender:
    world, filed, acts = stage.world, stage.filed, stage.acts

    def contender(runs: int) -> Work:
        def work() -> None:
            for _ in range(runs):
                matter, head = filed, ZERO
                for act in acts:
                    decided = decide(world, matter, matter.root.id, act)
                    matter = Matter(decided.case)
                    head = then(decided, head)

        return work

    return contender


def _kept(_: Accepted, head: bytes) -> bytes:
    return head


def _encoded(decided: Accepted, head: bytes) -> bytes:
    return write_of(decided.moves[0], head).entries[-1].hash


def _sealed(decided: Accepted, head: bytes) -> bytes:
    for entry in decided.moves[0].entries:
        head = link(head, seal(entry))
    return head


# -- part by part ------------------------------------------------------------------------------------------------------

_DECIDE = "civicflow.workflows.engine.decide"
_DECIDING = {
    "find the case, the step and the branch": (f"{_DECIDE}:Deciding.take", f"{_DECIDE}:Deciding._branch"),
    "authority and guards": (f"{_DECIDE}:Deciding._objections",),
    "the situation": (f"{_DECIDE}:Deciding._situation",),
    "data, typed and as builtins": ("civicflow.workflows.engine.given:typed", "civicflow.workflows.engine.given:parts"),
    "clocks": (f"{_DECIDE}:Deciding._enter", "civicflow.workflows.engine.clocks:arm"),
    "effects, delta, entry": (f"{_DECIDE}:Deciding._record",),
    "apply": ("civicflow.workflows.engine.apply:apply_matter",),
    "joins and what follows": (f"{_DECIDE}:Deciding._follow",),
    "the answer": (f"{_DECIDE}:Deciding.accepted",),
}
_ENCODING = {
    "decide, among all this": (f"{_DECIDE}:decide",),
    "seal the entry": ("civicflow.ledger.entries:seal",),
    "chain it": ("civicflow.ledger.chain:link",),
    "encode the record": ("civicflow.office.codec:record_of",),
}


def _parts(stage: Stage, timed: Mapping[str, Timed], pace: Pace) -> Table:
    """What the parts of a step cost where they stand, the watch's own time taken off."""
    whole, encoded = (min(timed[name].seconds) / len(stage.acts) * 1e6 for name in (DECIDE, ENCODED))
    decided = shares(_DECIDING, _deciding(stage, _kept)(_WATCHED), whole, pace.rounds)
    after = shares(_ENCODING, _deciding(stage, _encoded)(_WATCHED), encoded, pace.rounds)
    rows = [
        *decided.items(),
        ("**decide**", whole),
        *after.items(),
        ("**decided and encoded**", encoded),
    ]
    cells = tuple((name, f"{time:.1f}") for name, time in rows)
    return Table("A step in memory, part by part", ("part", "us a step, best round"), cells)

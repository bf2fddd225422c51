"""The engine's step alone, in memory: five steps from a filed record, against stock `transitions`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from civicflow.hierarchy.authority import Actor, may
from civicflow.ledger.chain import ZERO, link
from civicflow.ledger.entries import Entry, seal
from civicflow.office.codec import record_of, write_of
from civicflow.workflows.engine.apply import apply
from civicflow.workflows.engine.clocks import anchors_of, arm
from civicflow.workflows.engine.decide import Accepted, decide
from civicflow.workflows.engine.flows import Plan
from civicflow.workflows.engine.given import parts, typed
from civicflow.workflows.engine.records import Case, Matter
from civicflow.workflows.engine.situation import Change, Situation
from errand import NOW, POSTS, STEPS, Stage
from measuring import Contender, Goal, Pace, Table, Work, compared, each, race
from peers import stock

PEER = "stock `transitions`, shared, frozen records"
STEP = "the step alone: table, entry, apply"
DECIDE = "decide: authority, data, guards, clocks, entry"
HASHED = "decide, entry sealed and chained"
ENCODED = "decide, sealed, chained, record encoded"
GOALS = {STEP: Goal(4), DECIDE: Goal(1.7), ENCODED: Goal(1.1)}


def measure(pace: Pace) -> list[Table]:
    stage = Stage.set()
    timed = race(
        {
            PEER: _stock,
            STEP: _step(stage),
            DECIDE: _deciding(stage, lambda _, head: head),
            HASHED: _deciding(stage, _sealed),
            ENCODED: _deciding(stage, lambda decided, head: write_of(decided.moves[0], head).entries[-1].hash),
        },
        pace,
    )
    head = ("five steps in memory", "lifecycles/s", "us", "against the peer", "goal", "")
    return [
        Table("The engine's step alone, in memory", head, compared(timed, PEER, GOALS)),
        _parts(stage, timed[DECIDE].micros / len(stage.acts), pace),
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


def _entry(case: Case, plan: Plan, actor: Actor, at: Any) -> Entry:
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


def _sealed(decided: Accepted, head: bytes) -> bytes:
    for entry in decided.moves[0].entries:
        head = link(head, seal(entry))
    return head


# -- part by part ------------------------------------------------------------------------------------------------------


def _parts(stage: Stage, whole: float, pace: Pace) -> Table:
    """What the parts of a step cost, each alone in a loop over the five steps."""
    steps = list(_walk(stage))
    world, chart, calendar = stage.world, stage.world.chart, stage.world.calendar
    bodies = [seal(entry) for _, _, entry, _ in steps]
    matter = stage.filed.root.matter
    inside: dict[str, Callable[[], object]] = {
        "find the step": lambda: [
            world.flows.rules(s.case.flow).plans[s.case.state].get(p.step.name) for s, p, _, _ in steps
        ],
        "authority": lambda: [may(s.actor, p.step.by, anchors_of(s.case, chart), chart) for s, p, _, _ in steps],
        "data, typed and as builtins": lambda: [parts(typed(p.step, s.data)) for s, p, _, _ in steps],
        "guards and branch": lambda: [
            (all(g.test(s) for g in p.step.guards), p.step.to[0].when.test(s)) for s, p, _, _ in steps
        ],
        "effects": lambda: [_effects(s, p) for s, p, _, _ in steps],
        "clocks": lambda: [
            arm(world.flows.rules(e.flow).states[e.target], e.happened, None, calendar) for _, _, e, _ in steps
        ],
        "entry": lambda: [_full_entry(e) for _, _, e, _ in steps],
        "apply": lambda: [apply(s.case, e) for s, _, e, _ in steps],
    }
    after: dict[str, Callable[[], object]] = {
        "seal the entry": lambda: [seal(e) for _, _, e, _ in steps],
        "chain it": lambda: [link(ZERO, body) for body in bodies],
        "encode the record": lambda: [record_of(case, matter, ZERO) for _, _, _, case in steps],
    }
    micros = {name: each(work, len(steps), pace) for name, work in inside.items()}
    micros["situation, change, answer"] = whole - sum(micros.values())
    rows = [(name, f"{time:.2f}") for name, time in micros.items()]
    rows.append(("**decide**", f"{whole:.2f}"))
    rows += [(name, f"{each(work, len(steps), pace):.2f}") for name, work in after.items()]
    return Table("A step in memory, part by part", ("part", "us a step"), tuple(rows))


def _walk(stage: Stage) -> Any:
    """The five steps with the situation, the entry and the case after each."""
    matter = stage.filed
    for act in stage.acts:
        root = matter.root
        plan = stage.world.flows.rules(root.flow).plans[root.state][act.step]
        decided = decide(stage.world, matter, root.id, act)
        assert isinstance(decided, Accepted)
        situation = Situation(
            case=root,
            root=root,
            data=act.data,
            actor=act.actor,
            happened=NOW,
            version=root.version + 1,
            world=stage.world,
            children={},
        )
        yield situation, plan, decided.moves[0].entries[0], decided.case
        matter = Matter(decided.case)


def _effects(situation: Situation, plan: Plan) -> None:
    change = Change()
    for effect in plan.step.does:
        effect.apply(situation, change)


def _full_entry(entry: Entry) -> Entry:
    return Entry(
        case=entry.case,
        version=entry.version,
        flow=entry.flow,
        step=entry.step,
        source=entry.source,
        target=entry.target,
        by=entry.by,
        happened=entry.happened,
        recorded=entry.recorded,
        register=entry.register,
        data=entry.data,
        delta=entry.delta,
        private=entry.private,
        why=entry.why,
        cause=entry.cause,
        key=entry.key,
    )

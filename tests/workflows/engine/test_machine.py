"""The hot path against the stock machine: where `decide` says a step leads is where `transitions` goes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from transitions import MachineError

from civicflow import Actor, Refusal
from civicflow.calendars import weekdays
from civicflow.hierarchy.authority import ANYONE
from civicflow.hierarchy.register import Register
from civicflow.ids import CaseId, PersonId
from civicflow.workflows.engine.decide import Accepted, Act, Birth, begin, decide
from civicflow.workflows.engine.flow import NEW, STAY, Branch, Flow, Guard, State, Step
from civicflow.workflows.engine.flows import Flows, Rules
from civicflow.workflows.engine.machine import fire, machine
from civicflow.workflows.engine.records import Case, Matter
from civicflow.workflows.engine.situation import World
from civicflow.workflows.shipped import BY_NAME, SHIPPED

SOMEBODY = Actor(PersonId("somebody"))
CASE = CaseId("C-1")
BRANCHES = 3


@attrs.frozen
class Choose:
    """Which branch shall be taken."""

    branch: int


CHOSEN = tuple(
    Guard(f"branch-{n}", lambda s, n=n: s.data.branch == n, "not that one | 非此", asks_data=True)  # type: ignore[misc]
    for n in range(BRANCHES)
)


@st.composite
def flows(draw: st.DrawFn) -> Flow:
    """A sound flow: every state is reached, and leads on or is final."""
    count = draw(st.integers(1, 5))
    names = [f"s{n}" for n in range(count)]
    finals = draw(st.sets(st.sampled_from(names[1:]))) if count > 1 else set()
    open_ones = [name for name in names if name not in finals]
    steps = [Step("begin", "begin | 始", NEW, names[0], ANYONE)]
    for number in range(1, count):  # a tree that reaches every state
        before = draw(st.sampled_from([name for name in open_ones if int(name[1:]) < number]))
        steps.append(Step(f"reach-{number}", f"reach {number} | 至{number}", before, names[number], ANYONE))
    for number in range(draw(st.integers(0, 5))):
        of = draw(st.lists(st.sampled_from(open_ones), min_size=1, max_size=3, unique=True))
        to = draw(st.lists(st.sampled_from([*names, STAY]), min_size=1, max_size=BRANCHES))
        branches = tuple(Branch(CHOSEN[n], target) for n, target in enumerate(to))
        steps.append(Step(f"step-{number}", f"step {number} | 步{number}", tuple(of), branches, ANYONE, Choose))
    steps.extend(Step(f"idle-{name}", "idle | 等", name, STAY, ANYONE) for name in open_ones)
    states = tuple(
        State(name, "state | 态", final=name) if name in finals else State(name, "state | 态", standing=True)
        for name in names
    )
    return Flow("random", 1, "random | 随机", states, tuple(steps))


def world_of(flow: Flow) -> World:
    """A world with this flow and nothing else."""
    return World(
        flows=Flows((flow,)),
        chart=Register().chart(date(2026, 3, 2)),
        register=0,
        calendar=weekdays("Asia/Shanghai"),
        recorded=datetime(2026, 3, 2, tzinfo=UTC),
    )


@settings(max_examples=200)
@given(data=st.data(), flow=flows())
def test_decide_agrees_with_transitions(data: st.DataObject, flow: Flow) -> None:
    """Over random walks through random flows: the same targets, the same impossible steps; 2,000 trials and more."""
    world, stock = world_of(flow), machine(flow)
    born = begin(world, Birth(case=CASE, flow="random", unit=None), Act(step="begin", actor=SOMEBODY))
    assert isinstance(born, Accepted)
    case: Case = born.case
    assert fire(stock, NEW, "begin") == case.state
    for _ in range(12):
        step = data.draw(st.sampled_from(flow.steps))
        branch = data.draw(st.integers(0, BRANCHES - 1))
        given_: Any = Choose(branch) if step.data else None
        decided = decide(world, Matter(case), CASE, Act(step=step.name, actor=SOMEBODY, data=given_))
        # With one branch the stock machine has no condition; ours is asked nevertheless.
        refused = len(step.to) == 1 and step.data is not None and branch > 0
        try:
            after = fire(stock, case.state, step.name, branch)
        except MachineError:
            assert isinstance(decided, Refusal)
            assert decided.rules == ("state",)
            continue
        if refused or branch >= len(step.to) > 1:
            assert isinstance(decided, Refusal)
            assert decided.rules == ("branch",)
            assert refused or after == case.state
            continue
        assert isinstance(decided, Accepted)
        assert decided.case.state == after
        case = decided.case


@pytest.mark.parametrize("flow", SHIPPED, ids=lambda flow: flow.name)
def test_the_table_is_the_machine(flow: Flow) -> None:
    """For every state, step and branch of every flow that is shipped: the compiled table is the stock machine."""
    rules, stock = Rules.of(flow, BY_NAME), machine(flow)
    for state in (NEW, *rules.states):
        for step in flow.steps:
            plan = rules.plans[state].get(step.name)
            for branch in range(len(step.to)):
                if plan is None:
                    with pytest.raises(MachineError):
                        fire(stock, state, step.name, branch)
                else:
                    assert fire(stock, state, step.name, branch) == (plan.targets[branch] or state)


def test_the_machine_knows_its_final_states() -> None:
    """They are marked as such, for whoever draws it."""
    for flow in SHIPPED:
        made = machine(flow)
        assert {name for name, state in made.states.items() if state.final} == flow.finals

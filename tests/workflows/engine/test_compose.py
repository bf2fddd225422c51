"""Stages recombined into one flow: every outcome leads on, or the composition is refused."""

from __future__ import annotations

import attrs
import pytest

from civicflow import InvalidInput
from civicflow.calendars import TimeLimit
from civicflow.hierarchy.authority import ANYONE, BY_CLOCK, BY_RULE, AnyOf
from civicflow.workflows.councils.proposal import COUNCIL_PROPOSAL
from civicflow.workflows.engine.checks import faults
from civicflow.workflows.engine.compose import ANYWHERE, Stage, compose
from civicflow.workflows.engine.effects import Count, Lift, PutOnHold
from civicflow.workflows.engine.flow import NEW, STAY, Flow, Limit, State, Step
from civicflow.workflows.works.work_order import WORK_ORDER


@attrs.frozen
class Within:
    """For how long."""

    within: TimeLimit


ASK = Flow(
    "ask",
    1,
    "ask | 问",
    (
        State("open", "open | 开", (Limit("3 days", "lapse"),)),
        State("agreed", "agreed | 同意", final="yes"),
        State("denied", "denied | 不同意", final="no"),
    ),
    (
        Step("begin", "begin | 始", NEW, "open", BY_RULE),
        Step("agree", "agree | 同意", "open", "agreed", ANYONE),
        Step("lapse", "lapse | 逾期", "open", "denied", BY_CLOCK),
        Step("wait", "wait | 等", "open", STAY, ANYONE, Within, does=(PutOnHold("rest", "go-on"),)),
        Step("go-on", "go on | 续", "open", STAY, AnyOf(ANYONE, BY_CLOCK), does=(Lift("rest"),), while_held=True),
    ),
)
BEGIN = Step("propose", "propose | 提", NEW, "first", ANYONE)
ENDS = {"good": "good | 好", "bad": "bad | 坏"}
SECOND = Stage(ASK, {"yes": "good", "no": "bad"})


def test_a_stage_s_outcomes_lead_to_the_next_stage_or_an_end() -> None:
    """The finals of a stage become the entry of the next; states and steps bear their stage's name in front."""
    flow = compose(
        "two",
        1,
        "two | 两段",
        {"first": Stage(ASK, {"yes": "second", "no": "bad"}), "second": SECOND},
        ends=ENDS,
        begins=(BEGIN,),
    )
    assert faults(flow) == ()
    assert {state.name for state in flow.states} == {"first.open", "second.open", "good", "bad"}
    leads = {(step.name, branch.to) for step in flow.steps for branch in step.to}
    assert {("propose", "first.open"), ("first.agree", "second.open"), ("second.agree", "good")} <= leads
    assert {("first.lapse", "bad"), ("second.wait", STAY)} <= leads
    assert flow.state("first.open").limits[0].then == "first.lapse"
    assert flow.finals == {"good", "bad"}


def test_a_hold_ends_by_the_stage_s_own_step() -> None:
    """The step that ends a hold is renamed with all others."""
    flow = compose("one", 1, "one | 一段", {"first": SECOND}, ends=ENDS, begins=(BEGIN,))
    wait = next(step for step in flow.steps if step.name == "first.wait")
    assert wait.does == (PutOnHold("rest", "first.go-on"),)


def test_what_a_flow_makes_of_an_outcome_is_done_when_the_stage_ends_so() -> None:
    """Whichever step ends it; the stage itself knows nothing of it."""
    first = Stage(ASK, {"yes": "good", "no": "bad"}, does={"no": (Count("denials"),)})
    flow = compose("one", 1, "one | 一段", {"first": first}, ends=ENDS, begins=(BEGIN,))
    done = {step.name: step.to[0].does for step in flow.steps}
    assert (done["first.agree"], done["first.lapse"]) == ((), (Count("denials"),))


def test_everything_that_does_not_fit_is_said_at_once() -> None:
    """An outcome that leads nowhere, one that is none, a place that is none, a beginning in no stage."""
    wrong = {"first": Stage(ASK, {"yes": "thrid", "maybe": "good"})}
    begin = Step("propose", "propose | 提", NEW, "frist", ANYONE)
    with pytest.raises(InvalidInput) as caught:
        compose("one", 1, "one | 一段", wrong, ends=ENDS, begins=(begin,))
    said = [fault.reason for fault in caught.value.faults]
    assert len(said) == 4
    assert "'no' leads nowhere" in said[0]
    assert "no outcome 'maybe'; there are no, yes" in said[1]
    assert "'thrid', which is neither a stage nor an end" in said[2]
    assert "'frist', which is no stage" in said[3]


def test_what_belongs_to_no_stage_is_said_once() -> None:
    """A step beside the stages leads from each state that it means, to a stage, to an end, or stays."""
    flow = compose(
        "two",
        1,
        "two | 两段",
        {"first": Stage(ASK, {"yes": "second", "no": "bad"}), "second": SECOND},
        ends=ENDS,
        begins=(BEGIN,),
        beside=(
            Step("drop", "drop | 弃", ANYWHERE, "bad", ANYONE),
            Step("go-back", "go back | 退", "second", "first", ANYONE),
            Step("speak", "speak | 言", "second.open", STAY, ANYONE),
        ),
    )
    assert faults(flow) == ()
    drop, back, speak = flow.steps[-3:]
    assert (drop.of, drop.to[0].to) == (("first.open", "second.open"), "bad")
    assert (back.of, back.to[0].to) == (("second.open",), "first.open")
    assert (speak.of, speak.to[0].to) == (("second.open",), STAY)


def test_a_step_beside_the_stages_that_leads_nowhere() -> None:
    """From where there is no stage, to where there is none."""
    beside = (Step("drop", "drop | 弃", "frist", "worst", ANYONE),)
    with pytest.raises(InvalidInput) as caught:
        compose("one", 1, "one | 一段", {"first": SECOND}, ends=ENDS, begins=(BEGIN,), beside=beside)
    said = [(fault.path, fault.reason) for fault in caught.value.faults]
    assert said == [
        ("drop", "leads from 'frist', which is neither a stage nor a state of one"),
        ("drop", "leads to 'worst', which is neither a stage nor an end"),
    ]


def test_a_stage_has_to_begin() -> None:
    """A stage without a step from `NEW` cannot be entered."""
    headless = Flow("ask", 1, "ask | 问", ASK.states, ASK.steps[1:])
    with pytest.raises(InvalidInput, match="nothing begins it"):
        compose(
            "one", 1, "one | 一段", {"first": Stage(headless, {"yes": "good", "no": "bad"})}, ends=ENDS, begins=(BEGIN,)
        )


def test_the_proposal_is_composed_without_a_gap() -> None:
    """Its ends are the named ones, and every stage is in it, those of works as they are."""
    stages = list(dict.fromkeys(state.name.partition(".")[0] for state in COUNCIL_PROPOSAL.states if not state.final))
    assert stages[:8] == ["draft", "review", "deliberation", "group", "notice", "presentation", "council", "funding"]
    works = list(dict.fromkeys(state.name.partition(".")[0] for state in WORK_ORDER.states if not state.final))
    assert stages[8:] == [*works, "winding-up"]
    assert {state.final for state in WORK_ORDER.states if state.final} < COUNCIL_PROPOSAL.finals


def test_a_proposal_may_be_suspended_from_everywhere_and_annulled_until_it_is_settled() -> None:
    """What is said once beside the stages leads from each of their states."""
    steps = {step.name: step for step in COUNCIL_PROPOSAL.steps}
    open_states = [state.name for state in COUNCIL_PROPOSAL.states if not state.final]
    assert list(steps["suspend"].of) == open_states == list(steps["resume"].of)
    works = ("quoting", "announcement", "building", "inspecting")
    assert list(steps["annul"].of) == [state for state in open_states if state.partition(".")[0] in works]

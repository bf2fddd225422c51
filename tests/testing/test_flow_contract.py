"""The suite for flows: ours pass it, and each of these with one fault is caught by the test that is about it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import attrs
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from civicflow import Money, Office, Source
from civicflow.hierarchy.authority import ANYONE, BY_CLOCK, Holder
from civicflow.testing import FlowContract
from civicflow.testing.flows.golden import functions, written
from civicflow.testing.flows.place import HERE, person_of
from civicflow.testing.flows.walking import Samples
from civicflow.workflows.coordination.meeting import MEETING
from civicflow.workflows.councils.proposal import COUNCIL_PROPOSAL
from civicflow.workflows.engine.effects import Keep
from civicflow.workflows.engine.flow import NEW, STAY, Effect, Flow, Guard, Limit, State, Step
from civicflow.workflows.engine.situation import Change, Situation
from civicflow.workflows.engine.telling import Tell
from civicflow.workflows.funds.fund import FUND
from civicflow.workflows.notice import OBJECTION
from civicflow.workflows.proposing import Propose
from civicflow.workflows.shipped import SHIPPED
from civicflow.workflows.tickets.four_part import FOUR_PART_TICKET
from civicflow.workflows.tickets.share import SHARE
from civicflow.workflows.voting.ballots import BALLOT

KEPT = Path(__file__).parents[1] / "workflows" / "golden"
"""The text of every guard and function of our flows, by name and revision: read it when it changes."""


class TestFourPartTicket(FlowContract):
    """Our ticket."""

    flow = FOUR_PART_TICKET
    golden = KEPT / "four-part-ticket.txt"
    beside = (MEETING, SHARE)


class TestShare(FlowContract):
    """A child, opened by a parent that the suite makes for it."""

    flow = SHARE


class TestFund(FlowContract):
    """A case that stands."""

    flow = FUND


class TestCouncilProposal(FlowContract):
    """Stages, votes and objections; it wants a fund that holds money."""

    flow = COUNCIL_PROPOSAL
    beside = (FUND, BALLOT, OBJECTION)

    def samples(self, office: Office) -> Samples:
        """A proposal whose money is there, or not quite."""
        secretary = office.act_as(person_of("secretary", "office-of-neighbourhood"), post="secretary", unit=HERE)
        fund = office.funds.open("Fund", unit=HERE, source="budget", by=secretary)
        office.funds.deposit(fund, Money("100"), by=secretary)
        amounts = st.sampled_from(["60", "100", "101"]).map(Money)
        return {
            "propose": amounts.map(
                lambda amount: Propose(
                    title="a gate", purpose="safety", budget=amount, sources=[Source(fund.id, amount)]
                )
            )
        }


# -- what the suite finds ----------------------------------------------------------------------------------------------


@attrs.frozen
class Give:
    """What a step of the planted flow asks for."""

    number: int


@attrs.frozen
class Scribble:
    """An effect that writes into the case it was shown, and not into the change."""

    def apply(self, situation: Situation, change: Change) -> None:
        """Leave a trace that no entry holds."""
        situation.case.data["scribbled"] = True  # type: ignore[index]  # that is the fault


@attrs.frozen
class Misname:
    """An effect that sets a field which no case has."""

    def apply(self, situation: Situation, change: Change) -> None:
        """Set it."""
        change.set["colour"] = "red"


def _flow(*, guard: Guard | None = None, effect: Effect | None = None, limit: bool = True) -> Flow:
    """A small flow; with one fault it is one of the planted."""
    secretary = Holder("secretary", "unit")
    guards, effects = () if guard is None else (guard,), () if effect is None else (effect,)
    return Flow(
        "planted",
        1,
        "planted | 试",
        (
            State("open", "open | 开", (Limit("3 workdays", "lapse"),) if limit else ()),
            State("kept", "kept | 存", (Limit("3 workdays", "lapse"),)),
            State("done", "done | 完", final="done"),
        ),
        (
            Step("file", "file | 提交", NEW, "open", ANYONE, Give, does=(Keep(("number",)),)),
            Step("keep", "keep | 存", "open", "kept", secretary, Give, guards, effects),
            Step("nudge", "nudge | 催", ("open", "kept"), STAY, secretary, does=effects),
            Step("end", "end | 终", "kept", "done", secretary),
            Step("lapse", "lapse | 逾期", ("open", "kept"), "done", BY_CLOCK),
        ),
    )


WALKS, SOUND, REVIEWED = (
    "test_random_walks_keep_what_holds_for_every_flow",
    "test_its_definition_is_sound",
    "test_its_functions_are_those_that_were_reviewed",
)
SMALL = Guard("small", lambda s: s.data.number < 500, "too much | 过多", asks_data=True)
PLANTED = {
    "an effect writes into the case instead of the change": (_flow(effect=Scribble()), WALKS),
    "an effect sets a field that no case has": (_flow(effect=Misname()), WALKS),
    "a notice has a gap that nobody fills": (
        _flow(effect=Tell(Holder("secretary", "unit"), "t", "“{titel}” | “{titel}”")),
        WALKS,
    ),
    "a guard looks at what is given and does not say so": (
        _flow(guard=attrs.evolve(SMALL, asks_data=False)),
        WALKS,
    ),
    "a guard breaks on some values": (
        _flow(guard=attrs.evolve(SMALL, test=lambda s: 1 / s.data.number >= 0)),
        WALKS,
    ),
    "a state waits for ever": (_flow(limit=False), SOUND),
    "a guard changed and its revision did not": (
        _flow(guard=attrs.evolve(SMALL, test=lambda s: s.data.number < 5000)),
        REVIEWED,
    ),
}


@pytest.fixture
def quick() -> Iterator[None]:
    """The same walks each time, which nobody makes shorter."""
    before = settings.get_current_profile_name()
    few = settings(
        max_examples=60,
        phases=[Phase.generate],
        derandomize=True,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    settings.register_profile("quick walks", few)
    settings.load_profile("quick walks")
    yield
    settings.load_profile(before)


def _contract(flow: Flow, golden: Path) -> FlowContract:
    return type("TestPlanted", (FlowContract,), {"flow": flow, "golden": golden})()  # type: ignore[no-any-return]


@pytest.fixture
def golden(tmp_path: Path) -> Path:
    """The sound flow's functions, as they were reviewed."""
    path = tmp_path / "guards.txt"
    path.write_text(written(functions((_flow(guard=SMALL),))), encoding="utf-8")
    return path


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("test", [WALKS, SOUND, REVIEWED])
def test_the_flow_without_a_fault_passes(test: str, golden: Path) -> None:
    """So that what fails below fails for its fault."""
    getattr(_contract(_flow(guard=SMALL), golden), test)()


@pytest.mark.usefixtures("quick")
@pytest.mark.parametrize("what", PLANTED)
def test_a_planted_fault_is_caught(what: str, golden: Path) -> None:
    """By the test that is about it."""
    flow, test = PLANTED[what]
    with pytest.raises((Exception, AssertionError)):
        getattr(_contract(flow, golden), test)()


@pytest.mark.usefixtures("quick")
def test_a_flow_that_no_walk_can_begin_is_no_pass(tmp_path: Path) -> None:
    """Else a suite that tried nothing would be green."""
    never = attrs.evolve(SMALL, test=lambda _: False)
    flow = _flow()
    steps = (attrs.evolve(flow.steps[0], guards=(never,)), *flow.steps[1:])
    with pytest.raises(AssertionError, match="no walk ever began"):
        getattr(_contract(attrs.evolve(flow, steps=steps), tmp_path), WALKS)()


@pytest.mark.parametrize("flow", SHIPPED, ids=lambda flow: flow.name)
def test_the_functions_of_our_flows_are_on_file(flow: Flow) -> None:
    """A change of one shows in a review, beside its name and revision."""
    kept = (KEPT / f"{flow.name}.txt").read_text(encoding="utf-8")
    assert written(functions((flow,))) == kept


class TestGolden:
    """The text of a guard is kept, and of whatever it calls by name in its own module."""

    def test_a_lambda_is_its_own_text_wherever_it_stands(self) -> None:
        """Two in one line are told apart."""
        one, two = Guard("one", lambda s: s.data.a, "a | 甲"), Guard("two", lambda s: s.data.b > 1, "b | 乙")
        flow = _flow(guard=one)
        texts = functions((flow, attrs.evolve(_flow(guard=two), version=2)))
        assert texts == {"one@1": "lambda s : s . data . a", "two@1": "lambda s : s . data . b > 1"}

    def test_what_it_calls_belongs_to_it(self) -> None:
        """A change in the function behind a guard is a change of the guard."""
        texts = functions((FOUR_PART_TICKET,))
        assert "_asked_already=def _asked_already" in texts["not-asked-already@1"]

    def test_one_name_stands_for_one_function(self) -> None:
        """Or a refusal's rule would mean two things."""
        other = attrs.evolve(SMALL, test=lambda s: s.data.number < 7)
        with pytest.raises(ValueError, match="small@1"):
            functions((_flow(guard=SMALL), attrs.evolve(_flow(guard=other), version=2)))

    def test_so_it_is_in_all_shipped_flows_together(self) -> None:
        """A refusal's rule means the same in whichever flow it says no."""
        assert functions(SHIPPED)

"""What is wrong with a flow is found when it is defined, all of it, each with its place."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from civicflow import InvalidInput
from civicflow.hierarchy.authority import ANYONE, BY_CLOCK, BY_JOIN, AnyOf, Holder
from civicflow.workflows.engine.checks import faults
from civicflow.workflows.engine.effects import Climb
from civicflow.workflows.engine.flow import ELSE, NEW, STAY, Branch, Flow, Guard, Join, Limit, State, Step
from civicflow.workflows.engine.flows import Flows
from civicflow.workflows.engine.joins import Every
from civicflow.workflows.shipped import BY_NAME, SHIPPED

OPEN = State("open", "open | 开", (Limit("1 day", "end"),))
DONE = State("done", "done | 完", final="done")
BEGIN = Step("begin", "begin | 始", NEW, "open", ANYONE)
END = Step("end", "end | 终", "open", "done", BY_CLOCK)
NEVER = Guard("never", lambda _: False, "never | 从不")


def flow(*parts: State | Step, **more: Any) -> Flow:
    """A flow of these parts."""
    states = tuple(part for part in parts if isinstance(part, State))
    return Flow("f", 1, "f | 流", states, tuple(part for part in parts if isinstance(part, Step)), **more)


SOUND = (OPEN, DONE, BEGIN, END)


def test_a_sound_flow_has_no_fault() -> None:
    """Nor has any that is shipped."""
    assert faults(flow(*SOUND)) == ()
    for shipped in SHIPPED:
        assert faults(shipped, BY_NAME) == ()


@pytest.mark.parametrize(
    ("parts", "more", "path", "reason"),
    [
        ((*SOUND, OPEN), {}, "open", "defined twice"),
        ((*SOUND, END), {}, "end", "defined twice"),
        ((*SOUND, State(NEW, "new | 新")), {}, NEW, "kept for what has not begun"),
        ((*SOUND, Step("go", "go | 走", "opne", "done", ANYONE)), {}, "go", "leads from 'opne'"),
        ((*SOUND, Step("go", "go | 走", "open", "doen", ANYONE)), {}, "go", "leads to 'doen'"),
        (SOUND, {"opened_in": ("ready",)}, "ready", "no state of the flow"),
        (SOUND, {"opened_in": ("done",)}, "done", "yet it is final"),
        ((attrs.evolve(OPEN, limits=(Limit("1 day", "edn"),)), DONE, BEGIN, END), {}, "open", "calls 'edn'"),
        (
            (attrs.evolve(OPEN, limits=(Limit("1 day", "begin"),)), DONE, BEGIN, END),
            {},
            "open",
            "does not lead from here",
        ),
        ((attrs.evolve(OPEN, joins=(Join(("s",), Every(), "end"),)), DONE, BEGIN, END), {}, "open", "counts 's'"),
        (
            (attrs.evolve(OPEN, joins=(Join(("s",), Every(), "edn"),)), DONE, BEGIN, END),
            {"slots": {"s": "share"}},
            "open",
            "a join calls 'edn'",
        ),
        ((attrs.evolve(OPEN, broods=("vote",)), DONE, BEGIN, END), {}, "open", "lets 'vote' be born"),
        ((OPEN, DONE, END), {}, NEW, "nothing begins a case"),
        ((*SOUND, State("lost", "lost | 失", standing=True)), {}, "lost", "no step ever leads here"),
        (
            (*SOUND, Step("again", "again | 再", "done", "open", ANYONE)),
            {},
            "done",
            "is final, yet 'again' leads from it",
        ),
        (
            (*SOUND, State("end", "end | 底", standing=True), Step("go", "go | 走", "open", "end", ANYONE)),
            {},
            "end",
            "is a dead end",
        ),
    ],
)
def test_every_fault_is_named_with_its_place(
    parts: tuple[State | Step, ...], more: dict[str, Any], path: str, reason: str
) -> None:
    """The message says what is wrong with what, and the flow is not taken into use."""
    wrong = flow(*parts, **more)
    found = [fault for fault in faults(wrong) if fault.path == path and reason in fault.reason]
    assert found, faults(wrong)
    assert found[0].source == "f@1"
    with pytest.raises(InvalidInput, match="not sound"):
        Flows((wrong,))


def test_all_faults_are_reported_at_once() -> None:
    """And what only follows from an unknown name is not reported beside it."""
    wrong = flow(
        OPEN, DONE, BEGIN, END, Step("a", "a | 甲", "x", "done", ANYONE), Step("b", "b | 乙", "open", "y", ANYONE)
    )
    assert [fault.path for fault in faults(wrong)] == ["a", "b"]


class TestLeftAlone:
    """Clock and joins alone must bring every state to an end, or the state says that it need not."""

    def left_alone(self, state: State, *steps: Step, more: tuple[State, ...] = ()) -> bool:
        """Whether a state is found to hang when everybody is on holiday."""
        found = faults(flow(state, DONE, BEGIN, *steps, *more, slots={"s": "share"}))
        assert {fault.rule for fault in found} <= {"left-alone", "round-and-round", "not-the-clock"}, found
        return bool(found)

    def test_a_state_without_a_limit_hangs(self) -> None:
        """Somebody may end it, but need not."""
        assert self.left_alone(State("open", "open | 开"), attrs.evolve(END, by=ANYONE))

    def test_a_limit_that_only_reminds_hangs(self) -> None:
        """It rings once and then never again."""
        remind = Step("remind", "remind | 催", "open", STAY, BY_CLOCK)
        by_hand = attrs.evolve(END, by=ANYONE)
        assert self.left_alone(attrs.evolve(OPEN, limits=(Limit("1 day", "remind"),)), remind, by_hand)
        assert not self.left_alone(attrs.evolve(OPEN, limits=(Limit("1 day", "remind", again=True),)), remind, by_hand)

    def test_a_limit_whose_step_is_not_the_clock_s_hangs(self) -> None:
        """The clock may not take it; it may where it is one of several."""
        assert self.left_alone(OPEN, attrs.evolve(END, by=Holder("secretary")))
        assert not self.left_alone(OPEN, attrs.evolve(END, by=AnyOf(Holder("secretary"), BY_CLOCK)))

    def test_going_round_and_round_hangs(self) -> None:
        """Two states that send each other back and forth never end."""
        back = State("back", "back | 返", (Limit("1 day", "return"),))
        go = Step("end", "end | 终", "open", "back", BY_CLOCK)
        come = Step("return", "return | 回", "back", "open", BY_CLOCK)
        close = Step("close", "close | 关", "back", "done", ANYONE)
        assert self.left_alone(OPEN, go, come, close, more=(back,))

    def test_climbing_ends_since_levels_are_finite(self) -> None:
        """A branch back to the same state is allowed where another one leads on; alone it is not."""
        climb = attrs.evolve(END, to=(Branch(NEVER, "open", (Climb(),)), Branch(ELSE, "done")))
        assert not self.left_alone(OPEN, climb)
        assert self.left_alone(OPEN, attrs.evolve(END, to=(Branch(NEVER, "open"), Branch(ELSE, "done"))))
        by_hand = Step("close", "close | 关", "open", "done", ANYONE)
        assert self.left_alone(OPEN, attrs.evolve(END, to=(Branch(NEVER, "open"), Branch(ELSE, "open"))), by_hand)

    def test_every_branch_has_to_end(self) -> None:
        """One branch into a state that hangs is enough."""
        stuck = State("stuck", "stuck | 卡")
        free = Step("free", "free | 放", "stuck", "done", ANYONE)
        two = attrs.evolve(END, to=(Branch(NEVER, "stuck"), Branch(ELSE, "done")))
        assert self.left_alone(OPEN, two, free, more=(stuck,))

    @pytest.mark.parametrize("why", [{"standing": True}, {"follows": True}])
    def test_what_waits_for_nobody_or_follows_need_not_end(self, why: dict[str, bool]) -> None:
        """It says so."""
        assert not self.left_alone(State("open", "open | 开", **why), attrs.evolve(END, by=ANYONE))  # type: ignore[arg-type]

    def test_a_join_alone_is_not_enough(self) -> None:
        """Where no child was ever opened, no join is ever asked."""
        joined = State("open", "open | 开", joins=(Join(("s",), Every(), "end"),))
        assert self.left_alone(joined, attrs.evolve(END, by=BY_JOIN))

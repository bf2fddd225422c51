"""The suite that every flow passes, ours included: five lines for a flow of your own.

A subclass names the flow; everything else is inherited::

    class TestStallPermit(FlowContract):
        flow = STALL_PERMIT
"""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import pytest
from hypothesis.stateful import run_state_machine_as_test

from civicflow import Office
from civicflow.hierarchy.authority import ANYONE
from civicflow.testing.flows.golden import functions, written
from civicflow.testing.flows.place import BODIES
from civicflow.testing.flows.walking import Samples, Walk
from civicflow.texts import Language
from civicflow.workflows.drawing import dot, mermaid, page, table
from civicflow.workflows.engine.children import Opening, Spawn
from civicflow.workflows.engine.flow import NEW, STAY, Flow, Named, State, Step
from civicflow.workflows.engine.flows import Flows
from civicflow.workflows.engine.situation import Situation

__all__ = ["FlowContract"]


class FlowContract:
    """Subclass it in a test module; pytest collects the subclass.

    Attributes:
        flow: the flow under test.
        beside: the flows of its children, and whatever else it needs, if civicflow does not bring them.
        golden: a file that keeps the text of the flow's guards and functions, for review; None where none is kept.
    """

    flow: ClassVar[Flow]
    beside: ClassVar[tuple[Flow, ...]] = ()
    golden: ClassVar[Path | None] = None

    def samples(self, office: Office) -> Samples:
        """What is given with a step where its data class does not tell: by the step's name, a strategy.

        Called at the beginning of each walk, on an office with people in it, in which whatever the flow reads beside (a
        fund, say) may be made here; `civicflow.testing.flows.place` says who is there.
        """
        return {}

    def test_its_definition_is_sound(self) -> None:
        """Nothing is unreachable, left hanging, or waits for ever; the same table has the same digest."""
        flows = Flows((*self.beside, self.flow))
        assert flows.latest(self.flow.name).flow.digest == self.flow.digest

    def test_random_walks_keep_what_holds_for_every_flow(self) -> None:
        """Whatever anybody tries, at whatever moment.

        Only those whom the flow names take a step; a refusal says in both languages which rule said no and whose post it
        would have taken, and writes nothing; what `what_can` promises is taken; entries replay to the records; left alone,
        every case ends, stands, reminds for ever, or is shown as stuck; the ledger verifies.
        """
        flow, beside = self.flow, self.beside
        if flow.opened_in and not any(NEW in step.of for step in flow.steps):
            flow, beside = _parent_of(self.flow), (*self.beside, self.flow)
        began: list[str] = []
        fields = {"flow": flow, "beside": beside, "samples": staticmethod(self.samples), "began": began}
        walk = type("FlowWalk", (Walk,), fields)
        run_state_machine_as_test(walk)
        assert began, "no walk ever began a case; say in `samples` what its first step is given"

    @pytest.mark.parametrize("language", ["en", "zh"])
    def test_every_state_and_step_is_drawn(self, language: Language) -> None:
        """In both languages, and the same bytes each time."""
        for draw in (mermaid, dot, page, table):
            drawn = draw(self.flow, language, beside=self.beside)
            assert drawn == draw(self.flow, language, beside=self.beside)
        whole = page(self.flow, language, beside=self.beside)
        assert all(f'id="state-{state.name}"' in whole for state in self.flow.states)
        assert all(f"<code>{step.name}</code>" in whole for step in self.flow.steps)

    def test_its_functions_are_those_that_were_reviewed(self) -> None:
        """A guard that changed without a new revision would change how running cases are decided."""
        if self.golden is None:
            pytest.skip("no golden file is named; set `golden` to keep the text of the guards")
        now = written(functions((self.flow,)))
        kept = self.golden.read_text(encoding="utf-8") if self.golden.exists() else ""
        assert now == kept, f"raise the revision of what changed, or keep this in {self.golden.name}:\n{now}"


def _parent_of(flow: Flow) -> Flow:
    """A case that waits for nobody and opens children of the flow, one for each body, in each state in which it may."""

    def openings(state: str) -> Named:
        def of(situation: Situation) -> list[Opening]:
            chart = situation.world.chart
            return [Opening(f"{state}-{body}", chart.resolve(body)) for body in BODIES]

        return Named(f"open-{state}", of)

    opened = tuple(Spawn(state, openings(state), state) for state in flow.opened_in)
    return Flow(
        f"parent-of-{flow.name}",
        1,
        "parent | 上级事项",
        (State("open", "open | 开", standing=True),),
        (
            Step("begin", "begin | 始", NEW, "open", ANYONE, does=opened),
            Step("look-in", "look in | 查看", "open", STAY, ANYONE),
        ),
        slots=dict.fromkeys(flow.opened_in, flow.name),
    )

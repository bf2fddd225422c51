"""What is drawn of a flow: states, edges, frames and notes, in words of both languages, for whichever way of drawing.

- An edge is a step that moves the case, with who may take it and on which condition; one edge for all steps from here
  to there.
- A step that stays in its state is no edge: it stands in a note beside it. So does a step that leads from most states
  to one (to withdraw, say): it stands beside the one that it leads to.
- The states of a stage stand in one frame.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import attrs

from civicflow.texts import Text
from civicflow.workflows.drawing.wording import (
    WORDS,
    Wording,
    leading,
    leads_from_most,
    moving,
    stage_text,
    stages,
)
from civicflow.workflows.engine.flow import NEW, STAY, Flow, State, Step


@attrs.frozen
class Edge:
    """From one state to another; from `NEW` where a case begins.

    Attributes:
        source: the state that it leads from.
        target: the state that it leads to.
        said: what brings it about, a text for each step.
    """

    source: str
    target: str
    said: tuple[Text, ...]


@attrs.frozen
class Frame:
    """A stage, or under an empty name everything that is in none.

    Attributes:
        stage: its name.
        text: what a clerk reads.
        states: its states.
        edges: the edges that do not leave it.
    """

    stage: str
    text: Text
    states: tuple[State, ...]
    edges: tuple[Edge, ...]


@attrs.frozen(kw_only=True)
class Diagram:
    """A flow as it is drawn.

    Attributes:
        title: what it is called.
        frames: its stages in order, those states that are in none under the empty name.
        begins: how a case begins.
        across: the edges that lead from one frame to another.
        ends: the final states, each with its outcome.
        notes: by state, what may happen there without leaving it, and what leads there from nearly everywhere.
    """

    title: Text
    frames: tuple[Frame, ...]
    begins: tuple[Edge, ...]
    across: tuple[Edge, ...]
    ends: tuple[tuple[str, str], ...]
    notes: dict[str, tuple[Text, ...]]


def diagram(flow: Flow, beside: Iterable[Flow] = ()) -> Diagram:
    """What is drawn of a flow.

    Args:
        flow: what to draw.
        beside: the flows of its children; what a join waits for is then called by its text.
    """
    return _Making(flow, Wording(flow, {other.name: other for other in beside})).made()


@attrs.frozen
class _Making:
    """One diagram in the making."""

    flow: Flow
    wording: Wording
    everywhere: frozenset[str] = attrs.field(init=False)

    @everywhere.default
    def _from_many(self) -> frozenset[str]:
        return frozenset(step.name for step in self.flow.steps if leads_from_most(self.flow, step))

    def made(self) -> Diagram:
        edges = self._edges()
        frames = tuple(
            Frame(
                stage, stage_text(stage), tuple(states), tuple(edge for edge in edges if stage and _within(edge, stage))
            )
            for stage, states in stages(self.flow).items()
        )
        framed = {edge for frame in frames for edge in frame.edges}
        return Diagram(
            title=self.flow.text,
            frames=frames,
            begins=tuple(self._begins()),
            across=tuple(edge for edge in edges if edge not in framed),
            ends=tuple((state.name, state.final) for state in self.flow.states if state.final),
            notes=dict(self._notes()),
        )

    def _begins(self) -> Iterator[Edge]:
        for step in leading(self.flow, NEW):
            for branch in moving(step):
                yield Edge(NEW, branch.to, (self._label(step, NEW, branch.to),))
        for state in self.flow.opened_in:
            yield Edge(NEW, state, (WORDS["by-parent"],))

    def _edges(self) -> tuple[Edge, ...]:
        labels: dict[tuple[str, str], list[Text]] = {}
        for state in self.flow.states:
            for step in leading(self.flow, state.name):
                if step.name in self.everywhere:
                    continue
                for target in dict.fromkeys(branch.to for branch in moving(step)):
                    labels.setdefault((state.name, target), []).append(self._label(step, state.name, target))
        return tuple(Edge(source, target, tuple(said)) for (source, target), said in labels.items())

    def _notes(self) -> Iterator[tuple[str, tuple[Text, ...]]]:
        for state in self.flow.states:
            said = [
                self._label(step, state.name, STAY)
                for step in leading(self.flow, state.name)
                if any(branch.to == STAY for branch in step.to)
            ]
            said += [
                WORDS.say("from-many", step=step.text, who=self.wording.who(step.by), states=self._sources(step))
                for step in self.flow.steps
                if step.name in self.everywhere and step.to[0].to == state.name
            ]
            if said:
                yield state.name, tuple(said)

    def _sources(self, step: Step) -> Text:
        states = [self.wording.placed(state) for state in step.of]
        return Text("; ".join(state.en for state in states), "、".join(state.zh for state in states))

    def _label(self, step: Step, source: str, target: str) -> Text:
        """The step, who takes it, and on which conditions it leads from here to there."""
        taken = self.wording.taken(step, source)
        en, zh = f"{step.text.en} ({taken.en})", f"{step.text.zh}（{taken.zh}）"
        branches = [branch for branch in step.to if branch.to == target]
        conditions = [c for branch in branches if (c := self.wording.condition(step, branch)) is not None]
        if conditions:
            en += f" [{' / '.join(c.en for c in conditions)}]"
            zh += f"［{'／'.join(c.zh for c in conditions)}］"
        return Text(en, zh)


def _within(edge: Edge, stage: str) -> bool:
    return all(name.partition(".")[0] == stage and "." in name for name in (edge.source, edge.target))

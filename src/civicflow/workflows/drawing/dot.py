"""A flow as a graph for Graphviz (the DOT language)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import attrs

from civicflow.hierarchy.drawing.escaping import for_dot
from civicflow.texts import Language, Text
from civicflow.workflows.drawing.diagram import Diagram, Edge, Frame, diagram
from civicflow.workflows.engine.flow import NEW, Flow, State

_BEGIN: Final = "(begin)"
"""The node from which edges lead to where a case begins; no state is called so."""


def dot(flow: Flow, language: Language = "en", *, beside: Iterable[Flow] = ()) -> str:
    """The flow as a DOT graph; see `civicflow.workflows.drawing.diagram` for what is drawn.

    Nodes bear the names of states; a final one has a double frame and says its outcome, a stage is a cluster, a note is a
    node of its own. Draw it with ``dot -Tsvg``.

    Args:
        flow: what to draw.
        language: of the texts.
        beside: the flows of its children; what a join waits for is then called by its text.

    Raises:
        InvalidInput: if the language is neither ``en`` nor ``zh``.
    """
    return "".join(f"{line}\n" for line in _Drawing(diagram(flow, beside), language, flow.name).lines())


@attrs.frozen
class _Drawing:
    """One diagram in the words of DOT."""

    diagram: Diagram
    language: Language
    name: str

    def lines(self) -> Iterator[str]:
        drawn = self.diagram
        yield f"digraph {_quoted(self.name)} {{"
        yield f"  graph [label={self._say(drawn.title)}, labelloc=t, rankdir=TB]"
        yield "  node [shape=box, style=rounded]"
        yield f'  {_quoted(_BEGIN)} [shape=circle, style=filled, fillcolor=black, width=0.15, label=""]'
        for frame in drawn.frames:
            yield from self._frame(frame)
        for edge in (*drawn.begins, *drawn.across):
            yield f"  {self._edge(edge)}"
        for name, said in drawn.notes.items():
            yield f"  {_quoted(f'({name})')} [shape=note, style=filled, fillcolor=lightyellow, label={self._lines(said)}]"
            yield f"  {_quoted(name)} -> {_quoted(f'({name})')} [style=dashed, arrowhead=none]"
        yield "}"

    def _frame(self, frame: Frame) -> Iterator[str]:
        indent = "    " if frame.stage else "  "
        if frame.stage:
            yield f"  subgraph {_quoted(f'cluster {frame.stage}')} {{"
            yield f"    label={self._say(frame.text)}"
        for state in frame.states:
            yield f"{indent}{self._state(state)}"
        for edge in frame.edges:
            yield f"{indent}{self._edge(edge)}"
        if frame.stage:
            yield "  }"

    def _state(self, state: State) -> str:
        if not state.final:
            return f"{_quoted(state.name)} [label={self._say(state.text)}]"
        label = self._lines((state.text, Text.same(f"({state.final})")))
        return f"{_quoted(state.name)} [peripheries=2, label={label}]"

    def _edge(self, edge: Edge) -> str:
        source = _BEGIN if edge.source == NEW else edge.source
        return f"{_quoted(source)} -> {_quoted(edge.target)} [label={self._lines(edge.said)}]"

    def _lines(self, texts: Iterable[Text]) -> str:
        return '"' + "\\n".join(for_dot(text.say(self.language)) for text in texts) + '"'

    def _say(self, text: Text) -> str:
        return _quoted(text.say(self.language))


def _quoted(text: str) -> str:
    return f'"{for_dot(text)}"'

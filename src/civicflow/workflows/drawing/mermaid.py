"""A flow as a Mermaid state diagram (``stateDiagram-v2``)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

import attrs

from civicflow.hierarchy.drawing.escaping import for_mermaid
from civicflow.texts import Language, Text
from civicflow.workflows.drawing.diagram import Diagram, Edge, Frame, diagram
from civicflow.workflows.engine.flow import NEW, Flow

_INDENT: Final = "    "
# Words of Mermaid's grammar, and names that its objects in JavaScript have already.
_RESERVED: Final = frozenset(
    (
        *("", "__proto__", "accdescr", "acctitle", "class", "classdef", "click", "constructor", "default", "direction"),
        *("end", "hide", "note", "root", "scale", "state", "style"),
    )
)


def mermaid(flow: Flow, language: Language = "en", *, beside: Iterable[Flow] = ()) -> str:
    """The flow as a Mermaid diagram; see `civicflow.workflows.drawing.diagram` for what is drawn.

    Args:
        flow: what to draw.
        language: of the texts.
        beside: the flows of its children; what a join waits for is then called by its text.

    Raises:
        InvalidInput: if the language is neither ``en`` nor ``zh``.
    """
    return _Drawing(diagram(flow, beside), language).text()


@attrs.frozen
class _Drawing:
    """One diagram in Mermaid's words."""

    diagram: Diagram
    language: Language
    ids: dict[str, str] = attrs.field(init=False)

    @ids.default
    def _named(self) -> dict[str, str]:
        frames = self.diagram.frames
        states = [state.name for frame in frames for state in frame.states]
        return _ids([f"{frame.stage}." for frame in frames if frame.stage] + states)

    def text(self) -> str:
        drawn = self.diagram
        lines = ["stateDiagram-v2", f"{_INDENT}accTitle: {self._say(drawn.title)}"]
        for frame in drawn.frames:
            lines += [_INDENT + line for line in (self._framed(frame) if frame.stage else self._states(frame))]
        edges = (*drawn.begins, *drawn.across)
        lines += [_INDENT + line for line in (*map(self._edge, edges), *self._ends(), *self._notes())]
        return "".join(f"{line}\n" for line in lines)

    def _framed(self, frame: Frame) -> Iterator[str]:
        yield f'state "{self._say(frame.text)}" as {self.ids[f"{frame.stage}."]} {{'
        for line in (*self._states(frame), *map(self._edge, frame.edges)):
            yield _INDENT + line
        yield "}"

    def _states(self, frame: Frame) -> Iterator[str]:
        for state in frame.states:
            yield f'state "{self._say(state.text)}" as {self.ids[state.name]}'

    def _edge(self, edge: Edge) -> str:
        source = "[*]" if edge.source == NEW else self.ids[edge.source]
        return f"{source} --> {self.ids[edge.target]}: {'<br/>'.join(map(self._say, edge.said))}"

    def _ends(self) -> Iterator[str]:
        for name, outcome in self.diagram.ends:
            yield f"{self.ids[name]} --> [*]: {for_mermaid(outcome)}"

    def _notes(self) -> Iterator[str]:
        for name, said in self.diagram.notes.items():
            yield f"note right of {self.ids[name]}"
            yield from (_INDENT + self._say(text) for text in said)
            yield "end note"

    def _say(self, text: Text) -> str:
        return for_mermaid(text.say(self.language))


def _ids(names: Iterable[str]) -> dict[str, str]:
    """A name that Mermaid can take for each of ours, no two alike."""
    ids: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        spelled = re.sub(r"[^A-Za-z0-9_]", "_", name.rstrip("."))
        while spelled in taken or spelled.lower() in _RESERVED:
            spelled += "_"
        taken.add(spelled)
        ids[name] = spelled
    return ids

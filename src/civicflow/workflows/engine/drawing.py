"""A flow draws itself: as a Mermaid state diagram, and as a table of who may do what, from where to where, by when.

Both are made from the table that decides, so they cannot say anything else; and they are the same bytes each time.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

import attrs

from civicflow.texts import Catalogue, Language, Text
from civicflow.workflows.engine.flow import NEW, STAY, Flow, State, Step
from civicflow.workflows.engine.wording import WORDS, Wording, leading, leads_from_most, moving, names_people, stages

HEADINGS: Final = Catalogue(
    {
        "step": "Step | 动作",
        "who": "Who | 由谁",
        "from": "From | 自",
        "to": "To | 至",
        "when": "By when | 时限",
        "refused": "Refused if | 不予办理的情形",
    }
)

_INDENT: Final = "    "
# Words of Mermaid's grammar, and names that its objects in JavaScript have already.
_RESERVED: Final = frozenset(
    (
        *("", "__proto__", "accdescr", "acctitle", "class", "classdef", "click", "constructor", "default", "direction"),
        *("end", "hide", "note", "root", "scale", "state", "style"),
    )
)
# What ends a label, or begins markup in it, is spelled by its number, as Mermaid knows it.
_MARKUP: Final = re.compile(r"""["#:;<>{}`\\]""")


def mermaid(flow: Flow, language: Language = "en", *, beside: Iterable[Flow] = ()) -> str:
    """The flow as a Mermaid diagram (``stateDiagram-v2``).

    Steps that stay in their state are no edges; each state's note lists them. A step that leads from most states to
    one (to withdraw, say) stands in a note beside that one. The states of a stage stand in one frame.

    Args:
        flow: what to draw.
        language: of the texts.
        beside: the flows of its children; what a join waits for is then called by its text.

    Raises:
        InvalidInput: if the language is neither ``en`` nor ``zh``.
    """
    return _Drawing(flow, language, Wording(flow, {other.name: other for other in beside})).text()


def table(flow: Flow, language: Language = "en", *, beside: Iterable[Flow] = ()) -> str:
    """The flow as a Markdown table: each step with who takes it, from where to where, by when, and what refuses it.

    Args:
        flow: what to describe.
        language: of the texts.
        beside: the flows of its children; what a join waits for is then called by its text.

    Raises:
        InvalidInput: if the language is neither ``en`` nor ``zh``.
    """
    wording = Wording(flow, {other.name: other for other in beside})
    head = [HEADINGS[name].say(language) for name in HEADINGS]
    rows = [head, ["---"] * len(head)]
    for step in flow.steps:
        rows += _rows(wording, step, language)
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


# -- the table -------------------------------------------------------------------------------------------------------


def _rows(wording: Wording, step: Step, language: Language) -> Iterator[list[str]]:
    """One row for the states from which the same time limits run."""
    sources: dict[Text, list[str]] = {}
    for state in step.of:
        sources.setdefault(_by_when(wording, step, state), []).append(wording.placed(state).say(language))
    to = [_target(wording, step, number).say(language) for number in range(len(step.to))]
    refused = [guard.reason.say(language) for guard in step.guards]
    semicolon = "; " if language == "en" else "；"
    for when, states in sources.items():
        yield [
            f"`{_cell(step.name)}` {_cell(step.text.say(language))}",
            _cell(wording.who(step.by).say(language)),
            _cell(("; " if language == "en" else "、").join(states)),
            _cell(semicolon.join(to)),
            _cell(when.say(language)) or "–",
            _cell(semicolon.join(refused)) or "–",
        ]


def _by_when(wording: Wording, step: Step, state: str) -> Text:
    """When it happens by itself; for what people are asked to do, how long the case waits for them."""
    by_itself = wording.when(step, state)
    if by_itself:
        return Text(", ".join(text.en for text in by_itself), "，".join(text.zh for text in by_itself))
    return wording.ladder(state) if step.asks and names_people(step.by) else Text.same("")


def _target(wording: Wording, step: Step, number: int) -> Text:
    branch = step.to[number]
    to, condition = wording.placed(branch.to), wording.condition(step, branch)
    return to if condition is None else Text(f"{to.en} [{condition.en}]", f"{to.zh}［{condition.zh}］")


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


# -- the drawing -----------------------------------------------------------------------------------------------------


@attrs.frozen
class _Drawing:
    """One diagram in the making."""

    flow: Flow
    language: Language
    wording: Wording
    ids: dict[str, str] = attrs.field(init=False)
    everywhere: frozenset[str] = attrs.field(init=False)

    @ids.default
    def _named(self) -> dict[str, str]:
        return _ids([f"{stage}." for stage in stages(self.flow) if stage] + [state.name for state in self.flow.states])

    @everywhere.default
    def _from_many(self) -> frozenset[str]:
        return frozenset(step.name for step in self.flow.steps if leads_from_most(self.flow, step))

    def text(self) -> str:
        lines = ["stateDiagram-v2", f"{_INDENT}accTitle: {self._say(self.flow.text)}"]
        for stage, states in stages(self.flow).items():
            lines += [_INDENT + line for line in (self._stage(stage, states) if stage else self._states(states))]
        lines += [_INDENT + line for line in (*self._begins(), *self._edges(None), *self._ends(), *self._notes())]
        return "".join(f"{line}\n" for line in lines)

    def _stage(self, stage: str, states: Iterable[State]) -> Iterator[str]:
        yield f'state "{self._say(WORDS.get(f"stage.{stage}") or Text.same(stage))}" as {self.ids[f"{stage}."]} {{'
        for line in (*self._states(states), *self._edges(stage)):
            yield _INDENT + line
        yield "}"

    def _states(self, states: Iterable[State]) -> Iterator[str]:
        for state in states:
            yield f'state "{self._say(state.text)}" as {self.ids[state.name]}'

    def _begins(self) -> Iterator[str]:
        for step in leading(self.flow, NEW):
            for branch in moving(step):
                yield f"[*] --> {self.ids[branch.to]}: {self._label(step, NEW, branch.to)}"
        for state in self.flow.opened_in:
            yield f"[*] --> {self.ids[state]}: {self._say(WORDS['by-parent'])}"

    def _edges(self, stage: str | None) -> Iterator[str]:
        """The edges within a stage, or those that are within none; one for all steps that lead from here to there."""
        labels: dict[tuple[str, str], list[str]] = {}
        for state in self.flow.states:
            for step in leading(self.flow, state.name):
                for target in dict.fromkeys(branch.to for branch in moving(step)):
                    if _common(state.name, target) == stage and step.name not in self.everywhere:
                        label = self._label(step, state.name, target)
                        labels.setdefault((state.name, target), []).append(label)
        for (source, target), said in labels.items():
            yield f"{self.ids[source]} --> {self.ids[target]}: {'<br/>'.join(said)}"

    def _ends(self) -> Iterator[str]:
        for state in self.flow.states:
            if state.final:
                yield f"{self.ids[state.name]} --> [*]: {_escaped(state.final)}"

    def _notes(self) -> Iterator[str]:
        for state in self.flow.states:
            lines = [
                self._label(step, state.name, STAY)
                for step in leading(self.flow, state.name)
                if any(branch.to == STAY for branch in step.to)
            ]
            lines += [
                self._say(
                    WORDS.say("from-many", step=step.text, who=self.wording.who(step.by), states=self._sources(step))
                )
                for step in self.flow.steps
                if step.name in self.everywhere and step.to[0].to == state.name
            ]
            if lines:
                yield f"note right of {self.ids[state.name]}"
                yield from (_INDENT + line for line in lines)
                yield "end note"

    def _sources(self, step: Step) -> Text:
        states = [self.wording.placed(state) for state in step.of]
        return Text("; ".join(state.en for state in states), "、".join(state.zh for state in states))

    def _label(self, step: Step, source: str, target: str) -> str:
        """The step, who takes it, and on which conditions it leads from here to there."""
        en = self.language == "en"
        taken = self._say(self.wording.taken(step, source))
        words = [self._say(step.text), f" ({taken})" if en else f"（{taken}）"]
        branches = [branch for branch in step.to if branch.to == target]
        conditions = [c for branch in branches if (c := self.wording.condition(step, branch)) is not None]
        if conditions:
            said = (" / " if en else "／").join(self._say(condition) for condition in conditions)
            words.append(f" [{said}]" if en else f"［{said}］")
        return "".join(words)

    def _say(self, text: Text) -> str:
        return _escaped(text.say(self.language))


def _common(source: str, target: str) -> str | None:
    """The stage that holds both states, or None."""
    stages_of = {name.partition(".")[0] if "." in name else None for name in (source, target)}
    return stages_of.pop() if len(stages_of) == 1 else None


def _escaped(text: str) -> str:
    return _MARKUP.sub(lambda found: f"#{ord(found[0])};", " ".join(text.split()))


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

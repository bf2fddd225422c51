"""Who may do what, from where to where, by when, and what refuses it: a flow as rows, and as a Markdown table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

import attrs

from civicflow.texts import Catalogue, Language, Text
from civicflow.workflows.drawing.wording import Wording
from civicflow.workflows.engine.flow import Flow, Step

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


@attrs.frozen(kw_only=True)
class Row:
    """One step, from the states in which the same time limits run.

    Attributes:
        step: the step.
        who: who may take it.
        sources: the names of the states.
        targets: where each of its branches leads, with its condition.
        when: when it happens by itself, or how long the case waits for it; empty where nothing presses.
        refused: the reasons for which it is refused.
    """

    step: Step
    who: Text
    sources: tuple[str, ...]
    targets: tuple[Text, ...]
    when: Text
    refused: tuple[Text, ...]


def rows(wording: Wording) -> Iterator[Row]:
    """The rows of a flow, in the order of its table."""
    for step in wording.flow.steps:
        sources: dict[Text, list[str]] = {}
        for state in step.of:
            sources.setdefault(wording.by_when(step, state), []).append(state)
        for when, states in sources.items():
            yield Row(
                step=step,
                who=wording.who(step.by),
                sources=tuple(states),
                targets=tuple(wording.target(step, number) for number in range(len(step.to))),
                when=when,
                refused=tuple(guard.reason for guard in step.guards),
            )


def table(flow: Flow, language: Language = "en", *, beside: Iterable[Flow] = ()) -> str:
    """The flow as a Markdown table.

    Args:
        flow: what to describe.
        language: of the texts.
        beside: the flows of its children; what a join waits for is then called by its text.

    Raises:
        InvalidInput: if the language is neither ``en`` nor ``zh``.
    """
    wording = Wording(flow, {other.name: other for other in beside})
    head = [HEADINGS[name].say(language) for name in HEADINGS]
    lines = [head, ["---"] * len(head), *(_cells(wording, row, language) for row in rows(wording))]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _cells(wording: Wording, row: Row, language: Language) -> list[str]:
    comma, semicolon = ("; ", "; ") if language == "en" else ("、", "；")
    return [
        f"`{_cell(row.step.name)}` {_cell(row.step.text.say(language))}",
        _cell(row.who.say(language)),
        _cell(comma.join(wording.placed(state).say(language) for state in row.sources)),
        _cell(semicolon.join(target.say(language) for target in row.targets)),
        _cell(row.when.say(language)) or "–",
        _cell(semicolon.join(reason.say(language) for reason in row.refused)) or "–",
    ]


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")

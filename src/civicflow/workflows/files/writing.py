"""Writing a flow as a file: what `read_flow` reads back as the same flow, with the same digest."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from civicflow.errors import Fault, InvalidInput
from civicflow.markup import format_json, format_yaml
from civicflow.workflows.engine.flow import Effect, Flow, Guard, Named
from civicflow.workflows.files.shapes import Many, Word
from civicflow.workflows.files.states import span_said, state_said
from civicflow.workflows.files.steps import step_said
from civicflow.workflows.files.whole import Format, read_flow

_LISTED = Many(Word())


def write_flow(
    flow: Flow,
    *,
    format: Format = "yaml",
    guards: Iterable[Guard] = (),
    functions: Iterable[Named] = (),
    effects: Mapping[str, Effect] | None = None,
) -> str:
    """The file that says a flow.

    Args:
        flow: a sound flow whose Python has names that a reader knows.
        format: how to write it.
        guards: conditions that the reader will know, beside those of the shipped flows.
        functions: functions that the reader will know.
        effects: effects that the reader will know.

    Raises:
        InvalidInput: if something of it cannot be said in a file, with everything that cannot; or if it is not sound.
        CivicflowError: if YAML is to be written and PyYAML is missing.
    """
    said = _said(flow)
    text = format_yaml(said) if format == "yaml" else format_json(said)
    source = f"{flow.name}@{flow.version}"
    again = read_flow(text, source=source, format=format, guards=guards, functions=functions, effects=effects)
    if again.digest != flow.digest:
        msg = f"{source} cannot be said in a file without a loss: it names Python that means something else there"
        raise InvalidInput(msg)
    return text


def _said(flow: Flow) -> dict[str, Any]:
    faults: list[Fault] = []
    said: dict[str, Any] = {"flow": flow.name, "version": flow.version, "text": str(flow.text)}
    said |= {part: dict(value) for part in ("slots", "broods") if (value := getattr(flow, part))}
    said |= {part: _LISTED.write(value) for part in ("opened_in", "anchors") if (value := getattr(flow, part))}
    said |= {"outlives": True} if flow.outlives else {}
    said |= {} if flow.numbered else {"numbered": False}
    if flow.spans:
        said["spans"] = _each(flow.spans, span_said, faults)
    said["states"] = _each(flow.states, state_said, faults)
    said["steps"] = _each(flow.steps, step_said, faults)
    if faults:
        msg = f"{flow.name}@{flow.version} cannot be said in a file"
        raise InvalidInput(msg, faults)
    return said


def _each(things: Iterable[Any], say: Callable[[Any], dict[str, Any]], faults: list[Fault]) -> dict[str, Any]:
    said: dict[str, Any] = {}
    for thing in things:
        try:
            said[thing.name] = say(thing)
        except InvalidInput as error:
            faults += error.faults or [Fault(reason=str(error), path=thing.name)]
    return said

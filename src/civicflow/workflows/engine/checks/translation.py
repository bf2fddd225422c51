"""Texts that lack a language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import attrs

from civicflow.errors import Fault
from civicflow.texts import Text
from civicflow.workflows.engine.checks.paths import effects
from civicflow.workflows.engine.checks.sentences import SENTENCES, fault
from civicflow.workflows.engine.flow import ELSE, NEW, Flow, Guard, Kept, Step


def untranslated(flow: Flow) -> Iterator[Fault]:
    """Every text of the flow that is empty in one language, or says in both the same words."""
    for path, what, text in _texts(flow):
        for half, said in (("en", text.en), ("zh", text.zh)):
            if not said.strip():
                yield fault(flow, path, "text-missing", what=what, language=SENTENCES[f"half.{half}"])
        if text.en.strip() == text.zh.strip() and any(letter.isalpha() for letter in text.en):
            yield fault(flow, path, "untranslated", what=what, text=text.en)


def _texts(flow: Flow) -> Iterator[tuple[str, Text, Text]]:
    yield NEW, SENTENCES["its-text"], flow.text
    texts = (
        *((state.name, state.text) for state in flow.states),
        *((span.name, span.text) for span in flow.spans),
        *((step.name, step.text) for step in flow.steps),
    )
    for name, text in texts:
        yield name, SENTENCES["its-text"], text
    named = (*((one.name, one.limits) for one in flow.states), *((one.name, one.limits) for one in flow.spans))
    for path, limit in ((name, limit) for name, limits in named for limit in limits):
        if isinstance(limit.within, Kept):
            yield path, SENTENCES["its-limit"], limit.within.text
    for step in flow.steps:
        for guard in _guards(step):
            yield step.name, SENTENCES.say("its-guard", this=repr(guard.name)), guard.reason
        for effect in effects(step):
            kind: type[Any] = type(effect)
            for field in attrs.fields(kind):
                value = getattr(effect, field.name)
                if isinstance(value, Text):
                    topic = getattr(effect, "topic", field.name)
                    yield step.name, SENTENCES.say("its-message", this=repr(topic)), value


def _guards(step: Step) -> Iterator[Guard]:
    yield from step.guards
    yield from (branch.when for branch in step.to if branch.when is not ELSE)

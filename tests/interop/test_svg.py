"""Mermaid takes what we write for it, and draws every state."""

from __future__ import annotations

import sys
from xml.etree import ElementTree as ET

import pytest

from civicflow import PluginError
from civicflow.interop.svg import svg
from civicflow.texts import Language
from civicflow.workflows.drawing import page
from civicflow.workflows.engine.flow import Flow
from civicflow.workflows.shipped import SHIPPED
from civicflow.workflows.tickets.share import SHARE

LANGUAGES: tuple[Language, ...] = ("en", "zh")


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("flow", [flow for flow in SHIPPED if len(flow.states) < 8], ids=lambda flow: flow.name)
def test_every_state_is_drawn(flow: Flow, language: Language) -> None:
    """By its text, in sound XML; two drawings may stand in one page."""
    drawn = svg(flow, language, beside=SHIPPED)
    said = " ".join(ET.fromstring(drawn).itertext())
    assert all(state.text.say(language) in said for state in flow.states)
    assert f'id="drawing-{flow.name}-{language}"' in drawn
    assert drawn in page(flow, drawing={language: drawn})


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody has to guess."""
    monkeypatch.setitem(sys.modules, "mermaidx", None)
    with pytest.raises(PluginError, match=r"civicflow\[drawing\]"):
        svg(SHARE)

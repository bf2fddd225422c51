"""Overlays: a city says what differs, and nothing else changes."""

from __future__ import annotations

import attrs
import pytest

from civicflow.errors import InvalidInput
from civicflow.workflows.files import difference, read_flow
from civicflow.workflows.shipped import SHIPPED
from civicflow.workflows.tickets.four_part import FOUR_PART_TICKET
from civicflow.workflows.tickets.share import SHARE

HEAD = "overlay: share\nof: 1\nversion: 101\n"


@pytest.mark.parametrize("flow", SHIPPED, ids=lambda flow: flow.name)
def test_nothing_said_is_nothing_changed(flow: object) -> None:
    """Law: an overlay that says only its version changes only that, whatever the flow is made of."""
    assert isinstance(flow, type(SHARE))
    over = read_flow(f"overlay: {flow.name}\nof: 1\nversion: 101\n", source="o.yaml")
    assert over == attrs.evolve(flow, version=101)
    assert [text.en for text in difference(flow, over)] == ["the version was 1, is 101"]


def test_what_is_said_changes_and_the_rest_stays() -> None:
    """A limit of several by the step that it calls; who may; a text; a new state with a step to it; one step removed."""
    text = """
overlay: share
of: 1
version: 101
states:
  offered: {limits: {escalate: 5 workdays}}
  checked: {text: to be checked | 待核查, within: 3 days, then: pass}
steps:
  accept: {by: [officer of body, secretary of body]}
  check: {text: check | 核查, from: accepted, to: checked, by: officer of body, asks: false}
  pass: {text: pass | 通过, from: checked, to: done, by: clock}
  complete: {from: [accepted, asking, supervised, checked]}
  drop: {from: [offered, accepted, asking, supervised, checked]}
"""
    over = read_flow(text, source="o.yaml")
    assert [str(limit.within) for limit in over.state("offered").limits] == ["1 working day", "5 working days"]
    said = [text.en for text in difference(SHARE, over)]
    assert any(line.startswith("new state: “to be checked”") for line in said)
    assert "new step: “check”" in said
    assert any("who may take it" in line and "accept" in line for line in said)
    assert len(said) == 8
    assert all("|" not in text.zh and text.zh != text.en for text in difference(SHARE, over))


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("overlay: shar\nof: 1\nversion: 2\n", "no-base"),
        ("overlay: share\nof: 9\nversion: 2\n", "no-base"),
        (HEAD + "states: {offered: {within: 2 workdays}}\n", "several-limits"),
        (HEAD + "remove: {steps: [acept]}\n", "not-there"),
        (HEAD + "remove: {steps: [accept]}\nsteps: {accept: {by: anyone}}\n", "removed-and-said"),
        (HEAD + "states: {fresh: {within: 2 days, then: remind}}\n", "missing"),
        (HEAD + "digest: 00000000\n", "base-changed"),
        (HEAD + "flow: share\n", "unknown-key"),
    ],
)
def test_what_does_not_fit_the_base_is_a_fault(text: str, rule: str) -> None:
    """With its line, and what would be right."""
    with pytest.raises(InvalidInput) as caught:
        read_flow(text, source="o.yaml")
    assert [fault.rule for fault in caught.value.faults] == [rule]
    assert caught.value.faults[0].line > 0


def test_a_base_that_changed_says_what_changed() -> None:
    """Where what it was is still known; the digest of the same base is no fault."""
    assert read_flow(HEAD + f"digest: {SHARE.digest[:12]}\n", source="o.yaml").version == 101
    former = attrs.evolve(SHARE, text="a share | 分项")
    with pytest.raises(InvalidInput, match="the text was “a share”, is “share of a ticket”"):
        read_flow(HEAD + f"digest: {former.digest[:12]}\n", source="o.yaml", bases=(former, SHARE))


def test_two_cities_lie_beside_each_other_under_names() -> None:
    """Each overlay names its result."""
    text = "overlay: four-part-ticket\nof: 1\nversion: 1\nname: lakeside-ticket\n"
    over = read_flow(text, source="o.yaml")
    assert (over.name, over.states) == ("lakeside-ticket", FOUR_PART_TICKET.states)

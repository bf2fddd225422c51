"""Every way in which a shipped flow is spoilt is found out: by the checks, by exploration, or by the reviewed stories.

``mutants/FLOW.csv`` holds the digests of a flow's stories and what finds each mutant; ``tools/mutate_flows.py FLOW`` writes it.
Whoever changes a flow runs it, and reads what differs.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

import pytest

import mutate_flows
from civicflow.workflows.engine.exploring.report import differing
from civicflow.workflows.shipped import SHIPPED

TOLD: Final = "; run python tools/mutate_flows.py, and read what differs"
SAMPLE: Final = 42
"""So many mutants are judged again in every run of the tests; all of them in the soak."""


def test_the_stories_are_those_that_were_reviewed() -> None:
    """A flow that tells other stories than it did is told so, by a digest for each scene."""
    digests, _ = mutate_flows.kept()
    now = {(flow.name, told.scene.en): told.digest for flow in SHIPPED for told in mutate_flows.reviewed(flow.name)}
    assert now == digests, TOLD


def test_every_mutant_is_accounted_for() -> None:
    """None is missing, none is left over, at least twelve operators have some, and one that is alike says why."""
    _, classes = mutate_flows.kept()
    assert list(classes) == list(mutate_flows.mutants()), TOLD
    assert len({operator for _, operator, _ in classes}) >= 12
    assert {flow for flow, _, _ in classes} == {flow.name for flow in SHIPPED}
    assert set(classes.values()) <= set(mutate_flows.CLASSES)
    assert {place for place, judgement in classes.items() if judgement == "alike"} == set(mutate_flows.ALIKE)


def test_the_page_says_what_the_file_says() -> None:
    """The table in the docs is counted from it."""
    _, classes = mutate_flows.kept()
    assert mutate_flows.PAGE.read_text(encoding="utf-8") == mutate_flows.page(classes), TOLD


@pytest.mark.slow
def test_some_are_judged_as_they_were() -> None:
    """A sample across all flows and operators."""
    _, classes = mutate_flows.kept()
    again = {place: mutate_flows.judge(place) for place in list(classes)[:: -(-len(classes) // SAMPLE)]}
    assert {place: judgement for place, (judgement, _) in again.items()} == {place: classes[place] for place in again}
    assert all(told for _, told in again.values())
    assert len(Counter(classes[place] for place in again)) >= 2


@pytest.mark.soak
def test_all_are_judged_as_they_were() -> None:
    """Each one, on every core."""
    _, classes = mutate_flows.kept()
    assert {place: now for place, (now, _) in mutate_flows.judged(list(classes)).items()} == classes


def test_what_differs_is_told_by_the_shortest_story() -> None:
    """A share that may not be returned: what was possible before, and is not any more."""
    judgement, told = mutate_flows.judge(("share", "drop_effect", "decline Tell 0"))
    assert judgement == "different"
    assert told.startswith("begins offered / before: officer@office-a: decline>declined [declined!post:secretary@low]")
    before = mutate_flows.reviewed("share")[0]
    assert differing(before, before) == ()

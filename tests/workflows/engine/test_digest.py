"""A case keeps its rules: they are named by a digest that changes with them, and with nothing else."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from civicflow import InvalidInput, NotFound
from civicflow.hierarchy.authority import ANYONE, REQUESTER
from civicflow.workflows.councils.proposal import COUNCIL_PROPOSAL
from civicflow.workflows.engine.fields import private
from civicflow.workflows.engine.flow import Branch, Flow, Limit, Span, Step
from civicflow.workflows.engine.flows import Flows
from civicflow.workflows.engine.situation import Change, Situation
from civicflow.workflows.shipped import SHIPPED
from civicflow.workflows.tickets.four_part import FOUR_PART_TICKET
from civicflow.workflows.tickets.share import SHARE


@attrs.frozen
class Bounded:
    """An effect with a bound, or without one."""

    bound: int | None

    def apply(self, situation: Situation, change: Change) -> None:
        """Nothing becomes of the case."""


def changed(flow: Flow, name: str, change: Callable[[Step], Step]) -> Flow:
    """The flow with one step changed."""
    return attrs.evolve(flow, steps=tuple(change(step) if step.name == name else step for step in flow.steps))


def with_revised_guard(step: Step) -> Step:
    """The step with its first guard revised."""
    return attrs.evolve(step, guards=(attrs.evolve(step.guards[0], revision=9), *step.guards[1:]))


def with_revised_branch(step: Step) -> Step:
    """The step with the guard of its first branch revised."""
    first, *rest = step.to
    return attrs.evolve(step, to=(attrs.evolve(first, when=attrs.evolve(first.when, revision=9)), *rest))


def with_changed_effect(step: Step) -> Step:
    """The step with another topic in its last effect."""
    return attrs.evolve(step, does=(*step.does[:-1], attrs.evolve(step.does[-1], topic="other")))  # type: ignore[misc]


CHANGES: dict[str, Callable[[Flow], Flow]] = {
    "a guard's revision": lambda f: changed(f, "dispatch", with_revised_guard),
    "a branch's revision": lambda f: changed(f, "evaluate", with_revised_branch),
    "a branch's target": lambda f: changed(
        f, "evaluate", lambda s: attrs.evolve(s, to=(Branch(s.to[0].when, "unresolved"), *s.to[1:]))
    ),
    "an effect's field": lambda f: changed(f, "dispatch", with_changed_effect),
    "an effect less": lambda f: changed(f, "dispatch", lambda s: attrs.evolve(s, does=s.does[:-1])),
    "who may": lambda f: changed(f, "withdraw", lambda s: attrs.evolve(s, by=ANYONE)),
    "the data": lambda f: changed(f, "withdraw", lambda s: attrs.evolve(s, data=f.steps[0].data)),
    "a source": lambda f: changed(f, "withdraw", lambda s: attrs.evolve(s, of=s.of[1:])),
    "while held": lambda f: changed(f, "withdraw", lambda s: attrs.evolve(s, while_held=False)),
    "a read": lambda f: changed(f, "answer", lambda s: attrs.evolve(s, reads=())),
    "a limit": lambda f: attrs.evolve(
        f, states=(attrs.evolve(f.states[0], limits=f.states[0].limits[:1]), *f.states[1:])
    ),
    "a limit's length": lambda f: attrs.evolve(
        f,
        states=(
            attrs.evolve(f.states[0], limits=(attrs.evolve(f.states[0].limits[0], within="2 workdays"),)),
            *f.states[1:],
        ),
    ),
    "a join": lambda f: attrs.evolve(
        f, states=tuple(attrs.evolve(s, joins=s.joins[::-1]) if s.joins else s for s in f.states)
    ),
    "an outcome": lambda f: attrs.evolve(
        f, states=tuple(attrs.evolve(s, final="solved") if s.name == "closed" else s for s in f.states)
    ),
    "the version": lambda f: attrs.evolve(f, version=2),
    "a span": lambda f: attrs.evolve(f, spans=(Span("all", "all | 全程", "ordered", (Limit("9 days", "escalate"),)),)),
    "a slot": lambda f: attrs.evolve(f, slots={**f.slots, "third": "share"}),
}


def given_by(field: Any) -> str:
    """The digest of a flow whose step is given one field, called `word`."""
    data = attrs.make_class("Given", {"word": field}, frozen=True)
    return changed(FOUR_PART_TICKET, "withdraw", lambda s: attrs.evolve(s, data=data)).digest


def test_the_digest_tells_what_may_be_left_out_and_what_is_private() -> None:
    """No field looks like another one: who may read a value, and what stands for one that is missing, are rules."""
    fields = [
        attrs.field(type=str),
        attrs.field(type=int),
        *(attrs.field(type=str, default=value) for value in (None, "", "a", 0, False)),
        *(attrs.field(type=tuple, factory=factory) for factory in (tuple, list)),
        private(),
        private(default=""),
    ]
    assert len({given_by(field) for field in fields}) == len(fields)


def test_the_digest_tells_nothing_from_zero() -> None:
    """An effect without a bound is no effect with a bound of 0."""
    steps = [lambda s, text=text: attrs.evolve(s, does=(Bounded(text),)) for text in (None, 0)]
    assert len({changed(FOUR_PART_TICKET, "withdraw", step).digest for step in steps}) == len(steps)


@pytest.mark.parametrize("what", CHANGES)
def test_the_digest_changes_with_the_rules(what: str) -> None:
    """Whatever decides about a case is in it."""
    other = CHANGES[what](FOUR_PART_TICKET)
    assert other.digest != FOUR_PART_TICKET.digest
    assert other.ref != FOUR_PART_TICKET.ref


def test_the_digest_is_of_the_filed_bytes() -> None:
    """Whoever has the ledger can compute it: SHA-256 over the definition as it is filed."""
    for flow in SHIPPED:
        assert hashlib.sha256(flow.body).hexdigest() == flow.digest
        assert flow.ref == f"{flow.name}@{flow.version}#{flow.digest[:16]}"


def test_the_digest_is_the_same_in_every_process() -> None:
    """Neither the order of hashes nor an address in memory is in it."""
    program = "from civicflow.workflows.shipped import SHIPPED; print(*[f.ref for f in SHIPPED])"
    for seed in ("1", "2"):
        out = subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(sys.path)},
        )
        assert out.stdout.split() == [flow.ref for flow in SHIPPED]


class TestFlowsInUse:
    """A case names its rules; whoever changes a flow without raising its version is told so."""

    def test_the_same_again_is_no_change(self) -> None:
        """Two plugins may bring the same flow."""
        flows = Flows((SHARE, SHARE))
        assert [flow.ref for flow in flows] == [SHARE.ref]

    def test_other_rules_under_one_version_are_refused(self) -> None:
        """The message names the next version."""
        other = attrs.evolve(SHARE, steps=(attrs.evolve(SHARE.steps[0], by=REQUESTER), *SHARE.steps[1:]))
        with pytest.raises(InvalidInput, match="raise its version to 2"):
            Flows((SHARE, other))
        flows = Flows((SHARE,))
        with pytest.raises(InvalidInput, match="raise its version to 2"):
            flows.add(other)
        assert [flow.ref for flow in flows] == [SHARE.ref]

    def test_new_cases_take_the_highest_version_running_ones_keep_theirs(self) -> None:
        """In whatever order they came."""
        newer = attrs.evolve(SHARE, version=2)
        for order in ((SHARE, newer), (newer, SHARE)):
            flows = Flows(order)
            assert flows.latest("share").flow is newer
            assert flows.rules(SHARE.ref).flow is SHARE
            assert "share" in flows
            assert "other" not in flows

    def test_rules_that_are_not_here_are_named_with_those_that_are(self) -> None:
        """An office that lacks a version says which it has."""
        flows = Flows((SHARE,))
        with pytest.raises(NotFound, match=r"share@7#0.*not in use here \(none of that name\)"):
            flows.rules("share@7#0")
        with pytest.raises(NotFound, match="in use: share"):
            flows.latest(COUNCIL_PROPOSAL.name)
        with pytest.raises(InvalidInput, match="no state 'opne'"):
            SHARE.state("opne")

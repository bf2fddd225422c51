"""What an actor gives with a step: of the right shape, or every fault at once; private fields apart."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from civicflow import InvalidInput
from civicflow.calendars import TimeLimit, time_limit
from civicflow.hierarchy.authority import ANYONE
from civicflow.workflows.engine.fields import private
from civicflow.workflows.engine.flow import Step
from civicflow.workflows.engine.given import parts, typed


@attrs.frozen(kw_only=True)
class Given:
    """Something to give."""

    title: str
    within: TimeLimit | None = attrs.field(default=None, converter=attrs.converters.optional(time_limit))
    contact: str = private(default="")


@attrs.frozen
class Optional:
    """Something that may be left out."""

    note: str = ""


STEP = Step("ask", "ask | 问", "open", "open", ANYONE, Given)
BARE = attrs.evolve(STEP, data=None)
LOOSE = attrs.evolve(STEP, data=Optional)


def test_a_value_of_the_class_is_taken_as_it_is() -> None:
    """So is nothing, where nothing is asked for or all may be left out."""
    value = Given(title="a lamp")
    assert typed(STEP, value) is value
    assert typed(BARE, None) is None
    assert typed(LOOSE, None) == Optional()


def test_a_mapping_is_read_into_the_class() -> None:
    """With the class's own converters."""
    read = typed(STEP, {"title": "a lamp", "within": "3 workdays"})
    assert read == Given(title="a lamp", within=TimeLimit(3, "workdays"))


def test_every_fault_of_a_mapping_is_named_at_once() -> None:
    """An unknown field with what comes near, a missing one with its name, and what the step needs."""
    with pytest.raises(InvalidInput) as caught:
        typed(STEP, {"titel": "a lamp", "zzz": 1})
    said = {fault.path: fault.reason for fault in caught.value.faults}
    assert said == {
        "ask.titel": "no such field; did you mean 'title'?",
        "ask.zzz": "no such field; there are title, within, contact",
        "ask.title": "is missing",
    }
    assert "title, within=…, contact=…" in str(caught.value)


@pytest.mark.parametrize(
    ("step", "given", "said"),
    [(BARE, {"title": "x"}, "takes no data"), (STEP, None, "needs Given"), (STEP, 7, "got int"), (LOOSE, 7, "got int")],
)
def test_something_else_is_refused_with_what_is_needed(step: Step, given: Any, said: str) -> None:
    """The message says what the step takes."""
    with pytest.raises(InvalidInput, match=said):
        typed(step, given)


def test_private_fields_are_kept_apart() -> None:
    """What is left empty is in neither part."""
    assert parts(None) == ({}, {})
    assert parts(Given(title="a lamp")) == ({"title": "a lamp"}, {})
    public, hidden = parts(Given(title="a lamp", within="3 days", contact="door 3"))
    assert (public, hidden) == ({"title": "a lamp", "within": {"n": 3, "unit": "days"}}, {"contact": "door 3"})


@pytest.mark.parametrize("value", [1.5, "nul\0", object(), 2**60])
def test_what_has_no_exact_plain_form_is_not_entered(value: Any) -> None:
    """A float, a NUL, an object, an integer that JavaScript would round."""
    with pytest.raises(InvalidInput, match="title"):
        parts(Given(title=value))


def test_nothing_is_not_false() -> None:
    """No and zero are answers and are kept."""
    assert parts(Given(title=False)) == ({"title": False}, {})  # type: ignore[arg-type]
    assert parts(Given(title=0)) == ({"title": 0}, {})  # type: ignore[arg-type]

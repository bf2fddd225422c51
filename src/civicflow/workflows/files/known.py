"""The Python that a file may name: guards, functions and effects, by the name that they bear themselves."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import attrs

from civicflow.errors import Fault, InvalidInput
from civicflow.workflows.engine.flow import ELSE, Effect, Flow, Guard, Named


def _spelt(name: str) -> str:
    return name.replace(" ", "-")


@attrs.frozen(eq=False)
class Known:
    """What a file may name.

    Attributes:
        guards: by name, blanks in it written as hyphens.
        functions: what computes something for an effect, by name.
        effects: whole effects, by a name that the caller gives them.
    """

    guards: Mapping[str, Guard] = attrs.field(factory=dict)
    functions: Mapping[str, Named] = attrs.field(factory=dict)
    effects: Mapping[str, Effect] = attrs.field(factory=dict)

    @classmethod
    def of(
        cls,
        guards: Iterable[Guard] = (),
        functions: Iterable[Named] = (),
        effects: Mapping[str, Effect] | None = None,
    ) -> Known:
        """These, each by its own name.

        Raises:
            InvalidInput: if two of them share a name.
        """
        return cls(_by_name("guard", guards), _by_name("function", functions), dict(effects or {}))

    @classmethod
    def of_flows(cls, flows: Iterable[Flow]) -> Known:
        """What some flows use. A name that stands for different things in them is left out: it says nothing."""
        guards: dict[str, set[Guard]] = {}
        functions: dict[str, set[Named]] = {}
        for flow in flows:
            for value in _walk(flow.steps):
                if isinstance(value, Guard) and type(value) is Guard and value is not ELSE:
                    guards.setdefault(_spelt(value.name), set()).add(value)
                elif isinstance(value, Named):
                    functions.setdefault(_spelt(value.name), set()).add(value)
        return cls(
            {name: next(iter(found)) for name, found in guards.items() if len(found) == 1},
            {name: next(iter(found)) for name, found in functions.items() if len(found) == 1},
        )

    def beside(self, other: Known) -> Known:
        """These and others; where both know a name, the other's is meant."""
        return Known(
            {**self.guards, **other.guards}, {**self.functions, **other.functions}, {**self.effects, **other.effects}
        )


def _by_name(kind: str, things: Iterable[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    twice: list[Fault] = []
    for thing in things:
        name = _spelt(thing.name)
        if found.setdefault(name, thing) is not thing:
            twice.append(Fault(reason=f"two of the {kind}s bear this name; give one of them another", value=name))
    if twice:
        msg = f"a {kind} is named by a file, so each bears a name of its own"
        raise InvalidInput(msg, twice)
    return found


def _walk(value: Any) -> Iterator[Any]:
    """A value and everything in it."""
    yield value
    if isinstance(value, tuple):
        for item in value:
            yield from _walk(item)
    elif attrs.has(type(value)) and not isinstance(value, Guard | Named):
        for field in attrs.fields(type(value)):
            yield from _walk(getattr(value, field.name))

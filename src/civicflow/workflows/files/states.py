"""States and spans as a file says them, whole or what an overlay changes of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import attrs

from civicflow.markup import AnyNode, Listing, Record
from civicflow.workflows.engine.flow import Limit, Span, State
from civicflow.workflows.files.shapes import (
    Both,
    Called,
    Fields,
    Flag,
    Key,
    Many,
    Reading,
    Table,
    Word,
    joined,
)
from civicflow.workflows.files.timing import LIMIT_KEYS, LIMITS, JoinShape, LimitShape, Within


@attrs.frozen
class Ladder:
    """The time limits of a state: a list, or by the step that each calls, ``{remind: 1 workday, escalate: 3 workdays}``."""

    def read(self, node: AnyNode, path: str, at: Reading) -> tuple[Limit, ...] | dict[str, Any]:
        """A list as the limits that it is; a record as the times by step."""
        if isinstance(node, Listing):
            return LIMITS.read(node, path, at)
        times: dict[str, Any] = Table(Within()).read(node, path, at)
        assert isinstance(node, Record)  # else it was noted
        for key, _ in node.pairs:
            Called("step").read(key, joined(path, key.text), at)
        return times

    def write(self, value: tuple[Limit, ...]) -> Any:
        """By step where that says all, else a list."""
        plain = all(not limit.again and not limit.promised for limit in value)
        if plain and len({limit.then for limit in value}) == len(value):
            return {limit.then: Within().write(limit.within) for limit in value}
        return [LimitShape().write(limit) for limit in value]

    def schema(self) -> dict[str, Any]:
        """An array of limits, or an object of times."""
        return {"anyOf": [{"type": "array", "items": LimitShape().schema()}, Table(Within()).schema()]}


_LIMITED: Final[dict[str, Key]] = {
    **{name: Key(key.shape, key.says) for name, key in LIMIT_KEYS.items()},
    "limits": Key(Ladder(), "several time limits, the shortest first | 多个时限，由短到长"),
}

STATE: Final = Fields(
    {
        "text": Key(Both(), "what a clerk reads | 经办人看到的名称"),
        "final": Key(Both(), "the same for a state in which the case ends | 终结状态的名称"),
        "outcome": Key(
            Word("a.name"), "the symbol of the ending; the state's name where left out | 终结的代号，不写则为状态名"
        ),
        **_LIMITED,
        "joins": Key(Many(JoinShape()), "when children bring it on, asked in order | 子项何时推动事项，依次判断"),
        "standing": Key(Flag(), "it waits for nobody | 不等待任何人"),
        "follows": Key(Flag(), "another matter moves it on | 由其他事项推动"),
        "broods": Key(Many(Called("brood")), "mass children that may be born here | 可在此产生的群子项"),
    },
    "state",
)

SPAN: Final = Fields(
    {
        "text": Key(Both(), "what a clerk reads | 经办人看到的名称", required=True),
        "over": Key(Many(Called("state")), "the states in which it runs | 计时的状态", required=True),
        "paused": Key(Many(Called("state")), "the states in which it stands still | 中止计时的状态"),
        **_LIMITED,
    },
    "span",
)


def state_of(name: str, node: AnyNode, path: str, at: Reading, base: State | None = None) -> State:
    """The state that a file says, or the base with what it changes.

    Raises:
        Spoilt: after every fault was noted.
    """
    given = STATE.read(node, path, at)
    if "text" in given and "final" in given:
        raise at.note(node, joined(path, "text"), "one-of-two", this="“text”", that="“final”")
    if base is None and "text" not in given and "final" not in given:
        raise at.note(node, joined(path, "text"), "missing", key="text")
    ends = "final" in given or (base is not None and base.final)
    if "outcome" in given and not ends:
        raise at.note(node, joined(path, "outcome"), "needs", this="“outcome”", that="“final”")
    outcome = given.pop("outcome", base.final if base is not None and base.final else name)
    if ends:
        given["final"], text = outcome, given.get("final")
        if text is not None:
            given["text"] = text
    limits = limits_over(base.limits if base is not None else (), given, node, path, at)
    if base is not None:
        return attrs.evolve(base, **given, limits=limits)
    return State(name, given.pop("text"), limits, given.pop("joins", ()), **given)


def span_of(name: str, node: AnyNode, path: str, at: Reading, base: Span | None = None) -> Span:
    """The span that a file says, or the base with what it changes.

    Raises:
        Spoilt: after every fault was noted.
    """
    given = SPAN.read(node, path, at, complete=base is None)
    limits = limits_over(base.limits if base is not None else (), given, node, path, at)
    if base is not None:
        return attrs.evolve(base, **given, limits=limits)
    return Span(name, limits=limits, **given)


def limits_over(
    base: tuple[Limit, ...], given: dict[str, Any], node: AnyNode, path: str, at: Reading
) -> tuple[Limit, ...]:
    """The limits that were given, over those of the base; their keys are taken out.

    Raises:
        Spoilt: if it is not clear which of several is meant, or what is to happen.
    """
    alone = {name: given.pop(name) for name in LIMIT_KEYS if name in given}
    ladder = given.pop("limits", None)
    if alone and ladder is not None:
        raise at.note(node, joined(path, "limits"), "one-of-two", this="“within”", that="“limits”")
    if ladder is not None:
        return _ladder(base, ladder)
    if not alone:
        return base
    if len(base) == 1:
        return (attrs.evolve(base[0], **alone),)
    if base and not {"within", "then"} <= alone.keys():
        says: dict[str, Any] = {"this": path.rpartition(".")[2], "n": len(base), "step": base[-1].then}
        raise at.note(node, joined(path, next(iter(alone))), "several-limits", **says)
    for this, that in (("within", "then"), ("then", "within"), ("again", "within"), ("promised", "within")):
        if this in alone and that not in alone:
            raise at.note(node, joined(path, this), "needs", this=f"“{this}”", that=f"“{that}”")
    return (Limit(**alone),)


def _ladder(base: tuple[Limit, ...], ladder: tuple[Limit, ...] | Mapping[str, Any]) -> tuple[Limit, ...]:
    """A list stands for itself; times by step change those of the base, and add what it does not have."""
    if isinstance(ladder, tuple):
        return ladder
    changed = tuple(attrs.evolve(limit, within=ladder.get(limit.then, limit.within)) for limit in base)
    there = {limit.then for limit in base}
    return (*changed, *(Limit(within, then) for then, within in ladder.items() if then not in there))


def state_said(state: State) -> dict[str, Any]:
    """A state as a file says it."""
    given: dict[str, Any] = {"final" if state.final else "text": str(state.text)}
    if state.final and state.final != state.name:
        given["outcome"] = state.final
    given |= limits_said(state.limits)
    for name in ("joins", "broods"):
        if getattr(state, name):
            given[name] = STATE.keys[name].shape.write(getattr(state, name))
    return given | {name: True for name in ("standing", "follows") if getattr(state, name)}


def span_said(span: Span) -> dict[str, Any]:
    """A span as a file says it."""
    given: dict[str, Any] = {"text": str(span.text), "over": SPAN.keys["over"].shape.write(span.over)}
    if span.paused:
        given["paused"] = SPAN.keys["paused"].shape.write(span.paused)
    return given | limits_said(span.limits)


def limits_said(limits: tuple[Limit, ...]) -> dict[str, Any]:
    """The keys of a state or a span that say its limits."""
    if len(limits) == 1:
        return LimitShape().write(limits[0])
    return {"limits": Ladder().write(limits)} if limits else {}

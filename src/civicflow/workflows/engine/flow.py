"""A flow is data: states, steps, who may take each, time limits and what happens when they pass.

The classes here only describe. `checks` finds what is wrong with a description, `machine` turns it into a machine,
`decide` runs it. What they hold of behaviour (guards, effects) has a name and a revision, so that a flow's digest
changes when its rules do.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Protocol

import attrs

from civicflow.calendars import Recurrence, TimeLimit, time_limit
from civicflow.errors import InvalidInput
from civicflow.hierarchy.authority import Who
from civicflow.ledger.canonical import encode, plain
from civicflow.texts import Text, bilingual
from civicflow.workflows.engine.fields import is_private
from civicflow.workflows.engine.records import NEW

if TYPE_CHECKING:
    from civicflow.workflows.engine.records import Case
    from civicflow.workflows.engine.situation import Change, Situation

__all__ = [
    "BESIDE",
    "ELSE",
    "NEW",
    "STAY",
    "Branch",
    "Effect",
    "Flow",
    "Guard",
    "Join",
    "JoinRule",
    "Kept",
    "Limit",
    "Named",
    "Read",
    "Span",
    "State",
    "Step",
]

STAY: Final = ""
"""The target of a step that leaves the state, and the limits that run in it, as they are."""


BESIDE: Final[Mapping[str, Text]] = {
    "attach": Text("attach a file", "附加文件"),
    "correct": Text("correct", "更正"),
    "erase": Text("erase personal data", "清除个人信息"),
    "migrate": Text("take on another version", "迁移版本"),
    "note": Text("write a note", "备注"),
}
"""The steps of entries beside every flow, with what a clerk reads; no step of a flow is called so."""


@attrs.frozen
class Guard:
    """A condition with its reason.

    Attributes:
        name: the symbol of the rule, as refusals name it.
        test: whether the condition holds in a situation.
        reason: the sentence of the refusal.
        revision: raised whenever the test's meaning changes.
        asks_data: the test looks at what the actor gives, so that it cannot be told beforehand.
        ended: the slots of which no child is open where it holds; the checks believe it, exploration proves it.
    """

    name: str
    test: Callable[[Situation], bool]
    reason: Text = attrs.field(converter=bilingual)
    revision: int = 1
    asks_data: bool = False
    ended: tuple[str, ...] = ()

    def describe(self) -> str:
        """The guard as a flow's digest holds it."""
        return f"{self.name}@{self.revision}"

    def telling(self) -> Mapping[str, tuple[Any, ...]]:
        """By field, values on both sides of what the test asks for: exploration tries them. Python cannot say them."""
        return {}


@attrs.frozen
class Named:
    """A function in a flow's table, under a name and a revision that the flow's digest holds.

    Attributes:
        name: what it computes.
        of: the function.
        revision: raised whenever its meaning changes.
    """

    name: str
    of: Callable[..., Any]
    revision: int = 1

    def describe(self) -> str:
        """The function as a flow's digest holds it."""
        return f"{self.name}@{self.revision}"


ELSE: Final = Guard("otherwise", lambda _: True, "otherwise | 否则")
"""The branch that is taken when no other one is."""


class Effect(Protocol):
    """What a step does beside moving its case. An attrs class: its fields are part of the flow's digest."""

    def apply(self, situation: Situation, change: Change) -> None:
        """Note in ``change`` what shall become of the case."""
        ...


class Read(Protocol):
    """Something that a step reads beyond its own matter; loaded in the same snapshot, expected in the commit."""

    @property
    def name(self) -> str:
        """Under which name guards and effects find it."""
        ...

    def idle(self, case: Case, data: Any) -> bool:
        """Whether there is nothing to load."""
        ...


@attrs.frozen
class Branch:
    """One outcome of a step: where the case goes when the guard holds, and what is done then."""

    when: Guard
    to: str
    does: tuple[Effect, ...] = ()


class JoinRule(Protocol):
    """When the children of some slots together bring their parent on."""

    def holds(self, tally: Mapping[str, int], finals: frozenset[str]) -> bool:
        """Whether it holds, given how many children stand in each state and which states are final."""
        ...


@attrs.frozen
class Join:
    """Children of ``slots``, counted together under ``rule``, make the clock-less actor JOIN take the step ``then``."""

    slots: tuple[str, ...]
    rule: JoinRule
    then: str


@attrs.frozen
class Kept:
    """A schedule that each case keeps in its data: 31 townships have 31 reception days, each duty its own date.

    Attributes:
        field: under which a step keeps it: a `TimeLimit`, a `Recurrence`, or a day, at whose end it falls due.
        text: when that is, as a clerk reads it.
    """

    field: str
    text: Text = attrs.field(converter=bilingual)


Within = TimeLimit | Recurrence | Kept
"""When the clock acts: after a time limit, on the next of some recurring days, or as the case itself says."""

LimitKey = int | str
"""Which limit a clock is: the number of one of its state's own, ``SPAN/NUMBER`` for one of a span."""


def _within(within: Within | str) -> Within:
    return within if isinstance(within, Recurrence | Kept) else time_limit(within)


@attrs.frozen
class Limit:
    """A time limit of a state or of a span.

    Attributes:
        within: how long, counted from the instant on which the state was entered (or the span began); or a recurrence,
            whose next day counts; or what the case keeps: it moves when the case says another schedule.
        then: the step that the clock takes when it passes.
        again: it starts anew after each time: a standing reminder, or a recurring duty.
        promised: where the case carries a promise, that instant counts in place of ``within``.
        times: how many times over a promise has to have passed: 3 where that is very late. It counts from the same instant,
            in the time that passes on the clock on the wall; ``within`` stays as it is.

    Raises:
        InvalidInput: if ``times`` is less than 2, or nothing promised counts.
    """

    within: Within = attrs.field(converter=_within)
    then: str
    again: bool = False
    promised: bool = False
    times: int | None = attrs.field(default=None, kw_only=True)

    def __attrs_post_init__(self) -> None:
        if self.times is not None and (not self.promised or self.times < 2):
            msg = f"a limit counts a promise twice over or more, and only with promised=True; got times={self.times}"
            raise InvalidInput(msg)


@attrs.frozen
class State:
    """A state.

    Attributes:
        name: an adjective or participle.
        text: what a clerk reads.
        limits: the ladder of time limits, the shortest first.
        joins: asked in order whenever a child moves or the state is entered; the first that holds is taken.
        final: the outcome, if the case ends here.
        standing: it waits for nobody (a fund that is open).
        follows: it is moved on by another matter, which is itself never left alone.
        broods: mass children that may be born while the case stands here.
    """

    name: str
    text: Text = attrs.field(converter=bilingual)
    limits: tuple[Limit, ...] = ()
    joins: tuple[Join, ...] = ()
    final: str = attrs.field(default="", kw_only=True)
    standing: bool = attrs.field(default=False, kw_only=True)
    follows: bool = attrs.field(default=False, kw_only=True)
    broods: tuple[str, ...] = attrs.field(default=(), kw_only=True)


def _names(of: str | tuple[str, ...]) -> tuple[str, ...]:
    return (of,) if isinstance(of, str) else of


@attrs.frozen
class Span:
    """A time limit over several states: a first response, an arrival, a settlement.

    It begins when the case comes into one of its states from outside, and goes on while the case moves between them. In
    the states named ``paused`` it stands still and keeps the time that was left (papers are missing, say). It ends when
    the case comes to any other state.

    Attributes:
        name: what ends in time, a noun.
        text: what a clerk reads.
        over: the states in which it runs.
        limits: the ladder of time limits, the shortest first; the steps that they call lead from each state of ``over``.
        paused: the states in which it stands still.
    """

    name: str
    text: Text = attrs.field(converter=bilingual)
    over: tuple[str, ...] = attrs.field(converter=_names)
    limits: tuple[Limit, ...]
    paused: tuple[str, ...] = attrs.field(default=(), kw_only=True, converter=_names)

    def key(self, number: int) -> str:
        """How a clock names one of its limits."""
        return f"{self.name}/{number}"


def _branches(to: str | tuple[Branch, ...]) -> tuple[Branch, ...]:
    return (Branch(ELSE, to),) if isinstance(to, str) else to


@attrs.frozen
class Step:
    """A step that may be taken.

    Attributes:
        name: an imperative verb.
        text: what a clerk reads.
        of: the states it leads from; `NEW` for the first step of a case.
        to: the state it leads to, `STAY`, or branches of which the first that holds is taken.
        by: who may take it.
        data: the attrs class of what the actor must give, or None.
        guards: conditions that must all hold.
        does: effects, whichever branch is taken.
        while_held: may be taken while the case is on hold.
        asks: the case waits for it, so whoever may take it is asked; False for what may but need not be done.
        reads: what it reads beyond its matter.
    """

    name: str
    text: Text = attrs.field(converter=bilingual)
    of: tuple[str, ...] = attrs.field(converter=_names)
    to: tuple[Branch, ...] = attrs.field(converter=_branches)
    by: Who
    data: type[Any] | None = None
    guards: tuple[Guard, ...] = ()
    does: tuple[Effect, ...] = ()
    while_held: bool = attrs.field(default=False, kw_only=True)
    asks: bool = attrs.field(default=True, kw_only=True)
    reads: tuple[Read, ...] = attrs.field(default=(), kw_only=True)


@attrs.frozen
class Flow:
    """A versioned definition. A running case keeps the version it began with.

    Attributes:
        name: in words of the glossary, joined by hyphens.
        version: raised with every change of its rules.
        text: what a clerk reads.
        states, steps: the table.
        slots: for each slot of children inside the matter, the name of their flow.
        spans: time limits over several states.
        broods: for each kind of mass child, the name of its flow.
        opened_in: the states in which a parent may open such a case as its child.
        anchors: the units that whoever begins a case names, beside its own, for instance ``council``.
        outlives: such a child may be open when its parent goes on or ends, as a supervision that nobody joins.
        numbered: whether its root cases are given a human number, in an office that numbers; no rule of a running case.
    """

    name: str
    version: int
    text: Text = attrs.field(converter=bilingual)
    states: tuple[State, ...]
    steps: tuple[Step, ...]
    slots: Mapping[str, str] = attrs.field(factory=dict, kw_only=True)
    broods: Mapping[str, str] = attrs.field(factory=dict, kw_only=True)
    opened_in: tuple[str, ...] = attrs.field(default=(), kw_only=True)
    spans: tuple[Span, ...] = attrs.field(default=(), kw_only=True)
    anchors: tuple[str, ...] = attrs.field(default=(), kw_only=True)
    outlives: bool = attrs.field(default=False, kw_only=True)
    numbered: bool = attrs.field(default=True, kw_only=True)

    def limits_in(self, state: str) -> dict[LimitKey, Limit]:
        """Every limit whose clock may be there in a state, by its key: the state's own, and those of its spans."""
        found: dict[LimitKey, Limit] = dict(enumerate(self.state(state).limits))
        for span in self.spans:
            if state in span.over or state in span.paused:
                found.update((span.key(number), limit) for number, limit in enumerate(span.limits))
        return found

    def state(self, name: str) -> State:
        """A state by name.

        Raises:
            InvalidInput: if there is none.
        """
        for state in self.states:
            if state.name == name:
                return state
        msg = f"flow {self.name}@{self.version} has no state {name!r}; it has {', '.join(s.name for s in self.states)}"
        raise InvalidInput(msg)

    @cached_property
    def finals(self) -> frozenset[str]:
        """The names of the final states."""
        return frozenset(state.name for state in self.states if state.final)

    def describe(self) -> dict[str, Any]:
        """The whole table as builtins: what is hashed, filed with the ledger, and drawn."""
        told = {"anchors": list(self.anchors), "outlives": self.outlives}
        return {
            **{name: value for name, value in told.items() if value},
            "flow": self.name,
            "version": self.version,
            "text": str(self.text),
            "slots": dict(self.slots),
            "broods": dict(self.broods),
            "opened_in": list(self.opened_in),
            "spans": [described(span) for span in self.spans],
            "states": [described(state) for state in self.states],
            "steps": [described(step) for step in self.steps],
        }

    @cached_property
    def body(self) -> bytes:
        """The canonical bytes of `describe`, as they are filed with the ledger."""
        return encode(self.describe())

    @cached_property
    def digest(self) -> str:
        """SHA-256 (hex) of `body`."""
        return hashlib.sha256(self.body).hexdigest()

    @cached_property
    def ref(self) -> str:
        """How cases and entries name their rules: ``name@version#`` and sixteen digits of the digest."""
        return f"{self.name}@{self.version}#{self.digest[:16]}"


def described(value: Any) -> Any:
    """A part of a flow's table as builtins, as its digest holds it."""
    match value:
        case Guard() | Named():
            return value.describe()
        case Text():
            return str(value)
        case type():
            return {field.name: _field(field) for field in attrs.fields(value)}
        case tuple():
            return [described(item) for item in value]
    if attrs.has(type(value)):
        fields = {f.name: described(getattr(value, f.name)) for f in attrs.fields(type(value))}
        return {
            "is": type(value).__name__,
            **{name: item for name, item in fields.items() if item != "" and item is not None and item is not False},
        }
    return plain(value)


def _field(field: attrs.Attribute[Any]) -> dict[str, Any]:
    """A field of a step's data: what it holds, what it is when left out, and whether the public must not see it."""
    told: dict[str, Any] = {"type": str(field.type)}
    default: Any = field.default
    if isinstance(default, attrs.Factory):  # type: ignore[arg-type]  # attrs types its class as a function
        told["default"] = default.factory.__qualname__
    elif default is not attrs.NOTHING:
        told["default"] = described(default)
    if is_private(field):
        told["private"] = True
    return told

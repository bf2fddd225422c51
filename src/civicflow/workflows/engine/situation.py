"""What guards and effects see, and what effects may note.

A `Situation` is one step about to be taken: the case, what the actor gave, what was read. A `Change` collects what
shall become of the case; it ends in the entry's delta.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

import attrs

from civicflow.calendars import WorkingCalendar
from civicflow.errors import CivicflowError, InvalidInput
from civicflow.hierarchy.authority import Actor
from civicflow.hierarchy.chart import Chart
from civicflow.ids import CaseId, MatterId, PersonId, UnitId
from civicflow.texts import Text
from civicflow.workflows.engine.flow import Read
from civicflow.workflows.engine.records import Case, Matter

if TYPE_CHECKING:
    from civicflow.workflows.engine.flows import Flows

PARENT: Final = "parent"
"""The name under which a mass child's guards read the case that it belongs to."""


class Wanted(CivicflowError):
    """A decision needs more than was loaded: children of a matter, or what a step reads. Load it and decide again.

    Attributes:
        matter: the matter whose children are all needed, or None.
        reads: what else must be read, with the case that reads it and what the actor gave.
        basis: the version of the matter that the decision was given, which the reads follow from.
    """

    def __init__(
        self, matter: MatterId | None = None, reads: tuple[tuple[Read, Case, Any], ...] = (), *, basis: int = 0
    ) -> None:
        self.matter, self.reads, self.basis = matter, reads, basis
        super().__init__(f"children of {matter}" if matter else ", ".join(read.name for read, _, _ in reads))


@attrs.frozen(kw_only=True, weakref_slot=False)
class World:
    """Everything a decision rests on beside the matter itself.

    Attributes:
        flows: the rules in use.
        chart: the organisation as of the day of `recorded`.
        register: the version of the register that the chart was made from.
        calendar: in which time limits are counted.
        recorded: the office's clock (UTC).
        salt: for a private part, fresh for each decision.
        reads: what was read beyond the matter, by the read's name.
        numbers: the human numbers of the matters that the decision begins, where they are known.
    """

    flows: Flows
    chart: Chart
    register: int
    calendar: WorkingCalendar
    recorded: datetime
    salt: bytes = b""
    reads: Mapping[str, tuple[Matter, ...]] = attrs.field(factory=dict)
    numbers: Mapping[CaseId, str] = attrs.field(factory=dict)


@attrs.frozen(kw_only=True, weakref_slot=False)
class Situation:
    """One step about to be taken.

    Attributes:
        case: the case before the step.
        root: the root of its matter (the case itself for a root).
        data: what the actor gave, as the step's data class; None where it asks for nothing.
        actor: who takes it.
        happened: when it happened (UTC).
        version: the number that its entry will have.
        world: what else the decision rests on.
        children: the children of the matter, when they were loaded.
    """

    case: Case
    root: Case
    data: Any
    actor: Actor
    happened: datetime
    version: int
    world: World
    children: Mapping[CaseId, Case]

    def read(self, name: str) -> tuple[Matter, ...]:
        """What was read under a name; empty where nothing was found."""
        return self.world.reads.get(name, ())

    @property
    def parent(self) -> Case:
        """The case that this one is born to as its mass child.

        Raises:
            InvalidInput: if it is begun by itself.
        """
        for matter in self.read(PARENT):
            return matter.root
        msg = (
            f"a case of {self.case.flow.partition('@')[0]} belongs to another; begin it there, with parent= and brood="
        )
        raise InvalidInput(msg)

    def has_open(self, slot: str) -> bool:
        """Whether a child in a slot of the case has not ended."""
        flows = self.world.flows
        finals = flows.latest(flows.rules(self.case.flow).flow.slots[slot]).flow.finals
        return bool(set(self.case.tally.get(slot, ())) - finals)

    @property
    def above(self) -> UnitId | None:
        """The unit one level above the case's."""
        return None if self.case.unit is None else self.world.chart.above(self.case.unit)


@attrs.frozen(kw_only=True)
class Notice:
    """Somebody is told of a step.

    Attributes:
        case: the case it speaks of.
        version: the entry it speaks of.
        to: an address, ``person:ID`` or ``post:NAME@UNIT``.
        topic: what it is about, for the recipient's preferences.
        template: what is said, with a gap for the headline.
        title: the case's headline; one in two languages, ``stall permit | 摆摊许可``, is said in each of them.
    """

    case: CaseId
    version: int
    to: str
    topic: str
    template: Text
    title: str

    @property
    def text(self) -> Text:
        """What is said."""
        en, _, zh = self.title.partition(" | ")
        return self.template.fill(title=Text(en, zh) if en and zh else self.title)


@attrs.frozen
class Carry:
    """A step on another matter that this one brings about, taken by the actor RULE in the same commit."""

    case: CaseId
    step: str
    data: Any


@attrs.frozen(kw_only=True)
class Raised:
    """A matter of another flow that this one begins, by the actor RULE in the same commit.

    Attributes:
        case: its id.
        flow: the name of its flow.
        step: its first step.
        data: what that step is given.
        unit: the area whose matter it is.
        requester: who raised it; None where nobody is known.
        anchors: other units that its flow names.
        links: the ties that it begins with.
    """

    case: CaseId
    flow: str
    step: str
    data: Any
    unit: UnitId | None
    requester: PersonId | None
    anchors: Mapping[str, UnitId]
    links: Mapping[str, tuple[str, ...]]


@attrs.define(eq=False)
class Change:
    """What shall become of the case beside its state; see `apply` for the meaning of each part."""

    set: dict[str, Any] = attrs.field(factory=dict)
    clocks: list[Any] | None = None
    holds: list[Any] | None = None
    data: dict[str, Any] = attrs.field(factory=dict, init=False)
    links: dict[str, list[str]] = attrs.field(factory=dict, init=False)
    opened: list[dict[str, Any]] = attrs.field(factory=list, init=False)
    ended: dict[str, tuple[str, str, str, str]] = attrs.field(factory=dict, init=False)
    notices: list[Notice] = attrs.field(factory=list, init=False)
    carried: list[Carry] = attrs.field(factory=list, init=False)
    raised: list[Raised] = attrs.field(factory=list, init=False)

    def delta(self) -> dict[str, Any]:
        """The parts that are not empty, as an entry keeps them."""
        parts: dict[str, Any] = {}
        if self.set:
            parts["set"] = self.set
        if self.data:
            parts["data"] = self.data
        if self.clocks is not None:
            parts["clocks"] = self.clocks
        if self.holds is not None:
            parts["holds"] = self.holds
        if self.links:
            parts["links"] = self.links
        if self.opened:
            parts["opened"] = self.opened
        if self.ended:
            parts["ended"] = self.ended
        return parts

"""Effects on other matters, and reading them: ties, steps carried to them, matters that a step begins.

The fields of an effect are part of the flow's digest, so everything that it does is in them.
"""

from __future__ import annotations

from collections.abc import Mapping
from operator import attrgetter
from typing import Any

import attrs

from civicflow.ids import CaseId, PersonId, UnitId, raised_id
from civicflow.workflows.engine.flow import Named
from civicflow.workflows.engine.records import Case
from civicflow.workflows.engine.situation import Carry, Change, Raised, Situation


@attrs.frozen
class Link:
    """Tie the case to the matters named in a field of what the actor gave."""

    name: str
    field: str

    def apply(self, situation: Situation, change: Change) -> None:
        given = attrgetter(self.field)(situation.data)
        ids = (given,) if isinstance(given, str) else tuple(given)
        if not ids:
            return
        change.links[self.name] = [*situation.case.links.get(self.name, ()), *ids]


@attrs.frozen
class CarryTo:
    """Take a step on every matter that was read under a name, in the same commit.

    Attributes:
        read: the name of the read.
        step: the step on the other matter, whose actor is RULE.
        data: makes what the step is given, of the situation and the other matter; None leaves that matter alone.
    """

    read: str
    step: str
    data: Named

    def apply(self, situation: Situation, change: Change) -> None:
        for matter in situation.read(self.read):
            given = self.data.of(situation, matter)
            if given is not None:
                change.carried.append(Carry(matter.root.id, self.step, given))


@attrs.frozen
class CarryEach(CarryTo):
    """Take a step on some of the matters that were read under a name, in the same commit: what is worked out of all of them at once.

    ``data`` makes, of the situation alone, what the step is given by the other matter's id; what is not named is left alone.
    """

    def apply(self, situation: Situation, change: Change) -> None:
        given = self.data.of(situation)
        for matter in situation.read(self.read):
            if matter.root.id in given:
                change.carried.append(Carry(matter.root.id, self.step, given[matter.root.id]))


@attrs.frozen(kw_only=True)
class Raising:
    """One matter to begin.

    Attributes:
        data: what its first step is given, as its data class.
        unit: the area whose matter it is; None for the case's own.
        requester: who raised it; None for whoever raised the case, an empty id for nobody who is known.
        anchors: other units that its flow names.
    """

    data: Any
    unit: UnitId | None = None
    requester: PersonId | None = None
    anchors: Mapping[str, UnitId] = attrs.field(factory=dict)


@attrs.frozen
class Raise:
    """Begin matters of another flow in the same commit, each tied to this case, and this case to it.

    Their first step is taken by the actor RULE, so it has to allow a rule.

    Attributes:
        flow: the name of the other flow.
        step: its first step.
        matters: makes of the situation what to begin: one `Raising`, several, or None.
        tie: what the case calls them among its links.
        back: what they call the case among theirs.
    """

    flow: str
    step: str
    matters: Named
    tie: str
    back: str = "origin"

    def apply(self, situation: Situation, change: Change) -> None:
        case, asked = situation.case, self.matters.of(situation)
        for raising in (asked,) if isinstance(asked, Raising) else asked or ():
            new = raised_id(self.flow, case.id, situation.version, len(change.raised))
            requester = case.requester if raising.requester is None else raising.requester or None
            unit = case.unit if raising.unit is None else raising.unit
            change.links.setdefault(self.tie, list(case.links.get(self.tie, ()))).append(new)
            change.raised.append(
                Raised(
                    case=new,
                    flow=self.flow,
                    step=self.step,
                    data=raising.data,
                    unit=unit,
                    requester=requester,
                    anchors=raising.anchors,
                    links={self.back: (case.id,)},
                )
            )


@attrs.frozen
class Linked:
    """Read the matters that a field of what the actor gave names, or those that the case is tied to, each once."""

    name: str
    field: str = ""

    def idle(self, case: Case, data: Any) -> bool:
        """Whether the case is tied to none."""
        return not self.ids(case, data)

    def ids(self, case: Case, data: Any) -> tuple[CaseId, ...]:
        """The ids to load."""
        if not self.field:
            return tuple(CaseId(i) for i in dict.fromkeys(case.links.get(self.name, ())))
        given = attrgetter(self.field)(data)
        return (CaseId(given),) if isinstance(given, str) else tuple(CaseId(i) for i in dict.fromkeys(given))


@attrs.frozen
class Brood:
    """Read the mass children of the case's present round, or of one before it."""

    name: str
    back: int = 0

    def idle(self, case: Case, data: Any) -> bool:
        """Never: there may always be some."""
        return False

    def of(self, case: Case) -> str:
        """The brood as `Case.brood` spells it."""
        return f"{case.id}#{case.round - self.back}"

"""Records: a case as it stands, and a matter: a root case with its shares, the unit of consistency."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from operator import attrgetter
from typing import Any, Final, cast

import attrs

from civicflow.drafts import draft_of
from civicflow.ids import CaseId, MatterId, PersonId, UnitId, matter_of

NEW: Final = "new"
"""The state of a case before its first entry."""

_EMPTY: Final[Mapping[str, Any]] = {}


@attrs.frozen(weakref_slot=False)
class Clock:
    """A time limit that runs.

    Attributes:
        limit: which limit it is: the number of one of its state's own, ``SPAN/NUMBER`` for one of a span.
        since: the instant from which the limit counts (UTC).
        due: the instant on which it passes (UTC).
        provisional: the calendar did not reach that far when it was computed; it is computed again when it rings.
        left: how many working days were left at ``since``, where something has stopped or put off the clock; None where
            the whole limit counts.
        stopped: the instant since which it stands still, in a state that pauses its span; None while it runs.
    """

    limit: int | str
    since: datetime
    due: datetime
    provisional: bool = False
    left: int | None = None
    stopped: datetime | None = None


@attrs.frozen(weakref_slot=False)
class Hold:
    """A wait that stops every clock of a case.

    Attributes:
        name: what it waits for, as the flow names it.
        since: when it began (UTC).
        until: when it ends by itself (UTC).
        then: the step that ends it then.
    """

    name: str
    since: datetime
    until: datetime
    then: str


@attrs.frozen(kw_only=True, weakref_slot=False)
class Case:
    """Anything that runs through a flow: a ticket, a share of one, a proposal, a ballot, a fund.

    A change makes a new case; only `apply` does that.

    Attributes:
        id: spells the path from its root.
        flow: the rules it keeps, ``name@version#digest``.
        state: where it stands.
        version: the matter's version at its last change.
        unit: the area whose matter it is now.
        body: the body that has to act on it, or None.
        requester: who raised it.
        anchors: other units that its flow names, for instance ``council``.
        homes: where the map was re-drawn under it, what `unit`, `body` or an anchor was before, by its name.
        slot: which slot of its parent it fills, or empty for a root.
        key: its name within the slot or brood.
        number: its human number, by which people speak of it, or empty; only a root has one.
        brood: for a child with a matter of its own, ``PARENT#ROUND``; else empty.
        data: what its steps kept, public.
        tally: for each slot, how many children stand in each state.
        past: for each slot, how many of them ended, and in which state, before the latest ones were opened; joins do not
            count them any more.
        links: other matters by the name of the tie.
        clocks: the limits that run.
        holds: what it waits for; while there is one, no clock runs.
        round: raised when mass children of an earlier question no longer count.
        opened, promise, handled, evaluated, closed: see `CaseFacts`; instants in UTC.
        outcome: why it ended, or empty while it is open.
        recorded: when its matter's last entry that touched it was recorded.
    """

    id: CaseId
    flow: str = ""
    state: str = NEW
    version: int = 0
    unit: UnitId | None = None
    body: UnitId | None = None
    requester: PersonId | None = None
    anchors: Mapping[str, UnitId] = _EMPTY
    homes: Mapping[str, UnitId] = _EMPTY
    slot: str = ""
    key: str = ""
    number: str = ""
    brood: str = ""
    data: Mapping[str, Any] = _EMPTY
    tally: Mapping[str, Mapping[str, int]] = _EMPTY
    past: Mapping[str, Mapping[str, int]] = _EMPTY
    links: Mapping[str, tuple[str, ...]] = _EMPTY
    clocks: tuple[Clock, ...] = ()
    holds: tuple[Hold, ...] = ()
    round: int = 0
    opened: datetime | None = None
    promise: datetime | None = None
    handled: datetime | None = None
    evaluated: datetime | None = None
    closed: datetime | None = None
    outcome: str = ""
    recorded: datetime | None = None

    @property
    def matter(self) -> MatterId:
        """The id of its root."""
        return matter_of(self.id)

    @property
    def is_root(self) -> bool:
        """Whether it is the root of its matter."""
        return "/" not in self.id

    @property
    def title(self) -> str:
        """Its public headline, or empty."""
        return str(self.data.get("title", ""))

    @property
    def flow_name(self) -> str:
        """The flow's name without version and digest."""
        return self.flow.partition("@")[0]

    @property
    def due(self) -> datetime | None:
        """The instant of its next deadline, or None."""
        if self.holds:
            return min([hold.until for hold in self.holds])
        if not self.clocks:
            return None
        return min([clock.due for clock in self.clocks if clock.stopped is None], default=None)


_Draft: Final = draft_of(Case)
_values = attrgetter(*(field.name for field in attrs.fields(Case)))


def blank(case: CaseId) -> Any:
    """A case before its first entry, unfrozen, to be filled and frozen."""
    return _Draft(case)


def thaw(case: Case) -> Any:
    """An unfrozen copy of a case, to be changed and frozen again."""
    return _Draft(*_values(case))


def freeze(draft: Any) -> Case:
    """The draft itself, as a case; it must not be changed afterwards."""
    draft.__class__ = Case
    return cast("Case", draft)


@attrs.frozen(weakref_slot=False)
class Matter:
    """A root with the children that were loaded beside it.

    Attributes:
        root: the root case; its version is the matter's.
        children: by id.
        complete: whether all children are there.
    """

    root: Case
    children: Mapping[CaseId, Case] = attrs.field(factory=dict)
    complete: bool = False

    def case(self, case: CaseId) -> Case:
        """The root or a child by id."""
        return self.root if case == self.root.id else self.children[case]

    def shares(self, *slots: str) -> tuple[Case, ...]:
        """The children in these slots (in all of them where none is named), by id."""
        return tuple(c for _, c in sorted(self.children.items()) if not slots or c.slot in slots)

"""What every decision of an office rests on beside its case: clock, calendar, register, flows, and whom it tells."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final, Protocol

from civicflow.calendars import WorkingCalendar, check_aware
from civicflow.drafts import maker
from civicflow.hierarchy.changes import Change
from civicflow.hierarchy.chart import Chart
from civicflow.hierarchy.register import Register
from civicflow.ids import MatterId, NewBytes
from civicflow.ledger.entries import read
from civicflow.office.flow_files import OfficeFlows
from civicflow.plugins.hookspecs import Committed
from civicflow.plugins.storage.contract import Storage, StoredCase
from civicflow.workflows.engine.records import Matter
from civicflow.workflows.engine.situation import World
from civicflow.workflows.numbers import Numbers

if TYPE_CHECKING:
    from civicflow.plugins.notify.preferences import Choosing

REGISTER: Final = MatterId("register")
"""The matter whose entries are the changes of the register."""

Clock = Callable[[], datetime]
"""Tells the time, aware of its zone."""


_new_world: Final = maker(World)


class Observers(Protocol):
    """Who hears of commits; see `civicflow.plugins.manager.Plugins`."""

    @property
    def listening(self) -> bool:
        """Whether anybody does."""
        ...

    def committed(self, event: Committed) -> object:
        """Tell them."""
        ...


class Surroundings:
    """The office's clock, calendar, register and flows.

    The register is kept in memory and brought up to date whenever a snapshot shows another head of its chain. Its version
    would not do: what a host or a group has undone may have had the same one.
    """

    def __init__(
        self,
        storage: Storage,
        *,
        clock: Clock,
        calendar: WorkingCalendar,
        flows: OfficeFlows,
        new_bytes: NewBytes,
        channels: tuple[str, ...],
        observers: Observers,
        preferences: Choosing | None = None,
        numbers: Numbers | None = None,
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._known = (Register(), b"")
        self._filed: frozenset[str] = frozenset()
        self._lock = threading.Lock()
        self._new_bytes = new_bytes
        self.calendar = calendar
        self.flows = flows
        self.channels = channels
        self.observers = observers
        self.preferences = preferences
        self.numbers = numbers

    def now(self) -> datetime:
        """The office's clock (UTC).

        Raises:
            InvalidInput: if the clock given tells naive times.
        """
        return check_aware(self._clock())

    def register(self) -> Register:
        """The register, as new as the store's."""
        return self._as_of(self._storage.load((REGISTER,)).cases.get(REGISTER))

    def _as_of(self, stored: StoredCase | None) -> Register:
        """The register that a record of it speaks of; None where there is none yet."""
        known, head = self._known
        if head == (b"" if stored is None else stored.head):
            return known
        with self._lock:
            return self._catch_up()

    def _catch_up(self) -> Register:
        """Go on from what is known, or begin anew where that was undone."""
        register, head = self._known
        rows = self._storage.history(REGISTER, after=max(register.version - 1, 0))
        if register.version:
            if rows and rows[0].hash == head:
                rows = rows[1:]
            else:
                register, head, rows = Register(), b"", self._storage.history(REGISTER)
        for row in rows:
            entry = read(row.body)
            changes = [Change.from_builtins(change) for change in entry.data["changes"]]
            register, head = register.apply(changes, row.version), row.hash
        self._known = (register, head)
        return register

    def redrawn_since(self, version: int) -> set[str]:
        """The ids of every record of the register that was changed after a version of it."""
        entries = (read(row.body) for row in self._storage.history(REGISTER, after=version))
        return {id for entry in entries for one in entry.data["changes"] for id in Change.from_builtins(one).touched}

    def unfiled(self, flows: Iterable[str]) -> set[str]:
        """Those of some flows whose definitions may not lie in the store yet."""
        return set(flows).difference(self._filed)

    def note_filed(self, flows: Iterable[str]) -> None:
        """Remember what was filed, unless a host may undo it without our knowing."""
        if "hosted" not in self._storage.capabilities:
            self._filed = self._filed.union(flows)

    def within(self, storage: Storage, observers: Observers) -> Surroundings:
        """The same for a group, whose storage may be taken back: what is learnt there is not known here."""
        twin = Surroundings(
            storage,
            clock=self._clock,
            calendar=self.calendar,
            flows=self.flows,
            new_bytes=self._new_bytes,
            channels=self.channels,
            observers=observers,
            preferences=self.preferences,
            numbers=self.numbers,
        )
        twin._known, twin._filed = self._known, self._filed
        return twin

    def learn(self, group: Surroundings) -> None:
        """Know what was learnt in a group that is kept."""
        self.note_filed(group._filed)

    def register_at(self, known_at: datetime) -> Register:
        """The register as it was known at an instant: what was recorded later is not in it.

        Raises:
            InvalidInput: the instant has no zone.
        """
        known_at, register = check_aware(known_at), Register()
        for row in self._storage.history(REGISTER):
            entry = read(row.body)
            if entry.recorded > known_at:
                break
            register = register.apply([Change.from_builtins(one) for one in entry.data["changes"]], row.version)
        return register

    def chart(self) -> Chart:
        """The organisation as of today, by the calendar's clock."""
        return self.register().chart(self.calendar.local_date(self.now()))

    def world(self, reads: Mapping[str, tuple[Matter, ...]], *, register: StoredCase | None) -> World:
        """What a decision rests on now.

        Args:
            reads: what was read beyond the matter.
            register: the register's record in the same snapshot; None where there is none yet.
        """
        now = self.now()
        current = self._as_of(register)
        chart = current.chart(self.calendar.local_date(now))
        return _new_world(self.flows, chart, current.version, self.calendar, now, self._new_bytes(16), reads, {})

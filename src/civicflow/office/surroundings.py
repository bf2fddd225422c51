"""What every decision of an office rests on beside its case: clock, calendar, register, flows, and whom it tells."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from civicflow.calendars import WorkingCalendar, check_aware
from civicflow.drafts import maker
from civicflow.hierarchy.changes import Change
from civicflow.hierarchy.chart import Chart
from civicflow.hierarchy.register import Register
from civicflow.ids import MatterId, NewBytes
from civicflow.ledger.entries import read
from civicflow.plugins.manager import Plugins
from civicflow.plugins.storage.contract import Storage, StoredCase
from civicflow.workflows.engine.flows import Flows
from civicflow.workflows.engine.records import Matter
from civicflow.workflows.engine.situation import World

REGISTER: Final = MatterId("register")
"""The matter whose entries are the changes of the register."""

Clock = Callable[[], datetime]
"""Tells the time, aware of its zone."""


_new_world: Final = maker(World)


class Surroundings:
    """The office's clock, calendar, register and flows.

    The register is kept in memory and brought up to date whenever a snapshot shows a newer version.
    """

    def __init__(
        self,
        storage: Storage,
        *,
        clock: Clock,
        calendar: WorkingCalendar,
        flows: Flows,
        new_bytes: NewBytes,
        channels: tuple[str, ...],
        observers: Plugins,
    ) -> None:
        self._storage = storage
        self._clock = clock
        self._register = Register()
        self._lock = threading.Lock()
        self._new_bytes = new_bytes
        self.calendar = calendar
        self.flows = flows
        self.channels = channels
        self.observers = observers

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
        version = 0 if stored is None else stored.version
        if version != self._register.version:
            with self._lock:
                # A version below ours: the host undid its transaction, and with it what was loaded there.
                self._catch_up(self._register if version > self._register.version else Register())
        return self._register

    def _catch_up(self, register: Register) -> None:
        for row in self._storage.history(REGISTER, after=register.version):
            entry = read(row.body)
            changes = [Change.from_builtins(change) for change in entry.data["changes"]]
            register = register.apply(changes, row.version)
        self._register = register

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
        return _new_world(self.flows, chart, current.version, self.calendar, now, self._new_bytes(16), reads)

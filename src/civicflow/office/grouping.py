"""A group: an office whose commands are one transaction. Until it is kept, nothing of it leaves the house."""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

import attrs

from civicflow.errors import InvalidInput
from civicflow.office.given import Given
from civicflow.office.office import Office
from civicflow.office.surroundings import Observers, Surroundings
from civicflow.plugins.storage.contract import Storage

if TYPE_CHECKING:
    from civicflow.plugins.hookspecs import Committed


class Held:
    """Observers who are told when a group is kept, and never of one that was taken back."""

    def __init__(self, observers: Observers) -> None:
        self._observers = observers
        self._events: list[Committed] = []

    @property
    def listening(self) -> bool:
        """Whether anybody is to be told."""
        return self._observers.listening

    def committed(self, event: Committed) -> None:
        """Keep it."""
        self._events.append(event)

    def release(self) -> None:
        """Tell all, in the order in which it was done."""
        for event in self._events:
            self._observers.committed(event)


class GroupOffice(Office):
    """The office inside a group; it lives as long as the block."""

    def __init__(self, storage: Storage, given: Given, around: Surroundings) -> None:
        super().__init__(storage, attrs.evolve(given, publishers=()))  # a head is published when it is durable
        self._around = around

    def relay(self, *, limit: int = 100) -> NoReturn:
        """Nothing is sent of what may be taken back.

        Raises:
            InvalidInput: always.
        """
        raise InvalidInput("a group sends nothing while it may be taken back; relay when it has ended")

    def close(self) -> None:
        """Use the group no more; it is kept or taken back when its block ends, and the office goes on."""
        self._storage.close()

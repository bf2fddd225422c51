"""What observers are told of a group: nothing until it is kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from civicflow.office.surroundings import Observers

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

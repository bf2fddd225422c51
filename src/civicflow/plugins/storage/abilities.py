"""What some storages can do beside the contract: each ability is a protocol, named among the `Storage.capabilities`."""

from __future__ import annotations

from typing import Literal, Protocol, runtime_checkable

import attrs

from civicflow.texts import Text

Level = Literal["ok", "warning", "error"]
"""``ok``: as it should be. ``warning``: nothing is lost, and somebody should look. ``error``: what was promised does not
hold."""


@attrs.frozen(kw_only=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        rule: what was looked at, a symbol to program against, for instance ``integrity``.
        level: what to make of it.
        text: what was found and, unless all is well, what to do.
    """

    rule: str
    level: Level
    text: Text


@runtime_checkable
class Examinable(Protocol):
    """What a storage with the capability ``examine`` can do: say how it is."""

    def examine(self, *, quick: bool = False) -> tuple[Finding, ...]:
        """Look at whatever an operator should know of; nothing is changed, and others work on meanwhile.

        Args:
            quick: leave out what takes long (reading every byte of a large store).

        Returns:
            One finding for each thing that was looked at, also where all is well; each rule stands once. What cannot be
            read is a finding, too.

        Raises:
            StorageError: the storage was closed, or cannot be reached at all.
        """
        ...


@runtime_checkable
class Waking(Protocol):
    """What a storage with the capability ``notify`` can do beside: wake whoever waits for work."""

    def wait(self, timeout: int) -> bool:
        """Wait until something was committed, here or elsewhere, since this thread's last call.

        Look for work first and wait then, in turn: a thread's first call returns at once, and a call may return with
        nothing new to be found. Work that only becomes due (a deadline, a retry) wakes nobody, so no timeout should be
        longer than one is willing to be late.

        Args:
            timeout: microseconds after which to give up.

        Returns:
            Whether there may be something new; False after the timeout.
        """
        ...

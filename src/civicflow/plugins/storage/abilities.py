"""What some storages can do beside the contract: each ability is a protocol, named among the `Storage.capabilities`."""

from __future__ import annotations

from pathlib import Path
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
class Copying(Protocol):
    """What a storage with the capability ``backup`` can do: copy itself while everybody works on."""

    def backup(self, path: str | Path) -> None:
        """Write a copy of everything, as of one moment, to a new file.

        What was committed before the call is in it, what is committed afterwards is not. The file appears under its name
        when it is whole and on the disk, never before; should the process end in between, what lies beside it is called
        ``.NAME.….part`` and may be deleted. Only its owner may read it.

        Raises:
            InvalidInput: there is something of that name already; nothing is overwritten.
            StorageError: the file cannot be written, or the storage was closed.
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

"""Which number or mailbox belongs to a recipient: what the integrator knows, and civicflow does not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

import attrs

from civicflow.plugins.notify.contract import Notice, PermanentFailure


@runtime_checkable
class Directory(Protocol):
    """Knows where people are reached; look it up in your accounts, or keep an `AddressBook`."""

    def address(self, recipient: str, channel: str) -> str | None:
        """The number, mailbox or URL of a recipient on a channel, or None where there is none.

        Args:
            recipient: ``person:ID`` or ``post:NAME@UNIT``.
            channel: the name of the notifier.
        """
        ...


@attrs.frozen
class AddressBook:
    """Addresses as a value.

    >>> AddressBook({"person:P-1": {"smtp": "li@example.org"}}).address("person:P-1", "smtp")
    'li@example.org'

    Attributes:
        addresses: by recipient, then by channel. They are in no ``repr``: it may be logged.
    """

    addresses: Mapping[str, Mapping[str, str]] = attrs.field(repr=lambda book: f"<{len(book)} recipients>")

    def address(self, recipient: str, channel: str) -> str | None:
        """See `Directory.address`."""
        return self.addresses.get(recipient, {}).get(channel)


def address_of(directory: Directory, notice: Notice, channel: str) -> str:
    """Where a notice goes.

    Raises:
        PermanentFailure: the directory knows no address; trying again would not help.
    """
    address = directory.address(notice.recipient, channel)
    if not address:
        raise PermanentFailure(f"the directory has no address for this recipient on the channel {channel!r}; enter one")
    return address

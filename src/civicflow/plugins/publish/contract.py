"""What a publisher must do: let a sealed head stand where whoever may write to the store cannot reach it.

What holds for every publisher:

- It may be used by several threads at once.
- `Publisher.publish` returns when the head stands there for good, and raises otherwise. It does not try again by itself:
  the next seal does.
- Heads come in the order of their numbers. A head may come more than once, from this process or another.
- A head and its signature are public. They hold counts, hashes and an instant, nothing of what was entered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

if TYPE_CHECKING:
    from civicflow.ledger.heads import Head

API_VERSION: Final = 1
"""The version of this contract. A publisher names the version it was written for as its own ``api_version``."""


@runtime_checkable
class Publisher(Protocol):
    """A place where heads are published."""

    api_version: int
    name: str
    """What it is called in reports, for instance ``file:///mnt/county/heads.jsonl``."""

    def last(self) -> int | None:
        """The number of the newest head that stands there, 0 for none, or None where it cannot tell.

        Who can tell is given every head that it has not yet, also those of a process that died between sealing and
        publishing. Who cannot is given only what is sealed after the office was opened.
        """
        ...

    def publish(self, head: Head, signature: bytes) -> None:
        """Publish a head.

        Args:
            head: its `Head.sealed` bytes are what was signed, its `Head.hash` is what is printed.
            signature: over the sealed bytes; empty where the office has no signer.

        Raises:
            Exception: whatever it raises is reported, and undoes nothing.
        """
        ...

    def close(self) -> None:
        """Release everything. A second call does nothing."""
        ...

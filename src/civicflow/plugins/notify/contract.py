"""What a notifier must do: bring one notice to one recipient, or say whether trying again can help.

What holds for every notifier:

- It may be used by several threads at once.
- `Notifier.send` returns when the notice was taken over for good, and raises otherwise. It does not try again by
  itself and does not wait longer than some seconds: the outbox does both (`civicflow.plugins.notify.relay`).
- A notice may come more than once: a worker may die between sending and saying so. `Notice.dedupe` is the same each
  time, and so is `Notice.key`, its short form; pass one of them on as an idempotency key where the channel has one.
- The recipient is an address inside civicflow, a person or a post. The notifier knows, or asks the host, which number
  or mailbox belongs to it; neither may stand in an error's message, which is stored.
"""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta
from typing import Final, Protocol, runtime_checkable

import attrs

from civicflow.errors import PluginError
from civicflow.texts import Language, Text

API_VERSION: Final = 1
"""The version of this contract. A notifier names the version it was written for as its own ``api_version``."""


@attrs.frozen(kw_only=True, weakref_slot=False)
class Notice:
    """One thing to tell one recipient.

    Attributes:
        dedupe: the notice's own name, the same at each attempt.
        case: the case it speaks of.
        recipient: ``person:ID`` or ``post:NAME@UNIT``.
        topic: what it is about, for instance ``late``.
        text: what to say, in both languages.
        at: when it was said (UTC).
        language: the one the recipient asked for; None for both.
    """

    dedupe: str
    case: str
    recipient: str
    topic: str
    text: Text
    at: datetime
    language: Language | None = None

    @property
    def words(self) -> str:
        """The text as the recipient wants to read it: in one language, or in both."""
        return str(self.text) if self.language is None else self.text.say(self.language)

    @property
    def key(self) -> str:
        """The notice's own name for channels whose idempotency keys are short and plain: 32 hexadecimal digits.

        The first half of the SHA-256 of `dedupe`, which may be long, holds any characters, and names the case and the
        recipient.
        """
        return hashlib.sha256(self.dedupe.encode("utf-8", "surrogatepass")).hexdigest()[:32]


class TemporaryFailure(PluginError):
    """The notice did not get through now; a later attempt may succeed.

    Attributes:
        retry_after: how long the channel asked to be left alone (``Retry-After``), or None.
    """

    def __init__(self, message: str, *, retry_after: timedelta | None = None) -> None:
        # Adding it fails here, in the notifier, for a bare number of seconds as HTTP has it, and not in the relay.
        self.retry_after = None if retry_after is None else timedelta(0) + retry_after
        super().__init__(message)


class PermanentFailure(PluginError):
    """The notice will never get through as it is, for instance since the recipient has no number."""


@runtime_checkable
class Notifier(Protocol):
    """A channel to people."""

    api_version: int
    name: str
    """The channel's name in logs, for instance ``console``."""

    def send(self, notice: Notice) -> None:
        """Deliver a notice, or hand it over to somebody who answers for it.

        Raises:
            TemporaryFailure: a later attempt may succeed; so may it for any other exception.
            PermanentFailure: no attempt will ever succeed.
        """
        ...

    def close(self) -> None:
        """Release everything. A second call does nothing."""
        ...


@runtime_checkable
class Holding(Protocol):
    """What a notifier can do beside, if it keeps something between two notices, for instance a connection."""

    def release(self) -> None:
        """Give back what is held, without closing: the office calls it when it has relayed what there was.

        Another thread may be sending meanwhile; what it uses is left to it.
        """
        ...

"""`office.outbox`: the notices on their way, those that were given up, and how these are sent again."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, Protocol

import attrs

from civicflow.calendars import from_micros, to_micros
from civicflow.errors import InvalidInput
from civicflow.plugins.notify.body import decode_notice
from civicflow.plugins.storage.contract import Claim, Storage
from civicflow.texts import Text

_MOST: Final = 1_000_000
"""More rows than are ever looked at; a storage lists the oldest first."""


@attrs.frozen(kw_only=True)
class Letter:
    """One notice for one recipient on one channel, as it lies in the outbox.

    Attributes:
        key: its own name, the ``dedupe`` of `civicflow.plugins.notify.contract.Notice`.
        case: the case it speaks of.
        recipient: ``person:ID`` or ``post:NAME@UNIT``.
        channel: the name of the notifier.
        topic: what it is about.
        text: what it says; None if it holds no notice that could be read.
        not_before: the earliest instant at which it goes out (UTC).
        attempts: how often a relay had it in its hands.
        last_error: what came of the last attempt; empty where none failed.
    """

    key: str
    case: str
    recipient: str
    channel: str
    topic: str
    text: Text | None
    not_before: datetime
    attempts: int
    last_error: str


class _Look(Protocol):
    """What lists rows of the outbox."""

    def __call__(self, *, limit: int) -> tuple[Claim, ...]:
        """The oldest first."""
        ...


class OutboxDesk:
    """The outbox, for operators. Whoever asks has been vouched for: notices speak to persons."""

    def __init__(self, storage: Storage, clock: Callable[[], datetime]) -> None:
        self._storage, self._clock = storage, clock

    def waiting(self, *, channel: str = "", keys: Sequence[str] = (), limit: int = 100) -> tuple[Letter, ...]:
        """What is neither delivered nor given up, the oldest first.

        Args:
            channel: only what goes by this channel.
            keys: only these.
            limit: how many at most.
        """
        return _letters(self._storage.waiting, channel, keys, limit)

    def dead(self, *, channel: str = "", keys: Sequence[str] = (), limit: int = 100) -> tuple[Letter, ...]:
        """What was given up, the oldest first, with the reason; nothing of it goes out by itself any more.

        Args:
            channel: only what went by this channel.
            keys: only these.
            limit: how many at most.
        """
        return _letters(self._storage.dead, channel, keys, limit)

    def redrive(self, *letters: Letter | str) -> tuple[str, ...]:
        """Put what was given up on its way again, as if it had just been said: mend first what it failed of.

        Each goes out from now on, after what waits for the same recipient in the same case. What a fallback channel has
        delivered meanwhile is then told twice.

        Args:
            letters: what `dead` gave, or their keys.

        Returns:
            The keys of those that had been given up; the others are left as they are.

        Raises:
            InvalidInput: none is named.
        """
        if not letters:
            raise InvalidInput("nothing is named to be sent again; give what office.outbox.dead() lists, or their keys")
        now = to_micros(self._clock())
        keys = [letter if isinstance(letter, str) else letter.key for letter in letters]
        return tuple([key for key in keys if self._storage.redrive(key, now=now)])


def _letters(look: _Look, channel: str, keys: Sequence[str], limit: int) -> tuple[Letter, ...]:
    claims = look(limit=_MOST if channel or keys else limit)
    chosen = (claim for claim in claims if channel in {"", claim.message.channel})
    return tuple([_letter(claim) for claim in chosen if not keys or claim.message.dedupe in keys][:limit])


def _letter(claim: Claim) -> Letter:
    message = claim.message
    try:
        text = decode_notice(message).text
    except InvalidInput:
        text = None
    return Letter(
        key=message.dedupe,
        case=message.case,
        recipient=message.recipient,
        channel=message.channel,
        topic=message.topic,
        text=text,
        not_before=from_micros(message.not_before),
        attempts=claim.attempts,
        last_error=claim.last_error,
    )

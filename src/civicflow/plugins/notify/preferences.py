"""Who is told by which channel, in which language, and when not: what recipients chose, within what must be said.

Preferences are asked when a step is committed, so that a notice's rows lie in the outbox with the step: one row for each
channel, held back by ``not_before`` through the recipient's quiet hours. They are asked again before a row goes out, so
that a retry or a late relay disturbs nobody either. A row carries its fallback channels: when it is given up, the next of
them gets a row of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, Literal, Protocol, runtime_checkable

import attrs

from civicflow.calendars.instants import check_aware
from civicflow.plugins.notify.quiet import QuietHours
from civicflow.texts import Language


@attrs.frozen(kw_only=True)
class Route:
    """One way by which a notice goes to its recipient.

    Attributes:
        channel: the name of the notifier.
        not_before: the earliest instant.
        language: in which the recipient wants to read it; None for both.
        fallback: the channels to try, in their order, when this one gave the notice up.
    """

    channel: str
    not_before: datetime
    language: Language | None = None
    fallback: tuple[str, ...] = ()


@runtime_checkable
class Choosing(Protocol):
    """Who says how recipients are told: `Preferences`, or whatever looks into the host's own accounts.

    It is asked within every commit that tells somebody, so it should be quick; an error of its own fails that step.
    """

    def routes(self, recipient: str, topic: str, channels: Sequence[str], *, at: datetime) -> Sequence[Route]:
        """How to tell somebody something.

        Args:
            recipient: ``person:ID`` or ``post:NAME@UNIT``.
            topic: what it is about, for instance ``late``.
            channels: the channels that the office has, in its order.
            at: now (UTC).

        Returns:
            One route for each channel to be used; none if the recipient does not want to be told.
        """
        ...

    def held_until(self, recipient: str, at: datetime) -> datetime:
        """The first instant at or after one at which the recipient may be disturbed."""
        ...


@attrs.frozen(kw_only=True)
class Wishes:
    """What somebody chose; what is left out is as for everybody.

    Attributes:
        channels: by which channels, for topics that are not named.
        topics: by topic, by which channels; an empty tuple switches the topic off.
        fallback: the channels to try, in their order, when one gave a notice up.
        quiet: when not to disturb; ``never`` for someone who wants to be told at any hour.
        language: in which language; ``both`` for both.
    """

    channels: tuple[str, ...] | None = None
    topics: Mapping[str, tuple[str, ...]] = attrs.field(factory=dict)
    fallback: tuple[str, ...] | None = None
    quiet: QuietHours | Literal["never"] | None = None
    language: Language | Literal["both"] | None = None


_NONE: Final = Wishes()


def _topics(names: Iterable[str]) -> frozenset[str]:
    return frozenset(names)


@attrs.frozen(kw_only=True)
class Preferences:
    """Everybody's wishes, as a value; `civicflow.plugins.notify.files` reads it from a file.

    >>> chosen = Preferences(recipients={"person:P-1": Wishes(topics={"returned": ()})}, mandatory={"late"})
    >>> from datetime import UTC
    >>> [route.channel for route in chosen.routes("person:P-1", "late", ["sms"], at=datetime(2026, 5, 1, tzinfo=UTC))]
    ['sms']

    Attributes:
        everybody: what holds where a recipient said nothing; where this says nothing either, every channel of the office.
        recipients: by address, what they chose.
        mandatory: topics that no wish switches off. Whoever wants no channel for one, or only such as the office does not
            have, is told by the channels that hold for everybody.
    """

    everybody: Wishes = _NONE
    recipients: Mapping[str, Wishes] = attrs.field(factory=dict)
    mandatory: frozenset[str] = attrs.field(default=frozenset(), converter=_topics)

    def routes(self, recipient: str, topic: str, channels: Sequence[str], *, at: datetime) -> tuple[Route, ...]:
        """How to tell somebody something; see `Choosing.routes`.

        A channel that was chosen and that the office does not have is left out. Nobody who wants to be told is told
        nothing for that: then the fallback channels are used, or else all that the office has.

        Raises:
            InvalidInput: if the instant has no zone.
        """
        own = self.recipients.get(recipient, _NONE)
        chosen = self._chosen(own, topic, channels)
        if topic in self.mandatory and not _among(chosen, channels):
            chosen = self.everybody.channels or tuple(channels)
        if not chosen:
            return ()
        fallback = (self.everybody.fallback or ()) if own.fallback is None else own.fallback
        used = _among(chosen, channels) or _among(fallback, channels)[:1] or tuple(channels)
        language = own.language or self.everybody.language or "both"
        not_before = self.held_until(recipient, at)
        return tuple(
            Route(
                channel=channel,
                not_before=not_before,
                language=None if language == "both" else language,
                fallback=tuple(other for other in _among(fallback, channels) if other not in used),
            )
            for channel in used
        )

    def held_until(self, recipient: str, at: datetime) -> datetime:
        """The end of the recipient's quiet hours, or the instant itself.

        Raises:
            InvalidInput: if the instant has no zone.
        """
        at = check_aware(at)
        quiet = self.recipients.get(recipient, _NONE).quiet or self.everybody.quiet
        return quiet.end_of(at) if isinstance(quiet, QuietHours) else at

    def _chosen(self, own: Wishes, topic: str, channels: Sequence[str]) -> tuple[str, ...]:
        """The channels wanted for a topic: the recipient's word on it, then on all; then everybody's in the same order."""
        for wishes in (own, self.everybody):
            if topic in wishes.topics:
                return wishes.topics[topic]
            if wishes.channels is not None:
                return wishes.channels
        return tuple(channels)


def _among(wanted: Sequence[str], channels: Sequence[str]) -> tuple[str, ...]:
    """Those of the wanted channels that there are, each once."""
    return tuple(dict.fromkeys(channel for channel in wanted if channel in channels))

"""What every part of the suite of notifiers rests on."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import ClassVar, Final, Literal

import attrs
import pytest

from civicflow.plugins.notify.contract import Notice, Notifier
from civicflow.texts import Language, Text

Refusing = Literal["temporary", "permanent"]
"""How a counterpart refuses: so that trying again may help, or so that it never will."""

NOON: Final = datetime(2026, 5, 1, 12, tzinfo=UTC)
SAID: Final = Text("the limit has passed", "办理时限已过")


@attrs.frozen
class Arrived:
    """What the counterpart got.

    Attributes:
        key: whatever tells a duplicate from a new message there, in the channel's own form; empty where the channel has
            nothing of the kind.
        words: what was said, as the recipient reads it; all of it, or the beginning that fits the channel.
    """

    key: str
    words: str


class NotifierSuite:
    """How the suite comes to a notifier; `open_notifier` and `arrived` must be defined.

    Each test has a counterpart of its own: begin it in a fixture of the subclass that is used automatically.
    """

    recipient: ClassVar[str] = "person:P-1"
    """An address inside civicflow that the notifier can reach."""
    stranger: ClassVar[str] = ""
    """One that it cannot reach, since no number or mailbox is known for it; empty where it reaches everybody."""
    secrets: ClassVar[tuple[str, ...]] = ()
    """What may never stand in an error or a ``repr``: passwords, tokens, the recipient's number or mailbox."""

    def open_notifier(self) -> Notifier:
        """Open a notifier on this test's counterpart; a second one may be opened beside it."""
        raise NotImplementedError

    def arrived(self) -> Sequence[Arrived]:
        """What the counterpart has got until now, in the order in which it came."""
        raise NotImplementedError

    def refuse(self, how: Refusing) -> None:
        """Make the counterpart refuse the next notice, once; the one after that arrives.

        It skips the test unless it is defined: not every counterpart can refuse, or refuse so.
        """
        pytest.skip(f"this counterpart gives no {how} refusal")

    @contextmanager
    def opened(self) -> Iterator[Notifier]:
        """A notifier that is closed at the end."""
        notifier = self.open_notifier()
        try:
            yield notifier
        finally:
            notifier.close()

    def notice(
        self,
        dedupe: str = "T-1:3:0:person:P-1:channel",
        *,
        text: Text = SAID,
        language: Language | None = None,
        recipient: str = "",
    ) -> Notice:
        """A notice for whom the notifier can reach."""
        return Notice(
            dedupe=dedupe,
            case="T-1",
            recipient=recipient or self.recipient,
            topic="late",
            text=text,
            at=NOON,
            language=language,
        )

"""A sound notifier, and others that have one fault each."""

from __future__ import annotations

from typing import Final

from civicflow.plugins.notify.contract import Notice, PermanentFailure, TemporaryFailure
from civicflow.testing.notifiers import Arrived, Refusing

NUMBER: Final = "+86 138 0000 0000"


class Gateway:
    """The other side: a gateway for short messages, which refuses as it is told."""

    def __init__(self) -> None:
        self.got: list[Arrived] = []
        self.mood: Refusing | None = None

    def take(self, number: str, words: str, key: str) -> str:
        """Take a message over, or say why not."""
        mood, self.mood = self.mood, None
        if mood is None:
            self.got.append(Arrived(key=key, words=words))
        return mood or ""


class Sound:
    """A notifier that does all that is asked."""

    api_version = 1
    name = "sms"

    def __init__(self, gateway: Gateway) -> None:
        self.gateway, self.numbers = gateway, {"person:P-1": NUMBER}

    def send(self, notice: Notice) -> None:
        """Send a short message."""
        number = self.numbers.get(notice.recipient)
        if number is None:
            raise PermanentFailure("no number is known for this recipient")
        match self.gateway.take(number, self.words(notice), self.key(notice)):
            case "permanent":
                raise self.permanent(number)
            case "temporary":
                self.temporary(number)

    def words(self, notice: Notice) -> str:
        """What is said."""
        return notice.words

    def key(self, notice: Notice) -> str:
        """The gateway's idempotency key."""
        return notice.key

    def permanent(self, number: str) -> Exception:
        """What is raised when the gateway refuses for good."""
        return PermanentFailure("the gateway refused the message for good")

    def temporary(self, number: str) -> None:
        """What is done when the gateway refuses for now."""
        raise TemporaryFailure("the gateway is busy")

    def release(self) -> None:
        """Hold nothing."""

    def close(self) -> None:
        """Hold nothing."""


class Nameless(Sound):
    """Its name would break a line of the log."""

    name = "short messages"


class Ahead(Sound):
    """It speaks a version that is not there yet."""

    api_version = 99


class Deaf(Sound):
    """It says everything in both languages, whatever was asked for."""

    def words(self, notice: Notice) -> str:
        return str(notice.text)


class Keyless(Sound):
    """Each attempt has another key."""

    def key(self, notice: Notice) -> str:
        return f"{notice.key}-{len(self.gateway.got)}"


class Confused(Sound):
    """All notices have one key."""

    def key(self, notice: Notice) -> str:
        return notice.case


class Swallowing(Sound):
    """It says that all is well when the gateway is busy."""

    def temporary(self, number: str) -> None:
        return


class GivingUp(Sound):
    """It takes a busy gateway for a refusal for good."""

    def temporary(self, number: str) -> None:
        raise PermanentFailure("the gateway is busy")


class Stubborn(Sound):
    """It takes a refusal for good for one that may pass."""

    def permanent(self, number: str) -> Exception:
        return TemporaryFailure("the gateway refused the message")


class Telling(Sound):
    """Its error names the number."""

    def temporary(self, number: str) -> None:
        msg = f"{number} is busy"
        raise TemporaryFailure(msg)


class Chained(Sound):
    """Its error says nothing, and drags one along that does."""

    def temporary(self, number: str) -> None:
        msg = f"POST https://gateway.example/{number} failed"
        raise TemporaryFailure("the gateway is busy") from OSError(msg)


class Shown(Sound):
    """Whoever logs it logs the numbers."""

    def __repr__(self) -> str:
        return f"Shown({self.numbers})"


class Guessing(Sound):
    """Whom it does not know it writes to at some number."""

    def send(self, notice: Notice) -> None:
        self.numbers.setdefault(notice.recipient, "000")
        super().send(notice)


class Broken(Sound):
    """It is used up by the first failure."""

    def temporary(self, number: str) -> None:
        self.numbers = {}
        super().temporary(number)


class Slack(Sound):
    """It keeps notices until it is closed."""

    def __init__(self, gateway: Gateway) -> None:
        super().__init__(gateway)
        self.kept: list[Notice] = []

    def send(self, notice: Notice) -> None:
        self.kept.append(notice)

    def close(self) -> None:
        for notice in self.kept:
            super().send(notice)
        self.kept = []


class Mute(Sound):
    """After closing, it loses what it is given."""

    closed = False

    def send(self, notice: Notice) -> None:
        if not self.closed:
            super().send(notice)

    def close(self) -> None:
        self.closed = True


class Released(Sound):
    """It gives back what it needs."""

    def release(self) -> None:
        self.numbers = {}


class Twice(Sound):
    """A second close fails."""

    closed = False

    def close(self) -> None:
        assert not self.closed, "already closed"
        self.closed = True

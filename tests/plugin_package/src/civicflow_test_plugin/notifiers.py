"""``testbox://`` keeps what it is given; ``testfail://MOOD`` fails as it is told."""

from __future__ import annotations

from datetime import timedelta

from civicflow.plugins.notify.contract import Notice, PermanentFailure, TemporaryFailure


class Box:
    """Keeps every notice.

    Attributes:
        notices: what came, in order.
    """

    api_version = 1
    name = "testbox"

    def __init__(self) -> None:
        self.notices: list[Notice] = []

    def send(self, notice: Notice) -> None:
        """Keep a notice."""
        self.notices.append(notice)

    def close(self) -> None:
        """Keep the notices."""


class Failing(Box):
    """Fails until it is told not to.

    Attributes:
        mood: ``temporary``, ``busy`` (asks for ten minutes), ``permanent``, ``crash``, or ``well``.
    """

    name = "testfail"

    def __init__(self, mood: str = "temporary") -> None:
        super().__init__()
        self.mood = mood

    def send(self, notice: Notice) -> None:
        """Fail as the mood says, or keep the notice."""
        match self.mood:
            case "temporary":
                raise TemporaryFailure("the line is down")
            case "busy":
                raise TemporaryFailure("too many requests", retry_after=timedelta(minutes=10))
            case "permanent":
                raise PermanentFailure("the recipient has no number")
            case "crash":
                raise ZeroDivisionError("a bug of the notifier")
        super().send(notice)


def open_box(url: str) -> Box:
    """Open ``testbox://``."""
    return Box()


def open_failing(url: str) -> Failing:
    """Open ``testfail://MOOD``."""
    return Failing(url.partition("://")[2] or "temporary")

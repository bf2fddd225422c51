"""When to try again: exponential back-off with full jitter, within a number of attempts and an age."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, Protocol

import attrs

from civicflow.errors import InvalidInput

_MICROSECOND: Final = timedelta(microseconds=1)
_FACTOR: Final = 4


class Dice(Protocol):
    """A source of chance, for instance `random.Random`."""

    def randrange(self, stop: int, /) -> int:
        """A whole number from 0 to ``stop - 1``."""
        ...


@attrs.frozen(kw_only=True)
class Backoff:
    """How patient the relay is with a channel that fails.

    The wait after the n-th attempt is drawn evenly from nothing up to ``first * 4**(n-1)``, at most ``longest``: after
    an outage the waiting notices come spread over the time, not all at once. By the defaults the last of eight attempts
    comes within eighteen hours, which outlasts a night.

    Attributes:
        attempts: after so many the notice is dead.
        loans: a notice that was lent so often and never settled is dead, since it is held to be what kills its workers.
            More than attempts: a worker may die of something else while it has the notice in its hands.
        first: the longest wait after the first attempt.
        longest: the longest wait of all.
        age: a notice that could only be tried again later than this after it was said is dead.
    """

    attempts: int = 8
    loans: int = 16
    first: timedelta = timedelta(minutes=1)
    longest: timedelta = timedelta(hours=6)
    age: timedelta = timedelta(days=3)

    def __attrs_post_init__(self) -> None:
        if min(self.attempts, self.loans) < 1 or min(self.first, self.longest, self.age) < _MICROSECOND:
            msg = f"a back-off has at least one attempt and positive spans; got {self!r}"
            raise InvalidInput(msg)

    def wait(self, attempts: int, dice: Dice, *, retry_after: timedelta | None = None) -> timedelta:
        """How long to wait after a failure.

        Args:
            attempts: how many were made, the failed one included.
            dice: where the jitter comes from.
            retry_after: how long the channel asked to be left alone; the wait is then that long, but at most `age`,
                and, so that not all come at that moment, up to `first` longer.
        """
        if retry_after is not None and retry_after > timedelta(0):
            return min(retry_after, self.age) + self._drawn(self.first, dice)
        # The power is capped before it is taken: a row claimed a thousand times must not overflow a timedelta.
        power = min(max(attempts, 1) - 1, (self.longest // self.first).bit_length())
        return self._drawn(min(self.longest, self.first * _FACTOR**power), dice)

    @staticmethod
    def _drawn(ceiling: timedelta, dice: Dice) -> timedelta:
        return (1 + dice.randrange(ceiling // _MICROSECOND)) * _MICROSECOND

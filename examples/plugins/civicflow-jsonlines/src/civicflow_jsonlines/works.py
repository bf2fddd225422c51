"""What changes a storage, as values: each can be done, written down, and done again when the log is read.

What came of a work is written with it. Done again, the same must come of it: a storage in memory has no clock and no dice.
"""

from typing import Final, Literal

import msgspec
from msgspec.structs import replace

from civicflow.plugins.storage.contract import Batch, Claim, Commit, Dead, Done, Message, Outcome, Retry, Storage

_NO_MESSAGE: Final = Message(dedupe="", case="", recipient="", channel="", topic="", body=b"", not_before=0)


class Committing(msgspec.Struct, frozen=True, tag_field="work", tag="commit"):
    """A batch was written, up to a position."""

    batch: Batch
    position: int = 0

    def do(self, storage: Storage) -> tuple[Commit, "Committing | None"]:
        """Write it; nothing changes when a key is used again."""
        made = storage.commit(self.batch)
        return made, None if made.repeated else replace(self, position=made.position)


class Claiming(msgspec.Struct, frozen=True, tag_field="work", tag="claim"):
    """Rows of the outbox were lent, under tokens."""

    worker: str
    now: int
    lease: int
    limit: int
    tokens: tuple[str, ...] = ()

    def do(self, storage: Storage) -> tuple[tuple[Claim, ...], "Claiming | None"]:
        """Lend them; nothing changes where there is nothing to lend."""
        claims = storage.claim(worker=self.worker, now=self.now, lease=self.lease, limit=self.limit)
        return claims, replace(self, tokens=tuple(claim.token for claim in claims)) if claims else None


class Settling(msgspec.Struct, frozen=True, tag_field="work", tag="settle"):
    """A row was taken back; ``at`` is the instant of the next attempt."""

    token: str
    outcome: Literal["done", "retry", "dead"]
    now: int
    at: int = 0
    error: str = ""

    @classmethod
    def of(cls, claim: Claim, outcome: Outcome, now: int) -> "Settling":
        """What a worker says of a claim."""
        match outcome:
            case Done():
                return cls(claim.token, "done", now)
            case Retry(at, error):
                return cls(claim.token, "retry", now, at, error)
            case Dead(error):
                return cls(claim.token, "dead", now, 0, error)

    def do(self, storage: Storage) -> tuple[None, "Settling"]:
        """Take it back."""
        outcomes: dict[str, Outcome] = {"done": Done(), "retry": Retry(self.at, self.error), "dead": Dead(self.error)}
        storage.settle(_claim(self.token), outcomes[self.outcome], now=self.now)
        return None, self


class Extending(msgspec.Struct, frozen=True, tag_field="work", tag="extend"):
    """A row was lent for longer."""

    token: str
    now: int
    lease: int

    def do(self, storage: Storage) -> tuple[None, "Extending"]:
        """Lend it for longer."""
        storage.extend(_claim(self.token), now=self.now, lease=self.lease)
        return None, self


class Redriving(msgspec.Struct, frozen=True, tag_field="work", tag="redrive"):
    """A row that was given up was put on its way again."""

    dedupe: str
    now: int

    def do(self, storage: Storage) -> tuple[bool, "Redriving | None"]:
        """Put it; nothing changes where none of this name was given up."""
        found = storage.redrive(self.dedupe, now=self.now)
        return found, self if found else None


class Drawing(msgspec.Struct, frozen=True, tag_field="work", tag="draw"):
    """A number of a series was given."""

    series: str
    number: int = 0

    def do(self, storage: Storage) -> tuple[int, "Drawing"]:
        """Give the next one."""
        number = storage.draw(self.series)
        return number, replace(self, number=number)


Work = Committing | Claiming | Settling | Extending | Redriving | Drawing
Works = tuple[Work, ...]

_ENCODER: Final = msgspec.json.Encoder()
_DECODER: Final = msgspec.json.Decoder(Works)


def _claim(token: str) -> Claim:
    """A claim as far as a storage looks at it."""
    return Claim(token=token, message=_NO_MESSAGE, attempts=0)


def encode(works: Works) -> bytes:
    """Works as JSON; bytes stand in it as base64."""
    return _ENCODER.encode(works)


def decode(works: bytes) -> Works:
    """Works out of JSON.

    Raises:
        msgspec.MsgspecError: it is none of ours.
    """
    return _DECODER.decode(works)


def do_again(work: Work, storage: Storage) -> bool:
    """Do what was done before; whether the same came of it."""
    _, came = work.do(storage)
    return came == work

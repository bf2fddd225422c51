"""Notices through a mail server and a web server that fail in all ways, by a relay that is killed with ``kill -9``.

Each is delivered at least once, each duplicate carries the same key and says the same, the order of each case, recipient and
channel is kept, and none is lost. `make soak` sends ten thousand and kills fifty times.
"""

from __future__ import annotations

import base64
import hashlib
import random  # noqa: TID251 - moments are drawn from a seed
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest
from tests.durability.postmen import PATIENCE, deliver_mail, take_posts
from tests.durability.processes import Crew, Trail

import civicflow
from civicflow import Office, Plugins
from civicflow.calendars import to_micros
from civicflow.cli import main
from civicflow.plugins.backends import open_storage
from civicflow.plugins.notify.body import encode_notice
from civicflow.plugins.storage.contract import Batch, Message
from civicflow.testing import FrozenClock
from civicflow.texts import Text

START: Final = datetime(2026, 5, 1, 8, tzinfo=UTC)
CHANNELS: Final = ("smtp", "webhook")
LANE: Final = 10
"""Messages of one case to one recipient on one channel."""
GONE: Final = "person:P-0"
"""Whose mailbox the server does not know at first."""

pytestmark = pytest.mark.slow


def _message(channel: str, lane: int, number: int) -> Message:
    recipient = f"person:P-{lane % 7}"
    said = Text.same(f"{lane} {number}")
    return Message(
        dedupe=f"T-{lane}:{number}:0:{recipient}:{channel}",
        case=f"T-{lane}",
        recipient=recipient,
        channel=channel,
        topic="late",
        body=encode_notice(said, at=START, language="en"),
        not_before=to_micros(START),
    )


def _key(message: Message) -> str:
    return hashlib.sha256(message.dedupe.encode()).hexdigest()[:32]


def _office(url: str, channels: list[str], clock: FrozenClock) -> Office:
    return civicflow.open(url, notify=channels, clock=clock, plugins=Plugins())


def _relay(url: str, channels: list[str]) -> None:
    """Relay until nothing is left; where everything waits (for a retry, for the lease of one that was killed), time passes."""
    clock = FrozenClock(START)
    with _office(url, channels, clock) as office:
        while office.outbox.waiting(limit=1):
            if not office.relay(limit=1_000).claimed:
                clock.advance(minutes=5)


@pytest.fixture
def trails(tmp_path: Path) -> Iterator[tuple[Trail, Trail]]:
    """What servers say of themselves, and what arrived."""
    both = Trail(tmp_path / "told"), Trail(tmp_path / "arrived")
    yield both
    for trail in both:
        trail.close()


@pytest.mark.parametrize(("count", "kills"), [(600, 5), pytest.param(10_000, 50, marks=pytest.mark.soak)])
def test_every_notice_is_delivered(count: int, kills: int, tmp_path: Path, trails: tuple[Trail, Trail]) -> None:
    """At least once, in order, under one key each; what nobody would take is listed, and goes out when it was mended."""
    begun, dice, (told, arrived) = time.monotonic(), random.Random(count), trails
    # A killed process loses nothing that it gave to the system; only a soak waits for the disk, too.
    url = f"sqlite:///{tmp_path}/outbox.db" + ("?synchronous=off" if count < 10_000 else "")
    unknown = tmp_path / "unknown"
    unknown.write_text("p-0@residents.example")
    lanes = [(channel, lane) for lane in range(count // LANE // len(CHANNELS)) for channel in CHANNELS]
    messages = [_message(channel, lane, number) for number in range(LANE) for channel, lane in lanes]
    assert len({message.dedupe for message in messages}) == count
    storage = open_storage(url)
    storage.commit(Batch(messages=tuple(messages)))
    storage.close()
    with Crew() as crew:
        crew.start(deliver_mail, told, arrived, unknown, count)
        crew.start(take_posts, told, arrived, count)
        crew.wait(told, 2)
        channels = _channels(tmp_path, {name: int(port) for name, port in told.lines()})
        with _office(url, channels, FrozenClock(START)) as office:
            office.relay(limit=0)  # what it imports, each relay then has from the start
        relay = crew.start(_relay, url, channels)
        for _ in range(kills):
            crew.wait(arrived, dice.randint(1, count * 8 // 10 // (kills + 1)))
            time.sleep(dice.random() * 0.005)
            crew.kill(relay)
            relay = crew.start(_relay, url, channels)
        crew.ended(relay)

        refused = {_key(m) for m in messages if (m.channel, m.recipient) == ("smtp", GONE)}
        _check(arrived, {_key(m): m for m in messages if _key(m) not in refused})
        with _office(url, channels, FrozenClock(START)) as office:
            dead = office.outbox.dead(limit=count)
        assert {hashlib.sha256(letter.key.encode()).hexdigest()[:32] for letter in dead} == refused
        assert {letter.last_error.rpartition(": ")[2] for letter in dead} == {"550 5.1.1"}

        unknown.unlink()
        assert main(["outbox", url, "--dead", "--channel", "smtp", "--redrive", "--limit", str(count)]) == 0
        crew.ended(crew.start(_relay, url, channels))
        again = _check(arrived, {_key(m): m for m in messages})
    storage = open_storage(url)
    assert (storage.waiting(), storage.dead()) == ((), ())
    storage.close()
    figures = f"{count:,} notices, {kills} kills, {again:,} delivered again, {len(refused):,} redriven"
    print(f"\n{figures}, 0 lost, seconds {time.monotonic() - begun:.0f}")  # noqa: T201 - a soak says what it found


def _channels(folder: Path, ports: dict[str, int]) -> list[str]:
    secret, book = folder / "secret", folder / "addresses.yaml"
    secret.write_text("whsec_" + base64.b64encode(bytes(32)).decode())
    book.write_text("".join(f"person:P-{n}: {{smtp: p-{n}@residents.example}}\n" for n in range(7)))
    more = f"#secret_file={secret}&allow=127.0.0.1&timeout={PATIENCE}"
    return [
        f"smtp://127.0.0.1:{ports['smtp']}/?from=desk@office.example&directory={book}",
        f"webhook+http://127.0.0.1:{ports['webhook']}/notices{more}",
    ]


def _check(arrived: Trail, expected: dict[str, Message]) -> int:
    """What arrived is what was to arrive; how many came again."""
    lines = [(channel, key, int(lane), int(number), body) for channel, key, lane, number, body in arrived.lines()]
    times = Counter(key for _, key, *_ in lines)
    assert times.keys() == expected.keys(), f"{len(expected.keys() - times.keys())} notices are lost"
    assert len({(key, body) for _, key, _, _, body in lines}) == len(times), "a duplicate says something else"
    first: dict[tuple[str, int], list[int]] = defaultdict(list)
    for channel, key, lane, number, _ in lines:
        assert key == _key(_message(channel, lane, number))
        if number not in first[channel, lane]:
            first[channel, lane].append(number)
    assert all(numbers == sorted(numbers) for numbers in first.values()), (
        "a notice overtook one that was said before it"
    )
    return times.total() - len(times)

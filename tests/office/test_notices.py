"""Notices of an office: committed with their step as recipients chose, relayed later, and looked after when they fail."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

import pytest
from tests.conftest import Pigeons

import civicflow
from civicflow import InvalidInput, Office, Plugins
from civicflow.office.outbox import Letter
from civicflow.plugins.notify.contract import Notice, PermanentFailure
from civicflow.plugins.notify.preferences import Preferences, Route, Wishes
from civicflow.plugins.notify.quiet import QuietHours
from civicflow.plugins.storage.contract import Batch, Message
from civicflow.plugins.storage.memory import open_storage
from civicflow.testing import FrozenClock

REGISTER: Final = Path(__file__).parents[2] / "examples" / "registers" / "shangjie.yaml"
COMMUNITY: Final = "410106001005"
NIGHT: Final = datetime.fromisoformat("2026-03-02T23:30:00+08:00")


@pytest.fixture
def clock() -> FrozenClock:
    """At night."""
    return FrozenClock(NIGHT)


class Place:
    """An office with a few channels, and one secretary who is told of each order."""

    def __init__(self, clock: FrozenClock, preferences: Preferences | Path | None = None) -> None:
        self.channels = {name: Pigeons(name) for name in ("sms", "mail", "board")}
        self.office: Office = civicflow.open(
            "memory://",
            clock=clock,
            plugins=Plugins(),
            notify=tuple(self.channels.values()),
            preferences=preferences,
        )
        self.office.register.load(REGISTER)

    @property
    def secretary(self) -> str:
        """As notices call them."""
        return f"post:secretary@{self.office.unit(COMMUNITY)}"

    def order(self) -> None:
        """Somebody orders, of which the secretary is told."""
        self.office.tickets.order("a lamp", unit=COMMUNITY, by=self.office.act_as("resident-1"))

    def carried(self) -> dict[str, list[Notice]]:
        """What each channel carried."""
        return {name: channel.carried for name, channel in self.channels.items() if channel.carried}


class TestPreferences:
    """By which channel, in which language and when."""

    def test_without_them_everybody_is_told_by_every_channel(self, clock: FrozenClock) -> None:
        """At once, in both languages."""
        place = Place(clock)
        place.order()
        assert place.office.relay().delivered == 3
        assert {notice.language for notices in place.carried().values() for notice in notices} == {None}

    def test_rows_are_made_as_recipients_chose(self, clock: FrozenClock) -> None:
        """One for each channel chosen, held back by quiet hours, with the step that it tells of."""
        quiet = QuietHours.of("22:00-07:00 Asia/Shanghai")
        place = Place(clock, Preferences(everybody=Wishes(channels=("mail",), quiet=quiet, language="zh")))
        place.order()
        (letter,) = place.office.outbox.waiting()
        assert (letter.channel, letter.recipient) == ("mail", place.secretary)
        assert letter.not_before == datetime.fromisoformat("2026-03-03T07:00:00+08:00")
        assert letter.key.endswith(f":{place.secretary}:mail")
        assert letter.text is not None
        assert place.office.relay().claimed == 0
        clock.advance(hours=8)
        assert place.office.relay().delivered == 1
        (notice,) = place.carried()["mail"]
        assert notice.words == letter.text.zh

    def test_a_topic_that_is_switched_off(self, clock: FrozenClock) -> None:
        """Nothing lies in the outbox; the step is taken all the same. What is mandatory cannot be switched off."""
        off = Wishes(channels=())
        place = Place(clock, Preferences(everybody=off))
        place.order()
        assert place.office.outbox.waiting() == ()
        (topic,) = {letter.topic for letter in _letters(clock)}
        place = Place(clock, Preferences(everybody=off, mandatory={topic}))
        place.order()
        assert {letter.channel for letter in place.office.outbox.waiting()} == {"sms", "mail", "board"}

    def test_from_a_file(self, clock: FrozenClock, tmp_path: Path) -> None:
        """Named where the office is opened; a bad one opens none."""
        path = tmp_path / "preferences.yaml"
        path.write_text("everybody: {channels: board}\n", encoding="utf-8")
        place = Place(clock, path)
        place.order()
        assert [letter.channel for letter in place.office.outbox.waiting()] == ["board"]
        path.write_text("everybody: {chanels: board}\n", encoding="utf-8")
        with pytest.raises(InvalidInput, match="did you mean “channels”"):
            Place(clock, path)

    def test_a_host_may_look_into_its_own_accounts(self, clock: FrozenClock) -> None:
        """Whatever keeps the protocol."""

        class Accounts(Preferences):
            def routes(self, recipient: str, topic: str, channels: Sequence[str], *, at: datetime) -> tuple[Route, ...]:
                asked.append((recipient, topic, *channels))
                return (Route(channel="mail", not_before=at),)

        asked: list[tuple[str, ...]] = []
        place = Place(clock, Accounts())
        place.order()
        assert place.office.relay().delivered == 1
        assert asked[0][0] == place.secretary
        assert asked[0][2:] == ("sms", "mail", "board")

    def test_a_channel_that_gave_up_is_replaced(self, clock: FrozenClock) -> None:
        """By the fallback that was chosen when the notice was said; the dead letter stays to be looked at."""
        place = Place(clock, Preferences(everybody=Wishes(channels=("sms",), fallback=("mail",))))
        place.channels["sms"].error = PermanentFailure("no number")
        place.order()
        report = place.office.relay()
        assert (report.dead, report.rerouted, report.delivered) == (1, 1, 1)
        assert [*place.carried()] == ["mail"]
        assert [letter.channel for letter in place.office.outbox.dead()] == ["sms"]


class TestDeadLetters:
    """They are listed with their reason, and sent again when it was mended."""

    @pytest.fixture
    def place(self, clock: FrozenClock) -> Iterator[Place]:
        """Where nothing goes out by sms and mail."""
        place = Place(clock)
        for name in ("sms", "mail"):
            place.channels[name].error = PermanentFailure(f"no {name} today")
        place.order()
        place.office.relay()
        yield place
        place.office.close()

    def test_are_listed(self, place: Place) -> None:
        """All, or those of a channel, or some."""
        outbox = place.office.outbox
        dead = outbox.dead()
        assert [(letter.channel, letter.attempts) for letter in dead] == [("sms", 1), ("mail", 1)]
        assert "no mail today" in dead[1].last_error
        assert outbox.dead(channel="mail") == dead[1:]
        assert outbox.dead(keys=[dead[0].key, "never"]) == outbox.dead(limit=1) == dead[:1]
        assert (outbox.dead(channel="board"), outbox.waiting()) == ((), ())

    def test_are_sent_again(self, place: Place, clock: FrozenClock) -> None:
        """As if they had just been said: however old they are, with all their attempts, under their own key."""
        clock.advance(days=30)
        outbox = place.office.outbox
        sms, mail = outbox.dead()
        place.channels["sms"].error = ConnectionError("busy")
        assert outbox.redrive(sms, "never") == (sms.key,)
        assert (outbox.dead(), len(outbox.waiting())) == ((mail,), 1)
        assert place.office.relay().retried == 1
        place.channels["sms"].error = None
        clock.advance(hours=1)
        assert place.office.relay().delivered == 1
        assert [notice.dedupe for notice in place.carried()["sms"]] == [sms.key]
        assert outbox.redrive(sms, mail.key) == (mail.key,)

    def test_all_of_them_are_named(self, place: Place) -> None:
        """Sending all again is said, not implied."""
        with pytest.raises(InvalidInput, match="nothing is named"):
            place.office.outbox.redrive()
        assert len(place.office.outbox.redrive(*place.office.outbox.dead())) == 2


class TestHolding:
    """What a notifier keeps between two notices, it gives back when the relay is through."""

    def test_released_once_a_call(self, clock: FrozenClock) -> None:
        """And an error of its own spoils no report."""

        class Line(Pigeons):
            released = 0

            def release(self) -> None:
                self.released += 1
                raise ConnectionError("hung up already")

        line = Line("line")
        office = civicflow.open("memory://", clock=clock, plugins=Plugins(), notify=[line])
        office.register.load(REGISTER)
        for _ in range(3):
            office.tickets.order("a lamp", unit=COMMUNITY, by=office.act_as("resident-1"))
        assert office.relay().delivered == 3
        assert line.released == 1


def test_what_is_no_notice_is_listed_without_words(clock: FrozenClock) -> None:
    """An outbox that somebody else wrote to can be looked at, too."""
    storage = open_storage("memory://")
    message = Message(
        dedupe="m", case="T-1", recipient="person:P-1", channel="sms", topic="late", body=b"{}", not_before=0
    )
    storage.commit(Batch(messages=(message,)))
    (letter,) = civicflow.open(storage, clock=clock, plugins=Plugins()).outbox.waiting()
    assert (letter.text, letter.not_before.year) == (None, 1970)


def _letters(clock: FrozenClock) -> Sequence[Letter]:
    place = Place(clock)
    place.order()
    return place.office.outbox.waiting()

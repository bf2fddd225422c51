"""Who is told by which channel: what recipients chose, within what must be said."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import hypothesis.strategies as st
import pytest
from hypothesis import given

from civicflow.errors import InvalidInput
from civicflow.plugins.notify.directory import AddressBook, Directory
from civicflow.plugins.notify.files import (
    read_addresses_file,
    read_preferences,
    read_preferences_file,
    read_secret_file,
)
from civicflow.plugins.notify.preferences import Choosing, Preferences, Wishes
from civicflow.plugins.notify.quiet import QuietHours

DAY = datetime(2026, 5, 1, 4, tzinfo=UTC)
NIGHT = datetime(2026, 5, 1, 16, tzinfo=UTC)
QUIET = QuietHours.of("22:00-07:00 Asia/Shanghai")
CHANNELS = ("sms", "mail", "webhook")

NAMES = st.lists(st.sampled_from([*CHANNELS, "gone"]), unique=True, max_size=3).map(tuple)
WISHES = st.builds(
    Wishes,
    channels=st.none() | NAMES,
    topics=st.dictionaries(st.sampled_from(["late", "returned"]), NAMES, max_size=2),
    fallback=st.none() | NAMES,
    quiet=st.sampled_from([None, "never", QUIET]),
    language=st.sampled_from([None, "en", "zh", "both"]),
)
PREFERENCES = st.builds(
    Preferences,
    everybody=WISHES,
    recipients=st.dictionaries(st.sampled_from(["person:P-1", "person:P-2"]), WISHES),
    mandatory=st.sets(st.sampled_from(["late", "returned"])),
)


def _channels(chosen: Preferences, recipient: str = "person:P-1", topic: str = "returned") -> list[str]:
    return [route.channel for route in chosen.routes(recipient, topic, CHANNELS, at=DAY)]


class TestLaws:
    """What holds whatever anybody chose."""

    @given(PREFERENCES, st.sampled_from(["late", "returned"]), st.sampled_from([DAY, NIGHT]))
    def test_a_route_is_one_that_the_office_has(self, chosen: Preferences, topic: str, at: datetime) -> None:
        """Each channel once, none in the quiet hours, and no fallback to where it goes anyhow."""
        routes = chosen.routes("person:P-1", topic, CHANNELS, at=at)
        used = [route.channel for route in routes]
        assert len({*used}) == len(used)
        assert {*used} <= {*CHANNELS}
        for route in routes:
            assert not {*route.fallback} & {*used}
            assert {*route.fallback} <= {*CHANNELS}
            assert route.not_before == chosen.held_until("person:P-1", at) >= at

    @given(PREFERENCES, st.sampled_from(["person:P-1", "person:P-9"]))
    def test_a_mandatory_topic_is_always_said(self, chosen: Preferences, recipient: str) -> None:
        """No preference switches it off."""
        for topic in chosen.mandatory:
            assert _channels(chosen, recipient, topic)

    @given(PREFERENCES)
    def test_only_who_said_so_is_told_nothing(self, chosen: Preferences) -> None:
        """A channel that the office does not have loses no notice."""
        if not _channels(chosen):
            wishes = chosen.recipients.get("person:P-1", Wishes())
            said = [w.topics.get("returned", w.channels) for w in (wishes, chosen.everybody)]
            assert next(word for word in said if word is not None) == ()

    def test_nothing_said_is_everything_at_once(self) -> None:
        """As it is without preferences."""
        routes = Preferences().routes("person:P-1", "late", CHANNELS, at=NIGHT)
        assert [(r.channel, r.not_before, r.language, r.fallback) for r in routes] == [
            (channel, NIGHT, None, ()) for channel in CHANNELS
        ]


class TestWhoseWordCounts:
    """The recipient's on the topic, the recipient's, everybody's on the topic, everybody's."""

    ALL = Preferences(
        everybody=Wishes(channels=("sms",), topics={"late": ("sms", "mail")}, fallback=("webhook",)),
        recipients={"person:P-1": Wishes(channels=("mail",), topics={"returned": ("webhook",)})},
    )

    @pytest.mark.parametrize(
        ("recipient", "topic", "channels"),
        [
            ("person:P-1", "returned", ["webhook"]),
            ("person:P-1", "late", ["mail"]),
            ("person:P-2", "late", ["sms", "mail"]),
            ("person:P-2", "returned", ["sms"]),
        ],
    )
    def test_the_nearest_word(self, recipient: str, topic: str, channels: list[str]) -> None:
        """In this order."""
        assert _channels(self.ALL, recipient, topic) == channels

    def test_switched_off(self) -> None:
        """A topic is, or everything; what is mandatory comes by everybody's channels all the same."""
        off = Preferences(
            everybody=Wishes(channels=("sms",)),
            recipients={"person:P-1": Wishes(topics={"returned": ()}), "person:P-2": Wishes(channels=())},
            mandatory={"late"},
        )
        assert (_channels(off), _channels(off, "person:P-2")) == ([], [])
        assert _channels(off, "person:P-2", "late") == ["sms"]

    def test_a_channel_that_is_gone(self) -> None:
        """The fallback is used in its place, or all that there are."""
        gone = Preferences(everybody=Wishes(channels=("fax",), fallback=("mail", "sms")))
        assert _channels(gone) == ["mail"]
        assert _channels(Preferences(everybody=Wishes(channels=("fax",)))) == [*CHANNELS]

    def test_quiet_hours_and_never(self) -> None:
        """Everybody sleeps, except whoever wants to be told at any hour."""
        chosen = Preferences(everybody=Wishes(quiet=QUIET), recipients={"person:P-1": Wishes(quiet="never")})
        assert chosen.held_until("person:P-1", NIGHT) == NIGHT
        assert chosen.held_until("person:P-2", NIGHT) == datetime(2026, 5, 1, 23, tzinfo=UTC)


FILE = """\
mandatory: [late, overdue]
everybody:
  channels: [sms]
  fallback: mail
  quiet: 22:00-07:00 Asia/Shanghai
recipients:
  person:P-1:
    channels: [mail]
    language: en
    topics: {returned: []}
  post:secretary@U-7: {quiet: never, language: both}
"""


class TestFiles:
    """Operators write them."""

    def test_preferences(self, tmp_path: Path) -> None:
        """What stands in the file."""
        path = tmp_path / "preferences.yaml"
        path.write_text(FILE, encoding="utf-8")
        assert read_preferences_file(path) == Preferences(
            mandatory={"late", "overdue"},
            everybody=Wishes(channels=("sms",), fallback=("mail",), quiet=QUIET),
            recipients={
                "person:P-1": Wishes(channels=("mail",), language="en", topics={"returned": ()}),
                "post:secretary@U-7": Wishes(quiet="never", language="both"),
            },
        )

    def test_every_fault_is_told_at_once(self) -> None:
        """With its line, and in both languages; nothing is loaded."""
        wrong = (
            FILE.replace("22:00-07", "22-7")
            .replace("person:P-1", "P-1")
            .replace("both", "fr")
            .replace("fallback", "fall")
        )
        with pytest.raises(InvalidInput, match="no preferences that can be used") as raised:
            read_preferences(wrong, source="preferences.yaml")
        assert [(fault.line, fault.path) for fault in raised.value.faults] == [
            (4, "everybody.fall"),
            (5, "everybody.quiet"),
            (7, "recipients.P-1"),
            (11, "recipients.post:secretary@U-7.language"),
        ]
        assert "免打扰时段" in raised.value.say("zh")

    def test_json_as_well(self) -> None:
        """For programs that write it."""
        read = read_preferences('{"mandatory": ["late"]}', source="p.json", format="json")
        assert read == Preferences(mandatory={"late"})

    def test_an_address_book(self, tmp_path: Path) -> None:
        """It keeps the protocol, and tells nobody's address by being logged."""
        path = tmp_path / "addresses.yaml"
        path.write_text("person:P-1: {smtp: li@example.org, sms: +86 138 0000 0000}\n", encoding="utf-8")
        book: Directory = read_addresses_file(path)
        assert book.address("person:P-1", "sms") == "+86 138 0000 0000"
        assert (book.address("person:P-1", "fax"), book.address("person:P-2", "sms")) == (None, None)
        assert repr(book) == "AddressBook(addresses=<1 recipients>)"
        path.write_text("P-1: {smtp: [a]}\nperson:P-2: nobody\n", encoding="utf-8")
        with pytest.raises(InvalidInput, match="no address book") as raised:
            read_addresses_file(path)
        assert len(raised.value.faults) == 2

    def test_secrets(self, tmp_path: Path) -> None:
        """A line each; what is wrong is said without them."""
        path = tmp_path / "secrets"
        path.write_text("\n  new \nold\n\n", encoding="utf-8")
        assert read_secret_file(path) == ("new", "old")
        path.write_bytes(b"\xff\n")
        with pytest.raises(InvalidInput, match="not UTF-8"):
            read_secret_file(path)
        path.write_text(" \n", encoding="utf-8")
        with pytest.raises(InvalidInput, match="is empty"):
            read_secret_file(path)
        with pytest.raises(InvalidInput, match="No such file"):
            read_secret_file(tmp_path / "none")


def test_the_value_keeps_the_protocol() -> None:
    """As a host's own answer does."""
    assert isinstance(Preferences(), Choosing)
    assert isinstance(AddressBook({}), Directory)

"""From the outbox to the notifiers: every message is settled, whatever its notifier does."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import given

from civicflow.calendars import from_micros, to_micros
from civicflow.errors import InvalidInput
from civicflow.plugins.backends import open_storage
from civicflow.plugins.notify.body import encode_notice
from civicflow.plugins.notify.contract import Notice, Notifier, PermanentFailure, TemporaryFailure
from civicflow.plugins.notify.preferences import Preferences, Wishes
from civicflow.plugins.notify.quiet import QuietHours
from civicflow.plugins.notify.relay import LEASE, Failure, RelayReport, relay
from civicflow.plugins.storage.contract import Batch, Claim, Message, Outcome, Retry, Storage
from civicflow.texts import Text

NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)
WORDS = Text("returned", "已退单")
SECOND = timedelta(seconds=1)


class Phone:
    """A notifier that fails with what it is given, as often as it is given something."""

    api_version = 1
    name = "phone"

    def __init__(self, *errors: BaseException) -> None:
        self.errors = list(errors)
        self.notices: list[Notice] = []

    def send(self, notice: Notice) -> None:
        """Fail, or keep the notice."""
        if self.errors:
            raise self.errors.pop(0)
        self.notices.append(notice)

    def close(self) -> None:
        """Hold nothing."""


class Down(Phone):
    """A notifier whose line is down for good."""

    def send(self, notice: Notice) -> None:
        """Fail."""
        msg = "no route to host"
        raise OSError(msg)


class Watched:
    """A storage that remembers until when a message was put off."""

    def __init__(self, inner: Storage) -> None:
        self._inner = inner
        self.again = NOW

    def settle(self, claim: Claim, outcome: Outcome, *, now: int) -> None:
        """Settle, and remember."""
        if isinstance(outcome, Retry):
            self.again = from_micros(outcome.at)
        self._inner.settle(claim, outcome, now=now)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)


class Highest:
    """Dice that always show the highest number."""

    def randrange(self, stop: int, /) -> int:
        """The last of the numbers."""
        return stop - 1


class Lowest:
    """Dice that always show nought."""

    def randrange(self, stop: int, /) -> int:
        """The first of the numbers."""
        assert stop > 0
        return 0


def _message(
    dedupe: str = "n1",
    *,
    channel: str = "sms",
    recipient: str = "person:P-1",
    body: bytes = encode_notice(WORDS, at=NOW),
    not_before: datetime = NOW,
) -> Message:
    return Message(
        dedupe=dedupe,
        case="T-1",
        recipient=recipient,
        channel=channel,
        topic="returned",
        body=body,
        not_before=to_micros(not_before),
    )


def _put(store: Storage, *messages: Message) -> None:
    store.commit(Batch(messages=messages))


def _relay(store: Any, notifiers: dict[str, Notifier], now: datetime = NOW, **more: Any) -> RelayReport:
    return relay(store, notifiers, now=now, worker="w1", random=more.pop("random", Highest()), **more)


class TestDelivery:
    """What may go out goes out, once it is due, with all that was said."""

    def test_sends_and_settles(self, store: Storage) -> None:
        """A delivered message is never sent again."""
        phone = Phone()
        _put(store, _message())
        assert _relay(store, {"sms": phone}) == RelayReport(delivered=1)
        assert phone.notices == [
            Notice(dedupe="n1", case="T-1", recipient="person:P-1", topic="returned", text=WORDS, at=NOW)
        ]
        assert _relay(store, {"sms": phone}, NOW + timedelta(days=1)).claimed == 0

    def test_keeps_quiet_hours(self, store: Storage) -> None:
        """Nothing goes out before its time."""
        phone = Phone()
        _put(store, _message(not_before=NOW + SECOND))
        assert _relay(store, {"sms": phone}).claimed == 0
        assert _relay(store, {"sms": phone}, NOW + SECOND).delivered == 1

    def test_takes_no_more_than_the_limit(self, store: Storage) -> None:
        """The rest waits for the next call, and none is left out."""
        phone = Phone()
        _put(store, *(_message(f"n{i}", recipient=f"person:P-{i}") for i in range(5)))
        assert [_relay(store, {"sms": phone}, limit=2).claimed for _ in range(4)] == [2, 2, 1, 0]
        assert {notice.dedupe for notice in phone.notices} == {f"n{i}" for i in range(5)}

    def test_needs_an_aware_time(self, store: Storage) -> None:
        """A naive time is refused before anything is claimed."""
        _put(store, _message())
        with pytest.raises(InvalidInput, match="zone"):
            _relay(store, {}, datetime(2026, 5, 1))
        assert _relay(store, {"sms": Phone()}).delivered == 1


class TestIsolation:
    """A failing notifier holds up no other channel and no other recipient."""

    def test_other_channels_and_recipients_go_on(self, store: Storage) -> None:
        """Everything else is delivered in the same call."""
        phone, box = Phone(OSError("engaged")), Phone()
        _put(
            store,
            _message("a", channel="sms", recipient="person:P-1"),
            _message("b", channel="sms", recipient="person:P-2"),
            _message("c", channel="fax", recipient="person:P-1"),
            _message("d", channel="box", recipient="person:P-1"),
        )
        report = _relay(store, {"sms": phone, "fax": Down(), "box": box})
        assert (report.delivered, report.retried, report.dead, report.lost) == (2, 2, 0, 0)
        assert [(f.dedupe, f.channel, f.error, f.final) for f in report.failures] == [
            ("a", "sms", "OSError: engaged", False),
            ("c", "fax", "OSError: no route to host", False),
        ]
        assert [notice.dedupe for notice in phone.notices + box.notices] == ["b", "d"]

    @given(
        moods=st.lists(st.sampled_from(["well", "crash", "temporary", "permanent", "unknown", "garbled"]), max_size=12)
    )
    def test_every_message_is_settled(self, moods: list[str]) -> None:
        """Whatever the notifiers do, each claimed message is delivered, put off or dead, and the sums agree."""
        notifiers: dict[str, Notifier] = {
            "well": Phone(),
            "crash": Down(),
            "temporary": Phone(*[TemporaryFailure("busy")] * 12),
            "permanent": Phone(*[PermanentFailure("no number")] * 12),
            "garbled": Phone(),
        }
        store = open_storage("memory://")
        for i, mood in enumerate(moods):
            body = b"\xff" if mood == "garbled" else encode_notice(WORDS, at=NOW)
            _put(store, _message(f"n{i}", channel=mood, recipient=f"person:P-{i}", body=body))
        report = _relay(store, notifiers, limit=100)
        assert report.delivered == moods.count("well")
        assert report.retried == moods.count("crash") + moods.count("temporary")
        assert report.dead == moods.count("permanent") + moods.count("unknown") + moods.count("garbled")
        assert report.claimed == len(moods)
        assert len(store.dead()) == report.dead
        assert len(report.failures) == report.retried + report.dead
        store.close()

    def test_the_distribution_is_named(self, store: Storage, install: Callable[..., None]) -> None:
        """Operators read whose code failed, in the report and beside the message."""
        install("courier", {"civicflow.notifiers": {"courier": "courier_module:open"}}, version="4.1")
        theirs = type("Courier", (Down,), {"__module__": "courier_module"})()
        _put(store, _message())
        report = _relay(store, {"sms": theirs})
        assert report.failures == (Failure("n1", "sms", "courier 4.1", "OSError: no route to host", final=False),)
        (claim,) = store.claim(worker="w2", now=to_micros(NOW + timedelta(hours=1)), lease=1)
        assert claim.last_error == "courier 4.1: OSError: no route to host"

    def test_what_a_store_cannot_hold_is_left_out_of_the_error(self, store: Storage) -> None:
        """A notifier's message with NUL characters does not keep its failure from being recorded."""
        _put(store, _message())
        assert _relay(store, {"sms": Phone(OSError("a\0b\ud800"))}).retried == 1


class TestPatience:
    """Temporary failures are tried again ever later, permanent ones never."""

    def test_permanent_is_dead_at_once(self, store: Storage) -> None:
        """A recipient without a number is not called again; the row stays to be looked at."""
        _put(store, _message())
        report = _relay(store, {"sms": Phone(PermanentFailure("no number"))})
        assert (report.dead, report.failures[0].final) == (1, True)
        assert [claim.last_error for claim in store.dead()] == [f"{__name__}: PermanentFailure: no number"]

    def test_waits_are_drawn_up_to_a_growing_ceiling(self, store: Storage) -> None:
        """Up to one minute at first, then four times as long each time, within six hours."""
        watched, waits, now = Watched(store), [], NOW
        _put(store, _message())
        for _ in range(7):
            assert _relay(watched, {"sms": Down()}, now).retried == 1
            again = watched.again
            waits.append((again - now) // timedelta(minutes=1))
            assert _relay(store, {"sms": Down()}, again - timedelta(microseconds=1)).claimed == 0
            now = again
        assert waits == [1, 4, 16, 64, 256, 360, 360]
        report = _relay(store, {"sms": Down()}, now)
        assert report.dead == 1
        assert report.failures[0].error == "OSError: no route to host (attempt 8 of 8)"

    def test_jitter_spreads_them_over_the_whole_span(self, store: Storage) -> None:
        """The shortest wait is next to nothing, but later than now: a call never meets its own retries."""
        _put(store, _message())
        _relay(store, {"sms": Down()}, random=Lowest())
        assert _relay(store, {"sms": Down()}).claimed == 0
        assert _relay(store, {"sms": Phone()}, NOW + timedelta(microseconds=1)).delivered == 1

    def test_a_channel_is_left_alone_as_long_as_it_asks(self, store: Storage) -> None:
        """Retry-After is waited for in full, and the jitter comes on top."""
        _put(store, _message())
        busy = TemporaryFailure("too many requests", retry_after=timedelta(hours=1))
        _relay(store, {"sms": Phone(busy)}, random=Lowest())
        hour = NOW + timedelta(hours=1)
        assert _relay(store, {"sms": Phone()}, hour).claimed == 0
        assert _relay(store, {"sms": Phone()}, hour + timedelta(microseconds=1)).delivered == 1

    def test_age_ends_patience(self, store: Storage) -> None:
        """What could only come days too late does not come; but a late first attempt is made."""
        late = NOW + timedelta(days=3)
        _put(store, _message("a"), _message("b", recipient="person:P-2"))
        report = _relay(store, {"sms": Phone(OSError("engaged"))}, late)
        assert (report.delivered, report.dead) == (1, 1)
        assert "later than its age allows" in report.failures[0].error

    def test_quiet_hours_do_not_age(self, store: Storage) -> None:
        """A message that was held back on purpose has all its patience from then on."""
        late = NOW + timedelta(days=30)
        _put(store, _message(not_before=late))
        assert _relay(store, {"sms": Down()}, late).retried == 1

    def test_an_absurd_wish_is_not_waited_for(self, store: Storage) -> None:
        """A Retry-After beyond all measure ends as too old, and breaks nothing."""
        _put(store, _message())
        report = _relay(store, {"sms": Phone(TemporaryFailure("later", retry_after=timedelta.max))})
        assert report.dead == 1

    def test_a_message_that_kills_its_workers_is_given_up(self, store: Storage) -> None:
        """Claimed again and again and never settled: the seventeenth time it is dead, unsent."""
        _put(store, _message())
        now, phone = NOW, Phone(*[SystemExit()] * 16)
        for _ in range(16):
            with pytest.raises(SystemExit):
                _relay(store, {"sms": phone}, now)
            now += LEASE
        report = _relay(store, {"sms": phone}, now)
        assert (report.dead, phone.notices) == (1, [])
        assert report.failures[0].error == "claimed 16 times and never settled"


class TestUndeliverable:
    """What can never be sent is dead with a reason that says what to do."""

    def test_unknown_channel(self, store: Storage) -> None:
        """The error names the channel and those that are known."""
        _put(store, _message("a", channel="telex"), _message("b", channel="telex", recipient="person:P-2"))
        report = _relay(store, {"sms": Phone(), "box": Phone()}, limit=1)
        assert report.failures[0].error == "there is no channel 'telex' (known: box, sms); open a notifier for it"
        assert report.failures[0].distribution == ""
        assert "(known: none)" in _relay(store, {}).failures[0].error
        assert len(store.dead()) == 2

    def test_no_notice(self, store: Storage) -> None:
        """A body that is none is dead, and no notifier sees it."""
        phone = Phone()
        _put(store, _message(body=b"{}"))
        report = _relay(store, {"sms": phone})
        assert (report.dead, phone.notices) == (1, [])
        assert "the body of message 'n1' is no notice" in report.failures[0].error


class Slow(Phone):
    """A notifier so slow that the lease ends, and somebody else claims the message."""

    def __init__(self, store: Storage) -> None:
        super().__init__()
        self._store = store

    def send(self, notice: Notice) -> None:
        """Take longer than the lease."""
        super().send(notice)
        self.taken: tuple[Claim, ...] = self._store.claim(worker="w2", now=to_micros(NOW + LEASE), lease=10**9)


class TestLeases:
    """A claim that was lost is counted, not raised."""

    def test_a_late_settle_is_lost(self, store: Storage) -> None:
        """The other worker decides; the rest of the call goes on."""
        slow = Slow(store)
        _put(store, _message("a"), _message("b", channel="box"))
        report = _relay(store, {"sms": slow, "box": Phone()})
        assert report.lost >= 1
        assert report.claimed == 2
        assert slow.taken[0].attempts == 2

    def test_other_errors_of_the_store_are_raised(self) -> None:
        """A store that is gone is the operator's to see."""

        class Gone:
            def claim(self, **_: object) -> tuple[Claim, ...]:
                return (Claim(token="1", message=_message(), attempts=1),)

            def settle(self, claim: Claim, outcome: Outcome, *, now: int) -> None:
                msg = "the disk is full"
                raise OSError(msg)

        with pytest.raises(OSError, match="the disk is full"):
            _relay(Gone(), {"sms": Phone()})


class TestKillers:
    """A message that kills its workers takes nobody with it."""

    def test_those_beside_it_are_delivered(self, store: Storage) -> None:
        """However many lay in the dying worker's hands: each is lent alone once, and only the killer is given up."""
        names = [f"n{number}" for number in range(10)]
        _put(store, *(_message(name, recipient=f"person:{name}") for name in names))
        now, phone, deaths = NOW, Deadly("n3"), 0
        while store.waiting():
            now += LEASE
            try:
                while _relay(store, {"sms": phone}, now).claimed:
                    pass
            except SystemExit:
                deaths += 1
        assert deaths == 16
        assert [claim.message.dedupe for claim in store.dead()] == ["n3"]
        assert sorted(notice.dedupe for notice in phone.notices) == sorted({*names} - {"n3"})


class Deadly(Phone):
    """A notifier that one notice kills."""

    def __init__(self, killer: str) -> None:
        super().__init__()
        self._killer = killer

    def send(self, notice: Notice) -> None:
        """Send, or die."""
        if notice.dedupe == self._killer:
            raise SystemExit
        super().send(notice)


class TestQuiet:
    """Nobody is disturbed by a retry or a late relay either."""

    CHOSEN = Preferences(everybody=Wishes(quiet=QuietHours.of("22:00-07:00 UTC")), mandatory={"returned"})
    NIGHT = datetime(2026, 5, 1, 23, tzinfo=UTC)

    def test_a_late_relay_waits_for_the_morning(self, store: Storage) -> None:
        """Nothing is tried, nothing fails, and it goes out when the hours end."""
        phone = Phone()
        _put(store, _message())
        report = _relay(store, {"sms": phone}, self.NIGHT, preferences=self.CHOSEN)
        assert report == RelayReport(held=1)
        assert (report.claimed, phone.notices) == (1, [])
        morning = datetime(2026, 5, 2, 7, tzinfo=UTC)
        assert _relay(store, {"sms": phone}, morning - SECOND, preferences=self.CHOSEN).claimed == 0
        assert _relay(store, {"sms": phone}, morning, preferences=self.CHOSEN).delivered == 1

    def test_preferences_that_fail_are_blamed(self, store: Storage) -> None:
        """What cannot be asked is asked again later; the notifier is not tried."""

        class Broken(Preferences):
            def held_until(self, recipient: str, at: datetime) -> datetime:
                msg = "the accounts are down"
                raise OSError(msg)

        phone = Phone()
        _put(store, _message())
        report = _relay(store, {"sms": phone}, preferences=Broken())
        assert (report.retried, phone.notices) == (1, [])
        assert report.failures[0].error == "OSError: the accounts are down"


class TestFallback:
    """What one channel gave up, the next one gets."""

    BODY = encode_notice(WORDS, at=NOW, language="zh", fallback=("mail", "box"))

    def test_the_next_channel_gets_it(self, store: Storage) -> None:
        """With the same words, in the same language, under the notice's name on that channel; and so on to the last."""
        mail, box = Phone(PermanentFailure("no mailbox")), Phone()
        notifiers: dict[str, Notifier] = {"sms": Phone(PermanentFailure("no number")), "mail": mail, "box": box}
        _put(store, _message("T-1:2:0:person:P-1:sms", body=self.BODY))
        reports = [_relay(store, notifiers) for _ in range(4)]
        assert [(r.dead, r.rerouted, r.delivered) for r in reports] == [(1, 1, 0), (1, 1, 0), (0, 0, 1), (0, 0, 0)]
        (notice,) = box.notices
        assert (notice.dedupe, notice.words) == ("T-1:2:0:person:P-1:box", "已退单")
        assert [claim.message.channel for claim in store.dead()] == ["sms", "mail"]

    def test_two_channels_share_a_fallback(self, store: Storage) -> None:
        """It is told once, however many gave it up."""
        mail, gone = Phone(), [PermanentFailure("gone"), PermanentFailure("gone")]
        body = encode_notice(WORDS, at=NOW, fallback=("mail",))
        for channel in ("sms", "fax"):
            _put(store, _message(f"T-1:2:0:person:P-1:{channel}", channel=channel, body=body))
        notifiers: dict[str, Notifier] = {"sms": Phone(gone[0]), "fax": Phone(gone[1]), "mail": mail}
        while _relay(store, notifiers).claimed:
            pass
        assert [notice.dedupe for notice in mail.notices] == ["T-1:2:0:person:P-1:mail"]

    def test_a_channel_that_is_not_there_falls_back(self, store: Storage) -> None:
        """As well as one that refuses."""
        box = Phone()
        _put(store, _message("T-1:2:0:person:P-1:sms", body=self.BODY))
        while _relay(store, {"box": box}).claimed:
            pass
        assert len(box.notices) == 1

    def test_a_relay_that_dies_in_between_does_it_again(self, store: Storage) -> None:
        """The fallback's row is there once, and the message is given up once."""

        class Dying(Watched):
            def settle(self, claim: Claim, outcome: Outcome, *, now: int) -> None:
                raise SystemExit

        refusing: dict[str, Notifier] = {"sms": Phone(*[PermanentFailure("no number")] * 2)}
        _put(store, _message("T-1:2:0:person:P-1:sms", body=self.BODY))
        with pytest.raises(SystemExit):
            _relay(Dying(store), refusing)
        assert _relay(store, refusing, NOW + LEASE, limit=1).dead + _relay(store, refusing, NOW + LEASE).dead == 2
        assert [claim.message.dedupe for claim in (*store.dead(), *store.waiting())] == [
            "T-1:2:0:person:P-1:sms",
            "T-1:2:0:person:P-1:mail",
            "T-1:2:0:person:P-1:box",
        ]

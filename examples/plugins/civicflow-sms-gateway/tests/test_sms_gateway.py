"""The notifier passes the suite that every notifier passes, against a gateway on this machine that fails as gateways do."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import pytest

import civicflow
from civicflow import Text
from civicflow.errors import InvalidInput
from civicflow.plugins.backends import open_notifier
from civicflow.plugins.notify.contract import Notice, Notifier, PermanentFailure, TemporaryFailure
from civicflow.testing import FrozenClock, NotifierContract
from civicflow.testing.notifiers import Arrived, Refusing
from civicflow_sms_gateway.codes import PERMANENT, TEMPORARY, failure
from civicflow_sms_gateway.counterpart import Answer, Counterpart
from civicflow_sms_gateway.gateway import SmsGateway

TEMPLATES: Final = {"SMS_1": "${words}（${case}）", "SMS_2": "超期提醒：${words}（${case}）"}
NUMBER: Final = "+8613800000000"
SETTINGS: Final = """
endpoint = "{endpoint}"
account = "shangjie"
key_file = "sms.key"
numbers = "numbers.csv"
most_parts = {parts}
seconds = {seconds}

[signatures]
default = "上街区12345"
vote = "济源路街道"

[templates.default]
code = "SMS_1"
text = "${{words}}（${{case}}）"

[templates.late]
code = "SMS_2"
text = "超期提醒：${{words}}（${{case}}）"
"""


@pytest.fixture
def counterpart() -> Iterator[Counterpart]:
    """A gateway on this machine."""
    with Counterpart("shangjie", "a-secret-key", TEMPLATES) as gateway:
        yield gateway


Opened = Callable[..., Notifier]


@pytest.fixture
def opened(counterpart: Counterpart, tmp_path: Path) -> Opened:
    """Opens the notifier by its URL, as an office does."""

    def opening(*, parts: int = 3, seconds: float = 5) -> Notifier:
        said = SETTINGS.format(endpoint=counterpart.endpoint, parts=parts, seconds=seconds)
        (tmp_path / "sms.toml").write_text(said, encoding="utf-8")
        (tmp_path / "sms.key").write_text("a-secret-key\n", encoding="utf-8")
        (tmp_path / "numbers.csv").write_text("recipient,number\nperson:P-1,13800000000\n", encoding="utf-8")
        return open_notifier(f"sms-gateway://{tmp_path}/sms.toml")

    return opening


def notice(words: str = "灯坏了", *, topic: str = "late", dedupe: str = "n1", recipient: str = "person:P-1") -> Notice:
    """A notice on a topic."""
    at = datetime(2026, 5, 1, 8, tzinfo=UTC)
    return Notice(
        dedupe=dedupe, case="T-1", recipient=recipient, topic=topic, text=Text(words, words), at=at, language="zh"
    )


class TestContract(NotifierContract):
    """What an outbox relies on."""

    stranger = "person:P-2"
    secrets = ("a-secret-key", "13800000000")

    @pytest.fixture(autouse=True)
    def _gateway(self, counterpart: Counterpart, opened: Opened) -> None:
        self.counterpart, self.opening = counterpart, opened

    def open_notifier(self) -> Notifier:
        """Open it on this test's gateway."""
        return self.opening()

    def arrived(self) -> Sequence[Arrived]:
        """What the gateway took, what came again too: by its key it goes out once."""
        return [Arrived(key=taken.key, words=taken.text) for taken in self.counterpart.accepted]

    def refuse(self, how: Refusing) -> None:
        """The gateway is busy, or knows no such number."""
        code = {"temporary": "BUSY", "permanent": "NUMBER_UNKNOWN"}[how]
        self.counterpart.answers.append(Answer(status=400, code=code))


class TestSending:
    """What the recipient reads, and what it costs."""

    def test_in_the_template_of_its_topic(self, counterpart: Counterpart, opened: Opened) -> None:
        """The topic decides who speaks and in which approved text; what has none of its own takes the default."""
        gateway = opened()
        for topic in ("late", "vote"):
            gateway.send(notice(topic=topic, dedupe=topic))
        assert [(sent.to, sent.text) for sent in counterpart.sent] == [
            (NUMBER, "【上街区12345】超期提醒：灯坏了（T-1）"),
            (NUMBER, "【济源路街道】灯坏了（T-1）"),
        ]

    @pytest.mark.parametrize(("length", "parts"), [(50, 1), (51, 2), (114, 2), (115, 3), (5000, 3)])
    def test_it_costs_no_more_than_agreed(
        self, counterpart: Counterpart, opened: Opened, length: int, parts: int
    ) -> None:
        """20 characters of signature and template count, too; what is longer than three messages is shortened."""
        opened(parts=3).send(notice("长" * length))
        (sent,) = counterpart.sent
        assert sent.parts == parts
        assert ("..." in sent.text) == (length == 5000)

    def test_a_number_that_changed(self, opened: Opened, counterpart: Counterpart, tmp_path: Path) -> None:
        """The directory is read again when its file was written anew."""
        gateway = opened()
        gateway.send(notice())
        text = "recipient,number\nperson:P-1,+86 371 6800 0000\n"
        (tmp_path / "numbers.csv").write_text(text, encoding="utf-8")
        gateway.send(notice(dedupe="n2"))
        assert [sent.to for sent in counterpart.sent] == [NUMBER, "+8637168000000"]


class TestFailing:
    """A gateway that fails, is slow, loses answers and restarts."""

    @pytest.mark.parametrize("code", PERMANENT)
    def test_codes_for_good(self, counterpart: Counterpart, opened: Opened, code: str) -> None:
        """The outbox gives the message up, with the reason."""
        counterpart.answers.append(Answer(status=400, code=code))
        with pytest.raises(PermanentFailure, match=code):
            opened().send(notice())

    @pytest.mark.parametrize("code", [*TEMPORARY, "SOMETHING_NEW"])
    def test_codes_that_pass(self, counterpart: Counterpart, opened: Opened, code: str) -> None:
        """The outbox tries again; so it does for a code that nobody knows."""
        counterpart.answers.append(Answer(status=429, code=code))
        with pytest.raises(TemporaryFailure, match=code) as raised:
            opened().send(notice())
        assert raised.value.retry_after == TEMPORARY.get(code, ("", None))[1]

    @pytest.mark.parametrize(
        ("retry_after", "wait"),
        [("120", timedelta(minutes=2)), ("", None), ("soon", None), ("Fri, 01 May 2015 00:00:00 GMT", None)],
    )
    def test_how_long_it_asks_to_be_left_alone(
        self, counterpart: Counterpart, opened: Opened, retry_after: str, wait: timedelta | None
    ) -> None:
        """Seconds, or an instant; what is neither, or has passed, is nothing."""
        counterpart.answers.append(Answer(status=503, code="BUSY", retry_after=retry_after))
        with pytest.raises(TemporaryFailure) as raised:
            opened().send(notice())
        assert raised.value.retry_after == wait

    def test_an_instant_by_the_gateways_own_clock(self, counterpart: Counterpart, opened: Opened) -> None:
        """However wrong our clock is, the wait is what the gateway means."""
        counterpart.answers.append(Answer(status=503, code="BUSY", retry_after="Thu, 31 Dec 2099 00:00:00 GMT"))
        with pytest.raises(TemporaryFailure) as raised:
            opened().send(notice())
        assert raised.value.retry_after is not None
        assert raised.value.retry_after > timedelta(days=365)

    @pytest.mark.parametrize("status", [301, 401, 403, 404, 500, 502])
    def test_answers_that_are_no_answers(self, counterpart: Counterpart, opened: Opened, status: int) -> None:
        """The page of a proxy, a wrong address, a wrong account: somebody mends it, and what waited goes out."""
        counterpart.answers.append(Answer(status=status, code=""))
        with pytest.raises(TemporaryFailure):
            opened().send(notice())

    def test_a_wrong_key(self, counterpart: Counterpart, opened: Opened, tmp_path: Path) -> None:
        """The gateway itself says so."""
        opened()
        (tmp_path / "sms.key").write_text("a-stale-key", encoding="utf-8")
        with pytest.raises(TemporaryFailure, match="ACCOUNT_REFUSED"):
            open_notifier(f"sms-gateway://{tmp_path}/sms.toml").send(notice())
        assert counterpart.sent == ()

    def test_a_slow_gateway(self, counterpart: Counterpart, opened: Opened) -> None:
        """Whoever waits too long goes, and comes again; the message that was sent meanwhile is not sent twice."""
        counterpart.answers.append(Answer(seconds=30))
        gateway = opened(seconds=0.2)
        with pytest.raises(TemporaryFailure, match="TimeoutError"):
            gateway.send(notice())
        gateway.send(notice())
        assert (len(counterpart.sent), counterpart.requests) == (1, 2)

    @pytest.mark.parametrize(("loses", "sent"), [("answer", 1), ("request", 0)])
    def test_a_lost_answer(self, counterpart: Counterpart, opened: Opened, loses: str, sent: int) -> None:
        """Nobody here can tell whether the message went out; the key makes that one of two attempts counts."""
        counterpart.answers.append(Answer(loses="answer" if loses == "answer" else "request"))
        gateway = opened()
        with pytest.raises(TemporaryFailure, match="RemoteDisconnected"):
            gateway.send(notice())
        assert len(counterpart.sent) == sent
        gateway.send(notice())
        assert len(counterpart.sent) == 1

    def test_a_restart(self, counterpart: Counterpart, opened: Opened) -> None:
        """While it is away nothing gets through; afterwards the same notifier goes on."""
        gateway = opened()
        gateway.send(notice(dedupe="n1"))
        counterpart.stop()
        with pytest.raises(TemporaryFailure, match="ConnectionRefusedError"):
            gateway.send(notice(dedupe="n2"))
        counterpart.start()
        gateway.send(notice(dedupe="n2"))
        assert len(counterpart.sent) == 2

    def test_a_failure_tells_what_to_do(self) -> None:
        """Operators read it in the list of what was given up."""
        assert str(failure("OUT_OF_MONEY")) == "OUT_OF_MONEY: the account is out of money; pay it"


def test_an_office_delivers_through_a_bad_day(counterpart: Counterpart, opened: Opened, tmp_path: Path) -> None:
    """A ticket is ordered, and its notice to the secretary goes out once: after a busy gateway, a lost answer and a restart."""
    clock, gateway = FrozenClock(), opened()
    with civicflow.open("memory://", clock=clock, notify=[gateway]) as office:
        office.register.load(Path(__file__).parents[3] / "registers" / "shangjie.yaml")
        party = office.unit("410106001005")
        rows = f"recipient,number\npost:secretary@{party},13900000000\n"
        (tmp_path / "numbers.csv").write_text(rows, encoding="utf-8")
        office.tickets.order("A lamp is broken", unit="410106001005", by=office.act_as("resident-1"))
        counterpart.answers += [Answer(status=503, code="BUSY", retry_after="60"), Answer(loses="answer")]
        assert (office.relay().retried, len(counterpart.sent)) == (1, 0)
        clock.advance(minutes=3)
        assert (office.relay().retried, len(counterpart.sent)) == (1, 1)
        clock.advance(hours=1)
        counterpart.stop()
        assert office.relay().retried == 1
        counterpart.start()
        clock.advance(hours=1)
        assert office.relay().delivered == 1
    (sent,) = counterpart.sent
    assert (sent.to, sent.text.startswith("【上街区12345】")) == ("+8613900000000", True)
    assert "A lamp is broken" in sent.text


@pytest.mark.parametrize(
    "url", ["sms-gateway://sms.toml", "sms-gateway:///a?b", "sms-gateway://", "sms-gateway:///absent/sms.toml"]
)
def test_a_url_that_names_no_settings(url: str) -> None:
    """It says how they are named."""
    with pytest.raises(InvalidInput, match=r"sms-gateway:///path/sms\.toml"):
        open_notifier(url)


def test_it_is_found_by_its_scheme(opened: Opened) -> None:
    """As any notifier of a distribution is."""
    assert isinstance(opened(), SmsGateway)

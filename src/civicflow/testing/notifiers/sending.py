"""Sending: a notice arrives in the recipient's words, and its duplicate can be told."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from civicflow.plugins.notify.contract import API_VERSION, Holding, Notifier, PermanentFailure
from civicflow.plugins.protocols import shortcomings
from civicflow.testing.notifiers.base import SAID, NotifierSuite
from civicflow.texts import Language, Text

_NASTY = (
    "first line\r\nBcc: mallory@example.org\r\n\r\nsecond line",
    "\x1b[2J\x07\x00 controls",
    "“引号” <b>&amp;</b> '; DROP TABLE notices; --",
    "\N{WATER WAVE}\N{ZERO WIDTH JOINER}\N{RIGHT-TO-LEFT OVERRIDE}עברית",
    "长" * 3000,
    "",
)
_WORKERS, _EACH = 4, 5


class SendingSuite(NotifierSuite):
    """What is sent arrives."""

    def test_it_keeps_the_contract(self) -> None:
        """It has a name that fits a line of a log, speaks this version, and takes what the contract gives."""
        with self.opened() as notifier:
            assert shortcomings(notifier, Notifier) == ()
            assert notifier.api_version == API_VERSION
            assert notifier.name
            assert notifier.name == "".join(notifier.name.split())
            assert notifier.name.isprintable()

    @pytest.mark.parametrize("language", [None, "en", "zh"])
    def test_a_notice_arrives_in_the_language_asked_for(self, language: Language | None) -> None:
        """In the one that the recipient chose and not in the other; in both where none was chosen."""
        with self.opened() as notifier:
            notifier.send(self.notice(language=language))
        (got,) = self.arrived()
        assert (SAID.en in got.words) == (language != "zh")
        assert (SAID.zh in got.words) == (language != "en")

    def test_notices_arrive_in_the_order_in_which_they_were_sent(self) -> None:
        """When `send` returns, the notice is with the counterpart."""
        with self.opened() as notifier:
            for number in range(5):
                notifier.send(self.notice(f"n{number}", text=Text.same(f"number {number}")))
                assert len(self.arrived()) == number + 1
        assert [f"number {number}" in got.words for number, got in enumerate(self.arrived())] == [True] * 5

    def test_a_duplicate_carries_the_same_key(self) -> None:
        """Whoever gets a notice twice can tell, also when another worker sent it again; two notices differ."""
        with self.opened() as notifier, self.opened() as other:
            notifier.send(self.notice("T-1:3:0:post:书记@U-1:sms"))
            other.send(self.notice("T-1:3:0:post:书记@U-1:sms"))
            notifier.send(self.notice("T-1:3:0:post:书记@U-2:sms"))
        first, again, another = (got.key for got in self.arrived())
        if not first + again + another:
            pytest.skip("the channel knows no key by which a duplicate can be told")
        assert first == again
        assert another not in {"", first}

    @pytest.mark.parametrize("words", _NASTY, ids=["lines", "controls", "marks", "scripts", "long", "empty"])
    def test_any_text_is_a_text(self, words: str) -> None:
        """What a resident wrote is said or shortened, is never taken as a command, and breaks nothing."""
        with self.opened() as notifier:
            notifier.send(self.notice("nasty", text=Text(words, words)))
            notifier.send(self.notice("plain"))
        assert len(self.arrived()) == 2
        assert SAID.en in self.arrived()[1].words

    def test_several_threads_send_at_once(self) -> None:
        """Every notice arrives, once."""
        names = [f"n{number}" for number in range(_WORKERS * _EACH)]
        with self.opened() as notifier, ThreadPoolExecutor(_WORKERS) as pool:
            list(pool.map(lambda name: notifier.send(self.notice(name, text=Text.same(f"<{name}>"))), names))
        counts = Counter(name for name in names for got in self.arrived() if f"<{name}>" in got.words)
        assert counts == Counter(names)

    def test_it_goes_on_after_it_gave_back_what_it_held(self) -> None:
        """Between two calls of the relay it may hold nothing."""
        with self.opened() as notifier:
            if not isinstance(notifier, Holding):
                pytest.skip("the notifier holds nothing that it could give back")
            for number in range(3):
                notifier.release()
                notifier.send(self.notice(f"n{number}"))
        assert len(self.arrived()) == 3

    def test_closing_again_does_nothing(self) -> None:
        """And what is sent afterwards is not given up: it arrives, or may be tried again by one that is open."""
        notifier = self.open_notifier()
        notifier.send(self.notice("n1"))
        notifier.close()
        notifier.close()
        try:
            notifier.send(self.notice("n2"))
        except PermanentFailure as error:  # pragma: no cover - only a notifier with this fault comes here
            pytest.fail(f"a notice that came too late is lost: {error}")
        except Exception:  # noqa: BLE001 - the relay takes any other for a failure that may pass
            assert len(self.arrived()) == 1
        else:
            assert len(self.arrived()) == 2

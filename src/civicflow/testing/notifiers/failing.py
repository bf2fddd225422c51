"""Failing: whether trying again can help is said, what is stored of it tells no secret, and the notifier goes on."""

from __future__ import annotations

import traceback

import pytest

from civicflow.plugins.discovery import in_a_line
from civicflow.plugins.notify.contract import Notifier, PermanentFailure
from civicflow.testing.notifiers.base import SAID, NotifierSuite, Refusing


class FailingSuite(NotifierSuite):
    """What did not arrive is said so."""

    def test_a_refusal_that_may_pass_is_tried_again(self) -> None:
        """It is no `PermanentFailure`; the same notifier then delivers the same notice."""
        self.refuse("temporary")
        with self.opened() as notifier:
            error = self._failure(notifier)
            assert not isinstance(error, PermanentFailure), f"the notice would be given up: {error}"
            notifier.send(self.notice())
        (got,) = self.arrived()
        assert SAID.zh in got.words

    def test_a_refusal_for_good_is_permanent(self) -> None:
        """It is a `PermanentFailure`, and the next notice goes out all the same."""
        self.refuse("permanent")
        with self.opened() as notifier:
            error = self._failure(notifier)
            assert isinstance(error, PermanentFailure), f"the notice would be tried again and again: {error!r}"
            notifier.send(self.notice("n2"))
        assert len(self.arrived()) == 1

    def test_whom_it_cannot_reach_it_does_not_try_to(self) -> None:
        """It says at once that it knows no number or mailbox, and nothing arrives anywhere."""
        if not self.stranger:
            pytest.skip("the channel reaches everybody")
        with self.opened() as notifier:
            with pytest.raises(PermanentFailure):
                notifier.send(self.notice(recipient=self.stranger))
            assert list(self.arrived()) == []

    @pytest.mark.parametrize("how", ["temporary", "permanent"])
    def test_an_error_tells_no_secret(self, how: Refusing) -> None:
        """Neither what is stored in the outbox, nor a traceback in a log, names a password or a mailbox; it is one line."""
        self.refuse(how)
        with self.opened() as notifier:
            error = self._failure(notifier)
        assert str(error)
        self._check(in_a_line(error), "what is stored")
        self._check("".join(traceback.format_exception(error)), "the traceback")

    def test_a_repr_tells_no_secret(self) -> None:
        """Whoever logs a notifier logs nothing that opens a door."""
        with self.opened() as notifier:
            self._check(f"{notifier!r} {notifier}", "the notifier")

    def _check(self, text: str, what: str) -> None:
        told = [secret for secret in self.secrets if secret in text]
        assert told == [], f"{what} tells a secret"

    def _failure(self, notifier: Notifier) -> Exception:
        before = len(self.arrived())
        try:
            notifier.send(self.notice())
        except Exception as error:  # noqa: BLE001 - whatever a notifier raises is looked at
            assert len(self.arrived()) == before
            return error
        pytest.fail("the counterpart refused, and the notifier says that the notice was taken over")

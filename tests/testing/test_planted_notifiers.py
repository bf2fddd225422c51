"""The suite of notifiers finds what is wrong: each notifier has one fault, and the test that is about it fails."""

from __future__ import annotations

import inspect
from collections.abc import Sequence
from typing import Any, Final

import pytest
from tests.testing.planted import notifiers as planted
from tests.testing.planted.notifiers import NUMBER, Gateway, Sound

from civicflow.plugins.notify.contract import Notifier, PermanentFailure
from civicflow.testing import NotifierContract
from civicflow.testing.notifiers import Arrived, Refusing


class Suite(NotifierContract):
    """The suite, on a gateway."""

    __test__ = False
    stranger = "person:P-9"
    secrets = (NUMBER,)
    kind: type[Sound] = Sound

    def __init__(self) -> None:
        self.gateway = Gateway()

    def open_notifier(self) -> Notifier:
        """A notifier with this test's fault."""
        return self.kind(self.gateway)

    def arrived(self) -> Sequence[Arrived]:
        """What the gateway has."""
        return self.gateway.got

    def refuse(self, how: Refusing) -> None:
        """Once."""
        self.gateway.mood = how


FAULTS: Final[dict[type[Sound], str]] = {
    planted.Nameless: "test_it_keeps_the_contract",
    planted.Ahead: "test_it_keeps_the_contract",
    planted.Deaf: "test_a_notice_arrives_in_the_language_asked_for",
    planted.Keyless: "test_a_duplicate_carries_the_same_key",
    planted.Confused: "test_a_duplicate_carries_the_same_key",
    planted.Swallowing: "test_a_refusal_that_may_pass_is_tried_again",
    planted.GivingUp: "test_a_refusal_that_may_pass_is_tried_again",
    planted.Stubborn: "test_a_refusal_for_good_is_permanent",
    planted.Telling: "test_an_error_tells_no_secret",
    planted.Chained: "test_an_error_tells_no_secret",
    planted.Shown: "test_a_repr_tells_no_secret",
    planted.Guessing: "test_whom_it_cannot_reach_it_does_not_try_to",
    planted.Broken: "test_what_did_not_get_through_gets_through_later",
    planted.Slack: "test_notices_arrive_in_the_order_in_which_they_were_sent",
    planted.Mute: "test_closing_again_does_nothing",
    planted.Twice: "test_closing_again_does_nothing",
    planted.Released: "test_it_goes_on_after_it_gave_back_what_it_held",
}
ARGUMENTS: Final[dict[str, tuple[Any, ...]]] = {
    "test_a_notice_arrives_in_the_language_asked_for": ("en",),
    "test_an_error_tells_no_secret": ("temporary",),
    "test_any_text_is_a_text": ("a\r\nb",),
}
TESTS: Final = sorted(
    name for name, _ in inspect.getmembers(NotifierContract, inspect.isfunction) if name[:5] == "test_"
)


def _run(kind: type[Sound], test: str) -> None:
    suite = Suite()
    suite.kind = kind
    getattr(suite, test)(*ARGUMENTS.get(test, ()))


@pytest.mark.parametrize("test", TESTS)
def test_a_sound_notifier_passes(test: str) -> None:
    """The suite asks nothing that cannot be done, and skips nothing here."""
    _run(Sound, test)


@pytest.mark.parametrize("kind", FAULTS)
def test_a_fault_is_found(kind: type[Sound]) -> None:
    """The test that is about it fails."""
    with pytest.raises((AssertionError, PermanentFailure, pytest.fail.Exception)):
        _run(kind, FAULTS[kind])

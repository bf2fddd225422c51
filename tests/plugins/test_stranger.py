"""A distribution that is installed separately works like one of ours."""

from __future__ import annotations

import importlib
from datetime import UTC, datetime, timedelta

import pytest

from civicflow.calendars import to_micros
from civicflow.plugins.backends import backend_states, open_notifier, open_storage
from civicflow.plugins.hookspecs import Committed
from civicflow.plugins.manager import Plugins
from civicflow.plugins.notify.body import encode_notice
from civicflow.plugins.notify.relay import relay
from civicflow.plugins.storage.contract import Batch, Message
from civicflow.texts import Text

pytestmark = pytest.mark.usefixtures("stranger")

NOW = datetime(2026, 5, 1, 8, tzinfo=UTC)


class Dice:
    """Dice that always show nought."""

    def randrange(self, stop: int, /) -> int:
        """The first of the numbers."""
        return 0


def test_is_listed() -> None:
    """Its backends are known by scheme, distribution and version, before anything of it is imported."""
    theirs = {state.name: state for state in backend_states() if state.distribution == "civicflow-test-plugin"}
    assert theirs.keys() == {"testmemory", "testbox", "testfail"}
    assert {state.status for state in theirs.values()} == {"available"}
    assert {state.version for state in theirs.values()} == {"1.2.3"}


def test_its_storage_opens() -> None:
    """It passes every check of the contract and counts what goes through it."""
    storage = open_storage("testmemory://")
    storage.migrate()
    storage.commit(Batch(messages=(_message("n1", "box"),)))
    assert vars(storage)["commits"] == 1
    assert storage.feed() == ()
    storage.close()


def test_its_notifiers_deliver_and_fail() -> None:
    """What fails is blamed on it, by name and version; what works, works."""
    storage, box, failing = open_storage("testmemory://"), open_notifier("testbox://"), open_notifier("testfail://busy")
    storage.commit(Batch(messages=(_message("n1", "box"), _message("n2", "fail"))))
    notifiers = {"box": box, "fail": failing}
    report = relay(storage, notifiers, now=NOW, worker="w", random=Dice())
    assert (report.delivered, report.retried) == (1, 1)
    assert report.failures[0].distribution == "civicflow-test-plugin 1.2.3"
    vars(failing)["mood"] = "well"
    later = NOW + timedelta(minutes=11)
    assert relay(storage, notifiers, now=later, worker="w", random=Dice()).delivered == 1
    assert [notice.dedupe for notice in vars(failing)["notices"]] == ["n2"]
    storage.close()


def test_its_hooks_are_called() -> None:
    """Its observer hears of commits, and its flow is there."""
    plugins = Plugins(strict=True, allow=["civicflow-test-plugin"])
    plugins.load()
    (state,) = (state for state in plugins.states if state.status == "loaded")
    assert (state.name, state.version) == ("test-plugin", "1.2.3")
    assert state.hooks == ("civicflow_committed", "civicflow_flows")
    event = Committed(position=1, entries=(), facts={})
    assert plugins.committed(event) == ()
    assert importlib.import_module("civicflow_test_plugin.hooks").SEEN[-1] is event
    assert [flow.name for flow in plugins.flows()] == ["bulletin-note"]


def _message(dedupe: str, channel: str) -> Message:
    return Message(
        dedupe=dedupe,
        case="T-1",
        recipient="person:P-1",
        channel=channel,
        topic="late",
        body=encode_notice(Text("late", "超期"), at=NOW),
        not_before=to_micros(NOW),
    )

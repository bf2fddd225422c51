"""How an office is: every check says what it found, on a healthy office and on one where it is the matter."""

from __future__ import annotations

import hashlib
import io
import sqlite3
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import civicflow
from civicflow import Case, Plugins
from civicflow.calendars import Recurrence, from_micros
from civicflow.hierarchy.authority import ANYONE, BY_CLOCK
from civicflow.ledger.heads import Head
from civicflow.office.examining import Health
from civicflow.plugins.blobs.memory import open_blobs
from civicflow.plugins.notify.contract import Notice, PermanentFailure
from civicflow.plugins.storage.contract import Storage
from civicflow.testing import FrozenClock
from civicflow.workflows.engine.flow import NEW, Flow, Guard, Limit, State, Step

if TYPE_CHECKING:
    from tests.conftest import OpenTown, Town


class Paper:
    """A publisher that says what it has."""

    api_version = 1
    name = "paper"

    def __init__(self, last: int | None = 0) -> None:
        self.number = last

    def last(self) -> int | None:
        """As it was told, or that the press stands still."""
        if self.number == -1:
            raise OSError("the press stands still")
        return self.number

    def publish(self, head: Head, signature: bytes) -> None:
        """Print it."""
        self.number = head.number

    def close(self) -> None:
        """Nothing is held."""


def _level(health: Health, rule: str) -> str:
    (finding,) = [finding for finding in health.findings if finding.rule == rule]
    assert finding.text.en
    assert finding.text.zh
    return finding.level


def _text(health: Health, rule: str) -> str:
    return next(finding.text.en for finding in health.findings if finding.rule == rule)


def test_a_healthy_office(storage: Storage, open_town: OpenTown) -> None:
    """Everything was looked at, each rule once, and nothing is an error; looking changes nothing."""
    town = open_town(storage)
    town.ordered()
    town.office.seal()
    position = town.position()
    for quick in (False, True):
        health = town.office.examine(quick=quick)
        rules = [finding.rule for finding in health.findings]
        assert len(rules) == len(set(rules))
        assert {"storage", "plugins", "clock", "due", "outbox", "dead", "seals", "published"} <= set(rules)
        assert ("stuck" in rules) is not quick
        # The stores of the tests are quick rather than safe, which they say.
        expected = {"storage", "storage.memory", "storage.synchronous", "storage.disk"}
        assert {f.rule for f in health.findings if f.level != "ok"} <= expected
        assert str(health).startswith(health.text.en)
    assert town.position() == position


def test_nobody_ticks(storage: Storage, open_town: OpenTown) -> None:
    """The longer, the worse; one tick and all is well again."""
    town = open_town(storage)
    town.ordered()
    for later, level in (
        (timedelta(0), "ok"),
        (timedelta(minutes=16), "warning"),
        (timedelta(days=1, seconds=1), "error"),
    ):
        due = storage.due(2**62)[0][1]
        town.clock.set(from_micros(due) + later)
        health = town.office.examine()
        assert _level(health, "due") == level
        assert ("run civicflow tick" in _text(health, "due")) is (level != "ok")
        assert health.level == max((finding.level for finding in health.findings), key=["ok", "warning", "error"].index)
        assert bool(health) is (health.level != "error")
    town.office.tick()
    assert _level(town.office.examine(), "due") == "ok"


def test_nobody_seals(storage: Storage, open_town: OpenTown) -> None:
    """An entry that waits for its seal for long, before the first head and after it."""
    town = open_town(storage)
    assert _level(town.office.examine(), "seals") == "ok"
    town.clock.advance(minutes=16)
    health = town.office.examine()
    assert (_level(health, "seals"), "nothing ever was" in _text(health, "seals")) == ("warning", True)
    town.office.seal()
    town.clock.advance(days=30)
    assert _level(town.office.examine(), "seals") == "ok", "a quiet month is no failure"
    town.ordered()
    assert _level(town.office.examine(), "seals") == "ok"
    town.clock.advance(minutes=16)
    assert _level(town.office.examine(), "seals") == "warning"


class TestOutbox:
    """What waits, and what was given up."""

    def test_nobody_relays(self, storage: Storage, open_town: OpenTown) -> None:
        """With the channels that wait."""
        town = open_town(storage)
        town.ordered()
        assert _level(town.office.examine(), "outbox") == "ok"
        town.clock.advance(minutes=16)
        health = town.office.examine()
        assert (_level(health, "outbox"), "pigeons" in _text(health, "outbox")) == ("warning", True)
        town.clock.advance(days=1)
        assert _level(town.office.examine(), "outbox") == "error"
        town.office.relay()
        assert _level(town.office.examine(), "outbox") == "ok"

    def test_what_was_given_up(self, storage: Storage, open_town: OpenTown) -> None:
        """By channel, with the last error."""

        class Shut:
            api_version = 1
            name = "shut"

            def send(self, notice: Notice) -> None:
                """Never."""
                raise PermanentFailure("no number")

            def close(self) -> None:
                """Nothing is held."""

        town = open_town(storage, notify=(Shut(),))
        town.ordered()
        town.office.relay()
        health = town.office.examine()
        assert _level(health, "dead") == "warning"
        assert "shut 1 (last: " in _text(health, "dead")
        assert "no number" in _text(health, "dead")


def test_a_clock_that_runs_behind(storage: Storage, open_town: OpenTown) -> None:
    """What was recorded after its now, by a head or by a case, shows it; a minute's difference is none."""
    town = open_town(storage)
    ticket = town.ordered()
    behind = FrozenClock(town.clock() - timedelta(seconds=50))
    assert _level(civicflow.open(storage, clock=behind, plugins=Plugins()).examine(), "clock") == "ok"
    behind = FrozenClock(town.clock() - timedelta(minutes=5))
    health = civicflow.open(storage, clock=behind, plugins=Plugins()).examine()
    assert (_level(health, "clock"), ticket.id in _text(health, "clock")) == ("error", True)
    town.office.seal()
    assert "the newest head" in _text(civicflow.open(storage, clock=behind, plugins=Plugins()).examine(), "clock")


class TestOpenCases:
    """Cases that nobody will ever bring on."""

    def _begun(self, town: Town) -> Case:
        """A case of a flow that looks once, and is refused then."""
        never = Guard("never", lambda _: False, "never | 永不")
        once = Recurrence(rule="FREQ=DAILY;COUNT=1", first=date(2026, 3, 3))
        states = (
            State("waiting", "waiting | 等待", (Limit(once, "end", again=True),)),
            State("over", "over | 结束", final="over"),
        )
        steps = (
            Step("begin", "begin | 开始", NEW, "waiting", ANYONE),
            Step("end", "end | 结束", "waiting", "over", BY_CLOCK, guards=(never,)),
        )
        town.office.flows.add(Flow("refused", 1, "refused | 被拒", states, steps))
        return town.office.begin("refused", "begin", None, by=town.resident, unit="community")

    def test_a_stuck_case(self, storage: Storage, open_town: OpenTown) -> None:
        """It is named, with its state."""
        town = open_town(storage)
        case = self._begun(town)
        assert _level(town.office.examine(), "stuck") == "ok"
        town.clock.advance(days=3)
        town.office.tick()
        health = town.office.examine()
        assert (_level(health, "stuck"), f"{case.id} (waiting)" in _text(health, "stuck")) == ("error", True)

    def test_a_case_whose_flow_is_not_here(self, storage: Storage, open_town: OpenTown) -> None:
        """It is counted with its flow, and is no stuck case for that: nobody knows."""
        town = open_town(storage)
        self._begun(town)
        town.clock.advance(days=3)
        town.office.tick()
        health = civicflow.open(storage, clock=town.clock, plugins=Plugins()).examine()
        assert (_level(health, "flows"), "refused@1 (1)" in _text(health, "flows")) == ("error", True)
        assert _level(health, "stuck") == "ok"


class TestPublished:
    """How far the publishers are."""

    @pytest.mark.parametrize(
        ("last", "level"), [(1, "ok"), (None, "ok"), (0, "warning"), (-1, "warning"), (2, "error")]
    )
    def test_levels(self, last: int | None, level: str) -> None:
        """Behind, failing, or ahead of a store that lost heads."""
        paper = Paper(0)
        office = civicflow.open("memory://", clock=FrozenClock(), plugins=Plugins(), publish=[paper])
        office.seal()
        paper.number = last
        assert _level(office.examine(), "published") == level


def test_a_plugin_that_cannot_be_loaded() -> None:
    """Is named with its cause."""
    plugins = Plugins(allow=["absent"])
    plugins.load([])
    health = civicflow.open("memory://", plugins=plugins).examine()
    assert (_level(health, "plugins"), bool(health)) == ("error", False)
    assert "'absent' is on the allow list" in _text(health, "plugins")


def test_files_that_belong_to_no_entry() -> None:
    """As a crash while attaching leaves them; what was put just now may still get its entry."""
    clock = FrozenClock()
    blobs = open_blobs("memory://")
    office = civicflow.open("memory://", clock=clock, plugins=Plugins(), blobs=blobs)
    digest = hashlib.sha256(b"photo").hexdigest()
    blobs.put("T-1", digest, io.BytesIO(b"photo"), at=int(clock().timestamp() * 1_000_000))
    assert _level(office.examine(), "attachments") == "ok"
    clock.advance(days=2)
    assert _level(office.examine(), "attachments") == "warning"


def test_one_broken_thing_does_not_hide_the_others(tmp_path: Path) -> None:
    """A table that is gone makes its checks errors; every other check answers."""
    path = tmp_path / "town.db"
    with civicflow.open(f"sqlite:///{path}?synchronous=off", clock=FrozenClock(), plugins=Plugins()) as office:
        office.seal()
        connection = sqlite3.connect(path)
        connection.execute("DROP TABLE outbox")
        connection.commit()
        connection.close()
        health = office.examine()
    assert not health
    assert {f.rule for f in health.findings if "it cannot be told: " in f.text.en} == {"outbox", "dead"}
    assert _level(health, "seals") == "ok"

"""Any sequence of calls to the outbox: it lends, waits and gives up as plain lists would."""

from __future__ import annotations

from typing import Final

import attrs
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from civicflow.errors import LeaseLost
from civicflow.plugins.storage.contract import Batch, Claim, Dead, Done, Outcome, Retry
from civicflow.testing.storage.base import StorageSuite
from civicflow.testing.storage.builders import NOON, message

_NAMES: Final = st.integers(0, 9)
_LANES: Final = ("T-1", "T-2")


@attrs.define
class _Row:
    """A message as the model has it; `lent` until it is settled, also when its lease is over."""

    name: str
    lane: str
    available: int
    attempts: int = 0
    lent: bool = False
    ended: str = ""
    error: str = ""


class _Machine(RuleBasedStateMachine):
    """One outbox, with a clock that only goes on."""

    suite: StorageSuite

    @initialize()
    def open(self) -> None:
        self.place = self.suite.fresh()
        self.storage = self.suite.open_storage(self.place)
        self.now = NOON
        self.rows: list[_Row] = []
        self.claims: list[tuple[Claim, _Row]] = []

    def teardown(self) -> None:
        if hasattr(self, "storage"):
            self.storage.close()

    @rule(number=_NAMES, wait=st.integers(0, 3))
    def put(self, number: int, wait: int) -> None:
        """A name that was put before is left out."""
        name, lane = f"m {number}", _LANES[number % len(_LANES)]
        self.storage.commit(Batch(messages=(message(name, case=lane, at=self.now + wait),)))
        if name not in {row.name for row in self.rows}:
            self.rows.append(_Row(name, lane, self.now + wait))

    @rule(microseconds=st.integers(1, 4))
    def wait(self, microseconds: int) -> None:
        self.now += microseconds

    @rule(lease=st.integers(1, 4), limit=st.integers(1, 3))
    def claim(self, lease: int, limit: int) -> None:
        """The oldest open row of each lane, of these the ripest; one whose loan lapsed alone, or not at all."""
        first = {row.lane: row for row in reversed(self.rows) if not row.ended}
        ripe = [row for row in self.rows if first.get(row.lane) is row and row.available <= self.now]
        ripest = sorted(ripe, key=lambda row: (row.available, self.rows.index(row)))
        alone = [row.lent for row in ripest[:1]] == [True]
        fresh = [row.name for row in ripest if not row.lent]
        wanted = [ripest[0].name] if alone else [row.name for row in ripest[:limit] if not row.lent]
        claims = self.storage.claim(worker="w", now=self.now, lease=lease, limit=limit)
        names = [claim.message.dedupe for claim in claims]
        # Beside those of the ripest that never lapsed, a storage may fill up with further ones.
        assert sorted(names) == sorted(wanted if alone else fresh[: max(len(names), len(wanted))])
        assert len(names) <= limit
        for claim in claims:
            row = next(row for row in ripest if row.name == claim.message.dedupe)
            row.attempts, row.available, row.lent = row.attempts + 1, self.now + lease, True
            assert (claim.attempts, claim.last_error) == (row.attempts, row.error)
            self.claims.append((claim, row))

    def _holds(self, claim: Claim, row: _Row) -> bool:
        """Whether a claim is the row's last one, and not settled."""
        return not row.ended and claim.attempts == row.attempts and row.error != f"retried {row.attempts}"

    @precondition(lambda self: self.claims)
    @rule(data=st.data(), outcome=st.sampled_from(["done", "dead", "retry"]))
    def settle(self, data: st.DataObject, outcome: str) -> None:
        """Once, by whoever has the row; late, too, if nobody else took it meanwhile."""
        claim, row = data.draw(st.sampled_from(self.claims))
        outcomes: dict[str, Outcome] = {
            "done": Done(),
            "dead": Dead("gone"),
            "retry": Retry(self.now + 2, f"retried {row.attempts}"),
        }
        if not self._holds(claim, row):
            with pytest.raises(LeaseLost):
                self.storage.settle(claim, outcomes[outcome], now=self.now)
            return
        self.storage.settle(claim, outcomes[outcome], now=self.now)
        row.lent = False
        if outcome == "retry":
            row.available, row.error = self.now + 2, f"retried {row.attempts}"
        else:
            row.ended = outcome

    @precondition(lambda self: self.claims)
    @rule(data=st.data(), lease=st.integers(1, 4))
    def extend(self, data: st.DataObject, lease: int) -> None:
        """From now on, by whoever has the row."""
        claim, row = data.draw(st.sampled_from(self.claims))
        if not self._holds(claim, row):
            with pytest.raises(LeaseLost):
                self.storage.extend(claim, now=self.now, lease=lease)
            return
        self.storage.extend(claim, now=self.now, lease=lease)
        row.available = self.now + lease

    @precondition(lambda self: self.rows)
    @rule(data=st.data())
    def redrive(self, data: st.DataObject) -> None:
        """What was given up begins anew, as the youngest; nothing else does."""
        row = data.draw(st.sampled_from(self.rows))
        assert self.storage.redrive(row.name, now=self.now) == (row.ended == "dead")
        if row.ended == "dead":
            self.rows.remove(row)
            self.rows.append(_Row(row.name, row.lane, self.now))

    @precondition(lambda self: "durable" in self.storage.capabilities)
    @rule()
    def reopen(self) -> None:
        """Nothing is forgotten."""
        self.storage.close()
        self.storage = self.suite.open_storage(self.place)

    @invariant()
    def who_waits_is_shown(self) -> None:
        """Whether lent or not, in the order in which they were put."""
        if hasattr(self, "storage"):
            waiting = [row.name for row in self.rows if not row.ended]
            assert [claim.message.dedupe for claim in self.storage.waiting(limit=1000)] == waiting

    @invariant()
    def the_dead_are_shown(self) -> None:
        """In the order in which they were put."""
        if hasattr(self, "storage"):
            dead = [row.name for row in self.rows if row.ended == "dead"]
            assert [claim.message.dedupe for claim in self.storage.dead()] == dead


class LaneSuite(StorageSuite):
    """Whatever was lent before, each call does what it says."""

    concern = "outbox, any sequence"

    def test_any_sequence_of_calls_to_the_outbox(self) -> None:
        """Claims, settlements in time, late and twice, extensions, retries and reopening in any order."""

        class Machine(_Machine):
            suite = self

        run_state_machine_as_test(Machine, settings=settings(deadline=None))

"""Any sequence of calls, against a model of a blob store."""

from __future__ import annotations

from io import BytesIO

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

from civicflow.errors import InvalidInput, NotFound
from civicflow.plugins.blobs.contract import Blob
from civicflow.testing.blobs.base import NOON, BlobSuite, digest, everything, get, put

_MATTERS = st.sampled_from(["T-1", "t-1", "T-2"])
_BODIES = st.sampled_from([b"", b"a", b"the other"])
_TIMES = st.integers(0, 3).map(lambda n: NOON + n)


class _Machine(RuleBasedStateMachine):
    """Puts, right and wrong, and deletions against one store; after each, all of it is read."""

    suite: BlobSuite

    @initialize()
    def open(self) -> None:
        self.place = self.suite.fresh()
        self.blobs = self.suite.open_blobs(self.place)
        self.model: dict[tuple[str, str], tuple[bytes, int]] = {}

    def teardown(self) -> None:
        if hasattr(self, "blobs"):
            self.blobs.close()

    @rule(matter=_MATTERS, body=_BODIES, at=_TIMES)
    def put(self, matter: str, body: bytes, at: int) -> None:
        """The last one renews the instant."""
        self.model[matter, put(self.blobs, matter, body, at=at)] = body, at

    @rule(matter=_MATTERS, body=_BODIES, at=_TIMES)
    def put_other_bytes(self, matter: str, body: bytes, at: int) -> None:
        """Nothing changes."""
        with pytest.raises(InvalidInput):
            self.blobs.put(matter, digest(body), BytesIO(body + b"!"), at=at)

    @rule(matter=_MATTERS, body=_BODIES, before=st.none() | _TIMES)
    def delete(self, matter: str, body: bytes, before: int | None) -> None:
        """It says whether there was something."""
        key = matter, digest(body)
        there = key in self.model and (before is None or self.model[key][1] < before)
        assert self.blobs.delete(*key, before=before) is there
        if there:
            del self.model[key]

    @precondition(lambda self: "durable" in self.blobs.capabilities)
    @rule()
    def reopen(self) -> None:
        """Nothing is lost."""
        self.blobs.close()
        self.blobs = self.suite.open_blobs(self.place)

    @invariant()
    def it_holds_what_the_model_holds(self) -> None:
        """Everything that can be read, and nothing else."""
        if not hasattr(self, "blobs"):
            return
        wanted = {Blob(*key, len(body), at) for key, (body, at) in self.model.items()}
        found = everything(self.blobs, limit=2)
        assert set(found) == wanted
        assert len(found) == len(wanted)
        for (matter, name), (body, _) in self.model.items():
            assert get(self.blobs, matter, name) == body
        for matter in ("T-1", "t-1", "T-2"):
            if (matter, digest(b"a")) not in self.model:
                with pytest.raises(NotFound):
                    self.blobs.open(matter, digest(b"a"))


class BlobSequenceSuite(BlobSuite):
    """Whatever was done before, each call does what it says."""

    def test_any_sequence_of_calls(self) -> None:
        """Puts, other bytes, deletions and reopening in any order."""

        class Machine(_Machine):
            suite = self

        run_state_machine_as_test(Machine, settings=settings(deadline=None))

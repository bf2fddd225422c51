"""All or nothing: whatever is wrong with a batch, no part of it is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

import attrs
import pytest

from civicflow.errors import CivicflowError, Conflict, IdempotencyMismatch, InvalidInput
from civicflow.plugins.storage.contract import (
    Await,
    Awaits,
    Batch,
    Expect,
    Filed,
    Key,
    Party,
    Private,
    Rearm,
    Storage,
    Write,
)
from civicflow.testing.storage.base import StorageSuite
from civicflow.testing.storage.builders import NOON, child, everything, head, message, root, write

_BEFORE: Final = Batch(
    writes=(write("T-1", 0, child("T-1/a@1", 1, due=NOON), due=NOON, round_=1), write("F-1")),
    private=(Private("T-1", 1, b"salt", b"a name"),),
    awaits=(Awaits("T-1", (Await("T-1", "person:P-1", NOON),)),),
    parties=(Party("T-1", "person:P-1"),),
    messages=(message("first"),),
    key=Key("k-1", b"digest", b"answer"),
    heads=(head(1),),
)
_CHANGE: Final = Batch(
    writes=(write("T-2", 0, child("T-2/a@1", 1)), write("T-1", 1, due=NOON + 1, round_=2, unit="U-9")),
    expects=(Expect("F-1", version=1),),
    private=(Private("T-2", 1, b"salt", b"another name"),),
    erase=(("T-1", 1),),
    awaits=(Awaits("T-1", ()), Awaits("T-2", (Await("T-2", "person:P-2", None),))),
    parties=(Party("T-1", "unit:U-9"), Party("T-2", "person:P-2")),
    rearm=(Rearm("T-1/a@1", None),),
    messages=(message("second", case="T-2"),),
    key=Key("k-2", b"digest", b"answer"),
    heads=(head(2),),
    filed=(Filed("digest", b"a document"),),
)
_STOLEN: Final = Write(
    matter="T-3",
    expected=0,
    entries=write("T-3").entries,
    records=(root("T-3", 1), attrs.evolve(child("T-1/a@1", 1), matter="T-3")),
)
_Spoil = Callable[[Batch], Batch]
_SPOILT: Final[Mapping[str, tuple[type[CivicflowError], _Spoil]]] = {
    "the version of its last write": (Conflict, lambda b: attrs.evolve(b, writes=(*b.writes, write("F-1", 4)))),
    "a matter that is there already": (Conflict, lambda b: attrs.evolve(b, writes=(*b.writes, write("F-1")))),
    "a version it expects": (Conflict, lambda b: attrs.evolve(b, expects=(*b.expects, Expect("T-9", version=1)))),
    "a round it expects": (Conflict, lambda b: attrs.evolve(b, expects=(*b.expects, Expect("F-1", round=1)))),
    "the number of its head": (Conflict, lambda b: attrs.evolve(b, heads=(head(7),))),
    "another command's key": (IdempotencyMismatch, lambda b: attrs.evolve(b, key=Key("k-1", b"other", b""))),
    "another matter's case": (InvalidInput, lambda b: attrs.evolve(b, writes=(*b.writes, _STOLEN))),
    "a deadline of no case": (InvalidInput, lambda b: attrs.evolve(b, rearm=(*b.rearm, Rearm("T-9", NOON)))),
    "a text with NUL": (InvalidInput, lambda b: attrs.evolve(b, writes=(*b.writes, write("T-3", title="\0")))),
}


class AtomicitySuite(StorageSuite):
    """A batch is one change, of everything in it or of nothing."""

    concern = "all or nothing"

    @pytest.mark.parametrize("spoilt", _SPOILT)
    def test_whatever_is_wrong_with_a_batch_no_part_of_it_stays(self, spoilt: str) -> None:
        """Entries, records, deadlines, private parts, the asked, the parties, messages, the key, heads, documents."""
        error, spoil = _SPOILT[spoilt]
        with self.storage() as storage:
            storage.commit(_BEFORE)
            before = everything(storage)
            with pytest.raises(error):
                storage.commit(spoil(_CHANGE))
            assert everything(storage) == before
            assert storage.filed("digest") is None
            assert storage.load([], key="k-2").key is None
            assert [claim.message for claim in storage.claim(worker="w", now=NOON, lease=0)] == [message("first")]
            storage.commit(_CHANGE)  # the same, with nothing wrong
            _is_changed(storage)

    def test_every_part_of_a_batch_is_written(self) -> None:
        """In one commit, whatever its parts are."""
        with self.storage() as storage:
            storage.commit(_BEFORE)
            assert storage.commit(_CHANGE).position == 4
            _is_changed(storage)


def _is_changed(storage: Storage) -> None:
    """Every part of the change is there."""
    cases = storage.load(["T-1", "T-1/a@1", "T-2", "T-2/a@1"]).cases
    assert [(case.version, case.due) for case in cases.values()] == [(2, NOON + 1), (1, None), (1, None), (1, None)]
    assert [(entry.matter, entry.version) for entry in storage.feed(after=2)] == [("T-2", 1), ("T-1", 2)]
    assert storage.due(2**62) == (("T-1", NOON + 1),)
    assert [part.matter for part in storage.private_parts()] == ["T-2"]
    assert storage.asked(case="T-1") == ()
    assert [one.address for one in storage.asked(matter="T-2")] == ["person:P-2"]
    assert (storage.parties("T-1"), storage.parties("T-2")) == (("person:P-1", "unit:U-9"), ("person:P-2",))
    assert storage.load([], key="k-2").key == _CHANGE.key
    assert storage.heads() == (head(1), head(2))
    assert storage.filed("digest") == b"a document"
    names = {claim.message.dedupe for claim in storage.waiting()}
    assert names == {"first", "second"}

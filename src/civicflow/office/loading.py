"""Loading: everything that one decision needs, in one snapshot of the store.

What it needs is known only in part beforehand: `decide` says `Wanted` when a guard or an effect needs the children of a
matter, or what a step reads. Then all of it is loaded again, together, so that a decision never rests on two moments.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, cast

import attrs

from civicflow.drafts import maker
from civicflow.errors import NotFound, StorageError
from civicflow.ids import CaseId, MatterId
from civicflow.office.codec import case_of
from civicflow.office.surroundings import REGISTER, Surroundings
from civicflow.plugins.storage.contract import Filter, Key, Query, Storage, StoredCase
from civicflow.workflows.engine.matters import Brood, Linked
from civicflow.workflows.engine.records import Case, Matter
from civicflow.workflows.engine.situation import Wanted, World

_matter: Final = maker(Matter)


def unknown(case: str) -> NotFound:
    """The error for a case that does not exist."""
    return NotFound(f"there is no case {case!r}; look it up with find, or begin it")


@attrs.define
class Wishes:
    """What a decision needs loaded: known at first, more once `decide` asks for it.

    Attributes:
        ids: cases by id.
        whole: matters of which all children are needed.
        reads: what steps read, by name, with the version of the matter that it follows from.
    """

    ids: tuple[str, ...]
    whole: dict[MatterId, None] = attrs.field(factory=dict)
    reads: dict[str, tuple[Any, Case, Any, int]] = attrs.field(factory=dict)

    def add(self, wanted: Wanted) -> None:
        """Wish for what a decision asked for.

        Raises:
            StorageError: if it was loaded already; asking again would never end.
        """
        if wanted.matter is not None:
            if wanted.matter in self.whole:
                msg = (
                    f"the records of {wanted.matter} do not fit together; run verify, and restore them from its entries"
                )
                raise StorageError(msg)
            self.whole[wanted.matter] = None
        for read, case, data in wanted.reads:
            self.reads[read.name] = (read, case, data, wanted.basis)

    def also(self, matter: str) -> None:
        """Load a matter that was in the way, too."""
        if matter not in self.ids:
            self.ids += (matter,)

    def hold_for(self, loaded: Loaded) -> bool:
        """Whether what is read still follows from the case as it was loaded; else it is worked out anew."""
        for _, case, _, basis in self.reads.values():
            stored = loaded.cases.get(case.matter)
            if basis and (stored is None or stored.version != basis):
                self.reads.clear()
                return False
        return True


@attrs.frozen(weakref_slot=False)
class Loaded:
    """What one snapshot holds for one decision.

    Attributes:
        cases: the records found, by id.
        key: the stored idempotency key, if the command's was used before.
        world: what the decision rests on beside the matter.
    """

    cases: Mapping[str, StoredCase]
    key: Key | None
    world: World

    def matter(self, matter: MatterId, *, complete: bool = False) -> Matter:
        """A root with those of its children that were loaded.

        Raises:
            NotFound: if there is no such matter.
        """
        try:
            root = case_of(self.cases[matter])
        except KeyError:
            raise unknown(matter) from None
        children = {
            CaseId(stored.case): case_of(stored)
            for stored in self.cases.values()
            if stored.matter == matter != stored.case
        }
        return _matter(root, children, complete)


_loaded: Final = maker(Loaded)


def load(storage: Storage, around: Surroundings, wishes: Wishes, key: str = "") -> Loaded:
    """Load all that is wished for in one snapshot, and the register's version with it."""
    if wishes.whole or wishes.reads:
        return _load_all(storage, around, wishes, key)
    snapshot = storage.load((REGISTER, *wishes.ids), key=key)
    cases = snapshot.cases
    return _loaded(cases, snapshot.key, around.world({}, register=cases.get(REGISTER)))


def _load_all(storage: Storage, around: Surroundings, wishes: Wishes, key: str) -> Loaded:
    """The same where whole matters are wished for, or what steps read."""
    ids = [REGISTER, *wishes.ids]
    queries = [Query(where=(Filter("matter", "eq", matter),)) for matter in wishes.whole]
    broods: list[str] = []
    linked: dict[str, tuple[CaseId, ...]] = {}
    for name, (read, case, data, _) in wishes.reads.items():
        match read:
            case Linked():
                linked[name] = read.ids(case, data)
                ids += linked[name]
            case Brood():
                broods.append(name)
                queries.append(Query(where=(Filter("brood", "eq", read.of(case)),)))
    snapshot = storage.load(tuple(dict.fromkeys(ids)), tuple(queries), key=key)
    cases = dict(snapshot.cases)
    for found in snapshot.found[: len(wishes.whole)]:
        cases.update((stored.case, stored) for stored in found)
    reads = {name: tuple(_read(i, cases, wishes) for i in linked[name] if i in cases) for name in linked}
    for name, found in zip(broods, snapshot.found[len(wishes.whole) :], strict=True):
        reads[name] = tuple(Matter(case_of(stored)) for stored in found)
        cases.update((stored.case, stored) for stored in found)  # a step may carry to them: their chains go on
    return Loaded(cases, snapshot.key, around.world(reads, register=cases.get(REGISTER)))


def _read(case: CaseId, cases: Mapping[str, StoredCase], wishes: Wishes) -> Matter:
    """Another matter that a step reads, with its children where a decision asked for them."""
    if case not in cast("Mapping[str, None]", wishes.whole):
        return Matter(case_of(cases[case]))
    family = (stored for stored in cases.values() if stored.matter == case != stored.case)
    return Matter(case_of(cases[case]), {CaseId(stored.case): case_of(stored) for stored in family}, complete=True)

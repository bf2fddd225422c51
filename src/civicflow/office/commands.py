"""Load, decide, encode, commit, retry: how a command becomes entries.

A command means the case now: when somebody else was faster it is decided again on what is there then, at most five
times. A key makes a retried command act once. A command that was already taken, by the same actor with the same data,
and that is no longer possible for that very reason, is answered with the case and writes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import attrs

from civicflow.calendars import to_micros
from civicflow.catalogue import CATALOGUE
from civicflow.errors import Conflict, IdempotencyMismatch, NotFound, Refused
from civicflow.hierarchy.authority import Actor
from civicflow.ids import CaseId, MatterId, matter_of
from civicflow.ledger.canonical import decode, encode
from civicflow.ledger.chain import ZERO
from civicflow.ledger.entries import read
from civicflow.office.codec import case_of, facts_of, private_of, write_of
from civicflow.office.surroundings import REGISTER, Surroundings
from civicflow.plugins.hookspecs import Committed
from civicflow.plugins.notify.body import encode_notice
from civicflow.plugins.storage.contract import (
    Await,
    Awaits,
    Batch,
    Expect,
    Filed,
    Filter,
    Key,
    Message,
    Query,
    Rearm,
    Snapshot,
    Storage,
    StoredCase,
)
from civicflow.refusals import Reason, Refusal
from civicflow.workflows.engine.apply import apply_matter
from civicflow.workflows.engine.decide import Accepted, Act, Birth, Move, begin, decide
from civicflow.workflows.engine.effects import Brood, Linked
from civicflow.workflows.engine.erasing import erased
from civicflow.workflows.engine.given import parts, typed
from civicflow.workflows.engine.possible import asked
from civicflow.workflows.engine.records import Case, Matter
from civicflow.workflows.engine.ring import NotYet, ring
from civicflow.workflows.engine.situation import Wanted, World

ATTEMPTS = 5
"""How often a command is decided before a `Conflict` is given back."""

Decision = Accepted | Refusal | NotYet


@attrs.define
class _Loaded:
    """What one snapshot holds for one decision."""

    cases: dict[str, StoredCase]
    heads: dict[str, bytes]
    reads: dict[str, tuple[Matter, ...]]
    key: Key | None
    world: World

    def matter(self, matter: MatterId, *, complete: bool) -> Matter:
        try:
            root = case_of(self.cases[matter])
        except KeyError:
            msg = f"there is no case {matter!r}; look it up with find, or begin it"
            raise NotFound(msg) from None
        children = {
            CaseId(stored.case): case_of(stored)
            for stored in self.cases.values()
            if stored.matter == matter and stored.case != matter
        }
        return Matter(root, children, complete)


@attrs.define
class _Wishes:
    """What a decision needs loaded: known at first, more once `decide` asks for it."""

    ids: tuple[str, ...]
    whole: dict[MatterId, None] = attrs.field(factory=dict)
    reads: dict[str, tuple[Any, Case, Any, int]] = attrs.field(factory=dict)

    def add(self, wanted: Wanted) -> None:
        if wanted.matter is not None:
            self.whole[wanted.matter] = None
        for read_, case, data in wanted.reads:
            self.reads[read_.name] = (read_, case, data, wanted.basis)

    def also(self, matter: str) -> None:
        """Load a matter that was in the way, too."""
        if matter not in self.ids:
            self.ids += (matter,)

    def hold_for(self, loaded: _Loaded) -> bool:
        """Whether what is read still follows from the case as it was loaded; else it is worked out anew."""
        for _, case, _, basis in self.reads.values():
            stored = loaded.cases.get(case.matter)
            if basis and (stored is None or stored.version != basis):
                self.reads.clear()
                return False
        return True


class Commands:
    """Turns decisions into commits."""

    __slots__ = ("_around", "_filed", "_storage")

    def __init__(self, storage: Storage, around: Surroundings) -> None:
        self._storage = storage
        self._around = around
        self._filed: set[str] = set()

    # -- the three kinds of command ----------------------------------------------------------------------------------

    def take(self, case: CaseId, act: Act, *, seen: int | None = None, command: str = "") -> Case:
        """Take a step of a case that exists; see `Office.take`."""
        matter = matter_of(case)

        def decision(world: World, loaded: _Loaded, wishes: _Wishes) -> Decision:
            loaded_matter = loaded.matter(matter, complete=matter in wishes.whole)
            if seen is not None and loaded_matter.root.version != seen:
                raise Conflict(matter, seen, loaded_matter.root.version)
            if case not in loaded_matter.children and str(case) != matter:
                msg = f"there is no case {case!r}; look it up with find, or begin it"
                raise NotFound(msg)
            return decide(world, loaded_matter, case, act)

        wishes = _Wishes(tuple(dict.fromkeys((matter, case))))
        words = ("take", case, command or act.step)
        return self._run(wishes, decision, act, command=words, repeated=lambda: self._repeated(case, act))

    def begin(
        self,
        birth: Callable[[Mapping[str, StoredCase]], Birth],
        ids: tuple[str, ...],
        act: Act,
        *,
        command: tuple[str, ...],
    ) -> Case:
        """Take the first step of a new case.

        Args:
            birth: makes the birth of what was loaded (a parent, say).
            ids: what it needs loaded.
            act: the step.
            command: what a key stands for beside the step and what it is given.
        """
        made: list[Birth] = []

        def decision(world: World, loaded: _Loaded, _: _Wishes) -> Decision:
            born = birth(loaded.cases)
            made[:] = [born]
            if born.case in loaded.cases:
                reason = Reason(rule="once", text=CATALOGUE["refusal.once"])
                return Refusal(case=born.case, step=act.step, reasons=(reason,))
            return begin(world, born, act)

        def repeated() -> Case | None:
            return self._repeated(made[0].case, act) if made else None

        return self._run(_Wishes(ids), decision, act, command=("begin", act.step, *command), repeated=repeated)

    def ring(self, case: CaseId) -> Accepted | NotYet | None:
        """Ask a case's clocks; None if somebody else answered first."""
        matter = matter_of(case)

        def decision(world: World, loaded: _Loaded, wishes: _Wishes) -> Decision:
            return ring(world, loaded.matter(matter, complete=matter in wishes.whole), case)

        wishes = _Wishes(tuple(dict.fromkeys((matter, case))))
        try:
            decided, _, loaded = self._decide(wishes, decision, key="")
            if isinstance(decided, NotYet):
                due = None if decided.due is None else to_micros(decided.due)
                expect = Expect(matter, version=loaded.cases[matter].version)
                self._storage.commit(Batch(expects=(expect,), rearm=(Rearm(case, due),)))
                return decided
            if isinstance(decided, Accepted):
                self._commit(decided, loaded, None)
                return decided
        except Conflict:
            return None
        return None

    # -- the loop ----------------------------------------------------------------------------------------------------

    def _run(
        self,
        wishes: _Wishes,
        decision: Callable[[World, _Loaded, _Wishes], Decision],
        act: Act,
        *,
        command: tuple[str, ...],
        repeated: Callable[[], Case | None],
    ) -> Case:
        digest = _digest(command, act) if act.key else b""
        for attempt in range(1, ATTEMPTS + 1):
            decided, stored_key, loaded = self._decide(wishes, decision, key=act.key, digest=digest)
            if stored_key is not None:
                return self.case(CaseId(decode(stored_key.answer)["case"]))
            if isinstance(decided, Refusal):
                again = repeated()
                if again is not None:
                    return again
                raise Refused(decided)
            assert isinstance(decided, Accepted)  # ring alone answers NotYet
            key = Key(act.key, digest, encode({"case": decided.case.id})) if act.key else None
            try:
                answer = self._commit(decided, loaded, key)
            except Conflict as conflict:
                if attempt == ATTEMPTS or not conflict.matter:
                    raise
                wishes.also(conflict.matter)
                continue
            return decided.case if answer is None else self.case(answer)
        raise AssertionError  # pragma: no cover  # the last attempt returns or raises

    def _decide(
        self,
        wishes: _Wishes,
        decision: Callable[[World, _Loaded, _Wishes], Decision],
        *,
        key: str,
        digest: bytes = b"",
    ) -> tuple[Decision | None, Key | None, _Loaded]:
        while True:
            loaded = self._load(wishes, key)
            if loaded.key is not None:
                if loaded.key.digest != digest:
                    raise IdempotencyMismatch(key)
                return None, loaded.key, loaded
            if not wishes.hold_for(loaded):
                continue
            try:
                return decision(loaded.world, loaded, wishes), None, loaded
            except Wanted as wanted:
                wishes.add(wanted)

    def _load(self, wishes: _Wishes, key: str) -> _Loaded:
        ids = [REGISTER, *wishes.ids]
        queries = [Query(where=(Filter("matter", "eq", matter),)) for matter in wishes.whole]
        broods: list[str] = []
        linked: dict[str, tuple[CaseId, ...]] = {}
        for name, (read_, case, data, _) in wishes.reads.items():
            match read_:
                case Linked():
                    linked[name] = read_.ids(case, data)
                    ids += linked[name]
                case Brood():
                    broods.append(name)
                    queries.append(Query(where=(Filter("brood", "eq", read_.of(case)),)))
        snapshot: Snapshot = self._storage.load(tuple(dict.fromkeys(ids)), tuple(queries), key=key)
        cases = dict(snapshot.cases)
        for found in snapshot.found[: len(wishes.whole)]:
            cases.update((stored.case, stored) for stored in found)
        reads = {name: tuple(Matter(case_of(cases[i])) for i in linked[name] if i in cases) for name in linked}
        for name, found in zip(broods, snapshot.found[len(wishes.whole) :], strict=True):
            reads[name] = tuple(Matter(case_of(stored)) for stored in found)
        heads = {stored.case: stored.head for stored in cases.values() if stored.case == stored.matter}
        world = self._around.world(reads, register=cases.get(REGISTER))
        return _Loaded(cases, heads, reads, snapshot.key, world)

    # -- the commit --------------------------------------------------------------------------------------------------

    def _commit(self, decided: Accepted, loaded: _Loaded, key: Key | None) -> CaseId | None:
        """Commit a decision; the case of the first answer if the key was used meanwhile."""
        world = loaded.world
        flows = {case.flow for move in decided.moves for case in move.cases} - self._filed
        changed = [case for move in decided.moves for case in move.cases]
        committed = self._storage.commit(
            Batch(
                writes=tuple([write_of(move, loaded.heads.get(move.matter, ZERO)) for move in decided.moves]),
                expects=_expects(decided),
                private=tuple([part for move in decided.moves for part in private_of(move, decided.salt)]),
                awaits=tuple(_awaits(asked(world, changed), changed)),
                messages=tuple(self._messages(decided, world)),
                key=key,
                filed=tuple([Filed(f.digest, f.body) for f in (world.flows.rules(ref).flow for ref in sorted(flows))]),
            )
        )
        if committed.repeated:
            return CaseId(decode(committed.answer)["case"])
        self._filed |= flows
        if self._around.observers.listening:
            entries = tuple([entry for move in decided.moves for entry in move.entries])
            facts = {case.id: facts_of(case) for case in changed}
            self._around.observers.committed(Committed(position=committed.position, entries=entries, facts=facts))
        return None

    def _messages(self, decided: Accepted, world: World) -> Iterable[Message]:
        now = to_micros(world.recorded)
        for number, notice in enumerate(decided.notices):
            for channel in self._around.channels:
                yield Message(
                    dedupe=f"{notice.case}:{notice.version}:{number}:{notice.to}:{channel}",
                    case=notice.case,
                    recipient=notice.to,
                    channel=channel,
                    topic=notice.topic,
                    body=encode_notice(notice.text, at=world.recorded),
                    not_before=now,
                )

    def erase(self, matter: MatterId, by: Actor, why: str) -> int:
        """Erase the private parts of a matter; see `Office.erase`."""
        for attempt in range(1, ATTEMPTS + 1):
            loaded = self._load(_Wishes((matter,)), "")
            root = loaded.matter(matter, complete=False).root
            rows = self._storage.history(matter)
            parts_ = [(matter, row.version) for row in rows if self._storage.private(matter, row.version) is not None]
            if not parts_:
                return 0
            entry = erased(root, parts_, by, why, loaded.world)
            cases = {root.id: root}
            apply_matter(cases, entry)
            move = Move(matter=matter, expected=root.version, entries=(entry,), cases=(cases[root.id],))
            try:
                self._storage.commit(Batch(writes=(write_of(move, loaded.heads[matter]),), erase=tuple(parts_)))
            except Conflict:
                if attempt == ATTEMPTS:
                    raise
            else:
                return len(parts_)
        raise AssertionError  # pragma: no cover  # the last attempt returns or raises

    # -- asking ------------------------------------------------------------------------------------------------------

    def ask(self, case: CaseId, act: Act) -> Refusal | None:
        """Why a step would be refused now, or None."""
        matter = matter_of(case)

        def decision(world: World, loaded: _Loaded, wishes: _Wishes) -> Decision:
            return decide(world, loaded.matter(matter, complete=matter in wishes.whole), case, act)

        decided, _, _ = self._decide(_Wishes(tuple(dict.fromkeys((matter, case)))), decision, key="")
        return decided if isinstance(decided, Refusal) else None

    def world(self) -> World:
        """What a decision would rest on now."""
        return self._load(_Wishes(()), "").world

    # -- looking ------------------------------------------------------------------------------------------------------

    def case(self, case: CaseId) -> Case:
        """A case as it is now.

        Raises:
            NotFound: if there is none of that id.
        """
        stored = self._storage.load((case,)).cases.get(case)
        if stored is None:
            msg = f"there is no case {case!r}; look it up with find, or begin it"
            raise NotFound(msg)
        return case_of(stored)

    def matter(self, matter: MatterId) -> Matter:
        """A root with all its children, in one snapshot."""
        wishes = _Wishes((matter,), {matter: None})
        return self._load(wishes, "").matter(matter, complete=True)

    def _repeated(self, case: CaseId, act: Act) -> Case | None:
        """The case, if this very step was taken before by the same actor with the same data."""
        matter = matter_of(case)
        stored = self._storage.load((case,)).cases.get(case)
        if stored is None:
            return None
        now = case_of(stored)
        step = next(s for s in self._around.flows.rules(now.flow).flow.steps if s.name == act.step)
        public, hidden = parts(typed(step, act.data))
        for row in reversed(self._storage.history(matter)):
            entry = read(row.body)
            if (entry.case, entry.step, entry.by, entry.data, entry.why) == (
                case,
                act.step,
                act.actor,
                public,
                act.why,
            ):
                beside = self._storage.private(matter, entry.version)
                if (decode(beside.body) if beside else {}) == hidden:
                    return now
        return None


def _digest(command: tuple[str, ...], act: Act) -> bytes:
    # Without the private fields: their digest would outlive their erasing, and a short one can be guessed.
    public = parts(act.data)[0] if attrs.has(type(act.data)) else act.data
    return hashlib.sha256(encode([*command, act.actor.to_builtins(), public, act.why])).digest()


def _expects(decided: Accepted) -> tuple[Expect, ...]:
    versions = [Expect(matter, version=version) for matter, version in decided.read.items()]
    rounds = [Expect(matter, round=number) for matter, number in decided.rounds.items()]
    return (*versions, *rounds)


def _awaits(addresses: Mapping[CaseId, tuple[str, ...]], cases: Iterable[Case]) -> Iterable[Awaits]:
    for case in cases:
        until = None if case.due is None else to_micros(case.due)
        yield Awaits(case.id, tuple([Await(case.id, address, until) for address in addresses[case.id]]))

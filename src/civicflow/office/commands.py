"""Load, decide, commit, retry: how a command becomes entries.

A command means the case now: when somebody else was faster it is decided again on what is there then, at most five
times. A key makes a retried command act once. A command that moved the case before, by the same actor with the same
data, and that is no longer possible for that very reason, is answered with the case and writes nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Final, Literal

import attrs

from civicflow.calendars import to_micros
from civicflow.catalogue import CATALOGUE
from civicflow.drafts import maker
from civicflow.errors import Conflict, IdempotencyMismatch, InternalError, InvalidInput, Refused
from civicflow.hierarchy.authority import Actor
from civicflow.ids import CaseId, MatterId, matter_of
from civicflow.ledger.canonical import decode, encode
from civicflow.ledger.entries import Entry, read
from civicflow.office.codec import case_of
from civicflow.office.committing import Committer
from civicflow.office.loading import Loaded, Wishes, load, unknown
from civicflow.office.numbering import Numbering
from civicflow.office.surroundings import Surroundings
from civicflow.plugins.storage.contract import Batch, Commit, Expect, Key, Rearm, Storage, StoredCase
from civicflow.refusals import Reason, Refusal
from civicflow.workflows.engine.decide import Accepted, Act, Birth, begin, decide
from civicflow.workflows.engine.given import parts, typed
from civicflow.workflows.engine.possible import Possibilities, what_can
from civicflow.workflows.engine.records import Case, Matter
from civicflow.workflows.engine.ring import NotYet, ring
from civicflow.workflows.engine.situation import Wanted

ATTEMPTS = 5
"""How often a command is decided before a `Conflict` is given back."""

Rung = Literal["rung", "early", "lost"]
"""A time limit passed; the question came too early; somebody else answered first."""

Decision = Callable[[Loaded, Wishes], Accepted | Refusal | NotYet]
"""Decides on what was loaded; it may wish for more."""

Committing = Callable[[Accepted, Loaded, Key | None], Commit | None]
"""Writes what was decided; None where there is nothing to write."""


class Commands:
    """The commands of one office."""

    __slots__ = ("_around", "_committer", "_storage")

    def __init__(self, storage: Storage, around: Surroundings) -> None:
        self._storage, self._around = storage, around
        self._committer = Committer(storage, around)

    # -- steps -------------------------------------------------------------------------------------------------------

    act: Final = staticmethod(maker(Act))
    """What somebody asks for: an `Act` of its fields in order. The office takes it from here, so that it need not look
    for a module at each step."""

    def take(self, case: CaseId, act: Act, *, seen: int | None = None, command: str = "") -> Case:
        """Take a step of a case that exists; see `Office.take`."""

        def decision(loaded: Loaded, wishes: Wishes) -> Accepted | Refusal:
            matter = _matter(loaded, wishes, case)
            if seen is not None and matter.root.version != seen:
                raise Conflict(matter.root.id, seen, matter.root.version)
            return decide(loaded.world, matter, case, act)

        words = ("take", case, command or act.step)
        return self._run(wishes_of(case), decision, act, words, lambda: self._repeated(case, act))

    def begin(
        self,
        birth: Callable[[Mapping[str, StoredCase]], Birth],
        ids: tuple[str, ...],
        act: Act,
        *,
        command: tuple[str, ...] = (),
    ) -> Case:
        """Take the first step of a new case.

        Args:
            birth: makes the birth of what was loaded (a parent, say).
            ids: what it needs loaded.
            act: the step.
            command: what a key stands for beside the step and what it is given.
        """
        made: list[Birth] = []

        def decision(loaded: Loaded, _: Wishes) -> Accepted | Refusal:
            made[:] = [birth(loaded.cases)]
            born = made[0]
            if born.case in loaded.cases:
                reason = Reason(rule="once", text=CATALOGUE["refusal.once"])
                return Refusal(case=born.case, step=act.step, reasons=(reason,))
            return begin(loaded.world, born, act)

        words = ("begin", act.step, *command)
        return self._run(Wishes(ids), decision, act, words, lambda: self._repeated(made[0].case, act))

    def ring(self, case: CaseId) -> Rung:
        """Ask a case's clocks."""

        def decision(loaded: Loaded, wishes: Wishes) -> Accepted | NotYet:
            return ring(loaded.world, _matter(loaded, wishes, case), case)

        try:
            decided, loaded = self._decide(wishes_of(case), decision, self._numbering())
            if isinstance(decided, Accepted):
                self._committer.commit(decided, loaded)
                return "rung"
            if isinstance(decided, NotYet):
                due = None if decided.due is None else to_micros(decided.due)
                expect = Expect(matter_of(case), version=loaded.cases[matter_of(case)].version)
                self._storage.commit(Batch(expects=(expect,), rearm=(Rearm(case, due),)))
                return "early"
        except Conflict:
            return "lost"
        raise _never(decided)

    # -- the loop ----------------------------------------------------------------------------------------------------

    def _run(
        self,
        wishes: Wishes,
        decision: Decision,
        act: Act,
        command: tuple[str, ...],
        repeated: Callable[[], Case | None],
    ) -> Case:
        digest = command_digest(command, act) if act.key else b""
        try:
            done = self.enter(wishes, decision, self._committer.commit, key=act.key, digest=digest)
        except Refused:
            again = repeated()
            if again is None:
                raise
            return again
        if isinstance(done, Accepted):
            return done.case
        if done is None:
            raise _never(act)
        return self.case(CaseId(decode(done)["case"]))

    def enter(
        self, wishes: Wishes, decision: Decision, commit: Committing, *, key: str = "", digest: bytes = b""
    ) -> Accepted | bytes | None:
        """Load, decide and commit; decided again where somebody else was faster.

        Args:
            wishes: what the decision needs loaded.
            decision: decides on it.
            commit: writes it.
            key: an idempotency key, or empty.
            digest: of the command that the key stands for.

        Returns:
            What was decided and written; the answer of the first time where the key was used for this very command; None
            where there was nothing to write.

        Raises:
            Refused: a rule said no.
            Conflict: somebody else was faster five times in a row.
        """
        numbering = self._numbering()
        for attempt in range(1, ATTEMPTS + 1):
            decided, loaded = self._decide(wishes, decision, numbering, key=key, digest=digest)
            if decided is None and loaded.key is not None:
                return loaded.key.answer
            if isinstance(decided, Refusal):
                raise Refused(decided)
            if isinstance(decided, NotYet):
                return None
            if not isinstance(decided, Accepted):
                raise _never(decided)
            try:
                committed = commit(decided, loaded, _key(key, digest, decided) if key else None)
            except Conflict as conflict:
                if attempt == ATTEMPTS or not conflict.matter:
                    raise
                wishes.also(conflict.matter)
            else:
                if committed is None:
                    return None
                return committed.answer if committed.repeated else decided
        raise _never(key)

    def _numbering(self) -> Numbering | None:
        return None if self._around.numbers is None else Numbering(self._around.numbers, self._storage)

    def _decide(
        self,
        wishes: Wishes,
        decision: Decision,
        numbering: Numbering | None = None,
        *,
        key: str = "",
        digest: bytes = b"",
    ) -> tuple[Accepted | Refusal | NotYet | None, Loaded]:
        """Load and decide until nothing more is wanted; None where the key was used for this very command before."""
        while True:
            loaded = load(self._storage, self._around, wishes, key)
            if loaded.key is not None:
                if loaded.key.digest != digest:
                    raise IdempotencyMismatch(key)
                return None, loaded
            if not wishes.reads or wishes.hold_for(loaded):
                try:
                    decided = decision(loaded, wishes)
                    numbered = None if numbering is None else numbering.numbered(decided, loaded)
                    return (decided, loaded) if numbered is None else (decision(numbered, wishes), numbered)
                except Wanted as wanted:
                    wishes.add(wanted)

    def _repeated(self, case: CaseId, act: Act) -> Case | None:
        """The case, if this very step was taken before by the same actor with the same data."""
        stored = self._storage.load((case,)).cases.get(case)
        if stored is None:
            return None
        now = case_of(stored)
        step = next(s for s in self._around.flows.rules(now.flow).flow.steps if s.name == act.step)
        try:
            public, hidden = parts(typed(step, act.data))
        except InvalidInput:  # what is malformed was never taken; the refusal stands
            return None
        for row in reversed(self._storage.history(stored.matter)):
            entry = read(row.body)
            # A step that stays where it is can be taken and undone (a hold): having been taken says nothing then.
            moved = entry.source != entry.target
            same = moved and entry.case == case and entry.step == act.step and entry.by == act.actor
            if same and entry.data == public and entry.why == act.why and self._hidden(entry) == hidden:
                return now
        return None

    def _hidden(self, entry: Entry) -> object:
        part = self._storage.private(matter_of(entry.case), entry.version) if entry.private else None
        return {} if part is None else decode(part.body)

    # -- asking ------------------------------------------------------------------------------------------------------

    def ask(self, case: CaseId, act: Act) -> Refusal | None:
        """Why a step would be refused now, or None."""

        def decision(loaded: Loaded, wishes: Wishes) -> Accepted | Refusal:
            return decide(loaded.world, _matter(loaded, wishes, case), case, act)

        decided, _ = self._decide(wishes_of(case), decision)
        return decided if isinstance(decided, Refusal) else None

    def what_can(self, actor: Actor, matter: MatterId) -> Possibilities:
        """What people may do with a matter now."""
        loaded = load(self._storage, self._around, Wishes((matter,), {matter: None}))
        return what_can(loaded.world, loaded.matter(matter, complete=True), actor)

    def case(self, case: CaseId) -> Case:
        """A case as it is now.

        Raises:
            NotFound: if there is none of that id.
        """
        stored = self._storage.load((case,)).cases.get(case)
        if stored is None:
            raise unknown(case)
        return case_of(stored)

    def matter(self, matter: MatterId) -> Matter:
        """A root with all its children, in one snapshot."""
        return load(self._storage, self._around, Wishes((matter,), {matter: None})).matter(matter, complete=True)


def wishes_of(case: CaseId) -> Wishes:
    """What a decision about one case needs loaded: the case and its root."""
    return Wishes((matter_of(case), case) if "/" in case else (case,))


def _matter(loaded: Loaded, wishes: Wishes, case: CaseId) -> Matter:
    matter = matter_of(case)
    if case not in loaded.cases:
        raise unknown(case)
    return loaded.matter(matter, complete=matter in wishes.whole)


def command_digest(command: tuple[str, ...], act: Act) -> bytes:
    """What a key stands for: the command, what was given with it, who and why, and not when."""
    # Without the private fields: their digest would outlive their erasing, and a short one can be guessed.
    public = parts(act.data)[0] if attrs.has(type(act.data)) else act.data
    return hashlib.sha256(encode([*command, act.actor.to_builtins(), public, act.why])).digest()


def _key(key: str, digest: bytes, decided: Accepted) -> Key:
    """The key with its answer, which refers to the case and to the command's own entry, and copies nothing."""
    return Key(key, digest, encode({"case": decided.case.id, "version": decided.moves[0].entries[0].version}))


def _never(what: object) -> InternalError:
    return InternalError(f"a command came to an end that it cannot come to: {what!r}; please report it")

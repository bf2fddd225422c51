"""Entries beside the flow: corrections, erasures, notes and attachments, each decided on the matter as it is now."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, BinaryIO

from civicflow.catalogue import CATALOGUE
from civicflow.errors import NotFound
from civicflow.hierarchy.authority import Actor, may
from civicflow.ids import CaseId, MatterId, matter_of
from civicflow.ledger.attachments import ATTACH
from civicflow.ledger.canonical import decode, plain
from civicflow.ledger.entries import Entry, read
from civicflow.ledger.private import ERASE, erased_by
from civicflow.office.attachments import Files, rewindable, weighed
from civicflow.office.commands import Commands, Committing, Decision, command_digest
from civicflow.office.committing import Committer
from civicflow.office.erasing import Doomed, LettingGo
from civicflow.office.loading import Loaded, Wishes, unknown
from civicflow.office.reading import Readers
from civicflow.office.surroundings import Surroundings
from civicflow.plugins.storage.contract import Commit, Key, Storage
from civicflow.refusals import Reason, Refusal
from civicflow.workflows.engine.amending import CORRECT, CORRECTOR, added, amended, corrected, erased
from civicflow.workflows.engine.attachments import Attachment, File, attachment_of
from civicflow.workflows.engine.clocks import anchors_of
from civicflow.workflows.engine.decide import Accepted, Act
from civicflow.workflows.engine.notes import NOTE, Note, note_of, note_parts
from civicflow.workflows.engine.records import Case

Parts = tuple[Mapping[str, Any], Mapping[str, Any]]


class Amendments:
    """What is entered beside the flow, in one office."""

    __slots__ = ("_around", "_commands", "_committer", "_files", "_readers", "_storage")

    def __init__(
        self, storage: Storage, around: Surroundings, commands: Commands, files: Files, readers: Readers
    ) -> None:
        self._storage, self._around, self._commands = storage, around, commands
        self._files, self._readers = files, readers
        self._committer = Committer(storage, around)

    # -- what is wrong, and what must go -----------------------------------------------------------------------------

    def correct(self, given: Entry, right: Mapping[str, object], by: Actor, why: str, key: str) -> Case:
        """Correct what an entry kept; see `Office.correct`."""
        wrong = self._stored(given)

        def decision(loaded: Loaded, _: Wishes) -> Accepted | Refusal:
            matter, world = loaded.matter(matter_of(wrong.case)), loaded.world
            case = matter.case(wrong.case)
            needed = () if by == wrong.by else may(by, CORRECTOR, anchors_of(case, world.chart), world.chart)
            if needed:
                reason = Reason(rule="authority", text=CATALOGUE["refusal.correct"])
                return Refusal(case=case.id, step=CORRECT, reasons=(reason,), needed=needed)
            return amended(matter, corrected(matter, wrong, right, by, why, world), world)

        act = Act(step=CORRECT, actor=by, data=plain(dict(right), path="correction"), why=why, key=key)
        self._enter(wrong.case, act, decision, (CORRECT, wrong.ref), self._committer.amend)
        return self._commands.case(wrong.case)

    def erase(self, matter: MatterId, by: Actor, why: str, key: str) -> int:
        """Erase the private parts of a matter; see `Office.erase`."""
        found: list[Doomed] = []

        def decision(loaded: Loaded, _: Wishes) -> Accepted:
            here = loaded.matter(matter)
            entries = [read(row.body) for row in self._storage.history(matter)]
            hidden = {entry.version: part for entry in entries if (part := self._files.hidden(entry))}
            found[:] = [Doomed.of(entries, hidden)]
            gone = tuple((str(matter), version) for version in found[0].versions)
            return amended(here, erased(here, gone, by, why, loaded.world), loaded.world, gone=gone)

        with LettingGo(self._files, matter) as letting_go:

            def commit(decided: Accepted, loaded: Loaded, key: Key | None) -> Commit | None:
                if not decided.erased:
                    return None
                # The bytes first: an entry that says "erased" must never be wrong. Dying in between leaves attachments
                # whose bytes are gone, which verify names, and which erasing again brings to its end.
                letting_go.let_go(found[0])
                return self._committer.amend(decided, loaded, key)

            act = Act(step=ERASE, actor=by, why=why, key=key)
            entry = self._enter(matter, act, decision, (ERASE, matter), commit)
        return 0 if entry is None else len(erased_by(entry))

    # -- what belongs to it ------------------------------------------------------------------------------------------

    def note(self, case: CaseId, text: str, by: Actor, why: str, key: str, *, public: bool) -> Note:
        """Write something down beside a case; see `Office.note`."""
        parts = note_parts(text, public=public)
        entry = self._add(case, NOTE, parts, by, why, key, self._committer.amend)
        return note_of(entry, self._files.hidden(entry))

    def attach(
        self,
        case: CaseId,
        content: bytes | BinaryIO,
        name: str,
        type: str,
        by: Actor,
        why: str,
        key: str,
        *,
        public: bool,
    ) -> Attachment:
        """Attach a file to a case; see `Office.attach`."""
        with rewindable(content) as stream:
            digest, size = weighed(stream)
            file = File(name=name, type=type, digest=digest, size=size)

            def commit(decided: Accepted, loaded: Loaded, key: Key | None) -> Commit:
                # Put at each attempt, once it is known on which version of the matter the entry rests: whoever erases
                # the same bytes meanwhile commits to that matter, too, and then one of the two decides again.
                stream.seek(0)
                self._files.put(matter_of(case), digest, stream)
                return self._committer.amend(decided, loaded, key)

            entry = self._add(case, ATTACH, file.parts(public=public), by, why, key, commit)
        return attachment_of(entry, self._files.hidden(entry))

    def _add(self, case: CaseId, step: str, parts: Parts, by: Actor, why: str, key: str, commit: Committing) -> Entry:
        def decision(loaded: Loaded, _: Wishes) -> Accepted:
            matter = loaded.matter(matter_of(case))
            if case not in loaded.cases:
                raise unknown(case)
            self._readers.check(by, case, step)
            return added(matter, case, step, parts, by, why, loaded.world)

        act = Act(step=step, actor=by, data=parts[0], why=why, key=key)
        entry = self._enter(case, act, decision, (step, case), commit)
        assert entry is not None, "an addition is always entered"
        return entry

    # -- what they share ---------------------------------------------------------------------------------------------

    def _enter(
        self, case: str, act: Act, decision: Decision, command: tuple[str, ...], commit: Committing
    ) -> Entry | None:
        """Commit an entry beside the flow and give it back as it is stored; None where there was nothing to enter."""
        matter = matter_of(CaseId(case))
        wishes = Wishes(tuple(dict.fromkeys((matter, case))))
        digest = command_digest(command, act) if act.key else b""
        done = self._commands.enter(wishes, decision, commit, key=act.key, digest=digest)
        if done is None:
            return None
        version = decode(done)["version"] if isinstance(done, bytes) else done.moves[0].entries[0].version
        return self._at(matter, version)

    def _at(self, matter: MatterId, version: int) -> Entry:
        (row,) = self._storage.history(matter, after=version - 1, limit=1)
        return read(row.body)

    def _stored(self, given: Entry) -> Entry:
        """The entry as the store has it: who entered what is believed to the ledger alone."""
        rows = self._storage.history(matter_of(given.case), after=given.version - 1, limit=1)
        stored = read(rows[0].body) if rows else None
        if stored is None or stored.ref != given.ref:
            msg = f"the ledger has no entry {given.ref}; take one that office.ledger.entries gives"
            raise NotFound(msg)
        return stored

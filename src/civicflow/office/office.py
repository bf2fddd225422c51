"""The office: the one object that an integrator opens, and the only place that knows all the parts.

It loads, lets the engine decide, encodes, commits and retries. It vouches for nobody: whoever calls `Office.act_as` has
made sure that the person is who they say they are (a session, a token, a badge); the office checks, at every step, that
this person holds the post they act in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any, BinaryIO, NoReturn, Self

import attrs

from civicflow.errors import InvalidInput, NotFound, StorageError
from civicflow.ids import CaseId, PersonId, UnitId, matter_of, path_safe
from civicflow.office.answers import Found, Inbox, Sealed, Ticked
from civicflow.office.given import Given
from civicflow.plugins.storage.contract import Scalar, Storage

if TYPE_CHECKING:
    from pathlib import Path

    from civicflow.hierarchy.authority import Actor
    from civicflow.hierarchy.chart import Chart
    from civicflow.ledger.entries import Entry
    from civicflow.office.amending import Amendments
    from civicflow.office.attachments import Files
    from civicflow.office.commands import Commands
    from civicflow.office.examining import Health
    from civicflow.office.flow_files import OfficeFlows
    from civicflow.office.ledger_desk import LedgerDesk
    from civicflow.office.lists import Lists
    from civicflow.office.migrating import Migration, Migrations
    from civicflow.office.outbox import OutboxDesk
    from civicflow.office.reading import Readers
    from civicflow.office.registry import RegisterDesk
    from civicflow.office.surroundings import Surroundings
    from civicflow.office.upkeep import Upkeep
    from civicflow.office.worklists import Worklist
    from civicflow.plugins.blobs.contract import Blob
    from civicflow.plugins.notify.relay import RelayReport
    from civicflow.refusals import Refusal
    from civicflow.workflows.assemblies.desk import Assemblies
    from civicflow.workflows.coordination.desk import Coordination
    from civicflow.workflows.councils.desk import Councils
    from civicflow.workflows.councils.sitting_desk import Sittings
    from civicflow.workflows.desk import CaseRef
    from civicflow.workflows.documents.desk import Documents
    from civicflow.workflows.duties.desk import Duties, Supervision
    from civicflow.workflows.engine.attachments import Attachment
    from civicflow.workflows.engine.decide import Birth
    from civicflow.workflows.engine.notes import Note
    from civicflow.workflows.engine.possible import Possibilities
    from civicflow.workflows.engine.records import Case
    from civicflow.workflows.funds.desk import Funds
    from civicflow.workflows.granting.desk import Grants
    from civicflow.workflows.hazards.desk import Hazards
    from civicflow.workflows.mediation.desk import Mediation
    from civicflow.workflows.needs.desk import Needs
    from civicflow.workflows.oversight.desk import Oversight
    from civicflow.workflows.petitions.desk import Petitions
    from civicflow.workflows.places import Box
    from civicflow.workflows.routines.desk import Routines
    from civicflow.workflows.routing import Routing
    from civicflow.workflows.services.catalogue import Catalogue
    from civicflow.workflows.services.desk import Services
    from civicflow.workflows.tickets.desk import Tickets
    from civicflow.workflows.voting.desk import Votes
    from civicflow.workflows.whistles.desk import Whistles
    from civicflow.workflows.works.desk import Works


class Office:
    """Cases, their ledger and the organisation they belong to, on one storage.

    Opened by `civicflow.open`. Several threads may share one office; several processes may open one store.

    The engine and the flows are loaded by the first thing that is asked of it.
    """

    def __init__(self, storage: Storage, given: Given) -> None:
        self._storage, self._given = storage, given

    # -- its parts ---------------------------------------------------------------------------------------------------

    @cached_property
    def _around(self) -> Surroundings:
        from civicflow.office.flow_files import OfficeFlows
        from civicflow.office.surroundings import Surroundings
        from civicflow.workflows.shipped import BY_NAME

        given = self._given
        flows = OfficeFlows(given.flows, BY_NAME)
        given.plugins.flows(flows.extend)
        return Surroundings(
            self._storage,
            clock=given.clock,
            calendar=given.calendar,
            flows=flows,
            new_bytes=given.new_bytes,
            channels=tuple(given.notifiers),
            preferences=given.preferences,
            observers=given.plugins,
            numbers=given.numbers,
        )

    @cached_property
    def _commands(self) -> Commands:
        from civicflow.office.commands import Commands

        return Commands(self._storage, self._around)

    @cached_property
    def _lists(self) -> Lists:
        from civicflow.office.lists import Lists

        return Lists(self._storage, self._around, self._readers)

    @cached_property
    def _readers(self) -> Readers:
        from civicflow.office.reading import Readers

        return Readers(self._storage, self._around)

    @cached_property
    def _files(self) -> Files:
        from civicflow.office.attachments import Files

        return Files(self._storage, self._around, self._given.blobs)

    @cached_property
    def _amendments(self) -> Amendments:
        from civicflow.office.amending import Amendments

        return Amendments(self._storage, self._around, self._commands, self._files, self._readers)

    @cached_property
    def _migrations(self) -> Migrations:
        from civicflow.office.migrating import Migrations

        return Migrations(self._storage, self._around, self._commands)

    @cached_property
    def _upkeep(self) -> Upkeep:
        from civicflow.office.upkeep import Upkeep

        return Upkeep(self._storage, self._around, self._commands, self._given)

    @cached_property
    def register(self) -> RegisterDesk:
        """Who is who: areas, bodies, posts and appointments."""
        from civicflow.office.redrawing import Redraws
        from civicflow.office.registry import RegisterDesk

        redraws = Redraws(self._storage, self._around, self._commands)
        return RegisterDesk(self._around, self._commands, self._given.ids, redraws)

    @cached_property
    def tickets(self) -> Tickets:
        """The four-part ticket in words."""
        from civicflow.workflows.tickets.desk import Tickets

        return Tickets(self)

    @cached_property
    def coordination(self) -> Coordination:
        """Coordination meetings of tickets and whistles in words."""
        from civicflow.workflows.coordination.desk import Coordination

        return Coordination(self)

    @cached_property
    def whistles(self) -> Whistles:
        """Call, whistle, report in words."""
        from civicflow.workflows.whistles.desk import Whistles

        return Whistles(self)

    @cached_property
    def needs(self) -> Needs:
        """Needs, the projects that they become, and who takes them up, in words."""
        from civicflow.workflows.needs.desk import Needs

        return Needs(self)

    @cached_property
    def services(self) -> Services:
        """The one-stop desk: the catalogue of services and their requests, in words."""
        from civicflow.workflows.services.desk import Services

        return Services(self)

    @cached_property
    def works(self) -> Works:
        """Works from the quotes to the account, in words."""
        from civicflow.workflows.works.desk import Works

        return Works(self)

    @cached_property
    def councils(self) -> Councils:
        """Proposals and votes in words."""
        from civicflow.workflows.councils.desk import Councils

        return Councils(self)

    @cached_property
    def sittings(self) -> Sittings:
        """Councils and their sittings, in words."""
        from civicflow.workflows.councils.sitting_desk import Sittings

        return Sittings(self)

    @cached_property
    def routines(self) -> Routines:
        """Standing duties that recur, in words."""
        from civicflow.workflows.routines.desk import Routines

        return Routines(self)

    @cached_property
    def hazards(self) -> Hazards:
        """Standing hazards, in words."""
        from civicflow.workflows.hazards.desk import Hazards

        return Hazards(self)

    @cached_property
    def duties(self) -> Duties:
        """Problem lists and duties, in words."""
        from civicflow.workflows.duties.desk import Duties

        return Duties(self)

    @cached_property
    def supervision(self) -> Supervision:
        """Supervision beside other matters, in words."""
        from civicflow.workflows.duties.desk import Supervision

        return Supervision(self)

    @cached_property
    def assemblies(self) -> Assemblies:
        """What the parties of a compound decide together, in words."""
        from civicflow.workflows.assemblies.desk import Assemblies

        return Assemblies(self)

    @cached_property
    def documents(self) -> Documents:
        """A place's own rules, and which were in force on a day, in words."""
        from civicflow.workflows.documents.desk import Documents

        return Documents(self)

    @cached_property
    def funds(self) -> Funds:
        """Money that proposals reserve, in words."""
        from civicflow.workflows.funds.desk import Funds

        return Funds(self)

    @cached_property
    def grants(self) -> Grants:
        """Calls for projects, and grants that are paid by milestones, in words."""
        from civicflow.workflows.granting.desk import Grants

        return Grants(self)

    @cached_property
    def oversight(self) -> Oversight:
        """Inquiries of a supervisory board and a discipline line, in words."""
        from civicflow.workflows.oversight.desk import Oversight

        return Oversight(self)

    @cached_property
    def mediation(self) -> Mediation:
        """The mediation of disputes in words."""
        from civicflow.workflows.mediation.desk import Mediation

        return Mediation(self)

    @cached_property
    def petitions(self) -> Petitions:
        """Petitions in words."""
        from civicflow.workflows.petitions.desk import Petitions

        return Petitions(self)

    @cached_property
    def votes(self) -> Votes:
        """Votes, resolutions and choices in words."""
        from civicflow.workflows.voting.desk import Votes

        return Votes(self)

    @cached_property
    def ledger(self) -> LedgerDesk:
        """What happened, the figures computed from it, and the proof."""
        from civicflow.office.ledger_desk import LedgerDesk

        return LedgerDesk(self._storage, self._around, self._readers, self._given.signer, self._files)

    @cached_property
    def outbox(self) -> OutboxDesk:
        """The notices on their way, and those that were given up."""
        from civicflow.office.outbox import OutboxDesk

        return OutboxDesk(self._storage, lambda: self._around.now())  # noqa: PLW0108 - what it needs is loaded when it is asked

    @property
    def flows(self) -> OfficeFlows:
        """The flows in use; `OfficeFlows.load` takes one from a file into use, `OfficeFlows.add` one of Python."""
        return self._around.flows

    # -- who acts ----------------------------------------------------------------------------------------------------

    def act_as(self, person: str, *, post: str | None = None, unit: str | None = None) -> Actor:
        """An actor: a resident, or a person in a post of a unit.

        Args:
            person: the pseudonymous id of somebody whom you vouch for.
            post: the post they act in; whether they hold it is asked at each step, by the chart of that moment.
            unit: the body of the post or the area it is attached to, by code, alias or id.

        Raises:
            NotFound: if no unit is called that; with the candidates that come near.
            InvalidInput: if the person's id is empty or holds a character that paths are made of.
        """
        from civicflow.hierarchy.authority import Actor

        return Actor(PersonId(path_safe(person)), post, None if unit is None else self.unit(unit))

    def unit(self, code: str, *, scheme: str = "") -> UnitId:
        """A unit by its code, alias or id, as of today, or by the code that another scheme gives it.

        Args:
            code: as somebody calls it.
            scheme: whose code it is, for instance ``nbs``; the register's own where left out.

        Raises:
            NotFound: if there is none; with the candidates that come near.
            InvalidInput: if there are several.
        """
        return self.chart().identified(scheme, code) if scheme else self.chart().resolve(code)

    def chart(self) -> Chart:
        """The organisation as of today."""
        return self._around.chart()

    def now(self) -> datetime:
        """This instant, by the clock of the place."""
        from civicflow.calendars import zone_named

        return self._around.now().astimezone(zone_named(self._given.calendar.zone))

    def routing(self) -> Routing:
        """The rules by which matters are handed to bodies; none where none were given."""
        from civicflow.workflows.routing import Routing

        return self._given.routing or Routing()

    def service_catalogue(self) -> Catalogue:
        """The services of the place, and who is competent for each; none where none were given."""
        from civicflow.workflows.services.catalogue import Catalogue

        return self._given.services or Catalogue()

    def new_id(self, kind: str) -> CaseId:
        """A fresh id from the office's source."""
        return CaseId(self._given.ids(kind))

    # -- steps -------------------------------------------------------------------------------------------------------

    def begin(
        self,
        flow: str,
        step: str,
        data: Any,
        *,
        by: Actor,
        unit: UnitId | str | None,
        key: str = "",
        happened: datetime | None = None,
        requester: PersonId | str | None = None,
        anchors: Mapping[str, UnitId] | None = None,
        parent: CaseRef | None = None,
        brood: str = "",
        child: str = "",
    ) -> Case:
        """Take the first step of a new case.

        Args:
            flow: the name of the flow; the case keeps its highest version of today.
            step: a step that leads from nothing.
            data: what the step asks for, as its data class or as a mapping.
            by: who acts.
            unit: the area whose matter it is, by code, alias or id.
            key: an idempotency key: the same command with the same key acts once and gives the same case.
            happened: when it happened, if not now; never in the future.
            requester: who raised it, if not whoever acts; empty where nobody is known.
            anchors: the other units that the flow names; all of them.
            parent: for a mass child (a ballot, a signature), the case it belongs to.
            brood: the kind of mass child.
            child: the mass child's name, for instance the voter; there is one of each name a round.

        Raises:
            Refused: a rule said no.
            InvalidInput: what was given is malformed.
            Conflict: somebody else was faster five times in a row.
        """
        from civicflow.office.codec import case_of
        from civicflow.workflows.engine.decide import Act, Birth

        place = None if unit is None else self.unit(unit)
        person = None if requester is None else PersonId(requester)
        act = Act(step=step, actor=by, data=data, key=key, happened=happened)
        root = None if parent is None else _id(parent)
        new = self.new_id(flow.rpartition("-")[2]) if root is None else CaseId("")

        def birth(cases: Mapping[str, Any]) -> Birth:
            if root is not None and root not in cases:
                msg = f"there is no case {root!r}; look it up with find, or begin it"
                raise NotFound(msg)
            above = None if root is None else case_of(cases[root])
            return Birth(
                case=new if above is None else CaseId(f"{above.id}:{brood}@{above.round}:{path_safe(child)}"),
                flow=flow,
                unit=place,
                requester=person,
                anchors=anchors or {},
                parent=above,
                brood=brood,
                key=child,
            )

        ids = () if root is None else (root,)
        # A mass child's anchors follow from its parent's state, which has moved on when a key comes again.
        told = [f"{name}={value}" for name, value in sorted((anchors or {}).items())] if root is None else []
        command = (flow, place or "", person or "", root or "", brood, child, *told)
        return self._settled(self._commands.begin(birth, ids, act, command=command))

    def take(
        self,
        case: CaseRef,
        step: str,
        data: Any = None,
        *,
        by: Actor,
        key: str = "",
        why: str = "",
        seen: int | None = None,
        happened: datetime | None = None,
        command: str = "",
    ) -> Case:
        """Take a step of a case.

        Args:
            case: the case or its id; the case is meant as it is now.
            step: a step of its flow.
            data: what the step asks for, as its data class or as a mapping.
            by: who acts.
            key: an idempotency key: the same command with the same key acts once.
            why: the actor's reason, public.
            seen: the version that a long open form showed; if the case has moved on, nothing is done.
            happened: when it happened, if not now; never in the future.
            command: what the key stands for where the caller finds the step by the case's state; else the step.

        Raises:
            Refused: a rule said no; nothing was changed.
            NotFound: there is no such case, or its flow has no such step.
            InvalidInput: what was given is malformed.
            Conflict: the case has moved on since ``seen``, or somebody else was faster five times in a row.
        """
        commands = self._commands
        act = commands.act(step, by, data, happened, why, key)
        return self._settled(commands.take(_id(case), act, seen=seen, command=command))

    def _settled(self, case: Case) -> Case:
        """The case after what is due at once: a state whose limit is zero does not wait for the next tick."""
        while not case.outcome and (due := case.due) is not None and due <= self._around.now():
            if self._commands.ring(case.id) != "rung":
                break
            case = self.case(case)
        return case

    # -- beside the flow ---------------------------------------------------------------------------------------------

    def note(self, case: CaseRef, text: str, *, by: Actor, public: bool = False, why: str = "", key: str = "") -> Note:
        """Write something down beside a case, which stays where it is; also beside one that ended.

        Args:
            case: the case or its id.
            text: what to write down; private, and erased with the matter, unless ``public``.
            by: who writes it.
            public: whether everybody may read it, for ever.
            why: their reason, public.
            key: an idempotency key: the same command with the same key acts once.

        Raises:
            NotFound: there is no such case.
            Refused: whoever writes may not read the matter.
            InvalidInput: nothing is written, or what no entry can hold.
        """
        return self._amendments.note(_id(case), text, by, why, key, public=public)

    def notes(self, case: CaseRef, by: Actor | None = None) -> tuple[Note, ...]:
        """The notes of a case's matter, in order; of one share alone, if a share is given.

        Args:
            case: the case or its id.
            by: who looks; only if they may read it. Without it you vouch for whoever is shown it.

        Raises:
            Refused: if they may not read it.
        """
        from civicflow.workflows.engine.notes import NOTE, note_of

        entries = self.ledger.entries(case, by)
        return tuple([note_of(entry, self._files.hidden(entry)) for entry in entries if entry.step == NOTE])

    def attach(
        self,
        case: CaseRef,
        content: bytes | BinaryIO,
        *,
        name: str,
        type: str,
        by: Actor,
        public: bool = False,
        why: str = "",
        key: str = "",
    ) -> Attachment:
        """Attach a file to a case, which stays where it is; also to one that ended.

        Its bytes are safe in the blob store before the entry is committed. Looking whether they are what their type says,
        how large they are and whether they do harm is yours.

        Args:
            case: the case or its id.
            content: its bytes, or a file opened as ``rb``, from where it stands. A file that can be rewound is read twice
                and not copied.
            name: what whoever attaches it calls it, for instance ``pothole.jpg``.
            type: its media type (RFC 6838), for instance ``image/jpeg``; public.
            by: who attaches it.
            public: whether name and digest stand in the public part, and the bytes stay when the matter is erased.
            why: their reason, public.
            key: an idempotency key: the same command with the same key acts once.

        Raises:
            NotFound: there is no such case.
            Refused: whoever attaches may not read the matter.
            InvalidInput: name or type cannot be one, or the office was opened without ``blobs``.
            StorageError: the bytes cannot be kept.
        """
        return self._amendments.attach(_id(case), content, name, type, by, why, key, public=public)

    def attachments(self, case: CaseRef, by: Actor | None = None) -> tuple[Attachment, ...]:
        """The attachments of a case's matter, in order, erased ones too; of one share alone, if a share is given.

        Args:
            case: the case or its id.
            by: who looks; only if they may read it. Without it you vouch for whoever is shown it.

        Raises:
            Refused: if they may not read it.
        """
        from civicflow.ledger.attachments import ATTACH
        from civicflow.workflows.engine.attachments import attachment_of

        entries = self.ledger.entries(case, by)
        return tuple([attachment_of(entry, self._files.hidden(entry)) for entry in entries if entry.step == ATTACH])

    def open_attachment(self, attachment: Attachment, by: Actor | None = None) -> BinaryIO:
        """The bytes of an attachment, in a stream that you close. They are compared with their digest before.

        Args:
            attachment: as `attachments` gives it.
            by: who looks; as for `attachments`.

        Raises:
            Refused: if they may not read its matter.
            NotFound: it was erased.
            StorageError: its bytes are damaged or gone.
            InvalidInput: the office was opened without ``blobs``.
        """
        self._readers.check(by, attachment.case)
        return self._files.open(attachment)

    def orphaned_attachments(self, *, older: timedelta = timedelta(days=1)) -> tuple[Blob, ...]:
        """Bytes in the blob store that no entry names: what was put for a commit that failed, or came from elsewhere.

        Args:
            older: how long ago they must have been put; a commit may still be on its way to younger ones.

        Raises:
            InvalidInput: the office was opened without ``blobs``.
        """
        return tuple(self._files.orphans(older))

    def sweep_attachments(self, *, older: timedelta = timedelta(days=1)) -> tuple[Blob, ...]:
        """Delete what `orphaned_attachments` names, for good, and say what it was. Several processes may sweep at once."""
        return self._files.sweep(older)

    def erase(self, case: CaseRef, *, by: Actor, why: str, key: str = "") -> int:
        """Erase the personal data of a matter for good: every private part of its entries, and private attachments.

        The entries stay and still verify; that something was erased, by whom and why, is an entry itself. You decide who
        may ask for it: vouch for that before you call.

        The bytes of attachments go first, and for good. Where a transaction of yours or a group is taken back afterwards,
        they are gone without an entry, which `LedgerDesk.verify` names: erase again.

        Args:
            case: a case of the matter, or its id.
            by: who erases.
            why: the legal ground, public.
            key: an idempotency key: the same command with the same key acts once.

        Returns:
            How many private parts were erased; 0 where there was none left, and then nothing is entered.

        Raises:
            InvalidInput: there are private attachments, and the office was opened without ``blobs``.
        """
        return self._amendments.erase(matter_of(_id(case)), by, why, key)

    def correct(self, entry: Entry, right: Mapping[str, object], *, by: Actor, why: str, key: str = "") -> Case:
        """Correct what an entry kept in its case, by another entry that names it. Nothing is edited.

        Figures use the corrected values from then on; ``rates(as_recorded=True)`` shows what was entered first.

        Args:
            entry: the entry that is wrong, as `LedgerDesk.entries` gives it.
            right: the corrected values, by the names of the fields that it kept (for instance ``category``).
            by: whoever entered it, or the secretary of the unit.
            why: their reason, public.
            key: an idempotency key: the same command with the same key acts once.

        Raises:
            Refused: the actor may not correct it.
            InvalidInput: the entry kept no such field; the message says which ones it did.
            NotFound: the ledger has no such entry.
        """
        return self._amendments.correct(entry, right, by, why, key)

    # -- versions of flows -------------------------------------------------------------------------------------------

    def plan_migration(self, flow: str, *, to: int, states: Mapping[str, str] | None = None) -> Migration:
        """What would become of the open cases of a flow if they took on one of its versions. Nothing is changed.

        A case keeps the rules it began with until somebody migrates it. Print the plan, or look at its ``staying``: each
        case that cannot move, with every reason (waiting for its shares above all).

        Args:
            flow: the name of the flow, for instance ``share``; shares are migrated like roots, each on its own.
            to: a version of it that is in use here.
            states: which state of an earlier version becomes which; one of the same name where left out.

        Raises:
            NotFound: there is no such version, or a case keeps rules that are not in use here.
            InvalidInput: the mapping names a state that the version does not have.
        """
        return self._migrations.plan(flow, to, states or {})

    def migrate(self, plan: Migration, *, by: Actor, why: str) -> Migration:
        """Carry out a migration: an entry for each case that moves. You decide who may ask for it: vouch for that first.

        Each case is looked at again as it is now, and moves in a commit of its own: one that somebody has taken further
        meanwhile moves from there, or stays with its reasons. Broken off, it can be planned and carried out again.

        Args:
            plan: from `plan_migration`.
            by: who orders it.
            why: the ground, public.

        Raises:
            InvalidInput: the plan was carried out already.
            Conflict: somebody else was faster five times in a row with one of the cases.
        """
        return self._migrations.carry_out(plan, by, why)

    @contextmanager
    def together(self) -> Iterator[Office]:
        """An office whose commands are one transaction: all of them are kept when the block ends, or none if an error leaves.

        For imports: thousands of commands wait for the disk once. A command that is refused, or loses against somebody
        else, is taken back alone, and the group goes on. Nobody else sees anything before the end; notices are sent and
        observers hear of it afterwards, or never. What is kept elsewhere, the bytes of attachments, is done at once.

        Give the commands to the office of the group: through this office the same thread would wait for itself, and is told
        so. Other writers may have to wait for the end, so a group should take seconds; see `Storage.together`.

        Raises:
            StorageError: the store fails, or another writer holds it for longer than one waits (``retryable``); nothing of
                the group is kept.
        """
        from civicflow.office.grouping import Held

        held = Held(self._around.observers)
        with self._storage.together() as storage:
            around = self._around.within(storage, held)
            yield _GroupOffice(storage, self._given, around)
        self._around.learn(around)
        held.release()

    # -- looking -----------------------------------------------------------------------------------------------------

    def may_read(self, actor: Actor, case: CaseRef) -> bool:
        """Whether somebody may read a case, by the chart of today; the rule is `civicflow.hierarchy.reading`'s.

        Raises:
            NotFound: if there is none of that id.
        """
        return self._readers.may(actor, self._commands.case(_id(case)).id)

    def case(self, case: CaseRef, by: Actor | None = None) -> Case:
        """The case as it is now.

        Args:
            case: the case or its id.
            by: who looks; only if they may read it. Without it you vouch for whoever is shown it.

        Raises:
            NotFound: if there is none of that id.
            Refused: if they may not read it.
        """
        found = self._commands.case(_id(case))
        self._readers.check(by, found.id)
        return found

    def numbered(self, number: str, by: Actor | None = None) -> Case:
        """The case of a human number, for instance ``410106-2026-000123``; full-width digits will do.

        Args:
            number: as somebody typed it.
            by: who looks; as for `case`. Numbers follow on each other, so anybody can guess one.

        Raises:
            NotFound: if there is none of that number.
            Refused: if they may not read it.
        """
        from civicflow.workflows.numbers import spellings

        found = self.find(number=spellings(number), limit=1).cases
        if not found:
            msg = f"there is no case of the number {number!r}; see whether it is of another year, or of another unit"
            raise NotFound(msg)
        self._readers.check(by, found[0].id)
        return found[0]

    def shares(self, case: CaseRef, *, body: UnitId | str | None = None, by: Actor | None = None) -> tuple[Case, ...]:
        """The children of a case's matter, all or those of one body, in the order in which they were opened.

        Args:
            case: a case of the matter, or its id.
            body: only the shares of this body, by code, alias or id.
            by: who looks; as for `case`.

        Raises:
            NotFound: if there is no such matter.
            Refused: if they may not read it.
        """
        matter = self._commands.matter(matter_of(_id(case)))
        self._readers.check(by, _id(case))
        wanted = None if body is None else self.unit(body)
        shares = [share for share in matter.shares() if wanted is None or share.body == wanted]
        return tuple(sorted(shares, key=lambda share: (int(share.id.rpartition("@")[2]), share.id)))

    def what_can(self, actor: Actor, case: CaseRef) -> Possibilities:
        """What is allowed now, by whom, until when: the actor's steps first, then what others may do."""
        return self._commands.what_can(actor, matter_of(_id(case)))

    def ask(self, case: CaseRef, step: str, data: Any = None, *, by: Actor) -> Refusal | None:
        """Why a step would be refused now, or None if it would be taken. Nothing is changed."""
        from civicflow.workflows.engine.decide import Act

        return self._commands.ask(_id(case), Act(step=step, actor=by, data=data))

    def asked(self, case: CaseRef, *, step: str = "") -> tuple[Actor, ...]:
        """Who is asked to act now: in a root, everybody whom the root or one of its shares waits for.

        Args:
            case: the case or its id.
            step: only those who are asked for this step, for instance ``accept``.
        """
        return self._lists.asked(_id(case), step)

    def inbox(self, actor: Actor, *, flow: str = "", limit: int = 100, after: str = "") -> Inbox:
        """What waits for somebody: the cases in which they are asked to act, the most urgent first, a page at a time.

        What no clock drives comes last. Pages hold while others write: a case that did not move is seen exactly once.

        Args:
            actor: a person in a post: what that post is asked; a person alone: whatever reaches them, in any post they
                hold today and as whoever raised a matter.
            flow: only cases of this flow.
            limit: how many at most.
            after: the cursor of the page before.

        Raises:
            UnsupportedQuery: if the cursor is not this list's.
        """
        return self._lists.inbox(actor, flow, limit=limit, after=after)

    def stuck(self, *, limit: int = 100, after: str = "") -> Found:
        """Open cases that no clock will ever bring on, since every step of it was refused; somebody has to look at them.

        Args:
            limit: how many at most.
            after: the cursor of the page before.
        """
        return self._lists.stuck(limit=limit, after=after)

    def find(
        self,
        *,
        by: Actor | None = None,
        under: UnitId | str | None = None,
        open: bool | None = None,  # noqa: A002 - what a list is asked for, in its own word
        opened_from: datetime | None = None,
        opened_before: datetime | None = None,
        due_before: datetime | None = None,
        prefix: Mapping[str, str] | None = None,
        box: Box | None = None,
        order: str | tuple[str, ...] = (),
        limit: int = 100,
        after: str = "",
        **equal: Scalar | tuple[Scalar, ...],
    ) -> Found:
        """Cases by their facts, a page at a time: those for which everything that is given holds.

        The fields are those of `civicflow.ledger.facts.CaseFacts`, and ``case``, ``matter`` and ``due`` (the next deadline).
        Instants in fields are microseconds since 1970 UTC.

        Args:
            by: only what this actor may read, by the chart of today. Without it you vouch for whoever is shown it.
            under: only cases whose unit or body is this one or lies below it by the chart of today; by code, alias or id.
            open: only open cases, or only closed ones.
            opened_from: only cases raised at or after this instant.
            opened_before: only cases raised before this instant.
            due_before: only cases whose next deadline is before this instant.
            prefix: what fields must begin with, for instance ``{"title": "Lamp"}``; letters count as they are.
            box: only cases whose place has a point in this part of the map, its edges included.
            order: a field to order by, or several, ``-`` in front to descend; a field that holds nothing counts as less than any value.
            limit: how many at most.
            after: the cursor of the page before.
            equal: the values that fields must have; None for nothing, a tuple for any of several.

        Raises:
            UnsupportedQuery: if a field is unknown, a value is not of its type, or the cursor is not this list's.
            InvalidInput: if an instant has no zone.
            NotFound: if no unit is called what ``under`` says.
        """
        from civicflow.office.listing import Asked

        asked = Asked(
            under=under,
            open=open,
            opened_from=opened_from,
            opened_before=opened_before,
            due_before=due_before,
            prefix=prefix or {},
            box=box,
            order=(order,) if isinstance(order, str) else order,
            equal=equal,
        )
        return self._lists.find(asked, by, limit=limit, after=after)

    def worklist(
        self,
        flow: str = "four-part-ticket",
        *,
        by: Actor | None = None,
        under: UnitId | str | None = None,
        overdue: bool = False,
        ended: bool = False,
        order: str | tuple[str, ...] = ("due", "opened"),
        limit: int = 100,
        after: str = "",
        **equal: Scalar | tuple[Scalar, ...],
    ) -> Worklist:
        """The open matters of a flow, a page at a time: where each stands, with whom it is, since when it is overdue.

        The problem list is that of tickets, the needs list that of needs, the duty list that of duties; that of ``share`` says
        what a department has to do.

        Args:
            flow: the name of the flow.
            by: only what this actor may read; without it you vouch for whoever is shown it.
            under: only cases whose unit or body is this one or lies below it today; by code, alias or id.
            overdue: only those that are not handled although the instant promised has passed.
            ended: those that have ended, in place of the open ones.
            order: as for `find`; the most urgent first where left out.
            limit: how many at most.
            after: the cursor of the page before.
            equal: the values that fields must have; see `find`.

        Raises:
            UnsupportedQuery, NotFound: as for `find`.
        """
        from civicflow.office.listing import Asked
        from civicflow.office.worklists import Worklists

        asked = Asked(
            under=under,
            open=not ended,
            promised_before=self.now() if overdue else None,
            order=(order,) if isinstance(order, str) else order,
            equal={"flow": flow, **({"handled": None} if overdue else {}), **equal},
        )
        return Worklists(self._storage, self._around, self._readers).page(asked, by, limit=limit, after=after)

    # -- time --------------------------------------------------------------------------------------------------------

    def tick(self, *, limit: int = 1000) -> Ticked:
        """Take every step whose time limit has passed by the office's clock, then `seal`. Call it as often as you like.

        Several processes may tick at once: each limit passes once.

        Args:
            limit: how many cases to ask at most.
        """
        return self._upkeep.tick(limit)

    def seal(self) -> Sealed:
        """Seal every entry that is not sealed yet under a head of the log tree, signed if the office has a signer.

        Where the office has publishers, the head is published when it is durable: from then on nobody can change what it
        covers without being seen. Heads that a publisher missed are published with it. Several processes may seal at
        once; one of them does.

        Raises:
            Conflict: somebody else sealed meanwhile, five times in a row.
        """
        return self._upkeep.seal()

    def relay(self, *, limit: int = 100) -> RelayReport:
        """Send what lies in the outbox through the notifiers; a failing one is named and never undoes a step."""
        return self._upkeep.relay(limit)

    def examine(self, *, quick: bool = False) -> Health:
        """How everything is: storage, plugins, clock, time limits, stuck cases, outbox, seals, published heads.

        Nothing is changed, and others work on meanwhile. The answer is false where something that was promised does not
        hold; print it, or look at its findings. Whether the ledger is what was recorded says `LedgerDesk.verify`.

        Args:
            quick: leave out what reads every open case, every file of the blob store, or every byte of the store.
        """
        from civicflow.office.examining import examine

        return examine(self._storage, self._given, self._around, quick=quick)

    def backup(self, path: str | Path) -> None:
        """Write a copy of the whole store, as of one moment, to a new file while everybody works on.

        SQLite can do it. A server is copied by its own tools, which know all that it keeps: ``pg_dump``, or a base backup
        with its write-ahead log.

        Args:
            path: of the file, on a disk of its own if it shall outlive this one's; see `Copying.backup`.

        Raises:
            InvalidInput: there is something of that name already; nothing is overwritten.
            StorageError: the file cannot be written, or this storage does not copy itself.
        """
        from civicflow.plugins.storage.abilities import Copying

        storage = self._storage
        if not isinstance(storage, Copying):
            kind = f"{type(storage).__module__}.{type(storage).__qualname__}"
            remedy = (
                "copy a server by its own tools (for PostgreSQL pg_dump or pg_basebackup), a host's file by the host"
            )
            raise StorageError(f"this storage ({kind}) does not copy itself while it runs; {remedy}")
        storage.backup(path)

    # -- the end -----------------------------------------------------------------------------------------------------

    def close(self) -> None:
        """Release the storage, the notifiers, the publishers and the blob store; a second call does nothing."""
        for notifier in self._given.notifiers.values():
            notifier.close()
        for publisher in self._given.publishers:
            publisher.close()
        if self._given.blobs is not None:
            self._given.blobs.close()
        self._storage.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


class _GroupOffice(Office):
    """The office inside a group; it lives as long as the block, and nothing leaves it before it is kept."""

    def __init__(self, storage: Storage, given: Given, around: Surroundings) -> None:
        super().__init__(storage, attrs.evolve(given, publishers=()))  # a head is published when it is durable
        self._around = around

    def relay(self, *, limit: int = 100) -> NoReturn:
        """Nothing is sent of what may be taken back.

        Raises:
            InvalidInput: always.
        """
        raise InvalidInput("a group sends nothing while it may be taken back; relay when it has ended")

    def close(self) -> None:
        """Use the group no more; it is kept or taken back when its block ends, and the office goes on."""
        self._storage.close()


def _id(case: CaseRef) -> CaseId:
    return CaseId(case) if isinstance(case, str) else case.id


__all__ = ["Office", "Sealed", "Ticked"]
